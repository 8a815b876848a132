"""The canary of a tenant: in its register, and nobody of it. Not counted, listed, found, compared, changed or replaced, and never issued to whoever comes through a door."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.uploading import upload
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud, count_people
from bcl_cloud.tenants.canaries import NOBODYS_SERIAL, foreign_traces, made
from bcl_cloud.tenants.canaries_planted import plant, stands
from bcl_cloud.tenants.journal import entries
from issuer.clerks.residents import read_record
from issuer.inventory import sections
from messages.orders import AskReferral
from messages.uses import AskRegisteredUse, RegisterUse, UseApplication
from messages.wire import encode
from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.residents.changes import ChangeRefused, bind_card, set_standing
from registers.residents.tables import resident_by_juminhyo_code, resident_by_serial, residents_in_order, search
from tests.bcl_cloud.feeds.feeding import AS_OF, changed_town, town
from tests.bcl_cloud.feeds.feeding import NOW as UPLOADED
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.watched import canary, cloud_in, copied, number_in, rows_of_tenant, serving_of, watched
from tests.issuer.town import CENTER, FATHER, NOW, PEOPLE, ask, atena, order, serial

CODES = [f"{place:05d}" for place in (1002, 13101, 47382)]


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    async with cloud_in(copied(tmp_path)) as opened:
        yield opened


def test_its_numbers_have_right_check_digits_and_are_one_tenants_alone() -> None:
    birds = [made(place + "0", Random(place).randbytes) for place in CODES]
    for one in birds:
        assert atena_digit(one.atena_no[:9]) == one.atena_no[9] and atena_digit(one.household_no[:9]) == one.household_no[9]
        assert my_number_digit(one.my_number[:11]) == one.my_number[11]
        assert juminhyo_code_digit(one.juminhyo_code[:10]) == one.juminhyo_code[10]
        assert [len(number) for number in (one.atena_no, one.household_no, one.my_number, one.juminhyo_code, one.serial)] == [10, 10, 12, 11, 40]
        # More than twenty octets as a positive INTEGER: no certificate can bear it (RFC 5280 4.1.2.2).
        assert (int(one.serial, 16).bit_length() // 8 + 1) > 20
    for name in ("serial", "atena_no", "household_no", "my_number", "juminhyo_code", "name"):
        assert len({getattr(one, name) for one in birds}) == len(birds)


def test_traces_of_another_canary_are_found_and_the_own_ones_are_none() -> None:
    mine, theirs = made(A, Random(1).randbytes), made(B, Random(2).randbytes)
    assert foreign_traces(f"{mine.name} {mine.serial} 見本　太郎", mine) == ()
    assert foreign_traces(f"{mine.name}{theirs.serial[:20]}", mine) == (theirs.serial[:20],)
    assert foreign_traces(f"x{theirs.name}x", mine) == (theirs.name,)


async def test_it_is_planted_when_the_tenant_joins_and_noted(cloud: Cloud) -> None:
    for code in (A, B):
        mine = await canary(cloud, code)
        assert await cloud.tenancy.store(code).read(stands, mine)
        assert [one.entry.detail for one in await cloud.database.read(entries, code) if one.entry.doing == "canary"] == [mine.atena_no]
    assert not await cloud.tenancy.store(A).read(stands, await canary(cloud, B))


async def test_it_is_counted_listed_searched_and_shown_to_nobody(cloud: Cloud) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    assert await store.read(count_people) == len(PEOPLE)
    assert mine.atena_no not in {one.atena_no for one in await store.read(residents_in_order)}
    for text in (mine.atena_no, mine.atena_no[:4], mine.name, "架空", "カクウ"):
        assert await store.read(search, text, 100) == ()
    assert await store.read(read_record, mine.atena_no, ()) is None
    assert await store.read(resident_by_juminhyo_code, mine.juminhyo_code) is None
    assert (await store.read(resident_by_serial, mine.serial)) is not None  # so the rows are there, and the card's serial alone leads to them


async def test_inventories_are_the_same_with_it_and_without(cloud: Cloud) -> None:
    served = await serving_of(cloud).served(A)
    assert served is not None
    with_it = await served.store.read(sections, served.issuer, ("juminhyo",), "nonce", NOW.date())

    def without(connection: Any) -> Any:
        connection.exec_driver_sql("DELETE FROM residents WHERE place <= 0")
        return sections(connection, served.issuer, ("juminhyo",), "nonce", NOW.date())

    assert await served.store.write(without) == with_it


async def test_no_clerk_changes_it_and_no_event_reaches_it(cloud: Cloud) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    with pytest.raises(ChangeRefused, match="no_such_resident"):
        await store.write(set_standing, mine.atena_no, "left", NOW.date(), now=NOW)
    with pytest.raises(ChangeRefused, match="no_such_resident"):
        await store.write(bind_card, mine.atena_no, None, None, now=NOW)
    with pytest.raises(ChangeRefused, match="serial_taken"):
        await store.write(bind_card, atena(FATHER), mine.serial, None, now=NOW)
    for kind in ("dead", "protect", "pending_character"):
        assert await store.write(take, Event(id=kind, kind=kind, at=NOW, subject=mine.atena_no), NOW) == "waiting"  # type: ignore[arg-type]
    assert await store.read(stands, mine)
    assert (await watched(cloud).watch.look(A)).outcome == "passed"


@pytest.mark.parametrize("quarantine", [False, pytest.param(True, marks=pytest.mark.sweep)])
async def test_uploads_leave_it_where_it_is_and_count_nothing_of_it(cloud: Cloud, quarantine: bool) -> None:
    store, mine = cloud.tenancy.store(A), await canary(cloud, A)
    await store.write(decide, FeedTerms(quarantine=quarantine), "op", UPLOADED)
    archives = (
        pack(town(), A, 1, AS_OF),
        pack(changed_town(), A, 2, AS_OF + timedelta(hours=1), before=town()),
        pack(town(), A, 3, AS_OF + timedelta(hours=2)),
    )
    for archive in archives:
        report = await upload(store, archive, A, ALL, lambda: UPLOADED)
        assert report.outcome == "applied", report.faults[:3]
        assert report.removed["residents"] in (len({one.household_no for one in PEOPLE}), 1, 0)
        assert await store.read(stands, mine)
    assert await store.read(count_people) == len(town().residents)
    assert (await watched(cloud).watch.look(A)).outcome == "passed"


@pytest.mark.parametrize(
    ("field", "quarantine"),
    [
        *(pytest.param(field, False, marks=pytest.mark.sweep) for field in ("atena_no", "household_no", "juminhyo_code", "serial")),
        ("my_number", False),
        ("my_number", True),
    ],
)
async def test_a_line_that_names_a_number_of_it_is_refused_and_nothing_goes_in(cloud: Cloud, field: str, quarantine: bool) -> None:
    store, mine = cloud.tenancy.store(A), await canary(cloud, A)
    await store.write(decide, FeedTerms(quarantine=quarantine), "op", UPLOADED)
    before = await rows_of_tenant(cloud, A)
    at = next(place for place, one in enumerate(town().residents) if [other.household_no for other in town().residents].count(one.household_no) == 1)
    forged = replace(town().residents[at], **{field: getattr(mine, field)})
    households = tuple(
        replace(one, household_no=forged.household_no) if one.household_no == town().residents[at].household_no else one for one in town().households
    )
    people = (*town().residents[:at], forged, *town().residents[at + 1 :])
    archive = pack(replace(town(), residents=people, households=households), A, 1, AS_OF, registers=("residents",))
    report = await upload(store, archive, A, ("residents",), lambda: UPLOADED)
    assert report.outcome == "rejected"
    assert [(line.file, line.line) for line in report.faults if line.code == "reserved_number"] == [("residents.csv", at + 2)]
    after = await rows_of_tenant(cloud, A)
    assert {name: rows for name, rows in after.items() if name != "feed_uploads"} == {
        name: rows for name, rows in before.items() if name != "feed_uploads"
    }


async def test_another_registers_line_that_names_it_is_refused_too_and_a_neighbours_number_is_nobodys_here(cloud: Cloud) -> None:
    store, mine, theirs = cloud.tenancy.store(A), await canary(cloud, A), await canary(cloud, B)
    files = _files(town(), ALL)
    lines = files["tax.csv"].split("\r\n")
    first = lines[1].split(",")[0]
    files["tax.csv"] = "\r\n".join([lines[0], lines[1].replace(first, mine.atena_no), *lines[2:]])
    report = await upload(store, sealed(files, A, 1, AS_OF, None), A, ALL, lambda: UPLOADED)
    assert [(line.file, line.line, line.code) for line in report.faults] == [("tax.csv", 2, "reserved_number")]
    files["tax.csv"] = "\r\n".join([lines[0], lines[1].replace(first, theirs.atena_no), *lines[2:]])
    report = await upload(store, sealed(files, A, 1, AS_OF, None), A, ALL, lambda: UPLOADED)
    assert "reserved_number" not in {line.code for line in report.faults}


async def test_it_is_planted_beside_nobody_who_has_its_numbers(cloud: Cloud) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    with pytest.raises(IntegrityError):
        await store.write(plant, replace(mine, my_number=PEOPLE[0].my_number.replace("0000000000", "0000000100"), atena_no=atena(FATHER)), "x", NOW)
    assert await store.read(stands, mine)


async def test_nobody_through_the_door_gets_its_paper_or_a_word_about_it(cloud: Cloud) -> None:
    room = watched(cloud)
    mine = await canary(cloud, A)
    offered = await room.said(msgspec.structs.replace(ask(FATHER), serial=serial(number_in(A, FATHER))))
    application = UseApplication(
        application_id="a1", visit_id="v", kiosk_id="k", municipality=A, honseki="中央一丁目２番", hittousha="見本　太郎", name="見本　太郎",
        birth="1980-04-01", phone="0312345678", applied_at=NOW,
    )  # fmt: skip
    questions = (
        ask(FATHER),
        order("r1", FATHER, offered),  # type: ignore[arg-type]
        AskReferral(visit_id="v", serial="", municipality=A, to=B, kind="kazei", year=2026, recipient=""),
        AskRegisteredUse(visit_id="v", serial="", municipality=A),
    )
    for question in questions:
        mine_said, nobodys = [
            await room.desk.answer(msgspec.structs.replace(question, serial=one), CENTER, NOW) for one in (mine.serial, NOBODYS_SERIAL)
        ]
        assert encode(mine_said) == encode(nobodys)
    assert await room.said(msgspec.structs.replace(ask(FATHER), serial=mine.serial)) == "not_registered"
    assert type(await room.said(RegisterUse(serial=mine.serial, application=application))).__name__ == "UseTaken"


async def test_one_that_is_missing_is_planted_again_by_onboarding(cloud: Cloud) -> None:
    store, mine = cloud.tenancy.store(A), await canary(cloud, A)
    await store.write(lambda connection: connection.exec_driver_sql("DELETE FROM residents WHERE place <= 0"))
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, verdict.concerned) == ("failed", ())
    await onboarding.plant_canary(cloud, A, Random(1).randbytes, "op", "植え直し", NOW)
    assert await store.read(stands, mine)
