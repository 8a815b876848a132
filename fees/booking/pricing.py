"""Whether a fact says what the rules say.

Decides if a fact may be booked at its own figures, by the day of its visit (`visited_at`): the resident pays what the screen showed, however late the fact arrives.
Pure; the same functions price the screen (`tariff.price`) and check the fact (`charges.charge`).
"""

from dataclasses import dataclass
from typing import Literal

from fees.rules.charges import Missing, NoCharge, charge
from fees.rules.collection import Route
from fees.rules.dated import service_day
from fees.rules.rule_book import RuleBook
from fees.rules.tariff import NoPrice, price
from messages.facts import FeeFact

ObjectionReason = Literal["price_differs"] | Missing


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
    if not isinstance(expected, NoPrice) and (expected.fee_yen, expected.rule) != (fact.fee_yen, fact.rule):
        return Objection("price_differs", f"{expected.fee_yen} yen by {expected.rule} on {day}")
    charged = charge(book, fact.municipality, fact.fee_class, fact.channel, fact.operator, day)
    if isinstance(charged, NoCharge):
        return Objection(charged.reason, charged.about)
    return Priced(charged.commission_yen, charged.route.route)
