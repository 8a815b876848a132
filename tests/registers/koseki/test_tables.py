"""The family register in a database: one state, one statement, versions that move, everything that forbids a paper in one place."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError

from registers.koseki import tables
from registers.koseki.changes import bind_serial, protect, suppress, unbind_serial
from registers.koseki.tables import (
    METADATA,
    find_person,
    fuhyo_by_no,
    koseki_by_no,
    koseki_of_person_linked_to,
    koseki_of_usage_registration,
    koseki_version,
    load,
    person_of_serial,
    register_in_order,
    replace_all,
)
from registers.residents import changes as resident_changes
from registers.residents import tables as resident_tables
from registers.residents.households import assembled
from registers.residents.resident import Protection, Suppression
from tests.registers.koseki.families import family, fuhyo_of, number, with_member
from tests.registers.people import ADDRESS, LATER, NOW, atena, person

TODAY = NOW.date()
SUPPORT = Protection("support", date(2026, 1, 1), None)
PROVISIONAL = Protection("provisional", date(2026, 2, 1), date(2026, 3, 1))
STOP = Suppression(date(2026, 1, 1), None, household=False, reason="本人の申出")
HUSBAND = person(1, birth="1960-01-02", sex="男")
WIFE = person(2, "妻", birth="1962-02-03")
FAMILY = with_member(with_member(family(), 0, atena_no=HUSBAND.atena_no), 1, atena_no=WIFE.atena_no)
OTHERS = family(20)


@pytest.fixture
def engine():
    made = create_engine("sqlite://")
    METADATA.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine):
    """Two families; the couple of the first are residents of one household."""
    with engine.begin() as opened:
        load(opened, [FAMILY, OTHERS], [fuhyo_of(FAMILY), fuhyo_of(OTHERS)], now=NOW)
        live(opened, HUSBAND, WIFE)
        yield opened


def live(connection, *people):
    resident_tables.load(connection, *assembled(people, [ADDRESS] * len(people)), now=NOW)


def linked(connection, resident=HUSBAND):
    return koseki_of_person_linked_to(connection, resident.atena_no)


def test_what_was_loaded_is_read_back_equal(connection):
    version = koseki_version(connection, FAMILY.koseki_no)
    assert koseki_by_no(connection, FAMILY.koseki_no) == replace(FAMILY, version=version)
    assert fuhyo_by_no(connection, FAMILY.koseki_no) == replace(fuhyo_of(FAMILY), version=version)
    assert koseki_by_no(connection, OTHERS.koseki_no) == replace(OTHERS, version=koseki_version(connection, OTHERS.koseki_no))


def test_a_resident_finds_their_own_koseki_and_fuhyo(connection):
    koseki, fuhyo, person_no = linked(connection)
    assert (koseki, fuhyo) == (koseki_by_no(connection, FAMILY.koseki_no), fuhyo_by_no(connection, FAMILY.koseki_no))
    assert koseki.member(person_no).given_name == "一郎"
    assert linked(connection, WIFE)[2] == FAMILY.members[1].person_no


def test_a_koseki_without_fuhyo_has_none(engine):
    with engine.begin() as connection:
        load(connection, [FAMILY], [], now=NOW)
        assert linked(connection)[1] is None
        assert fuhyo_by_no(connection, FAMILY.koseki_no) is None


@pytest.mark.parametrize("read", ["linked", "registered", "koseki", "fuhyo", "nobody"])
def test_every_look_up_is_one_statement(connection, read):
    bind_serial(connection, "abc", FAMILY.members[2].person_no, since=TODAY)
    protect(connection, FAMILY.members[1].person_no, SUPPORT, now=NOW)
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    looked_up = {
        "linked": lambda: linked(connection),
        "registered": lambda: koseki_of_usage_registration(connection, "abc", TODAY),
        "koseki": lambda: koseki_by_no(connection, FAMILY.koseki_no),
        "fuhyo": lambda: fuhyo_by_no(connection, FAMILY.koseki_no),
        "nobody": lambda: linked(connection, person(8)),
    }[read]()
    assert (looked_up is None) == (read == "nobody")
    assert len(statements) == 1


def test_a_look_up_searches_by_index_and_reads_no_table_through(connection):
    compiled = tables._BY_ATENA.compile(connection.engine)
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple("x" for _ in compiled.positiontup)).all()
    assert len(plan) > 10
    assert not [row[3] for row in plan if row[3].startswith("SCAN")]


def test_who_was_removed_does_not_find_the_koseki_by_their_number(engine):
    gone = with_member(FAMILY, 3, atena_no=atena(4))
    with engine.begin() as connection:
        load(connection, [gone], [], now=NOW)
        assert koseki_of_person_linked_to(connection, atena(4)) is None


@pytest.mark.parametrize("standing", ["removed", "superseded"])
def test_only_a_current_koseki_is_found_by_a_resident_or_a_registration(engine, standing):
    with engine.begin() as connection:
        old = replace(FAMILY, standing=standing)
        load(connection, [FAMILY], [], now=NOW)
        bind_serial(connection, "abc", FAMILY.members[0].person_no, since=TODAY)
        assert koseki_of_usage_registration(connection, "abc", TODAY) and linked(connection)
        connection.execute(tables.KOSEKI.update().values(standing=standing))
        assert linked(connection) is None
        assert koseki_of_usage_registration(connection, "abc", TODAY) is None
        assert koseki_by_no(connection, FAMILY.koseki_no) == replace(old, version=koseki_version(connection, FAMILY.koseki_no))


@pytest.mark.parametrize("other", [{"birth": "1960-01-03"}, {"sex": "女"}])
def test_a_number_given_to_somebody_else_opens_no_koseki(engine, other):
    with engine.begin() as connection:
        load(connection, [FAMILY], [], now=NOW)
        live(connection, replace(HUSBAND, **other))
        assert linked(connection) is None


def test_a_number_that_leads_to_two_people_leads_to_nobody(engine):
    with engine.begin() as connection:
        load(connection, [FAMILY, with_member(OTHERS, 0, atena_no=HUSBAND.atena_no)], [], now=NOW)
        assert linked(connection) is None


def test_a_protection_or_stop_of_the_resident_stands_on_the_person_in_koseki_and_fuhyo(connection):
    resident_changes.set_protection(connection, WIFE.atena_no, PROVISIONAL, now=NOW)
    resident_changes.suppress(connection, WIFE.atena_no, since=TODAY, until=None, household=False, reason="本人の申出", now=NOW)
    koseki, fuhyo, _ = linked(connection, HUSBAND)
    for people in (koseki.members, fuhyo.people):
        assert [one.protection for one in people] == [None, PROVISIONAL, None, None]
        assert [len(one.suppressions) for one in people] == [0, 1, 0, 0]


def test_a_protection_or_stop_of_this_register_stands_on_the_person_in_koseki_and_fuhyo(connection):
    child = FAMILY.members[2].person_no
    protect(connection, child, PROVISIONAL, now=NOW)
    suppress(connection, child, since=TODAY, until=None, reason="本人の申出", now=NOW)
    koseki, fuhyo, _ = linked(connection)
    assert (koseki.member(child).protection, fuhyo.person(child).protection) == (PROVISIONAL, PROVISIONAL)
    assert len(koseki.member(child).suppressions) == len(fuhyo.person(child).suppressions) == 1


def test_stops_of_both_registers_are_united_and_each_ends_alone(connection):
    me = FAMILY.members[1].person_no
    suppress(connection, me, since=TODAY, until=None, reason="戸籍の窓口", now=NOW)
    number_there = resident_changes.suppress(connection, WIFE.atena_no, since=TODAY, until=None, household=False, reason="住民の窓口", now=NOW)
    protect(connection, me, SUPPORT, now=NOW)
    resident_changes.set_protection(connection, WIFE.atena_no, PROVISIONAL, now=NOW)
    here = koseki_by_no(connection, FAMILY.koseki_no).member(me)
    assert {stop.reason for stop in here.suppressions} == {"戸籍の窓口", "住民の窓口"}
    assert here.protection == SUPPORT
    resident_changes.release(connection, number_there, now=LATER)
    resident_changes.release_protection(connection, WIFE.atena_no, now=LATER)
    here = koseki_by_no(connection, FAMILY.koseki_no).member(me)
    assert [stop.reason for stop in here.suppressions] == ["戸籍の窓口"]
    assert here.protection == SUPPORT


def test_a_stop_on_the_household_stands_on_its_people_here_and_on_nobody_else(connection):
    resident_changes.suppress(connection, HUSBAND.atena_no, since=TODAY, until=None, household=True, reason="確認中", now=NOW)
    assert [len(one.suppressions) for one in linked(connection)[0].members] == [1, 1, 0, 0]


def test_what_lies_on_somebody_who_has_moved_out_is_still_known_here(connection):
    resident_changes.set_protection(connection, WIFE.atena_no, SUPPORT, now=NOW)
    resident_changes.set_standing(connection, WIFE.atena_no, "left", TODAY, now=NOW)
    assert linked(connection)[0].members[1].protection == SUPPORT


def test_a_protection_set_in_one_koseki_counts_in_the_other_that_lists_the_same_person(engine):
    parents = with_member(FAMILY, 3, atena_no=atena(4))
    own = with_member(OTHERS, 1, atena_no=atena(4))
    with engine.begin() as connection:
        load(connection, [parents, own], [fuhyo_of(parents)], now=NOW)
        before = [koseki_version(connection, one.koseki_no) for one in (parents, own)]
        protect(connection, own.members[1].person_no, SUPPORT, now=NOW)
        suppress(connection, own.members[1].person_no, since=TODAY, until=None, reason="本人の申出", now=NOW)
        listed = koseki_by_no(connection, parents.koseki_no).members[3]
        assert (listed.protection, len(listed.suppressions)) == (SUPPORT, 1)
        assert fuhyo_by_no(connection, parents.koseki_no).people[3].protection == SUPPORT
        after = [koseki_version(connection, one.koseki_no) for one in (parents, own)]
        assert before[0] != after[0] and before[1] != after[1]


def test_what_the_resident_register_changes_moves_the_version_here(connection):
    seen = [koseki_version(connection, FAMILY.koseki_no)]
    other = koseki_version(connection, OTHERS.koseki_no)
    resident_changes.set_protection(connection, WIFE.atena_no, SUPPORT, now=NOW)
    seen.append(koseki_version(connection, FAMILY.koseki_no))
    resident_changes.release_protection(connection, WIFE.atena_no, now=LATER)
    seen.append(koseki_version(connection, FAMILY.koseki_no))
    assert len(set(seen)) == 3
    assert koseki_by_no(connection, FAMILY.koseki_no).version == fuhyo_by_no(connection, FAMILY.koseki_no).version == seen[-1]
    assert koseki_version(connection, OTHERS.koseki_no) == other


def test_flags_said_in_the_fuhyo_alone_stand_in_the_koseki_too(engine):
    fuhyo = fuhyo_of(FAMILY)
    flagged = replace(fuhyo, people=(replace(fuhyo.people[0], protection=SUPPORT, suppressions=(STOP,)), *fuhyo.people[1:]))
    with engine.begin() as connection:
        load(connection, [FAMILY], [flagged], now=NOW)
        head = koseki_by_no(connection, FAMILY.koseki_no).members[0]
        assert (head.protection, head.suppressions) == (SUPPORT, (STOP,))


def test_a_registered_certificate_leads_to_its_person_from_its_day(connection):
    child = FAMILY.members[2].person_no
    bind_serial(connection, "abc", child, since=date(2026, 11, 24))
    assert person_of_serial(connection, "abc", TODAY) is None
    assert koseki_of_usage_registration(connection, "abc", TODAY) is None
    assert person_of_serial(connection, "abc", date(2026, 11, 24)) == child
    koseki, fuhyo, person_no = koseki_of_usage_registration(connection, "abc", date(2026, 11, 24))
    assert (koseki.koseki_no, fuhyo.koseki_no, person_no) == (FAMILY.koseki_no, FAMILY.koseki_no, child)
    unbind_serial(connection, "abc", now=NOW)
    assert person_of_serial(connection, "abc", date(2026, 11, 24)) is None
    assert koseki_of_usage_registration(connection, "abc", date(2026, 11, 24)) is None


def test_one_live_registration_a_serial_is_held_by_the_database_itself(connection):
    row = {"serial": "abc", "since": "2026-01-01"}
    insert = tables.USAGE_REGISTRATIONS.insert()
    connection.execute(insert.values(**row, person_no=number(1), until="2026-02-01"))
    connection.execute(insert.values(**row, person_no=number(2), until=None))
    with pytest.raises(IntegrityError):
        connection.execute(insert.values(**row, person_no=number(3), until=None))


def test_people_are_found_wherever_they_stand(connection):
    assert find_person(connection, OTHERS.members[3].person_no) == OTHERS.koseki_no
    assert find_person(connection, number(99)) is None
    assert (koseki_by_no(connection, number(99)), fuhyo_by_no(connection, number(99)), koseki_version(connection, number(99))) == (None, None, None)


def test_a_number_that_is_there_already_is_not_loaded_again(connection):
    with pytest.raises(IntegrityError):
        load(connection, [FAMILY], [], now=NOW)
    with pytest.raises(IntegrityError):
        load(connection, [replace(FAMILY, koseki_no=number(77))], [], now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda fuhyo: replace(fuhyo, koseki_no=number(70)),
        lambda fuhyo: replace(fuhyo, honseki="どこか"),
        lambda fuhyo: replace(fuhyo, hittousha="だれか"),
        lambda fuhyo: replace(fuhyo, standing="removed"),
        lambda fuhyo: replace(fuhyo, people=(replace(fuhyo.people[0], person_no=number(71)),)),
        lambda fuhyo: replace(fuhyo, people=(replace(fuhyo.people[0], given_name="二郎"),)),
        lambda fuhyo: replace(fuhyo, people=(replace(fuhyo.people[0], removed_on=TODAY),)),
        lambda fuhyo: replace(fuhyo, people=(replace(fuhyo.people[0], atena_no=atena(8)),)),
        lambda fuhyo: replace(fuhyo, people=fuhyo.people[::-1]),
    ],
)
def test_a_fuhyo_that_contradicts_its_koseki_is_not_loaded(engine, wrong):
    with engine.begin() as connection, pytest.raises(ValueError, match=r"fuhyo|person"):
        load(connection, [FAMILY], [wrong(fuhyo_of(FAMILY))], now=NOW)


def test_the_register_is_written_out_with_its_own_flags_only(connection):
    resident_changes.set_protection(connection, WIFE.atena_no, SUPPORT, now=NOW)
    protect(connection, FAMILY.members[0].person_no, PROVISIONAL, now=NOW)
    koseki, fuhyo = register_in_order(connection)
    assert [one.koseki_no for one in koseki] == [FAMILY.koseki_no, OTHERS.koseki_no] == [one.koseki_no for one in fuhyo]
    assert [one.protection for one in koseki[0].members] == [PROVISIONAL, None, None, None]


def test_what_a_clerk_set_survives_a_new_file_and_what_a_file_brought_goes_with_it(engine):
    brought = with_member(FAMILY, 0, protection=SUPPORT, suppressions=(STOP,))
    me = FAMILY.members[1].person_no
    with engine.begin() as connection:
        load(connection, [brought, OTHERS], [], now=NOW)
        protect(connection, me, PROVISIONAL, now=NOW)
        suppress(connection, me, since=TODAY, until=None, reason="窓口の確認", now=NOW)
        protect(connection, OTHERS.members[0].person_no, SUPPORT, now=NOW)
        versions = {koseki_version(connection, FAMILY.koseki_no)}
        done = replace_all(connection, [FAMILY], [fuhyo_of(FAMILY)], now=LATER)
        assert (done.koseki, done.people, done.kept_protections, done.kept_suppressions) == (1, 4, 1, 1)
        koseki = koseki_by_no(connection, FAMILY.koseki_no)
        assert [one.protection for one in koseki.members] == [None, PROVISIONAL, None, None]
        assert [len(one.suppressions) for one in koseki.members] == [0, 1, 0, 0]
        assert koseki_by_no(connection, OTHERS.koseki_no) is None
        versions.add(koseki.version)
        replace_all(connection, [OTHERS], [], now=LATER)
        replace_all(connection, [FAMILY], [], now=LATER)
        versions.add(koseki_version(connection, FAMILY.koseki_no))
        assert len(versions) == 3


def test_a_new_file_keeps_a_registration_for_the_same_person_only(engine):
    first, second, third = (FAMILY.members[index].person_no for index in range(3))
    with engine.begin() as connection:
        load(connection, [FAMILY], [], now=NOW)
        for serial, who in (("a1", first), ("a2", second), ("a3", third)):
            bind_serial(connection, serial, who, since=TODAY)
        new = with_member(with_member(FAMILY, 1, birth="1970-01-01"), 2, removed_on=TODAY)
        assert replace_all(connection, [new], [], now=LATER).kept_registrations == 1
        assert [person_of_serial(connection, serial, TODAY) for serial in ("a1", "a2", "a3")] == [first, None, None]
