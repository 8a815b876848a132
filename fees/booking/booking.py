"""Booking (記帳): a batch of facts is kept and posted in one transaction, or not at all.

The one write of the fee office. It joins what others decide: `pricing` (does the price fit), `metering` (is it new), `posting` (which legs), `ledger` (append). A batch is one look at what was
heard before, decisions in memory, and one insert for each table: its answers and its books are those of its facts one by one.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from fees.booking.fact_log import heard_before, keep
from fees.booking.ledger import append_all, take_turn
from fees.booking.metering import meter
from fees.booking.posting import posting_of
from fees.booking.pricing import Objection, Priced, examined
from fees.rules.dated import service_day
from fees.rules.rule_book import RuleBook
from messages.facts import FactMetered, FeeFact


def book_facts(connection: Connection, facts: tuple[FeeFact, ...], book: RuleBook, now: datetime) -> tuple[FactMetered, ...]:
    """Book the new facts of a batch and answer each, in the batch's order. Repeating the batch changes nothing and is answered `repeat`."""
    take_turn(connection)
    verdicts = meter(facts, heard_before(connection, facts), pricing_by(book))
    keep(connection, verdicts, now)
    new = [
        posting_of(verdict.fact, verdict.priced.commission_yen, verdict.before, verdict.priced.route)
        for verdict in verdicts
        if verdict.metered == "new" and verdict.priced is not None
    ]
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
