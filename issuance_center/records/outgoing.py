"""What the center owes to others: facts to the fee office, outcomes to the issuers.

Written in the commit of the step that owes them, delivered afterwards, again and again until acknowledged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Integer, bindparam, func, insert, select, update

from issuance_center.records.tables import facts, outcomes
from messages.facts import FactMetered, FactStep, FeeFact
from messages.orders import TellOutcome
from messages.wire import decode, encode
from storage.instants import stamp

if TYPE_CHECKING:
    from issuance_center.records.issuances import Issuance, Request

BATCH_MAX = 200

_LAST_NUMBER = select(func.max(facts.c.number))
_OWED_FACTS = select(facts.c.body).where(facts.c.metered.is_(None)).order_by(facts.c.number).limit(bindparam("the_most", type_=Integer))
_METERED = update(facts).where(facts.c.number == bindparam("the_number"), facts.c.metered.is_(None))
_OWED_OUTCOMES = (
    select(outcomes)
    .where(outcomes.c.issuer == bindparam("the_issuer"), outcomes.c.municipality == bindparam("the_municipality"), outcomes.c.told_at.is_(None))
    .order_by(outcomes.c.outcome_no)
    .limit(bindparam("the_most", type_=Integer))
)
_OWED_MUNICIPALITIES = (
    select(outcomes.c.municipality)
    .where(outcomes.c.issuer == bindparam("the_issuer"), outcomes.c.told_at.is_(None))
    .distinct()
    .order_by(outcomes.c.municipality)
)
_TOLD = update(outcomes).where(outcomes.c.outcome_no == bindparam("the_outcome"), outcomes.c.told_at.is_(None))
_ADD_FACT, _ADD_OUTCOME = insert(facts), insert(outcomes)


@dataclass(frozen=True, slots=True)
class OwedOutcome:
    """An outcome that its issuer has not acknowledged."""

    outcome_no: int
    issuer: str
    message: TellOutcome


def owe_fact(connection: Connection, issuance: "Issuance", request: "Request", step: FactStep, at: datetime, now: datetime) -> None:
    """Put the fact of this step under the next number. Numbers have no gaps: a number is taken in the commit that uses it."""
    number = (connection.execute(_LAST_NUMBER).scalar_one_or_none() or 0) + 1
    fact = FeeFact(
        number=number,
        issuance_id=issuance.issuance_id,
        step=step,
        municipality=request.municipality,
        kind=request.kind,
        fee_class=issuance.fee_class,
        channel=request.channel,
        operator=request.operator,
        kiosk_id=request.kiosk_id,
        fee_yen=issuance.fee_yen,
        rule=issuance.rule,
        visited_at=request.priced_at,
        at=at,
    )
    row = {"number": number, "issuance_id": issuance.issuance_id, "step": step, "body": encode(fact), "created_at": stamp(now)}
    connection.execute(_ADD_FACT, row)


def owe_outcome(
    connection: Connection,
    issuance_id: str,
    request: "Request",
    outcome: Literal["printed", "void", "unresolved", "stopped"],
    at: datetime,
    now: datetime,
) -> None:
    """The issuer is to hear what became of the paper."""
    message = TellOutcome(issuance_id=issuance_id, request_id=request.request_id, municipality=request.municipality, outcome=outcome, at=at)
    row = {"issuance_id": issuance_id, "issuer": request.issuer, "municipality": request.municipality}
    connection.execute(_ADD_OUTCOME, row | {"body": encode(message), "created_at": stamp(now)})


def owed_facts(connection: Connection) -> tuple[FeeFact, ...]:
    """The facts that the fee office has not acknowledged, by number, at most a batch."""
    return tuple(decode(row.body, FeeFact) for row in connection.execute(_OWED_FACTS, {"the_most": BATCH_MAX}))


def facts_metered(connection: Connection, answers: Sequence[FactMetered], now: datetime) -> None:
    """The fee office's word on each fact."""
    for answer in answers:
        connection.execute(_METERED, {"the_number": answer.number, "metered": answer.metered, "metered_at": stamp(now)})


def owed_municipalities(connection: Connection, issuer: str) -> tuple[str, ...]:
    """The municipalities on this issuer's line about which it has outcomes to hear, by code."""
    return tuple(connection.execute(_OWED_MUNICIPALITIES, {"the_issuer": issuer}).scalars())


def owed_outcomes(connection: Connection, issuer: str, municipality: str) -> tuple[OwedOutcome, ...]:
    """The outcomes of this municipality's papers that the issuer has not acknowledged, oldest first, at most a batch."""
    rows = connection.execute(_OWED_OUTCOMES, {"the_issuer": issuer, "the_municipality": municipality, "the_most": BATCH_MAX})
    return tuple(OwedOutcome(row.outcome_no, row.issuer, decode(row.body, TellOutcome)) for row in rows)


def outcome_told(connection: Connection, outcome_no: int, now: datetime) -> None:
    """The issuer has acknowledged this outcome, the first time counting."""
    connection.execute(_TOLD, {"the_outcome": outcome_no, "told_at": stamp(now)})


def backlog(connection: Connection) -> tuple[int, int]:
    """How many facts and how many outcomes wait."""
    waiting_facts = connection.execute(select(func.count()).select_from(facts).where(facts.c.metered.is_(None))).scalar_one()
    waiting_outcomes = connection.execute(select(func.count()).select_from(outcomes).where(outcomes.c.told_at.is_(None))).scalar_one()
    return waiting_facts, waiting_outcomes
