"""All rules at once, as one immutable value with its revision: what the office prices, books and bills by.

Decides whether rules of all sorts can stand together. A rule book is never changed: another set of rules is another book with a higher revision.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

import msgspec

from fees.rules.collection import RouteRule, Routes, routes_of
from fees.rules.commissions import CommissionRule, Commissions, commissions_of
from fees.rules.contributions import Scheme
from fees.rules.dated import Conflict, RuleId, RulesRefused, faults_alone, first_in_force, grouped, meet, overlaps
from fees.rules.tariff import Tariff, TariffRule, tariff_of
from fees.rules.taxes import changes_within, rate_on

Payee = Literal["center", "bcl"]


class ContributionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="contribution"):
    """What municipalities pay the center (運営負担金) or for the shared cloud (BCL), from `since` to the day before `until`."""

    rule: RuleId
    payee: Payee
    scheme: Scheme
    since: date
    until: date | None = None


Rule = TariffRule | CommissionRule | RouteRule | ContributionRule


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules that have been found free of contradictions, alone and together. `revision` grows with every change that was put into force; the first rules are revision 1."""

    tariff: Tariff
    commissions: Commissions
    routes: Routes
    contributions: tuple[ContributionRule, ...]
    revision: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule: tariff, commissions, routes, contributions, each in the order it was entered."""
        return (*self.tariff.rules, *self.commissions.rules, *self.routes.rules, *self.contributions)

    def digest(self) -> str:
        """SHA-256 (hex) over all rules, whatever order they were entered in: the same rules, the same digest."""
        return sha256(b"\n".join(sorted(msgspec.json.encode(rule, order="sorted") for rule in self.rules))).hexdigest()


def rule_book_of(rules: Iterable[Rule], revision: int) -> RuleBook:
    """The book of these rules; raises `RulesRefused` naming every rule, or pair of rules, that cannot stand."""
    entered = tuple(rules)
    conflicts: list[Conflict] = []
    tariff_rules = tuple(rule for rule in entered if isinstance(rule, TariffRule))
    commission_rules = tuple(rule for rule in entered if isinstance(rule, CommissionRule))
    route_rules = tuple(rule for rule in entered if isinstance(rule, RouteRule))
    contributions = tuple(rule for rule in entered if isinstance(rule, ContributionRule))
    sound: list[Tariff | Commissions | Routes] = []
    for build in (lambda: tariff_of(tariff_rules), lambda: commissions_of(commission_rules), lambda: routes_of(route_rules)):
        try:
            sound.append(build())
        except RulesRefused as refused:
            conflicts += refused.conflicts
    conflicts += _contribution_conflicts(contributions)
    conflicts += [
        conflict for conflict in faults_alone([(rule, 0) for rule in entered]) if conflict.reason == "same_id" and conflict not in conflicts
    ]
    conflicts += _without_route(route_rules, commission_rules)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    tariff, commissions, routes = sound
    assert isinstance(tariff, Tariff) and isinstance(commissions, Commissions) and isinstance(routes, Routes)
    return RuleBook(tariff, commissions, routes, contributions, revision)


def contribution_on(book: RuleBook, payee: Payee, day: date) -> ContributionRule | None:
    """The scheme that `payee` charges by on a day; None where it charges nothing."""
    return first_in_force([tuple(rule for rule in book.contributions if rule.payee == payee)], day)


def _contribution_conflicts(rules: tuple[ContributionRule, ...]) -> list[Conflict]:
    """Overlaps, and a tax that is not the one of the period: fixed over a change of the rate it would bill a wrong tax, so the rule has to be entered in two."""
    conflicts = faults_alone([(rule, 0) for rule in rules])
    for standing in grouped((rule.payee, rule) for rule in rules).values():
        conflicts += overlaps(standing)
    for rule in rules:
        if rule.scheme.tax_basis_points != rate_on(rule.since):
            conflicts.append(Conflict("tax_differs", (rule.rule,)))
        elif changes_within(rule.since, rule.until):
            conflicts.append(Conflict("tax_changes", (rule.rule,)))
    return conflicts


def _without_route(routes: tuple[RouteRule, ...], commissions: tuple[CommissionRule, ...]) -> list[Conflict]:
    """A commission where the municipality itself takes the fee: one of the two rules is wrong."""
    own = {(rule.channel, rule.municipality) for rule in routes}
    return [
        Conflict("commission_on_direct", (one.rule, other.rule))
        for one in routes
        for other in commissions
        if one.route == "direct" and one.channel == other.channel and meet(one, other) and _same_place(one, other, own)
    ]


def _same_place(one: RouteRule, other: CommissionRule, own: Container[tuple[str, str | None]]) -> bool:
    return one.municipality == other.municipality or (one.municipality is None and (other.channel, other.municipality) not in own)
