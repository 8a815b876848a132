"""Schemes side by side for a year: what each body pays under each, who pays more and who less than under the baseline, by band and by class, and what an issuance then costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fees.planning.country.bodies import Planned
from fees.planning.country.lots import Flags, Whole
from fees.planning.figures.charging import Charged, band_numbers, charged, keeping_rate_yen, with_rate
from fees.planning.scenario.checks import scheme_in_force
from fees.planning.scenario.parts import Scenario
from fees.rules.contributions import Metered, Scheme, TwoPart


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scheme and a year under it: one amount a body of the plan, 0 for whoever does not take part. `rule` with the rate that was solved, where it was to be."""

    id: str
    title: str
    rule: Scheme
    solved: bool
    charged: Charged

    @property
    def revenue_net_yen(self) -> int:
        """What the center takes, without tax."""
        return int(self.charged.net_yen.sum())


@dataclass(frozen=True, slots=True)
class Standing:
    """A group of bodies under one scheme, beside the baseline: what they pay (gross), and how many pay more, less, the same."""

    gross_yen: int
    more: int
    less: int
    same: int
    largest_more_yen: int
    largest_less_yen: int


@dataclass(frozen=True, slots=True)
class Group:
    """A band or class: how many take part, their issuances, and where they stand by scheme id."""

    name: str
    bodies: int
    issuances: int
    standings: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Grid:
    """The plan's participants as arrays: who takes part, bands by number, issuances of all kinds."""

    joined: Flags
    bands: Whole
    issuances: Whole

    def spread_out(self, amounts: Whole) -> Whole:
        """Amounts of the participants at their places among all bodies, 0 for the others."""
        whole = np.zeros(len(self.joined), np.int64)
        whole[self.joined] = amounts
        return whole


def grid_of(bodies: Sequence[Planned], joined: frozenset[str], issuances: Whole) -> Grid:
    """The participants of a plan."""
    return Grid(np.array([one.code in joined for one in bodies]), band_numbers([one.band for one in bodies]), issuances)


def outcomes(scenario: Scenario, grid: Grid) -> tuple[Outcome, ...]:
    """Every scheme of the scenario for its fiscal year, in the scenario's order. Raises `CannotHold` where no rate keeps the revenue."""
    bands, issuances = grid.bands[grid.joined], grid.issuances[grid.joined]
    baseline = scheme_in_force(scenario.scheme, scenario.baseline, scenario.fiscal_year)
    if baseline is None:
        raise ValueError("a scenario that was read has a baseline")
    wanted_yen = int(charged(baseline.rule, bands, issuances).net_yen.sum())
    found = []
    for scheme_id in dict.fromkeys(part.id for part in scenario.scheme):
        part = scheme_in_force(scenario.scheme, scheme_id, scenario.fiscal_year)
        if part is None:
            raise ValueError("a scenario that was read has every scheme in force")
        rule = part.rule
        if part.keeps_revenue and isinstance(rule, Metered | TwoPart):
            rule = with_rate(rule, keeping_rate_yen(rule, bands, issuances, wanted_yen))
        year = charged(rule, bands, issuances)
        spread = Charged(grid.spread_out(year.net_yen), grid.spread_out(year.tax_yen))
        found.append(Outcome(part.id, part.title, rule, part.keeps_revenue, spread))
    return tuple(found)


def grouped(names: Sequence[str], words: Mapping[str, str], grid: Grid, compared: Sequence[Outcome], baseline: str) -> tuple[Group, ...]:
    """The participants by a name each body has (its band, its class), in the order of `words`; groups of nobody are left out."""
    usual = next(one for one in compared if one.id == baseline).charged.gross_yen
    found = []
    for name, title in words.items():
        members = grid.joined & np.array([one == name for one in names])
        if members.any():
            standings = {one.id: _standing(one.charged.gross_yen[members], usual[members]) for one in compared}
            found.append(Group(title, int(members.sum()), int(grid.issuances[members].sum()), standings))
    return tuple(found)


def _standing(gross: Whole, usual: Whole) -> Standing:
    difference = gross - usual
    return Standing(
        gross_yen=int(gross.sum()),
        more=int((difference > 0).sum()),
        less=int((difference < 0).sum()),
        same=int((difference == 0).sum()),
        largest_more_yen=max(0, int(difference.max())),
        largest_less_yen=max(0, int(-difference.min())),
    )


@dataclass(frozen=True, slots=True)
class FloorEffect:
    """A metered scheme with a floor: the rate that still keeps the revenue, how many towns and villages then pay the floor, and what one of them pays in the middle (gross)."""

    floor_yen: int
    unit_yen: int
    towns_at_floor: int
    middle_town_gross_yen: int


def floors(scenario: Scenario, grid: Grid, bodies: Sequence[Planned], wanted_net_yen: int, tax_basis_points: int) -> tuple[FloorEffect, ...]:
    """What each floor of the scenario would do to a purely metered scheme that keeps the revenue."""
    bands, issuances = grid.bands[grid.joined], grid.issuances[grid.joined]
    towns = np.array([one.band == "town" for one in bodies])[grid.joined]
    found = []
    for floor_yen in scenario.floors_yen:
        scheme = Metered(per_issuance_yen=0, tax_basis_points=tax_basis_points, floor_yen=floor_yen)
        unit_yen = keeping_rate_yen(scheme, bands, issuances, wanted_net_yen)
        year = charged(with_rate(scheme, unit_yen), bands, issuances)
        gross = np.sort(year.gross_yen[towns])
        at_floor = int((unit_yen * issuances[towns] < floor_yen).sum())
        found.append(FloorEffect(floor_yen, unit_yen, at_floor, int(gross[len(gross) // 2]) if len(gross) else 0))
    return tuple(found)
