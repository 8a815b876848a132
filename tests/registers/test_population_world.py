"""A made-up world: the registers of several municipalities agree with each other about everybody, and every situation that papers know occurs."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from registers.koseki import csv_form as koseki_csv
from registers.population import CITIES, MIHON, apply, changes, generate, make_world
from registers.population.making import years_before
from registers.register_dates import age_on
from registers.residents.households import is_present
from registers.seal import csv_form as seal_csv
from registers.seal.carving import carve
from registers.seal.seal import Imprint
from registers.tax import csv_form as tax_csv
from registers.tax.assessment import assess
from registers.tax.facts import Ordinance, TaxFacts
from registers.tax.record import Dependants
from tests.registers.agreement import books, disagreements, homes

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]
FONTS = [ROOT / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf")]


def plain_seal(carved: str, chance: Random) -> Imprint:
    """An imprint that is told apart and not looked at."""
    return Imprint(300, 300, f"{carved}:{chance.random()}".encode())


@pytest.fixture(scope="module")
def world():
    return make_world(11, 2000, TODAY, carve=plain_seal)


@pytest.fixture(scope="module")
def main(world):
    return world.municipalities[0]


def test_all_registers_agree_about_everybody(world):
    assert disagreements(world) == []


@pytest.mark.parametrize("seed", range(12))
def test_small_worlds_agree_whatever_the_seed(seed):
    assert disagreements(make_world(seed, 260, TODAY, carve=plain_seal)) == []


def test_a_world_of_any_size_agrees():
    for size in (4, 5, 9, 23, 41, 58, 77):
        assert disagreements(make_world(size, size, TODAY, carve=plain_seal)) == []


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 1), date(2026, 1, 1), date(2024, 5, 31), date(2022, 1, 10)])
def test_a_world_agrees_on_any_day(today):
    assert disagreements(make_world(4, 200, today, carve=plain_seal)) == []


def test_a_world_may_be_one_municipality_alone():
    world = make_world(5, 300, TODAY, (MIHON,), plain_seal)
    assert len(world.municipalities) == 1 and disagreements(world) == []
    with pytest.raises(ValueError, match="at least"):
        make_world(5, 300, TODAY, ())


def test_all_registers_of_a_world_that_has_changed_would_pass_the_checks_of_an_import():
    changed = make_world(6, 250, date(2025, 11, 23), carve=lambda carved, chance: carve(carved, chance, FONTS))
    for change in changes(changed, date(2025, 11, 23), TODAY, Random(6), pace=4):
        changed = apply(changed, change)
    for municipality in changed.municipalities:
        files = koseki_csv.write(municipality.koseki, municipality.fuhyo)
        assert files.fuhyo is not None
        books_read = koseki_csv.parse(*(BytesIO(text.encode()) for text in (files.koseki, files.members, files.fuhyo)))
        assert isinstance(books_read, koseki_csv.Parsed), books_read
        assert (books_read.koseki, books_read.fuhyo) == (municipality.koseki, municipality.fuhyo)
        assert {found.code for lines in books_read.warnings.values() for found in lines} <= {"character_unavailable"}
        births = {resident.atena_no: resident.birth for resident in municipality.residents}
        seals_read = seal_csv.parse(BytesIO(seal_csv.write(municipality.seals).encode()), birth_of=births.get)
        assert isinstance(seals_read, seal_csv.Parsed) and seals_read.seals == municipality.seals, seals_read
        tax_read = tax_csv.parse(BytesIO(tax_csv.write(municipality.tax).encode()))
        assert isinstance(tax_read, tax_csv.Parsed) and tax_read.records == municipality.tax, tax_read


def test_the_municipalities_are_invented_and_of_a_prefecture_that_does_not_exist(world):
    codes = [municipality.city.code for municipality in world.municipalities]
    assert codes[0] == "992011" and len(set(codes)) == len(codes) == 4 and all(code.startswith("99") for code in codes)
    assert {city.name[-1] for city in CITIES} == {"市", "町", "村"}


def test_one_municipality_of_the_world_is_what_generate_gives():
    assert generate(3, 150, TODAY, carve=plain_seal) == make_world(3, 150, TODAY, carve=plain_seal).municipalities[0]


def test_nearly_all_honseki_lie_in_the_world_and_many_not_where_their_people_live(world, main):
    japanese = [resident for resident in main.residents if resident.honseki is not None and is_present(resident)]
    kept = books(world)
    found = [kept[resident.honseki, resident.hittousha][0] for resident in japanese if (resident.honseki, resident.hittousha) in kept]
    assert len(found) > 0.88 * len(japanese)
    assert 0.2 < sum(municipality is not main for municipality in found) / len(found) < 0.5


def test_some_people_came_from_and_some_went_to_other_municipalities_of_the_world(world, main):
    here = {resident.juminhyo_code: resident for resident in main.residents}
    elsewhere = [resident for municipality, resident in world.residents() if municipality is not main and resident.juminhyo_code in here]
    assert any(resident.standing == "left" and here[resident.juminhyo_code].standing == "current" for resident in elsewhere)
    assert any(resident.standing == "current" and here[resident.juminhyo_code].standing == "left" for resident in elsewhere)
    assert all(here[resident.juminhyo_code].my_number == resident.my_number for resident in elsewhere)


def test_who_moved_within_the_world_has_the_older_years_taxes_where_they_lived_on_january_first(world, main):
    """Figures of years before the move stand in the old municipality, under its 宛名番号, which stands as 転出."""
    seen = 0
    for municipality in world.municipalities[1:]:
        people = {resident.atena_no: resident for resident in municipality.residents}
        for record in municipality.tax:
            resident = people[record.atena_no]
            if resident.standing == "left":
                new = next(one for one in main.residents if one.juminhyo_code == resident.juminhyo_code)
                moved = resident.standing_since
                assert moved is not None and date(record.year, 1, 1) <= moved
                own = {one.year for one in main.tax if one.atena_no == new.atena_no}
                assert all(date(year, 1, 1) >= moved for year in own)
                seen += 1
    assert seen > 20


def test_about_six_of_ten_who_may_have_a_seal_have_one(main):
    may = [resident for resident in main.residents if is_present(resident) and (age_on(resident.birth, TODAY) or 20) >= 15]
    assert 0.45 < len({seal.atena_no for seal in main.seals if seal.cancelled_at is None}) / len(may) < 0.7
    assert {"moved_out", "replaced", "lost", "request"} <= {seal.cancelled_for for seal in main.seals}


def test_who_left_or_died_has_no_seal_in_force(world):
    for municipality in world.municipalities:
        gone = {resident.atena_no for resident in municipality.residents if not is_present(resident)}
        assert all(seal.cancelled_at is not None for seal in municipality.seals if seal.atena_no in gone)


def test_every_seal_of_a_small_world_can_be_carved_and_fits_the_law():
    small = make_world(2, 90, TODAY, carve=lambda carved, chance: carve(carved, chance, FONTS))
    seals = [seal for municipality in small.municipalities for seal in municipality.seals]
    assert len(seals) > 40
    for seal in seals:
        assert seal.imprint.png.startswith(b"\x89PNG") and all(8 <= side <= 25 for side in seal.imprint.size_mm)


def test_taxes_are_of_every_sort(main):
    latest = [record for record in main.tax if record.year == 2026]
    assert {record.year for record in main.tax} == {2024, 2025, 2026}
    sorts = Counter((record.declared, record.dependant_of is not None, record.taxed) for record in latest)
    assert sorts[True, False, True] > sorts[True, True, False] > 20, "those who pay, and those whom they support"
    assert sorts[False, False, False] and sorts[False, True, False] and sorts[True, False, False]
    assert any(record.levy.special_reduction for record in main.tax if record.year == 2024)
    assert any(record.dependants.specified for record in latest) and any(record.dependants.elderly_parents for record in latest)
    assert any(record.dependants.spouse and record.deductions.spouse for record in latest)


def test_figures_follow_from_what_the_record_says_by_the_rules_of_its_year(world):
    """Recomputed from the record's own revenues and the resident's birth, for everybody whose deductions are 社会保険料 and 基礎 alone."""
    checked = 0
    for municipality in world.municipalities:
        births = {resident.atena_no: resident.birth for resident in municipality.residents}
        for record in municipality.tax:
            age = age_on(births[record.atena_no], date(record.year, 1, 1))
            plain = record.deductions.total_yen == record.deductions.social_insurance + record.deductions.basic
            if not record.declared or not plain or age is None or record.dependants != Dependants():
                continue
            told = record.incomes
            facts = TaxFacts(
                age=age,
                salary_revenue=told.salary_revenue,
                pension_revenue=told.pension_revenue,
                business=told.business,
                real_estate=told.real_estate,
                social_insurance=record.deductions.social_insurance,
                minor=age < 18,
            )
            made = assess(record.year, facts, Ordinance(grade=municipality.city.grade))
            assert (made.incomes, made.deductions) == (record.incomes, record.deductions)
            assert made.levy == record.levy
            checked += 1
    assert checked > 1000


def test_the_first_holder_may_have_every_paper_whatever_the_seed_and_the_size():
    for seed, size in ((1, 4), (2, 60), (3, 90), (4, 60), (5, 60)):
        world = make_world(seed, size, TODAY, carve=plain_seal)
        main = world.municipalities[0]
        first = main.residents[0]
        place, koseki, fuhyo = books(world)[first.honseki, first.hittousha]
        assert place is main and koseki.standing == "current" and not koseki.change_pending
        assert all(person.protection is None and person.removed_on is None for person in fuhyo.people)
        assert [seal.cancelled_at for seal in main.seals if seal.atena_no == first.atena_no] == [None]
        records = [record for record in main.tax if record.atena_no == first.atena_no]
        assert [record.year for record in records] == [2024, 2025, 2026] and all(record.declared and record.taxed for record in records)


def test_nobody_supports_more_people_than_claim_to_be_supported_by_them(main):
    """The counts on the claimant's record are the people of the same year's records and the children who have none."""
    claimed = Counter((record.dependant_of, record.year) for record in main.tax if record.dependant_of)
    for record in main.tax:
        counted = record.dependants
        known = counted.spouse + counted.general + counted.specified + counted.elderly + counted.elderly_parents
        mine = claimed[record.atena_no, record.year]
        assert known <= mine <= known + counted.under_16 + 1, "15-year-olds have records; the spouse of the rich counts for nothing"


def test_the_cast_shows_what_each_paper_can_be(world, main):
    notes = {note.note: note.atena_no for note in main.holders}
    people = {resident.atena_no: resident for resident in main.residents}
    kept = books(world)

    def holder(words: str):
        return people[next(number for note, number in notes.items() if words in note)]

    def koseki_of(resident):
        return kept[resident.honseki, resident.hittousha]

    def seals_of(resident):
        return [seal for seal in main.seals if seal.atena_no == resident.atena_no]

    def latest_tax(resident):
        return next(record for record in main.tax if (record.atena_no, record.year) == (resident.atena_no, 2026))

    first = people[main.holders[0].atena_no]
    assert koseki_of(first)[0] is main and not koseki_of(first)[1].change_pending
    assert any(seal.cancelled_at is None for seal in seals_of(first)) and latest_tax(first).taxed
    assert len(homes(main)[holder("6人世帯：").household_no].members) == 6
    long = koseki_of(holder("（3枚）"))[1]
    assert len(long.members) >= 8 and sum(len(member.entries) for member in long.members) >= 20
    titles = {entry.title for member in long.members for entry in member.entries} | {entry.title for entry in long.entries}
    assert {"婚姻", "離婚", "養子縁組", "死亡", "配偶者の死亡", "転籍"} <= titles
    assert koseki_of(holder("本籍はほかの市区町村"))[0] is not main
    assert [seal.cancelled_for for seal in seals_of(holder("廃印"))] == ["lost"]
    silent, supported = latest_tax(holder("未申告")), latest_tax(holder("扶養されていて"))
    assert not silent.declared and silent.dependant_of is None
    assert not supported.declared and supported.dependant_of is not None
    assert not latest_tax(holder("非課税")).taxed and latest_tax(holder("非課税")).declared
    assert koseki_of(holder("届出が処理中"))[1].change_pending
    foreign = holder("印鑑は通称")
    assert foreign.alias is not None and [seal.carved in foreign.alias.split("　") for seal in seals_of(foreign)] == [True]


def test_a_protected_person_shares_a_koseki_with_somebody_of_another_municipality(world, main):
    """Both ways: the protected one lives here, or the other one does; and the 戸籍 and the 附票 carry the protection wherever they are kept."""
    kept = books(world)
    for protected_here in (True, False):
        found = False
        for municipality, resident in world.residents():
            if resident.protection is None or not is_present(resident) or (municipality is main) != protected_here or resident.honseki is None:
                continue
            _, koseki, fuhyo = kept.get((resident.honseki, resident.hittousha), (None, None, None))
            if koseki is None:
                continue
            assert any(person.juminhyo_code == resident.juminhyo_code and person.protection == resident.protection for person in fuhyo.people)
            codes = {person.juminhyo_code for person in fuhyo.people if person.removed_on is None and person.protection is None}
            found |= any(other.juminhyo_code in codes and is_present(other) and place is not municipality for place, other in world.residents())
        assert found


def test_removed_people_of_long_ago_have_no_birth_and_no_code_on_the_fuhyo(world):
    removed = [person for municipality in world.municipalities for fuhyo in municipality.fuhyo for person in fuhyo.people if person.removed_on]
    assert any(person.birth is None for person in removed) and any(person.birth is not None and person.juminhyo_code is None for person in removed)
    assert any(person.juminhyo_code is not None for person in removed)


def test_koseki_of_several_sorts_occur(world):
    every = [koseki for municipality in world.municipalities for koseki in municipality.koseki]
    assert {koseki.standing for koseki in every} == {"current", "removed"}
    assert {"戸籍改製", "戸籍編製", "転籍", "戸籍消除"} <= {entry.title for koseki in every for entry in koseki.entries}
    members = [member for koseki in every for member in koseki.members]
    assert any(member.kana_recorded_on is None and member.removed_on is None for member in members) and any(
        member.given_name_kana for member in members
    )
    assert any(member.removed_on and any(("称する氏", "夫の氏") in entry.rows for entry in member.entries) for member in members)


def test_nobody_is_called_like_another_of_the_same_koseki():
    for seed in (1, 4, 7):
        for municipality in make_world(seed, 2000, TODAY).municipalities:
            for koseki in municipality.koseki:
                assert len({member.given_name for member in koseki.members}) == len(koseki.members)


def test_the_same_seed_gives_the_same_world_in_every_process():
    program = (
        "import hashlib; from datetime import date; from registers.population import make_world; from tests.registers.test_population_world import plain_seal;"
        "print(hashlib.sha256(repr(make_world(7, 150, date(2026, 11, 23), carve=plain_seal)).encode()).hexdigest())"
    )
    prints = set()
    for hash_seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        prints.add(done.stdout.strip())
    assert prints == {hashlib.sha256(repr(make_world(7, 150, TODAY, carve=plain_seal)).encode()).hexdigest()}


def test_years_back_from_a_leap_day_exist():
    assert years_before(date(2028, 2, 29), 1) == date(2027, 3, 1) and years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)
