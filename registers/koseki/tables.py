"""The family register and its 附票 in a database: looked up and loaded; 本籍地利用登録 (a certificate of somebody who lives elsewhere) kept beside them.

Decides what state a reader sees (one: each look-up is one statement) and who a card's holder is in this register. Functions take a connection and run in its transaction; they read no clock
(`now`, aware, and `today` are given). Whether somebody may have a paper is not decided here, but what forbids it is complete when it leaves here: see `registers.koseki.one_read`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, delete, func, insert, or_, select, union_all, update

from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.koseki.one_read import assembled, everything, own, residents_revision, version
from registers.koseki.schema import (
    COUNTED,
    ENTRIES,
    FUHYO_ADDRESSES,
    FUHYO_PEOPLE,
    KOSEKI,
    MEMBERS,
    PROTECTIONS,
    SUPPRESSIONS,
    USAGE_REGISTRATIONS,
    address_rows,
    entry_row,
    fuhyo_person_row,
    koseki_row,
    member_row,
    protection_row,
    suppression_rows,
)
from registers.residents.resident import Protection, Suppression
from registers.residents.schema import METADATA, RESIDENTS, Source, batches

__all__ = [
    "METADATA",
    "Replaced",
    "find_person",
    "fuhyo_by_no",
    "koseki_by_no",
    "koseki_of_person_linked_to",
    "koseki_of_usage_registration",
    "koseki_version",
    "load",
    "next_revision",
    "person_of_serial",
    "register_in_order",
    "replace_all",
    "rows_of",
]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new file did: how many 戸籍 and people it brought; how many protections, stops and 利用登録 made at this desk stay in force."""

    koseki: int
    people: int
    kept_protections: int
    kept_suppressions: int
    kept_registrations: int


def _only(found: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """This column of the one row found; NULL, which nothing equals, when there are several: nobody is guessed."""
    one = case((func.count() == 1, func.max(column)))
    result: ColumnElement[Any] = found.with_only_columns(one).scalar_subquery()
    return result


def _reading(found: Any) -> Any:
    koseki_no = _only(found, MEMBERS.c.koseki_no)
    return everything(lambda column: column == koseki_no, _only(found, MEMBERS.c.person_no))


_LIVING_IN_CURRENT = and_(MEMBERS.c.removed_on.is_(None), or_(KOSEKI.c.standing == "current", KOSEKI.c.standing == "on_paper"))
_IN_THEIR_KOSEKI = MEMBERS.join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
_SAME_PERSON = or_(RESIDENTS.c.atena_no.is_(None), and_(RESIDENTS.c.birth == MEMBERS.c.birth, RESIDENTS.c.sex == MEMBERS.c.sex))
_LINKED: Select[Any] = (
    select(MEMBERS.c.person_no)
    .select_from(_IN_THEIR_KOSEKI.outerjoin(RESIDENTS, RESIDENTS.c.atena_no == MEMBERS.c.atena_no))
    .where(MEMBERS.c.atena_no == bindparam("the_atena_no"), _LIVING_IN_CURRENT, _SAME_PERSON)
)
_HOLDS = and_(
    USAGE_REGISTRATIONS.c.serial == bindparam("the_serial"),
    USAGE_REGISTRATIONS.c.until.is_(None),
    USAGE_REGISTRATIONS.c.since <= bindparam("the_day"),
)
_REGISTERED: Select[Any] = (
    select(MEMBERS.c.person_no)
    .select_from(_IN_THEIR_KOSEKI.join(USAGE_REGISTRATIONS, USAGE_REGISTRATIONS.c.person_no == MEMBERS.c.person_no))
    .where(_HOLDS, _LIVING_IN_CURRENT)
)

_ASIDE = select(KOSEKI.c.koseki_no).where(~COUNTED)
_BY_NO = everything(lambda column: and_(column == bindparam("the_koseki_no"), column.not_in(_ASIDE)))
_BY_ATENA = _reading(_LINKED)
_BY_SERIAL = _reading(_REGISTERED)
_ALL = union_all(*own(lambda column: column.not_in(_ASIDE)))
_VERSION = select(KOSEKI.c.revision, residents_revision.label("of_residents")).where(COUNTED, KOSEKI.c.koseki_no == bindparam("the_koseki_no"))
_PERSON = select(MEMBERS.c.koseki_no).where(MEMBERS.c.person_no == bindparam("the_person_no"), MEMBERS.c.koseki_no.not_in(_ASIDE))
_SERIAL = select(USAGE_REGISTRATIONS.c.person_no).where(_HOLDS)


def koseki_of_person_linked_to(connection: Connection, atena_no: str) -> tuple[Koseki, Fuhyo | None, str] | None:
    """The 戸籍 in force (current, or kept on paper) in which the resident with this 宛名番号 stands and is not removed, its 附票 if one is kept here, and the person's `person_no`. One statement.

    None for nobody, for a link that leads to two people, and for one whose birth date or sex is not that of the resident who has this number now: a number given anew must not open a
    stranger's 戸籍.
    """
    found = assembled(connection.execute(_BY_ATENA, {"the_atena_no": atena_no}))
    return _with_person(found)


def koseki_of_usage_registration(connection: Connection, serial: str, today: date) -> tuple[Koseki, Fuhyo | None, str] | None:
    """The same for somebody who lives elsewhere and has registered this certificate (`serial` in lower-case hex) here. One statement."""
    found = assembled(connection.execute(_BY_SERIAL, {"the_serial": serial, "the_day": today.isoformat()}))
    return _with_person(found)


def koseki_by_no(connection: Connection, koseki_no: str) -> Koseki | None:
    """The 戸籍 of this number, of any standing. One statement."""
    found = assembled(connection.execute(_BY_NO, {"the_koseki_no": koseki_no}))
    return found[0][0] if found else None


def fuhyo_by_no(connection: Connection, koseki_no: str) -> Fuhyo | None:
    """The 附票 of the 戸籍 of this number, of any standing. One statement."""
    found = assembled(connection.execute(_BY_NO, {"the_koseki_no": koseki_no}))
    return found[0][1] if found else None


def find_person(connection: Connection, person_no: str) -> str | None:
    """The number of the 戸籍 in which this person stands, removed or not."""
    koseki_no: str | None = connection.execute(_PERSON, {"the_person_no": person_no}).scalar_one_or_none()
    return koseki_no


def koseki_version(connection: Connection, koseki_no: str) -> str | None:
    """The version that the 戸籍 and its 附票 have now."""
    row = connection.execute(_VERSION, {"the_koseki_no": koseki_no}).one_or_none()
    return version(row.revision, row.of_residents) if row is not None else None


def person_of_serial(connection: Connection, serial: str, today: date) -> str | None:
    """Who has registered this certificate here (利用登録), from the day on which the registration may be used."""
    person_no: str | None = connection.execute(_SERIAL, {"the_serial": serial, "the_day": today.isoformat()}).scalar_one_or_none()
    return person_no


def register_in_order(connection: Connection) -> tuple[tuple[Koseki, ...], tuple[Fuhyo, ...]]:
    """Everything in the order in which it was loaded, for writing it out. Stops and protections are this register's own: those of residents go out with the residents."""
    found = assembled(connection.execute(_ALL))
    return tuple(koseki for koseki, _, _ in found), tuple(fuhyo for _, fuhyo, _ in found if fuhyo is not None)


def load(connection: Connection, koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo], *, now: datetime) -> None:
    """Add these 戸籍 and 附票. Raises sqlalchemy's IntegrityError when a number is there already, ValueError when a 附票 does not say of its 戸籍 what the 戸籍 says."""
    _insert(connection, koseki, fuhyo, revision=next_revision(connection), now=now)


def replace_all(connection: Connection, koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo], *, now: datetime) -> Replaced:
    """Put these in the place of everything. What an earlier file brought goes. What a clerk set stays: a protection or stop as long as there is a person of this number (what forbids is
    rather kept too long), a 利用登録 only as long as that is the same person by birth date and sex, not removed, in a current 戸籍 (what opens is rather ended). All versions move on.
    """
    revision = next_revision(connection)
    before = {row.person_no: (row.birth, row.sex) for row in connection.execute(select(MEMBERS.c.person_no, MEMBERS.c.birth, MEMBERS.c.sex))}
    for table in (KOSEKI, MEMBERS, ENTRIES, FUHYO_PEOPLE, FUHYO_ADDRESSES):
        connection.execute(delete(table))
    for table in (PROTECTIONS, SUPPRESSIONS):
        connection.execute(delete(table).where(table.c.source == "file"))
    _insert(connection, koseki, fuhyo, revision=revision, now=now)
    here = select(MEMBERS.c.person_no)
    for table in (PROTECTIONS, SUPPRESSIONS):
        connection.execute(delete(table).where(table.c.person_no.not_in(here)))
    people = {person.person_no: person for one in koseki if one.standing == "current" for person in one.members if person.removed_on is None}
    same = {number for number, person in people.items() if before.get(number) == (person.birth, person.sex)}
    return Replaced(
        koseki=len(koseki),
        people=sum(len(one.members) for one in koseki),
        kept_protections=_count(connection, PROTECTIONS, PROTECTIONS.c.source == "clerk"),
        kept_suppressions=_count(connection, SUPPRESSIONS, and_(SUPPRESSIONS.c.source == "clerk", SUPPRESSIONS.c.released_at.is_(None))),
        kept_registrations=_keep_registrations(connection, same, now),
    )


def next_revision(connection: Connection) -> int:
    """A number that no state of a 戸籍 has had in this register."""
    return int(connection.execute(select(func.coalesce(func.max(KOSEKI.c.revision), 0) + 1)).scalar_one())


def _keep_registrations(connection: Connection, same: set[str], now: datetime) -> int:
    live = select(USAGE_REGISTRATIONS.c.number, USAGE_REGISTRATIONS.c.person_no).where(USAGE_REGISTRATIONS.c.until.is_(None))
    kept = 0
    for row in connection.execute(live.order_by(USAGE_REGISTRATIONS.c.number)).all():
        if row.person_no in same:
            kept += 1
        else:
            ended = update(USAGE_REGISTRATIONS).where(USAGE_REGISTRATIONS.c.number == row.number)
            connection.execute(ended.values(until=now.date().isoformat()))
    return kept


def _count(connection: Connection, table: Any, where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())


def _insert(connection: Connection, koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo], *, revision: int, now: datetime) -> None:
    place = connection.execute(select(func.coalesce(func.max(KOSEKI.c.place), 0))).scalar_one()
    for table, table_rows in rows_of(koseki, fuhyo, revision=revision, at=now.isoformat(), place=place).items():
        for batch in batches(table_rows):
            connection.execute(insert(table), batch)


def rows_of(koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo], *, revision: int, at: str, place: int = 0) -> dict[Any, list[dict[str, Any]]]:
    """The rows of these 戸籍 and 附票 by table, as a file brought them; they stand after `place`. ValueError when a 附票 does not say of its 戸籍 what the 戸籍 says."""
    of_koseki = _by_koseki(koseki, fuhyo)
    people = [(one.koseki_no, number, person) for one in koseki for number, person in enumerate(one.members, 1)]
    return {
        KOSEKI: [
            koseki_row(one, of_koseki.get(one.koseki_no), place=place + number, revision=revision, changed_at=at)
            for number, one in enumerate(koseki, 1)
        ],
        MEMBERS: [member_row(koseki_no, person, number) for koseki_no, number, person in people],
        ENTRIES: [
            *(entry_row(one.koseki_no, None, entry) for one in koseki for entry in one.entries),
            *(entry_row(koseki_no, person.person_no, entry) for koseki_no, _, person in people for entry in person.entries),
        ],
        FUHYO_PEOPLE: [fuhyo_person_row(one.koseki_no, person) for one in fuhyo for person in one.people],
        FUHYO_ADDRESSES: [row for one in fuhyo for person in one.people for row in address_rows(one.koseki_no, person)],
        **_stop_rows([person for _, _, person in people], fuhyo, "file", at),
    }


def _stop_rows(people: Sequence[KosekiPerson], fuhyo: Sequence[Fuhyo], source: Source, at: str) -> dict[Any, list[dict[str, Any]]]:
    """The rows of what forbids, said of a person in the 戸籍 or in the 附票: once."""
    protections: dict[str, Protection] = {}
    stops: dict[str, dict[Suppression, None]] = {}
    everybody: list[KosekiPerson | FuhyoPerson] = [*people, *(person for one in fuhyo for person in one.people)]
    for person in everybody:
        if person.protection is not None:
            protections.setdefault(person.person_no, person.protection)
        stops.setdefault(person.person_no, {}).update(dict.fromkeys(person.suppressions))
    return {
        PROTECTIONS: [protection_row(person_no, protection, source, at) for person_no, protection in protections.items()],
        SUPPRESSIONS: [row for person_no, of_person in stops.items() for row in suppression_rows(person_no, tuple(of_person), source, at)],
    }


def _by_koseki(koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo]) -> dict[str, Fuhyo]:
    """The 附票 by the number of their 戸籍; a 附票 that says otherwise than its 戸籍 would be kept with the 戸籍's word, so it is not taken at all."""
    known = {one.koseki_no: one for one in koseki}
    for one in fuhyo:
        its = known.get(one.koseki_no)
        if its is None or (its.honseki, its.hittousha, its.standing) != (one.honseki, one.hittousha, one.standing):
            raise ValueError(f"fuhyo {one.koseki_no} does not belong to its koseki")
        for person in one.people:
            member = its.member(person.person_no)
            said = (person.given_name, person.removed_on, person.atena_no)
            if member is None or (member.given_name, member.removed_on, member.atena_no) != said:
                raise ValueError(f"person {person.person_no} differs between koseki and fuhyo")
        if tuple(sorted(one.people, key=lambda person: _place(its, person.person_no))) != one.people:
            raise ValueError(f"fuhyo {one.koseki_no} has its people in another order than its koseki")
    return {one.koseki_no: one for one in fuhyo}


def _place(koseki: Koseki, person_no: str) -> int:
    return next(number for number, member in enumerate(koseki.members) if member.person_no == person_no)


def _with_person(found: tuple[tuple[Koseki, Fuhyo | None, str | None], ...]) -> tuple[Koseki, Fuhyo | None, str] | None:
    for koseki, fuhyo, person_no in found:
        if person_no is not None:
            return koseki, fuhyo, person_no
    return None
