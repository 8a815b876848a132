"""A made-up population that could be real: ages, relations, numbers, and the same people in every process."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.population import MIHON, generate
from registers.population.cast import PENDING_SURNAMES
from registers.population.naming import VARIANTS
from registers.register_dates import age_on, calendar_day, date_problem
from registers.residents.checks import faults
from registers.residents.columns import FIELDS, cells_of, meaning
from registers.residents.household_order import ordered
from registers.residents.relations import HEAD, SPOUSES, relation_problem

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def population():
    return generate(11, 3000, TODAY)


@pytest.fixture(scope="module")
def by_number(population):
    return {person.atena_no: person for person in population.residents}


@pytest.fixture(scope="module")
def home(population):
    return {household.household_no: household for household in population.households}


def test_it_has_exactly_as_many_people_as_asked_for():
    for size in (4, 5, 30, 61, 200):
        assert len(generate(1, size, TODAY).residents) == size
    with pytest.raises(ValueError, match="at least"):
        generate(1, 3, TODAY)


def test_the_first_resident_may_have_everything(population, home):
    first = population.residents[0]
    household = home[first.household_no]
    assert first.relation == HEAD and len(household.members) == 4 and "𠮷" in first.name
    assert (age_on(first.birth, TODAY) or 0) >= 20
    assert all([first.name_kana, first.notified_on, first.previous_address, first.honseki, first.hittousha])
    assert any(member.former_name for member in household.members)
    for member in household.members:
        assert (member.standing, member.protection, member.suppressions, member.character_pending) == ("current", None, (), False)
    assert population.holders[0].atena_no == first.atena_no and population.holders[0].entitled


def test_every_line_would_pass_the_checks_of_an_import(population, home):
    for person in population.residents:
        line = dict.fromkeys(FIELDS, "") | cells_of(person, home[person.household_no].address)
        line |= {field: meaning(field, text) or "" for field, text in line.items()}
        assert list(faults(line)) == []


def test_all_numbers_are_unique_and_their_digits_right(population):
    people = population.residents
    for field in ("atena_no", "my_number", "juminhyo_code"):
        assert len({getattr(person, field) for person in people}) == len(people)
    cards = [person.foreign.card_number for person in people if person.foreign]
    assert len(set(cards)) == len(cards) > 20
    for person in people:
        assert my_number_digit(person.my_number[:-1]) == person.my_number[-1]
        assert juminhyo_code_digit(person.juminhyo_code[:-1]) == person.juminhyo_code[-1]
        assert atena_digit(person.atena_no[:-1]) == person.atena_no[-1]
        assert atena_digit(person.household_no[:-1]) == person.household_no[-1]


def test_each_household_with_people_has_one_head_and_stands_in_order(population):
    for household in population.households:
        assert household.members == ordered(household.members)
        if household.members:
            assert [m.relation == HEAD for m in household.members] == [True] + [False] * (len(household.members) - 1)
            assert household.head_name == household.members[0].name


def test_relations_fit_ages_sexes_and_each_other(population):
    for household in population.households:
        members = household.members
        for member in members:
            assert relation_problem(member.relation) is None
            if member.relation[-1] in "夫父兄弟":
                assert member.sex == "男"
            if member.relation[-1] in "妻母姉妹":
                assert member.sex == "女"
        if any(m.relation in SPOUSES for m in members):
            assert {m.sex for m in members if m.relation == HEAD or m.relation in SPOUSES} == {"男", "女"}
        _parents_are_older(members)


def _parents_are_older(members):
    born = [(calendar_day(m.birth), m.relation) for m in members if calendar_day(m.birth)]
    for child, relation in born:
        parents = {"子": (HEAD, "夫", "妻"), "子の子": ("子", "子の妻", "子の夫"), HEAD: ("父", "母"), "妻": ("妻の母",), "夫": ("夫の母",)}.get(
            relation, ()
        )
        for parent, parent_relation in born:
            if parent_relation in parents:
                assert child - parent >= timedelta(days=18 * 365)


def test_married_people_share_a_koseki_and_unmarried_couples_do_not(population):
    for household in population.households:
        for spouse in household.members[1:]:
            head = household.members[0]
            same = (spouse.honseki, spouse.hittousha) == (head.honseki, head.hittousha)
            if spouse.relation in ("夫", "妻") and not spouse.foreign and not head.foreign:
                assert same and spouse.name.split("　")[0] == head.name.split("　")[0]
            if spouse.relation in ("夫（未届）", "妻（未届）"):
                assert not same


def test_dates_are_in_the_past_and_after_birth(population):
    for person in population.residents:
        birth, since, address = (calendar_day(text) for text in (person.birth, person.resident_since, person.address_since))
        for text in (person.birth, person.resident_since, person.address_since, person.notified_on):
            assert text is None or (date_problem(text) is None and (calendar_day(text) or TODAY) <= TODAY)
        if birth and since and address:
            assert birth <= since and birth <= address
        if person.previous_address is None and not person.foreign and birth:
            assert person.resident_since == person.birth
        if person.foreign and person.foreign.expires:
            assert person.foreign.expires > TODAY


def test_it_has_every_kind_of_person_that_the_rules_know(population):
    people, households = population.residents, population.households
    sizes = Counter(len(household.members) for household in households)
    assert sizes[1] > sizes[3] > 0 and sizes[5] and sizes[6]
    assert 0.02 < sum(person.foreign is not None for person in people) / len(people) < 0.05
    assert {"妻（未届）", "縁故者", "同居人", "子の子", "父", "母", "妻の母", "子の妻", "弟"} <= {person.relation for person in people}
    assert {person.standing for person in people} == {"current", "leaving", "left", "dead", "removed"}
    assert {person.protection.level for person in people if person.protection} == {"support", "provisional", "co_protected"}
    assert {stop.household for person in people for stop in person.suppressions} == {True, False}
    assert any(person.foreign and person.alias for person in people) and any(person.former_name for person in people)
    assert any(person.name_kana is None for person in people) and any(person.character_pending for person in people)
    assert any(calendar_day(person.birth) is None for person in people)
    assert any(person.foreign and person.foreign.category == "特別永住者" for person in people)
    assert any(not person.honseki.startswith(MIHON.full_name) for person in people if person.honseki)


def test_twins_live_together_and_strangers_share_name_and_birthday_apart(population):
    together = Counter((person.household_no, person.birth) for person in population.residents if person.relation == "子")
    assert max(together.values()) >= 2
    namesakes: dict[tuple[str, str, str | None], set[str]] = {}
    for person in population.residents:
        namesakes.setdefault((person.name, person.birth, person.name_kana), set()).add(person.household_no)
    assert max(len(households) for households in namesakes.values()) >= 2


def test_real_surnames_lead_in_their_real_order(population):
    common = Counter(person.name.split("　")[0] for person in population.residents if not person.foreign).most_common(12)
    assert {"佐藤", "鈴木"} <= {surname for surname, _ in common}


def test_rare_characters_are_only_those_that_can_be_printed_or_are_being_registered(population):
    allowed = {variant for variants in VARIANTS.values() for variant, _ in variants}
    pending = {char for surname in PENDING_SURNAMES for char in surname.written}
    seen = set()
    for person in population.residents:
        name = person.name
        for variant in sorted(allowed, key=len, reverse=True):
            seen |= {variant} if variant in name else set()
            name = name.replace(variant, "")
        rare = {char for char in name if ord(char) > 0xFFFF or "\ue000" <= char <= "\uf8ff"}
        assert not rare or (rare <= pending and person.character_pending)
    assert {"髙", "﨑", "𠮷", "辻\U000e0100"} <= seen


def test_no_real_municipality_stands_in_any_address(population):
    invented = ("見本県", "例示県", "仮想県", "模範県")
    for household in population.households:
        assert household.address.startswith(MIHON.full_name)
    for person in population.residents:
        for text in (person.honseki, person.previous_address):
            assert text is None or text.startswith(invented) or (person.foreign and text == person.foreign.nationality)


def test_holders_are_of_every_kind_and_the_entitled_stand_first(population, by_number, home):
    entitled = [holder.entitled for holder in population.holders]
    assert entitled == sorted(entitled, reverse=True) and len({holder.atena_no for holder in population.holders}) == len(entitled)
    for holder in population.holders:
        if holder.entitled:
            _may_have_a_paper(by_number[holder.atena_no], home)
    special = " ".join(holder.note for holder in population.holders if not holder.entitled)
    for word in ("15歳未満", "支援措置", "仮支援措置", "転出届", "転出した", "抑止", "外字登録中", "不詳", "世帯のほかの人"):
        assert word in special
    normal = " ".join(holder.note for holder in population.holders if holder.entitled)
    for word in ("通称", "他人", "双子", "6人世帯", "未届"):
        assert word in normal


def test_ordinary_people_are_everybody_else_who_may_have_a_paper(population, by_number, home):
    cast = {holder.atena_no for holder in population.holders}
    assert len(population.ordinary) > 2000 and len(set(population.ordinary)) == len(population.ordinary)
    for atena_no in population.ordinary:
        assert atena_no not in cast
        _may_have_a_paper(by_number[atena_no], home)


def _may_have_a_paper(person, home):
    assert (age_on(person.birth, TODAY) or 0) >= 15
    household = home[person.household_no]
    assert household.member(person.atena_no) is not None
    for member in household.members:
        assert (member.standing, member.protection, member.suppressions, member.character_pending) == ("current", None, (), False)


def test_another_seed_gives_other_people():
    assert generate(1, 300, TODAY).residents[60:] != generate(2, 300, TODAY).residents[60:]


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 1), date(2026, 1, 1), date(2025, 12, 31)])
def test_any_day_can_be_today(today):
    made = generate(4, 400, today)
    assert all(calendar_day(person.birth) is None or calendar_day(person.birth) <= today for person in made.residents)


def test_the_same_seed_gives_the_same_people_in_every_process():
    program = (
        "import hashlib; from datetime import date; from registers.population import generate;"
        "print(hashlib.sha256(repr(generate(7, 200, date(2026, 11, 23))).encode()).hexdigest())"
    )
    prints = set()
    for hash_seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        prints.add(done.stdout.strip())
    here = hashlib.sha256(repr(generate(7, 200, TODAY)).encode()).hexdigest()
    assert prints == {here}
