"""A store on which everything is carried out and nothing stays: each write is rolled back with its result in hand, after those before it were carried out again in the same transaction.

For questions that must go the whole way of a real one and leave no number, no row and no trace: through the same door, the same statements, the same locks. What was written within
one such store is read by it and by nobody else. One store is for one question.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class _TakenBack(Exception):
    """Carries the result of a step out of the transaction that it ends."""

    def __init__(self, result: Any) -> None:
        super().__init__("taken back")
        self.result = result


class Unkept:
    """See the module's text; a `storage.store.Store`."""

    def __init__(self, store: Store, first: Callable[[Connection], None] = lambda _: None) -> None:
        """`first` is carried out before every step, on the connection that the step is given."""
        self._store = store
        self._first = first
        self._before: list[Callable[[Connection], Any]] = []

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.write`; nothing is kept."""
        done: Callable[[Connection], T] = partial(_apply, step, args, kwargs)
        result: T = await self._carried_out(done)
        self._before.append(done)
        return result

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.read`; with what was written here."""
        done: Callable[[Connection], T] = partial(_apply, step, args, kwargs)
        if not self._before:
            return await self._store.read(_after_first, self._first, done)
        result: T = await self._carried_out(done)
        return result

    async def close(self) -> None:
        """Forget what was written."""
        self._before.clear()

    async def _carried_out(self, step: Callable[[Connection], Any]) -> Any:
        try:
            await self._store.write(_carried_out, (self._first, *self._before), step)
        except _TakenBack as taken_back:
            return taken_back.result
        raise AssertionError("a write that must not stay was kept")


def _apply(step: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], connection: Connection) -> T:
    return step(connection, *args, **kwargs)


def _after_first(connection: Connection, first: Callable[[Connection], None], step: Callable[[Connection], T]) -> T:
    first(connection)
    return step(connection)


def _carried_out(connection: Connection, before: tuple[Callable[[Connection], Any], ...], step: Callable[[Connection], Any]) -> None:
    for earlier in before:
        earlier(connection)
    raise _TakenBack(step(connection))
