"""Schemes side by side: who pays more, who less, and what keeps the center's revenue whole."""

import numpy as np

from fees.planning.country.bodies import planned_bodies
from fees.planning.figures.comparing import Grid, floors, grid_of, grouped, outcomes
from fees.planning.plan import compare, country_of
from fees.rules.contributions import Metered, annual_yen
from registers.municipalities import municipalities
from tests.fees.planning.scenarios import FIXED, SMALL, scenario_of

BODIES = planned_bodies([one for one in municipalities() if one.code in {"011002", "012025", "013048", "131016"}], {
    "011002": 1_900_000, "012025": 240_000, "013048": 3_000, "131016": 66_000,
})  # fmt: skip
PAPERS = np.array([500_000, 40_000, 700, 20_000], np.int64)


def grid() -> Grid:
    return grid_of(BODIES, frozenset({"011002", "012025", "131016"}), np.where([True, True, False, True], PAPERS, 0))


def test_whoever_does_not_take_part_pays_nothing_under_any_scheme() -> None:
    for one in outcomes(scenario_of(), grid()):
        assert int(one.charged.gross_yen[2]) == 0
        assert (one.charged.gross_yen[[0, 1, 3]] > 0).all()


def test_the_metered_rate_is_the_least_that_keeps_the_revenue_of_the_baseline() -> None:
    fixed, metered = outcomes(scenario_of(), grid())
    assert fixed.revenue_net_yen == 9_259_260 + 4_629_630 + 2_777_778
    assert isinstance(metered.rule, Metered)
    assert metered.rule.per_issuance_yen == 30  # 16,666,668 / 560,000 = 29.76
    assert metered.revenue_net_yen == 560_000 * 30


def test_a_band_knows_who_pays_more_and_who_less_and_how_much_at_most() -> None:
    compared = outcomes(scenario_of(), grid())
    groups = grouped([one.band for one in BODIES], {"designated_1m": "大", "large": "中", "small": "小", "town": "町"}, grid(), compared, "fixed")
    assert [(group.name, group.bodies, group.issuances) for group in groups] == [("大", 1, 500_000), ("中", 1, 40_000), ("小", 1, 20_000)]
    standing = groups[0].standings["metered"]
    assert (standing.more, standing.less, standing.same) == (1, 0, 0)
    assert standing.largest_more_yen == 500_000 * 33 - 10_185_186
    assert groups[1].standings["metered"].largest_less_yen == 5_092_593 - 40_000 * 33
    assert [group.standings["fixed"].same for group in groups] == [1, 1, 1]


def test_a_floor_lowers_the_rate_and_is_paid_by_who_issues_little() -> None:
    scenario = scenario_of(SMALL.replace("draws = 100", "draws = 100\nfloors_yen = [0, 2_000_000]"))
    none, two_million = floors(scenario, grid(), BODIES, 16_666_668, 1_000)
    assert none.unit_yen == 30
    assert two_million.unit_yen == 26  # 500,000 x 26 and twice the floor are 17.0 million; at 25 they are 16.5
    assert two_million.floor_yen == 2_000_000


def test_in_the_whole_country_every_bill_of_the_comparison_is_the_bill_of_the_rules() -> None:
    scenario = scenario_of()
    country = country_of(scenario, None)
    for one in compare(scenario, country):
        for place in range(0, 1741, 37):
            body = country.bodies[place]
            bill = annual_yen(one.rule, body.body, int(country.grid.issuances[place])) if country.grid.joined[place] else None
            assert int(one.charged.gross_yen[place]) == (bill.gross_yen if bill else 0)


def test_a_scheme_is_taken_from_the_part_that_is_in_force_in_the_planned_year() -> None:
    later = f'[[scheme]]\nid = "fixed"\ntitle = "定額"\nsince = 2027-04-01\n{FIXED.replace("925_926", "1")}\n'
    text = SMALL.replace('title = "定額"\n', 'title = "定額"\nuntil = 2027-04-01\n') + later
    assert outcomes(scenario_of(text), grid())[0].revenue_net_yen == 9_259_260 + 4_629_630 + 2_777_778
    towns = grid_of(BODIES, frozenset({"013048"}), PAPERS)
    assert outcomes(scenario_of(text), towns)[0].revenue_net_yen == 925_926
    assert outcomes(scenario_of(text.replace("fiscal_year = 2026", "fiscal_year = 2027")), towns)[0].revenue_net_yen == 1
