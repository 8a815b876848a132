"""What every change of the family register stands on: whom it concerns, why it cannot be made, and the new version it gives.

Decides that no state of a 戸籍 has the number of an earlier one, and that only a current 戸籍 is changed. What a change writes is decided by `changes`, `stops` and `usage`.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from registers.koseki.koseki import Entry
from registers.koseki.schema import COUNTED, ENTRIES, KOSEKI, MEMBERS, entry_row

ChangeProblem = Literal[
    "no_such_koseki",
    "no_such_person",
    "not_current",
    "already_removed",
    "already_married",
    "not_married",
    "hittousha_stays",
    "no_parent",
    "nothing_pending",
    "honseki_empty",
    "number_taken",
    "fuhyo_required",
    "no_fuhyo",
    "address_empty",
    "since_form",
    "since_before_last",
    "kana_form",
    "kana_before_law",
    "not_same_person",
    "atena_taken",
    "no_such_stop",
    "already_released",
    "reason_form",
    "until_before_since",
    "serial_form",
    "serial_taken",
    "no_such_registration",
]


class ChangeRefused(Exception):
    """The change cannot be made and nothing was changed; `problem` says why, without personal data."""

    def __init__(self, problem: ChangeProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def koseki_row_of(connection: Connection, koseki_no: str) -> Row[Any]:
    """The row of a current 戸籍; a 除籍 or 改製原戸籍 is never changed."""
    row = connection.execute(select(KOSEKI).where(COUNTED, KOSEKI.c.koseki_no == koseki_no)).one_or_none()
    if row is None:
        raise ChangeRefused("no_such_koseki")
    if row.standing != "current":
        raise ChangeRefused("not_current")
    return row


def present_row_of(connection: Connection, person_no: str) -> Row[Any]:
    """The row of a person who stands, not removed, in a current 戸籍."""
    row = person_row_of(connection, person_no)
    koseki_row_of(connection, row.koseki_no)
    if row.removed_on is not None:
        raise ChangeRefused("already_removed")
    return row


def person_row_of(connection: Connection, person_no: str) -> Row[Any]:
    """The row of a person, removed or not, in a 戸籍 of any standing."""
    here = MEMBERS.join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
    row = connection.execute(select(MEMBERS).select_from(here).where(COUNTED, MEMBERS.c.person_no == person_no)).one_or_none()
    if row is None:
        raise ChangeRefused("no_such_person")
    return row


def present_rows(connection: Connection, koseki_no: str) -> list[Row[Any]]:
    """The rows of the people of a 戸籍 who are not removed, in its order."""
    present = select(MEMBERS).where(MEMBERS.c.koseki_no == koseki_no, MEMBERS.c.removed_on.is_(None))
    return list(connection.execute(present.order_by(MEMBERS.c.place)).all())


def present_hittousha(connection: Connection, koseki: Row[Any]) -> Row[Any] | None:
    """The row of the 筆頭者, unless removed or never taken over when the 戸籍 was written anew: it is known by the name, not by standing first."""
    name = "".join(koseki.hittousha.split())
    family_name = "".join(koseki.family_name.split())
    return next((row for row in present_rows(connection, koseki.koseki_no) if family_name + row.given_name == name), None)


def moved_on(connection: Connection, koseki_no: str, now: datetime) -> None:
    """A new version: a number that no 戸籍 has had in this register."""
    highest = select(func.max(KOSEKI.c.revision) + 1).scalar_subquery()
    connection.execute(update(KOSEKI).where(KOSEKI.c.koseki_no == koseki_no).values(revision=highest, changed_at=now.isoformat()))


def record_entry(connection: Connection, koseki_no: str, person_no: str | None, entry: Entry) -> None:
    """Write an entry after the others of this person, or of the 戸籍 (`person_no` None)."""
    connection.execute(insert(ENTRIES).values(entry_row(koseki_no, person_no, entry)))


def set_member(connection: Connection, person_no: str, **columns: Any) -> None:
    """Put these values into a person's row."""
    connection.execute(update(MEMBERS).where(MEMBERS.c.person_no == person_no).values(**columns))


def set_koseki(connection: Connection, koseki_no: str, **columns: Any) -> None:
    """Put these values into a 戸籍's row."""
    connection.execute(update(KOSEKI).where(KOSEKI.c.koseki_no == koseki_no).values(**columns))
