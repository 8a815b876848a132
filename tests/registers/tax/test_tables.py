"""The tax register in a database: what was put in comes out, and an older file does not undo a clerk's decision."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError

from registers.tax.assessment import assess
from registers.tax.changes import decide, declare
from registers.tax.facts import TaxFacts
from registers.tax.tables import METADATA, load, record_of, records_in_order, records_of, replace_all, years
from tests.registers.people import LATER, NOW, atena
from tests.registers.tax.records import FACTS, record, stored, undeclared

RECORDS = (record(1), record(1, 2025), record(2, facts=TaxFacts(age=30)), undeclared(3, dependant_of=atena(1)))


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        load(opened, RECORDS, now=NOW)
        yield opened
    engine.dispose()


def test_a_record_comes_out_as_it_went_in(connection):
    for kept in RECORDS:
        assert record_of(connection, kept.atena_no, kept.year) == stored(kept, "1")


def test_a_persons_records_come_with_the_latest_year_first_in_one_statement(connection):
    statements = []
    event.listen(connection.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert [found.year for found in records_of(connection, atena(1))] == [2026, 2025]
    assert len(statements) == 1


def test_of_somebody_who_was_not_taxed_here_there_is_nothing(connection):
    assert records_of(connection, atena(9)) == ()
    assert record_of(connection, atena(2), 2025) is None


def test_the_years_of_the_register_come_with_the_latest_first(connection):
    assert years(connection) == (2026, 2025)


def test_one_person_has_one_record_a_year(connection):
    with pytest.raises(IntegrityError):
        load(connection, [record(1)], now=LATER)


def test_a_new_file_takes_the_place_of_the_old_one_with_versions_never_used_before(connection):
    outcome = replace_all(connection, [record(1), record(5)], now=LATER)
    assert (outcome.records, outcome.kept_by_clerk) == (2, 0)
    assert [found.atena_no for found in records_in_order(connection)] == [atena(1), atena(5)]
    assert {found.version for found in records_in_order(connection)} == {"2"}


NEW_FIGURES = assess(2026, replace(FACTS, salary_revenue=8_000_000))


@pytest.mark.parametrize(("files_day", "stays"), [(date(2026, 8, 31), True), (date(2026, 9, 1), False), (date(2026, 9, 2), False)])
def test_a_clerks_decision_stays_unless_the_file_holds_one_as_late(connection, files_day, stays):
    decided = decide(connection, atena(1), 2026, NEW_FIGURES, date(2026, 9, 1), now=LATER)
    outcome = replace_all(connection, [record(1, decided_on=files_day)], now=LATER)
    assert outcome.kept_by_clerk == stays
    found = record_of(connection, atena(1), 2026)
    assert (found.levy == decided.levy) == stays


def test_a_clerks_decision_that_the_file_does_not_know_stays_for_the_next_file_too(connection):
    declare(connection, atena(3), 2026, NEW_FIGURES, date(2026, 9, 1), now=LATER)
    for _ in range(2):
        assert replace_all(connection, [record(1), undeclared(3)], now=LATER).kept_by_clerk == 1
    assert record_of(connection, atena(3), 2026).declared
