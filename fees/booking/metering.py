"""Metering (計量): has this fact been heard before, and does it fit what was heard?

Decides `new`, `repeat` or `contradiction` for a fact, by its number and by its issuance, and keeps the contents. It does not price or post; its caller posts a new
fact in the same transaction, because a number claimed before its posting is written would be posted zero times after a crash.

A contradiction is kept for a person with both contents and never posted: the same number with other content; a second outcome of one issuance (printed and returned,
two prints); a step told twice under two numbers; an issuance whose facts disagree about place, price or day; a price that is not the tariff's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select

from fees.booking.posting import OUTCOMES
from fees.booking.pricing import Objection, ObjectionReason
from fees.booking.records import contradictions, facts
from messages.facts import FactStep, FeeFact, Metered
from messages.wire import decode, encode, hash_of
from storage.instants import stamp

ContradictionReason = Literal["number_reused", "second_outcome", "step_repeated", "issuance_differs"] | ObjectionReason

_HEARD = (
    select(facts.c.number, facts.c.metered, facts.c.content)
    .where(or_(facts.c.number == bindparam("the_number"), and_(facts.c.issuance_id == bindparam("the_issuance"), facts.c.metered == "new")))
    .order_by(facts.c.number)
)
"""What stands under a fact's number, and every fact of its issuance that was claimed as new."""
_ADD_FACT = insert(facts)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was made of a fact, and the steps of its issuance that had been claimed as new under other numbers."""

    metered: Metered
    before: frozenset[FactStep] = frozenset()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One fact that waits for a person: its content and what it contradicts, both as they were heard."""

    number: int
    reason: str
    content: str
    against: str
    received_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many different facts were heard: booked as new, and contradictory. `highest_number` is the center's latest, `missing` how many below it were never heard."""

    new: int
    contradiction: int
    highest_number: int
    missing: int


def claim(connection: Connection, fact: FeeFact, now: datetime, objection: Objection | None = None) -> Claimed:
    """Claim the fact's number. Metered `new`: the caller posts it in this transaction. `objection` is what `pricing` holds against it, if anything.

    A contradiction repeated is answered as a contradiction again: the center may not have heard the first answer.
    """
    content = encode(fact).decode()
    heard = connection.execute(_HEARD, {"the_number": fact.number, "the_issuance": fact.issuance_id}).all()
    kept = next((row for row in heard if row.number == fact.number), None)
    if kept is not None and kept.content == content:
        return Claimed("repeat" if kept.metered == "new" else "contradiction")
    if kept is not None:
        return _contradicted(connection, fact, "number_reused", kept.content, now)
    earlier = tuple(decode(row.content.encode(), FeeFact) for row in heard)
    found = _disagreement(fact, earlier) or (objection and (objection.reason, objection.against))
    metered: Metered = "contradiction" if found else "new"
    row = {"number": fact.number, "issuance_id": fact.issuance_id, "step": fact.step, "metered": metered, "content": content}
    connection.execute(_ADD_FACT, {**row, "received_at": stamp(now)})
    return _contradicted(connection, fact, *found, now) if found else Claimed("new", frozenset(each.step for each in earlier))


def counts(connection: Connection) -> Counts:
    """How many facts of each sort there are."""
    heard, highest = connection.execute(select(func.count(), func.coalesce(func.max(facts.c.number), 0))).one()
    booked = connection.execute(select(func.count()).where(facts.c.metered == "new")).scalar_one()
    disputed = connection.execute(select(func.count()).select_from(contradictions)).scalar_one()
    return Counts(booked, disputed, highest, highest - heard)


def contradictory(connection: Connection, limit: int) -> tuple[Contradiction, ...]:
    """The contradictions, newest first."""
    order = (contradictions.c.received_at.desc(), contradictions.c.number.desc(), contradictions.c.content_sha256)
    rows = connection.execute(select(contradictions).order_by(*order).limit(limit))
    return tuple(Contradiction(row.number, row.reason, row.content, row.against, row.received_at) for row in rows)


def _disagreement(fact: FeeFact, earlier: Iterable[FeeFact]) -> tuple[ContradictionReason, str] | None:
    for each in earlier:
        reason = _reason_between(each, fact)
        if reason is not None:
            return reason, encode(each).decode()
    return None


def _reason_between(earlier: FeeFact, fact: FeeFact) -> ContradictionReason | None:
    if earlier.step == fact.step:
        return "second_outcome" if fact.step in OUTCOMES else "step_repeated"
    if {earlier.step, fact.step} == OUTCOMES:
        return "second_outcome"
    return "issuance_differs" if _terms(earlier) != _terms(fact) else None


def _terms(fact: FeeFact) -> tuple[object, ...]:
    return (fact.municipality, fact.kind, fact.fee_class, fact.channel, fact.operator, fact.kiosk_id, fact.fee_yen, fact.rule, fact.visited_at)


def _contradicted(connection: Connection, fact: FeeFact, reason: ContradictionReason, against: str, now: datetime) -> Claimed:
    sha256 = hash_of(fact)
    known = select(contradictions.c.number).where(contradictions.c.number == fact.number, contradictions.c.content_sha256 == sha256)
    if connection.execute(known).one_or_none() is None:
        row = {"number": fact.number, "content_sha256": sha256, "reason": reason, "content": encode(fact).decode(), "against": against}
        connection.execute(insert(contradictions).values(**row, received_at=stamp(now)))
    return Claimed("contradiction")
