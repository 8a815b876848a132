"""A plan: everything a scenario asks, computed once. Values only; what they look like on paper is `council`'s.

The same scenario and populations give the same plan, in every process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from fees.planning.country.bodies import Known, Planned, planned_bodies
from fees.planning.country.classes import CLASS_WORDS, CLASSES, SizeClass
from fees.planning.country.participation import CannotHold, Participation, participation
from fees.planning.country.populations import modelled
from fees.planning.country.published import KINDS, Kind
from fees.planning.country.volumes import National, Volumes, volumes
from fees.planning.figures.campaigning import Campaign, campaigning
from fees.planning.figures.comparing import FloorEffect, Grid, Group, Outcome, floors, grid_of, grouped, outcomes
from fees.planning.figures.extending import Added, koseki_on_bcl, wide_tax
from fees.planning.figures.joining import Newcomer, joining
from fees.planning.figures.prices import money_on, rules_of
from fees.planning.figures.uncertain import Uncertain, uncertain
from fees.planning.scenario.parts import ALL, BodyPart, Scenario
from fees.rules.contributions import BAND_NAMES
from registers.municipalities import municipalities


@dataclass(frozen=True, slots=True)
class Country:
    """The bodies of a plan and what they do; `measured`: the populations were brought and not modelled."""

    bodies: tuple[Planned, ...]
    taking: Participation
    year: Volumes
    grid: Grid
    measured: bool

    def place_of(self, code: str) -> int:
        """Where a body stands in every array."""
        return next(place for place, one in enumerate(self.bodies) if one.code == code)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole answer to a scenario."""

    scenario: Scenario
    country: Country
    compared: tuple[Outcome, ...]
    by_band: tuple[Group, ...]
    by_class: tuple[Group, ...]
    floors: tuple[FloorEffect, ...]
    uncertain: Uncertain
    koseki_on_bcl: Added
    wide_tax: Added
    newcomers: tuple[Newcomer, ...]
    campaigns: tuple[Campaign, ...]

    @property
    def baseline(self) -> Outcome:
        """The scheme the others are compared with."""
        return next(one for one in self.compared if one.id == self.scenario.baseline)


def country_of(scenario: Scenario, brought: Mapping[str, int] | None) -> Country:
    """The country of a scenario, with the populations that were brought (by code, of every municipality) or with modelled ones. Raises `CannotHold`."""
    listed = municipalities()
    people = dict(brought) if brought is not None else modelled(listed, scenario.seed)
    people |= {part.municipality: part.population for part in scenario.body if part.population is not None}
    bodies = planned_bodies(listed, people)
    known = {part.municipality: _known(part) for part in scenario.body}
    for newcomer in scenario.newcomer:
        known.setdefault(newcomer.municipality, Known(newcomer.municipality, joined=False))
    for code in (scenario.ours, *(part.municipality for part in scenario.campaign if part.municipality != ALL)):
        if code is not None:
            known.setdefault(code, Known(code, joined=True))
    taking = participation(bodies, known, scenario.seed)
    year = volumes(bodies, taking, known, national_of(scenario))
    return Country(bodies, taking, year, grid_of(bodies, taking.joined, year.kiosk_total), brought is not None)


def compare(scenario: Scenario, country: Country) -> tuple[Outcome, ...]:
    """The year's contributions of every body under every scheme. Raises `CannotHold`."""
    return outcomes(scenario, country.grid)


def plan(scenario: Scenario, brought: Mapping[str, int] | None = None) -> Plan:
    """Everything the scenario asks. Raises `CannotHold` where published counts, known facts and populations cannot all be true."""
    country = country_of(scenario, brought)
    compared = compare(scenario, country)
    bodies, taking, year, grid = country.bodies, country.taking, country.year, country.grid
    baseline = next(one for one in compared if one.id == scenario.baseline)
    if scenario.ours is not None and scenario.ours not in taking.joined | {part.municipality for part in scenario.newcomer}:
        raise CannotHold(f"ours = {scenario.ours}は、[[body]]で参加しない団体とされています。参加を検討する団体は[[newcomer]]に書いてください。")
    paper = money_on(scenario, rules_of(scenario), date(scenario.fiscal_year, 4, 1))
    bands: dict[str, str] = {band: names[0] for band, names in BAND_NAMES.items()}
    classes: dict[str, str] = {size: CLASS_WORDS[size] for size in CLASSES}
    return Plan(
        scenario=scenario,
        country=country,
        compared=compared,
        by_band=grouped([one.band for one in bodies], bands, grid, compared, scenario.baseline),
        by_class=grouped([one.size_class for one in bodies], classes, grid, compared, scenario.baseline),
        floors=floors(scenario, grid, bodies, baseline.revenue_net_yen, baseline.rule.tax_basis_points),
        uncertain=uncertain(scenario, grid, bodies, compared),
        koseki_on_bcl=koseki_on_bcl(scenario, bodies, taking, year, grid, compared, paper),
        wide_tax=wide_tax(scenario, bodies, taking, year, grid, compared, paper),
        newcomers=tuple(joining(scenario, part, bodies, taking, year, compared) for part in scenario.newcomer),
        campaigns=tuple(campaigning(scenario, part, bodies, taking, year, grid, baseline) for part in scenario.campaign),
    )


def national_of(scenario: Scenario) -> National:
    """The scenario's national volumes by kind: 住民票 as given, the others' sum divided as it says, the last remainder to 印鑑."""
    part = scenario.volumes
    others = part.total - part.juminhyo
    issues: dict[Kind, int] = {kind: others * getattr(part.others_percent, kind) // 100 for kind in KINDS if kind != "juminhyo"}
    issues["inkan"] += others - sum(issues.values())
    issues["juminhyo"] = part.juminhyo
    shares: dict[Kind, int] = dict.fromkeys(KINDS, part.others_share_basis_points)
    shares["juminhyo"] = part.juminhyo_share_basis_points
    use: dict[SizeClass, int] = {size: getattr(part.use_percent, size) for size in CLASSES}
    return National(issues, shares, use)


def population_covered(country: Country) -> tuple[int, int]:
    """People in participating municipalities, and in all."""
    people = np.array([one.body.population for one in country.bodies], np.int64)
    return int(people[country.grid.joined].sum()), int(people.sum())


def _known(part: BodyPart) -> Known:
    issuances: dict[Kind, int] = {kind: count for kind in KINDS if (count := getattr(part, kind)) is not None}
    return Known(part.municipality, part.joined, part.bcl, None if part.offers is None else frozenset(part.offers), issuances)
