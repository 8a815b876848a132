"""The places on one issuer's line: so many questions at once, so many waiting, no more; and on a line that several municipalities share, a bounded part for each, in turn.

Knows names and counts. Must never know what is asked, or wait for anything but a place.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


class LaneFull(Exception):
    """Too many are waiting already: this one is told at once."""


@dataclass(frozen=True, slots=True)
class Places:
    """How many may be under way and how many may wait, on the whole line and for each municipality on it."""

    at_once: int
    waiting: int
    at_once_each: int
    waiting_each: int


def places(at_once: int, waiting: int, *, shared: bool) -> Places:
    """Of a line of one municipality, all; of a shared line a quarter for each: three that hang leave a quarter to the rest, and their breakers soon give theirs back."""
    part = 4 if shared else 1
    return Places(at_once, waiting, max(1, at_once // part), max(1, waiting // part))


class Lane:
    """See the module's text. As long as a place is free, nobody waits whose municipality has not taken its part."""

    def __init__(self, bounds: Places) -> None:
        self._bounds = bounds
        self._under_way: Counter[str] = Counter()
        # In the order in which they are next in turn.
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def place(self, municipality: str) -> AsyncIterator[None]:
        """A place for the block, waited for if need be. Raises `LaneFull`."""
        await self._enter(municipality)
        try:
            yield
        finally:
            self._leave(municipality)

    def under_way(self, municipality: str) -> int:
        """How many questions of this municipality are out."""
        return self._under_way[municipality]

    def waiting(self, municipality: str) -> int:
        """How many of its questions wait for a place."""
        return len(self._waiting.get(municipality, ()))

    async def _enter(self, municipality: str) -> None:
        if self._free(municipality):
            self._under_way[municipality] += 1
            return
        if self.waiting(municipality) >= self._bounds.waiting_each or sum(map(len, self._waiting.values())) >= self._bounds.waiting:
            raise LaneFull
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(municipality, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._go_away(municipality, turn)
            raise

    def _go_away(self, municipality: str, turn: asyncio.Future[None]) -> None:
        if not turn.cancelled():
            self._leave(municipality)  # the place had been given already
            return
        queue = self._waiting[municipality]
        queue.remove(turn)
        if not queue:
            del self._waiting[municipality]

    def _leave(self, municipality: str) -> None:
        self._under_way[municipality] -= 1
        while (following := next(filter(self._next_in_turn, self._waiting), None)) is not None:
            turn = next(turn for turn in self._waiting[following] if not turn.done())
            self._under_way[following] += 1
            queue = self._waiting.pop(following)
            queue.remove(turn)
            turn.set_result(None)
            if queue:
                self._waiting[following] = queue  # behind all others

    def _next_in_turn(self, municipality: str) -> bool:
        # Whoever is going away has cancelled its turn and takes it off the queue itself.
        return self._free(municipality) and not all(turn.done() for turn in self._waiting[municipality])

    def _free(self, municipality: str) -> bool:
        return self._under_way.total() < self._bounds.at_once and self._under_way[municipality] < self._bounds.at_once_each
