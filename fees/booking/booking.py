"""Booking (記帳): a batch of facts is kept and posted in one transaction, or not at all.

The one write of the fee office. It joins what others decide: `pricing` (does the price fit), `metering` (is it new), `posting` (which legs), `ledger` (append). A batch is one look at what was
heard before, decisions in memory, and one insert for each table: its answers and its books are those of its facts one by one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from fees.booking.fact_log import heard_before, keep
from fees.booking.ledger import append_all, take_turn
from fees.booking.metering import Verdict, meter
from fees.booking.posting import Leg, Posting, posting_of
from fees.booking.pricing import Objection, Priced, examined
from fees.rules.dated import service_day
from fees.rules.rule_book import RuleBook
from messages.facts import FactMetered, FeeFact


def book_facts(connection: Connection, facts: tuple[FeeFact, ...], book: RuleBook, now: datetime) -> tuple[FactMetered, ...]:
    """Book the new facts of a batch and answer each, in the batch's order. Repeating the batch changes nothing and is answered `repeat`."""
    take_turn(connection)
    verdicts = meter(facts, heard_before(connection, facts), pricing_by(book))
    keep(connection, verdicts, now)
    new = postings_of([verdict for verdict in verdicts if verdict.metered == "new"])
    if new:
        append_all(connection, new, now, book.revision)
    return tuple(FactMetered(number=verdict.fact.number, metered=verdict.metered) for verdict in verdicts)


def pricing_by(book: RuleBook) -> Callable[[FeeFact], Priced | Objection]:
    """`examined` by this book, asked once for all facts that say the same about price and place."""
    seen: dict[tuple[object, ...], Priced | Objection] = {}

    def view(fact: FeeFact) -> Priced | Objection:
        day = service_day(fact.visited_at)
        said = (fact.municipality, fact.kind, fact.fee_class, fact.channel, fact.operator, fact.fee_yen, fact.rule, day)
        known = seen.get(said)
        if known is None:
            known = seen[said] = examined(fact, book)
        return known

    return view


def postings_of(verdicts: Sequence[Verdict]) -> tuple[Posting, ...]:
    """The postings of new facts. Facts that move the same money between the same parties share one tuple of legs."""
    seen: dict[tuple[object, ...], tuple[Leg, ...]] = {}
    return tuple(_posting(verdict, seen) for verdict in verdicts)


def _posting(verdict: Verdict, seen: dict[tuple[object, ...], tuple[Leg, ...]]) -> Posting:
    fact, priced = verdict.fact, verdict.priced
    assert priced is not None
    said = (fact.step, verdict.before, fact.municipality, fact.kind, fact.fee_class, fact.channel, fact.operator, fact.fee_yen, priced)
    moved = seen.get(said)
    if moved is None:
        posting = posting_of(fact, priced.commission_yen, verdict.before, priced.route)
        seen[said] = posting.legs
        return posting
    return Posting(f"fact/{fact.number}", fact.number, fact.issuance_id, fact.step, fact.at, moved)
