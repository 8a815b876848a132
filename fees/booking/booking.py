"""Booking (記帳): a batch of facts is claimed and posted in one transaction, or not at all.

The one write of the fee office. It joins what others decide: `pricing` (does the price fit), `metering` (is it new), `posting` (which legs), `ledger` (append).
"""

from datetime import datetime

from sqlalchemy import Connection

from fees.booking.ledger import append, take_turn
from fees.booking.metering import claim
from fees.booking.posting import posting_of
from fees.booking.pricing import Objection, examined
from fees.rules.rule_book import RuleBook
from messages.facts import FactMetered, FeeFact, Metered


def book_facts(connection: Connection, facts: tuple[FeeFact, ...], book: RuleBook, now: datetime) -> tuple[FactMetered, ...]:
    """Book the new facts of a batch and answer each, in the batch's order. Repeating the batch changes nothing and is answered `repeat`."""
    take_turn(connection)
    return tuple(FactMetered(number=fact.number, metered=_booked(connection, fact, book, now)) for fact in facts)


def _booked(connection: Connection, fact: FeeFact, book: RuleBook, now: datetime) -> Metered:
    view = examined(fact, book)
    if isinstance(view, Objection):
        return claim(connection, fact, now, view).metered
    claimed = claim(connection, fact, now)
    if claimed.metered == "new":
        append(connection, posting_of(fact, view.commission_yen, claimed.before, view.route), now)
    return claimed.metered
