"""Referrals as the municipality of January 1 keeps them: opened in one visit, used up by one order.

Decides whether an order may still name a referral. A referral shown again in its own visit changes nothing; in another visit it is refused. Every function is one step of a transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from certificates.entitlement import Declined
from certificates.sources import Sources, Vouched
from issuer.referral_tables import ADMISSIONS
from issuer.register_view import find_former
from messages.orders import IssueOrder
from storage.instants import stamp
from trust.referrals import Referral, card_digest


def admit(connection: Connection, referral: Referral, visit_id: str, now: datetime) -> Declined | Sources:
    """Remember the referral, opened and found good, and say what the registers hold of its person. The same one in the same visit again changes nothing."""
    same = (ADMISSIONS.c.number == referral.number, ADMISSIONS.c.issuer == referral.issuer)
    known = connection.execute(select(ADMISSIONS).where(*same)).one_or_none()
    if referral.visit_id != visit_id or (known is not None and known.visit_id != visit_id):
        return Declined("referral_used" if known is not None else "referral_invalid", "shown in another visit")
    if known is None:
        row = {
            "number": referral.number,
            "issuer": referral.issuer,
            "visit_id": visit_id,
            "card": referral.card,
            "juminhyo_code": referral.juminhyo_code,
            "birth": referral.birth,
            "kind": referral.kind,
            "year": referral.year,
            "opened_at": stamp(now),
            "expires_at": referral.expires_at,
        }
        connection.execute(insert(ADMISSIONS).values(row))
    return find_former(connection, referral.juminhyo_code, Vouched(referral.year, referral.birth))


def admitted_for(connection: Connection, order: IssueOrder, now: datetime) -> Sources | Declined:
    """The registers of the person whom the order's referral names; of an order that used it already also after its minutes, for it may be repeated until its outcome is told."""
    row = _of_order(connection, order, now)
    return row if isinstance(row, Declined) else find_former(connection, row.juminhyo_code, Vouched(row.year, row.birth))


def use_up(connection: Connection, order: IssueOrder, now: datetime) -> None:
    """From now on the referral is this order's."""
    row = _of_order(connection, order, now)
    assert not isinstance(row, Declined)
    same = (ADMISSIONS.c.number == row.number, ADMISSIONS.c.issuer == row.issuer)
    connection.execute(update(ADMISSIONS).where(*same).values(request_id=order.request_id))


def _of_order(connection: Connection, order: IssueOrder, now: datetime) -> Row[Any] | Declined:
    of_visit = (ADMISSIONS.c.visit_id == order.visit_id, ADMISSIONS.c.kind == order.kind, ADMISSIONS.c.year == order.year)
    rows = connection.execute(select(ADMISSIONS).where(*of_visit).order_by(ADMISSIONS.c.expires_at.desc(), ADMISSIONS.c.number)).all()
    card = card_digest(order.visit_id, order.serial)
    own = [row for row in rows if row.card == card]
    used_by_this = next((row for row in own if row.request_id == order.request_id), None)
    if used_by_this is not None:
        return used_by_this
    unused = [row for row in own if row.request_id is None]
    fresh = next((row for row in unused if now.timestamp() < row.expires_at), None)
    if fresh is not None:
        return fresh
    if unused:
        return Declined("referral_expired", "its minutes have passed")
    return Declined("referral_used", "used by another order") if own else Declined("referral_invalid", "no referral was shown")
