"""Quarantine: a bad line keeps its whole unit out, the rest goes in, and nobody of the unit gets a paper until it has come healthy."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bcl_cloud.feeds.bars import bars
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.tables import QUARANTINE
from bcl_cloud.feeds.uploading import SHOWN_MAX
from certificates.entitlement import Declined
from certificates.sources import Sources
from registers.koseki.tables import koseki_by_no
from registers.residents.tables import household_of, resident
from registers.seal.tables import seal_of
from registers.tax.tables import records_of
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, TENANT, changed_town, everything, healthy, send, spoiled, town

LATER = AS_OF + timedelta(hours=2)


async def chosen(store: SqliteStore) -> None:
    await store.write(decide, FeedTerms(quarantine=True), "clerk", NOW)


async def said(store: SqliteStore, kind: str, atena_no: str, year: int | None = None) -> str:
    """`ok`, or the code of the refusal."""

    def look(connection: Any) -> Any:
        person = resident(connection, atena_no)
        assert person is not None
        found = Sources(version="1", holder=person, household=household_of(connection, person.household_no), tax=records_of(connection, atena_no))
        koseki_no = next((one.koseki_no for one in town().koseki for member in one.members if member.atena_no == atena_no), None)
        if kind == "koseki" and koseki_no is not None:
            found = replace(found, koseki=koseki_by_no(connection, koseki_no))
        return bars(connection, kind, found, year, NOW)

    answer = await store.read(look)
    return answer.code if isinstance(answer, Declined) else "ok"


def line_of(atena_no: str, people: Any) -> int:
    return 2 + next(place for place, person in enumerate(people) if person.atena_no == atena_no)


async def test_a_bad_line_keeps_its_household_out_and_the_rest_goes_in(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    other = town().households[2].household_no
    bad = next(person for person in town().residents if person.household_no == other)
    after = changed_town()
    report = await send(store, spoiled(after, "residents.csv", line_of(bad.atena_no, after.residents), bad.birth, "2026/01/01", 2))
    assert report.outcome == "applied" and report.left_out["residents"] == (other,), report
    assert set(report.left_out["seal"]) <= {
        person.atena_no for person in town().residents if person.household_no == other
    }  # their birth dates are not known
    assert ("residents.csv", line_of(bad.atena_no, after.residents), "生年月日") in {(line.file, line.line, line.column) for line in report.faults}
    people = (await everything(store))[0]
    assert people == {person.atena_no: person for person in after.residents}
    family = [person.atena_no for person in town().residents if person.household_no == other]
    assert {await said(store, kind, person) for kind in ("juminhyo", "inkan", "kazei", "koseki") for person in family} == {"not_issuable"}
    assert await said(store, "juminhyo", healthy().atena_no) == "ok"
    await send(store, pack(after, TENANT, 3, LATER))
    assert {await said(store, "juminhyo", person) for person in family} == {"ok"}
    assert await store.read(lambda connection: connection.execute(select(QUARANTINE)).all()) == []


async def test_without_the_choice_the_same_file_changes_nothing(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    before = await everything(store)
    report = await send(store, spoiled(changed_town(), "residents.csv", 2, healthy().birth, "x", 2))
    assert report.outcome == "rejected" and await everything(store) == before


async def test_one_bad_person_keeps_the_koseki_its_people_and_its_fuhyo_out(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    people = [(one.koseki_no, person) for one in town().koseki for person in one.members]
    place = next(n for n, (_, person) in enumerate(people) if person.atena_no is not None and person.removed_on is None)
    number, person = people[place]
    emptied = replace(town(), koseki=tuple(one for one in town().koseki if one.koseki_no == number or one.standing == "current"))
    emptied = replace(emptied, fuhyo=tuple(one for one in town().fuhyo if one.koseki_no in {koseki.koseki_no for koseki in emptied.koseki}))
    line = 2 + next(n for n, one in enumerate(p for k in emptied.koseki for p in k.members) if one.person_no == person.person_no)
    report = await send(store, spoiled(emptied, "koseki_members.csv", line, person.birth, "someday", 2))
    assert report.outcome == "applied" and report.left_out == {"koseki": (number,)}, report
    koseki, fuhyo = (await everything(store))[1:3]
    assert set(koseki) == {one.koseki_no for one in emptied.koseki}
    assert set(fuhyo) == {one.koseki_no for one in emptied.fuhyo}
    assert person.atena_no is not None
    assert await said(store, "koseki", person.atena_no) == "not_issuable"
    assert await said(store, "juminhyo", person.atena_no) == "ok"


async def test_one_bad_year_of_somebody_stops_that_year_alone(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    record = town().tax[0]
    report = await send(store, spoiled(town(), "tax.csv", 2, record.decided_on.isoformat(), "1900-13-01", 2))
    assert report.left_out == {"tax": (f"{record.atena_no}/{record.year}",)}, report
    assert await said(store, "kazei", record.atena_no, record.year) == "not_issuable"
    assert await said(store, "kazei", record.atena_no, record.year - 30) == "ok"
    assert await said(store, "juminhyo", record.atena_no) == "ok"


async def test_a_bad_registration_keeps_all_of_its_holder_out(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    seal = town().seals[0]
    before = await store.read(seal_of, seal.atena_no)
    report = await send(store, spoiled(town(), "seal.csv", 2, seal.registered_on.isoformat(), "never", 2))
    assert report.left_out == {"seal": (seal.atena_no,)}, report
    assert await store.read(seal_of, seal.atena_no) == before
    assert await said(store, "inkan", seal.atena_no) == "not_issuable"
    assert await said(store, "kazei", seal.atena_no) == "ok"


async def test_a_number_that_two_have_keeps_both_out(store: SqliteStore) -> None:
    await chosen(store)
    first, other = town().households[0].household_no, town().households[2].household_no
    one, two = (next(person for person in town().residents if person.household_no == number) for number in (first, other))
    archive = spoiled(town(), "residents.csv", line_of(two.atena_no, town().residents), two.my_number, one.my_number, 1)
    report = await send(store, archive)
    assert set(report.left_out["residents"]) == {first, other}, report
    left = {person.atena_no for person in town().residents if person.household_no in (first, other)}
    assert not left & set((await everything(store))[0])
    assert set(report.left_out.get("seal", ())) == {seal.atena_no for seal in town().seals if seal.atena_no in left}


@pytest.mark.parametrize("spoil", ["household", "cells"])
async def test_a_line_of_which_nobody_knows_whose_it_is_keeps_everything_out(store: SqliteStore, spoil: str) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    before = await everything(store)
    number = healthy().household_no
    old, new = (number, number[:-1] + "x") if spoil == "household" else (healthy().birth, healthy().birth + ",")
    report = await send(store, spoiled(changed_town(), "residents.csv", 2, old, new, 2))
    assert report.outcome == "rejected" and "too_many_bad" in {line.code for line in report.faults}
    assert await everything(store) == before


async def test_who_moves_out_of_a_household_in_quarantine_waits_with_it(store: SqliteStore) -> None:
    """The household they left stays as it was and still holds them: the one they came to cannot go in either."""
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    four, lone = town().households[0].household_no, town().households[2].household_no
    mover = [person for person in town().residents if person.household_no == four][-1]
    address = next(one for one in town().households if one.household_no == lone)
    moved = replace(mover, household_no=lone, relation="同居人")
    after = replace(town(), residents=tuple(moved if person.atena_no == mover.atena_no else person for person in town().residents))
    files = _files(after, ALL)
    lines = files["residents.csv"].split("\r\n")
    place = line_of(mover.atena_no, after.residents) - 1
    head = line_of(healthy().atena_no, after.residents) - 1
    lines[head] = lines[head].replace(healthy().birth, "x")
    files["residents.csv"] = "\r\n".join(lines)
    assert address.household_no in lines[place]
    report = await send(store, sealed(files, TENANT, 2, AS_OF + timedelta(hours=1), None))
    assert report.outcome == "applied" and set(report.left_out["residents"]) == {four, lone}, report
    assert (await store.read(resident, mover.atena_no)).household_no == four
    assert await said(store, "juminhyo", mover.atena_no) == "not_issuable"


async def test_a_differential_heals_what_it_brings_and_leaves_the_rest_in_quarantine(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    await chosen(store)
    record = town().tax[0]
    archive = spoiled(town(), "tax.csv", 2, record.decided_on.isoformat(), "x", 2)
    assert (await send(store, archive)).left_out
    nothing = pack(town(), TENANT, 3, LATER, before=town())
    assert (await send(store, nothing)).outcome == "applied"
    assert await said(store, "kazei", record.atena_no, record.year) == "not_issuable"
    without = replace(town(), tax=town().tax[1:])
    healed = await send(store, pack(town(), TENANT, 4, LATER, before=without))
    assert healed.outcome == "applied" and healed.changed["tax"] == 1, healed
    assert await said(store, "kazei", record.atena_no, record.year) == "ok"


async def test_a_file_full_of_bad_lines_is_no_matter_for_quarantine(store: SqliteStore) -> None:
    await chosen(store)
    files = _files(town(), ALL)
    files["residents.csv"] = files["residents.csv"].replace("-01", "-99")
    report = await send(store, sealed(files, TENANT, 1, AS_OF, None))
    assert report.outcome == "rejected" and 10 < report.fault_count < SHOWN_MAX
