"""A part of the tax register put in the place of what it replaces: one record of one person and year each, and one 住登外者 each.

Decides what stays: what a clerk has decided stands against an older decision, as in `tables.replace_all`. All others keep their versions. A unit's key has a slash in it if it is a record's.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, Table, cast, delete, func, select

from registers.staging import Staged, Unit, put_staged
from registers.tax import outsider_form
from registers.tax.csv_form import Parsed
from registers.tax.outsiders import outsider_row
from registers.tax.schema import COUNTED, OUTSIDERS, RECORDS, record_row

TABLES: tuple[Table, ...] = (RECORDS, OUTSIDERS)
_KEY = RECORDS.c.atena_no + "/" + cast(RECORDS.c.year, String)


def units_of(parsed: Parsed) -> Iterator[Unit]:
    """The records of a file; keys are `宛名番号/年度`."""
    for record in parsed.records:
        yield Unit(f"{record.atena_no}/{record.year}", {RECORDS.name: [record_row(record, "file", 0, "")]})


def units_of_outsiders(parsed: outsider_form.Parsed) -> Iterator[Unit]:
    """The 住登外者 of a file; keys are 宛名番号."""
    for outsider in parsed.outsiders:
        yield Unit(outsider.atena_no, {OUTSIDERS.name: [outsider_row(outsider, 0, "")]})


def revisions(connection: Connection) -> dict[str, int]:
    """The version of each record, by `宛名番号/年度`, and of each 住登外者, by 宛名番号."""
    records = connection.execute(select(RECORDS.c.atena_no, RECORDS.c.year, RECORDS.c.revision).where(COUNTED))
    people = connection.execute(select(OUTSIDERS.c.atena_no, OUTSIDERS.c.revision))
    return {f"{atena_no}/{year}": revision for atena_no, year, revision in records} | {row.atena_no: row.revision for row in people}


def highest_revision(connection: Connection) -> int:
    """The highest number that the register bears now."""
    return max(int(connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one()) for table in TABLES)


def waiting_of(waiting: Table, _staged: Staged, unit: str) -> ColumnElement[bool]:
    """The waiting row of one person and year, or of one 住登外者."""
    if "year" in waiting.c:
        return waiting.c.atena_no + "/" + cast(waiting.c.year, String) == unit
    return waiting.c.atena_no == unit


def clashes(connection: Connection, keys: Select[Any], staged: Staged) -> list[tuple[str, str]]:
    """(column, 宛名番号 in the file) of every waiting 住登外者 whose 住民票コード somebody has who stays. Of a record its key is all that must be its own."""
    waiting = staged[OUTSIDERS.name]
    same = select(waiting.c.atena_no).join(OUTSIDERS, OUTSIDERS.c.juminhyo_code == waiting.c.juminhyo_code).where(OUTSIDERS.c.atena_no.not_in(keys))
    return [("juminhyo_code", atena_no) for atena_no in connection.execute(same.order_by(waiting.c.staged_no)).scalars()]


def put_part(connection: Connection, keys: Select[Any], staged: Staged, *, revision: int, now: datetime) -> None:
    """Take away the records of `keys` (`宛名番号/年度`, or a 住登外者's 宛名番号) and put the waiting ones there, with this new revision; a clerk's later decision stays."""
    waiting = staged[RECORDS.name]
    same = (waiting.c.atena_no == RECORDS.c.atena_no) & (waiting.c.year == RECORDS.c.year)
    older = select(waiting.c.staged_no).join(RECORDS, same).where(RECORDS.c.source == "clerk", waiting.c.decided_on < RECORDS.c.decided_on)
    connection.execute(delete(waiting).where(waiting.c.staged_no.in_(older)))
    replaced = select(waiting.c.atena_no + "/" + cast(waiting.c.year, String))
    connection.execute(delete(RECORDS).where(_KEY.in_(keys), (RECORDS.c.source == "file") | _KEY.in_(replaced)))
    put_staged(connection, RECORDS, waiting, revision=revision, changed_at=now.isoformat())
    connection.execute(delete(OUTSIDERS).where(OUTSIDERS.c.atena_no.in_(keys)))
    put_staged(connection, OUTSIDERS, staged[OUTSIDERS.name], revision=revision, changed_at=now.isoformat())
