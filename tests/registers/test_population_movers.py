"""The large world and its stories: all registers agree, and each story leaves in both municipalities what it tells."""

from datetime import date

import pytest

from registers.numbers import municipality_digit
from registers.population import MIHON, STORIES, TWELVE, World, make_world
from registers.population.movers import latest_year
from registers.population.municipality import Population
from registers.residents.resident import Resident
from tests.registers.agreement import disagreements

TODAY = date(2026, 11, 23)
YEAR = 2026
BY_NAME = {city.name: city for city in TWELVE}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(5, 150, TODAY, TWELVE, stories=STORIES)


def test_the_twelve_have_codes_of_prefectures_that_do_not_exist():
    codes = [city.code for city in TWELVE] + [place.code for city in TWELVE for place in (*city.wards, *city.former)]
    assert len(TWELVE) == 12 and len(set(codes)) == len(codes)
    assert all(code[:2] in ("96", "97", "98", "99") and municipality_digit(code[:5]) == code[5] for code in codes)
    assert len({city.prefecture for city in TWELVE}) == 4 == len({city.code[:2] for city in TWELVE})


def test_a_designated_city_s_addresses_and_honseki_name_the_ward(world):
    mohan = world.of(BY_NAME["もはん市"].code)
    wards = tuple(mohan.city.full_name + ward.name for ward in mohan.city.wards)
    assert len(wards) == 3
    assert all(home.address.startswith(wards) for home in mohan.households)
    assert mohan.koseki and all(koseki.honseki.startswith(wards) for koseki in mohan.koseki)


def test_all_registers_agree_but_for_the_code_that_was_changed(world):
    was, changed = _lines(world, "住民票コード")
    said = [complaint for complaint in disagreements(world) if was.my_number not in complaint and changed.atena_no not in complaint]
    assert said == []
    assert was.my_number == changed.my_number and was.juminhyo_code != changed.juminhyo_code


def test_the_main_municipality_has_exactly_its_lines_with_and_without_stories():
    for stories in ((), STORIES):
        assert len(make_world(5, 150, TODAY, TWELVE, stories=stories).of(MIHON.code).residents) == 150


def test_a_story_is_told_only_where_all_its_municipalities_are(world):
    few = make_world(5, 150, TODAY, TWELVE[:2], stories=STORIES)
    assert not [note for note in _notes(few) if "こころみ町" in note or "ひとり市" in note]
    assert [note for note in _notes(few) if "れいじ市から転入：" in note]
    told = ("転入", "利用登録", "国外", "住登外課税", "承認するまで")
    assert len([note for note in _notes(world) if any(word in note for word in told)]) == len(STORIES)


@pytest.mark.parametrize(
    ("words", "here", "there"),
    [
        ("れいじ市から転入：", "みほん市", "れいじ市"),
        ("こころみ町から転入：", "みほん市", "こころみ町"),
        ("みほん市から転入：", "こころみ町", "みほん市"),
        ("ひとり市", "みほん市", "ひとり市"),
        ("かりずみ市から転入", "もはん市", "かりずみ市"),
        ("もはん市の区から", "ゆめみ市", "もはん市"),
        ("旧もと町", "てならい町", "あわせ市"),
    ],
)
def test_who_moved_in_spring_has_the_latest_year_s_tax_where_they_lived_on_january_1_and_no_year_here(world, words, here, there):
    was, is_ = _lines(world, words, here)
    before, now = world.of(BY_NAME[there].code), world.of(BY_NAME[here].code)
    assert was in before.residents and is_ in now.residents
    assert (was.standing, was.standing_since, was.juminhyo_code) == ("left", date(YEAR, 4, 2), is_.juminhyo_code)
    record = next(record for record in before.tax if (record.atena_no, record.year) == (was.atena_no, YEAR))
    assert record.declared and record.address == is_.previous_address and record.address.startswith(before.city.full_name)
    assert not [record for record in now.tax if record.atena_no == is_.atena_no]


def test_who_is_protected_where_they_lived_is_not_protected_where_they_live(world):
    was, is_ = _lines(world, "今も支援措置")
    assert was.protection is not None and was.protection.since < TODAY
    assert is_.protection is None


def test_who_came_from_abroad_has_no_tax_of_the_latest_year_anywhere(world):
    place, resident = _holder(world, "国外")
    assert place.city is MIHON and resident.resident_since > f"{YEAR}-01-01"
    numbers = {(municipality.city.code, line.atena_no) for municipality, line in world.residents() if line.my_number == resident.my_number}
    assert numbers == {(MIHON.code, resident.atena_no)}
    assert not [record for record in place.tax if record.atena_no == resident.atena_no]


def test_who_is_taxed_where_they_are_no_resident_has_the_latest_year_there_alone_and_the_years_before_where_they_live(world):
    here, resident = _holder(world, "住登外課税")
    there = world.of(BY_NAME["こころみ町"].code)
    (outside,) = there.outside
    assert outside.resident == resident and resident.resident_since < f"{YEAR}-01-01"
    assert all(line.juminhyo_code != resident.juminhyo_code for line in there.residents)
    assert [record.year for record in there.tax if record.atena_no == outside.atena_no] == [YEAR]
    assert [record.year for record in here.tax if record.atena_no == resident.atena_no][-1] == YEAR - 1
    assert not any(place.outside for place in world.municipalities if place is not there)


@pytest.mark.parametrize(
    ("words", "honseki"),
    [("利用登録が済んで", "れいじ市"), ("利用登録を申請中", "こころみ町"), ("申請が返された", "みほん市"), ("電子証明書を更新", "れいじ市")],
)
def test_whose_honseki_is_elsewhere_stands_in_the_koseki_there(world, words, honseki):
    place, resident = _holder(world, words)
    book = world.of(BY_NAME[honseki].code)
    assert place is not book
    koseki = next(koseki for koseki in book.koseki if (koseki.honseki, koseki.hittousha) == (resident.honseki, resident.hittousha))
    assert any(member.birth == resident.birth and member.removed_on is None for member in koseki.members)


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 1, 2), 2025), (date(2026, 6, 14), 2025), (date(2026, 6, 15), 2026), (date(2026, 12, 31), 2026)]
)
def test_the_latest_year_is_the_one_that_every_municipality_has_opened(today, year):
    assert latest_year(today) == year
    world = make_world(5, 150, today, TWELVE[:3], stories=STORIES)
    was, _ = _lines(world, "れいじ市から転入：")
    assert [record.year for record in world.of(BY_NAME["れいじ市"].code).tax if record.atena_no == was.atena_no][-1] == year


def _notes(world: World) -> list[str]:
    return [holder.note for municipality in world.municipalities for holder in municipality.holders]


def _holder(world: World, words: str, here: str = "") -> tuple[Population, Resident]:
    found = [
        (place, holder.atena_no)
        for place in world.municipalities
        for holder in place.holders
        if words in holder.note and place.city.name.startswith(here)
    ]
    place, number = found[0]
    return place, next(resident for resident in place.residents if resident.atena_no == number)


def _lines(world: World, words: str, here: str = "") -> tuple[Resident, Resident]:
    """Of the person of a story: the line left behind, and the one where they live."""
    place, resident = _holder(world, words, here)
    was = next(line for where, line in world.residents() if line.my_number == resident.my_number and where is not place)
    return was, resident
