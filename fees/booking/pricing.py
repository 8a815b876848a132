"""Whether a fact says what the tariff says.

Decides if a fact may be booked at its own figures, by the day of its visit (`visited_at`): the resident pays what the screen showed, however late the fact arrives.
Pure; the same functions price the screen (`tariff.price`) and check the fact.
"""

from dataclasses import dataclass
from typing import Literal

from fees.rules.rates import Rates
from fees.rules.tariff import NoCommission, Price, commission, price, service_day
from messages.facts import FeeFact

ObjectionReason = Literal["price_differs", "no_price", "no_commission"]


@dataclass(frozen=True, slots=True)
class Priced:
    """The fact's price is right; the operator earns `commission_yen` (tax included) if it is printed."""

    commission_yen: int


@dataclass(frozen=True, slots=True)
class Objection:
    """The fact does not fit the rules and waits for a person. `against` says in a few words what the rules say."""

    reason: ObjectionReason
    against: str


def examined(fact: FeeFact, rates: Rates) -> Priced | Objection:
    """What the rules of the visit's service day say to this fact."""
    day = service_day(fact.visited_at)
    expected = price(rates.tariff, fact.municipality, fact.fee_class, fact.channel, day)
    if not isinstance(expected, Price):
        return Objection("no_price", f"no rule for {fact.municipality} {fact.fee_class} {fact.channel} on {day}")
    if (expected.fee_yen, expected.rule) != (fact.fee_yen, fact.rule):
        return Objection("price_differs", f"{expected.fee_yen} yen by {expected.rule} on {day}")
    due = commission(rates.commissions, fact.operator, day)
    if isinstance(due, NoCommission):
        return Objection("no_commission", f"no commission rule for {fact.operator} on {day}")
    return Priced(due.commission_yen)
