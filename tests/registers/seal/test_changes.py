"""What a clerk does to the seal register."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import create_engine

from registers.residents.households import assembled
from registers.residents.tables import load as load_residents
from registers.seal import changes
from registers.seal.changes import SealRefused, cancel, register
from registers.seal.seal import Imprint
from registers.seal.tables import METADATA, load, seal_of, seals_in_order
from tests.registers.people import ADDRESS, LATER, NOW, atena, person
from tests.registers.seal.seals import drawn, imprint, seal

SECOND = timedelta(seconds=1)
PEOPLE = (
    person(1),
    person(2, household=2),
    person(3, "子", birth="2011-11-23"),  # 15 today
    person(4, "子", birth="2011-11-24"),
    person(5, "母", standing="left", standing_since=NOW.date()),
    person(6, "父", standing="leaving", standing_since=NOW.date()),
    person(7, "姉", birth="年月日不詳"),
)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        load_residents(opened, *assembled(PEOPLE, [ADDRESS] * len(PEOPLE)), now=NOW)
        load(opened, (seal(1),), now=NOW)
        yield opened
    engine.dispose()


def refused(change, *args, **kwargs):
    with pytest.raises(SealRefused) as caught:
        change(*args, **kwargs)
    return caught.value.problem


def new(connection, number, registration_no="00000900", carved="見本", picture=None, now=NOW):
    return register(connection, atena(number), registration_no, carved, picture or imprint(9), now=now)


def test_a_registered_seal_is_the_persons_seal(connection):
    made = new(connection, 2)
    assert seal_of(connection, atena(2)) == made
    assert (made.registered_on, made.in_force_at(NOW), made.version) == (NOW.date(), True, "2")


def test_a_seal_cancelled_one_second_before_is_seen_as_no_seal_by_the_next_read(connection):
    order = LATER
    assert seal_of(connection, atena(1)).in_force_at(order)
    cancel(connection, atena(1), "lost", order - SECOND)
    found = seal_of(connection, atena(1))
    assert (found.cancelled_at, found.cancelled_for) == (order - SECOND, "lost")
    assert not found.in_force_at(order)
    assert not found.in_force_at(order - SECOND)
    assert found.in_force_at(order - 2 * SECOND)


def test_a_cancellation_never_takes_effect_later_than_it_was_made(connection):
    at = NOW.replace(microsecond=999_999)
    assert cancel(connection, atena(1), "lost", at).cancelled_at == NOW
    assert not seal_of(connection, atena(1)).in_force_at(at)


def test_a_cancellation_is_the_same_instant_in_every_offset(connection):
    cancel(connection, atena(1), "lost", NOW.astimezone(timezone(timedelta(0))))
    assert not seal_of(connection, atena(1)).in_force_at(NOW)
    assert seal_of(connection, atena(1)).in_force_at(NOW - SECOND)


def test_an_instant_without_its_offset_is_not_taken(connection):
    with pytest.raises(ValueError, match="offset"):
        cancel(connection, atena(1), "lost", NOW.replace(tzinfo=None))


def test_each_change_gives_a_version_never_used_before(connection):
    versions = [seal_of(connection, atena(1)).version, cancel(connection, atena(1), "request", NOW).version, new(connection, 1, now=LATER).version]
    assert versions == ["1", "2", "3"]


def test_cancelling_what_is_not_there_or_has_ended_is_refused(connection):
    assert refused(cancel, connection, atena(2), "lost", NOW) == "no_seal"
    cancel(connection, atena(1), "lost", NOW)
    assert refused(cancel, connection, atena(1), "request", LATER) == "already_cancelled"
    assert seal_of(connection, atena(1)).cancelled_for == "lost"


def test_a_seal_does_not_end_before_it_was_registered(connection):
    new(connection, 2)
    assert refused(cancel, connection, atena(2), "lost", NOW - timedelta(days=1)) == "before_registration"


def test_who_has_a_seal_in_force_registers_no_other(connection):
    assert refused(new, connection, 1) == "already_registered"
    cancel(connection, atena(1), "request", NOW)
    assert new(connection, 1).in_force_at(NOW)
    assert [found.atena_no for found in seals_in_order(connection)] == [atena(1), atena(1)]


def test_a_seal_that_ends_in_the_future_is_still_in_force(connection):
    cancel(connection, atena(1), "moved_out", LATER)
    assert refused(new, connection, 1, now=LATER - SECOND) == "already_registered"
    assert new(connection, 1, now=LATER).in_force_at(LATER)


def test_one_seal_takes_the_place_of_another(connection):
    made = changes.replace(connection, atena(1), "00000901", "見", imprint(8), now=LATER)
    old, latest = seals_in_order(connection)
    assert (old.cancelled_at, old.cancelled_for) == (LATER, "replaced")
    assert latest == made == seal_of(connection, atena(1))


@pytest.mark.parametrize(("number", "problem"), [(4, "too_young"), (5, "not_present"), (7, "age_unknown"), (99, "no_such_resident")])
def test_who_is_too_young_or_does_not_live_here_registers_no_seal(connection, number, problem):
    assert refused(new, connection, number) == problem
    assert seal_of(connection, atena(number)) is None


@pytest.mark.parametrize("number", [3, 6])
def test_who_is_15_today_or_about_to_move_may_register(connection, number):
    assert new(connection, number).in_force_at(NOW)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"registration_no": "123"}, "registration_no_form"),
        ({"registration_no": "00000001"}, "registration_no_taken"),
        ({"carved": ""}, "carved_form"),
        ({"carved": "見\n本"}, "carved_form"),
        ({"picture": drawn(150, 300)}, "imprint_small"),
        ({"picture": drawn(300, 700)}, "imprint_large"),
        ({"picture": drawn(300, 300, ink=None)}, "imprint_blank"),
        ({"picture": drawn(300, 300, mode="L")}, "imprint_form"),
        ({"picture": Imprint(300, 300, drawn(300, 300).png[:60])}, "imprint_damaged"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_changes_nothing(connection, wrong, problem):
    assert refused(new, connection, 2, **wrong) == problem
    assert seal_of(connection, atena(2)) is None
    assert seals_in_order(connection) == (replace(seal(1), version="1"),)
