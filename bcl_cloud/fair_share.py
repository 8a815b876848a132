"""Whose turn it is: a bounded number of requests in work for each tenant and in all, and among those who wait, turns round the tenants by their weights.

Decides that one tenant's crowd delays nobody but itself: a tenant never has more in work than its bound, and what becomes free is given to the next tenant in the round, not to the longest queue.
Beyond its queue a tenant is told at once. Must never know what is asked.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


class Busy(Exception):
    """This tenant has as much waiting as it may; nothing was begun."""


@dataclass(slots=True)
class _Line:
    """One tenant's: how many are in work, who waits, how many turns are left in this round."""

    in_work: int = 0
    turns: int = 0
    waiting: "deque[asyncio.Future[None]]" = field(default_factory=deque)


class FairShare:
    """See the module's text. At most `in_work_max` at once, of one tenant `tenant_max`; `waiting_max` of each may wait."""

    def __init__(self, in_work_max: int, tenant_max: int, waiting_max: int) -> None:
        if not 1 <= tenant_max <= in_work_max or waiting_max < 0:
            raise ValueError("a tenant has at least one turn and not more than there are")
        self._in_work_max, self._tenant_max, self._waiting_max = in_work_max, tenant_max, waiting_max
        self._in_work = 0
        self._lines: dict[str, _Line] = {}
        self._weights: dict[str, int] = {}
        self._round: deque[str] = deque()

    def use(self, code: str) -> tuple[int, int]:
        """How many of a tenant's are in work, and how many wait."""
        line = self._lines.get(code)
        return (0, 0) if line is None else (line.in_work, len(line.waiting))

    @asynccontextmanager
    async def turn(self, code: str, weight: int = 1) -> AsyncIterator[None]:
        """A turn of this tenant, held while the block runs. Raises `Busy`."""
        self._weights[code] = weight
        line = self._lines.setdefault(code, _Line())
        if self._in_work < self._in_work_max and line.in_work < self._tenant_max and not line.waiting:
            line.in_work += 1
            self._in_work += 1
        elif len(line.waiting) >= self._waiting_max:
            raise Busy
        else:
            await self._wait(code, line)
        try:
            yield
        finally:
            self._end(code, line)

    async def _wait(self, code: str, line: _Line) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append(called)
        if code not in self._round:
            self._round.append(code)
        try:
            await called
        except asyncio.CancelledError:
            # Whoever gives up while waiting leaves the queue; whoever was called in that same moment gives the turn back.
            if called.done() and not called.cancelled():
                self._end(code, line)
            else:
                with suppress(ValueError):
                    line.waiting.remove(called)
            raise

    def _end(self, code: str, line: _Line) -> None:
        line.in_work -= 1
        self._in_work -= 1
        while self._in_work < self._in_work_max and self._call_next():
            pass
        if line.in_work == 0 and not line.waiting:
            self._lines.pop(code, None)

    def _call_next(self) -> bool:
        for _ in range(len(self._round)):
            code = self._round[0]
            line = self._lines.get(code)
            if line is None or not line.waiting:
                self._round.popleft()
                continue
            if line.in_work >= self._tenant_max:
                self._round.rotate(-1)
                continue
            line.turns = (line.turns or self._weights[code]) - 1
            if line.turns == 0:
                self._round.rotate(-1)
            called = line.waiting.popleft()
            if called.done():
                return True
            line.in_work += 1
            self._in_work += 1
            called.set_result(None)
            return True
        return False
