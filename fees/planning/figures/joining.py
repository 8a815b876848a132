"""A town that has not joined: staying out beside an own server and the shared cloud, year by year. What is uncertain (use, conversion, upkeep) is drawn; contributions are those that bill."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from fees.planning.country.bodies import Planned
from fees.planning.country.lots import Whole
from fees.planning.country.participation import CannotHold, Participation
from fees.planning.country.published import KINDS, Kind
from fees.planning.country.volumes import BASIS, Volumes
from fees.planning.figures.chance import Spread, Stream, spread
from fees.planning.figures.charging import band_numbers, charged
from fees.planning.figures.comparing import Outcome
from fees.planning.figures.prices import money_on, rules_of
from fees.planning.scenario.checks import year_of
from fees.planning.scenario.parts import NewcomerPart, Scenario, Way
from fees.rules.contributions import MONTHS, months_from


@dataclass(frozen=True, slots=True)
class YearIn:
    """One fiscal year of a way to join beside staying out, in yen: `cash_yen` is money alone, `net_yen` with the counter's spared time; below 0 where joining costs more."""

    fiscal_year: int
    months: int
    issues: Spread
    initial_yen: Spread
    yearly_yen: Spread
    contribution_yen: Spread
    bcl_share_yen: Spread
    commission_yen: Spread
    lost_fees_yen: Spread
    grant_yen: Spread
    counter_spared_yen: Spread
    counter_spared_hours: Spread
    cash_yen: Spread
    net_yen: Spread


@dataclass(frozen=True, slots=True)
class WayIn:
    """A way to join over all years: how much it costs beside staying out, what an issuance costs in the last year, and what each scheme would charge for a year in full use (gross)."""

    name: str
    years: tuple[YearIn, ...]
    cash_yen: Spread
    net_yen: Spread
    paper_yen: Spread
    contribution_yen: tuple[tuple[str, Spread], ...]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The town, what a year at the counter alone costs it now (papers, staff, hours), and the two ways in."""

    part: NewcomerPart
    name: str
    population: int
    asked: int
    counter_fees_yen: int
    counter_cost_yen: int
    counter_hours: int
    ways: tuple[WayIn, ...]


def joining(
    scenario: Scenario, part: NewcomerPart, bodies: Sequence[Planned], taking: Participation, year: Volumes, compared: Sequence[Outcome]
) -> Newcomer:
    """The town's choice. Raises `CannotHold` for a town that takes part already."""
    place = next(number for number, one in enumerate(bodies) if one.code == part.municipality)
    one = bodies[place]
    if one.code in taking.joined:
        raise CannotHold(f"{one.full_name}は参加団体なので、参加の試算はできません。")
    asked = {kind: int(year.asked[kind][place]) for kind in KINDS}
    papers = sum(asked.values())
    fees_yen = sum(count * money_on(scenario, rules_of(scenario), part.start)[kind].counter_fee_yen for kind, count in asked.items())
    ways = tuple(
        _Way(scenario, part, one, asked, way, with_share, compared).told(name)
        for name, way, with_share in (("自前の証明書発行サーバ", part.own, False), ("自治体基盤クラウド（BCL）", part.bcl, True))
    )
    return Newcomer(
        part=part,
        name=one.full_name,
        population=one.body.population,
        asked=papers,
        counter_fees_yen=fees_yen,
        counter_cost_yen=papers * scenario.counter.issue_yen,
        counter_hours=papers * scenario.counter.minutes // 60,
        ways=ways,
    )


class _Way:
    """One way in, drawn."""

    def __init__(
        self, scenario: Scenario, part: NewcomerPart, one: Planned, asked: Mapping[Kind, int], way: Way, with_share: bool, compared: Sequence[Outcome]
    ) -> None:
        self._scenario, self._part, self._way, self._with_share = scenario, part, way, with_share
        self._asked = {kind: asked[kind] for kind in way.kinds}
        self._compared = compared
        self._baseline = next(outcome for outcome in compared if outcome.id == scenario.baseline)
        self._commission_yen = money_on(scenario, rules_of(scenario), part.start)["juminhyo"].commission_yen
        self._bands: Whole = band_numbers([one.band])
        stream = Stream(scenario.seed, f"newcomer {part.municipality} {'bcl' if with_share else 'own'}")
        self._initial = stream.whole(way.initial_yen, scenario.draws)
        self._yearly = stream.whole(way.yearly_yen, scenario.draws)
        # Both ways meet the same people: their use is drawn once for the town.
        self._share = Stream(scenario.seed, f"newcomer {part.municipality} use").whole(part.share_basis_points, scenario.draws)

    def told(self, name: str) -> WayIn:
        """All years and their sum."""
        years, cashes, nets = [], [], []
        for told, cash, net in self._years():
            years.append(told)
            cashes.append(cash)
            nets.append(net)
        full = sum((count * self._share // BASIS for count in self._asked.values()), np.zeros(self._scenario.draws, np.int64))
        cost = self._yearly + charged(self._baseline.rule, self._bands, full).gross_yen + self._bcl_share(full, MONTHS) + full * self._commission_yen
        schemes = tuple((one.id, spread(charged(one.rule, self._bands, full).gross_yen)) for one in self._compared)
        return WayIn(
            name,
            tuple(years),
            spread(sum(cashes, np.zeros_like(full))),
            spread(sum(nets, np.zeros_like(full))),
            spread(cost // np.maximum(full, 1)),
            schemes,
        )

    def _years(self) -> Iterator[tuple[YearIn, Whole, Whole]]:
        part, scenario, draws = self._part, self._scenario, self._scenario.draws
        first = part.start.year if part.start.month >= 4 else part.start.year - 1
        tariff = rules_of(scenario)
        for number in range(part.years):
            months = months_from(part.start) if number == 0 else MONTHS
            paper = money_on(scenario, tariff, max(part.start, date(first + number, 4, 1)))
            share = self._share * min(number + 1, part.ramp_years) // part.ramp_years
            issues, lost = np.zeros(draws, np.int64), np.zeros(draws, np.int64)
            for kind, count in self._asked.items():
                got = count * share * months // (BASIS * MONTHS)
                issues += got
                lost += got * (paper[kind].counter_fee_yen - paper[kind].kiosk_fee_yen)
            initial = self._initial if number == 0 else np.zeros(draws, np.int64)
            yearly = self._yearly * months // MONTHS
            contribution = charged(self._baseline.rule, self._bands, issues, months).gross_yen
            bcl_share = self._bcl_share(issues, months)
            commission = issues * self._commission_yen
            grant = np.minimum(initial * part.grant.basis_points // BASIS, part.grant.cap_yen)
            spared = issues * scenario.counter.issue_yen
            cash = grant - initial - yearly - contribution - bcl_share - commission - lost
            net = cash + spared
            drawn = (
                issues,
                initial,
                yearly,
                contribution,
                bcl_share,
                commission,
                lost,
                grant,
                spared,
                issues * scenario.counter.minutes // 60,
                cash,
                net,
            )
            yield YearIn(year_of(first + number)[0].year, months, *(spread(one) for one in drawn)), cash, net

    def _bcl_share(self, issues: Whole, months: int) -> Whole:
        if not self._with_share:
            return np.zeros_like(issues)
        return charged(self._part.bcl_share, self._bands, issues, months).gross_yen
