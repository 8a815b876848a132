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
    years = list(_Course(scenario, part, papers, drawn, baseline, len(places)).years())
    sums = [sum((one[name] for one in (drawn_year for _, drawn_year in years)), np.zeros(scenario.draws, np.int64)) for name in _SUMMED]
    lost, grant, commission, cash, net = sums
    return Campaign(
        part=part,
        name="全参加団体" if part.municipality == ALL else bodies[places[0]].full_name,
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


class _Course:
    """A campaign from its first fiscal year to the last one that is looked at."""

    def __init__(self, scenario: Scenario, part: CampaignPart, papers: _Papers, drawn: Drawn, baseline: Outcome, bodies: int) -> None:
        self._scenario, self._part, self._papers, self._baseline, self._bodies = scenario, part, papers, baseline, bodies
        self._first = _fiscal_year(part.since)
        self._last = _fiscal_year(part.until - timedelta(days=1)) + part.years_after
        self._rules, self._usual_rules = rules_of(scenario, part), rules_of(scenario)
        phases = (BEFORE, DURING, AFTER)
        self._at_kiosks = {phase: {kind: papers.at_kiosks(kind, drawn.moved(phase)) for kind in part.kinds} for phase in phases}
        self._in_hall = {phase: {kind: papers.gone_over(kind, drawn.moved_to_hall(phase)) for kind in part.kinds} for phase in phases}
        self._asked = sum(int(papers.asked[kind].sum()) for kind in part.kinds)
        self._before = sum(int(papers.usual[kind].sum()) for kind in part.kinds)

    def years(self) -> Iterator[tuple[YearOf, Mapping[str, Whole]]]:
        """Every year, and its drawn sums for whoever adds years up."""
        granted = np.zeros(self._scenario.draws, np.int64)
        for fiscal_year in range(self._first, self._last + 1):
            money, more = self._year(fiscal_year)
            contribution = self._contribution(more)
            own_yen = _own_costs_yen(self._part, fiscal_year, self._first) * self._bodies
            grant = self._grant(money.lost, granted)
            granted = granted + grant
            cash = grant - money.lost - money.commission - contribution - own_yen
            sums = {"lost": money.lost, "grant": grant, "commission": money.commission, "cash": cash, "net": cash + money.spared}
            yield self._told(fiscal_year, money, contribution, own_yen, sums), sums

    def _told(self, fiscal_year: int, money: "_Money", contribution: Whole, own_yen: int, sums: Mapping[str, Whole]) -> YearOf:
        return YearOf(
            fiscal_year=fiscal_year,
            share_basis_points=spread((self._before + money.more) * BASIS // max(1, self._asked)),
            issues=spread(self._before + money.more),
            lost_fees_yen=spread(money.lost),
            commission_yen=spread(money.commission),
            contribution_yen=spread(contribution),
            own_costs_yen=own_yen,
            grant_yen=spread(sums["grant"]),
            counter_spared_yen=spread(money.spared),
            cash_yen=spread(sums["cash"]),
            net_yen=spread(sums["net"]),
        )

    def _year(self, fiscal_year: int) -> tuple["_Money", Whole]:
        """A year's money, and how many papers more each body issues in each draw."""
        money, more = _Money(self._scenario.draws), np.zeros_like(self._papers.issuances)
        for phase, day, days in _segments(self._part, fiscal_year):
            paper, usual_paper = (money_on(self._scenario, rules, day) for rules in (self._rules, self._usual_rules))
            for kind in self._part.kinds:
                got, usual, in_hall = (
                    _of_days(papers, fiscal_year, days)
                    for papers in (self._at_kiosks[phase][kind], self._at_kiosks[BEFORE][kind], self._in_hall[phase][kind])
                )
                more = more + (got - usual)
                money.add(got.sum(axis=0), usual.sum(axis=0), in_hall.sum(axis=0), paper[kind], usual_paper[kind])
        return money, more

    def _contribution(self, more: Whole) -> Whole:
        """What the bodies pay the center more, together."""
        papers, rule = self._papers, self._baseline.rule
        usual = charged(rule, papers.bands, papers.issuances).gross_yen
        difference: Whole = (charged(rule, papers.bands, papers.issuances + more).gross_yen - usual).sum(axis=0)
        return difference

    def _grant(self, lost: Whole, granted: Whole) -> Whole:
        """The state's part of the fees lost, as long as the cap is not reached."""
        left = np.maximum(self._part.grant.cap_yen * self._bodies - granted, 0)
        grant: Whole = np.minimum(np.maximum(lost, 0) * self._part.grant.basis_points // BASIS, left)
        return grant


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
