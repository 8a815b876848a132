"""What was refused, and why: the inward reason that no resident, kiosk or center ever hears.

Decides nothing. One asking (a visit's choices, an order) is one row for each reason, however often it is repeated. No names; a 宛名番号 where the card was known.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, insert, select

from issuer.issue_tables import REFUSALS
from storage.instants import instant, stamp

_SAME = and_(REFUSALS.c.asked_id == bindparam("the_asking"), REFUSALS.c.code == bindparam("the_code"), REFUSALS.c.reason == bindparam("the_reason"))
_HOW_MANY_SAME = select(func.count()).select_from(REFUSALS).where(_SAME)
_ADD_REFUSAL = insert(REFUSALS)


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal. `asked_id` is the visit (`asked_for` choices) or the request (order); `code` is what was said outward, `reason` what it was."""

    asked_id: str
    asked_for: str
    kind: str
    holder_no: str | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoggedRefusal:
    """A refusal and when it was first given."""

    refused: Refused
    at: datetime


def note_refused(connection: Connection, refused: Refused, now: datetime) -> None:
    """Log a refusal once; the same one again changes nothing."""
    same = {"the_asking": refused.asked_id, "the_code": refused.code, "the_reason": refused.reason}
    if connection.execute(_HOW_MANY_SAME, same).scalar_one():
        return
    row = {
        "asked_id": refused.asked_id,
        "asked_for": refused.asked_for,
        "kind": refused.kind,
        "holder_no": refused.holder_no,
        "code": refused.code,
        "reason": refused.reason,
        "at": stamp(now),
    }
    connection.execute(_ADD_REFUSAL, row)


def count_refusals(connection: Connection, since: datetime, before: datetime) -> tuple[tuple[str, str, int], ...]:
    """(code, reason, how many) in this span, the most frequent first."""
    how_many = func.count().label("how_many")
    rows = connection.execute(
        select(REFUSALS.c.code, REFUSALS.c.reason, how_many)
        .where(and_(REFUSALS.c.at >= stamp(since), REFUSALS.c.at < stamp(before)))
        .group_by(REFUSALS.c.code, REFUSALS.c.reason)
        .order_by(how_many.desc(), REFUSALS.c.code, REFUSALS.c.reason)
    )
    return tuple((code, reason, count) for code, reason, count in rows)


def refusals(connection: Connection, since: datetime, before: datetime, limit: int = 200) -> tuple[LoggedRefusal, ...]:
    """The refusals of this span, newest first."""
    rows = connection.execute(
        select(REFUSALS)
        .where(and_(REFUSALS.c.at >= stamp(since), REFUSALS.c.at < stamp(before)))
        .order_by(REFUSALS.c.at.desc(), REFUSALS.c.asked_id, REFUSALS.c.code, REFUSALS.c.reason)
        .limit(limit)
    ).mappings()
    return tuple(
        LoggedRefusal(Refused(row["asked_id"], row["asked_for"], row["kind"], row["holder_no"], row["code"], row["reason"]), instant(row["at"]))
        for row in rows
    )
