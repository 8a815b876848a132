"""Changes of a made-up world: dated, in order, complete, and after any number of them all registers still agree."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from registers.koseki.entries import takes_out
from registers.population import apply, changes, make_world
from registers.population.books import book_of
from registers.population.change import Birth, Death, Divorce, LeaveNotified, Move, SealEnd, SealEntry, Wedding
from registers.population.roll import home, line, living
from registers.population.seals import JST, readable_names
from registers.residents.relations import HEAD
from tests.registers.agreement import disagreements
from tests.registers.test_population_world import plain_seal

SINCE, UNTIL = date(2025, 11, 23), date(2026, 11, 23)
KINDS = (Birth, LeaveNotified, Move, Wedding, Divorce, Death, SealEntry, SealEnd)


@pytest.fixture(scope="module")
def year():
    """A busy year: (the world before, the change, the world after) for each change."""
    world = make_world(21, 500, SINCE, carve=plain_seal)
    steps = []
    for change in changes(world, SINCE, UNTIL, Random(21), plain_seal, pace=8):
        after = apply(world, change)
        steps.append((world, change, after))
        world = after
    return steps


def of_kind(year, kind):
    return [step for step in year if isinstance(step[1], kind)]


def test_every_kind_of_change_happens_in_a_busy_year(year):
    happened = Counter(type(change) for _, change, _ in year)
    assert all(happened[kind] >= 3 for kind in KINDS), happened


def test_changes_come_in_the_order_of_their_time_within_the_days_asked_for(year):
    instants = [change.at for _, change, _ in year]
    assert instants == sorted(instants) and instants[0].date() > SINCE and instants[-1].date() <= UNTIL
    assert all(after.today == max(before.today, change.at.date()) for before, change, after in year)


def test_after_a_busy_year_all_registers_agree(year):
    assert disagreements(year[-1][2]) == []


@pytest.mark.parametrize("seed", range(4))
def test_after_every_single_change_all_registers_agree(seed):
    world = make_world(seed, 120, SINCE, carve=plain_seal)
    happened = 0
    for change in changes(world, SINCE, UNTIL, Random(seed), plain_seal, pace=12):
        world = apply(world, change)
        assert disagreements(world) == [], change
        happened += 1
    assert happened > 60


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(100, 130))
def test_five_busy_years_of_many_worlds_end_in_agreement(seed):
    until = SINCE + timedelta(days=5 * 365)
    world = make_world(seed, 300, SINCE, carve=plain_seal)
    for change in changes(world, SINCE, until, Random(seed), plain_seal, pace=5):
        world = apply(world, change)
    assert disagreements(world) == []


def test_the_same_chance_gives_the_same_changes_and_another_gives_others():
    world = make_world(3, 150, SINCE, carve=plain_seal)
    one, again, other = (list(changes(world, SINCE, UNTIL, Random(seed), plain_seal, pace=3)) for seed in (1, 1, 2))
    assert one == again != other


def test_a_change_leaves_the_world_it_was_applied_to_as_it_was(year):
    untouched = make_world(21, 500, SINCE, carve=plain_seal)
    assert year[0][0] == untouched


def test_a_child_stands_in_the_household_and_the_koseki_of_its_parents(year):
    for _, change, after in of_kind(year, Birth):
        place, child = living(after, change.juminhyo_code)
        mother = living(after, change.mother)[1]
        assert child.household_no == mother.household_no and child.relation.endswith("子") and child.birth == change.at.date().isoformat()
        book = book_of(after, child)
        if book is not None:
            member, listed = book.standing(change.juminhyo_code)
            assert {member.father, member.mother} == {mother.name, living(after, change.father)[1].name}
            assert (member.atena_no is None) == (book.city != place.city.code) and len(listed.addresses) == 1


def test_who_has_notified_a_move_is_about_to_leave_and_still_lives_there(year):
    for _, change, after in of_kind(year, LeaveNotified):
        for number in change.people:
            resident = line(after.of(change.city), number)
            assert (resident.standing, resident.standing_since) == ("leaving", change.leaving_on) and change.leaving_on > change.at.date()
            assert home(after.of(change.city), resident.household_no).member(number) is not None


def test_a_move_ends_the_seal_at_its_instant_and_gives_the_fuhyo_a_line(year):
    ended = 0
    for before, change, after in of_kind(year, Move):
        seals = [seal for seal in after.of(change.city).seals if seal.atena_no in change.people]
        assert all(seal.cancelled_at is not None for seal in seals)
        had = {seal.registration_no for seal in before.of(change.city).seals if seal.atena_no in change.people and seal.cancelled_at is None}
        now = [seal for seal in seals if seal.registration_no in had]
        assert all((seal.cancelled_at, seal.cancelled_for) == (change.at, "moved_out") for seal in now)
        ended += len(now)
        for number in change.people:
            left = line(after.of(change.city), number)
            place, resident = living(after, left.juminhyo_code)
            assert (left.standing, left.standing_since, place.city.code) == ("left", change.at.date(), change.to)
            assert resident.my_number == left.my_number and resident.serial is None and resident.card_usable_from is None
            book = book_of(after, resident)
            if book is not None:
                addresses = book.standing(resident.juminhyo_code)[1].addresses
                assert addresses[-1].address == home(place, resident.household_no).address and addresses[-1].since == change.at.date().isoformat()
                assert addresses[-2].address == home(before.of(change.city), left.household_no).address
    assert ended > 5


def test_the_taxes_of_older_years_stay_where_the_person_lived_on_january_first(year):
    first, last = year[0][0], year[-1][2]
    for municipality in first.municipalities:
        assert last.of(municipality.city.code).tax == municipality.tax


def test_a_wedding_removes_both_from_the_koseki_they_leave_and_writes_both_into_one(year):
    new_ones = 0
    for before, change, after in of_kind(year, Wedding):
        (_, keeper), (_, other) = living(after, change.keeper), living(after, change.other)
        assert (keeper.honseki, keeper.hittousha) == (other.honseki, other.hittousha) and keeper.hittousha == keeper.name
        assert keeper.name.split("　")[0] == other.name.split("　")[0]
        book = book_of(after, keeper)
        assert book is not None
        assert {book.standing(code)[0].spouse for code in (change.keeper, change.other)} == {"夫", "妻"}
        if change.honseki is not None:
            new_ones += 1
            assert keeper.honseki == change.honseki and book.fuhyo.made_on == change.at.date()
        for code in (change.other, *((change.keeper,) if change.honseki else ())):
            was = living(before, code)[1]
            old = next(
                (koseki, fuhyo)
                for place in after.municipalities
                for koseki, fuhyo in zip(place.koseki, place.fuhyo, strict=True)
                if (koseki.honseki, koseki.hittousha) == (was.honseki, was.hittousha)
            )
            person = next(one for one in old[1].people if one.juminhyo_code == code)
            member = old[0].member(person.person_no)
            assert member is not None and member.removed_on == person.removed_on == change.at.date() and takes_out(member.entries[-1])
    assert new_ones


def test_a_seal_of_a_surname_that_is_given_up_ends_with_it(year):
    ended = 0
    for _, change, after in [*of_kind(year, Wedding), *of_kind(year, Divorce)]:
        for code in (change.keeper, change.other) if isinstance(change, Wedding) else (change.leaving,):
            place, resident = living(after, code)
            for seal in place.seals:
                if seal.atena_no == resident.atena_no:
                    assert seal.cancelled_at is not None or seal.carved in readable_names(resident)
                    ended += (seal.cancelled_at, seal.cancelled_for) == (change.at, "name_changed")
    assert ended


def test_a_divorce_leaves_one_in_the_koseki_and_gives_the_other_an_own_one_under_the_earlier_surname(year):
    for before, change, after in of_kind(year, Divorce):
        (_, staying), (_, leaving) = living(after, change.staying), living(after, change.leaving)
        assert leaving.hittousha == leaving.name and leaving.name.startswith(change.surname.written) and leaving.honseki == change.honseki
        assert staying == living(before, change.staying)[1] and leaving.relation not in ("夫", "妻")
        old, new = book_of(after, staying), book_of(after, leaving)
        assert old is not None and new is not None
        assert old.standing(change.staying)[0].spouse is None and new.standing(change.leaving)[0].spouse is None
        assert [entry.title for entry in new.standing(change.leaving)[0].entries][-1] == "離婚"


def test_the_dead_are_removed_everywhere_and_leave_a_household_with_a_head(year):
    widowed = 0
    for before, change, after in of_kind(year, Death):
        place, was = living(before, change.person)
        now = line(after.of(place.city.code), was.atena_no)
        assert (now.standing, now.standing_since) == ("dead", change.at.date())
        members = home(after.of(place.city.code), was.household_no).members
        assert [member.relation for member in members].count(HEAD) == (1 if members else 0)
        assert all(seal.cancelled_at is not None for seal in after.of(place.city.code).seals if seal.atena_no == was.atena_no)
        book = book_of(before, was)
        if book is not None:
            member, _ = book.standing(change.person)
            kept = next(one for one in after.of(book.city).koseki if one.koseki_no == book.koseki.koseki_no)
            dead = kept.member(member.person_no)
            assert dead is not None and dead.removed_on == change.at.date() and dead.entries[-1].title == "死亡" and dead.spouse is None
            partners = [
                one
                for one in kept.members
                if one.entries and one.entries[-1].title == "配偶者の死亡" and one.entries[-1].recorded_on == change.at.date()
            ]
            assert len(partners) == (1 if member.spouse and any(one.spouse and one is not member for one in book.koseki.members) else 0)
            widowed += len(partners)
    assert widowed


def test_a_seal_is_registered_by_who_has_none_and_ends_to_the_second(year):
    for before, change, after in of_kind(year, SealEntry):
        place = after.of(change.city)
        assert [seal.registered_on for seal in place.seals if seal.atena_no == change.atena_no and seal.cancelled_at is None] == [change.at.date()]
        assert not any(seal.atena_no == change.atena_no and seal.cancelled_at is None for seal in before.of(change.city).seals)
        assert change.carved in readable_names(line(place, change.atena_no))
    for _, change, after in of_kind(year, SealEnd):
        seal = next(one for one in after.of(change.city).seals if one.registration_no == change.registration_no)
        assert (seal.cancelled_at, seal.cancelled_for) == (change.at, change.reason) and change.at.tzinfo is not None


def test_nothing_happens_to_people_of_whom_something_special_is_said(year):
    first = year[0][0]
    special = {
        (place.city.code, resident.atena_no): resident
        for place in first.municipalities
        for resident in place.residents
        if resident.protection or resident.suppressions or resident.character_pending
    }
    assert special
    for (code, number), resident in special.items():
        now = line(year[-1][2].of(code), number)
        assert replace(now, relation=resident.relation) == resident


def test_a_change_that_is_not_of_this_world_is_refused():
    world = make_world(3, 60, SINCE, carve=plain_seal)
    at = datetime.combine(SINCE, time(9), JST)
    for change in (Death(at, "00000000000", "親族"), SealEnd(at, "992011", "99999999", "lost"), LeaveNotified(at, "992011", ("0000000000",), UNTIL)):
        with pytest.raises(KeyError):
            apply(world, change)


def test_without_a_carver_nobody_registers_a_seal_and_all_else_goes_on():
    world = make_world(3, 300, SINCE)
    happened = list(changes(world, SINCE, UNTIL, Random(3), pace=6))
    assert happened and not any(isinstance(change, SealEntry | SealEnd) for change in happened)
