"""How much of a comparison is certain: the year's volumes drawn many times, and what each scheme then brings in, costs towns, and would have to charge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fees.planning.country.bodies import Planned
from fees.planning.figures.chance import Spread, Stream, spread
from fees.planning.figures.charging import charged, keeping_rate_yen
from fees.planning.figures.comparing import Grid, Outcome
from fees.planning.scenario.parts import Scenario
from fees.rules.contributions import Metered

TOWN_CLASSES = ("town_10k", "town_5k", "town")


@dataclass(frozen=True, slots=True)
class SchemeRange:
    """A scheme over all draws: the center's revenue (net), what a town or village pays on average (gross), and what the reader's own municipality pays (gross; None: nobody's own)."""

    revenue_net_yen: Spread
    town_gross_yen: Spread
    ours_gross_yen: Spread | None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """All draws together: issuances of the country, the purely metered rate that keeps the baseline's revenue of the plan, and every scheme's ranges by id."""

    issuances: Spread
    keeping_unit_yen: Spread
    schemes: Mapping[str, SchemeRange]


def uncertain(scenario: Scenario, grid: Grid, bodies: Sequence[Planned], compared: Sequence[Outcome]) -> Uncertain:
    """The comparison under drawn volumes: growth of the whole, and how much towns use kiosks beside the others."""
    joined = grid.joined
    bands, usual = grid.bands[joined], grid.issuances[joined]
    small = np.array([one.size_class in TOWN_CLASSES for one in bodies])[joined]
    towns = max(1, int(small.sum()))
    stream = Stream(scenario.seed, "volumes")
    growth = stream.whole(scenario.volumes.growth_percent, scenario.draws)
    use = stream.whole(scenario.volumes.small_towns_use_percent, scenario.draws)
    baseline = next(one for one in compared if one.id == scenario.baseline)
    pure = Metered(per_issuance_yen=0, tax_basis_points=baseline.rule.tax_basis_points)
    totals, rates = np.zeros(scenario.draws, np.int64), np.zeros(scenario.draws, np.int64)
    revenue = {one.id: np.zeros(scenario.draws, np.int64) for one in compared}
    ours = _place_of(scenario.ours, bodies, grid)
    own = {one.id: np.zeros(scenario.draws, np.int64) for one in compared}
    town = {one.id: np.zeros(scenario.draws, np.int64) for one in compared}
    for draw in range(scenario.draws):
        issuances = usual * growth[draw] * np.where(small, use[draw], 100) // 10_000
        totals[draw] = issuances.sum()
        for one in compared:
            year = charged(one.rule, bands, issuances)
            revenue[one.id][draw] = year.net_yen.sum()
            town[one.id][draw] = year.gross_yen[small].sum() // towns
            own[one.id][draw] = 0 if ours is None else year.gross_yen[ours]
        rates[draw] = keeping_rate_yen(pure, bands, issuances, baseline.revenue_net_yen)
    ranges = {one.id: SchemeRange(spread(revenue[one.id]), spread(town[one.id]), None if ours is None else spread(own[one.id])) for one in compared}
    return Uncertain(spread(totals), spread(rates), ranges)


def _place_of(code: str | None, bodies: Sequence[Planned], grid: Grid) -> int | None:
    """Where a municipality stands among those who take part."""
    taking = [one.code for one, is_in in zip(bodies, grid.joined, strict=True) if is_in]
    return taking.index(code) if code is not None and code in taking else None
