"""The seal register in a database: the latest registration, one in force, and no seal brought back to life."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError

from registers.seal.changes import cancel
from registers.seal.tables import METADATA, load, replace_all, seal_of, seals_in_order
from tests.registers.people import LATER, NOW, atena
from tests.registers.seal.seals import seal

OLD = seal(1, cancelled_at=NOW - timedelta(days=30), cancelled_for="replaced")
NEW = seal(2, 1)
OTHER = seal(3)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        load(opened, (OLD, NEW, OTHER), now=NOW)
        yield opened
    engine.dispose()


def test_a_registration_comes_out_as_it_went_in(connection):
    assert seals_in_order(connection) == tuple(replace(kept, version="1") for kept in (OLD, NEW, OTHER))


def test_the_seal_of_a_person_is_the_latest_one_in_one_statement(connection):
    statements = []
    event.listen(connection.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert seal_of(connection, atena(1)).registration_no == NEW.registration_no
    assert len(statements) == 1


def test_of_a_person_without_a_seal_there_is_nothing_and_of_a_cancelled_one_its_end(connection):
    assert seal_of(connection, atena(9)) is None
    replace_all(connection, (OLD,), now=LATER)
    found = seal_of(connection, atena(1))
    assert (found.cancelled_at, found.cancelled_for) == (OLD.cancelled_at, "replaced")


def test_nobody_has_two_seals_in_force(connection):
    with pytest.raises(IntegrityError):
        load(connection, (seal(4, 1),), now=LATER)


def test_a_registration_number_is_given_once(connection):
    with pytest.raises(IntegrityError):
        load(connection, (seal(3, 7),), now=LATER)


def test_a_new_file_takes_the_place_of_the_old_one_with_versions_never_used_before(connection):
    assert replace_all(connection, (OTHER, seal(5)), now=LATER).registrations == 2
    assert [found.registration_no for found in seals_in_order(connection)] == ["00000003", "00000005"]
    assert seal_of(connection, OTHER.atena_no).version == "2"


def test_an_older_file_does_not_bring_a_cancelled_seal_back_to_life(connection):
    ended = cancel(connection, OTHER.atena_no, "lost", NOW)
    for _ in range(2):
        assert replace_all(connection, (OLD, NEW, OTHER), now=LATER).kept_cancellations == 1
    found = seal_of(connection, OTHER.atena_no)
    assert (found.cancelled_at, found.cancelled_for) == (ended.cancelled_at, "lost")
    assert not found.in_force_at(LATER)


def test_a_registration_of_the_same_number_of_another_person_is_not_cancelled_by_it(connection):
    cancel(connection, OTHER.atena_no, "lost", NOW)
    assert replace_all(connection, (seal(3, 8),), now=LATER).kept_cancellations == 0
    assert seal_of(connection, atena(8)).in_force_at(LATER)
