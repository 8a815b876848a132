"""本籍地利用登録: the certificate of somebody whose 戸籍 is here and who lives elsewhere, bound to that person (domain facts 2.6).

Decides that a certificate leads to one person at most and that a registration ends with the person's removal. Checking an application against the 戸籍 is the desk's business. A registration
says nothing that stands on a paper, so it moves no version.
"""

from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from registers.koseki.revisions import ChangeRefused, present_row_of
from registers.koseki.schema import USAGE_REGISTRATIONS
from registers.numbers import is_serial
from registers.residents.households import PRESENT
from registers.residents.schema import RESIDENTS


def bind_serial(connection: Connection, serial: str, person_no: str, *, since: date) -> None:
    """Register this 利用者証明用 certificate (`serial` in lower-case hex) for a person from the day `since`; a person's earlier registration ends that day.

    A certificate that leads to anybody already is refused, a present resident of this municipality included: one card, one person.
    """
    present_row_of(connection, person_no)
    if not is_serial(serial):
        raise ChangeRefused("serial_form")
    live = select(USAGE_REGISTRATIONS.c.number).where(USAGE_REGISTRATIONS.c.serial == serial, USAGE_REGISTRATIONS.c.until.is_(None))
    resident = select(RESIDENTS.c.atena_no).where(RESIDENTS.c.serial == serial, RESIDENTS.c.standing.in_(PRESENT))
    if connection.execute(live).first() is not None or connection.execute(resident).first() is not None:
        raise ChangeRefused("serial_taken")
    end_registrations(connection, person_no, on=since)
    row = {"serial": serial, "person_no": person_no, "since": since.isoformat(), "until": None}
    connection.execute(insert(USAGE_REGISTRATIONS).values(row))


def registration_of(connection: Connection, serial: str) -> date | None:
    """Since when this certificate is registered here; None while it is not, or no longer."""
    live = select(USAGE_REGISTRATIONS.c.since).where(USAGE_REGISTRATIONS.c.serial == serial, USAGE_REGISTRATIONS.c.until.is_(None))
    since: str | None = connection.execute(live.order_by(USAGE_REGISTRATIONS.c.number)).scalars().first()
    return date.fromisoformat(since) if since is not None else None


def unbind_serial(connection: Connection, serial: str, *, now: datetime) -> None:
    """End the registration of this certificate (renewed, revoked, taken back)."""
    live = (USAGE_REGISTRATIONS.c.serial == serial) & USAGE_REGISTRATIONS.c.until.is_(None)
    if connection.execute(update(USAGE_REGISTRATIONS).where(live).values(until=now.date().isoformat())).rowcount != 1:
        raise ChangeRefused("no_such_registration")


def end_registrations(connection: Connection, person_no: str, *, on: date) -> None:
    """End whatever registration a person has."""
    live = (USAGE_REGISTRATIONS.c.person_no == person_no) & USAGE_REGISTRATIONS.c.until.is_(None)
    connection.execute(update(USAGE_REGISTRATIONS).where(live).values(until=on.isoformat()))
