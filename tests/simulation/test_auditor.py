"""The auditor is believed when it is silent, so each of its complaints is provoked once: a town in order is tampered with, and it must say what was done."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from certificates.kinds import KINDS
from simulation import demonstration as demo
from simulation.auditor import Findings
from simulation.wishes import Paper
from simulation.workload import EVERYBODYS, Came
from tests.simulation.rested import Rested, raw_connection


def _said(findings: Findings, part: str) -> bool:
    return any(part in complaint for complaint in findings.complaints)


def test_a_town_in_order_is_passed_and_counted(rested: Rested) -> None:
    findings = rested.audit()
    assert findings.complaints == ()
    assert (findings.mismatches, findings.unresolved, findings.ledger_imbalance_yen) == (0, 0, 0)
    assert findings.issued == sum(len(visit.visited.papers) for visit in rested.came) > 5
    assert len(rested.with_papers()) > 3


# --- other people's papers ---


def _first(visit: Came) -> Paper:
    return visit.visited.papers[0]


def _with_sides_of(paper: Paper, other: Paper) -> Paper:
    return replace(paper, face=other.face, back=other.back)


def test_another_households_paper_is_somebody_elses(rested: Rested) -> None:
    wishes = [(place, rested.came[place].wish) for place in rested.with_papers()]
    one, other = [place for place, wish in wishes if wish.kind == "juminhyo" and wish.form != "kojinhyo"][:2]
    came = rested.changed(one, lambda _: None)
    came[one].visited.papers[0], came[other].visited.papers[0] = (
        _with_sides_of(_first(came[one]), _first(came[other])),
        _with_sides_of(_first(came[other]), _first(came[one])),
    )
    findings = rested.audit(came)
    assert findings.mismatches == 2
    for place in (one, other):
        paper = f"visit {came[place].number}, paper {_first(came[place]).issuance_id}"
        for words in ("somebody else's address", "other people than were asked for", "the back of another issuance"):
            assert _said(findings, f"{paper}: {words}"), words


def test_a_member_who_was_not_asked_for_is_a_mismatch_in_the_right_household_too(rested: Rested) -> None:
    def household(visit: Came) -> int:
        residents = rested.foundation.populations[visit.holder.municipality].residents
        return sum(resident.household_no == visit.holder.made.resident.household_no for resident in residents)

    places = [place for place in rested.with_papers() if rested.came[place].wish.kind in ("juminhyo", "kisai_jiko")]
    place = next(place for place in places if rested.came[place].wish.members == "all" and household(rested.came[place]) > 1)
    findings = rested.audit(rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, members="self"))))
    assert findings.mismatches == len(rested.came[place].visited.papers)
    assert _said(findings, "other people than were asked for") and not _said(findings, "address")


def test_an_item_that_was_not_asked_for_is_a_mismatch(rested: Rested) -> None:
    places = [place for place in rested.with_papers() if rested.came[place].wish.kind in ("juminhyo", "kisai_jiko")]
    asked = {option: place for place in places for option in EVERYBODYS if option in rested.came[place].wish.show}
    assert asked
    for option, place in asked.items():
        findings = rested.audit(rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, show=()))))
        assert findings.mismatches > 0 and _said(findings, f"{option} was not asked for")


def test_a_paper_with_one_byte_changed_is_a_mismatch(rested: Rested) -> None:
    place = rested.with_papers()[0]

    def scratch(visit: Came) -> None:
        pdf = bytearray(_first(visit).face or b"")
        pdf[len(pdf) // 2] ^= 1
        visit.visited.papers[0] = replace(_first(visit), face=bytes(pdf))

    findings = rested.audit(rested.changed(place, scratch))
    # Where the byte carries no text the paper can still be read, and its signature does not hold.
    assert findings.mismatches == 1 and (_said(findings, "a paper that cannot be read") or _said(findings, "not signed by municipality"))


def test_the_back_of_another_copy_is_a_mismatch_and_so_is_none(rested: Rested) -> None:
    place = next(place for place in rested.with_papers() if len(rested.came[place].visited.papers) > 1)

    def turn(visit: Came) -> None:
        one, other = visit.visited.papers[:2]
        visit.visited.papers[:2] = [replace(one, back=other.back), replace(other, back=None)]

    findings = rested.audit(rested.changed(place, turn))
    assert findings.mismatches == 2
    for words in ("the back of another face", "the back of another issuance", "2-D codes of another paper", "a face without its back"):
        assert _said(findings, words), words


def test_another_kind_another_form_or_another_year_than_was_wanted_is_a_mismatch(rested: Rested) -> None:
    for kind in ("juminhyo", "kazei"):
        place = next(place for place in rested.with_papers() if rested.came[place].wish.kind == kind)
        wish = rested.came[place].wish
        other = KINDS[kind].forms[0].code if wish.form not in ("", KINDS[kind].forms[0].code) else KINDS[kind].forms[1].code
        wrong = rested.changed(place, lambda visit, other=other: replace(visit, wish=replace(visit.wish, form=other)))  # type: ignore[misc]
        assert _said(rested.audit(wrong), "another form than was asked for")
    earlier = rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, year=2024 if visit.wish.year != 2024 else 2025)))
    assert rested.audit(earlier).mismatches > 0
    inkan = rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, kind="inkan", form="", year=None)))
    assert _said(rested.audit(inkan), "another form than was asked for")


def test_a_seal_that_was_cancelled_before_the_visit_is_a_mismatch(rested: Rested) -> None:
    place = next(place for place in rested.with_papers() if rested.came[place].wish.kind == "inkan")
    holder, code = rested.came[place].holder.made.resident.atena_no, rested.came[place].holder.municipality
    kept = rested.chronicle.base[code]
    gone = tuple(
        replace(seal, cancelled_at=rested.came[place].began, cancelled_for="lost") if seal.atena_no == holder else seal
        for seal in kept.population.seals
    )
    base = {**rested.chronicle.base, code: replace(kept, population=replace(kept.population, seals=gone))}
    paper = f"visit {rested.came[place].number}, paper {_first(rested.came[place]).issuance_id}"
    assert _said(rested.told(base=base).audit(), f"{paper}: a seal that is not in force")


def test_people_came_for_every_kind_and_left_with_papers_of_most(rested: Rested) -> None:
    assert {visit.wish.kind for visit in rested.came} >= {"juminhyo", "inkan", "kazei", "koseki"}
    assert len({rested.came[place].wish.kind for place in rested.with_papers()}) >= 4


def test_a_paper_that_came_out_twice_is_said_twice(rested: Rested) -> None:
    place = rested.with_papers()[0]
    findings = rested.audit(rested.changed(place, lambda visit: visit.visited.papers.append(_first(visit))))
    assert _said(findings, f"{_first(rested.came[place]).issuance_id}: printed 2 times")
    assert _said(findings, "a 発行番号 a second time")


# --- paper and state ---


def _an_issuance(rested: Rested) -> str:
    return _first(rested.came[rested.with_papers()[0]]).issuance_id


@pytest.mark.parametrize("state", ["returned", "declined", "stopped", "lapsed", "accepted", "paid"])
def test_a_paper_that_is_out_while_the_center_says_otherwise(rested: Rested, state: str) -> None:
    issuance = _an_issuance(rested)
    with rested.tampered("center", f"UPDATE issuances SET state = '{state}' WHERE issuance_id = '{issuance}'"):
        findings = rested.audit()
    assert _said(findings, f"{issuance}: a paper is out, and the center says {state}")
    assert _said(findings, f"{issuance}: the center says {state}, the 発行履歴 says printed")
    assert _said(findings, f"the coin boxes gained {sum(visit.visited.spent_yen for visit in rested.came)} yen")
    assert _said(findings, "people spent")
    assert _said(findings, f"{issuance}: left in state {state}") == (state in ("accepted", "paid"))


def test_a_paper_that_the_center_has_never_heard_of(rested: Rested) -> None:
    issuance = _an_issuance(rested)
    with rested.tampered("center", f"UPDATE issuances SET request_id = 'nowhere' WHERE issuance_id = '{issuance}'"):
        assert _said(rested.audit(), f"{issuance}: a paper is out, and the center says None")


@pytest.mark.parametrize("state", ["printed", "taken"])
def test_a_paper_that_nobody_has(rested: Rested, state: str) -> None:
    issuance, place = _an_issuance(rested), rested.with_papers()[0]
    with rested.tampered("center", f"UPDATE issuances SET state = '{state}' WHERE issuance_id = '{issuance}'"):
        findings = rested.audit(rested.changed(place, lambda visit: visit.visited.papers.pop(0) and None))
    assert _said(findings, f"{issuance}: the center says {state}, and nobody has the paper")


def test_a_paper_on_another_form_than_the_center_knows_of(rested: Rested) -> None:
    place = next(place for place in rested.with_papers() if rested.came[place].wish.kind == "juminhyo")
    issuance = _first(rested.came[place]).issuance_id
    form = rested.came[place].wish.form or "juminhyo"
    with rested.tampered(
        "center", f"UPDATE requests SET form = 'koseki' WHERE request_id = (SELECT request_id FROM issuances WHERE issuance_id = '{issuance}')"
    ):
        findings = rested.audit()
    assert _said(findings, f"a paper on the form {form}, and the center says koseki")
    assert _said(findings, "the coin boxes gained"), "a 戸籍 costs more"


# --- money ---


def test_money_that_lies_about_in_a_machine(rested: Rested) -> None:
    terminal = min(rested.town.devices)
    box, _ = rested.town.devices[terminal]
    life = rested.town.hosts["kiosk"].life
    assert life is not None
    life.alive = True  # a coin is put in by a hand; the box belongs to a life that has ended
    try:
        box.insert("tampered", 100)
        assert _said(rested.audit(), f"{terminal}: money lies about")
        box.give_back("tampered")
        assert _said(rested.audit(), f"{terminal}: money lies about")
        box.take_return()
        assert rested.audit().complaints == ()
    finally:
        life.alive = False


def test_a_coin_that_left_the_box_without_a_movement(rested: Rested) -> None:
    terminal = min(rested.town.devices)
    file = rested.foundation.estate.devices / terminal / "coin_box" / "coin_box.sqlite"

    def shift(count: int) -> None:
        raw = sqlite3.connect(file, isolation_level=None)
        assert raw.execute("UPDATE holding SET count = count + ? WHERE place = 'cash' AND denomination = 100", (count,)).rowcount == 1
        raw.close()

    shift(-1)
    findings = rested.audit()
    shift(1)
    assert findings.complaints == (f"{terminal}: the coin box does not add up",)
    assert rested.audit().complaints == ()


@pytest.mark.parametrize("yen", [10, -10])
def test_a_purse_that_lost_or_gained_without_a_paper(rested: Rested, yen: int) -> None:
    def shift(visit: Came) -> None:
        visit.visited.returned_yen += yen

    spent = sum(visit.visited.spent_yen for visit in rested.came)
    findings = rested.audit(rested.changed(rested.with_papers()[0], shift))
    assert findings.complaints == (f"people spent {spent - yen} yen for papers of {spent} yen",)


# --- the books ---

_UNGUARDED = ("DROP TRIGGER legs_never_change", "DROP TRIGGER legs_never_go", "DROP TRIGGER postings_never_go", "DROP TRIGGER postings_never_change")


def test_a_leg_that_is_missing_unbalances_a_book_and_the_whole(rested: Rested) -> None:
    with rested.tampered("fees", *_UNGUARDED, "DELETE FROM legs WHERE rowid = (SELECT rowid FROM legs ORDER BY pattern DESC, line DESC LIMIT 1)"):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen != 0
    assert _said(findings, "does not balance")


def test_yen_moved_from_one_book_to_another_is_seen_though_the_whole_still_balances(rested: Rested) -> None:
    printed = "SELECT MIN(pattern) FROM legs WHERE book LIKE 'municipality/%'"  # the same postings on both sides: the whole stays as it is
    move = f"UPDATE legs SET yen = yen + {{}} WHERE rowid = (SELECT rowid FROM legs WHERE pattern = ({printed}) AND book LIKE '{{}}%' ORDER BY line LIMIT 1)"
    with rested.tampered("fees", *_UNGUARDED, move.format(7, "operator"), move.format(-7, "municipality")):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen == 0
    assert sum("does not balance" in complaint for complaint in findings.complaints) == 2


def test_a_posting_that_is_missing_whole_is_seen_though_every_book_balances(rested: Rested) -> None:
    with rested.tampered("fees", *_UNGUARDED, "DELETE FROM postings WHERE number = (SELECT max(number) FROM postings)"):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen == 0
    assert not _said(findings, "does not balance")
    assert _said(findings, f"operator/{demo.OPERATOR}/") and _said(findings, "instead of")


def test_a_fee_that_was_booked_for_somebody_else_is_seen(rested: Rested) -> None:
    with rested.tampered("fees", *_UNGUARDED, "UPDATE legs SET book = 'municipality/131016' WHERE book LIKE 'municipality/%'"):
        findings = rested.audit()
        assert _said(findings, "the book municipality/131016 is nobody's")
        assert _said(findings, f"municipality/{rested.foundation.places[0].code}/fee: 0 yen instead of")


# --- the others' records ---


@pytest.mark.parametrize("state", ["void", "unresolved", "made"])
def test_an_issue_log_that_says_otherwise(rested: Rested, state: str) -> None:
    issuance = _an_issuance(rested)
    with rested.tampered("municipal", f"UPDATE issue_papers SET state = '{state}' WHERE issuance_id = '{issuance}'"):
        findings = rested.audit()
    assert [complaint.partition(", ")[2] for complaint in findings.complaints] == [f"the 発行履歴 says {state}"]


def test_an_issue_log_without_the_paper(rested: Rested) -> None:
    issuance = _an_issuance(rested)
    with rested.tampered("municipal", f"DELETE FROM issue_papers WHERE issuance_id = '{issuance}'"):
        assert _said(rested.audit(), "the 発行履歴 says None")


def test_an_unresolved_issuance_without_a_case_and_a_case_without_one(rested: Rested) -> None:
    issuance = _an_issuance(rested)
    with rested.tampered("center", f"UPDATE issuances SET state = 'unresolved' WHERE issuance_id = '{issuance}'"):
        findings = rested.audit()
    assert findings.unresolved == 1
    assert _said(findings, f"{issuance}: unresolved and open case do not agree (None)")
    case = f"INSERT INTO cases (issuance_id, kind, yen, opened_at) VALUES ('{issuance}', 'unresolved', 200, '2026')"
    with rested.tampered("center", case):
        assert rested.audit().complaints == (f"{issuance}: unresolved and open case do not agree (unresolved)",)


def test_an_audit_changes_nothing(rested: Rested) -> None:
    databases: dict[str, Any] = rested.foundation.estate.databases  # type: ignore[assignment]
    before = {name: raw_connection(engine).serialize() for name, engine in databases.items()}
    rested.audit()
    assert {name: raw_connection(engine).serialize() for name, engine in databases.items()} == before
    with databases["center"].begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM issuances")).scalar_one() > 5
