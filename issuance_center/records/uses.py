"""本籍地利用登録申請 that the center has passed on: that there was one, where from and where to. What it says is never written down here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from issuance_center.records.tables import uses
from storage.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class PassedOn:
    """One application that a municipality has received under its own `number`."""

    application_id: str
    visit_id: str
    kiosk_id: str
    municipality: str
    number: str
    at: datetime


def note_passed_on(connection: Connection, application_id: str, visit_id: str, kiosk_id: str, municipality: str, number: str, now: datetime) -> None:
    """Write it down once; the same application again changes nothing."""
    if find_passed_on(connection, application_id) is None:
        row = {
            "application_id": application_id,
            "visit_id": visit_id,
            "kiosk_id": kiosk_id,
            "municipality": municipality,
            "number": number,
            "passed_on_at": stamp(now),
        }
        connection.execute(insert(uses).values(row))


def find_passed_on(connection: Connection, application_id: str) -> PassedOn | None:
    """The application of this id."""
    row = connection.execute(select(uses).where(uses.c.application_id == application_id)).one_or_none()
    if row is None:
        return None
    return PassedOn(row.application_id, row.visit_id, row.kiosk_id, row.municipality, row.number, instant(row.passed_on_at))
