"""Uploads on a real database: all or nothing, in order, equal by differential, and never undoing a later event."""

import asyncio
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bcl_cloud.feeds.ages import ages, stale
from bcl_cloud.feeds.fast_lane import Event, held, take
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.tables import METADATA, STAGED
from registers.koseki.tables import register_in_order
from registers.residents import changes
from registers.residents.tables import METADATA as REGISTERS
from registers.residents.tables import household_of, resident
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, TENANT, changed_town, everything, healthy, send, town


async def test_a_full_upload_brings_every_register_and_its_age(store: SqliteStore) -> None:
    report = await send(store, pack(town(), TENANT, 1, AS_OF))
    assert report.outcome == "applied", report.faults[:3]
    people, koseki, fuhyo, seals, tax = await everything(store)
    assert people == {person.atena_no: person for person in town().residents}
    assert (len(koseki), len(fuhyo), len(seals), len(tax)) == (len(town().koseki), len(town().fuhyo), len(town().seals), len(town().tax))
    assert {age.register: age.as_of for age in await store.read(ages)} == dict.fromkeys(ALL, AS_OF)
    for table in STAGED.values():
        assert (await store.read(lambda connection, table=table: connection.execute(select(table)).all())) == []


async def test_full_and_differential_give_the_same_registers_and_only_changed_units_new_versions(store: SqliteStore, tmp_path: Path) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    other = town().households[1].household_no
    before = await store.read(household_of, other)
    touched = await store.read(household_of, healthy().household_no)
    report = await send(store, pack(changed_town(), TENANT, 2, AS_OF + timedelta(hours=1), before=town()))
    assert report.outcome == "applied", report.faults[:3]
    assert report.changed["residents"] == 1 and report.removed["residents"] == 1
    assert await store.read(household_of, other) == before
    assert (await store.read(household_of, healthy().household_no)).version != touched.version
    direct = await SqliteStore.open(tmp_path / "other.db", REGISTERS, METADATA)
    assert (await send(direct, pack(changed_town(), TENANT, 2, AS_OF + timedelta(hours=1)))).outcome == "applied"
    assert await everything(store) == await everything(direct)
    await direct.close()


async def test_an_unchanged_nightly_full_changes_no_version(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    before = await store.read(household_of, healthy().household_no)
    report = await send(store, pack(town(), TENANT, 2, AS_OF + timedelta(hours=1)))
    assert set(report.changed.values()) == {0}
    assert await store.read(household_of, healthy().household_no) == before


async def test_one_bad_line_is_named_and_nothing_changes(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    before = await everything(store)
    files = _files(changed_town(), ALL)
    lines = files["residents.csv"].split("\r\n")
    lines[30] = lines[30].replace(changed_town().residents[29].birth, "2026/01/01")
    files["residents.csv"] = "\r\n".join(lines)
    report = await send(store, sealed(files, TENANT, 2, AS_OF + timedelta(hours=1), None))
    assert report.outcome == "rejected"
    assert ("residents.csv", 31, "生年月日") in {(line.file, line.line, line.column) for line in report.faults}
    assert await everything(store) == before


@pytest.mark.parametrize(
    ("tenant", "sequence", "as_of", "code"),
    [("992020", 2, AS_OF, "wrong_tenant"), (TENANT, 4, AS_OF, "sequence_old"), (TENANT, 5, AS_OF + timedelta(hours=1), "sequence_used")],
)
async def test_an_upload_that_may_not_come_now_is_refused(store: SqliteStore, tenant: str, sequence: int, as_of: datetime, code: str) -> None:
    await send(store, pack(town(), TENANT, 5, AS_OF))
    before = await everything(store)
    report = await send(store, pack(changed_town(), tenant, sequence, as_of))
    assert [line.code for line in report.faults] == [code]
    assert await everything(store) == before


async def test_the_same_upload_again_gets_the_same_answer(store: SqliteStore) -> None:
    first = await send(store, pack(town(), TENANT, 1, AS_OF))
    again = await send(store, pack(town(), TENANT, 1, AS_OF))
    assert (again.outcome, again.changed) == ("repeated", first.changed)


async def test_a_differential_needs_its_predecessor(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    report = await send(store, pack(changed_town(), TENANT, 3, AS_OF, before=town()))
    assert [line.code for line in report.faults] == ["sequence_gap"]


async def test_a_file_that_is_not_what_its_manifest_says_is_refused(store: SqliteStore) -> None:
    archive = pack(town(), TENANT, 1, AS_OF)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            content = read.read(name)
            write.writestr(name, content.replace("見本".encode(), "例示".encode()) if name == "tax.csv" else content)
    report = await send(store, out.getvalue())
    assert [(line.file, line.code) for line in report.faults] == [("tax.csv", "sha256_differs")]
    assert (await send(store, b"PK nothing")).faults[0].code == "not_zip"


async def test_an_event_later_than_the_data_outlives_them_and_an_earlier_one_is_in_them(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    event = Event(id="e1", kind="leaving", at=NOW - timedelta(minutes=1), subject=healthy().atena_no, on=date(2026, 12, 1))
    assert await store.write(take, event, NOW) == "applied"
    assert await store.write(take, event, NOW) == "applied"
    assert await store.write(take, replace_subject(event, town().residents[1].atena_no), NOW) == "contradicted"
    assert (await store.read(resident, healthy().atena_no)).standing == "leaving"
    assert (await send(store, pack(town(), TENANT, 2, AS_OF + timedelta(hours=1)))).outcome == "applied"
    assert (await store.read(resident, healthy().atena_no)).standing == "leaving"
    assert (await send(store, pack(town(), TENANT, 3, NOW))).outcome == "applied"
    assert (await store.read(resident, healthy().atena_no)).standing == "current"


def replace_subject(event: Event, subject: str) -> Event:
    return Event(id=event.id, kind=event.kind, at=event.at, subject=subject, on=event.on)


async def test_an_event_of_somebody_unknown_waits_for_them(store: SqliteStore) -> None:
    event = Event(id="e1", kind="protect", at=NOW - timedelta(minutes=1), subject=healthy().atena_no)
    assert await store.write(take, event, NOW) == "waiting"
    await send(store, pack(town(), TENANT, 1, AS_OF))
    assert (await store.read(resident, healthy().atena_no)).protection is not None


async def test_a_notification_is_counted_once_whatever_is_uploaded_after_it(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    koseki_no = next(one.koseki_no for one in town().koseki if one.standing == "current" and not one.change_pending)
    for number, kind in enumerate(("koseki_accepted", "koseki_withdrawn")):
        event = Event(id=f"e{number}", kind=kind, at=NOW - timedelta(minutes=5 - number), subject=koseki_no)  # type: ignore[arg-type]
        await store.write(take, event, NOW)
        await send(store, pack(changed_town(), TENANT, 2, AS_OF, before=town()))
        pending = {one.koseki_no: one.change_pending for one in (await store.read(register_in_order))[0]}
        assert pending[koseki_no] == (kind == "koseki_accepted")


async def test_a_year_waits_for_its_corrected_record(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    record = town().tax[0]
    event = Event(id="t", kind="tax_correction", at=AS_OF + timedelta(hours=1), subject=f"{record.atena_no}/{record.year}")
    await store.write(take, event, NOW)
    await send(store, pack(town(), TENANT, 2, AS_OF + timedelta(hours=2)))
    assert await store.read(held, record.atena_no, record.year)
    corrected = replace(town(), tax=(replace(record, decided_on=record.decided_on + timedelta(days=9)), *town().tax[1:]))
    await send(store, pack(corrected, TENANT, 3, AS_OF + timedelta(hours=3)))
    assert not await store.read(held, record.atena_no, record.year)


async def test_what_a_clerk_stopped_stays_stopped(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))

    def stop(connection: Any) -> None:
        changes.suppress(connection, healthy().atena_no, since=date(2026, 11, 1), until=None, household=False, reason="申出", now=NOW)

    await store.write(stop)
    await send(store, pack(changed_town(), TENANT, 2, AS_OF, before=town()))
    assert [stop.reason for stop in (await store.read(resident, healthy().atena_no)).suppressions] == ["申出"]


async def test_old_data_stop_issuing_where_the_tenant_says_so(store: SqliteStore) -> None:
    await send(store, pack(town(), TENANT, 1, AS_OF))
    assert await store.read(stale, "kazei", NOW, {}) is None
    assert await store.read(stale, "kazei", NOW, {"residents": 9}) is None
    assert await store.read(stale, "kazei", NOW, {"residents": 7}) == "data_stale"


async def test_a_newer_attempt_takes_the_place_of_one_that_is_being_read(store: SqliteStore) -> None:
    both = await asyncio.gather(*(send(store, pack(town(), TENANT, 1, AS_OF)) for _ in range(2)))
    assert sorted(report.outcome for report in both) in (["applied", "rejected"], ["applied", "repeated"], ["applied", "applied"])
    assert len((await everything(store))[0]) == 60
