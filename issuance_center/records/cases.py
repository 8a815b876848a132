"""Alarms, refusals and open cases: what an operator must see, and what a person must decide."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from issuance_center.records.tables import alarms, cases, refusals
from storage.instants import stamp


@dataclass(frozen=True, slots=True)
class Alarm:
    """What went wrong and where; `detail` names fields and codes, never a person."""

    code: str
    detail: str
    visit_id: str | None = None
    issuance_id: str | None = None
    kiosk_id: str | None = None
    municipality: str | None = None


def raise_alarm(connection: Connection, alarm: Alarm, now: datetime) -> None:
    """Write the alarm down; it stands until an operator has seen it."""
    connection.execute(
        insert(alarms).values(
            at=stamp(now),
            code=alarm.code,
            visit_id=alarm.visit_id,
            issuance_id=alarm.issuance_id,
            kiosk_id=alarm.kiosk_id,
            municipality=alarm.municipality,
            detail=alarm.detail[:512],
        )
    )


def raise_once(connection: Connection, alarm: Alarm, now: datetime) -> None:
    """As `raise_alarm`, unless the same one stands unseen: for what is tried again and again."""
    same = (alarms.c.code == alarm.code, alarms.c.detail == alarm.detail[:512], alarms.c.issuance_id == alarm.issuance_id, alarms.c.seen_at.is_(None))
    if connection.execute(select(func.count()).select_from(alarms).where(*same)).scalar_one() == 0:
        raise_alarm(connection, alarm, now)


def alarm_seen(connection: Connection, alarm_no: int, staff: str, now: datetime) -> None:
    """An operator has seen it; the first one counts."""
    connection.execute(update(alarms).where(alarms.c.alarm_no == alarm_no, alarms.c.seen_at.is_(None)).values(seen_at=stamp(now), seen_by=staff))


def note_refusal(connection: Connection, code: str, message: str, alarm: bool, kiosk_id: str | None, visit_id: str | None, now: datetime) -> None:
    """A refusal given, for the operator's counts and findings."""
    connection.execute(insert(refusals).values(at=stamp(now), code=code, message=message, kiosk_id=kiosk_id, visit_id=visit_id, alarm=alarm))


def open_case(connection: Connection, issuance_id: str, kind: str, yen: int, now: datetime) -> None:
    """A person must decide about this money; one case of a kind for an issuance."""
    known = connection.execute(select(cases.c.case_no).where(cases.c.issuance_id == issuance_id, cases.c.kind == kind)).one_or_none()
    if known is None:
        connection.execute(insert(cases).values(issuance_id=issuance_id, kind=kind, yen=yen, opened_at=stamp(now)))


def close_case(connection: Connection, issuance_id: str, kind: str, decision: str, staff: str, reason: str, now: datetime) -> int:
    """The decision, by whom and why; a closed case stays as it is. How many cases this closed."""
    closed = connection.execute(
        update(cases)
        .where(cases.c.issuance_id == issuance_id, cases.c.kind == kind, cases.c.closed_at.is_(None))
        .values(closed_at=stamp(now), closed_by=staff, decision=decision, reason=reason)
    )
    return closed.rowcount


def unseen(connection: Connection) -> int:
    """How many alarms no operator has seen."""
    return connection.execute(select(func.count()).select_from(alarms).where(alarms.c.seen_at.is_(None))).scalar_one()


def open_count(connection: Connection) -> int:
    """How many cases wait for a decision."""
    return connection.execute(select(func.count()).select_from(cases).where(cases.c.closed_at.is_(None))).scalar_one()


def note_refusal_given(
    connection: Connection, code: str, message: str, alarm: bool, kiosk_id: str | None, visit_id: str | None, detail: str, now: datetime
) -> None:
    """A refusal that the desk has answered with; an alarm too, where its row says so."""
    note_refusal(connection, code, message, alarm, kiosk_id, visit_id, now)
    # A request that was stopped has its own alarms, which name the papers.
    if alarm and (message, code) not in (("Apply", "paper_stopped"), ("Apply", "issuer_failed")):
        raise_alarm(connection, Alarm(code, detail or message, visit_id, None, kiosk_id), now)
