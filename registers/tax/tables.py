"""The tax register in a database: looked up and loaded.

Decides what state a reader sees: one person's records, the latest year first. From which day a new year's figures may be certified, and of how many years, is the issuer's policy.
Functions take a connection and run in its transaction; they read no clock (`now`, aware, is given).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from registers.residents.schema import METADATA, batches
from registers.tax.record import TaxRecord
from registers.tax.schema import COUNTED, RECORDS, Source, record_row, record_value

__all__ = ["METADATA", "Replaced", "load", "record_of", "records_in_order", "records_of", "replace_all", "years"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new file did: how many records it brought, and how many of a clerk's stand although the file says otherwise or nothing."""

    records: int
    kept_by_clerk: int


_OF_PERSON = select(RECORDS).where(RECORDS.c.atena_no == bindparam("the_person")).order_by(RECORDS.c.year.desc())
_OF_YEAR = select(RECORDS).where(RECORDS.c.atena_no == bindparam("the_person"), RECORDS.c.year == bindparam("the_year"))
_EVERY = select(RECORDS).where(COUNTED).order_by(RECORDS.c.year, RECORDS.c.atena_no)
_YEARS = select(RECORDS.c.year).where(COUNTED).distinct().order_by(RECORDS.c.year.desc())
_NEXT_REVISION = select(func.coalesce(func.max(RECORDS.c.revision), 0) + 1)
_BY_CLERK = select(RECORDS).where(RECORDS.c.source == "clerk").order_by(RECORDS.c.year, RECORDS.c.atena_no)


def records_of(connection: Connection, atena_no: str) -> tuple[TaxRecord, ...]:
    """Every record of a person, the latest year first. One statement."""
    return tuple(record_value(row) for row in connection.execute(_OF_PERSON, {"the_person": atena_no}).all())


def record_of(connection: Connection, atena_no: str, year: int) -> TaxRecord | None:
    """A person's record of one fiscal year; None when the person was not taxed here."""
    row = connection.execute(_OF_YEAR, {"the_person": atena_no, "the_year": year}).one_or_none()
    return record_value(row) if row is not None else None


def years(connection: Connection) -> tuple[int, ...]:
    """The fiscal years of which the register holds records, the latest first."""
    return tuple(connection.execute(_YEARS).scalars())


def records_in_order(connection: Connection) -> tuple[TaxRecord, ...]:
    """Every record by year and 宛名番号: for writing the register out."""
    return tuple(record_value(row) for row in connection.execute(_EVERY).all())


def load(connection: Connection, records: Sequence[TaxRecord], *, now: datetime) -> None:
    """Add these records. Raises sqlalchemy's IntegrityError when somebody has one of that year already."""
    _insert(connection, records, "file", next_revision(connection), now)


def replace_all(connection: Connection, records: Sequence[TaxRecord], *, now: datetime) -> Replaced:
    """Put these in the place of all. What a clerk has decided here stays unless the file holds a decision of the same day or a later one: an older extract must not undo a correction."""
    revision = next_revision(connection)
    brought = {(record.atena_no, record.year): record for record in records}
    kept: list[TaxRecord] = []
    for row in connection.execute(_BY_CLERK).all():
        clerks = record_value(row)
        files = brought.get((clerks.atena_no, clerks.year))
        if files is None or files.decided_on < clerks.decided_on:
            kept.append(clerks)
    stays = {(record.atena_no, record.year) for record in kept}
    connection.execute(delete(RECORDS))
    _insert(connection, [record for key, record in brought.items() if key not in stays], "file", revision, now)
    _insert(connection, kept, "clerk", revision, now)
    return Replaced(len(records), len(kept))


def next_revision(connection: Connection) -> int:
    """A number that no state of this register has had."""
    return int(connection.execute(_NEXT_REVISION).scalar_one())


def _insert(connection: Connection, records: Sequence[TaxRecord], source: Source, revision: int, now: datetime) -> None:
    for batch in batches([record_row(record, source, revision, now.isoformat()) for record in records], 200):
        connection.execute(insert(RECORDS), batch)
