"""The clerk's door to the family register: everything that may be recorded in it, each one change in the connection's transaction that gives the 戸籍 a new version.

Decides what concerns a 戸籍 as it stands: a notification that waits, readings, addresses, the link to a resident, a new 本籍 within the municipality. Who enters and who leaves is decided in
`entering` and `leaving`, what forbids papers in `stops`. A 除籍 or 改製原戸籍 is never changed. Whether a notification may be accepted in law is decided before it comes here.
"""

from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from registers.koseki import entries
from registers.koseki.checks import KANA_FROM, is_reading
from registers.koseki.entering import (
    Entering,
    Lived,
    make_koseki,
    open_koseki,
    record_adoption,
    record_birth,
    record_marriage_in,
    record_return,
)
from registers.koseki.fuhyo import FuhyoAddress
from registers.koseki.leaving import record_adoption_out, record_death, record_divorce, record_marriage_out, record_tenseki
from registers.koseki.revisions import (
    ChangeProblem,
    ChangeRefused,
    koseki_row_of,
    moved_on,
    present_row_of,
    record_entry,
    set_koseki,
    set_member,
)
from registers.koseki.schema import FUHYO_ADDRESSES, FUHYO_PEOPLE, KOSEKI, MEMBERS
from registers.koseki.stops import StopInForce, carry, protect, protection_of, release, release_stop, stops_of, suppress
from registers.koseki.usage import bind_serial, unbind_serial
from registers.register_dates import date_problem, year_month_day
from registers.residents.schema import RESIDENTS

__all__ = [
    "ChangeProblem",
    "ChangeRefused",
    "Entering",
    "Lived",
    "StopInForce",
    "add_address",
    "announce",
    "bind_serial",
    "link_resident",
    "make_koseki",
    "open_koseki",
    "protect",
    "protection_of",
    "record_adoption",
    "record_adoption_out",
    "record_birth",
    "record_death",
    "record_divorce",
    "record_marriage_in",
    "record_marriage_out",
    "record_return",
    "record_tenseki",
    "record_tenseki_within",
    "release",
    "release_stop",
    "set_family_kana",
    "set_kana",
    "stops_of",
    "suppress",
    "unbind_serial",
    "withdraw",
]


def announce(connection: Connection, koseki_no: str, *, now: datetime) -> None:
    """A notification was accepted and is not entered yet: nothing is issued until as many are withdrawn as were announced."""
    koseki = koseki_row_of(connection, koseki_no)
    set_koseki(connection, koseki_no, pending=koseki.pending + 1)
    moved_on(connection, koseki_no, now)


def withdraw(connection: Connection, koseki_no: str, *, now: datetime) -> None:
    """An announced notification has been entered, or was taken back."""
    koseki = koseki_row_of(connection, koseki_no)
    if koseki.pending < 1:
        raise ChangeRefused("nothing_pending")
    set_koseki(connection, koseki_no, pending=koseki.pending - 1)
    moved_on(connection, koseki_no, now)


def set_kana(connection: Connection, person_no: str, kana: str, recorded_on: date, *, now: datetime) -> None:
    """名の振り仮名 with the day on which it was recorded. No entry is written: how the forms word one was not to be had."""
    person = present_row_of(connection, person_no)
    _reading_stands(kana, recorded_on)
    set_member(connection, person_no, given_name_kana=kana, kana_recorded_on=recorded_on.isoformat())
    moved_on(connection, person.koseki_no, now)


def set_family_kana(connection: Connection, koseki_no: str, kana: str, recorded_on: date, *, now: datetime) -> None:
    """氏の振り仮名 with the day on which it was recorded."""
    koseki_row_of(connection, koseki_no)
    _reading_stands(kana, recorded_on)
    set_koseki(connection, koseki_no, family_name_kana=kana, family_name_kana_recorded_on=recorded_on.isoformat())
    moved_on(connection, koseki_no, now)


def add_address(connection: Connection, person_no: str, address: FuhyoAddress, *, now: datetime) -> None:
    """A new 住所 in the 附票, where the person lives from now on."""
    person = present_row_of(connection, person_no)
    if connection.execute(select(FUHYO_PEOPLE.c.person_no).where(FUHYO_PEOPLE.c.person_no == person_no)).first() is None:
        raise ChangeRefused("no_fuhyo")
    if not address.address.strip():
        raise ChangeRefused("address_empty")
    if date_problem(address.since) is not None:
        raise ChangeRefused("since_form")
    before = select(FUHYO_ADDRESSES.c.since).where(FUHYO_ADDRESSES.c.person_no == person_no).order_by(FUHYO_ADDRESSES.c.number.desc()).limit(1)
    last = year_month_day(connection.execute(before).scalar_one_or_none() or "")
    day = year_month_day(address.since)
    if day is not None and last is not None and day < last:
        raise ChangeRefused("since_before_last")
    row = {"koseki_no": person.koseki_no, "person_no": person_no, "address": address.address, "since": address.since}
    connection.execute(insert(FUHYO_ADDRESSES).values(row))
    moved_on(connection, person.koseki_no, now)


def link_resident(connection: Connection, person_no: str, atena_no: str | None, *, now: datetime) -> None:
    """Say which resident of this municipality a person is (None: none any more, the person has moved away). What forbids papers through the earlier link is kept here.

    Refused when the resident's birth date or sex is another, and when somebody in a current 戸籍 is that resident already: a card would open the wrong 戸籍.
    """
    person = present_row_of(connection, person_no)
    if atena_no is not None:
        resident = connection.execute(select(RESIDENTS.c.birth, RESIDENTS.c.sex).where(RESIDENTS.c.atena_no == atena_no)).one_or_none()
        if resident is None or (resident.birth, resident.sex) != (person.birth, person.sex):
            raise ChangeRefused("not_same_person")
        taken = select(MEMBERS.c.person_no).join_from(MEMBERS, KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
        current = (KOSEKI.c.standing == "current") & MEMBERS.c.removed_on.is_(None)
        if connection.execute(taken.where(MEMBERS.c.atena_no == atena_no, MEMBERS.c.person_no != person_no, current)).first() is not None:
            raise ChangeRefused("atena_taken")
    if person.atena_no is not None and person.atena_no != atena_no:
        carry(connection, person_no, person_no, now=now)
    set_member(connection, person_no, atena_no=atena_no)
    moved_on(connection, person.koseki_no, now)


def record_tenseki_within(connection: Connection, koseki_no: str, *, on: date, new_honseki: str, now: datetime) -> None:
    """転籍 within the municipality: the same 戸籍 goes on at its new 本籍."""
    koseki = koseki_row_of(connection, koseki_no)
    if not new_honseki.strip():
        raise ChangeRefused("honseki_empty")
    record_entry(connection, koseki_no, None, entries.tenseki_in(on, koseki.honseki))
    set_koseki(connection, koseki_no, honseki=new_honseki)
    moved_on(connection, koseki_no, now)


def _reading_stands(kana: str, recorded_on: date) -> None:
    if not is_reading(kana):
        raise ChangeRefused("kana_form")
    if recorded_on < KANA_FROM:
        raise ChangeRefused("kana_before_law")
