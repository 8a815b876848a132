"""Referrals as both municipalities keep them: at the former one opened in one visit, used up by one order and forgotten; at the present one noted when they are made.

Decides whether an order may still name a referral, and how long the person behind it is known. A referral shown again in its own visit changes nothing; in another visit it is refused.
Every function is one step of a transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, insert, or_, select, update

from certificates.entitlement import Declined
from certificates.sources import Sources, Vouched
from issuer.issue_tables import PAPERS
from issuer.referral_tables import ADMISSIONS, MADE
from issuer.register_view import find_former
from messages.orders import IssueOrder
from storage.instants import instant, stamp
from trust.referrals import Referral, card_digest

REMEMBERED = timedelta(days=1)
"""How long what was opened is known at all, its person forgotten: until then a late order hears the true reason."""


@dataclass(frozen=True, slots=True)
class MadeReferral:
    """One referral that was made here: of whom (宛名番号), towards which municipality, for which kind and 年度. What was sealed is not kept."""

    visit_id: str
    holder_no: str
    audience: str
    kind: str
    year: int
    at: datetime


def note_made(connection: Connection, made: MadeReferral) -> None:
    """Note a referral; the same question asked again in the same visit changes nothing."""
    key = {"visit_id": made.visit_id, "holder_no": made.holder_no, "audience": made.audience, "kind": made.kind, "year": made.year}
    known = select(MADE.c.visit_id).where(*(MADE.c[name] == value for name, value in key.items()))
    if connection.execute(known).first() is None:
        connection.execute(insert(MADE).values(key | {"made_at": stamp(made.at)}))


def referrals_made(connection: Connection, holder_no: str) -> tuple[MadeReferral, ...]:
    """Those of one resident, the latest first."""
    found = select(MADE).where(MADE.c.holder_no == holder_no).order_by(MADE.c.made_at.desc(), MADE.c.visit_id, MADE.c.year.desc(), MADE.c.audience)
    return tuple(
        MadeReferral(row.visit_id, row.holder_no, row.audience, row.kind, row.year, instant(row.made_at)) for row in connection.execute(found)
    )


def forget(connection: Connection, now: datetime) -> None:
    """Empty 住民票コード and birth date of every referral whose minutes have passed or that was used up, unless a paper of its order is still without an outcome."""
    still_open = exists().where(PAPERS.c.request_id == ADMISSIONS.c.request_id, PAPERS.c.outcome.is_(None))
    over = or_(
        and_(ADMISSIONS.c.request_id.is_(None), ADMISSIONS.c.expires_at <= now.timestamp()),
        and_(ADMISSIONS.c.request_id.is_not(None), ~still_open),
    )
    connection.execute(update(ADMISSIONS).where(over, ADMISSIONS.c.juminhyo_code != "").values(juminhyo_code="", birth=""))
    connection.execute(delete(ADMISSIONS).where(ADMISSIONS.c.expires_at <= (now - REMEMBERED).timestamp()))


def admit(connection: Connection, referral: Referral, visit_id: str, now: datetime) -> Declined | Sources:
    """Remember the referral, opened and found good, and say what the registers hold of its person. The same one in the same visit again changes nothing."""
    forget(connection, now)
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
