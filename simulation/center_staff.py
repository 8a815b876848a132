"""People who work at the center: they stop what must be stopped and let it go again after a check, two of them; and plan moves of kinds to the shared cloud.

Also keeps an eye on every stop, by whomever it was placed, for the chronicle.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from issuance_center.moving import UnderWay
from issuance_center.records import endings, moves, stops
from issuance_center.restarting import check
from issuance_center.stopping import Person, Scope, Stop
from simulation.chronicle import Chronicle, MoveSeen, StopSeen
from simulation.errands import done, step
from simulation.parties import Town
from simulation.party_life import Incarnation

OPERATOR, SECOND = Person("センター運用 花子", operator=True), Person("センター運用 次郎", operator=True)
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 20.0


class CenterStaff:
    """See the module's text."""

    def __init__(self, town: Town, chronicle: Chronicle) -> None:
        self._town = town
        self._world = town.estate.world
        self._chronicle = chronicle

    def _now(self) -> datetime:
        return self._town.hosts["center"].clock.now()

    async def _write(self, what: Any, *args: Any) -> Any:
        return await step(self._town, "center", "center", what, *args, self._now())

    async def watch_stops(self) -> None:
        """Note every stop as soon as it is seen, for ever."""
        known: set[int] = set()
        while True:
            with self._town.estate.databases["center"].begin() as connection:
                in_force = stops.in_force(connection)
            for stop in in_force:
                if stop.number not in known:
                    known.add(stop.number)
                    self._chronicle.stops.append(StopSeen(stop.number, stop.scope, self._world.loop.time()))
                    self._chronicle.done["trip" if stop.placed_of == "trip" else "stop"] += 1
                    self._world.trace.note(f"stop {stop.number} is in force")
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self, scope: Scope, by: Person) -> None:
        """Stop at once; one person is enough."""
        await self._write(endings.place, scope, by.name, by.of or "center", "点検のため")
        self._town.wake()

    async def lift(self, scope: Scope, one: Person, other: Person) -> None:
        """Let every stop of this scope go again: one proposes, the issuers are checked, the other confirms; until the check is passed."""
        while True:
            found: tuple[Stop, ...] = await done(self._town, "center", lambda life: self._town.store(life).read(stops.in_force))
            left = [stop for stop in found if stop.scope == scope]
            if not left:
                return
            for stop in left:
                await self._lift_one(stop, one, other)
            await asyncio.sleep(PATIENCE_SECONDS)

    async def _lift_one(self, stop: Stop, one: Person, other: Person) -> None:
        await self._write(stops.propose, stop.number, one, "原因を取り除いた")
        await done(self._town, "center", lambda life: self._check(life, stop.number, other))
        seen = next((known for known in self._chronicle.stops if known.number == stop.number), None)
        before = seen.lifting_at if seen is not None else None
        if seen is not None:
            seen.lifting_at = self._world.loop.time()
        refused = await self._write(stops.lift, stop.number, other)
        if seen is not None and refused not in (None, "not_in_force"):
            seen.lifting_at = before
        elif refused is None:
            self._chronicle.done["lift"] += 1

    async def _check(self, life: Incarnation, number: int, person: Person) -> None:
        shelf, lines, now = self._town.shelf, self._town.lines, self._now()
        assert shelf is not None and lines is not None
        await check(self._town.store(life), lines, await shelf.book(now), number, person, now)

    async def move(self, municipality: str, kinds: tuple[str, ...], old: str, new: str, ahead: timedelta) -> None:
        """Plan a move of these kinds, and another one when it has not come about, until one has."""
        while True:
            at = self._now() + ahead
            seen = MoveSeen(municipality, kinds, old, new, self._world.loop.time() + ahead.total_seconds())
            self._chronicle.moves.append(seen)
            number = await done(self._town, "center", lambda _life, at=at: self._plan(municipality, kinds, old, new, at))  # type: ignore[misc]
            while seen.state in ("planned", "ready"):
                await asyncio.sleep(LOOK_SECONDS)
                seen.state = await self._state(number)
            self._chronicle.done[f"move_{seen.state}"] += 1
            self._world.trace.note(f"move {number} {seen.state}")
            if seen.state == "moved":
                return
            await asyncio.sleep(PATIENCE_SECONDS)

    async def _state(self, number: int) -> str:
        found: str | None = await done(self._town, "center", lambda life: self._town.store(life).read(moves.state_of, number))
        return found or "none"

    async def _plan(self, municipality: str, kinds: tuple[str, ...], old: str, new: str, at: datetime) -> int:
        mover = self._town.mover
        assert mover is not None
        try:
            return await mover.plan(municipality, kinds, old, new, at, OPERATOR.name, "クラウドへの乗り換え")
        except UnderWay as planned:  # by a step whose answer was lost
            return planned.move_no
