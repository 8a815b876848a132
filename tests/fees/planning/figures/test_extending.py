"""What two services would add: whom, how many papers, what money."""

from fees.planning.figures.comparing import outcomes
from fees.planning.figures.extending import koseki_on_bcl, wide_tax, wide_tax_bodies
from fees.planning.figures.prices import money_on, rules_of
from fees.planning.plan import country_of
from tests.fees.planning.figures.town import BODIES, OWN, POOR, TAKING, YEAR, grid
from tests.fees.planning.scenarios import scenario_of, with_end

CERTAIN = """
[koseki_on_bcl]
use_percent = { low = 50, likely = 50, high = 50 }
[wide_tax]
movers_basis_points = { low = 400, likely = 400, high = 400 }
share_basis_points = { low = 2_500, likely = 2_500, high = 2_500 }
"""
SCENARIO = scenario_of(with_end(CERTAIN))
COMPARED = outcomes(SCENARIO, grid())
PAPER = money_on(SCENARIO, rules_of(SCENARIO), SCENARIO.scheme[0].since.replace(year=2026))


def test_koseki_on_bcl_is_half_the_use_a_head_of_those_who_have_it() -> None:
    added = koseki_on_bcl(SCENARIO, BODIES, TAKING, YEAR, grid(), COMPARED, PAPER)
    issues = 90_000 * 4_000 // 100_000 * 50 // 100
    assert (added.bodies, added.towns, added.middle) == (1, 0, {POOR: issues})
    assert added.issues.low == added.issues.high == issues == 1_800
    assert (added.fees_yen.middle, added.commission_yen.middle, added.counter_spared_yen.middle) == (1_800 * 350, 1_800 * 117, 1_800 * 500)


def test_a_fixed_scheme_brings_the_center_nothing_for_it_and_a_metered_one_its_rate() -> None:
    added = koseki_on_bcl(SCENARIO, BODIES, TAKING, YEAR, grid(), COMPARED, PAPER)
    rate = COMPARED[1].rule.per_issuance_yen  # type: ignore[union-attr]
    assert added.contribution_yen["fixed"].middle == 0
    assert abs(added.contribution_yen["metered"].middle - 1_800 * rate * 11 // 10) <= 1


def test_wide_tax_adds_the_movers_part_of_what_is_asked_for() -> None:
    added = wide_tax(SCENARIO, BODIES, TAKING, YEAR, grid(), COMPARED, PAPER)
    assert (added.bodies, added.middle) == (1, {OWN: 9_000 * 400 * 2_500 // 100_000_000})
    assert added.fees_yen.middle == 90 * 200


def test_in_the_whole_country_the_published_bodies_are_meant() -> None:
    country = country_of(SCENARIO, None)
    compared = outcomes(SCENARIO, country.grid)
    koseki = koseki_on_bcl(SCENARIO, country.bodies, country.taking, country.year, country.grid, compared, PAPER)
    wide = wide_tax(SCENARIO, country.bodies, country.taking, country.year, country.grid, compared, PAPER)
    assert (koseki.bodies, koseki.towns, koseki.bodies - koseki.towns) == (237, 171, 66)
    assert wide.bodies == 671  # 979 x 993 / 1,449 = 670.9
    assert set(wide.middle) == wide_tax_bodies(country.taking.offers["kazei"], SCENARIO.seed) <= country.taking.offers["kazei"]
