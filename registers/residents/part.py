"""A part of the resident register put in the place of what it replaces: whole households, never half of one.

Decides what stays of what was set at this desk: as in `tables.replace_all`, but for the households concerned alone; all others keep their versions.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select, update

from registers.residents.csv_form import Parsed
from registers.residents.schema import COUNTED, HOUSEHOLDS, PROTECTIONS, RESIDENTS, SUPPRESSIONS
from registers.residents.tables import rows_of
from registers.staging import Staged, Unit, put_staged

TABLES: tuple[Table, ...] = (HOUSEHOLDS, RESIDENTS, PROTECTIONS, SUPPRESSIONS)
_UNIQUE = ("atena_no", "my_number", "juminhyo_code", "serial")


def units_of(parsed: Parsed) -> Iterator[Unit]:
    """The households of a file, whoever is gone included; keys are 世帯番号."""
    people: dict[str, list[Any]] = {}
    for place, resident in enumerate(parsed.residents, 1):
        people.setdefault(resident.household_no, []).append((place, resident))
    for household in parsed.households:
        of_household = people[household.household_no]
        rows = rows_of([resident for _, resident in of_household], [household], revision=0, at="")
        for row, (place, _) in zip(rows[RESIDENTS], of_household, strict=True):
            row["place"] = place
        yield Unit(household.household_no, {table.name: table_rows for table, table_rows in rows.items()})


def revisions(connection: Connection) -> dict[str, int]:
    """The version of each household, by 世帯番号."""
    aside = select(RESIDENTS.c.household_no).where(~COUNTED)
    found = select(HOUSEHOLDS.c.household_no, HOUSEHOLDS.c.revision).where(HOUSEHOLDS.c.household_no.not_in(aside))
    return {row.household_no: row.revision for row in connection.execute(found.order_by(HOUSEHOLDS.c.household_no))}


def waiting_of(waiting: Table, staged: Staged, unit: str) -> ColumnElement[bool]:
    """The waiting rows of one household; of protections by its waiting people, who must still be there."""
    if "household_no" in waiting.c:
        return waiting.c.household_no == unit
    people = staged[RESIDENTS.name]
    return waiting.c.atena_no.in_(select(people.c.atena_no).where(people.c.household_no == unit))


def clashes(connection: Connection, keys: Select[Any], staged: Staged) -> list[tuple[str, str]]:
    """(column, 世帯番号 in the file) of every waiting person one of whose numbers somebody has who stays."""
    waiting = staged[RESIDENTS.name]
    found: list[tuple[str, str]] = []
    for name in _UNIQUE:
        same = select(waiting.c.household_no).join(RESIDENTS, RESIDENTS.c[name] == waiting.c[name]).where(RESIDENTS.c.household_no.not_in(keys))
        found += [(name, household_no) for household_no in connection.execute(same.order_by(waiting.c.staged_no)).scalars()]
    return found


def give_up_serials(connection: Connection, keys: Select[Any], staged: Staged, *, now: datetime) -> None:
    """In a file of everybody, a serial that stands beside somebody else's name has left its old holder, whose cell is empty and whose household may be otherwise unchanged."""
    waiting = staged[RESIDENTS.name]
    given = select(waiting.c.serial).where(waiting.c.serial.is_not(None))
    old = select(RESIDENTS.c.atena_no, RESIDENTS.c.household_no).where(COUNTED, RESIDENTS.c.serial.in_(given), RESIDENTS.c.household_no.not_in(keys))
    for row in connection.execute(old.order_by(RESIDENTS.c.atena_no)).all():
        connection.execute(update(RESIDENTS).where(RESIDENTS.c.atena_no == row.atena_no).values(serial=None, card_usable_from=None))
        moved = update(HOUSEHOLDS).where(HOUSEHOLDS.c.household_no == row.household_no)
        connection.execute(moved.values(revision=highest_revision(connection) + 1, changed_at=now.isoformat()))


def put_part(connection: Connection, keys: Select[Any], staged: Staged, *, revision: int, now: datetime) -> None:
    """Take away the households of `keys` (世帯番号) and put the waiting ones there, with this new revision."""
    at = now.isoformat()
    gone = select(RESIDENTS.c.atena_no).where(RESIDENTS.c.household_no.in_(keys))
    guarded = _guarded(connection, keys)
    _keep_serials(connection, staged[RESIDENTS.name])
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.source == "file", PROTECTIONS.c.atena_no.in_(gone)))
    connection.execute(delete(SUPPRESSIONS).where(SUPPRESSIONS.c.source == "file", SUPPRESSIONS.c.household_no.in_(keys)))
    connection.execute(delete(RESIDENTS).where(RESIDENTS.c.household_no.in_(keys)))
    connection.execute(delete(HOUSEHOLDS).where(HOUSEHOLDS.c.household_no.in_(keys)))
    put_staged(connection, HOUSEHOLDS, staged[HOUSEHOLDS.name], revision=revision, changed_at=at)
    put_staged(connection, RESIDENTS, staged[RESIDENTS.name])
    put_staged(connection, PROTECTIONS, staged[PROTECTIONS.name], set_at=at)
    put_staged(connection, SUPPRESSIONS, staged[SUPPRESSIONS.name], set_at=at)
    _keep_stops(connection, guarded)


def highest_revision(connection: Connection) -> int:
    """The highest number that the register bears now."""
    return int(connection.execute(select(func.coalesce(func.max(HOUSEHOLDS.c.revision), 0))).scalar_one())


def _guarded(connection: Connection, keys: Select[Any]) -> dict[str, str]:
    """宛名番号 -> 個人番号 of the people concerned for whom a clerk has set something."""
    set_here = (
        select(PROTECTIONS.c.atena_no)
        .where(PROTECTIONS.c.source == "clerk")
        .union(select(SUPPRESSIONS.c.atena_no).where(SUPPRESSIONS.c.source == "clerk"))
    )
    people = select(RESIDENTS.c.atena_no, RESIDENTS.c.my_number).where(RESIDENTS.c.household_no.in_(keys), RESIDENTS.c.atena_no.in_(set_here))
    return {row.atena_no: row.my_number for row in connection.execute(people.order_by(RESIDENTS.c.atena_no))}


def _keep_serials(connection: Connection, waiting: Table) -> None:
    """A file without serials must not cut everybody's card off: the same person keeps theirs, unless the file gives it to somebody else."""
    given = select(waiting.c.serial).where(waiting.c.serial.is_not(None))
    same = (
        select(waiting.c.staged_no, RESIDENTS.c.serial, RESIDENTS.c.card_usable_from)
        .join(RESIDENTS, RESIDENTS.c.atena_no == waiting.c.atena_no)
        .where(waiting.c.serial.is_(None), RESIDENTS.c.serial.is_not(None), RESIDENTS.c.my_number == waiting.c.my_number)
        .where(RESIDENTS.c.serial.not_in(given))
        .order_by(waiting.c.staged_no)
    )
    for number, serial, usable_from in connection.execute(same).all():
        keep = update(waiting).where(waiting.c.staged_no == number)
        connection.execute(keep.values(serial=serial, card_usable_from=func.coalesce(waiting.c.card_usable_from, usable_from)))


def _keep_stops(connection: Connection, guarded: dict[str, str]) -> None:
    """What a clerk set follows the same person (宛名番号 and 個人番号) to their household, and goes with who is not the same any more."""
    for atena_no, my_number in guarded.items():
        now = connection.execute(select(RESIDENTS.c.household_no, RESIDENTS.c.my_number).where(RESIDENTS.c.atena_no == atena_no)).one_or_none()
        if now is not None and now.my_number == my_number:
            connection.execute(update(SUPPRESSIONS).where(SUPPRESSIONS.c.atena_no == atena_no).values(household_no=now.household_no))
        else:
            connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.atena_no == atena_no, PROTECTIONS.c.source == "clerk"))
            connection.execute(delete(SUPPRESSIONS).where(SUPPRESSIONS.c.atena_no == atena_no, SUPPRESSIONS.c.source == "clerk"))
