"""What two services under discussion would add, in issues and money: 戸籍 on BCL for its bodies without, and 広域交付 of tax certificates. Ranges from draws, since nobody has measured either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fees.planning.country import published
from fees.planning.country.bodies import Planned
from fees.planning.country.lots import Flags, Whole, in_order_of_lots
from fees.planning.country.participation import Participation
from fees.planning.country.published import Kind
from fees.planning.country.volumes import Volumes
from fees.planning.figures.chance import Spread, Stream, spread
from fees.planning.figures.charging import charged
from fees.planning.figures.comparing import Grid, Outcome
from fees.planning.figures.prices import PaperMoney
from fees.planning.scenario.parts import Scenario

BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Added:
    """What a service adds in a year to the bodies that would have it.

    Issues at kiosks; what residents pay for them and what stores get; what the bodies would pay more to the center by scheme (gross); what counters are spared; `middle` by code: issues of a body
    in the middle of the draws.
    """

    bodies: int
    towns: int
    issues: Spread
    fees_yen: Spread
    commission_yen: Spread
    counter_spared_yen: Spread
    contribution_yen: Mapping[str, Spread]
    middle: Mapping[str, int]


def wide_tax_bodies(offering: frozenset[str], seed: int) -> frozenset[str]:
    """Who of those offering 課税 would take part in 広域交付: as many as the survey's share of answers, by lot."""
    count = (2 * len(offering) * published.WIDE_ANSWERS_FOR + published.WIDE_ANSWERS) // (2 * published.WIDE_ANSWERS)
    return frozenset(in_order_of_lots(sorted(offering), seed, "wide tax")[:count])


def koseki_on_bcl(
    scenario: Scenario,
    bodies: Sequence[Planned],
    taking: Participation,
    year: Volumes,
    grid: Grid,
    compared: Sequence[Outcome],
    paper: Mapping[Kind, PaperMoney],
) -> Added:
    """戸籍 for the bodies on BCL that do not offer it: as many a head as those who offer it already, times what of that use is believed."""
    offering = np.array([one.code in taking.offers["koseki"] for one in bodies])
    people = np.array([one.body.population for one in bodies], np.int64)
    usual = people * int(year.kiosk["koseki"].sum()) // max(1, int(people[offering].sum()))
    chosen = np.array([one.code in taking.bcl and one.code not in taking.offers["koseki"] for one in bodies])
    percent = Stream(scenario.seed, "koseki on bcl").whole(scenario.koseki_on_bcl.use_percent, scenario.draws)
    return _added(bodies, chosen, usual, 100, percent, grid, compared, paper["koseki"])


def wide_tax(
    scenario: Scenario,
    bodies: Sequence[Planned],
    taking: Participation,
    year: Volumes,
    grid: Grid,
    compared: Sequence[Outcome],
    paper: Mapping[Kind, PaperMoney],
) -> Added:
    """課税 for people who have moved since January 1, issued by the municipality they lived in: of the papers asked for, the movers' part, times the kiosk's share of it."""
    takers = wide_tax_bodies(taking.offers["kazei"], scenario.seed)
    chosen = np.array([one.code in takers for one in bodies])
    stream = Stream(scenario.seed, "wide tax")
    movers = stream.whole(scenario.wide_tax.movers_basis_points, scenario.draws)
    share = stream.whole(scenario.wide_tax.share_basis_points, scenario.draws)
    return _added(bodies, chosen, year.asked["kazei"], BASIS * BASIS, movers * share, grid, compared, paper["kazei"])


def _added(
    bodies: Sequence[Planned], chosen: Flags, usual: Whole, whole: int, parts: Whole, grid: Grid, compared: Sequence[Outcome], paper: PaperMoney
) -> Added:
    issues = usual[chosen][:, None] * parts[None, :] // whole
    totals = issues.sum(axis=0)
    bands, have = grid.bands[chosen][:, None], grid.issuances[chosen][:, None]
    more = {
        one.id: spread((charged(one.rule, bands, have + issues).gross_yen - charged(one.rule, bands, have).gross_yen).sum(axis=0)) for one in compared
    }
    codes = [one.code for one, is_chosen in zip(bodies, chosen, strict=True) if is_chosen]
    middle = usual[chosen] * int(np.sort(parts)[len(parts) // 2]) // whole
    return Added(
        bodies=int(chosen.sum()),
        towns=sum(one.band == "town" for one, is_chosen in zip(bodies, chosen, strict=True) if is_chosen),
        issues=spread(totals),
        fees_yen=spread(totals * paper.kiosk_fee_yen),
        commission_yen=spread(totals * paper.commission_yen),
        counter_spared_yen=spread(totals * paper.counter_cost_yen),
        contribution_yen=more,
        middle=dict(zip(codes, (int(count) for count in middle), strict=True)),
    )
