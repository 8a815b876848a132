"""What a clerk does to the tax register."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine

from registers.tax.assessment import assess
from registers.tax.changes import TaxRefused, decide, declare, set_dependant_of
from registers.tax.tables import METADATA, load, record_of
from tests.registers.people import LATER, NOW, atena
from tests.registers.tax.records import FACTS, JUNE, record, undeclared

FIGURES = assess(2026, replace(FACTS, salary_revenue=8_000_000))
AUTUMN = date(2026, 9, 1)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        load(opened, [record(1), undeclared(2)], now=NOW)
        yield opened
    engine.dispose()


def refused(change, *args, **kwargs):
    with pytest.raises(TaxRefused) as caught:
        change(*args, **kwargs)
    return caught.value.problem


def test_a_late_declaration_gives_the_record_its_figures(connection):
    found = declare(connection, atena(2), 2026, FIGURES, AUTUMN, now=LATER)
    assert found == record_of(connection, atena(2), 2026)
    assert (found.declared, found.levy, found.decided_on, found.version) == (True, FIGURES.levy, AUTUMN, "2")


def test_another_decision_has_its_own_day_and_a_version_never_used_before(connection):
    first = decide(connection, atena(1), 2026, FIGURES, AUTUMN, now=LATER)
    again = decide(connection, atena(1), 2026, assess(2026, FACTS), AUTUMN, now=LATER)
    assert (first.version, again.version) == ("2", "3")
    assert again == record_of(connection, atena(1), 2026)
    assert record_of(connection, atena(2), 2026).version == "1"


def test_who_declared_cannot_declare_again_and_who_did_not_has_nothing_to_decide(connection):
    assert refused(declare, connection, atena(1), 2026, FIGURES, AUTUMN, now=LATER) == "already_declared"
    assert refused(decide, connection, atena(2), 2026, FIGURES, AUTUMN, now=LATER) == "not_declared"


def test_a_record_of_another_year_or_person_is_not_made(connection):
    assert refused(declare, connection, atena(2), 2025, FIGURES, AUTUMN, now=LATER) == "no_such_record"
    assert refused(set_dependant_of, connection, atena(9), 2026, None, now=LATER) == "no_such_record"


def test_a_decision_is_not_older_than_the_one_it_replaces(connection):
    assert refused(decide, connection, atena(1), 2026, FIGURES, date(2026, 5, 31), now=LATER) == "decided_earlier"
    assert decide(connection, atena(1), 2026, FIGURES, JUNE, now=LATER).decided_on == JUNE


def test_figures_that_do_not_agree_are_refused_and_change_nothing(connection):
    before = record_of(connection, atena(1), 2026)
    wrong = replace(FIGURES, levy=replace(FIGURES.levy, total_yen=FIGURES.levy.total_yen + 100))
    assert refused(decide, connection, atena(1), 2026, wrong, AUTUMN, now=LATER) == "figures_disagree"
    assert record_of(connection, atena(1), 2026) == before


def test_who_claims_a_person_as_a_dependant_can_be_noted_and_taken_back(connection):
    assert set_dependant_of(connection, atena(2), 2026, atena(1), now=LATER).dependant_of == atena(1)
    assert record_of(connection, atena(2), 2026).dependant_of == atena(1)
    assert set_dependant_of(connection, atena(2), 2026, None, now=LATER).dependant_of is None


@pytest.mark.parametrize("wrong", [atena(2), "12345", "１２３４５６７８９０"])
def test_a_dependant_is_claimed_by_another_person_with_a_number(connection, wrong):
    assert refused(set_dependant_of, connection, atena(2), 2026, wrong, now=LATER) == "dependant_form"
