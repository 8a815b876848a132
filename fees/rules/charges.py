"""What one copy costs whom: the fee, the way it goes, and the operator's commission, as the rules of a service day say.

The one function by which a fact is billed, a draft is previewed and a scenario is reckoned. Decides nothing about whether the copy was issued.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from fees.rules.collection import NoRoute, Routed, route
from fees.rules.commissions import Commission, NoCommission, commission
from fees.rules.rule_book import RuleBook
from fees.rules.tariff import NoPrice, Price, price

Missing = Literal["no_price", "no_route", "no_commission"]


@dataclass(frozen=True, slots=True)
class Charge:
    """The fee of one copy and the rule that sets it; its route; the commission, None where the route has none. 0 yen is a fee like any other: its commission is due."""

    fee: Price
    route: Routed
    commission: Commission | None

    @property
    def commission_yen(self) -> int:
        """The commission as the contract states it, with or without tax; 0 where there is none."""
        return 0 if self.commission is None else self.commission.commission_yen


@dataclass(frozen=True, slots=True)
class NoCharge:
    """The rules do not say what the copy costs. `about` says in a few words which rule is missing."""

    reason: Missing
    about: str


def charge(book: RuleBook, municipality: str, fee_class: str, channel: str, operator: str, day: date) -> Charge | NoCharge:
    """What a copy of service day `day` costs."""
    fee = price(book.tariff, municipality, fee_class, channel, day)
    if isinstance(fee, NoPrice):
        return NoCharge("no_price", f"no rule for {municipality} {fee_class} {channel} on {day}")
    way = route(book.routes, channel, municipality, day)
    if isinstance(way, NoRoute):
        return NoCharge("no_route", f"no route for {channel} of {municipality} on {day}")
    if way.route == "direct":
        return Charge(fee, way, None)
    due = commission(book.commissions, operator, channel, municipality, day)
    if isinstance(due, NoCommission):
        return NoCharge("no_commission", f"no commission rule for {operator} through {channel} on {day}")
    return Charge(fee, way, due)
