"""What a clerk does to the tax register: take a late declaration, decide other figures, note who claims a person as a dependant.

Decides that figures agree with each other and that a decision is never older than the one it replaces. Each function is one change in the connection's transaction and gives the record a
version it has never had. Figures come as values: what the law makes of a declaration is `assessment`'s business.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, update

from registers.numbers import ATENA_DIGITS, is_digits
from registers.tax.assessment import Assessment
from registers.tax.checks import figure_faults
from registers.tax.record import TaxRecord
from registers.tax.schema import RECORDS, record_row
from registers.tax.tables import next_revision, record_of

TaxProblem = Literal["no_such_record", "already_declared", "not_declared", "figures_disagree", "decided_earlier", "dependant_form"]


class TaxRefused(Exception):
    """The change cannot be made and nothing was changed; `problem` says why, without personal data."""

    def __init__(self, problem: TaxProblem) -> None:
        super().__init__(problem)
        self.problem = problem


_RECORD = update(RECORDS).where(RECORDS.c.atena_no == bindparam("the_person"), RECORDS.c.year == bindparam("the_year"))


def declare(connection: Connection, atena_no: str, year: int, figures: Assessment, decided_on: date, *, now: datetime) -> TaxRecord:
    """A late declaration: the record that had no figures gets these. Raises `TaxRefused`."""
    record = _known(connection, atena_no, year)
    if record.declared:
        raise TaxRefused("already_declared")
    return _decided(connection, record, figures, decided_on, now)


def decide(connection: Connection, atena_no: str, year: int, figures: Assessment, decided_on: date, *, now: datetime) -> TaxRecord:
    """税額変更: other figures, with the day of their own decision. Raises `TaxRefused`; of a record that nobody declared with `not_declared`."""
    record = _known(connection, atena_no, year)
    if not record.declared:
        raise TaxRefused("not_declared")
    return _decided(connection, record, figures, decided_on, now)


def set_dependant_of(connection: Connection, atena_no: str, year: int, dependant_of: str | None, *, now: datetime) -> TaxRecord:
    """Who claims this person as a dependant, by 宛名番号; None: nobody. Raises `TaxRefused`."""
    record = _known(connection, atena_no, year)
    if dependant_of is not None and (not is_digits(dependant_of, ATENA_DIGITS) or dependant_of == atena_no):
        raise TaxRefused("dependant_form")
    return _kept(connection, replace(record, dependant_of=dependant_of), now)


def _known(connection: Connection, atena_no: str, year: int) -> TaxRecord:
    record = record_of(connection, atena_no, year)
    if record is None:
        raise TaxRefused("no_such_record")
    return record


def _decided(connection: Connection, record: TaxRecord, figures: Assessment, decided_on: date, now: datetime) -> TaxRecord:
    if decided_on < record.decided_on:
        raise TaxRefused("decided_earlier")
    changed = replace(
        record,
        declared=True,
        incomes=figures.incomes,
        deductions=figures.deductions,
        dependants=figures.dependants,
        levy=figures.levy,
        decided_on=decided_on,
    )
    if next(figure_faults(changed), None) is not None:
        raise TaxRefused("figures_disagree")
    return _kept(connection, changed, now)


def _kept(connection: Connection, record: TaxRecord, now: datetime) -> TaxRecord:
    """Write the record with a new version; it is the clerk's from now on."""
    revision = next_revision(connection)
    row = record_row(record, "clerk", revision, now.isoformat())
    key = {"the_person": row.pop("atena_no"), "the_year": row.pop("year")}
    connection.execute(_RECORD.values(row), key)
    return replace(record, version=str(revision))
