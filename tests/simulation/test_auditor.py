"""The auditor is believed when it is silent, so each of its complaints is provoked once: a town in order is tampered with, and it must say what was done."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from simulation import demonstration as demo
from simulation import run
from simulation.auditor import Auditor, Findings
from simulation.faults import LEVELS
from simulation.foundation import Foundation, found
from simulation.parties import Town
from simulation.party_life import adopt_tasks
from simulation.virtual_time import run_virtual
from simulation.visitor import Paper
from simulation.workload import EVERYBODYS, Came
from simulation.world import make_world

VISITS = 14


@dataclass
class Rested:
    """A town that has come to rest."""

    foundation: Foundation
    town: Town
    came: list[Came]

    def audit(self, came: list[Came] | None = None) -> Findings:
        return Auditor(self.foundation, self.town).audit(self.came if came is None else came)

    @contextmanager
    def tampered(self, party: str, *statements: str) -> Iterator[None]:
        """The party's database with `statements` done to it behind everybody's back, until the block ends."""
        raw = _raw(self.foundation.estate.databases[party])
        before = raw.serialize()
        raw.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            done = raw.execute(statement)
            assert done.rowcount != 0, statement
        try:
            yield
        finally:
            raw.rollback()
            raw.deserialize(before)

    def with_papers(self) -> list[int]:
        """The visits that left with a paper, by their place in `came`, of different households."""
        seen: dict[str, int] = {}
        for place, visit in enumerate(self.came):
            if visit.visited.papers:
                seen.setdefault(visit.holder.made.resident.household_no, place)
        return list(seen.values())

    def changed(self, place: int, change: Callable[[Came], Came | None]) -> list[Came]:
        """A copy of what people left with, the visit at `place` changed."""
        came = [replace(visit, visited=deepcopy(visit.visited)) for visit in self.came]
        came[place] = change(came[place]) or came[place]
        return came


def _raw(engine: Engine) -> sqlite3.Connection:
    pooled = engine.raw_connection()
    raw = pooled.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    pooled.close()
    return raw


@pytest.fixture(scope="module")
def rested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rested]:
    folder: Path = tmp_path_factory.mktemp("town")
    world = make_world(3, LEVELS["none"])
    adopt_tasks(world.loop)
    foundation = found(world, 3, 200, 4, folder)
    town, crowd, findings, owed = run_virtual(world.loop, run._live(world, foundation, VISITS))
    assert (findings.complaints, owed, len(crowd.came)) == ((), (), VISITS)
    yield Rested(foundation, town, crowd.came)
    for devices in town.devices.values():
        for device in devices:
            device.close()


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


def test_another_households_paper_is_somebody_elses(rested: Rested) -> None:
    one, other = rested.with_papers()[:2]
    came = rested.changed(one, lambda _: None)
    came[one].visited.papers[0], came[other].visited.papers[0] = (
        replace(_first(came[one]), pdf=_first(came[other]).pdf),
        replace(_first(came[other]), pdf=_first(came[one]).pdf),
    )
    findings = rested.audit(came)
    assert findings.mismatches == 2
    for place in (one, other):
        assert _said(findings, f"visit {came[place].number}: somebody else's address")
        assert _said(findings, f"visit {came[place].number}: other people than were asked for")


def test_a_member_who_was_not_asked_for_is_a_mismatch_in_the_right_household_too(rested: Rested) -> None:
    def household(visit: Came) -> int:
        return sum(resident.household_no == visit.holder.made.resident.household_no for resident in rested.foundation.residents)

    place = next(place for place in rested.with_papers() if rested.came[place].wish.members == "all" and household(rested.came[place]) > 1)
    findings = rested.audit(rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, members="self"))))
    assert findings.mismatches == len(rested.came[place].visited.papers)
    assert _said(findings, "other people than were asked for") and not _said(findings, "address")


def test_an_item_that_was_not_asked_for_is_a_mismatch(rested: Rested) -> None:
    asked = {option: place for place in rested.with_papers() for option in EVERYBODYS if option in rested.came[place].wish.show}
    assert asked
    for option, place in asked.items():
        findings = rested.audit(rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, show=()))))
        assert findings.mismatches > 0 and _said(findings, f"{option} was not asked for")


def test_a_paper_with_one_byte_changed_cannot_be_read(rested: Rested) -> None:
    place = rested.with_papers()[0]

    def scratch(visit: Came) -> None:
        pdf = bytearray(_first(visit).pdf or b"")
        pdf[len(pdf) // 2] ^= 1
        visit.visited.papers[0] = replace(_first(visit), pdf=bytes(pdf))

    findings = rested.audit(rested.changed(place, scratch))
    assert findings.mismatches == 1 and _said(findings, "a paper that cannot be read")


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
    with rested.tampered("fees", *_UNGUARDED, "DELETE FROM legs WHERE rowid = (SELECT rowid FROM legs ORDER BY posting DESC, line DESC LIMIT 1)"):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen != 0
    assert _said(findings, "does not balance")


def test_yen_moved_from_one_book_to_another_is_seen_though_the_whole_still_balances(rested: Rested) -> None:
    move = "UPDATE legs SET yen = yen + {} WHERE rowid = (SELECT rowid FROM legs WHERE book LIKE '{}%' ORDER BY posting, line LIMIT 1)"
    with rested.tampered("fees", *_UNGUARDED, move.format(7, "operator"), move.format(-7, "municipality")):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen == 0
    assert sum("does not balance" in complaint for complaint in findings.complaints) == 2


def test_a_posting_that_is_missing_whole_is_seen_though_every_book_balances(rested: Rested) -> None:
    last = "(SELECT max(number) FROM postings)"
    with rested.tampered("fees", *_UNGUARDED, f"DELETE FROM legs WHERE posting = {last}", f"DELETE FROM postings WHERE number = {last}"):
        findings = rested.audit()
    assert findings.ledger_imbalance_yen == 0
    assert not _said(findings, "does not balance")
    assert _said(findings, f"operator/{demo.OPERATOR}/") and _said(findings, "instead of")


def test_a_fee_that_was_booked_for_somebody_else_is_seen(rested: Rested) -> None:
    with rested.tampered("fees", *_UNGUARDED, "UPDATE legs SET book = 'municipality/131016' WHERE book LIKE 'municipality/%'"):
        assert _said(rested.audit(), f"municipality/{rested.foundation.estate.issuer.municipality}/fee: 0 yen instead of")


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
    before = {name: _raw(engine).serialize() for name, engine in databases.items()}
    rested.audit()
    assert {name: _raw(engine).serialize() for name, engine in databases.items()} == before
    with databases["center"].begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM issuances")).scalar_one() > 5
