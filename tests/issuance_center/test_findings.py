"""Near misses become cases: noted with their cause, sent to the municipality, closed with words, open again by themselves; and the dossier of papers, without anybody's data."""

import json
from typing import Any

import msgspec
import pytest

from issuance_center import findings as rules
from issuance_center.findings import Case
from issuance_center.records import findings
from issuance_center.records.finding_tables import finding_events, occurrences
from issuance_center.records.findings import Occurrence
from issuance_center.stopping import Person
from messages.orders import Issued, IssueOrder
from simulation.people import CardMade
from tests.issuance_center import liars
from tests.issuance_center.founding import CITY, KIOSK_IDS, SILENT_CITY, foundation
from tests.issuance_center.liars import Liar
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import lost_back, lost_there, refuses, says

CLERK, OPERATOR = Person("次郎", of=CITY), Person("花子", operator=True)
CAUSE = "回線の工事により応答が遅れたことを記録で確かめた。"


def cases(town: Town) -> list[tuple[str, str, int]]:
    return [(case["class_"], case["standing"], case["count"]) for case in town.center_store.do(findings.listed)]


def note(town: Town, class_: Any = "data_update", kind: str = "juminhyo", municipality: str = CITY) -> int:
    return town.center_store.do(findings.note, class_, Occurrence(municipality, municipality, kind, KIOSK_IDS[0], None), town.at)


# --- what is one ---


async def test_an_ordinary_visit_is_none(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.ready(card)
    await kiosk.say(kiosk.sent[-1])
    assert cases(town) == []


@pytest.mark.parametrize("trouble", [lost_there, lost_back, refuses("busy")])
async def test_a_try_that_was_no_answer_before_one_that_was(town: Town, kiosk: Kiosk, card: CardMade, trouble: Any) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [trouble]
    assert code(await kiosk.apply()) == "CertificateReady"
    assert cases(town) == [("error_then_success", "open", 1)]


async def test_an_order_that_failed_and_another_of_the_same_kind_in_the_same_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [says(200, b"{")]
    assert code(await kiosk.apply()) == "issuer_failed"
    assert cases(town) == []
    town.pass_time(seconds=5)
    assert code(await kiosk.apply()) == "CertificateReady"
    assert cases(town) == [("error_then_success", "open", 1)]
    (row,) = town.rows(occurrences)
    assert (row["detail"], row["kiosk_id"]) == ("issuer_failed", kiosk.id)


@pytest.mark.parametrize(("seconds", "found"), [(5, 1), (86_300, 1), (86_500, 0)])
async def test_an_error_at_one_kiosk_and_success_of_the_same_card_at_another_within_a_day(
    town: Town, kiosk: Kiosk, card: CardMade, seconds: int, found: int
) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [says(200, b"{")]
    await kiosk.apply()
    await kiosk.close()
    town.pass_time(seconds=seconds)
    await town.kiosk(1).ready(card)
    assert cases(town) == [("error_then_success", "open", 1)] * found
    town.pass_time(seconds=5)
    await town.kiosk(0).ready(card)
    assert cases(town) == [("error_then_success", "open", 1)] * found, "an error is followed once"


async def test_somebody_else_s_success_or_another_kind_is_no_retry(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [says(200, b"{")]
    await kiosk.apply()
    town.pass_time(seconds=5)
    await town.kiosk(1).ready(liars.stranger_to(card.serial))
    town.pass_time(seconds=5)
    await town.kiosk(1).ready(card, "koseki")
    assert cases(town) == []


@pytest.mark.parametrize(("kind", "seconds", "found"), [("juminhyo", 0.4, 1), ("juminhyo", 1.0, 0), ("koseki", 0.4, 1)])
async def test_two_orders_at_one_issuer_within_a_second(town: Town, kiosk: Kiosk, card: CardMade, kind: str, seconds: float, found: int) -> None:
    other = town.kiosk(1)
    await kiosk.choosing(card)
    await other.choosing(card, kind)
    await kiosk.apply()
    town.pass_time(seconds=seconds)
    await other.apply()
    assert [case for case in cases(town) if case[0] == "same_second"] == [("same_second", "open", 1)] * found
    if found:
        made = town.center_store.do(findings.dossier, 1, 60)
        assert made is not None
        assert {paper["kind"] for paper in made.papers} == {"juminhyo", kind}, "both orders' papers may be affected"


async def test_two_orders_of_one_visit_or_of_two_issuers_do_not_collide(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    await kiosk.apply()
    await kiosk.choices("koseki")
    await kiosk.apply()
    assert cases(town) == []
    where = Occurrence(CITY, "bcl", "juminhyo", KIOSK_IDS[1], None)
    town.center_store.do(findings.note_collisions, where, "0" * 32, town.at)
    town.center_store.do(findings.note_collisions, Occurrence(SILENT_CITY, CITY, "juminhyo", KIOSK_IDS[1], None), "0" * 32, town.at)
    assert cases(town) == []


@pytest.mark.parametrize("row", ["register_changed", "order_void"])
async def test_an_order_that_overlapped_a_data_update(town: Town, kiosk: Kiosk, card: CardMade, row: str) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [refuses(row)]
    assert code(await kiosk.apply()) == row
    assert cases(town) == [("data_update", "open", 1)]


async def test_a_paper_that_was_not_ordered(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    town.municipal = liar = Liar(town, town.municipal)
    await kiosk.choosing(card)
    liar.lie = liars.right_metadata_with_a_wrong_face
    await kiosk.apply()
    assert cases(town) == [("paper_stopped", "open", 1)]


async def one_sheet_more(liar: Liar, order: IssueOrder) -> Issued:
    """The right paper, said to have one sheet more than were drawn."""
    return liars.with_papers(await liar.make(order), lambda paper: msgspec.structs.replace(paper, sheets=paper.sheets + 1))


async def test_a_wrong_count_of_sheets(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    town.municipal = liar = Liar(town, town.municipal)
    await kiosk.choosing(card)
    liar.lie = one_sheet_more
    assert code(await kiosk.apply()) == "paper_stopped"
    assert cases(town) == [("sheet_counts", "open", 1)]
    (row,) = town.rows(occurrences)
    assert "sheets: " in row["detail"]
    assert town.facts() == []


# --- what becomes of it ---


def test_it_is_acknowledged_by_the_municipality_closed_with_a_cause_and_opens_again_when_it_recurs(town: Town) -> None:
    store, number = town.center_store, note(town)
    assert store.do(findings.close, number, CLERK, CAUSE, 0, town.at) == "not_acknowledged"
    assert store.do(findings.acknowledge, number, OPERATOR, town.at) == "not_yours"
    assert store.do(findings.acknowledge, number, Person("x", of=SILENT_CITY), town.at) == "not_yours"
    assert store.do(findings.acknowledge, number, CLERK, town.at) is None
    assert store.do(findings.close, number, CLERK, "原因は不明　　　　　　　　　　　　　　　　　　", 0, town.at) == "cause"
    assert store.do(findings.close, number, Person("x", of=SILENT_CITY), CAUSE, 0, town.at) == "not_yours"
    assert store.do(findings.close, number, CLERK, CAUSE, 0, town.at) is None
    assert (cases(town), store.do(findings.waiting, CITY)) == ([("data_update", "closed", 1)], 0)
    assert note(town) == number, "one case for a municipality and class"
    assert cases(town) == [("data_update", "open", 2)]
    assert store.do(findings.find, number)["reopened"] == 1
    assert [row["what"] for row in town.rows(finding_events)] == ["opened", "acknowledged", "closed", "reopened"]
    assert town.rows(finding_events)[2]["text"] == CAUSE, "the earlier cause stays on record"


def test_collisions_that_a_cause_explains_do_not_open_it_again_and_one_more_a_day_does(town: Town) -> None:
    store, number = town.center_store, note(town, "same_second")
    store.do(findings.acknowledge, number, CLERK, town.at)
    store.do(findings.close, number, CLERK, CAUSE, 2, town.at)
    note(town, "same_second")
    assert cases(town) == [("same_second", "closed", 2)]
    note(town, "same_second")
    assert cases(town) == [("same_second", "open", 3)]


def test_of_other_classes_nothing_is_explained_beforehand(town: Town) -> None:
    store, number = town.center_store, note(town)
    store.do(findings.acknowledge, number, CLERK, town.at)
    store.do(findings.close, number, CLERK, CAUSE, 100, town.at)
    note(town)
    assert cases(town) == [("data_update", "open", 2)]
    assert not rules.reopens(Case(CITY, "open"), 5)


def test_each_municipality_has_its_own(town: Town) -> None:
    note(town)
    assert town.center_store.do(findings.listed, SILENT_CITY) == ()
    assert town.center_store.do(findings.waiting, SILENT_CITY) == 0
    assert town.center_store.do(findings.waiting) == 1


# --- the dossier ---


async def test_the_dossier_has_every_paper_around_it_and_nobody(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    before = await kiosk.ready(card)
    await kiosk.report(before.papers[0], "paid", "printed", "taken")
    town.pass_time(hours=2)
    near = await town.kiosk(1).ready(card, copies=2)
    other = await town.kiosk(1).ready(card, "koseki")
    number = note(town)
    made = town.center_store.do(findings.dossier, number, 600)
    assert made is not None
    assert [paper["issuance_id"] for paper in made.papers] == sorted(paper.issuance_id for paper in near.papers)
    assert made.whole
    assert {(paper["state"], paper["taken"], paper["sheets"], paper["kiosk_id"]) for paper in made.papers} == {("sealed", "no", 1, KIOSK_IDS[1])}
    assert other.papers[0].issuance_id not in repr(made)
    wide = town.center_store.do(findings.dossier, number, 3 * 3600)
    assert wide is not None
    assert (len(wide.papers), wide.papers[0]["taken"]) == (3, "yes")
    told = json.dumps([wide.finding, list(wide.papers)], ensure_ascii=False)
    for who in foundation().household(card):
        assert not {who.name, who.atena_no, who.my_number} & set(told.split('"'))
    assert card.serial not in told
    assert town.center_store.do(findings.dossier, 99, 600) is None
