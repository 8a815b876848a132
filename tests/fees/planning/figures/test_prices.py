"""A scenario's fees are priced by the functions that bill."""

from datetime import date

import pytest

from fees.planning.figures.prices import money_on, rules_of
from fees.planning.scenario.parts import Scenario
from tests.fees.planning.scenarios import scenario_of, with_end

KASHIMA = """
[fees.juminhyo]
counter_yen = 300
base_yen = 300
reduction_yen = 50
[fees.kazei]
counter_yen = 200
base_yen = 200
[[campaign]]
title = "10円"
municipality = "412074"
kinds = ["juminhyo"]
since = 2026-07-01
until = 2027-04-01
cut_yen = 290
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_of(with_end(KASHIMA))


@pytest.mark.parametrize(("day", "fee_yen"), [(date(2026, 6, 30), 250), (date(2026, 7, 1), 10), (date(2027, 3, 31), 10), (date(2027, 4, 1), 250)])
def test_a_campaign_takes_the_place_of_the_reduction_from_its_first_day_to_its_last(scenario: Scenario, day: date, fee_yen: int) -> None:
    assert money_on(scenario, rules_of(scenario, scenario.campaign[0]), day)["juminhyo"].kiosk_fee_yen == fee_yen


def test_a_kind_that_is_not_in_the_campaign_keeps_its_fee_though_the_cut_is_more_than_that(scenario: Scenario) -> None:
    assert money_on(scenario, rules_of(scenario, scenario.campaign[0]), date(2026, 8, 1))["kazei"].kiosk_fee_yen == 200


def test_the_commission_is_the_contracts_and_the_counter_costs_minutes(scenario: Scenario) -> None:
    paper = money_on(scenario, rules_of(scenario), date(2026, 4, 1))["juminhyo"]
    assert (paper.commission_yen, paper.counter_fee_yen, paper.counter_cost_yen) == (117, 300, 500)
