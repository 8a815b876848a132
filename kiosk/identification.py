"""本人確認 at the terminal: one card, one challenge, one signature.

The card's PIN is shown to the card and to nobody else; it is wiped before the card has answered. What the center gets is the card's certificate
and its signature over the challenge, and that only after the card has been taken away.
"""

from kiosk import journal
from kiosk.machine import Machine
from kiosk.reader import CardRemoved, CardUnreadable, Locked, WrongPin, read_certificate, sign_digest, tries_left, verify_pin
from kiosk.selection import with_kinds
from kiosk.session import Notice, Session
from kiosk.visit import Event
from messages.ids import time_ordered_id
from messages.refusals import Refusal, refuse
from messages.wire import encode

PIN_DIGITS = 4


async def open_visit(machine: Machine, session: Session) -> Event:
    """Journal the visit, read the card, get the challenge. The card's certificate is read now, so that an unreadable card is told before a PIN is
    asked for.
    """
    now = machine.now()
    session.visit_id = time_ordered_id(now, machine.token)
    await machine.write(journal.open_visit, session.visit_id, now)
    answer = await machine.door.open(session.visit_id, now)
    if isinstance(answer, Refusal):
        return refused(session, answer)
    session.challenge = answer
    try:
        session.certificate = read_certificate(machine.slot)
        session.tries_left = tries_left(machine.slot)
    except CardRemoved:
        return _removed(session)
    except CardUnreadable:
        return _unreadable(session)
    return refused(session, refuse("card_locked")) if session.tries_left == 0 else Event.OPENED


async def verify(machine: Machine, session: Session) -> Event:
    """Show the PIN to the card and let it sign the challenge."""
    assert session.challenge is not None
    pin, session.pin = session.pin, ""
    try:
        match verify_pin(machine.slot, pin):
            case WrongPin(tries_left=left):
                session.tries_left = left
                session.notice = Notice("pin_wrong", refuse("pin_wrong"))
                return Event.PIN_WRONG
            case Locked():
                session.tries_left = 0
                return refused(session, refuse("card_locked"))
        session.signature = sign_digest(machine.slot, encode(session.challenge))
    except CardRemoved:
        return _removed(session)
    except CardUnreadable:
        return _unreadable(session)
    return Event.PIN_RIGHT


async def admit(machine: Machine, session: Session) -> Event:
    """The card has been taken away: show its signature to the center, then ask what can be had."""
    assert session.visit_id is not None
    answer = await machine.door.admit(session.visit_id, session.certificate, session.signature)
    session.signature = b""
    if isinstance(answer, Refusal):
        return refused(session, answer)
    session.admitted = answer
    return await ask_kinds(machine, session)


async def ask_kinds(machine: Machine, session: Session) -> Event:
    """Which certificates the chosen municipality offers here and now, and for how much."""
    assert session.visit_id is not None
    assert session.selection.municipality is not None
    answer = await machine.door.kinds(session.visit_id, session.selection.municipality.code)
    if isinstance(answer, Refusal):
        return refused(session, answer)
    session.selection = with_kinds(session.selection, answer)
    return Event.KINDS_READY


CHOOSE_AGAIN = frozenset(
    {
        "busy", "center_unavailable", "closed_now", "data_stale", "fees_unavailable", "issuer_failed", "issuer_unavailable", "kind_unknown", "koseki_not_convertible", "koseki_not_here",
        "koseki_pending", "municipality_unknown", "not_found_there", "referral_expired", "request_stale", "stopped_now", "tax_not_here", "tax_undeclared", "use_incomplete", "use_not_taken",
        "use_pending", "wide_not_joined", "year_invalid", "year_not_open",
    }
)  # fmt: skip
"""Refusals that are about another municipality or one application, not about the card or the visit: the resident may choose again under the same PIN."""


def turned_down(session: Session, refusal: Refusal) -> Event:
    """Remember why; the visit goes on where something else can be chosen."""
    event = refused(session, refusal)
    return Event.TURNED_DOWN if refusal.code in CHOOSE_AGAIN else event


def refused(session: Session, refusal: Refusal) -> Event:
    """Remember why, for the screen."""
    session.notice = Notice(refusal.code, refusal)
    return Event.REFUSAL


def _removed(session: Session) -> Event:
    session.notice = Notice("card_removed_early")
    return Event.CARD_REMOVED


def _unreadable(session: Session) -> Event:
    session.notice = Notice("card_unreadable", refuse("card_unreadable"))
    return Event.CARD_UNREADABLE
