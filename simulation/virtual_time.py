"""An event loop that owns time: when nothing is left to do now, the clock jumps to the next timer. Hours pass in seconds, and the same work always happens in the same order.

There is no real input or output on it: a loop that waits for nothing at all would wait for ever, and says so instead.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class NothingLeft(Exception):
    """Every task waits for something that will never happen."""


class _JumpingSelector(selectors.BaseSelector):
    """Instead of waiting for files, moves the loop's clock on."""

    def __init__(self) -> None:
        self._files = selectors.SelectSelector()
        self.seconds = 0.0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """The loop's own wake-up pipe; nothing ever comes through it."""
        return self._files.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """See `register`."""
        return self._files.unregister(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let `timeout` seconds pass at once."""
        if timeout is None:
            raise NothingLeft("every task waits for something that will never happen")
        self.seconds += max(0.0, timeout)
        return []

    def get_map(self) -> Any:
        """See `selectors.BaseSelector`."""
        return self._files.get_map()

    def close(self) -> None:
        """Let go of the pipe."""
        self._files.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` is virtual, beginning at `start` (aware)."""

    def __init__(self, start: datetime) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._start = start

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self._jumping.seconds

    def now(self) -> datetime:
        """The virtual clock."""
        return self._start + timedelta(microseconds=round(self._jumping.seconds * 1_000_000))


def run_virtual(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on virtual time, end what is still under way, and close the loop."""
    try:
        return loop.run_until_complete(main)
    finally:
        with suppress(NothingLeft):
            _end_what_is_left(loop)
        asyncio.set_event_loop(None)
        loop.close()


def _end_what_is_left(loop: VirtualLoop) -> None:
    left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
