"""Test people and changes of a demonstration town, on the registers of the kit's little town: who is chosen for what, what the profile says of them, and that what was changed can be put back."""

from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from conformance.broken.town import CANCELLED, MOVER, OLD_ADDRESS, OLD_NAME, populate, serial
from conformance.profile import MayHave
from konbini import conformance_people as people
from konbini.conformance_changes import NotChanged, Step, _after, _population, at_own_server
from konbini.conformance_people import Candidate
from registers.koseki import tables as kosekis
from registers.numbers import atena_digit
from registers.residents import tables as residents
from registers.seal.tables import seal_of
from storage.instants import JST
from storage.sqlite import SqliteStore

NOW = datetime(2026, 11, 23, 12, tzinfo=JST)
KINDS = ("juminhyo", "inkan", "koseki")
ADULTS = (1, 2, 11, 12, 21, 31, MOVER, CANCELLED)


def number(one: int) -> str:
    return f"{one:09d}" + atena_digit(f"{one:09d}")


def everybody(connection: Connection) -> list[Candidate]:
    found = []
    for one in ADULTS:
        person = residents.resident(connection, number(one))
        assert person is not None
        home = residents.household_of(connection, person.household_no)
        assert home is not None
        family = kosekis.koseki_of_person_linked_to(connection, person.atena_no)
        found.append(Candidate(f"p{one}", person, home, KINDS, seal_of(connection, person.atena_no), family, None))
    return found


@pytest.fixture
async def store(tmp_path: Path) -> SqliteStore:
    made = await SqliteStore.open(tmp_path / "town.db", residents.METADATA)
    await made.write(populate, NOW - timedelta(days=1))
    return made


def without(candidates: list[Candidate], *ids: str) -> list[Candidate]:
    return [one for one in candidates if one.id not in ids]


def ids(*ones: Candidate | None) -> list[str]:
    return [one.id for one in ones if one is not None]


async def test_everybody_serves_for_what_nobody_else_can(store: SqliteStore) -> None:
    used = people.chosen(await store.read(everybody), KINDS, NOW)
    assert ids(*used.holders) == ["p11", "p1"], "two households of three, who has most kinds first"
    assert ids(used.protected, used.stopped) == ["p21", "p31"]
    assert ids(used.mover, used.ender) == ["p41", "p51"], "whose seal ends has one"


async def test_a_household_serves_for_one_thing_alone_and_who_is_lacking_is_not_made_up(store: SqliteStore) -> None:
    candidates = await store.read(everybody)
    used = people.chosen(without(candidates, "p1", "p11", "p21", "p41"), KINDS[:1], NOW)
    assert sorted(ids(*used.holders)) == ["p12", "p2"]
    assert used.protected is None and ids(used.mover, used.ender) == ["p51", "p51"], "one person may move and lose the seal"
    spare = people.to_be_stopped(candidates, used, "juminhyo", NOW)
    assert ids(spare) == ["p41"], "of a household that is used for nothing"


async def test_nobody_is_a_holder_whose_household_has_somebody_stopped(store: SqliteStore) -> None:
    await store.write(at_own_server, Step(what="protect", atena_no=number(2)), NOW)
    used = people.chosen(await store.read(everybody), KINDS, NOW)
    assert ids(used.protected) == ["p2"] and "p1" not in ids(*used.holders)


async def test_a_person_is_told_with_what_stands_on_the_paper_and_with_what_marks_it(store: SqliteStore) -> None:
    candidates = await store.read(everybody)
    one = next(each for each in candidates if each.id == "p11")
    told = people.told(one, candidates, KINDS, NOW)
    may = {each["kind"]: msgspec.convert(each, MayHave, strict=False) for each in told["may"]}
    assert (told["serial"], told["marks"], told["refused"]) == (serial(11), ["見本県みほん市中央2番地"], [])
    assert [(each.name, each.birth, each.holder) for each in may["juminhyo"].members][:2] == [
        ("試験　次郎", "昭和５４年３月３日", True),
        ("試験　桜", "昭和５６年７月８日", False),
    ]
    assert set(may["juminhyo"].items) == {"my_number", "juminhyo_code", "honseki"} and len(may["inkan"].members) == 1
    assert [each.choosable for each in may["koseki"].members] == [True, True, True, False]
    wife = people.told(next(each for each in candidates if each.id == "p2"), candidates, KINDS, NOW)
    assert wife["refused"] == [{"kind": "inkan", "code": "no_seal"}]


async def test_an_address_that_stands_on_somebody_elses_paper_marks_nobody(store: SqliteStore) -> None:
    await store.write(at_own_server, _move(number(MOVER), OLD_NAME, "見本県みほん市中央2番地の3"), NOW)
    candidates = await store.read(everybody)
    assert people.told(next(one for one in candidates if one.id == "p11"), candidates, KINDS, NOW)["marks"] == []


def _move(atena_no: str, name: str, address: str) -> Step:
    since = date(2010, 4, 1)
    return Step(what="move", atena_no=atena_no, name=name, name_kana="ミホン", address=address, since=since, notified_on=date(2010, 4, 5))


def said(connection: Connection, one: int) -> object:
    person = residents.resident(connection, number(one))
    assert person is not None
    home, seal = residents.household_of(connection, person.household_no), seal_of(connection, number(one))
    assert home is not None
    in_force = seal is not None and seal.in_force_at(NOW + timedelta(seconds=9))
    return person, home.address, home.head_name, in_force and seal is not None and seal.imprint


@pytest.mark.parametrize(
    ("one", "there", "back"),
    [
        (MOVER, _move(number(MOVER), "見本　転子", "見本県みほん市字試験場９番地"), _move(number(MOVER), OLD_NAME, OLD_ADDRESS)),
        (CANCELLED, Step(what="end_seal", atena_no=number(CANCELLED)), Step(what="renew_seal", atena_no=number(CANCELLED))),
        (CANCELLED, Step(what="leave", atena_no=number(CANCELLED)), Step(what="stay", atena_no=number(CANCELLED))),
    ],
    ids=["move", "seal", "leave"],
)
async def test_what_an_own_server_was_changed_to_is_put_back(store: SqliteStore, one: int, there: Step, back: Step) -> None:
    before = await store.read(said, one)
    for _ in range(2):
        await store.write(at_own_server, there, NOW)
        assert await store.read(said, one) != before
        await store.write(at_own_server, back, NOW + timedelta(seconds=1))
        assert await store.read(said, one) == before


async def test_an_upload_brings_the_whole_household_and_back_it_brings_the_same(store: SqliteStore) -> None:
    before = await store.read(_population, "992011", number(12))
    there = _after(before, _move(number(12), "見本　転子", "見本県みほん市字試験場９番地"))
    assert {one.name for one in there.residents} == {"試験　次郎", "見本　転子", "試験　三郎"} and there.households[0].address.endswith("９番地")
    (home,) = before.households
    back = _after(there, _move(number(12), "試験　桜", home.address))
    assert [(one.atena_no, one.name) for one in back.residents] == [(one.atena_no, one.name) for one in before.residents]
    assert (back.households[0].address, back.households[0].head_name) == (home.address, home.head_name)


async def test_nobody_unknown_is_changed(store: SqliteStore) -> None:
    with pytest.raises(NotChanged):
        await store.write(at_own_server, Step(what="leave", atena_no="0000000000"), NOW)
