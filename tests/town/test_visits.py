"""Many visits at once by different holders: each gets papers about their own household, once, and the books have each of them once."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from certificates.reading import face_of, read
from simulation.town.description import HolderEntry
from simulation.visitor import Visited, Wish
from tests.town import devices, oracle
from tests.town.errands import crowd, wish
from tests.town.open_town import OpenTown
from tests.town.register_truth import Register, differences, read_register
from tests.town.rows import rows
from tests.town.told import listen

SEED = 4
FEW, FEW_AT_ONCE = 60, 12
MANY, MANY_AT_ONCE, MANY_RESIDENTS = 2000, 50, 3200
SHOWN = (("relation",), (), ("relation", "honseki"), ("my_number",), ("relation", "honseki", "my_number", "juminhyo_code"))


@pytest.fixture(scope="module")
def great_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with OpenTown(tmp_path_factory.mktemp("great") / "state", residents=MANY_RESIDENTS, terminals=MANY_AT_ONCE) as opened:
        yield opened


async def test_sixty_visitors_at_twelve_terminals_get_their_own_papers(town: OpenTown, hands: aiohttp.ClientSession) -> None:
    await _visited_rightly(town, hands, FEW, FEW_AT_ONCE)


@pytest.mark.sweep
async def test_two_thousand_visitors_at_fifty_terminals_get_their_own_papers(great_town: OpenTown, hands: aiohttp.ClientSession) -> None:
    await _visited_rightly(great_town, hands, MANY, MANY_AT_ONCE)


async def test_the_comparison_notices_another_persons_paper(town: OpenTown, hands: aiohttp.ClientSession) -> None:
    register = read_register(town.folders.database("municipal"))
    one, other = _namesakes(town, register)
    (_, visited), (_, others) = await crowd(hands, town.town.kiosks[:1], [wish(one, members="self"), wish(other, members="self")])
    pdf, others_pdf = visited.papers[0].pdf, others.papers[0].pdf
    assert pdf is not None and others_pdf is not None
    assert (face_of(read(pdf)).members[0].text("name"), face_of(read(pdf)).members[0].text("birth")) == (
        face_of(read(others_pdf)).members[0].text("name"),
        face_of(read(others_pdf)).members[0].text("birth"),
    )
    assert differences(register, pdf, one.atena_no, "self", ()) == []
    assert differences(register, others_pdf, one.atena_no, "self", ()) != []
    assert differences(register, pdf, one.atena_no, "self", ("relation",)) != []


async def _visited_rightly(town: OpenTown, hands: aiohttp.ClientSession, visits: int, at_once: int) -> None:
    register = read_register(town.folders.database("municipal"))
    before = set((await listen(town)).issuances)
    wishes = _wishes(town, register, visits)
    served = await crowd(hands, town.town.kiosks[:at_once], wishes)
    await town.quiet()
    told, truth = await listen(town), devices.look(town.folders.party("kiosk"))
    fresh = {issuance_id for issuance_id in told.issuances if issuance_id not in before}

    assert _mismatches(town, register, served) == []
    assert _not_once(served, fresh) == []
    assert oracle.complaints(truth, told, town.city) == []
    _assert_unique_marks(served)
    assert _in_one_second(town.folders.database("center"), fresh) > 1


def _wishes(town: OpenTown, register: Register, count: int) -> list[Wish]:
    """Different holders; first the namesakes, side by side."""
    chance = random.Random(SEED)
    entitled = town.entitled()
    by_number = {holder.atena_no: holder for holder in entitled}
    alike = [by_number[no] for group in register.namesakes() for no in group if no in by_number]
    others = [holder for holder in entitled if holder not in alike]
    assert len(alike) >= 2
    assert len(alike) + len(others) >= count, "the town has too few holders"
    chosen = alike + chance.sample(others, count - len(alike))
    return [_wish_of(holder, register, chance) for holder in chosen]


def _wish_of(holder: HolderEntry, register: Register, chance: random.Random) -> Wish:
    household = register.present(holder.atena_no)
    some = tuple(sorted(chance.sample(household, chance.randint(1, len(household)))))
    # 世帯の一部 is offered where there is more than one to choose from.
    members = chance.choice(("all", "self", some) if len(household) > 1 else ("all", "self"))
    # 本籍 is only offered where somebody in the household can have one.
    japanese = any(register.people[no]["nationality"] is None for no in household)
    show = tuple(code for code in chance.choice(SHOWN) if code != "honseki" or japanese)
    return wish(holder, members=members, show=show, copies=chance.choice((1,) * 9 + (2,)))


def _namesakes(town: OpenTown, register: Register) -> tuple[HolderEntry, HolderEntry]:
    by_number = {holder.atena_no: holder for holder in town.entitled()}
    pair = next(group for group in register.namesakes() if all(no in by_number for no in group))
    assert len({register.people[no]["household_no"] for no in pair}) == len(pair)
    return by_number[pair[0]], by_number[pair[1]]


def _mismatches(town: OpenTown, register: Register, served: list[tuple[Wish, Visited]]) -> list[str]:
    holders = {holder.id: holder for holder in town.town.holders}
    return [
        f"{paper.issuance_id}: {difference}"
        for one, visited in served
        for paper in visited.papers
        for difference in (
            ["an incomplete paper"] if paper.pdf is None else differences(register, paper.pdf, holders[one.card].atena_no, one.members, one.show)
        )
    ]


def _not_once(served: list[tuple[Wish, Visited]], fresh: set[str]) -> list[str]:
    """Papers lost or doubled, and money that is not the fee."""
    in_hand = Counter(paper.issuance_id for _, visited in served for paper in visited.papers)
    wrong = [f"{issuance_id} was handed out {count} times" for issuance_id, count in in_hand.items() if count != 1]
    wrong += [f"{issuance_id} is in nobody's hands, or in nobody's records" for issuance_id in sorted(fresh ^ set(in_hand))]
    for one, visited in served:
        if visited.refusal is not None or len(visited.papers) != one.copies or visited.spent_yen != 200 * one.copies or visited.receipt is None:
            wrong.append(f"holder {one.card}: {len(visited.papers)} of {one.copies} papers for {visited.spent_yen} yen, {visited.refusal}")
    return wrong


def _assert_unique_marks(served: list[tuple[Wish, Visited]]) -> None:
    """Every 発行番号 and every binding stands on one paper only."""
    faces = [face_of(read(paper.pdf)) for _, visited in served for paper in visited.papers if paper.pdf is not None]
    assert len({face.number for face in faces}) == len(faces)
    assert len({face.binding for face in faces}) == len(faces)


def _in_one_second(center: Path, fresh: set[str]) -> int:
    """The most requests of these papers that were ordered within one second."""
    query = "SELECT issuance_id, requests.request_id, ordered_at FROM issuances JOIN requests USING (request_id) ORDER BY issuance_id"
    ordered = {row["request_id"]: row["ordered_at"][:19] for row in rows(center, query) if row["issuance_id"] in fresh}
    return max(Counter(ordered.values()).values())
