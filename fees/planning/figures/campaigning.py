"""A campaign: three levers with wide ranges (fee, publicity, a kiosk in the hall), what it costs while it lasts and what is left when it ends. Ranges from draws; fees by the functions that bill.

Each lever takes a part of the papers still asked for at the counter over to the kiosk; levers work one after another on what is left, so that no share exceeds the whole. The number of papers
asked for is taken to stay the same. Money is compared with a year without the campaign.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from fees.planning.country.bodies import Planned
from fees.planning.country.lots import Whole
from fees.planning.country.participation import CannotHold, Participation
from fees.planning.country.published import Kind
from fees.planning.country.volumes import BASIS, Volumes
from fees.planning.figures.chance import Spread, spread
from fees.planning.figures.charging import charged
from fees.planning.figures.comparing import Grid, Outcome
from fees.planning.figures.levers import AFTER, BEFORE, DURING, PARTS, Drawn, Phase, drawn_levers, prices
from fees.planning.figures.prices import PaperMoney, money_on, rules_of
from fees.planning.scenario.checks import year_of
from fees.planning.scenario.parts import ALL, CampaignPart, Scenario


@dataclass(frozen=True, slots=True)
class YearOf:
    """One fiscal year of a campaign beside the same year without it, in yen (fees and costs of the municipality, tax included).

    `cash_yen` is money alone; `net_yen` counts the counter's spared time too, which is money only where somebody uses it.
    """

    fiscal_year: int
    share_basis_points: Spread
    issues: Spread
    lost_fees_yen: Spread
    commission_yen: Spread
    contribution_yen: Spread
    own_costs_yen: int
    grant_yen: Spread
    counter_spared_yen: Spread
    cash_yen: Spread
    net_yen: Spread


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever pulled alone: the share while it is pulled and after."""

    name: str
    during_basis_points: Spread
    after_basis_points: Spread


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as a plan sees it. Shares are of the campaign's kinds together. `cash_yen` and `net_yen` are the whole time's; below 0 the municipality pays."""

    part: CampaignPart
    name: str
    bodies: int
    share_before_basis_points: int
    during_basis_points: Spread
    after_basis_points: Spread
    levers: tuple[Lever, ...]
    years: tuple[YearOf, ...]
    prices_yen: tuple[tuple[Kind, int, int], ...]
    lost_fees_yen: Spread
    grant_yen: Spread
    commission_yen: Spread
    cash_yen: Spread
    net_yen: Spread
    gain_percent: int


@dataclass(frozen=True, slots=True)
class _Papers:
    """Of the bodies a campaign is for: papers asked for and got at kiosks without it, by kind, as columns; bands, and all their issuances."""

    asked: Mapping[Kind, Whole]
    usual: Mapping[Kind, Whole]
    bands: Whole
    issuances: Whole

    def at_kiosks(self, kind: Kind, moved: Whole) -> Whole:
        """A year's papers at kiosks, a row a body and a column a draw."""
        return self.usual[kind] + self.gone_over(kind, moved)

    def gone_over(self, kind: Kind, moved: Whole) -> Whole:
        """A year's papers that are no longer asked for at the counter."""
        return (self.asked[kind] - self.usual[kind]) * moved[None, :] // PARTS


def campaigning(
    scenario: Scenario, part: CampaignPart, bodies: Sequence[Planned], taking: Participation, year: Volumes, grid: Grid, baseline: Outcome
) -> Campaign:
    """The campaign's figures. Raises `CannotHold` where its municipality does not take part or offers none of its kinds."""
    places = _places(part, bodies, taking)
    papers = _papers(part, places, bodies, taking, year, grid)
    drawn = drawn_levers(scenario, part)
    before = _share(part, papers, drawn.moved(BEFORE))
    years = list(_years(scenario, part, papers, drawn, baseline, len(places)))
    sums = [sum((one[name] for one in (drawn_year for _, drawn_year in years)), np.zeros(scenario.draws, np.int64)) for name in _SUMMED]
    lost, grant, commission, cash, net = sums
    names = {code: one.full_name for one in bodies for code in (one.code,)}
    return Campaign(
        part=part,
        name="全参加団体" if part.municipality == ALL else names[part.municipality],
        bodies=len(places),
        share_before_basis_points=int(before[0]),
        during_basis_points=spread(_share(part, papers, drawn.moved(DURING))),
        after_basis_points=spread(_share(part, papers, drawn.moved(AFTER))),
        levers=tuple(_alone(part, papers, drawn)),
        years=tuple(told for told, _ in years),
        prices_yen=tuple(prices(scenario, part)),
        lost_fees_yen=spread(lost),
        grant_yen=spread(grant),
        commission_yen=spread(commission),
        cash_yen=spread(cash),
        net_yen=spread(net),
        gain_percent=int((net >= 0).sum()) * 100 // scenario.draws,
    )


_SUMMED = ("lost", "grant", "commission", "cash", "net")


def _places(part: CampaignPart, bodies: Sequence[Planned], taking: Participation) -> list[int]:
    places = [place for place, one in enumerate(bodies) if one.code in taking.joined and part.municipality in (ALL, one.code)]
    if places:
        offering = [place for place in places if any(bodies[place].code in taking.offers[kind] for kind in part.kinds)]
        if not offering:
            raise CannotHold(f"「{part.title}」の種類を、その団体は交付していません。")
        return offering
    raise CannotHold(f"「{part.title}」の団体{part.municipality}は参加団体ではありません（[[body]]でjoined = trueと書くと参加団体になります）。")
    return places


def _papers(part: CampaignPart, places: list[int], bodies: Sequence[Planned], taking: Participation, year: Volumes, grid: Grid) -> _Papers:
    asked, usual = {}, {}
    for kind in part.kinds:
        offering = np.array([bodies[place].code in taking.offers[kind] for place in places])
        asked[kind] = (year.asked[kind][places] * offering)[:, None]
        usual[kind] = year.kiosk[kind][places][:, None]
        if part.share_basis_points is not None:
            usual[kind] = asked[kind] * part.share_basis_points // BASIS
    return _Papers(asked, usual, grid.bands[places][:, None], grid.issuances[places][:, None])


def _share(part: CampaignPart, papers: _Papers, moved: Whole) -> Whole:
    at_kiosks = sum((papers.at_kiosks(kind, moved).sum(axis=0) for kind in part.kinds), np.zeros(len(moved), np.int64))
    asked = sum(int(papers.asked[kind].sum()) for kind in part.kinds)
    return at_kiosks * BASIS // max(1, asked)


def _alone(part: CampaignPart, papers: _Papers, drawn: Drawn) -> Iterator[Lever]:
    nothing = np.zeros_like(drawn.fee)
    for name, field in (("手数料の引下げ", "fee"), ("広報・窓口での案内", "publicity"), ("庁内キオスク端末", "hall_kiosk")):
        pulled: Whole = getattr(drawn, field)
        if pulled.any():
            alone = replace(replace(drawn, fee=nothing, publicity=nothing, hall_kiosk=nothing), **{field: pulled})
            yield Lever(name, spread(_share(part, papers, alone.moved(DURING))), spread(_share(part, papers, alone.moved(AFTER))))


def _years(
    scenario: Scenario, part: CampaignPart, papers: _Papers, drawn: Drawn, baseline: Outcome, bodies: int
) -> Iterator[tuple[YearOf, Mapping[str, Whole]]]:
    first = _fiscal_year(part.since)
    last = _fiscal_year(part.until - timedelta(days=1)) + part.years_after
    tariff = rules_of(scenario, part)
    granted = np.zeros(scenario.draws, np.int64)
    at_hall = {phase: {kind: papers.gone_over(kind, drawn.moved_to_hall(phase)) for kind in part.kinds} for phase in (BEFORE, DURING, AFTER)}
    at_phase = {phase: {kind: papers.at_kiosks(kind, drawn.moved(phase)) for kind in part.kinds} for phase in (BEFORE, DURING, AFTER)}
    for fiscal_year in range(first, last + 1):
        money = _Money(scenario.draws)
        issues = {kind: np.zeros_like(at_phase[DURING][kind]) for kind in part.kinds}
        for phase, day, days in _segments(part, fiscal_year):
            paper, usual_paper = money_on(scenario, tariff, day), money_on(scenario, rules_of(scenario), day)
            for kind in part.kinds:
                got = _of_days(at_phase[phase][kind], fiscal_year, days)
                usual = _of_days(at_phase[BEFORE][kind], fiscal_year, days)
                issues[kind] += got - usual
                in_hall = _of_days(at_hall[phase][kind], fiscal_year, days)
                money.add(got.sum(axis=0), usual.sum(axis=0), in_hall.sum(axis=0), paper[kind], usual_paper[kind])
        more = sum(issues.values(), np.zeros_like(papers.issuances))
        usual_year = charged(baseline.rule, papers.bands, papers.issuances).gross_yen
        contribution = (charged(baseline.rule, papers.bands, papers.issuances + more).gross_yen - usual_year).sum(axis=0)
        own_yen = _own_costs_yen(part, fiscal_year, first) * bodies
        grant = np.clip(np.maximum(money.lost, 0) * part.grant.basis_points // BASIS, 0, np.maximum(part.grant.cap_yen * bodies - granted, 0))
        granted = granted + grant
        cash = grant - money.lost - money.commission - contribution - own_yen
        net = cash + money.spared
        asked = sum(int(papers.asked[kind].sum()) for kind in part.kinds)
        before = sum(int(papers.usual[kind].sum()) for kind in part.kinds)
        told = YearOf(
            fiscal_year=fiscal_year,
            share_basis_points=spread((before + money.more) * BASIS // max(1, asked)),
            issues=spread(before + money.more),
            lost_fees_yen=spread(money.lost),
            commission_yen=spread(money.commission),
            contribution_yen=spread(contribution),
            own_costs_yen=own_yen,
            grant_yen=spread(grant),
            counter_spared_yen=spread(money.spared),
            cash_yen=spread(cash),
            net_yen=spread(net),
        )
        yield told, {"lost": money.lost, "grant": grant, "commission": money.commission, "cash": cash, "net": net}


class _Money:
    """A year's differences in yen, one a draw: fees lost, commission paid more, counters spared; and papers that went over."""

    def __init__(self, draws: int) -> None:
        self.lost = np.zeros(draws, np.int64)
        self.commission = np.zeros(draws, np.int64)
        self.spared = np.zeros(draws, np.int64)
        self.more = np.zeros(draws, np.int64)

    def add(self, got: Whole, usual: Whole, in_hall: Whole, paper: PaperMoney, usual_paper: PaperMoney) -> None:
        """Some days of one kind: papers at kiosks with and without the campaign, and those at the hall's. Who goes over no longer pays the counter's fee."""
        moved = got - usual
        self.more += moved
        self.lost += usual * usual_paper.kiosk_fee_yen + moved * paper.counter_fee_yen - got * paper.kiosk_fee_yen
        self.commission += (moved - in_hall) * paper.commission_yen
        self.spared += moved * paper.counter_cost_yen


def _segments(part: CampaignPart, fiscal_year: int) -> Iterator[tuple[Phase, date, int]]:
    """A fiscal year cut at the campaign's first day and at the first day after it: phase, first day, days."""
    begin, end = year_of(fiscal_year)
    cuts = sorted({begin, end, *(day for day in (part.since, part.until) if begin < day < end)})
    for first, until in itertools.pairwise(cuts):
        phase = BEFORE if first < part.since else DURING if first < part.until else AFTER
        yield phase, first, (until - first).days


def _of_days(year: Whole, fiscal_year: int, days: int) -> Whole:
    begin, end = year_of(fiscal_year)
    return year * days // (end - begin).days


def _own_costs_yen(part: CampaignPart, fiscal_year: int, first: int) -> int:
    """Publicity in the campaign's first year; the kiosk in the hall is bought in it and kept up every year."""
    once_yen = part.publicity_yen + part.hall_kiosk_initial_yen if fiscal_year == first else 0
    return once_yen + part.hall_kiosk_yearly_yen


def _fiscal_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1
