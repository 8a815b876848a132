"""Life and death of a simulated party: what a killed process did not do, it never does.

Each incarnation has its own tasks. When it is killed they end where they stand, and every door to the world that its code still holds (store, link, devices) is shut: whatever an `except` or
`finally` of it tries, nothing more takes effect. What outlives it is what a disk or a device outlives: the database, the card, the coin box, the printer's tray.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import Any, TypeVar

T = TypeVar("T")


class Dead(BaseException):
    """This incarnation has been killed; not an `Exception`, so that no handler of the party's mistakes it for a fault it can deal with."""


class Incarnation:
    """One life of one party."""

    def __init__(self, party: str, number: int) -> None:
        self.party = party
        self.number = number
        self.alive = True
        self.doomed_after: int | None = None
        """How many more points this life will see; None: nobody has marked it."""
        self.on_death: Callable[[str], None] = lambda _point: None
        self._tasks: set[asyncio.Task[Any]] = set()

    def demand_life(self) -> None:
        """Raise `Dead` if this incarnation has been killed."""
        if not self.alive:
            raise Dead

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run `work` as part of this life; tasks that it starts belong to it too."""
        token = _current.set(self)
        try:
            return asyncio.get_running_loop().create_task(work)
        finally:
            _current.reset(token)

    async def answered(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work` done as part of this life, for somebody outside it. Raises `Dead` when this life ends first."""
        if not self.alive:
            work.close()
            raise Dead
        task = self.spawn(work)
        await asyncio.wait({task})
        if task.cancelled() or not self.alive:
            raise Dead
        failure = task.exception()
        if failure is not None:
            raise failure
        result: T = task.result()
        return result

    def reach(self, point: str) -> None:
        """The party's code has come to a point at which it could die; it does, if it is to die here. Raises `Dead`."""
        self.demand_life()
        if self.doomed_after is None:
            return
        self.doomed_after -= 1
        if self.doomed_after <= 0:
            self.kill()
            self.on_death(point)
            raise Dead

    def adopt(self, task: "asyncio.Task[Any]") -> None:
        """`task` ends when this life ends."""
        self._tasks.add(task)
        task.add_done_callback(self._let_go)

    def kill(self) -> None:
        """End it here."""
        self.alive = False
        # In the order of their creation: the order of a set of tasks is that of their addresses.
        for task in sorted(self._tasks, key=lambda task: task.get_name()):
            task.cancel()

    def _let_go(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that a dead task's end is not reported as forgotten


_current: ContextVar[Incarnation | None] = ContextVar("incarnation", default=None)


def adopt_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Let every task started by a party's code belong to that party's life; tasks get numbered names, so that their order can be told."""
    count = 0

    def factory(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
        nonlocal count
        count += 1
        options["name"] = f"task-{count:09d}"
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        # A task that is given a context of its own belongs to whoever that context belongs to, not to the code that starts it.
        context: Context | None = options.get("context")
        life = _current.get() if context is None else context.get(_current)
        if life is not None:
            life.adopt(task)
        return task

    loop.set_task_factory(factory)
