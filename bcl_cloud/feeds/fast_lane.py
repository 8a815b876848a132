"""The fast lane: an event that must stop a paper, in force at once and never undone by data that are older than it.

Decides that a repeated event changes nothing, which of two events about one matter counts, and which events are applied again after a bulk upload. The journal holds numbers and codes, never a name.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from bcl_cloud.feeds.event_effects import PROTECTING, STANDINGS, WORDS, Event, Kind, Moment, end_holds, let_go, put_in_force, register_with, replaced
from bcl_cloud.feeds.tables import AGES, EVENTS, HOLDS
from bcl_cloud.feeds.turns import wait_for_turn
from storage.instants import instant, stamp

__all__ = ["PROTECTING", "WORDS", "Event", "Kind", "Outcome", "apply_again", "events", "held", "take"]

_FAMILY: Mapping[str, str] = {
    **dict.fromkeys(("protect", "unprotect"), "protection"),
    **dict.fromkeys(STANDINGS, "standing"),
    **dict.fromkeys(("pending_character", "registered_character"), "character"),
    **dict.fromkeys(("koseki_protect", "koseki_unprotect"), "koseki protection"),
    **dict.fromkeys(("tax_correction", "tax_settled"), "tax"),
}
"""Of the events of one matter the latest counts. Notifications of a 戸籍 are each a matter of their own."""

Outcome = Literal["applied", "waiting", "overtaken", "included", "contradicted", "malformed"]
"""In force; kept until the person comes; a later event of its matter came before it; the data are newer; the id was used for another event; the id, the subject or the instant has no lawful form."""


def take(connection: Connection, event: Event, now: datetime) -> Outcome:
    """One event in one transaction. The same event again gets the same answer and changes nothing."""
    if (
        not (0 < len(event.id) <= 64 and event.id.isprintable() and 0 < len(event.subject) <= 20 and event.subject.isascii())
        or event.at.tzinfo is None
    ):
        return "malformed"
    wait_for_turn(connection)
    body = msgspec.json.encode(event, order="deterministic").decode()
    known = connection.execute(select(EVENTS).where(EVENTS.c.event_id == event.id)).one_or_none()
    if known is not None:
        return known.state if known.body == body else "contradicted"
    state = _state(connection, event)
    row = {
        "event_id": event.id,
        "kind": event.kind,
        "register": WORDS[event.kind][0],
        "subject": event.subject,
        "at": stamp(event.at),
        "body": body,
        "state": state,
        "taken_at": stamp(now),
    }
    number = connection.execute(insert(EVENTS).values(row).returning(EVENTS.c.event_no)).scalar_one()
    if state == "included" and event.kind == "tax_settled":
        let_go(connection, event)
    moment = Moment(now, {})
    if state == "waiting" and put_in_force(connection, event, int(number), moment):
        connection.execute(update(EVENTS).where(EVENTS.c.event_no == number).values(state="applied"))
        _withdrawal_that_waits(connection, event, moment)
        return "applied"
    return state


def _withdrawal_that_waits(connection: Connection, accepted: Event, moment: Moment) -> None:
    """The withdrawal of a notification may be told before its acceptance; it then waits, and is in force with it."""
    waiting = (EVENTS.c.kind == "koseki_withdrawn") & (EVENTS.c.subject == accepted.subject) & (EVENTS.c.state == "waiting")
    first = select(EVENTS).where(waiting, EVENTS.c.at >= stamp(accepted.at)).order_by(EVENTS.c.at, EVENTS.c.event_no).limit(1)
    row = connection.execute(first).one_or_none() if accepted.kind == "koseki_accepted" else None
    if row is not None and put_in_force(connection, msgspec.json.decode(row.body, type=Event), row.event_no, moment):
        connection.execute(update(EVENTS).where(EVENTS.c.event_no == row.event_no).values(state="applied"))


def apply_again(connection: Connection, as_of: Mapping[str, datetime], now: datetime) -> None:
    """After a bulk upload of these registers: events not earlier than the data of the register in which their subject stands are applied again, in their order; earlier ones are in the data.

    An event about a person who stands nowhere is left as it is: whichever register brings them, it is looked at again.
    """
    if "tax" in as_of:
        end_holds(connection, as_of["tax"])
    moment = Moment(now, {})
    live = EVENTS.c.state.in_(("applied", "waiting")) & EVENTS.c.register.in_({*as_of, "residents"})
    for row in connection.execute(select(EVENTS).where(live).order_by(EVENTS.c.at, EVENTS.c.event_no)).all():
        register = register_with(connection, row.kind, row.subject)
        if register is None or register not in as_of:
            continue
        if row.at < stamp(as_of[register]):
            state = "applied" if _holds(connection, row.event_no) else "included"
        elif row.register == "tax" or (row.state == "applied" and not replaced(connection, register, row.kind, row.subject)):
            continue  # a hold stands beside the record; and where nothing was taken away a notification must not count twice
        else:
            state = "applied" if put_in_force(connection, msgspec.json.decode(row.body, type=Event), row.event_no, moment) else "waiting"
        connection.execute(update(EVENTS).where(EVENTS.c.event_no == row.event_no).values(state=state))


def _holds(connection: Connection, event_no: int) -> bool:
    """Whether a year is held because of this event."""
    return connection.execute(select(HOLDS.c.unit).where(HOLDS.c.event_no == event_no)).first() is not None


def events(connection: Connection, limit: int = 200) -> tuple[Row[Any], ...]:
    """The journal, newest first."""
    return tuple(connection.execute(select(EVENTS).order_by(EVENTS.c.event_no.desc()).limit(limit)).all())


def held(connection: Connection, atena_no: str, year: int | None) -> bool:
    """Whether a tax paper of this person (of this year; None: of any) waits for a correction."""
    mine = HOLDS.c.unit == f"{atena_no}/{year}" if year is not None else HOLDS.c.unit.startswith(f"{atena_no}/")
    return connection.execute(select(HOLDS.c.unit).where(HOLDS.c.register == "tax", mine)).first() is not None


def _state(connection: Connection, event: Event) -> Literal["waiting", "overtaken", "included"]:
    register = register_with(connection, event.kind, event.subject)
    as_of = None if register is None else connection.execute(select(AGES.c.as_of).where(AGES.c.register == register)).scalar_one_or_none()
    if as_of is not None and event.at < instant(as_of) and event.kind != "tax_correction":
        return "included"  # no record says of itself that it is to be corrected: newer data may hold it as it was
    family = [kind for kind, of in _FAMILY.items() if of == _FAMILY.get(event.kind)]
    later = select(EVENTS.c.event_no).where(EVENTS.c.subject == event.subject, EVENTS.c.kind.in_(family), EVENTS.c.at > stamp(event.at))
    return "overtaken" if connection.execute(later).first() is not None else "waiting"
