"""Who goes out of a 戸籍: by marriage, divorce, adoption or death; and the whole 戸籍 that moves its 本籍 elsewhere.

Decides what is written on every side here. Who is removed stays on the papers, with what stood at the removal; their 利用登録 ends; a 戸籍 that everybody has left becomes 除籍. The clerk's door
is `changes`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from registers.koseki import entries
from registers.koseki.entries import Forwarded, Married
from registers.koseki.koseki import Entry
from registers.koseki.revisions import (
    ChangeRefused,
    koseki_row_of,
    moved_on,
    present_hittousha,
    present_row_of,
    present_rows,
    record_entry,
    set_koseki,
    set_member,
)
from registers.koseki.usage import end_registrations
from registers.register_dates import RegisterDate, date_problem


def record_marriage_out(
    connection: Connection,
    person_no: str,
    *,
    married_on: date,
    spouse: str,
    takes: Married,
    new_honseki: str | None = None,
    entered: str | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """婚姻 of a person who leaves for a new 戸籍 at `new_honseki`, or for the spouse's (`entered`, an `entries.koseki_reference`): 除籍 here. Exactly one of the two, else ValueError."""
    if (new_honseki is None) == (entered is None):
        raise ValueError("a married person goes either to a new koseki or to the spouse's one")
    person = present_row_of(connection, person_no)
    if person.spouse is not None:
        raise ChangeRefused("already_married")
    if new_honseki is not None:
        entry = entries.marriage_out(married_on, spouse, new_honseki, takes, forwarded=forwarded)
    else:
        entry = entries.marriage_into_spouses(married_on, spouse, entered or "", takes, forwarded=forwarded)
    _leaves(connection, person, entry)
    moved_on(connection, person.koseki_no, now)


def record_divorce(
    connection: Connection,
    leaving_no: str,
    *,
    divorced_on: date,
    new_honseki: str | None = None,
    returned_to: str | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """離婚: who changed the 氏 at the marriage leaves, for a new 戸籍 or back to the parents'; the 筆頭者 stays and is married no more."""
    leaving = present_row_of(connection, leaving_no)
    koseki = koseki_row_of(connection, leaving.koseki_no)
    hittousha = present_hittousha(connection, koseki)
    if hittousha is not None and hittousha.person_no == leaving_no:
        raise ChangeRefused("hittousha_stays")
    staying = _spouse_of(connection, leaving)
    if staying is None:
        raise ChangeRefused("not_married")
    names = [f"{koseki.family_name}　{one.given_name}" for one in (leaving, staying)]
    out = entries.divorce_out(divorced_on, names[1], new_honseki=new_honseki, returned_to=returned_to, forwarded=forwarded)
    record_entry(connection, staying.koseki_no, staying.person_no, entries.divorce(divorced_on, names[0], forwarded=forwarded))
    set_member(connection, staying.person_no, spouse=None)
    _leaves(connection, leaving, out)
    moved_on(connection, leaving.koseki_no, now)


def record_adoption_out(
    connection: Connection,
    person_no: str,
    *,
    adopted_on: date,
    father: str | None,
    mother: str | None,
    entered: str,
    consent: str | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """養子縁組 in the 戸籍 that the child leaves for `entered` (`entries.koseki_reference`)."""
    person = present_row_of(connection, person_no)
    _leaves(connection, person, entries.adoption_out(adopted_on, father, mother, entered, consent=consent, forwarded=forwarded))
    moved_on(connection, person.koseki_no, now)


def record_death(
    connection: Connection,
    person_no: str,
    *,
    died: RegisterDate,
    at: str | None,
    place: str,
    notified_on: date,
    notifier: str,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """死亡: 除籍, and 配偶者の死亡 on the one who is left. `at` is 死亡時分 in words, None if not known."""
    person = present_row_of(connection, person_no)
    if date_problem(died) is not None:
        raise ChangeRefused("since_form")
    entry = entries.death(died, at, place, notified_on, notifier, forwarded=forwarded)
    survivor = _spouse_of(connection, person)
    if survivor is not None:
        record_entry(connection, survivor.koseki_no, survivor.person_no, entries.spouse_death(died, entry.recorded_on))
        set_member(connection, survivor.person_no, spouse=None)
    _leaves(connection, person, entry)
    moved_on(connection, person.koseki_no, now)


def record_tenseki(connection: Connection, koseki_no: str, *, on: date, new_honseki: str, forwarded: Forwarded | None = None, now: datetime) -> None:
    """転籍 to another municipality: the whole 戸籍 becomes 除籍 here. Its people are not marked one by one."""
    koseki_row_of(connection, koseki_no)
    if not new_honseki.strip():
        raise ChangeRefused("honseki_empty")
    entry = entries.tenseki_out(on, new_honseki, forwarded=forwarded)
    record_entry(connection, koseki_no, None, entry)
    set_koseki(connection, koseki_no, standing="removed")
    for row in present_rows(connection, koseki_no):
        end_registrations(connection, row.person_no, on=entry.recorded_on)
    moved_on(connection, koseki_no, now)


def _leaves(connection: Connection, person: Row[Any], entry: Entry) -> None:
    record_entry(connection, person.koseki_no, person.person_no, entry)
    set_member(connection, person.person_no, removed_on=entry.recorded_on.isoformat())
    end_registrations(connection, person.person_no, on=entry.recorded_on)
    if not present_rows(connection, person.koseki_no):
        record_entry(connection, person.koseki_no, None, entries.koseki_closed(entry.recorded_on))
        set_koseki(connection, person.koseki_no, standing="removed")


def _spouse_of(connection: Connection, person: Row[Any]) -> Row[Any] | None:
    """Who is married to a person: in a 戸籍 there is one couple at most."""
    if person.spouse is None:
        return None
    others = (row for row in present_rows(connection, person.koseki_no) if row.person_no != person.person_no)
    return next((row for row in others if row.spouse is not None), None)
