"""A plan as a whole."""

import msgspec
import pytest

from fees.planning.country.participation import CannotHold
from fees.planning.plan import country_of, national_of, plan
from tests.fees.planning.scenarios import scenario_of, with_end, with_top


def test_the_national_volumes_are_the_published_ones_and_their_parts_sum_to_them() -> None:
    issues = national_of(scenario_of()).issues
    assert issues["juminhyo"] == 17_130_000
    assert sum(issues.values()) == 31_890_000


def test_another_seed_is_another_country_with_the_same_totals() -> None:
    one, other = (country_of(msgspec.structs.replace(scenario_of(), seed=seed), None) for seed in (1, 2))
    assert one.taking.joined != other.taking.joined
    assert int(one.grid.issuances.sum()) == int(other.grid.issuances.sum()) == 31_890_000


def test_the_municipality_a_plan_is_for_takes_part_whatever_the_lots_say() -> None:
    for code in ("013048", "473618", "013633"):
        assert code in country_of(scenario_of(with_top(f'ours = "{code}"')), None).taking.joined


def test_a_newcomer_does_not_take_part_whatever_the_lots_say() -> None:
    text = '[[newcomer]]\nmunicipality = "212113"\nstart = 2026-04-01\n'
    assert "212113" not in country_of(scenario_of(with_end(text)), None).taking.joined


def test_what_is_known_of_a_body_reaches_the_plan() -> None:
    text = '[[body]]\nmunicipality = "212113"\njoined = true\nbcl = false\noffers = ["koseki", "kazei"]\npopulation = 57_000\njuminhyo = 9_999\n'
    country = country_of(scenario_of(with_end(text)), None)
    place = country.place_of("212113")
    assert country.bodies[place].body.population == 57_000
    assert int(country.year.kiosk["juminhyo"][place]) == 9_999
    assert "212113" in country.taking.offers["koseki"] and "212113" not in country.taking.offers["fuhyo"]


def test_a_plan_for_somebody_who_is_said_not_to_take_part_is_refused() -> None:
    text = with_end('[[body]]\nmunicipality = "212113"\njoined = false\n').replace("draws = 100", 'draws = 100\nours = "212113"')
    with pytest.raises(CannotHold, match="参加しない団体"):
        plan(scenario_of(text))


def test_numbers_too_large_to_be_shared_exactly_are_refused_and_not_rounded() -> None:
    body = '[[body]]\nmunicipality = "141003"\npopulation = 900_000_000\n'
    with pytest.raises(CannotHold, match="大きすぎます"):
        plan(scenario_of(with_end(f"{body}[volumes]\ntotal = 1_000_000_000\njuminhyo = 999_000_000\n[volumes.use_percent]\ndesignated = 1_000\n")))


def test_a_share_so_small_that_the_papers_cannot_be_counted_is_refused() -> None:
    with pytest.raises(CannotHold, match="大きすぎます"):
        plan(scenario_of(with_end("[volumes]\njuminhyo_share_basis_points = 1\n")))
