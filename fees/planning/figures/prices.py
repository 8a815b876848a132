"""What a paper costs a resident and what it costs the municipality, by the functions that price and bill: a scenario's fees become the rules of an ordinance and of a contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from fees.planning.country.published import KINDS, Kind
from fees.planning.scenario.parts import CampaignPart, Fee, Scenario
from fees.rules.commissions import Commission, CommissionRule, Commissions, commission, commissions_of
from fees.rules.dated import Channel
from fees.rules.tariff import Price, RuleKind, Tariff, TariffRule, price, tariff_of
from fees.rules.taxes import taxes_of

CHANNEL: Channel = "store"
OPERATOR = "store"
ANY_MUNICIPALITY = "000000"
"""A scenario's fees are nobody's own: the rules stand for whoever is planned."""


@dataclass(frozen=True, slots=True)
class PaperMoney:
    """Of one paper of a kind, in yen: what the counter takes, what the kiosk takes, what the municipality owes the store (tax included), what an issue at the counter costs in staff."""

    counter_fee_yen: int
    kiosk_fee_yen: int
    commission_yen: int
    counter_cost_yen: int


@dataclass(frozen=True, slots=True)
class OwnRules:
    """An ordinance's fees, and the contract with the stores."""

    tariff: Tariff
    commissions: Commissions


def fee_of(scenario: Scenario, kind: Kind) -> Fee:
    """The scenario's fee of a kind."""
    fee: Fee = getattr(scenario.fees, kind)
    return fee


def rules_of(scenario: Scenario, campaign: CampaignPart | None = None) -> OwnRules:
    """The scenario's fees and commission as rules, with a campaign's cut where it has one. Raises `RulesRefused` for a cut that is more than a base."""
    contract = CommissionRule(rule="store", operator=OPERATOR, commission_yen=scenario.commission_yen, since=date.min)
    return OwnRules(tariff_of(rule for kind in KINDS for rule in _fee_rules(fee_of(scenario, kind), kind, campaign)), commissions_of([contract]))


def _fee_rules(fee: Fee, kind: Kind, campaign: CampaignPart | None) -> Iterator[TariffRule]:
    def rule(name: RuleKind, yen: int, since: date = date.min, until: date | None = None) -> TariffRule:
        return TariffRule(
            rule=f"{kind}-{name}", municipality=ANY_MUNICIPALITY, fee_class=kind, channel=CHANNEL, kind=name, yen=yen, since=since, until=until
        )

    yield rule("base", fee.base_yen)
    if fee.reduction_yen:
        yield rule("reduction", fee.reduction_yen)
    if campaign is not None and campaign.cut_yen and kind in campaign.kinds:
        yield rule("campaign", campaign.cut_yen, campaign.since, campaign.until)


def money_on(scenario: Scenario, rules: OwnRules, day: date) -> Mapping[Kind, PaperMoney]:
    """The money of a paper of every kind on a service day, at a store."""
    found: dict[Kind, PaperMoney] = {}
    due = commission(rules.commissions, OPERATOR, CHANNEL, ANY_MUNICIPALITY, day)
    commission_yen = sum(tax.gross_yen for tax in taxes_of([due.line(1)])) if isinstance(due, Commission) else 0
    for kind in KINDS:
        fee = price(rules.tariff, ANY_MUNICIPALITY, kind, CHANNEL, day)
        if not isinstance(fee, Price):
            raise ValueError(f"no price of {kind} on {day}")  # a base is in force on every day
        found[kind] = PaperMoney(fee_of(scenario, kind).counter_yen, fee.fee_yen, commission_yen, scenario.counter.issue_yen)
    return found
