"""Which way a fee goes from the resident to the municipality (収納経路), by channel, as dated rules.

Decides the route; what each route books is `booking.posting`'s table, by the same names. Never knows an amount.

* `through_center`: the operator takes the fee and owes it to the center, the center to the municipality; the operator earns its commission. Stores.
* `direct`: the municipality's own machine takes the fee: it is in the municipality's till, nobody owes anybody, and there is no commission. A kiosk in the municipality's hall.
* `own_contract`: the operator takes the fee and owes it to the municipality itself, under a contract of their own with its own commission. Post offices.

The counter has a fee, for comparison, and no route: nothing that was paid there is collected here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import msgspec

from fees.rules.dated import Channel, RuleId, RulesRefused, faults_alone, first_in_force, grouped, overlaps
from fees.rules.tariff import Code

Route = Literal["through_center", "direct", "own_contract"]
Collected = Literal["store", "post_office", "town_hall"]

ROUTES: tuple[Route, ...] = get_args(Route)
COMPARED: Channel = "counter"
"""The channel whose fee only stands for comparison."""


class RouteRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="route"):
    """The route of a channel on service days `since` <= day < `until`; one that names a municipality goes before the one for all."""

    rule: RuleId
    channel: Collected
    route: Route
    since: date
    until: date | None = None
    municipality: Code | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """The route of a fee, and the rule that says so."""

    route: Route
    rule: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Nothing is collected through this channel on that day."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Route rules that have been found free of contradictions (`routes_of`)."""

    rules: tuple[RouteRule, ...]
    by_channel: Mapping[tuple[str, str | None], tuple[RouteRule, ...]]


_SINCE = date(2010, 2, 2)
"""The service's first day."""

STANDARD: tuple[RouteRule, ...] = (
    RouteRule(rule="route-store", channel="store", route="through_center", since=_SINCE),
    RouteRule(rule="route-town-hall", channel="town_hall", route="direct", since=_SINCE),
    RouteRule(rule="route-post-office", channel="post_office", route="own_contract", since=_SINCE),
)
"""What an office begins with that has not said otherwise."""


def routes_of(rules: Iterable[RouteRule]) -> Routes:
    """The routes; raises `RulesRefused` naming every pair that overlaps."""
    entered = tuple(rules)
    keyed: list[tuple[tuple[str, str | None], RouteRule]] = [((rule.channel, rule.municipality), rule) for rule in entered]
    by_channel = grouped(keyed)
    conflicts = faults_alone([(rule, 0) for rule in entered])
    for standing in by_channel.values():
        conflicts += overlaps(standing)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    return Routes(entered, by_channel)


def route(routes: Routes, channel: str, municipality: str, day: date) -> Routed | NoRoute:
    """Which way a fee of service day `day` goes."""
    rule = first_in_force((routes.by_channel.get(key, ()) for key in ((channel, municipality), (channel, None))), day)
    return NoRoute() if rule is None else Routed(rule.route, rule.rule)
