"""Corners of uploads and events: numbers that change hands, events out of order, files of removals, what is kept of a refused upload, events while an upload runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bcl_cloud.feeds import uploading
from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.tables import METADATA, STAGED, UPLOADS
from registers.koseki.tables import register_in_order
from registers.population import Population
from registers.residents.tables import METADATA as REGISTERS
from registers.residents.tables import household_of, resident
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, TENANT, everything, healthy, send, spoiled, town


def with_serials(*serials: tuple[int, str | None]) -> Population:
    people = list(town().residents)
    for place, serial in serials:
        people[place] = replace(people[place], serial=serial, card_usable_from=None)
    return replace(town(), residents=tuple(people))


async def test_a_serial_that_a_full_file_gives_to_somebody_else_is_taken_from_its_old_holder(store: SqliteStore) -> None:
    other = next(place for place, person in enumerate(town().residents) if person.household_no != healthy().household_no)
    await send(store, pack(with_serials((0, "aa11")), TENANT, 1, AS_OF))
    await send(store, pack(town(), TENANT, 2, AS_OF))
    assert (await store.read(resident, healthy().atena_no)).serial == "aa11"
    before = await store.read(household_of, healthy().household_no)
    report = await send(store, pack(with_serials((other, "aa11")), TENANT, 3, AS_OF))
    assert report.outcome == "applied", report
    assert (await store.read(resident, healthy().atena_no)).serial is None
    assert (await store.read(resident, town().residents[other].atena_no)).serial == "aa11"
    assert (await store.read(household_of, healthy().household_no)).version != before.version


@pytest.mark.parametrize("first", ["koseki_withdrawn", "koseki_accepted"])
async def test_acceptance_and_withdrawal_end_alike_whichever_is_told_first(store: SqliteStore, first: str) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    koseki_no = next(one.koseki_no for one in town().koseki if one.standing == "current" and not one.change_pending)
    instants = {"koseki_accepted": NOW - timedelta(hours=2), "koseki_withdrawn": NOW - timedelta(hours=1)}
    for kind in (first, *(set(instants) - {first})):
        await store.write(take, Event(id=kind, kind=kind, at=instants[kind], subject=koseki_no), NOW)  # type: ignore[arg-type]
    assert not await pending(store, koseki_no)
    await store.write(take, Event(id="next", kind="koseki_accepted", at=NOW, subject=koseki_no), NOW)
    assert await pending(store, koseki_no)


async def pending(store: SqliteStore, koseki_no: str) -> bool:
    return next(one.change_pending for one in (await store.read(register_in_order))[0] if one.koseki_no == koseki_no)


@pytest.mark.parametrize(
    ("text", "rows", "code"),
    [
        ("台帳,番号\r\ntax\r\n", 1, "removed_form"),
        ("台帳,番号\r\ntax,0/2026\r\n", 2, "rows_differ"),
        ("a,b\r\n", 0, "removed_form"),
        ("\udcff", 0, "not_utf_8"),
    ],
)
async def test_a_list_of_removals_is_read_as_strictly_as_a_register(store: SqliteStore, text: str, rows: int, code: str) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    before = await everything(store)
    files = {name: whole.split("\r\n")[0] + "\r\n" for name, whole in _files(town(), ALL).items()}
    archive = sealed(files | {"removed.csv": text}, TENANT, 2, AS_OF, 1, {"removed.csv": rows})
    report = await send(store, archive)
    assert code in {line.code for line in report.faults}, report
    assert await everything(store) == before


async def test_every_refused_upload_is_kept_with_its_reasons_and_disturbs_none_that_is_read(store: SqliteStore) -> None:
    await send(store, b"no zip")
    await send(store, pack(town(), "992020", 1, AS_OF))
    await send(store, spoiled(town(), "residents.csv", 2, healthy().birth, "x", 1))
    rows = await store.read(lambda connection: connection.execute(select(UPLOADS).order_by(UPLOADS.c.upload_no)).all())
    assert [(row.state, code in row.report) for row, code in zip(rows, ("not_zip", "wrong_tenant", "date_form"), strict=True)][:2] == [
        ("rejected", True)
    ] * 2
    assert rows[2].state == "rejected" and '"line":2' in rows[2].report
    assert (await send(store, pack(town(), TENANT, 1, AS_OF))).outcome == "applied"
    for table in STAGED.values():
        assert (await store.read(lambda connection, table=table: connection.execute(select(table)).all())) == []


class Between:
    """A store in which something happens before a certain write of the upload."""

    def __init__(self, store: SqliteStore, step: str, then: Callable[[], Any]) -> None:
        self._store, self._step, self._then = store, step, then

    async def write(self, step: Any, *args: Any, **kwargs: Any) -> Any:
        if step.__name__ == self._step:
            await self._then()
            self._step = ""
        return await self._store.write(step, *args, **kwargs)

    async def read(self, step: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()


@pytest.mark.parametrize("step", ["let_wait", "switch", "clear"])
async def test_an_event_taken_while_an_older_file_is_uploaded_is_in_force_at_once_and_stays(store: SqliteStore, step: str) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    older = replace(town(), residents=(replace(healthy(), previous_address="例示県ためし市栄町９番地"), *town().residents[1:]))
    seen = []

    async def leave() -> None:
        event = Event(id="e", kind="leaving", at=NOW - timedelta(minutes=1), subject=healthy().atena_no, on=date(2026, 12, 1))
        assert await store.write(take, event, NOW) == "applied"
        seen.append((await store.read(resident, healthy().atena_no)).standing)

    report = await uploading.upload(
        Between(store, step, leave),
        pack(older, TENANT, 2, AS_OF + timedelta(hours=1)),
        TENANT,
        ALL,
        lambda: NOW,  # type: ignore[arg-type]
    )
    assert report.outcome == "applied" and seen == ["leaving"]
    now = await store.read(resident, healthy().atena_no)
    assert (now.standing, now.previous_address) == ("leaving", "例示県ためし市栄町９番地")


@st.composite
def later(draw: Any) -> Population:
    """The town after households went, people changed and records went or were decided anew."""
    gone = draw(st.sets(st.sampled_from([one.household_no for one in town().households[1:]]), max_size=3))
    changed = draw(st.sets(st.sampled_from([one.atena_no for one in town().residents]), max_size=5))
    kept_tax = draw(st.integers(0, 6))
    went = {person.atena_no for person in town().residents if person.household_no in gone}
    people = tuple(
        replace(person, previous_address="例示県ためし市栄町９番地") if person.atena_no in changed else person
        for person in town().residents
        if person.household_no not in gone
    )
    return replace(
        town(),
        residents=people,
        households=tuple(one for one in town().households if one.household_no not in gone),
        seals=tuple(seal for seal in town().seals if seal.atena_no not in went),
        tax=tuple(replace(record, decided_on=record.decided_on + timedelta(days=1)) for record in town().tax[:4]) + town().tax[4 + kept_tax :],
    )


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(after=later())
async def test_a_full_upload_is_the_one_before_it_and_the_differential(tmp_path_factory: Any, after: Population) -> None:
    folder = tmp_path_factory.mktemp("both")
    stores = [await SqliteStore.open(folder / f"{name}.db", REGISTERS, METADATA) for name in ("full", "parts")]
    await send(stores[0], pack(after, TENANT, 2, AS_OF))
    await send(stores[1], pack(town(), TENANT, 1, AS_OF))
    assert (await send(stores[1], pack(after, TENANT, 2, AS_OF, before=town()))).outcome == "applied"
    assert await everything(stores[0]) == await everything(stores[1])
    for store in stores:
        await store.close()
