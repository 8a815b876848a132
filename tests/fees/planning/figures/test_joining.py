"""A town that joins, reckoned by hand."""

import pytest

from fees.planning.country.participation import CannotHold
from fees.planning.figures.chance import Spread
from fees.planning.figures.comparing import outcomes
from fees.planning.figures.joining import Newcomer, joining
from fees.rules.contributions import PUBLISHED, Body, annual_yen
from tests.fees.planning.figures.town import BODIES, OUT, OWN, TAKING, YEAR, grid
from tests.fees.planning.scenarios import scenario_of, with_end

TOWN = f"""[[newcomer]]
municipality = "{OUT}"
start = 2026-10-01
years = 3
ramp_years = 2
share_basis_points = {{ low = 2_000, likely = 2_000, high = 2_000 }}
bcl_share = {{ type = "metered", tax_basis_points = 1000, per_issuance_yen = 10 }}
[newcomer.own]
initial_yen = {{ low = 9_000_000, likely = 9_000_000, high = 9_000_000 }}
yearly_yen = {{ low = 1_200_000, likely = 1_200_000, high = 1_200_000 }}
kinds = ["juminhyo", "koseki"]
[newcomer.bcl]
initial_yen = {{ low = 1_000_000, likely = 1_000_000, high = 1_000_000 }}
yearly_yen = {{ low = 600_000, likely = 600_000, high = 600_000 }}
kinds = ["juminhyo"]
[newcomer.grant]
basis_points = 5_000
cap_yen = 3_000_000
"""


def town(text: str = TOWN) -> Newcomer:
    scenario = scenario_of(with_end(text))
    return joining(scenario, scenario.newcomer[0], BODIES, TAKING, YEAR, outcomes(scenario, grid()))


def certain(number: int) -> Spread:
    return Spread(number, number, number)


def test_staying_out_costs_the_counter_every_paper() -> None:
    found = town()
    assert (found.asked, found.counter_cost_yen, found.counter_hours) == (4_560, 4_560 * 500, 760)
    assert found.counter_fees_yen == 2_400 * 300 + 1_200 * 300 + 600 * 450 + 120 * 300 + 240 * 300


def test_the_first_half_year_pays_the_conversion_half_the_upkeep_and_the_prorated_contribution() -> None:
    own, _ = town().ways
    first = own.years[0]
    issues = 2_400 * 1_000 * 6 // 120_000 + 600 * 1_000 * 6 // 120_000  # half of a fifth, half a year
    bill = annual_yen(PUBLISHED.__class__(table_yen=PUBLISHED.table_yen, tax_basis_points=1_000), Body(OUT, "town", 3_000), issues, 6)
    assert (first.months, first.issues) == (6, certain(issues))
    assert (first.initial_yen, first.yearly_yen, first.grant_yen) == (certain(9_000_000), certain(600_000), certain(3_000_000))
    assert first.contribution_yen == certain(bill.gross_yen) == certain(509_300)  # 925,926 / 12 cut x 6, up to 100, and a tenth
    assert first.commission_yen == certain(issues * 117)
    assert first.lost_fees_yen == certain(issues * 100)
    assert (first.counter_spared_yen, first.counter_spared_hours) == (certain(issues * 500), certain(issues * 10 // 60))
    assert first.cash_yen == certain(3_000_000 - 9_000_000 - 600_000 - 509_300 - issues * 217)
    assert first.net_yen == certain(first.cash_yen.middle + issues * 500)


def test_use_rises_to_its_share_and_stays_there() -> None:
    own, _ = town().ways
    assert [year.issues.middle for year in own.years] == [150, 600, 600]
    assert [year.contribution_yen.middle for year in own.years[1:]] == [1_018_518, 1_018_518]
    assert own.cash_yen == certain(sum(year.cash_yen.middle for year in own.years))


def test_the_shared_cloud_has_its_own_kinds_costs_and_share() -> None:
    own, bcl = town().ways
    assert [year.issues.middle for year in bcl.years] == [120, 480, 480]
    assert [year.bcl_share_yen.middle for year in bcl.years] == [120 * 11, 480 * 11, 480 * 11]
    assert all(year.bcl_share_yen == certain(0) for year in own.years)
    assert bcl.paper_yen == certain((600_000 + 1_018_518 + 480 * 11 + 480 * 117) // 480)


def test_every_scheme_of_the_plan_is_told_for_a_year_in_full_use() -> None:
    own, _ = town().ways
    titles = dict(own.contribution_yen)
    assert titles["fixed"] == certain(1_018_518)
    assert titles["metered"].middle < 1_018_518


def test_both_ways_meet_the_same_people() -> None:
    uncertain = TOWN.replace("{ low = 2_000, likely = 2_000, high = 2_000 }", "{ low = 500, likely = 2_000, high = 4_000 }")
    own, bcl = town(uncertain.replace('kinds = ["juminhyo", "koseki"]', 'kinds = ["juminhyo"]')).ways
    assert own.years[2].issues == bcl.years[2].issues
    assert own.years[2].issues.low < own.years[2].issues.high


def test_a_town_that_takes_part_cannot_join_again() -> None:
    with pytest.raises(CannotHold, match="参加団体なので"):
        town(TOWN.replace(OUT, OWN))
