"""What a clerk changes, each as one step of a transaction: the change in the register and the record of who did it and why.

Decides under which subject a change is found again; the change itself and its new version are the registers'. A subject of the 戸籍 is named with the 戸籍's number, since numbers of people
there and 宛名番号 are not one series.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from issuer.clerks.forms import LEVELS, SEAL_ENDS, EndSeal, Protect, Stop, Why
from issuer.doings import Doing, note_doing
from registers.koseki import changes as koseki_changes
from registers.koseki.tables import find_person, koseki_by_no
from registers.residents import changes as resident_changes
from registers.residents.changes import ChangeRefused
from registers.residents.resident import Protection
from registers.residents.tables import resident
from registers.seal import changes as seal_changes
from registers.seal.changes import SealRefused

Refused = (ChangeRefused, koseki_changes.ChangeRefused, SealRefused)
"""What a change that cannot be made raises; `problem` says why."""


def stop_and_note(connection: Connection, atena_no: str, form: Stop, clerk: str, now: datetime) -> None:
    """Stop issuing, and record it."""
    number = resident_changes.suppress(connection, atena_no, since=form.since, until=form.until, household=form.household, reason=form.why, now=now)
    _note(connection, clerk, "suppress", _resident_subject(connection, atena_no, form.household), f"No. {number}, {_period(form)}", form.why, now)


def release_and_note(connection: Connection, atena_no: str, number: int, why: Why, clerk: str, now: datetime) -> None:
    """End one of the stops that this person's page shows, and record it."""
    stop = next((stop for stop in resident_changes.stops_of(connection, atena_no) if stop.number == number), None)
    if stop is None:
        raise ChangeRefused("already_released")
    resident_changes.release(connection, number, now=now)
    subject = _resident_subject(connection, atena_no, stop.stop.household)
    _note(connection, clerk, "release_suppression", subject, f"No. {number}", why.text, now)


def protect_and_note(connection: Connection, atena_no: str, form: Protect, clerk: str, now: datetime) -> None:
    """Set or change a protection, and record it."""
    resident_changes.set_protection(connection, atena_no, Protection(form.level, form.since, form.until), now=now)
    _note(connection, clerk, "protect", atena_no, f"{LEVELS[form.level][0]}, {_period(form)}", form.why, now)


def unprotect_and_note(connection: Connection, atena_no: str, why: Why, clerk: str, now: datetime) -> None:
    """End a protection, and record it; ending none is refused."""
    person = resident(connection, atena_no)
    if person is None or person.protection is None:
        raise ChangeRefused("already_released")
    resident_changes.release_protection(connection, atena_no, now=now)
    _note(connection, clerk, "release_protection", atena_no, LEVELS[person.protection.level][0], why.text, now)


def end_seal_and_note(connection: Connection, atena_no: str, form: EndSeal, clerk: str, now: datetime) -> None:
    """廃印 from this second on, and record it."""
    ended = seal_changes.cancel(connection, atena_no, form.reason, now)
    _note(connection, clerk, "cancel_seal", atena_no, f"{ended.registration_no}, {SEAL_ENDS[form.reason][0]}", form.why, now)


def announce_and_note(connection: Connection, koseki_no: str, why: Why, clerk: str, now: datetime) -> None:
    """A notification was accepted: nothing of this 戸籍 is issued any more; and record it."""
    koseki_changes.announce(connection, koseki_no, now=now)
    _note(connection, clerk, "announce", koseki_subject(koseki_no), "", why.text, now)


def withdraw_and_note(connection: Connection, koseki_no: str, why: Why, clerk: str, now: datetime) -> None:
    """A notification was entered or taken back; and record it."""
    koseki_changes.withdraw(connection, koseki_no, now=now)
    _note(connection, clerk, "withdraw", koseki_subject(koseki_no), "", why.text, now)


def stop_entry_and_note(connection: Connection, koseki_no: str, person_no: str, form: Stop, clerk: str, now: datetime) -> None:
    """Stop issuing what lists this person of the 戸籍, and record it."""
    _demand_member(connection, koseki_no, person_no)
    number = koseki_changes.suppress(connection, person_no, since=form.since, until=form.until, reason=form.why, now=now)
    _note(connection, clerk, "suppress", koseki_subject(koseki_no, person_no), f"No. {number}, {_period(form)}", form.why, now)


def release_entry_and_note(connection: Connection, koseki_no: str, person_no: str, number: int, why: Why, clerk: str, now: datetime) -> None:
    """End one of this register's stops of a person of the 戸籍, and record it."""
    _demand_member(connection, koseki_no, person_no)
    if number not in {stop.number for stop in koseki_changes.stops_of(connection, person_no)}:
        raise ChangeRefused("already_released")
    koseki_changes.release_stop(connection, number, now=now)
    _note(connection, clerk, "release_suppression", koseki_subject(koseki_no, person_no), f"No. {number}", why.text, now)


def protect_entry_and_note(connection: Connection, koseki_no: str, person_no: str, form: Protect, clerk: str, now: datetime) -> None:
    """Set or change this register's protection of a person of the 戸籍, and record it."""
    _demand_member(connection, koseki_no, person_no)
    koseki_changes.protect(connection, person_no, Protection(form.level, form.since, form.until), now=now)
    _note(connection, clerk, "protect", koseki_subject(koseki_no, person_no), f"{LEVELS[form.level][0]}, {_period(form)}", form.why, now)


def unprotect_entry_and_note(connection: Connection, koseki_no: str, person_no: str, why: Why, clerk: str, now: datetime) -> None:
    """End this register's protection of a person of the 戸籍, and record it; where none is in force, or only the resident register's, that is refused."""
    _demand_member(connection, koseki_no, person_no)
    own = koseki_changes.protection_of(connection, person_no)
    if own is None:
        raise ChangeRefused("already_released")
    koseki_changes.release(connection, person_no, now=now)
    _note(connection, clerk, "release_protection", koseki_subject(koseki_no, person_no), LEVELS[own.level][0], why.text, now)


def koseki_subject(koseki_no: str, person_no: str = "") -> str:
    """How the record names a 戸籍, or one of its people."""
    return f"koseki/{koseki_no}/{person_no}".rstrip("/")


def koseki_subjects(koseki_no: str, people: Iterable[str]) -> tuple[str, ...]:
    """Every subject under which something of a 戸籍 was recorded."""
    return (koseki_subject(koseki_no), *(koseki_subject(koseki_no, person_no) for person_no in people))


def _demand_member(connection: Connection, koseki_no: str, person_no: str) -> None:
    if koseki_by_no(connection, koseki_no) is None or find_person(connection, person_no) != koseki_no:
        raise koseki_changes.ChangeRefused("no_such_person")


def _resident_subject(connection: Connection, atena_no: str, household: bool) -> str:
    person = resident(connection, atena_no)
    return person.household_no if household and person is not None else atena_no


def _period(form: Stop | Protect) -> str:
    return f"{form.since.isoformat()}/{form.until.isoformat() if form.until else ''}"


def _note(connection: Connection, clerk: str, doing: str, subject: str, detail: str, why: str, now: datetime) -> None:
    note_doing(connection, Doing(clerk, doing, subject, detail, why), now)
