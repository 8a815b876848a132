"""People who come all the time while kinds move from one issuer to another, and the judge of what they left with."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from certificates.kinds import KINDS
from simulation.town.description import HolderEntry, KioskEntry
from simulation.visitor import Visitor
from simulation.wishes import Json, Visited, Wish
from storage.instants import instant
from tests.town import devices, oracle
from tests.town.errands import wish
from tests.town.moves import Moving
from tests.town.open_town import OpenTown
from tests.town.register_truth import asked_by, differences, face_on, truth_of
from tests.town.rows import Row, rows
from tests.town.told import listen

Served = tuple[Wish, Visited]

ORDERED = """SELECT issuance_id, requests.municipality, requests.kind, requests.issuer, ordered_at, offered_at, offers.issuer AS offered_by
    FROM issuances JOIN requests USING (request_id)
    JOIN offers ON offers.visit_id = requests.visit_id AND offers.municipality = requests.municipality AND offers.kind = requests.kind
    ORDER BY issuance_id"""


class Lingerer(Visitor):
    """Has chosen and seen everything, and touches the button only when told to."""

    def __init__(self, session: aiohttp.ClientSession, url: str, wanted: Wish) -> None:
        super().__init__(session, url, wanted)
        self.wish = wanted
        self.before_the_button = asyncio.Event()
        self.go = asyncio.Event()

    async def _on_review(self, view: Json) -> Json:
        self.before_the_button.set()
        await self.go.wait()
        return await super()._on_review(view)


def wishes(holders: Sequence[HolderEntry], kinds: Sequence[str] | None, seed: int) -> Iterator[Wish]:
    """One after another for ever, each with a paper that is theirs: of these kinds, or of any."""
    chance = random.Random(seed)
    mine = [(holder, [kind for kind in holder.kinds if kinds is None or kind in kinds]) for holder in holders]
    able = [(holder, found) for holder, found in mine if found]
    while True:
        chance.shuffle(able)
        for holder, found in able:
            kind = chance.choice(found)
            year = holder.years[0] if KINDS[kind].yearly else None
            yield wish(holder, kind=kind, members="self" if KINDS[kind].chosen == "holder" else "all", year=year)


def in_turn(*sources: Iterator[Wish]) -> Iterator[Wish]:
    """One of each, and again."""
    while True:
        for source in sources:
            yield next(source)


async def keep_coming(
    hands: aiohttp.ClientSession, kiosks: Sequence[KioskEntry], wanted: Iterator[Wish], enough: asyncio.Event, served: list[Served], busy: set[str]
) -> None:
    """Somebody stands at each of these terminals until it is enough; nobody is sent away in the middle. A card of which somebody is `busy` is in no other terminal."""

    async def stand_at(kiosk: KioskEntry) -> None:
        while not enough.is_set():
            one = next(one for one in wanted if one.card not in busy)
            busy.add(one.card)
            served.append((one, await Visitor(hands, kiosk.url, one).visit()))
            busy.remove(one.card)

    async with asyncio.TaskGroup() as tasks:
        for kiosk in kiosks:
            tasks.create_task(stand_at(kiosk))


def ordered(town: OpenTown) -> dict[str, Row]:
    """Every paper as the center has it: by whom it was offered and ordered from, and when."""
    return {row["issuance_id"]: row for row in rows(town.folders.database("center"), ORDERED)}


@dataclass(frozen=True, slots=True)
class Judged:
    """How many papers of the kinds that moved each issuer made, how many were offered before the minute and ordered after it, and everything that is wrong."""

    papers: Counter[str]
    across: int
    wrong: tuple[str, ...]


async def complained_of(town: OpenTown) -> frozenset[str]:
    """Everything that the oracle says of a town that has come to rest."""
    await town.quiet()
    return frozenset(oracle.complaints(devices.look(town.folders.party("kiosk")), await listen(town)))


async def judged(house: Moving, served: Sequence[Served], at: datetime, old: str, new: str, known: frozenset[str]) -> Judged:
    """Every paper: the right person, the issuer of the instant at which its visit chose, one fee, in one hand, no number twice; and the whole town by the oracle, but for what was `known` before."""
    town = house.town
    found = await complained_of(town)
    records = ordered(town)
    holders = {holder.id: holder for holder in town.town.holders}
    wrong: list[str] = []
    numbers: Counter[str] = Counter()
    papers: Counter[str] = Counter()
    across = 0
    for one, visited in served:
        holder = holders[one.card]
        due = one.copies * oracle.fee_of(one.form or KINDS[one.kind].forms[0].code, one.municipality)
        if visited.refusal is not None or len(visited.papers) != one.copies or visited.spent_yen != due or visited.receipt is None:
            wrong.append(f"{one.municipality} {one.kind}: {len(visited.papers)} papers for {visited.spent_yen} of {due} yen, {visited.refusal}")
        for paper in visited.papers:
            row, face = records.get(paper.issuance_id), face_on(paper)
            numbers[face.number] += 1
            if one.door == "home":
                right = differences(truth_of(town, one.municipality), paper, asked_by(one, holder), at)
                wrong += [f"{one.municipality} {one.kind} {paper.issuance_id}: {what}" for what in right]
            if row is None:
                wrong.append(f"{paper.issuance_id} is in somebody's hands and not in the center's records")
            elif (row["municipality"], row["kind"] in house.kinds) == (house.code, True):
                chosen = instant(row["offered_at"])
                expected = old if chosen < at else new
                if (row["offered_by"], row["issuer"]) != (expected, expected) or face.number.split()[1] != house.series[expected]:
                    wrong.append(f"{paper.issuance_id} was chosen at {chosen} from {row['offered_by']}, ordered from {row['issuer']}: {face.number}")
                papers[expected] += 1
                across += chosen < at <= instant(row["ordered_at"])
    wrong += [f"{number} stands on {count} papers" for number, count in numbers.items() if count > 1]
    wrong += sorted(found - known)
    return Judged(papers, across, tuple(wrong))
