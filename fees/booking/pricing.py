"""Whether a fact says what the tariff says.

Decides if a fact may be booked at its own figures, by the day of its visit (`visited_at`): the resident pays what the screen showed, however late the fact arrives.
Pure; the same functions price the screen (`tariff.price`) and check the fact.
"""

from dataclasses import dataclass
from typing import Literal

from fees.rules.collection import NoRoute, Route, route
from fees.rules.commissions import NoCommission, commission
from fees.rules.dated import service_day
from fees.rules.rule_book import RuleBook
from fees.rules.tariff import Price, price
from messages.facts import FeeFact

ObjectionReason = Literal["price_differs", "no_price", "no_commission", "no_route"]


@dataclass(frozen=True, slots=True)
class Priced:
    """The fact's price is right; the fee goes by `route`, and the operator earns `commission_yen` if it is printed: with or without tax, as its contract says (`Commission.tax`)."""

    commission_yen: int
    route: Route


@dataclass(frozen=True, slots=True)
class Objection:
    """The fact does not fit the rules and waits for a person. `against` says in a few words what the rules say."""

    reason: ObjectionReason
    against: str


def examined(fact: FeeFact, book: RuleBook) -> Priced | Objection:
    """What the rules of the visit's service day say to this fact."""
    day = service_day(fact.visited_at)
    expected = price(book.tariff, fact.municipality, fact.fee_class, fact.channel, day)
    if not isinstance(expected, Price):
        return Objection("no_price", f"no rule for {fact.municipality} {fact.fee_class} {fact.channel} on {day}")
    if (expected.fee_yen, expected.rule) != (fact.fee_yen, fact.rule):
        return Objection("price_differs", f"{expected.fee_yen} yen by {expected.rule} on {day}")
    way = route(book.routes, fact.channel, fact.municipality, day)
    if isinstance(way, NoRoute):
        return Objection("no_route", f"no route for {fact.channel} of {fact.municipality} on {day}")
    if way.route == "direct":
        return Priced(0, way.route)
    due = commission(book.commissions, fact.operator, fact.channel, fact.municipality, day)
    if isinstance(due, NoCommission):
        return Objection("no_commission", f"no commission rule for {fact.operator} through {fact.channel} on {day}")
    return Priced(due.commission_yen, way.route)
