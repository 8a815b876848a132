"""The register in a database: one state, few statements, versions that move."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import IntegrityError

from registers.population import generate
from registers.residents.changes import release, set_protection, suppress
from registers.residents.households import assembled
from registers.residents.resident import Protection, Suppression
from registers.residents.tables import (
    METADATA,
    holder_and_household,
    household_of,
    load,
    replace_all,
    resident,
    resident_by_serial,
    residents_in_order,
    search,
)
from tests.registers.people import ADDRESS, LATER, NOW, foreign_person, person

STOP = Suppression(date(2026, 1, 1), None, household=False, reason="本人の申出")
WHOLE = Suppression(date(2026, 1, 2), date(2026, 2, 1), household=True, reason="確認中")


@pytest.fixture
def engine():
    made = create_engine("sqlite://")
    METADATA.create_all(made)
    yield made
    made.dispose()


def loaded(engine: Engine, *people, how=load):
    residents, households = assembled(people, [ADDRESS] * len(people))
    with engine.begin() as connection:
        return how(connection, residents, households, now=NOW)


def test_a_population_is_read_back_equal(engine):
    population = generate(3, 300, date(2026, 11, 23))
    with engine.begin() as connection:
        load(connection, population.residents, population.households, now=NOW)
        assert residents_in_order(connection) == population.residents
        for household in population.households:
            got = household_of(connection, household.household_no)
            assert got == replace(household, version="1")


def test_holder_and_household_read_together_are_what_each_read_alone_gives(engine):
    population = generate(3, 300, date(2026, 11, 23))
    with engine.begin() as connection:
        load(connection, population.residents, population.households, now=NOW)
        suppress(connection, population.residents[0].atena_no, since=NOW.date(), until=None, household=True, reason="確認中", now=NOW)
        for person_of_card in population.residents:
            if person_of_card.serial is None:
                continue
            holder, household = holder_and_household(connection, person_of_card.serial)
            assert holder == resident_by_serial(connection, person_of_card.serial)
            assert household == household_of(connection, holder.household_no)


@pytest.mark.parametrize("standing", ["current", "left", None])
def test_holder_and_household_are_one_statement_whoever_it_is(engine, standing):
    holder = replace(person(2, "妻"), standing=standing or "left", standing_since=date(2026, 10, 1), suppressions=(STOP,))
    loaded(engine, person(1), holder)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with engine.connect() as connection:
        found = holder_and_household(connection, holder.serial if standing else "abcdef")
        assert len(statements) == 1
        assert found == ((holder, household_of(connection, holder.household_no)) if standing else None)
    assert standing != "left" or holder not in found[1].members


def test_a_household_and_a_holder_are_read_in_two_statements(engine):
    loaded(
        engine,
        replace(person(1), suppressions=(STOP,), protection=Protection("support", date(2026, 1, 1), None)),
        person(2, "妻"),
        foreign_person(3, household_no=person(1).household_no, relation="同居人"),
    )
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with engine.connect() as connection:
        holder = resident_by_serial(connection, person(2).serial)
        household = household_of(connection, holder.household_no)
    assert len(statements) == 2
    assert [m.relation for m in household.members] == ["世帯主", "妻", "同居人"]
    assert household.members[0].protection.level == "support"
    assert household.members[0].suppressions == (STOP,)


def test_who_has_gone_is_found_by_serial_but_not_in_the_household(engine):
    gone = replace(person(2, "妻"), standing="left", standing_since=date(2026, 10, 1))
    loaded(engine, person(1), gone)
    with engine.connect() as connection:
        assert resident_by_serial(connection, gone.serial) == gone
        assert household_of(connection, gone.household_no).members == (person(1),)


def test_nobody_is_found_under_another_or_no_serial(engine):
    loaded(engine, replace(person(1), serial=None))
    with engine.connect() as connection:
        assert resident_by_serial(connection, person(1).serial) is None
        assert resident_by_serial(connection, "") is None
        assert household_of(connection, "9999999999") is None
        assert resident(connection, "9999999999") is None


def test_a_stop_on_the_household_stands_on_every_present_member_and_a_persons_only_on_that_person(engine):
    people = [
        replace(person(1), suppressions=(WHOLE,)),
        replace(person(2, "妻"), suppressions=(STOP,)),
        replace(person(3, "子"), standing="dead", standing_since=date(2026, 1, 9)),
    ]
    loaded(engine, *people)
    with engine.connect() as connection:
        assert [m.suppressions for m in household_of(connection, person(1).household_no).members] == [(WHOLE,), (STOP, WHOLE)]
        assert resident(connection, person(3).atena_no).suppressions == ()


def test_one_serial_cannot_belong_to_two(engine):
    with pytest.raises(IntegrityError):
        loaded(engine, person(1), person(2, "妻", serial=person(1).serial))


def test_what_a_clerk_set_survives_a_new_file_and_what_a_file_brought_goes_with_it(engine):
    brought = replace(person(1), suppressions=(STOP,), protection=Protection("support", date(2026, 1, 1), None))
    loaded(engine, brought, person(2, "妻"))
    with engine.begin() as connection:
        number = suppress(connection, person(2).atena_no, since=date(2026, 11, 1), until=None, household=False, reason="窓口の確認", now=NOW)
        set_protection(connection, person(2).atena_no, Protection("provisional", date(2026, 11, 2), None), now=NOW)
    done = loaded(engine, person(1), person(2, "妻"), how=replace_all)
    assert (done.residents, done.households, done.kept_protections, done.kept_suppressions) == (2, 1, 1, 1)
    with engine.begin() as connection:
        head, wife = household_of(connection, person(1).household_no).members
        assert (head.suppressions, head.protection) == ((), None)
        assert wife.suppressions[0].reason == "窓口の確認"
        assert wife.protection.level == "provisional"
        release(connection, number, now=LATER)
        assert resident(connection, person(2).atena_no).suppressions == ()


def test_a_clerks_stop_follows_the_person_to_another_household(engine):
    loaded(engine, person(1), person(2, "妻"))
    with engine.begin() as connection:
        suppress(connection, person(2).atena_no, since=date(2026, 11, 1), until=None, household=False, reason="確認", now=NOW)
    loaded(engine, person(1), person(2, household=5), how=replace_all)
    with engine.connect() as connection:
        assert len(household_of(connection, person(2, household=5).household_no).members[0].suppressions) == 1


def test_a_clerks_stop_does_not_fall_on_a_stranger_who_got_the_number(engine):
    loaded(engine, person(1))
    with engine.begin() as connection:
        suppress(connection, person(1).atena_no, since=date(2026, 11, 1), until=None, household=True, reason="確認", now=NOW)
        set_protection(connection, person(1).atena_no, Protection("support", date(2026, 11, 2), None), now=NOW)
    stranger = replace(person(7), atena_no=person(1).atena_no)
    done = loaded(engine, stranger, how=replace_all)
    assert (done.kept_protections, done.kept_suppressions) == (0, 0)
    with engine.connect() as connection:
        assert resident(connection, stranger.atena_no) == stranger


def test_a_household_never_has_a_version_twice_however_often_it_is_replaced(engine):
    versions = []
    for turn in range(4):
        loaded(engine, person(1), *([person(9, household=9)] if turn % 2 else []), how=replace_all)
        with engine.begin() as connection:
            versions.append(household_of(connection, person(1).household_no).version)
            set_protection(connection, person(1).atena_no, Protection("support", date(2026, 1, 1), None), now=NOW)
            versions.append(household_of(connection, person(1).household_no).version)
    assert len(set(versions)) == len(versions)


def test_a_clerk_finds_people_by_number_name_alias_and_reading(engine):
    people = [
        person(1, name="𠮷野　健一", name_kana="ヨシノ　ケンイチ"), person(2, household=2, name="辻\U000e0100　恵", name_kana="ツジ　メグミ"),
        person(3, household=3, name="髙橋　花", name_kana=None), foreign_person(4, household=4), person(5, household=5, name="100%　太郎", name_kana=None),
    ]  # fmt: skip
    loaded(engine, *people)
    with engine.connect() as connection:

        def found(text, limit=10):
            return [p.atena_no for p in search(connection, text, limit)]

        def one(index):
            return [people[index].atena_no]

        assert found("吉野健一") == found("𠮷野") == found("ヨシノ　ケン") == found("ﾖｼﾉ") == one(0)
        assert found("辻　恵") == found("辻\U000e0100恵") == one(1)
        assert found("高橋") == one(2)
        assert found("nguyen") == found("山崎") == one(3)
        assert found("100%") == one(4) and found("1%") == [] and found("_") == []
        assert found(people[2].atena_no) == one(2)
        assert len(found("0000000", 3)) == 3
        assert found(" ") == [] and found("ヨシノ", 0) == []
