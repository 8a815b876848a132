"""A part of the family register put in the place of what it replaces: whole 戸籍 with their people and their 附票.

Decides what stays of what was set at this desk: as in `tables.replace_all`, but for the 戸籍 concerned alone; all others keep their versions.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select, update

from registers.koseki.csv_form import Parsed
from registers.koseki.schema import COUNTED, ENTRIES, FUHYO_ADDRESSES, FUHYO_PEOPLE, KOSEKI, MEMBERS, PROTECTIONS, SUPPRESSIONS, USAGE_REGISTRATIONS
from registers.koseki.tables import rows_of
from registers.staging import Staged, Unit, put_staged

TABLES: tuple[Table, ...] = (KOSEKI, MEMBERS, ENTRIES, FUHYO_PEOPLE, FUHYO_ADDRESSES, PROTECTIONS, SUPPRESSIONS)
IN_FORCE = ("current", "on_paper")
"""In one of these a resident may stand once. Only `current` can be bound by 利用登録."""
_FORBIDDING = (PROTECTIONS, SUPPRESSIONS)


def units_of(parsed: Parsed) -> Iterator[Unit]:
    """The 戸籍 of a file, each with its 附票; keys are 戸籍番号."""
    fuhyo = {one.koseki_no: one for one in parsed.fuhyo}
    for place, koseki in enumerate(parsed.koseki, 1):
        its = fuhyo.get(koseki.koseki_no)
        rows = rows_of([koseki], [its] if its is not None else [], revision=0, at="", place=place - 1)
        yield Unit(koseki.koseki_no, {table.name: table_rows for table, table_rows in rows.items()})


def revisions(connection: Connection) -> dict[str, int]:
    """The version of each 戸籍, by 戸籍番号."""
    return {row.koseki_no: row.revision for row in connection.execute(select(KOSEKI.c.koseki_no, KOSEKI.c.revision).where(COUNTED))}


def highest_revision(connection: Connection) -> int:
    """The highest number that the register bears now."""
    return int(connection.execute(select(func.coalesce(func.max(KOSEKI.c.revision), 0))).scalar_one())


def waiting_of(waiting: Table, staged: Staged, unit: str) -> ColumnElement[bool]:
    """The waiting rows of one 戸籍; of protections and stops by its waiting people, who must still be there."""
    if "koseki_no" in waiting.c:
        return waiting.c.koseki_no == unit
    people = staged[MEMBERS.name]
    return waiting.c.person_no.in_(select(people.c.person_no).where(people.c.koseki_no == unit))


def clashes(connection: Connection, keys: Select[Any], staged: Staged) -> list[tuple[str, str]]:
    """(column, 戸籍番号 in the file) of every waiting person whose number, or whose resident, stands in a 戸籍 that stays."""
    waiting, its = staged[MEMBERS.name], staged[KOSEKI.name]
    person = select(waiting.c.koseki_no).join(MEMBERS, MEMBERS.c.person_no == waiting.c.person_no).where(MEMBERS.c.koseki_no.not_in(keys))
    resident = (
        select(waiting.c.koseki_no)
        .join(its, its.c.koseki_no == waiting.c.koseki_no)
        .join(MEMBERS, MEMBERS.c.atena_no == waiting.c.atena_no)
        .join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
        .where(waiting.c.removed_on.is_(None), its.c.standing.in_(IN_FORCE), MEMBERS.c.removed_on.is_(None), KOSEKI.c.standing.in_(IN_FORCE))
        .where(MEMBERS.c.koseki_no.not_in(keys))
    )
    return [
        (column, koseki_no)
        for column, query in (("person_no", person), ("atena_no", resident))
        for koseki_no in connection.execute(query.order_by(waiting.c.staged_no)).scalars()
    ]


def put_part(connection: Connection, keys: Select[Any], staged: Staged, *, revision: int, now: datetime) -> None:
    """Take away the 戸籍 of `keys` (戸籍番号) and put the waiting ones there, with this new revision."""
    at = now.isoformat()
    people = select(MEMBERS.c.person_no).where(MEMBERS.c.koseki_no.in_(keys))
    before = {row.person_no: (row.birth, row.sex) for row in connection.execute(_registered(keys))}
    for table in _FORBIDDING:
        connection.execute(delete(table).where(table.c.source == "file", table.c.person_no.in_(people)))
    set_here = {table.name: [*connection.execute(select(table.c.person_no).where(table.c.person_no.in_(people))).scalars()] for table in _FORBIDDING}
    for table in (ENTRIES, FUHYO_PEOPLE, FUHYO_ADDRESSES, MEMBERS, KOSEKI):
        connection.execute(delete(table).where(table.c.koseki_no.in_(keys)))
    put_staged(connection, KOSEKI, staged[KOSEKI.name], revision=revision, changed_at=at)
    for table in (MEMBERS, ENTRIES, FUHYO_PEOPLE, FUHYO_ADDRESSES):
        put_staged(connection, table, staged[table.name])
    for table in _FORBIDDING:
        put_staged(connection, table, staged[table.name], set_at=at)
        for person_no in set_here[table.name]:
            nobody = select(MEMBERS.c.person_no).where(MEMBERS.c.person_no == person_no)
            if connection.execute(nobody).first() is None:
                connection.execute(delete(table).where(table.c.person_no == person_no))
    _end_registrations(connection, before, now)


def moved_on(connection: Connection, atena_nos: set[str], *, revision: int, now: datetime) -> None:
    """A new version for every 戸籍 in which one of these residents, who have gone from the resident register, stands: what was set on them counted there."""
    for atena_no in sorted(atena_nos):
        its = select(MEMBERS.c.koseki_no).where(MEMBERS.c.atena_no == atena_no)
        connection.execute(update(KOSEKI).where(KOSEKI.c.koseki_no.in_(its)).values(revision=revision, changed_at=now.isoformat()))


def _registered(keys: Select[Any]) -> Select[Any]:
    live = select(USAGE_REGISTRATIONS.c.person_no).where(USAGE_REGISTRATIONS.c.until.is_(None))
    return select(MEMBERS.c.person_no, MEMBERS.c.birth, MEMBERS.c.sex).where(MEMBERS.c.koseki_no.in_(keys), MEMBERS.c.person_no.in_(live))


def _end_registrations(connection: Connection, before: dict[str, tuple[str, str]], now: datetime) -> None:
    """利用登録 stays with the same person, not removed, in a current 戸籍."""
    for person_no, same in before.items():
        there = select(MEMBERS.c.birth, MEMBERS.c.sex).join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
        row = connection.execute(
            there.where(MEMBERS.c.person_no == person_no, MEMBERS.c.removed_on.is_(None), KOSEKI.c.standing == "current")
        ).one_or_none()
        if row is None or (row.birth, row.sex) != same:
            live = (USAGE_REGISTRATIONS.c.person_no == person_no) & USAGE_REGISTRATIONS.c.until.is_(None)
            connection.execute(update(USAGE_REGISTRATIONS).where(live).values(until=now.date().isoformat()))
