"""What a clerk does to the register."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine

from registers.residents.changes import (
    ChangeRefused,
    bind_card,
    release,
    release_protection,
    set_address,
    set_character_pending,
    set_head,
    set_name,
    set_protection,
    set_standing,
    stops_of,
    suppress,
)
from registers.residents.households import assembled
from registers.residents.resident import Protection
from registers.residents.tables import METADATA, household_of, load, resident, resident_by_serial
from tests.registers.people import ADDRESS, LATER, NOW, person

HEAD, WIFE, CHILD, STRANGER = person(1), person(2, "妻"), person(3, "子", birth="2010-01-01"), person(9, household=9)
DAY = NOW.date()


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    people = (HEAD, WIFE, CHILD, STRANGER)
    with engine.begin() as opened:
        load(opened, *assembled(people, [ADDRESS] * len(people)), now=NOW)
        yield opened
    engine.dispose()


def refused(change, *args, **kwargs):
    with pytest.raises(ChangeRefused) as caught:
        change(*args, **kwargs)
    return caught.value.problem


def stop(connection, who=WIFE, **changes):
    return suppress(connection, who.atena_no, **({"since": DAY, "until": None, "household": False, "reason": "本人の申出", "now": NOW} | changes))


CHANGES = {
    "suppress": stop,
    "suppress the household": lambda c: stop(c, household=True),
    "release": lambda c: release(c, stop(c), now=LATER),
    "protect": lambda c: set_protection(c, WIFE.atena_no, Protection("support", DAY, None), now=NOW),
    "release protection": lambda c: release_protection(c, WIFE.atena_no, now=NOW),
    "file leaving": lambda c: set_standing(c, WIFE.atena_no, "leaving", DAY + timedelta(days=9), now=NOW),
    "new head": lambda c: set_head(c, HEAD.household_no, WIFE.atena_no, {HEAD.atena_no: "夫", CHILD.atena_no: "子"}, now=NOW),
    "name": lambda c: set_name(c, WIFE.atena_no, "見本　華", None, now=NOW),
    "address": lambda c: set_address(c, HEAD.household_no, "見本県みほん市栄町１番", DAY, DAY, now=NOW),
    "character": lambda c: set_character_pending(c, WIFE.atena_no, "pending", now=NOW),
    "card": lambda c: bind_card(c, WIFE.atena_no, "abc", DAY, now=NOW),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_gives_the_household_a_new_version_and_no_other(connection, name):
    before, other = household_of(connection, HEAD.household_no), household_of(connection, STRANGER.household_no)
    CHANGES[name](connection)
    assert household_of(connection, HEAD.household_no).version != before.version
    assert household_of(connection, STRANGER.household_no) == other


def test_a_stop_is_in_force_until_released_even_after_its_last_day(connection):
    number = stop(connection, since=date(2020, 1, 1), until=date(2020, 2, 1))
    assert len(resident(connection, WIFE.atena_no).suppressions) == 1
    (standing,) = stops_of(connection, WIFE.atena_no)
    assert (standing.number, standing.atena_no, standing.source, standing.set_at, standing.stop.until) == (
        number,
        WIFE.atena_no,
        "clerk",
        NOW,
        date(2020, 2, 1),
    )
    release(connection, number, now=LATER)
    assert resident(connection, WIFE.atena_no).suppressions == ()
    assert stops_of(connection, WIFE.atena_no) == ()


def test_several_stops_stand_side_by_side_and_are_released_one_by_one(connection):
    first, second = stop(connection), stop(connection, HEAD, household=True, reason="世帯の確認")
    assert [s.number for s in stops_of(connection, WIFE.atena_no)] == [first, second]
    assert [s.number for s in stops_of(connection, CHILD.atena_no)] == [second]
    release(connection, first, now=LATER)
    assert [s.number for s in stops_of(connection, WIFE.atena_no)] == [second]
    assert all(len(m.suppressions) == 1 for m in household_of(connection, HEAD.household_no).members)


def test_a_stop_is_released_once(connection):
    number = stop(connection)
    release(connection, number, now=LATER)
    assert refused(release, connection, number, now=LATER) == "already_released"
    assert refused(release, connection, 999, now=LATER) == "no_such_stop"


@pytest.mark.parametrize("reason", ["", "  ", "a;b", "a\nb", "長" * 101])
def test_a_reason_is_a_short_line(connection, reason):
    assert refused(stop, connection, reason=reason) == "reason_form"


def test_a_stop_cannot_end_before_it_begins(connection):
    assert refused(stop, connection, until=DAY - timedelta(days=1)) == "until_before_since"


def test_protection_is_set_changed_and_released(connection):
    set_protection(connection, WIFE.atena_no, Protection("provisional", DAY, None), now=NOW)
    changed = Protection("support", DAY, DAY + timedelta(days=364))
    set_protection(connection, WIFE.atena_no, changed, now=LATER)
    assert resident(connection, WIFE.atena_no).protection == changed
    release_protection(connection, WIFE.atena_no, now=LATER)
    assert resident(connection, WIFE.atena_no) == WIFE


def test_who_moves_out_leaves_the_household_and_the_entry_stays(connection):
    set_standing(connection, WIFE.atena_no, "leaving", DAY + timedelta(days=5), now=NOW)
    assert household_of(connection, HEAD.household_no).members[1].standing == "leaving"
    set_standing(connection, WIFE.atena_no, "left", DAY, now=LATER)
    assert [m.atena_no for m in household_of(connection, HEAD.household_no).members] == [HEAD.atena_no, CHILD.atena_no]
    assert resident_by_serial(connection, WIFE.serial).standing == "left"


def test_a_filed_move_can_be_taken_back(connection):
    set_standing(connection, WIFE.atena_no, "leaving", DAY, now=NOW)
    set_standing(connection, WIFE.atena_no, "current", None, now=LATER)
    assert resident(connection, WIFE.atena_no) == WIFE
    assert refused(set_standing, connection, WIFE.atena_no, "left", None, now=LATER) == "since_missing"


def test_a_head_goes_only_when_another_head_stands(connection):
    assert refused(set_standing, connection, HEAD.atena_no, "dead", DAY, now=NOW) == "no_head"


def test_after_a_new_head_the_old_one_may_go_and_papers_bear_the_new_name(connection):
    set_head(connection, HEAD.household_no, WIFE.atena_no, {HEAD.atena_no: "夫", CHILD.atena_no: "子"}, now=NOW)
    set_standing(connection, HEAD.atena_no, "dead", DAY, now=NOW)
    household = household_of(connection, HEAD.household_no)
    assert household.head_name == WIFE.name
    assert [m.relation for m in household.members] == ["世帯主", "子"]


@pytest.mark.parametrize("relations", [{}, {HEAD.atena_no: "孫", CHILD.atena_no: "子"}, {HEAD.atena_no: "世帯主", CHILD.atena_no: "子"}])
def test_a_new_head_needs_everybodys_new_relation(connection, relations):
    assert refused(set_head, connection, HEAD.household_no, WIFE.atena_no, relations, now=NOW) == "relation"


def test_only_a_present_member_can_be_head(connection):
    assert refused(set_head, connection, HEAD.household_no, STRANGER.atena_no, {}, now=NOW) == "not_present"


def test_a_corrected_head_name_stands_on_the_household(connection):
    set_name(connection, HEAD.atena_no, "辻\U000e0100　花", "ツジ　ハナ", now=NOW)
    assert household_of(connection, HEAD.household_no).head_name == "辻\U000e0100　花"


def test_a_card_belongs_to_one_person(connection):
    assert refused(bind_card, connection, WIFE.atena_no, HEAD.serial, DAY, now=NOW) == "serial_taken"
    assert refused(bind_card, connection, WIFE.atena_no, "0A", DAY, now=NOW) == "serial_form"
    bind_card(connection, HEAD.atena_no, None, None, now=NOW)
    bind_card(connection, WIFE.atena_no, HEAD.serial, DAY, now=NOW)
    assert resident_by_serial(connection, HEAD.serial).atena_no == WIFE.atena_no


def test_nothing_is_done_for_somebody_who_is_not_there(connection):
    assert refused(set_protection, connection, "0", Protection("support", DAY, None), now=NOW) == "no_such_resident"
    assert refused(set_address, connection, "0", "どこか", DAY, DAY, now=NOW) == "no_such_household"
