"""A year's papers: national totals exactly, nothing where a kind is not offered."""

import numpy as np
import pytest

from fees.planning.country.bodies import Known, planned_bodies
from fees.planning.country.participation import CannotHold, Participation, participation
from fees.planning.country.populations import modelled
from fees.planning.country.published import KINDS
from fees.planning.country.volumes import EVERYBODY_ALIKE, National, Volumes, volumes
from registers.municipalities import municipalities

NATIONAL = National(
    {"juminhyo": 17_130_000, "inkan": 9_594_000, "koseki": 1_771_200, "fuhyo": 442_800, "kazei": 2_952_000},
    dict.fromkeys(KINDS, 2_760),
    EVERYBODY_ALIKE,
)
BODIES = planned_bodies(municipalities(), modelled(municipalities(), 1))
TAKING = participation(BODIES, {}, 1)


def year(known: dict[str, Known] | None = None, national: National = NATIONAL, taking: Participation = TAKING) -> Volumes:
    return volumes(BODIES, taking, known or {}, national)


def test_every_kind_sums_to_its_national_total_and_all_to_the_published_one() -> None:
    found = year()
    assert {kind: int(found.kiosk[kind].sum()) for kind in KINDS} == dict(NATIONAL.issues)
    assert int(found.kiosk_total.sum()) == 31_890_000


def test_nobody_issues_what_they_do_not_offer() -> None:
    found = year()
    for kind in KINDS:
        without = np.array([one.code not in TAKING.offers[kind] for one in BODIES])
        assert not found.kiosk[kind][without].any()


def test_the_published_share_of_juminhyo_is_of_the_whole_countrys_papers() -> None:
    found = year()
    asked = int(found.asked["juminhyo"].sum())
    assert abs(17_130_000 * 10_000 - 2_760 * asked) < 10_000
    assert all((found.asked[kind] >= found.kiosk[kind]).all() for kind in KINDS)


def test_twice_the_people_are_twice_the_papers_but_for_a_rounding() -> None:
    found = year().kiosk["juminhyo"]
    places = [number for number, one in enumerate(BODIES) if one.code in TAKING.joined]
    rates = [found[place] / BODIES[place].body.population for place in places if BODIES[place].body.population > 100_000]
    assert max(rates) - min(rates) < 2 / 100_000


def test_a_class_that_uses_kiosks_half_as_much_gets_half_as_many_a_head() -> None:
    half = year(national=National(NATIONAL.issues, NATIONAL.share_basis_points, {**EVERYBODY_ALIKE, "town_10k": 50}))
    towns = next(number for number, one in enumerate(BODIES) if one.size_class == "town_10k" and one.code in TAKING.joined)
    cities = next(number for number, one in enumerate(BODIES) if one.size_class == "core")
    town, city = (half.kiosk["juminhyo"][place] / BODIES[place].body.population for place in (towns, cities))
    assert abs(town / city - 0.5) < 0.01
    assert int(half.kiosk["juminhyo"].sum()) == 17_130_000


def test_what_a_town_knows_of_itself_stands_and_the_total_too() -> None:
    code = next(one.code for one in BODIES if one.code in TAKING.joined and one.band == "town")
    place = next(number for number, one in enumerate(BODIES) if one.code == code)
    found = year({code: Known(code, joined=True, issuances={"juminhyo": 1234})})
    assert found.kiosk["juminhyo"][place] == 1234
    assert int(found.kiosk["juminhyo"].sum()) == 17_130_000


def test_papers_of_a_kind_that_is_not_offered_and_more_papers_than_there_are_are_refused() -> None:
    code = next(one.code for one in BODIES if one.code in TAKING.joined and one.code not in TAKING.offers["koseki"])
    with pytest.raises(CannotHold, match="交付しない団体"):
        year({code: Known(code, joined=True, issuances={"koseki": 3})})
    with pytest.raises(CannotHold, match="分けられません"):
        year({code: Known(code, joined=True, issuances={"juminhyo": 17_130_001})})
