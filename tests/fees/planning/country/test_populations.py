"""Modelled populations: the known counts and totals hold, whoever is drawn large."""

from collections import Counter

import pytest

from fees.planning.country.classes import CORE_CITIES, OVER_A_MILLION, class_of
from fees.planning.country.populations import TOWN, TOWN_5K, Stratum, made, modelled
from registers.municipalities import municipalities

BY_CODE = {one.code: one for one in municipalities()}


@pytest.mark.parametrize("seed", [1, 20260401])
def test_every_class_has_as_many_bodies_as_are_known(seed: int) -> None:
    people = modelled(municipalities(), seed)
    assert set(people) == set(BY_CODE)
    counts = Counter(class_of(BY_CODE[code].form, code, number) for code, number in people.items())
    assert counts == {"designated": 20, "core": 62, "ward": 23, "city_100k": 180, "city": 530, "town_10k": 400, "town_5k": 236, "town": 290}
    assert sum(people.values()) == 126_170_000


def test_eleven_designated_cities_have_a_million_people_and_they_are_the_right_ones() -> None:
    people = modelled(municipalities(), 3)
    designated = {code for code, one in BY_CODE.items() if one.form == "指定都市"}
    assert {code for code in designated if people[code] >= 1_000_000} == OVER_A_MILLION
    assert len(OVER_A_MILLION) == 11
    assert designated >= OVER_A_MILLION


def test_the_62_core_cities_are_cities_of_the_list() -> None:
    assert len(CORE_CITIES) == 62
    assert {BY_CODE[code].form for code in CORE_CITIES} == {"市"}
    assert BY_CODE["122041"].name == "船橋市"
    assert {BY_CODE[code].name for code in ("012025", "472018", "282014", "372013")} == {"函館市", "那覇市", "姫路市", "高松市"}


def test_the_seed_decides_who_is_large_and_nothing_else() -> None:
    one, again, other = (modelled(municipalities(), seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert sorted(one.values()) == sorted(other.values())


def test_populations_of_a_stratum_keep_its_bounds_and_its_total() -> None:
    sizes = made(TOWN_5K, 236)
    assert sum(sizes) == TOWN_5K.people
    assert TOWN_5K.lowest <= min(sizes) <= max(sizes) <= TOWN_5K.highest
    assert sizes == sorted(sizes, reverse=True)


def test_a_total_that_no_mixture_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no mixture"):
        made(Stratum(TOWN.lowest, TOWN.highest, TOWN.highest * 290), 290)
