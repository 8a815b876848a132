"""The resident register in a database: looked up, loaded, and changed by a clerk.

Decides what state a reader sees and that every change moves the household's version. Functions take a connection and run in its transaction; they read no clock (`now`, aware, is given).
Whether somebody may have a paper is not decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, FromClause, Row, and_, bindparam, delete, func, insert, or_, select, update

from registers.residents.household_order import ordered
from registers.residents.households import PRESENT, is_present, stop_key
from registers.residents.resident import Household, Resident, Suppression
from registers.residents.schema import (
    COUNTED,
    HOUSEHOLDS,
    METADATA,
    PROTECTIONS,
    RESIDENTS,
    SUPPRESSIONS,
    batches,
    protection_row,
    protection_value,
    resident_row,
    resident_value,
    search_key,
    suppression_row,
    suppression_value,
)

__all__ = [
    "METADATA",
    "Replaced",
    "holder_and_household",
    "household_of",
    "load",
    "replace_all",
    "resident",
    "resident_by_juminhyo_code",
    "resident_by_serial",
    "residents_in_order",
    "rows_of",
    "search",
]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new file did: how many people and households it brought, and how many protections and stops set by a clerk stay in force."""

    residents: int
    households: int
    kept_protections: int
    kept_suppressions: int


_SET_BY_CLERK = PROTECTIONS.alias("by_clerk")
_FROM_FILE = PROTECTIONS.alias("from_file")
_PERSON = (
    RESIDENTS,
    func.coalesce(_SET_BY_CLERK.c.level, _FROM_FILE.c.level).label("protection_level"),
    func.coalesce(_SET_BY_CLERK.c.since, _FROM_FILE.c.since).label("protection_since"),
    _SET_BY_CLERK.c.level.label("clerk_level"),
    _SET_BY_CLERK.c.until.label("clerk_until"),
    _FROM_FILE.c.until.label("file_until"),
    SUPPRESSIONS.c.number.label("stop_number"),
    SUPPRESSIONS.c.since.label("stop_since"),
    SUPPRESSIONS.c.until.label("stop_until"),
    SUPPRESSIONS.c.household.label("stop_household"),
    SUPPRESSIONS.c.reason.label("stop_reason"),
)
_PRESENT = or_(*(RESIDENTS.c.standing == standing for standing in PRESENT))  # not IN, whose list is written anew at each call
_STOPS_FOR_PERSON = and_(
    SUPPRESSIONS.c.household_no == RESIDENTS.c.household_no,
    SUPPRESSIONS.c.released_at.is_(None),
    or_(
        and_(SUPPRESSIONS.c.household.is_(True), _PRESENT),
        and_(SUPPRESSIONS.c.household.is_(False), SUPPRESSIONS.c.atena_no == RESIDENTS.c.atena_no),
    ),
)


def _with_stops(people: FromClause) -> FromClause:
    """The people joined with their protections and stops. One flat chain of joins: nested, SQLite reads the whole register for each household."""
    return (
        people.outerjoin(_SET_BY_CLERK, and_(_SET_BY_CLERK.c.atena_no == RESIDENTS.c.atena_no, _SET_BY_CLERK.c.source == "clerk"))
        .outerjoin(_FROM_FILE, and_(_FROM_FILE.c.atena_no == RESIDENTS.c.atena_no, _FROM_FILE.c.source == "file"))
        .outerjoin(SUPPRESSIONS, _STOPS_FOR_PERSON)
    )


_PEOPLE = _with_stops(RESIDENTS)
_BY_SERIAL = select(*_PERSON).select_from(_PEOPLE).where(RESIDENTS.c.serial == bindparam("serial")).order_by(SUPPRESSIONS.c.number)
_BY_NUMBER = select(*_PERSON).select_from(_PEOPLE).where(COUNTED, RESIDENTS.c.atena_no == bindparam("atena_no")).order_by(SUPPRESSIONS.c.number)
_BY_CODE = (
    select(*_PERSON).select_from(_PEOPLE).where(COUNTED, RESIDENTS.c.juminhyo_code == bindparam("juminhyo_code")).order_by(SUPPRESSIONS.c.number)
)
_EVERYBODY = select(*_PERSON).select_from(_PEOPLE).where(COUNTED).order_by(RESIDENTS.c.place, RESIDENTS.c.atena_no, SUPPRESSIONS.c.number)
_LIVES_THERE = and_(RESIDENTS.c.household_no == HOUSEHOLDS.c.household_no, _PRESENT)
_HOUSEHOLD = (
    select(HOUSEHOLDS.c.address, HOUSEHOLDS.c.head_name, HOUSEHOLDS.c.revision, *_PERSON)
    .select_from(_with_stops(HOUSEHOLDS.outerjoin(RESIDENTS, _LIVES_THERE)))
    .where(HOUSEHOLDS.c.household_no == bindparam("household_no"))
    .order_by(RESIDENTS.c.atena_no, SUPPRESSIONS.c.number)
)
_HOLDER = RESIDENTS.alias("holder")
_REGISTERED_THERE = and_(RESIDENTS.c.household_no == HOUSEHOLDS.c.household_no, or_(_PRESENT, RESIDENTS.c.atena_no == _HOLDER.c.atena_no))
_HOLDER_AND_HOUSEHOLD = (
    select(HOUSEHOLDS.c.address, HOUSEHOLDS.c.head_name, HOUSEHOLDS.c.revision, *_PERSON)
    .select_from(_with_stops(_HOLDER.join(HOUSEHOLDS, HOUSEHOLDS.c.household_no == _HOLDER.c.household_no).join(RESIDENTS, _REGISTERED_THERE)))
    .where(_HOLDER.c.serial == bindparam("serial"))
    .order_by(RESIDENTS.c.atena_no, SUPPRESSIONS.c.number)
)


def household_of(connection: Connection, household_no: str) -> Household | None:
    """The household as it is in this transaction's state, in one statement; None if there is none of this number. `members` is empty when everybody has gone."""
    rows = connection.execute(_HOUSEHOLD, {"household_no": household_no}).all()
    if not rows:
        return None
    return _household(household_no, rows[0], _people(rows) if rows[0].atena_no is not None else [])


def holder_and_household(connection: Connection, serial: str) -> tuple[Resident, Household] | None:
    """Whoever this 利用者証明用 certificate (`serial` in lower-case hex) belongs to, of any standing, and the household they are registered in; None for nobody's.

    One statement, whoever it is: how long a look-up takes says nothing about the standing of the holder.
    """
    rows = connection.execute(_HOLDER_AND_HOUSEHOLD, {"serial": serial}).all()
    if not rows:
        return None
    people = _people(rows)
    holder = next(person for person in people if person.serial == serial)
    return holder, _household(holder.household_no, rows[0], [person for person in people if is_present(person)])


def resident_by_serial(connection: Connection, serial: str) -> Resident | None:
    """Whoever this 利用者証明用 certificate belongs to, of any standing; `serial` in lower-case hex. One statement."""
    return _one(connection.execute(_BY_SERIAL, {"serial": serial}).all())


def resident(connection: Connection, atena_no: str) -> Resident | None:
    """The person of this 宛名番号, of any standing. One statement."""
    return _one(connection.execute(_BY_NUMBER, {"atena_no": atena_no}).all())


def resident_by_juminhyo_code(connection: Connection, juminhyo_code: str) -> Resident | None:
    """The person of this 住民票コード, of any standing. One statement."""
    return _one(connection.execute(_BY_CODE, {"juminhyo_code": juminhyo_code}).all())


def residents_in_order(connection: Connection) -> tuple[Resident, ...]:
    """Everybody, in the order in which they were loaded: for writing the register out."""
    return tuple(_people(connection.execute(_EVERYBODY).all()))


def search(connection: Connection, text: str, limit: int) -> tuple[Resident, ...]:
    """At most `limit` people for a clerk: a whole 宛名番号 or its beginning, or the beginning of a 氏名, 通称 or reading, as `search_key` compares them. Nobody for a blank text."""
    key = search_key(text)
    if not key or limit < 1:
        return ()
    hit = or_(
        *(RESIDENTS.c[column].startswith(key, autoescape=True) for column in ("atena_no", "name_key", "alias_key", "kana_key", "alias_kana_key"))
    )
    found = select(RESIDENTS.c.atena_no).where(COUNTED, hit).order_by(RESIDENTS.c.kana_key, RESIDENTS.c.atena_no).limit(limit)
    numbers = list(connection.execute(found).scalars())
    people = {person.atena_no: person for person in _people(connection.execute(_EVERYBODY.where(RESIDENTS.c.atena_no.in_(numbers))).all())}
    return tuple(people[number] for number in numbers)


def load(connection: Connection, residents: Sequence[Resident], households: Sequence[Household], *, now: datetime) -> None:
    """Add these people and households. Raises sqlalchemy's IntegrityError when a number is there already."""
    _insert(connection, residents, households, revision=_next_revision(connection), now=now)


def replace_all(connection: Connection, residents: Sequence[Resident], households: Sequence[Household], *, now: datetime) -> Replaced:
    """Put these in the place of everybody. What an earlier file brought goes; a protection or stop that a clerk set stays in force as long as the same person
    (宛名番号 and 個人番号) is in the new register: an older extract must not lift a stop. The versions of all households move on.
    """
    revision = _next_revision(connection)
    known = connection.execute(select(RESIDENTS.c.atena_no, RESIDENTS.c.my_number).order_by(RESIDENTS.c.atena_no))
    person = {row.atena_no: row.my_number for row in known}
    stays = {new.atena_no: new.household_no for new in residents if person.get(new.atena_no) == new.my_number}
    connection.execute(delete(RESIDENTS))
    connection.execute(delete(HOUSEHOLDS))
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.source == "file"))
    connection.execute(delete(SUPPRESSIONS).where(SUPPRESSIONS.c.source == "file"))
    protections = _keep_protections(connection, stays)
    suppressions = _keep_suppressions(connection, stays)
    _insert(connection, residents, households, revision=revision, now=now)
    return Replaced(len(residents), len(households), protections, suppressions)


def _keep_protections(connection: Connection, stays: dict[str, str]) -> int:
    """Drop the protections of those who are not the same person any more; how many are left."""
    kept = 0
    for atena_no in connection.execute(select(PROTECTIONS.c.atena_no).order_by(PROTECTIONS.c.atena_no)).scalars().all():
        if atena_no in stays:
            kept += 1
        else:
            connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.atena_no == atena_no))
    return kept


def _keep_suppressions(connection: Connection, stays: dict[str, str]) -> int:
    """Let the stops of the same people follow them to their household, drop the others; how many are in force."""
    kept = 0
    for row in connection.execute(select(SUPPRESSIONS).order_by(SUPPRESSIONS.c.number)).all():
        here = SUPPRESSIONS.c.number == row.number
        if row.atena_no in stays:
            connection.execute(update(SUPPRESSIONS).where(here).values(household_no=stays[row.atena_no]))
            kept += row.released_at is None
        else:
            connection.execute(delete(SUPPRESSIONS).where(here))
    return kept


def _insert(connection: Connection, residents: Sequence[Resident], households: Sequence[Household], *, revision: int, now: datetime) -> None:
    place = connection.execute(select(func.coalesce(func.max(RESIDENTS.c.place), 0))).scalar_one()
    for table, table_rows in rows_of(residents, households, revision=revision, at=now.isoformat(), place=place).items():
        for batch in batches(table_rows):
            connection.execute(insert(table), batch)


def rows_of(
    residents: Sequence[Resident], households: Sequence[Household], *, revision: int, at: str, place: int = 0
) -> dict[Any, list[dict[str, Any]]]:
    """The rows of these people and households by table, as a file brought them; people stand after `place`."""
    return {
        HOUSEHOLDS: [
            {"household_no": h.household_no, "address": h.address, "head_name": h.head_name, "revision": revision, "changed_at": at}
            for h in households
        ],
        RESIDENTS: [resident_row(person, place + number) for number, person in enumerate(residents, 1)],
        PROTECTIONS: [protection_row(person.atena_no, person.protection, "file", at) for person in residents if person.protection],
        SUPPRESSIONS: _stop_rows(residents, at),
    }


def _stop_rows(residents: Sequence[Resident], at: str) -> list[dict[str, Any]]:
    """A stop on a household stands on each of its people and is stored once."""
    once: set[tuple[str, Suppression]] = set()
    rows = []
    for person in residents:
        for stop in person.suppressions:
            if stop.household and (person.household_no, stop) in once:
                continue
            once.add((person.household_no, stop))
            rows.append(suppression_row(person.atena_no, person.household_no, stop, "file", at))
    return rows


def _next_revision(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(HOUSEHOLDS.c.revision), 0) + 1)).scalar_one())


def _household(household_no: str, row: Row[Any], people: list[Resident]) -> Household:
    return Household(household_no, row.address, row.head_name, ordered(people), str(row.revision))


def _one(rows: Sequence[Row[Any]]) -> Resident | None:
    return next(iter(_people(rows)), None)


def _people(rows: Sequence[Row[Any]]) -> list[Resident]:
    """The people of joined rows (one row for each stop of a person), in the order of the rows."""
    of_person: dict[str, list[Row[Any]]] = {}
    for row in rows:
        of_person.setdefault(row.atena_no, []).append(row)
    return [_person(same) for same in of_person.values()]


def _person(rows: Sequence[Row[Any]]) -> Resident:
    row = rows[0]
    protection = None
    if row.protection_level is not None:
        until = row.clerk_until if row.clerk_level is not None else row.file_until
        protection = protection_value(row.protection_level, row.protection_since, until)
    stops = [suppression_value(r.stop_since, r.stop_until, r.stop_household, r.stop_reason) for r in rows if r.stop_number is not None]
    return resident_value(row, protection, tuple(sorted(stops, key=stop_key)))
