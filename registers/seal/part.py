"""A part of the seal register put in the place of what it replaces: all registrations of a person at once.

Decides what stays: a registration that a clerk has cancelled here stays cancelled, as in `tables.replace_all`. Everybody else's keep their versions.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select, update

from registers.seal.csv_form import Parsed
from registers.seal.schema import COUNTED, SEALS, seal_row
from registers.staging import Staged, Unit, put_staged

TABLES: tuple[Table, ...] = (SEALS,)


def units_of(parsed: Parsed) -> Iterator[Unit]:
    """The holders of a file, each with all registrations in the file's order; keys are 宛名番号."""
    of_person: dict[str, list[dict[str, Any]]] = {}
    for seal in parsed.seals:
        of_person.setdefault(seal.atena_no, []).append(seal_row(seal, 0, ""))
    for atena_no, rows in of_person.items():
        yield Unit(atena_no, {SEALS.name: rows})


def revisions(connection: Connection) -> dict[str, int]:
    """The latest version of each holder's registrations, by 宛名番号."""
    found = select(SEALS.c.atena_no, func.max(SEALS.c.revision).label("revision")).where(COUNTED).group_by(SEALS.c.atena_no)
    return {row.atena_no: row.revision for row in connection.execute(found)}


def highest_revision(connection: Connection) -> int:
    """The highest number that the register bears now."""
    return int(connection.execute(select(func.coalesce(func.max(SEALS.c.revision), 0))).scalar_one())


def waiting_of(waiting: Table, _staged: Staged, unit: str) -> ColumnElement[bool]:
    """The waiting rows of one holder."""
    return waiting.c.atena_no == unit


def clashes(connection: Connection, keys: Select[Any], staged: Staged) -> list[tuple[str, str]]:
    """(column, 宛名番号 in the file) of every waiting registration whose number somebody has who stays."""
    waiting = staged[SEALS.name]
    same = select(waiting.c.atena_no).join(SEALS, SEALS.c.registration_no == waiting.c.registration_no).where(SEALS.c.atena_no.not_in(keys))
    return [("registration_no", atena_no) for atena_no in connection.execute(same.order_by(waiting.c.staged_no)).scalars()]


def put_part(connection: Connection, keys: Select[Any], staged: Staged, *, revision: int, now: datetime) -> None:
    """Take away the registrations of the people of `keys` (宛名番号) and put the waiting ones there, with this new revision."""
    ended = connection.execute(select(SEALS).where(SEALS.c.cancel_source == "clerk", SEALS.c.atena_no.in_(keys)).order_by(SEALS.c.number)).all()
    connection.execute(delete(SEALS).where(SEALS.c.atena_no.in_(keys)))
    put_staged(connection, SEALS, staged[SEALS.name], revision=revision, changed_at=now.isoformat())
    for row in ended:
        same = (SEALS.c.registration_no == row.registration_no) & (SEALS.c.atena_no == row.atena_no) & SEALS.c.cancelled_at.is_(None)
        connection.execute(update(SEALS).where(same).values(cancelled_at=row.cancelled_at, cancelled_for=row.cancelled_for, cancel_source="clerk"))
