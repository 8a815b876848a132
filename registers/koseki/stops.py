"""What forbids papers of a person in the family register: 支援措置 and stops of issuing, set and released at this desk.

Decides only that a stop stands until somebody releases it, whatever its last day, and that it follows the person: into another 戸籍 of this register, and out of the resident register. The
papers' own rules look at what `one_read` unites.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from registers.koseki.revisions import ChangeRefused, moved_on, person_row_of
from registers.koseki.schema import MEMBERS, PROTECTIONS, SUPPRESSIONS, protection_row, suppression_rows
from registers.koseki.tables import find_person, koseki_by_no
from registers.residents.resident import Protection, Suppression
from registers.residents.schema import Source, protection_value, suppression_value

REASON_CHARACTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class StopInForce:
    """A stop with what a clerk needs to release it."""

    number: int
    stop: Suppression
    source: Source
    set_at: datetime


def protect(connection: Connection, person_no: str, protection: Protection, *, now: datetime) -> None:
    """Put a person under 支援措置 in this register, or change its level or period; removed people too, who still stand on the papers."""
    person_row_of(connection, person_no)
    if protection.until is not None and protection.until < protection.since:
        raise ChangeRefused("until_before_since")
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.person_no == person_no, PROTECTIONS.c.source == "clerk"))
    connection.execute(insert(PROTECTIONS).values(protection_row(person_no, protection, "clerk", now.isoformat())))
    _all_moved_on(connection, person_no, now)


def release(connection: Connection, person_no: str, *, now: datetime) -> None:
    """End this register's protection of a person, whoever set it. One set on the resident, or on the same person's place in another 戸籍, goes on. The next file may bring it again."""
    person_row_of(connection, person_no)
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.person_no == person_no))
    _all_moved_on(connection, person_no, now)


def protection_of(connection: Connection, person_no: str) -> Protection | None:
    """This register's own protection of a person, a clerk's before a file's; one of the resident register, or of another 戸籍, is not said here."""
    person_row_of(connection, person_no)
    found = connection.execute(select(PROTECTIONS).where(PROTECTIONS.c.person_no == person_no).order_by(PROTECTIONS.c.source)).first()
    return protection_value(found.level, found.since, found.until) if found is not None else None


def suppress(connection: Connection, person_no: str, *, since: date, until: date | None, reason: str, now: datetime) -> int:
    """Stop issuing whatever lists this person; the stop's number. `reason`: 1 to 100 characters, no `;`, no line break."""
    person_row_of(connection, person_no)
    if not 0 < len(reason.strip()) <= REASON_CHARACTERS_MAX or ";" in reason or not reason.isprintable():
        raise ChangeRefused("reason_form")
    if until is not None and until < since:
        raise ChangeRefused("until_before_since")
    (row,) = suppression_rows(person_no, [Suppression(since, until, household=False, reason=reason.strip())], "clerk", now.isoformat())
    number = connection.execute(insert(SUPPRESSIONS).values(row).returning(SUPPRESSIONS.c.number)).scalar_one()
    _all_moved_on(connection, person_no, now)
    return int(number)


def release_stop(connection: Connection, number: int, *, now: datetime) -> None:
    """End a stop. Ending one twice is refused: whoever does so looks at an old page."""
    row = connection.execute(select(SUPPRESSIONS).where(SUPPRESSIONS.c.number == number)).one_or_none()
    if row is None:
        raise ChangeRefused("no_such_stop")
    if row.released_at is not None:
        raise ChangeRefused("already_released")
    connection.execute(update(SUPPRESSIONS).where(SUPPRESSIONS.c.number == number).values(released_at=now.isoformat()))
    _all_moved_on(connection, row.person_no, now)


def stops_of(connection: Connection, person_no: str) -> tuple[StopInForce, ...]:
    """This register's own stops in force for a person, the oldest first."""
    person_row_of(connection, person_no)
    found = select(SUPPRESSIONS).where(SUPPRESSIONS.c.person_no == person_no, SUPPRESSIONS.c.released_at.is_(None)).order_by(SUPPRESSIONS.c.number)
    return tuple(
        StopInForce(row.number, suppression_value(row.since, row.until, row.household, row.reason), row.source, datetime.fromisoformat(row.set_at))
        for row in connection.execute(found).all()
    )


def carry(connection: Connection, from_person_no: str, to_person_no: str, *, now: datetime) -> None:
    """Set on the one place everything that is in force at the other, from whichever register, so that it does not end with a marriage, an adoption or a move away."""
    koseki = koseki_by_no(connection, find_person(connection, from_person_no) or "")
    person = koseki.member(from_person_no) if koseki is not None else None
    if person is None:
        raise ChangeRefused("no_such_person")
    set_in_force(connection, to_person_no, person.protection, person.suppressions, now=now)


def set_in_force(connection: Connection, person_no: str, protection: Protection | None, stops: tuple[Suppression, ...], *, now: datetime) -> None:
    """Add these to what was set on a person at this desk; nothing is taken away. The caller moves the version."""
    at = now.isoformat()
    mine = select(PROTECTIONS.c.person_no).where(PROTECTIONS.c.person_no == person_no, PROTECTIONS.c.source == "clerk")
    if protection is not None and connection.execute(mine).first() is None:
        connection.execute(insert(PROTECTIONS).values(protection_row(person_no, protection, "clerk", at)))
    there = {one.stop for one in stops_of(connection, person_no)}
    new = dict.fromkeys(replace(stop, household=False) for stop in stops)  # a whole household's stop is carried as this person's
    for row in suppression_rows(person_no, [stop for stop in new if stop not in there], "clerk", at):
        connection.execute(insert(SUPPRESSIONS).values(row))


def _all_moved_on(connection: Connection, person_no: str, now: datetime) -> None:
    """The versions of every 戸籍 in which this person stands: what is set in one counts in all."""
    row = person_row_of(connection, person_no)
    same = MEMBERS.c.person_no == person_no
    if row.atena_no is not None:
        same |= MEMBERS.c.atena_no == row.atena_no
    for koseki_no in connection.execute(select(MEMBERS.c.koseki_no).where(same).distinct().order_by(MEMBERS.c.koseki_no)).scalars().all():
        moved_on(connection, koseki_no, now)
