"""本籍地利用登録 (domain facts 2.6): an application from a kiosk, how it stands, and what a clerk decides about it.

Decides what an application must say, that one certificate has one open application, and that only a person of a current 戸籍 with the birth date that was applied with is bound. Who that person is,
a clerk decides, beside the register. Every function is one step of a transaction.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from issuer.business_days import business_days_after
from issuer.doings import Doing, note_doing
from issuer.use_tables import APPLICATIONS
from messages.uses import REASONS, UseApplication, UseState
from messages.wire import encode
from registers.koseki.tables import find_person, koseki_by_no
from registers.koseki.usage import bind_serial, registration_of
from registers.numbers import is_serial
from registers.residents.tables import holder_and_household
from storage.instants import JST, instant, stamp

DECIDED_WITHIN = 5
"""Business days; what municipalities announce (domain facts 2.6: 帯広市)."""

TEXT_MAX = 60
PHONE_DIGITS = range(10, 12)

NotTaken = Literal["use_incomplete", "use_pending", "use_not_needed", "request_altered"]
"""Rows of the table of refusals."""

NotDecided = Literal["no_such_application", "already_decided", "no_such_person", "not_current", "birth_differs", "choice_form"]


class Undecided(Exception):
    """The decision cannot be made and nothing was changed; `problem` says why."""

    def __init__(self, problem: NotDecided) -> None:
        super().__init__(problem)
        self.problem: str = problem


@dataclass(frozen=True, slots=True)
class Received:
    """An application is with the clerks: its 受付番号, when it came, by when it is expected to be decided."""

    number: str
    received_on: date
    expected_by: date


@dataclass(frozen=True, slots=True)
class Standing:
    """How the registration of a certificate stands. `reason` is a code of `messages.uses.REASONS`."""

    state: UseState
    received: Received | None = None
    usable_from: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An application as clerks see it; the typed texts are empty once it is decided."""

    application_id: str
    number: str
    serial: str
    honseki: str
    hittousha: str
    name: str
    birth: str
    phone: str
    received_at: datetime
    expected_by: date
    state: Literal["received", "accepted", "returned"]
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    person_no: str | None


def incomplete(application: UseApplication, today: date) -> bool:
    """Whether a field is empty, too long, or not of its form: the birth date an ISO day that is past, the telephone number 10 or 11 digits (hyphens are allowed)."""
    texts = (application.honseki, application.hittousha, application.name)
    if not all(text.strip() and len(text) <= TEXT_MAX and text.replace("　", "").isprintable() for text in texts):
        return True
    digits = application.phone.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in PHONE_DIGITS):
        return True
    try:
        return not date(1868, 1, 25) <= date.fromisoformat(application.birth) <= today or len(application.birth) != 10
    except ValueError:
        return True


def receive(connection: Connection, serial: str, application: UseApplication, now: datetime) -> Received | NotTaken:
    """Take an application; the same one again gets the same answer. A resident of this municipality needs none: the register leads to the 戸籍 already."""
    today = now.astimezone(JST).date()
    known = connection.execute(select(APPLICATIONS).where(APPLICATIONS.c.application_id == application.application_id)).one_or_none()
    content = sha256(serial.encode() + b"\0" + encode(application)).hexdigest()
    if known is not None:
        return _received(known) if known.content_hash == content else "request_altered"
    if incomplete(application, today) or not is_serial(serial):
        return "use_incomplete"
    found = holder_and_household(connection, serial)
    if found is not None and found[0].standing in ("current", "leaving"):
        return "use_not_needed"
    if registration_of(connection, serial) is not None or _newest(connection, serial, "received") is not None:
        return "use_pending"
    running = int(connection.execute(select(func.coalesce(func.max(APPLICATIONS.c.running), 0) + 1)).scalar_one())
    expected_by = business_days_after(today, DECIDED_WITHIN)
    row = {
        "application_id": application.application_id,
        "running": running,
        "content_hash": content,
        "serial": serial,
        "honseki": application.honseki.strip(),
        "hittousha": application.hittousha.strip(),
        "name": application.name.strip(),
        "birth": application.birth,
        "phone": application.phone,
        "received_at": stamp(now),
        "expected_by": expected_by.isoformat(),
        "state": "received",
    }
    connection.execute(insert(APPLICATIONS).values(row))
    return Received(_number(running), today, expected_by)


def standing_of(connection: Connection, serial: str, today: date) -> Standing:
    """How the registration of this certificate stands. One in force counts before any application; one that was accepted and is no longer in force has `ended`."""
    since = registration_of(connection, serial)
    newest = _newest(connection, serial)
    received = _received(newest) if newest is not None else None
    if since is not None:
        return Standing("accepted", received, usable_from=since)
    if newest is None:
        return Standing("none")
    if newest.state == "accepted":
        return Standing("ended", received)
    return Standing(newest.state, received, reason=newest.reason)


def applications(connection: Connection, *, decided: bool, limit: int) -> tuple[Application, ...]:
    """Those that wait, the oldest first; or those decided, the newest first."""
    waiting = APPLICATIONS.c.state == "received"
    query = select(APPLICATIONS).where(~waiting if decided else waiting)
    order = APPLICATIONS.c.running.desc() if decided else APPLICATIONS.c.running
    return tuple(_application(row) for row in connection.execute(query.order_by(order).limit(limit)))


def waiting_count(connection: Connection) -> int:
    """How many wait for a clerk."""
    return int(connection.execute(select(func.count()).select_from(APPLICATIONS).where(APPLICATIONS.c.state == "received")).scalar_one())


def application(connection: Connection, application_id: str) -> Application | None:
    """One application."""
    row = connection.execute(select(APPLICATIONS).where(APPLICATIONS.c.application_id == application_id)).one_or_none()
    return _application(row) if row is not None else None


def accept(connection: Connection, application_id: str, person_no: str, clerk: str, now: datetime) -> None:
    """受理: bind the certificate to this person of a 戸籍, usable from today. Raises `Undecided`, or `registers.koseki.revisions.ChangeRefused` when the certificate leads to somebody already."""
    one = _waiting(connection, application_id)
    koseki_no = find_person(connection, person_no)
    koseki = koseki_by_no(connection, koseki_no) if koseki_no is not None else None
    person = koseki.member(person_no) if koseki is not None else None
    if koseki is None or person is None:
        raise Undecided("no_such_person")
    if koseki.standing != "current" or person.removed_on is not None:
        raise Undecided("not_current")
    if person.birth != one.birth:
        raise Undecided("birth_differs")
    bind_serial(connection, one.serial, person_no, since=now.astimezone(JST).date())
    _decide(connection, application_id, {"state": "accepted", "person_no": person_no}, clerk, now)
    note_doing(connection, Doing(clerk, "accept_use", f"koseki/{koseki_no}/{person_no}", one.number, ""), now)


def give_back(connection: Connection, application_id: str, reason: str, why: str, clerk: str, now: datetime) -> None:
    """返却: the applicant is told `reason` at the kiosk; `why` is the clerk's own note and stays here. Raises `Undecided`."""
    one = _waiting(connection, application_id)
    if reason not in REASONS:
        raise Undecided("choice_form")
    _decide(connection, application_id, {"state": "returned", "reason": reason}, clerk, now)
    note_doing(connection, Doing(clerk, "return_use", f"use/{one.number}", reason, why), now)


def _waiting(connection: Connection, application_id: str) -> Application:
    one = application(connection, application_id)
    if one is None:
        raise Undecided("no_such_application")
    if one.state != "received":
        raise Undecided("already_decided")
    return one


def _decide(connection: Connection, application_id: str, outcome: dict[str, str], clerk: str, now: datetime) -> None:
    emptied = dict.fromkeys(("honseki", "hittousha", "name", "birth", "phone"), "")
    values = {**outcome, **emptied, "decided_at": stamp(now), "decided_by": clerk}
    connection.execute(update(APPLICATIONS).where(APPLICATIONS.c.application_id == application_id).values(values))


def _newest(connection: Connection, serial: str, state: str | None = None) -> Row[Any] | None:
    query = select(APPLICATIONS).where(APPLICATIONS.c.serial == serial).order_by(APPLICATIONS.c.running.desc()).limit(1)
    return connection.execute(query if state is None else query.where(APPLICATIONS.c.state == state)).one_or_none()


def _received(row: Row[Any]) -> Received:
    return Received(_number(row.running), instant(row.received_at).astimezone(JST).date(), date.fromisoformat(row.expected_by))


def _number(running: int) -> str:
    return f"利用-{running:06d}"


def _application(row: Row[Any]) -> Application:
    return Application(
        application_id=row.application_id,
        number=_number(row.running),
        serial=row.serial,
        honseki=row.honseki,
        hittousha=row.hittousha,
        name=row.name,
        birth=row.birth,
        phone=row.phone,
        received_at=instant(row.received_at),
        expected_by=date.fromisoformat(row.expected_by),
        state=row.state,
        decided_at=None if row.decided_at is None else instant(row.decided_at),
        decided_by=row.decided_by,
        reason=row.reason,
        person_no=row.person_no,
    )
