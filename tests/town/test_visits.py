"""Many visits at once by different holders: each gets papers about their own household, once, and the books have each of them once."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from certificates.kinds import KINDS
from simulation.town.description import HolderEntry
from simulation.wishes import Visited, Wish
from storage.instants import JST
from tests.town import devices, oracle
from tests.town.errands import crowd, wish
from tests.town.open_town import OpenTown
from tests.town.register_truth import Truth, asked_by, differences, face_on, truth_of
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
    truth, now = truth_of(town), datetime.now(JST)
    one, other = _namesakes(town, truth)
    (_, visited), (_, others) = await crowd(hands, town.town.kiosks[:1], [wish(one, members="self"), wish(other, members="self")])
    paper, others_paper = visited.papers[0], others.papers[0]
    mine, theirs = dict(face_on(paper).pieces[0].cells), dict(face_on(others_paper).pieces[0].cells)
    assert (mine["name"], mine["birth"]) == (theirs["name"], theirs["birth"])
    asked = asked_by(wish(one, members="self"), one)
    assert differences(truth, paper, asked, now) == []
    assert differences(truth, others_paper, asked, now) != []
    assert differences(truth, paper, replace(asked, show=("relation",)), now) != []
    assert differences(truth, replace(paper, back=others_paper.back), asked, now) != []


async def _visited_rightly(town: OpenTown, hands: aiohttp.ClientSession, visits: int, at_once: int) -> None:
    truth, now = truth_of(town), datetime.now(JST)
    before = set((await listen(town)).issuances)
    wishes = _wishes(town, truth, visits)
    assert {one.kind for one in wishes} == set(KINDS)
    served = await crowd(hands, town.town.kiosks[:at_once], wishes)
    await town.quiet()
    told, machines = await listen(town), devices.look(town.folders.party("kiosk"))
    fresh = {issuance_id for issuance_id in told.issuances if issuance_id not in before}

    assert _mismatches(town, truth, served, now) == []
    assert _not_once(served, fresh) == []
    assert oracle.complaints(machines, told) == []
    _assert_unique_marks(served)
    assert _in_one_second(town.folders.database("center"), fresh) > 1


def _wishes(town: OpenTown, truth: Truth, count: int) -> list[Wish]:
    """Different holders; first the namesakes, side by side, each with a 住民票; the others with any kind that is theirs."""
    chance = random.Random(SEED)
    entitled = town.entitled()
    by_number = {holder.atena_no: holder for holder in entitled}
    alike = [by_number[no] for group in truth.namesakes() for no in group if no in by_number]
    others = [holder for holder in entitled if holder not in alike]
    assert len(alike) >= 2
    assert len(alike) + len(others) >= count, "the town has too few holders"
    chosen = chance.sample(others, count - len(alike))
    return [_wish_of(holder, "juminhyo", truth, chance) for holder in alike] + [
        _wish_of(holder, chance.choice(holder.kinds), truth, chance) for holder in chosen
    ]


def _wish_of(holder: HolderEntry, kind: str, truth: Truth, chance: random.Random) -> Wish:
    copies = chance.choice((1,) * 9 + (2,))
    forms = [form.code for form in KINDS[kind].forms]
    if KINDS[kind].chosen == "holder":
        year = chance.choice(holder.years) if KINDS[kind].yearly else None
        # A 所得証明書 of somebody who declared nothing would certify nothing: it is not issued.
        blank = year is not None and not truth.registers.taxes[holder.atena_no, year].declared
        had = [form for form in forms if not (blank and form == "shotoku")]
        return wish(holder, kind=kind, members="self", form=chance.choice(had), year=year, copies=copies)
    if KINDS[kind].chosen == "all_or_one":
        one: str | tuple[str, ...] = (chance.choice(holder.persons),)
        show = chance.choice(((), ("honseki",))) if kind == "fuhyo" else ()
        return wish(holder, kind=kind, members=chance.choice(("all", "self", one if len(holder.persons) > 1 else "self")), show=show, copies=copies)
    some = tuple(sorted(chance.sample(holder.household, chance.randint(1, len(holder.household)))))
    # 世帯の一部 is offered where there is more than one to choose from.
    members = chance.choice(("all", "self", some) if len(holder.household) > 1 else ("all", "self"))
    # 本籍 is only offered where somebody in the household can have one.
    japanese = any(truth.registers.residents[no].foreign is None for no in holder.household)
    shown = tuple(code for code in chance.choice(SHOWN) if code != "honseki" or japanese)
    return wish(holder, kind=kind, members=members, show=shown, form=chance.choice(forms), copies=copies)


def _namesakes(town: OpenTown, truth: Truth) -> tuple[HolderEntry, HolderEntry]:
    by_number = {holder.atena_no: holder for holder in town.entitled()}
    pair = next(group for group in truth.namesakes() if all(no in by_number for no in group))
    assert len({truth.registers.residents[no].household_no for no in pair}) == len(pair)
    return by_number[pair[0]], by_number[pair[1]]


def _mismatches(town: OpenTown, truth: Truth, served: list[tuple[Wish, Visited]], now: datetime) -> list[str]:
    holders = {holder.id: holder for holder in town.town.holders}
    return [
        f"{one.kind} {paper.issuance_id}: {difference}"
        for one, visited in served
        for paper in visited.papers
        for difference in differences(truth, paper, asked_by(one, holders[one.card]), now)
    ]


def _not_once(served: list[tuple[Wish, Visited]], fresh: set[str]) -> list[str]:
    """Papers lost or doubled, and money that is not the fee."""
    in_hand = Counter(paper.issuance_id for _, visited in served for paper in visited.papers)
    wrong = [f"{issuance_id} was handed out {count} times" for issuance_id, count in in_hand.items() if count != 1]
    wrong += [f"{issuance_id} is in nobody's hands, or in nobody's records" for issuance_id in sorted(fresh ^ set(in_hand))]
    for one, visited in served:
        due_yen = one.copies * oracle.fee_of(one.form or KINDS[one.kind].forms[0].code)
        if visited.refusal is not None or len(visited.papers) != one.copies or visited.spent_yen != due_yen or visited.receipt is None:
            wrong.append(
                f"holder {one.card} ({one.kind}): {len(visited.papers)} of {one.copies} papers for {visited.spent_yen} yen, {visited.refusal}"
            )
    return wrong


def _assert_unique_marks(served: list[tuple[Wish, Visited]]) -> None:
    """Every 発行番号 and every binding stands on one paper only."""
    faces = [face_on(paper) for _, visited in served for paper in visited.papers]
    assert len({face.number for face in faces}) == len(faces)
    assert len({face.binding for face in faces}) == len(faces)


def _in_one_second(center: Path, fresh: set[str]) -> int:
    """The most requests of these papers that were ordered within one second."""
    query = "SELECT issuance_id, requests.request_id, ordered_at FROM issuances JOIN requests USING (request_id) ORDER BY issuance_id"
    ordered = {row["request_id"]: row["ordered_at"][:19] for row in rows(center, query) if row["issuance_id"] in fresh}
    return max(Counter(ordered.values()).values())
