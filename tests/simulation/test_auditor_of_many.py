"""What an auditor of many municipalities must notice besides: a town in order is told another story of, or tampered with, and each complaint is provoked once."""

from collections import defaultdict
from dataclasses import replace

import pytest

from issuance_center.stopping import Scope
from simulation.audited_papers import issuing
from simulation.auditor import Findings
from simulation.chronicle import MoveSeen, OtherBuild, StopSeen
from simulation.truth import happenings
from simulation.truth.happenings import Kept
from simulation.truth.versions import KNOWN_WITHIN_SECONDS, Change
from tests.simulation.rested import Rested


def _said(findings: Findings, part: str) -> bool:
    return any(part in complaint for complaint in findings.complaints)


def _papers(rested: Rested, *, kinds: tuple[str, ...], from_elsewhere: bool) -> list[int]:
    """Visits that left with papers of these kinds, by their place."""
    found = [place for place, visit in enumerate(rested.came) if visit.visited.papers and visit.wish.kind in kinds]
    return [place for place in found if (issuing(rested.came[place]) != rested.came[place].holder.municipality) == from_elsewhere]


def _protected(rested: Rested, code: str, atena_no: str) -> dict[str, Kept]:
    """What the town halls kept, if this person had been protected there when the day began."""
    return {**rested.chronicle.base, code: happenings.protected(atena_no, rested.came[0].began.date())(rested.chronicle.base[code])}


def test_papers_went_from_municipality_to_municipality_by_referral_and_by_registration_for_use(rested: Rested) -> None:
    assert rested.chronicle.base.keys() == {"992011", "992020", "993018"}
    assert _papers(rested, kinds=("kazei",), from_elsewhere=True)
    assert _papers(rested, kinds=("koseki", "fuhyo"), from_elsewhere=True)
    assert rested.audit().of_other_municipalities.keys() >= {"kazei"}


# --- registers that changed while people stood at kiosks ---


def test_a_paper_of_somebody_who_was_stopped_for_longer_than_promised_is_named(rested: Rested) -> None:
    late = [place for place in _papers(rested, kinds=("juminhyo", "inkan"), from_elsewhere=False) if rested.passed_at(place) > KNOWN_WITHIN_SECONDS]
    visit = rested.came[late[0]]
    code, atena_no, passed = visit.holder.municipality, visit.holder.made.resident.atena_no, rested.passed_at(late[0])
    happening = happenings.protected(atena_no, visit.began.date())

    def told(at: float | None) -> Findings:
        changes = defaultdict(list, {code: [*rested.chronicle.changes[code], Change(happening, 0.0, at, frozenset({atena_no}))]})
        return rested.told(changes=changes).audit()

    paper = f"visit {visit.number}, paper {visit.visited.papers[0].issuance_id}"
    assert _said(told(passed - KNOWN_WITHIN_SECONDS - 0.1), f"{paper}: the paper of somebody who is stopped")
    for in_time in (passed - KNOWN_WITHIN_SECONDS + 0.1, None):
        assert not _said(told(in_time), paper), "an issuer that had been told just then may not have known"


def test_what_happened_after_a_paper_passed_the_gate_is_no_business_of_that_paper(rested: Rested) -> None:
    place = _papers(rested, kinds=("juminhyo", "inkan"), from_elsewhere=False)[-1]
    visit = rested.came[place]
    code, atena_no = visit.holder.municipality, visit.holder.made.resident.atena_no
    other = Change(
        happenings.stands(atena_no, "left", visit.began.date()),
        max(rested.town.gate.handed[visit.visited.papers[0].issuance_id]) + 0.1,
        0.0,
        frozenset({atena_no}),
    )
    later = [visit for visit in rested.came if visit.number != rested.came[place].number and visit.holder.municipality == code]
    changes = defaultdict(list, {code: [*rested.chronicle.changes[code], other]})
    findings = rested.told(changes=changes).audit()
    assert all(f"visit {visit.number}," not in complaint for complaint in findings.complaints)
    assert later, "the register is asked about others too"


# --- from municipality to municipality ---


def test_a_referral_for_somebody_protected_where_they_live_is_named_and_so_is_one_protected_where_they_lived(rested: Rested) -> None:
    visit = rested.came[_papers(rested, kinds=("kazei",), from_elsewhere=True)[0]]
    home = _protected(rested, visit.holder.municipality, visit.holder.made.resident.atena_no)
    assert _said(rested.told(base=home).audit(), "vouched for: the paper of somebody who is stopped")
    former = next(one for one in visit.holder.former if one.municipality == issuing(visit))
    there = rested.told(base=_protected(rested, former.municipality, former.atena_no)).audit()
    assert _said(there, f"visit {visit.number}, paper {visit.visited.papers[0].issuance_id}: the paper of somebody who is stopped")


def test_a_tax_paper_from_elsewhere_that_says_where_somebody_lives_now_is_named(rested: Rested) -> None:
    visit = rested.came[_papers(rested, kinds=("kazei",), from_elsewhere=True)[0]]
    code = issuing(visit)
    kept = rested.chronicle.base[code]
    former = next(one for one in visit.holder.former if one.municipality == code)
    moved = tuple(replace(record, address="見本県よその市１番地") if record.atena_no == former.atena_no else record for record in kept.population.tax)
    base = {**rested.chronicle.base, code: replace(kept, population=replace(kept.population, tax=moved))}
    findings = rested.told(base=base).audit()
    assert _said(findings, "address is not the register's") and _said(findings, "levy_address is not the register's")


def test_a_tax_paper_from_where_nobody_knows_the_holder_is_named(rested: Rested) -> None:
    place = _papers(rested, kinds=("kazei",), from_elsewhere=True)[0]
    came = rested.changed(place, lambda visit: replace(visit, holder=replace(visit.holder, former=())))
    assert _said(rested.audit(came), "a paper from where nobody knows the holder")


@pytest.mark.parametrize("times", [0, 2])
def test_a_referral_is_used_up_once(rested: Rested, times: int) -> None:
    issuance = rested.came[_papers(rested, kinds=("kazei",), from_elsewhere=True)[0]].visited.papers[0].issuance_id
    with rested.foundation.estate.databases["center"].begin() as connection:
        row = connection.exec_driver_sql(
            "SELECT r.request_id, r.issuer, r.municipality FROM issuances i JOIN requests r USING (request_id) WHERE issuance_id = ?", (issuance,)
        ).one()
    database = next(one.database for one in rested.foundation.estate.issuers if one.place.code == row.municipality and one.line == row.issuer)
    again = "INSERT INTO referral_admissions SELECT 'again' AS number, issuer, visit_id, card, juminhyo_code, birth, kind, year, opened_at, expires_at, request_id"
    columns = "(number, issuer, visit_id, card, juminhyo_code, birth, kind, year, opened_at, expires_at, request_id)"
    done = {
        0: f"UPDATE referral_admissions SET request_id = NULL WHERE request_id = '{row.request_id}'",
        2: f"{again.replace('admissions', 'admissions ' + columns, 1)} FROM referral_admissions WHERE request_id = '{row.request_id}'",
    }
    with rested.tampered(database, done[times]):
        assert _said(rested.audit(), f"{issuance}: made by a referral that was used up {times} times")


def test_a_family_paper_for_a_certificate_that_no_clerk_accepted_is_named(rested: Rested) -> None:
    visit = rested.came[_papers(rested, kinds=("koseki", "fuhyo"), from_elsewhere=True)[0]]
    words = "a 戸籍 by a 利用登録 that no clerk accepted for this certificate"
    assert _said(rested.told(bindings=[]).audit(), words)
    other_certificate = [replace(one, serial="1f") if one.serial == visit.serial else one for one in rested.chronicle.bindings]
    assert _said(rested.told(bindings=other_certificate).audit(), words)
    later = [replace(one, begun_at=visit.ended_at) if one.serial == visit.serial else one for one in rested.chronicle.bindings]
    assert _said(rested.told(bindings=later).audit(), words)
    other_person = [replace(one, person_no="0000000000") for one in rested.chronicle.bindings]
    assert _said(rested.told(bindings=other_person).audit(), words)


# --- who may issue, and what must not be handed out ---


def test_a_paper_from_whoever_did_not_issue_it_then_is_named(rested: Rested) -> None:
    visit = rested.came[_papers(rested, kinds=("inkan",), from_elsewhere=False)[0]]
    code = visit.holder.municipality
    line = rested.foundation.place(code).issuer_of("inkan")
    moved = MoveSeen(code, ("inkan",), line, "elsewhere", at=-100.0, state="moved")
    assert _said(rested.told(moves=[*rested.chronicle.moves, moved]).audit(), f"a paper from {line}, which did not issue it then")
    for state, at in (("blocked", -100.0), ("moved", 1e6)):
        assert rested.told(moves=[*rested.chronicle.moves, replace(moved, state=state, at=at)]).audit().complaints == ()


def test_a_paper_in_the_log_of_two_issuers_is_named(rested: Rested) -> None:
    issuance = rested.came[_papers(rested, kinds=("juminhyo",), from_elsewhere=False)[0]].visited.papers[0].issuance_id
    logs = [one.database for one in rested.foundation.estate.issuers]
    mine = next(name for name in logs if _has(rested, name, issuance))
    with rested.tampered(mine, f"UPDATE issue_papers SET issuance_id = 'gone' WHERE issuance_id = '{issuance}'"):
        assert _said(rested.audit(), "stands in the 発行履歴 of 0 issuers")


def _has(rested: Rested, database: str, issuance: str) -> bool:
    with rested.foundation.estate.databases[database].begin() as connection:
        return connection.exec_driver_sql("SELECT 1 FROM issue_papers WHERE issuance_id = ?", (issuance,)).first() is not None


@pytest.mark.parametrize("part", ["municipality", "kiosk", "everything"])
def test_what_was_handed_out_in_the_scope_of_a_stop_is_named(rested: Rested, part: str) -> None:
    visit = rested.came[_papers(rested, kinds=("juminhyo",), from_elsewhere=False)[0]]
    code, issuance, passed = visit.holder.municipality, visit.visited.papers[0].issuance_id, rested.passed_at(rested.came.index(visit))
    with rested.foundation.estate.databases["center"].begin() as connection:
        issuer = connection.exec_driver_sql(
            "SELECT issuer FROM issuances JOIN requests USING (request_id) WHERE issuance_id = ?", (issuance,)
        ).scalar_one()
    parts = {"municipality": code, "kind": "juminhyo", "issuer": issuer, "kiosk": visit.terminal}
    scope = Scope() if part == "everything" else Scope(**{part: parts[part]})

    def findings(told_at: float, lifting_at: float | None) -> Findings:
        return rested.told(stops=[*rested.chronicle.stops, StopSeen(77, scope, told_at, lifting_at)]).audit()

    assert _said(findings(passed - 1.0, None), f"{issuance}: handed out 1.0 s after stop 77")
    assert not _said(findings(passed - 2.0, passed - 1.0), f"{issuance}: handed out")
    other = Scope(**{part: parts.get(part), "kiosk": "another"}) if part != "everything" else Scope(operator="another")
    assert rested.told(stops=[StopSeen(78, other, 0.0)]).audit().complaints == ()


def test_what_was_handed_out_while_an_issuer_was_another_program_is_named(rested: Rested) -> None:
    place = next(place for place in _papers(rested, kinds=("juminhyo", "inkan", "kazei"), from_elsewhere=False) if rested.passed_at(place) > 31.0)
    visit = rested.came[place]
    line = rested.foundation.place(visit.holder.municipality).issuer_of(visit.wish.kind)
    builds = [OtherBuild(line, 0.0, rested.passed_at(place) + 1.0)]
    assert _said(rested.told(builds=builds).audit(), f"handed out while {line} was a program that nobody had registered")
    assert rested.told(builds=[OtherBuild("982016", 0.0, None)]).audit().complaints == ()


# --- cards, halls, names ---


def test_a_paper_for_a_bad_card_or_with_a_wrong_pin_is_named(rested: Rested) -> None:
    place = rested.with_papers()[0]
    words = "a paper for a card that is not good, or without its PIN"
    bad = rested.changed(place, lambda visit: replace(visit, holder=replace(visit.holder, made=replace(visit.holder.made, state="revoked"))))
    assert _said(rested.audit(bad), words)
    wrong = rested.changed(place, lambda visit: replace(visit, wish=replace(visit.wish, pin="0000" if visit.wish.pin != "0000" else "1111")))
    assert _said(rested.audit(wrong), words)


def test_a_hall_serves_its_own_residents(rested: Rested) -> None:
    assert rested.foundation.hall is not None
    elsewhere = next(place for place in rested.with_papers() if rested.came[place].holder.municipality != rested.foundation.places[0].code)
    came = rested.changed(elsewhere, lambda visit: replace(visit, terminal=rested.foundation.hall or ""))
    assert _said(rested.audit(came), "a paper for somebody whom this hall's terminal does not serve")


def test_somebody_who_is_registered_and_hears_otherwise_is_named(rested: Rested) -> None:
    place = next(
        place for place in rested.with_papers() if rested.came[place].wish.door == "home" and rested.came[place].terminal != rested.foundation.hall
    )

    came = rested.changed(place, lambda _: None)
    came[place].visited.refusal = "not_registered"
    visit = came[place]
    assert _said(rested.audit(came), f"visit {visit.number}: told that they are not registered in {visit.holder.municipality}, and they are")


def test_a_name_or_a_code_at_the_center_is_named(rested: Rested) -> None:
    holder = rested.foundation.holders[3]
    for word in (holder.made.resident.name, holder.made.resident.juminhyo_code):
        with rested.tampered("center", f"UPDATE visits SET close_reason = '{word}' WHERE visit_id = (SELECT min(visit_id) FROM visits)"):
            assert _said(rested.audit(), f"knows the name or the code of holder {holder.number}")
