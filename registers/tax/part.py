"""A part of the tax register put in the place of what it replaces: one record of one person and year each.

Decides what stays: what a clerk has decided stands against an older decision, as in `tables.replace_all`. All other records keep their versions.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, Table, cast, delete, func, select

from registers.staging import GIVEN_LATER, Staged, Unit, put_staged
from registers.tax.csv_form import Parsed
from registers.tax.schema import RECORDS, record_row

TABLES: tuple[Table, ...] = (RECORDS,)
_KEY = RECORDS.c.atena_no + "/" + cast(RECORDS.c.year, String)


def units_of(parsed: Parsed) -> Iterator[Unit]:
    """The records of a file; keys are `宛名番号/年度`."""
    for record in parsed.records:
        row = record_row(record, "file", 0, "")
        yield Unit(f"{record.atena_no}/{record.year}", {RECORDS.name: [{key: value for key, value in row.items() if key not in GIVEN_LATER}]})


def revisions(connection: Connection) -> dict[str, int]:
    """The version of each record, by `宛名番号/年度`."""
    found = select(RECORDS.c.atena_no, RECORDS.c.year, RECORDS.c.revision)
    return {f"{row.atena_no}/{row.year}": row.revision for row in connection.execute(found)}


def highest_revision(connection: Connection) -> int:
    """The highest number that the register bears now."""
    return int(connection.execute(select(func.coalesce(func.max(RECORDS.c.revision), 0))).scalar_one())


def waiting_of(waiting: Table, _staged: Staged, unit: str) -> ColumnElement[bool]:
    """The waiting row of one person and year."""
    return waiting.c.atena_no + "/" + cast(waiting.c.year, String) == unit


def clashes(_connection: Connection, _keys: Select[Any], _staged: Staged) -> list[tuple[str, str]]:
    """None: a record's key is all that must be its own."""
    return []


def put_part(connection: Connection, keys: Select[Any], staged: Staged, *, revision: int, now: datetime) -> None:
    """Take away the records of `keys` (`宛名番号/年度`) and put the waiting ones there, with this new revision; a clerk's later decision stays."""
    waiting = staged[RECORDS.name]
    same = (waiting.c.atena_no == RECORDS.c.atena_no) & (waiting.c.year == RECORDS.c.year)
    older = select(waiting.c.staged_no).join(RECORDS, same).where(RECORDS.c.source == "clerk", waiting.c.decided_on < RECORDS.c.decided_on)
    connection.execute(delete(waiting).where(waiting.c.staged_no.in_(older)))
    replaced = select(waiting.c.atena_no + "/" + cast(waiting.c.year, String))
    connection.execute(delete(RECORDS).where(_KEY.in_(keys), (RECORDS.c.source == "file") | _KEY.in_(replaced)))
    put_staged(connection, RECORDS, waiting, revision=revision, changed_at=now.isoformat())
