"""What a store operator earns on an issuance (委託手数料), as dated rules of contracts.

Decides the commission of an operator through a channel for a municipality on a service day. Never knows what was sold or what the resident paid: the commission is due for a paper of 0 yen too.

An amount includes the consumption tax or does not, as the contract says. What does not is a net amount for each issuance, on which the tax comes once per invoice (`taxes`), never once per issuance.
A rule that names a municipality is that municipality's own contract and goes before the operator's general one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from fees.rules.dated import Channel, PartyId, RuleId, RulesRefused, Yen, faults_alone, first_in_force, grouped, overlaps
from fees.rules.tariff import Code
from fees.rules.taxes import TaxLine, rate_on

Tax = Literal["included", "excluded"]


class CommissionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="commission"):
    """What the municipality owes the operator for one issuance on service days `since` <= day < `until`: about 117 yen with tax (domain facts 6.2)."""

    rule: RuleId
    operator: PartyId
    commission_yen: Yen
    since: date
    until: date | None = None
    channel: Channel = "store"
    municipality: Code | None = None
    tax: Tax = "included"


@dataclass(frozen=True, slots=True)
class Commission:
    """The operator's due for one issuance, the rule that sets it, whether the tax is in it, and the tax's rate on that day in basis points."""

    commission_yen: int
    rule: str
    tax: Tax
    basis_points: int

    def line(self, issuances: int) -> TaxLine:
        """The line of an invoice for so many of these."""
        return TaxLine(self.commission_yen * issuances, self.basis_points, included=self.tax == "included")


@dataclass(frozen=True, slots=True)
class NoCommission:
    """There is no contract with this operator for this channel on that day."""


Contract = tuple[str, str, str | None]
"""Operator, channel, municipality (None: all)."""


@dataclass(frozen=True, slots=True)
class Commissions:
    """Commission rules that have been found free of contradictions (`commissions_of`)."""

    rules: tuple[CommissionRule, ...]
    by_contract: Mapping[Contract, tuple[CommissionRule, ...]]


def commissions_of(rules: Iterable[CommissionRule]) -> Commissions:
    """The commission rules; raises `RulesRefused` naming every pair that overlaps."""
    entered = tuple(rules)
    keyed: list[tuple[Contract, CommissionRule]] = [((rule.operator, rule.channel, rule.municipality), rule) for rule in entered]
    by_contract = grouped(keyed)
    conflicts = faults_alone([(rule, rule.commission_yen) for rule in entered])
    for standing in by_contract.values():
        conflicts += overlaps(standing)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    return Commissions(entered, by_contract)


def commission(commissions: Commissions, operator: str, channel: str, municipality: str, day: date) -> Commission | NoCommission:
    """What the operator earns on an issuance of service day `day`."""
    contracts = ((operator, channel, municipality), (operator, channel, None))
    rule = first_in_force((commissions.by_contract.get(contract, ()) for contract in contracts), day)
    return NoCommission() if rule is None else Commission(rule.commission_yen, rule.rule, rule.tax, rate_on(day))
