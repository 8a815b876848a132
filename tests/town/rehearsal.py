"""Crashes on purpose: the points that a visit passes are recorded, one of them is armed, somebody comes, and the town at rest is judged.

A party kills itself at the point that stands in `<party>.armed` (`storage.crash_points`); the supervisor brings it back; the person stays and takes what the machine gives.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import aiohttp

from simulation.town.description import KioskEntry
from simulation.wishes import NotServed, Visited
from tests.town import devices, oracle
from tests.town.errands import Errand
from tests.town.open_town import LOOK_SECONDS, QUIET_SECONDS, OpenTown
from tests.town.told import listen, office_page

VISITS_MAX = 3
CUT_OFF = "切り離し中"
"""What the center's page of its lines says of one that nobody may try yet: an issuer that was killed was silent too often."""


COLD = {"AskDirectory": "kiosk", "AskPrices": "center"}
"""What a party asks for and keeps for some minutes: who is to die over it begins with an empty memory."""


PROBED = ("commit:_carried_out:", "commit:demand_own:", "commit:record:")
"""What the shared cloud passes when it probes a tenant, whenever its turn comes: no visit brings it about."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """The `occurrence`th time that `party` passes `name`."""

    party: str
    name: str
    occurrence: int = 1

    def __str__(self) -> str:
        return f"{self.party} {self.name} {self.occurrence}"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One rehearsal: what was armed, how its papers ended by the printer, and everything that did not fit."""

    points: tuple[Point, ...]
    endings: tuple[str, ...]
    complaints: tuple[str, ...]


class Rehearsals:
    """A town in which one crash follows another. What was complained of once is not complained of again."""

    def __init__(self, town: OpenTown, hands: aiohttp.ClientSession) -> None:
        """Call `begin` before anything else."""
        self._town = town
        self._hands = hands
        self._kiosks = cycle(town.town.kiosks)
        self._known: set[str] = set()
        self._seen: set[str] = set()
        self._unserved: list[str] = []

    async def begin(self) -> None:
        """What happened before is no business of these rehearsals."""
        await self._town.quiet()
        await self._judged()

    async def record(self, errand: Errand, first: Point | None = None, *, cold: bool = False) -> tuple[Point, ...]:
        """The points that this errand passes, in the order of the parties; after a crash at `first` only those that its party passes from then on, counted anew.

        With `cold` the parties that keep something begin with nothing.
        """
        if first is None:  # what only the first visit of all passes (a build is noted, prices are asked for) is not passed again
            await self.visit(errand)
            await self._town.quiet()
        if cold:
            await asyncio.to_thread(self._town.restart, *COLD.values())

        def armed() -> None:
            if first is not None:
                self.arm(first)

        passed = await self.passed(lambda: self.visit(errand), armed)
        _, found = await self._judged()
        assert not found, found
        if first is None:
            return passed
        names = self._passed(first.party)
        return _counted(first.party, names[_place_of(first, names) + 1 :])

    async def passed(self, doing: Callable[[], Awaitable[object]], ready: Callable[[], None] = lambda: None) -> tuple[Point, ...]:
        """The points that all parties pass while something is done, until nothing moves any more."""
        folder = self._town.folders.crash_points
        for file in folder.glob("*.points"):
            file.unlink()
        (folder / "record").touch()
        ready()
        await doing()
        await self._town.quiet()
        (folder / "record").unlink()
        return tuple(point for party in self._town.town.parties for point in _counted(party, self._passed(party)))

    async def died(self, point: Point, doing: Callable[[], Awaitable[object]]) -> bool:
        """Whether the party died there while something was done; it is back, and nothing moves any more."""
        self.arm(point)
        await doing()
        await self._town.quiet()
        reached = not self._armed(point).exists()
        self._armed(point).unlink(missing_ok=True)
        return reached

    async def rehearse(self, errand: Errand, *points: Point) -> Rehearsed:
        """Crash at the first point, and once that has happened at the next one, and so on; then judge."""
        visits: list[Visited] = []
        waiting = list(points)
        forgetful = sorted({party for point in points for question, party in COLD.items() if question in point.name})
        if forgetful:
            await asyncio.to_thread(self._town.restart, *forgetful)
        self.arm(waiting[0])
        for _ in range(VISITS_MAX):
            visits.append(await self._with_crashes(errand, waiting))
            if not waiting:
                break
        endings, complaints = await self._judged()
        unreached = [f"{point} was never reached" for point in waiting]
        for point in waiting:
            self._armed(point).unlink(missing_ok=True)
        return Rehearsed(points, endings, (*unreached, *complaints, *_silences(visits, endings, errand)))

    def arm(self, point: Point) -> None:
        """The party will die there."""
        fresh = self._armed(point).with_suffix(".new")
        fresh.write_text(f"{point.name} {point.occurrence}", encoding="utf-8")
        fresh.replace(self._armed(point))

    async def _with_crashes(self, errand: Errand, waiting: list[Point]) -> Visited:
        async def watch() -> None:
            while waiting:
                if not self._armed(waiting[0]).exists():
                    waiting.pop(0)
                    if waiting:
                        self.arm(waiting[0])
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(watch())
        visited = await self.visit(errand)
        await self._town.quiet()
        watching.cancel()
        return visited

    async def _lines_may_be_tried(self) -> None:
        """The center lets a question through to every issuer again."""
        async with asyncio.timeout(QUIET_SECONDS):
            while CUT_OFF in await office_page(self._town.town, "center", "/issuers"):
                await asyncio.sleep(10 * LOOK_SECONDS)

    async def visit(self, errand: Errand) -> Visited:
        """Somebody comes for this errand, when no line is cut off any more because of an earlier crash."""
        await self._lines_may_be_tried()
        kiosk = next(self._kiosks)
        await self._staff_come(kiosk)
        try:
            return await errand.run(self._hands, kiosk, errand.who(self._town))
        except NotServed as problem:
            self._unserved.append(f"{kiosk.id} did not serve: {problem.code} {problem.more}")
            return Visited()

    async def _staff_come(self, kiosk: KioskEntry) -> None:
        """Somebody of the shop looks whether a torn sheet of an earlier visit is in the machine."""
        async with self._hands.get(f"{kiosk.url}/view") as answer:
            jammed = (await answer.json())["machine"]["printer"] == "jammed"
        if jammed:
            async with self._hands.post(f"{kiosk.url}/maintenance", json={"do": "clear_jam"}) as answer:
                assert answer.status == 200

    async def _judged(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        truth, told = devices.look(self._town.folders.party("kiosk")), await listen(self._town)
        found = [complaint for complaint in oracle.complaints(truth, told) if complaint not in self._known]
        self._known.update(found)
        found += self._unserved
        self._unserved = []
        fresh = [issuance for issuance in told.issuances if issuance not in self._seen]
        self._seen.update(fresh)
        return tuple(oracle.ending(truth.papers.get(issuance)) for issuance in fresh), tuple(found)

    def _armed(self, point: Point) -> Path:
        return self._town.folders.crash_points / f"{self._name(point.party)}.armed"

    def _name(self, party: str) -> str:
        return self._town.code_of(party) or party

    def _passed(self, party: str) -> list[str]:
        file = self._town.folders.crash_points / f"{self._name(party)}.points"
        passed = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [name for name in passed if not (party == "bcl" and name.startswith(PROBED))]


def _counted(party: str, names: Sequence[str]) -> tuple[Point, ...]:
    counted: Counter[str] = Counter()
    points = []
    for name in names:
        counted[name] += 1
        points.append(Point(party, name, counted[name]))
    return tuple(points)


def _place_of(point: Point, names: Sequence[str]) -> int:
    return [place for place, name in enumerate(names) if name == point.name][point.occurrence - 1]


def _silences(visits: list[Visited], endings: tuple[str, ...], errand: Errand) -> list[str]:
    """People whose money moved, who have not got what they came for, and whom the machine told nothing."""
    if errand.leaves_alone or endings.count("out") == errand.copies * len(visits):
        return []
    poor = [visited for visited in visits if (visited.inserted_yen or visited.returned_yen) and len(visited.papers) < errand.copies]
    return ["somebody was sent away without a word" for visited in poor if visited.refusal is None and not visited.settled]
