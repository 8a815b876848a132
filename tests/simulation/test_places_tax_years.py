"""How fiscal years open in the demonstration's municipalities: by date and by approval, and with the real hours not on the days of the switch."""

from datetime import date, datetime

import pytest
from sqlalchemy import create_engine, select

from certificates.kinds import KINDS
from certificates.tax_years import years_open
from issuer.issue_tables import METADATA
from issuer.year_openings import year_steps
from issuer.year_specimens import specimens
from issuer.year_tables import approved_years
from registers.population import STORIES, TWELVE, make_world
from registers.residents import tables as resident_tables
from registers.tax.schema import OUTSIDERS
from simulation.municipalities import PLACES, issuer_at, opened_by_approval, policy_at, year_approved_at
from simulation.registers_filled import approve_tax_year, fill_registers
from storage.instants import JST

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=JST)
BY_NAME = {place.city.name: place for place in PLACES}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_year_needs_its_approval_everywhere_and_one_municipality_still_waits_for_the_latest(name):
    place = BY_NAME[name]
    policy = opened_by_approval(policy_at(place, KINDS["kazei"]))
    assert policy.years_need_approval and years_open(policy, NOW.date()) == ()
    latest = 2025 if name == "たとえ町" else 2026
    assert year_approved_at(place, NOW.date()) == latest
    assert years_open(policy, NOW.date(), frozenset(range(2016, latest + 1))) == (latest, latest - 1, latest - 2)
    assert opened_by_approval(policy_at(place, KINDS["juminhyo"])) == policy_at(place, KINDS["juminhyo"])


@pytest.mark.parametrize(("real_hours", "before", "on"), [(False, (2026, 2025, 2024), (2027, 2026, 2025)), (True, (), (2027, 2026, 2025))])
def test_the_days_before_the_opening_are_closed_with_the_real_hours_alone(real_hours, before, on):
    policy = opened_by_approval(policy_at(BY_NAME["みほん市"], KINDS["kazei"]), real_hours=real_hours)
    approved = frozenset(range(2016, 2028))
    assert years_open(policy, date(2027, 6, 2), approved) == before
    assert years_open(policy, date(2027, 6, 3), approved) == on


@pytest.mark.parametrize(("name", "kinds", "approved"), [("こころみ町", "bcl", 2026), ("たとえ町", "bcl", 2025), ("かりずみ市", "own", None)])
def test_the_tax_section_has_approved_what_it_looked_at_where_tax_papers_are_made(name, kinds, approved):
    place = BY_NAME[name]
    issuer = issuer_at(place, place.bcl_kinds if kinds == "bcl" else place.own_kinds)
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        approve_tax_year(connection, place, issuer, "税務課 梅子", NOW)
        steps, years = year_steps(connection), approved_years(connection)
    if approved is None:
        assert steps == ()
        return
    looked_at = specimens(issuer, approved, NOW.date())
    assert looked_at is not None
    assert [(step.year, step.step, step.specimens, step.by) for step in steps] == [(approved, "approve", looked_at.digest(), "税務課 梅子")]
    assert max(years) == approved


def test_who_is_taxed_from_outside_stands_in_the_tax_register_by_the_juminhyo_code_of_where_they_live():
    world = make_world(1, 80, NOW.date(), TWELVE, stories=STORIES)
    place = world.of(BY_NAME["こころみ町"].code)
    engine = create_engine("sqlite://")
    resident_tables.METADATA.create_all(engine)
    with engine.begin() as connection:
        fill_registers(connection, place, place.residents, NOW)
        found = connection.execute(select(OUTSIDERS)).all()
    home = world.of(BY_NAME["みほん市"].code)
    assert [(row.atena_no, row.name) for row in found] == [(one.atena_no, one.resident.name) for one in place.outside] != []
    assert {row.juminhyo_code for row in found} <= {resident.juminhyo_code for resident in home.residents}
