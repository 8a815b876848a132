"""What the kiosks report, each report once: the step it names is made, or an alarm tells why it could not be."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from issuance_center.issuance import Impossible, Move, State, Step
from issuance_center.records import cases, issuances
from issuance_center.records.cases import Alarm
from issuance_center.records.issuances import Issuance, Request
from issuance_center.records.tables import reports
from messages.visits import Event
from messages.wire import hash_of
from storage.instants import stamp

_HEARD = select(reports.c.event_hash).where(reports.c.kiosk_id == bindparam("the_kiosk"), reports.c.seq == bindparam("the_seq"))
_ADD_REPORT = insert(reports)


def note_report(connection: Connection, event: Event, now: datetime) -> str | None:
    """Make the reported step; the row of a refusal, or None.

    A report heard before changes nothing. A step that cannot be, or money that is not the fee, is acknowledged all the same and becomes an alarm and a case: a kiosk must not repeat it for ever.
    """
    content = hash_of(event)
    known = connection.execute(_HEARD, {"the_kiosk": event.kiosk_id, "the_seq": event.seq}).scalar_one_or_none()
    if known is not None:
        return None if known == content else "request_altered"
    connection.execute(_ADD_REPORT, {"kiosk_id": event.kiosk_id, "seq": event.seq, "event_hash": content, "received_at": stamp(now)})
    found = issuances.find_issuance(connection, event.issuance_id)
    if found is None or (found[1].kiosk_id, found[1].request_id, found[1].visit_id) != (event.kiosk_id, event.request_id, event.visit_id):
        cases.raise_alarm(connection, Alarm("report_unknown", f"{event.step} for an issuance of nobody's", None, None, event.kiosk_id), now)
    else:
        _make(connection, *found, event, now)
    return None


def _make(connection: Connection, issuance: Issuance, request: Request, event: Event, now: datetime) -> None:
    made = issuances.take_step(connection, issuance, request, Step(event.step), event.at, now, event.reason)
    if isinstance(made, Move) and issuance.state is State.UNRESOLVED:
        # The machine has found out after all: there is nothing left to decide.
        cases.close_case(connection, issuance.issuance_id, "unresolved", event.step, event.kiosk_id, "reported by the kiosk", now)
    if isinstance(made, Move) and made.to is State.PAID and request.refused_code == "stopped_now":
        # The kiosk had the paper before its scope was stopped. The money is booked as ever; a person must know that a paper under suspicion is out.
        late = Alarm("paid_after_stop", event.step, event.visit_id, issuance.issuance_id, event.kiosk_id, request.municipality)
        cases.raise_alarm(connection, late, now)
    if isinstance(made, Impossible) or event.yen != issuance.fee_yen:
        detail = f"{event.step} reported in state {issuance.state}, {event.yen} yen reported for a fee of {issuance.fee_yen} yen"
        alarm = Alarm("report_contradicts", detail, event.visit_id, issuance.issuance_id, event.kiosk_id, request.municipality)
        cases.raise_alarm(connection, alarm, now)
        cases.open_case(connection, issuance.issuance_id, "contradiction", event.yen, now)
