"""What a paper costs a resident and what it costs the municipality, by the functions that price and bill: a scenario's fees become the rules of an ordinance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from fees.planning.country.published import KINDS, Kind
from fees.planning.scenario.parts import CampaignPart, Fee, Scenario
from fees.rules.tariff import Price, RuleKind, Tariff, TariffRule, price, tariff_of

CHANNEL = "store"


@dataclass(frozen=True, slots=True)
class PaperMoney:
    """Of one paper of a kind, in yen: what the counter takes, what the kiosk takes, what the municipality owes the store (tax included), what an issue at the counter costs in staff."""

    counter_fee_yen: int
    kiosk_fee_yen: int
    commission_yen: int
    counter_cost_yen: int


def fee_of(scenario: Scenario, kind: Kind) -> Fee:
    """The scenario's fee of a kind."""
    fee: Fee = getattr(scenario.fees, kind)
    return fee


def ordinance(scenario: Scenario, campaign: CampaignPart | None = None) -> Tariff:
    """The scenario's fees as the rules of one municipality, with a campaign's cut where it has one. Raises `RulesRefused` for a cut that is more than a base."""
    return tariff_of(rule for kind in KINDS for rule in _rules(fee_of(scenario, kind), kind, campaign))


def _rules(fee: Fee, kind: Kind, campaign: CampaignPart | None) -> Iterator[TariffRule]:
    def rule(name: RuleKind, yen: int, since: date = date.min, until: date | None = None) -> TariffRule:
        return TariffRule(rule=f"{kind}-{name}", municipality="", fee_class=kind, channel=CHANNEL, kind=name, yen=yen, since=since, until=until)

    yield rule("base", fee.base_yen)
    if fee.reduction_yen:
        yield rule("reduction", fee.reduction_yen)
    if campaign is not None and campaign.cut_yen and kind in campaign.kinds:
        yield rule("campaign", campaign.cut_yen, campaign.since, campaign.until)


def money_on(scenario: Scenario, tariff: Tariff, day: date) -> Mapping[Kind, PaperMoney]:
    """The money of a paper of every kind on a service day."""
    found: dict[Kind, PaperMoney] = {}
    for kind in KINDS:
        fee = price(tariff, "", kind, CHANNEL, day)
        if not isinstance(fee, Price):
            raise ValueError(f"no price of {kind} on {day}")  # a base is in force on every day
        found[kind] = PaperMoney(fee_of(scenario, kind).counter_yen, fee.fee_yen, scenario.commission_yen, scenario.counter.issue_yen)
    return found
