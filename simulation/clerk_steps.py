"""What clerks of a simulated town hall enter at their own server, each one step on a connection that bears to be taken twice: whoever gets no answer does it again."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from issuer.uses import Application, Undecided, accept, applications, give_back
from registers.koseki import changes as koseki_changes
from registers.koseki.tables import koseki_by_no
from registers.residents import changes as resident_changes
from registers.residents.resident import Protection
from registers.seal import changes as seal_changes

CLERK = "市民課"


def waiting(connection: Connection) -> tuple[Application, ...]:
    """Applications for 利用登録 that nobody has decided."""
    return applications(connection, decided=False, limit=20)


def accept_use(connection: Connection, application_id: str, person_no: str, now: datetime) -> None:
    """Accept it, or give it back where the register does not let it be accepted; decided already, nothing."""
    try:
        accept(connection, application_id, person_no, CLERK, now)
    except Undecided:
        return
    except koseki_changes.ChangeRefused:
        give_back(connection, application_id, "name_differs", "", CLERK, now)


def give_use_back(connection: Connection, application_id: str, now: datetime) -> None:
    """Give it back; decided already, nothing."""
    try:
        give_back(connection, application_id, "name_differs", "", CLERK, now)
    except Undecided:
        return


def protect(connection: Connection, atena_no: str, on: date, now: datetime) -> None:
    """支援措置."""
    resident_changes.set_protection(connection, atena_no, Protection("support", on, None), now=now)


def release(connection: Connection, atena_no: str, now: datetime) -> None:
    """The end of a protection."""
    resident_changes.release_protection(connection, atena_no, now=now)


def stand(connection: Connection, atena_no: str, standing: Any, on: date | None, now: datetime) -> None:
    """転出届, or its withdrawal."""
    resident_changes.set_standing(connection, atena_no, standing, on, now=now)


def wait_for_character(connection: Connection, atena_no: str, waits: bool, now: datetime) -> None:
    """外字 that waits, or no longer."""
    resident_changes.set_character_pending(connection, atena_no, "pending" if waits else "registered", now=now)


def end_seal(connection: Connection, atena_no: str, at: datetime, _now: datetime) -> None:
    """廃印 at the instant `at`; done already, nothing."""
    try:
        seal_changes.cancel(connection, atena_no, "lost", at)
    except seal_changes.SealRefused:
        return  # done already, by a step whose answer was lost


def notify(connection: Connection, koseki_no: str, waits: bool, now: datetime) -> None:
    """A notification is accepted, or entered; as it stands already, nothing."""
    found = koseki_by_no(connection, koseki_no)
    if found is None or found.change_pending == waits:
        return
    (koseki_changes.announce if waits else koseki_changes.withdraw)(connection, koseki_no, now=now)


def bind(connection: Connection, atena_no: str, serial: str, usable_from: date | None, now: datetime) -> None:
    """The serial of another certificate."""
    resident_changes.bind_card(connection, atena_no, serial, usable_from, now=now)


def nothing(_connection: Connection, _now: datetime) -> None:
    """An own server's figures are corrected where they are kept."""
