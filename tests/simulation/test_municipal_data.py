"""What the demonstration's municipalities send to the shared cloud: once everything, then every day the word that nothing changed, through the same door as anybody's upload."""

import asyncio
import atexit
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, TypeVar

import msgspec
import pytest

from bcl_cloud.feeds.ages import ages, stale
from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import decide, terms_of
from bcl_cloud.feeds.history import PastUpload, uploads
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.uploading import upload
from bcl_cloud.joining.onboarding import Cloud, StaffSetting, count_people, onboard, registers_of
from bcl_cloud.tenants.canaries_planted import canary_of, stands
from bcl_cloud.tenants.journal import entries
from registers.residents.tables import resident
from simulation import demonstration as demo
from simulation.key_ring import rsa_ring, signing_key
from simulation.municipal_data import NotTaken, send_changes, send_everything
from simulation.municipalities import BCL, PLACES, Place
from simulation.town.cloud import DATA_TERMS, close_cloud, opened_cloud, tenants_folder
from simulation.town.daily_data import DailyData, after
from simulation.town.folders import Folders
from storage.instants import JST
from tests.bcl_cloud.feeds.feeding import everything, healthy, town
from tests.bcl_cloud.watched import description
from tests.issuer.town import document_keys

T = TypeVar("T")
CLERK, WHY = "市民課 太郎", "参加時の全件"
TENANTS: tuple[Place, ...] = tuple(place for place in PLACES if place.bcl_kinds)[:2]
A = TENANTS[0].code
JOINED = datetime(2026, 11, 23, 9, 30, tzinfo=JST)


@cache
def _joined() -> Path:
    """A town's folder in which two tenants have joined and uploaded, made once."""
    folder = Path(mkdtemp(prefix="konbini-data-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    asyncio.run(_join(Folders(folder)))
    return folder


async def _join(folders: Folders) -> None:
    tenants_folder(folders).mkdir(parents=True, mode=0o700)
    cloud = await opened_cloud(folders)
    for place, tenant in enumerate(TENANTS):
        code = tenant.code
        cloud.keys.install(code, rsa_ring()[1 + place], signing_key(1 + place), signing_key(5 + place))
        told = msgspec.structs.replace(
            description("990019", folders.state),
            municipality=code,
            municipality_name=tenant.city.name,
            number_prefix=tenant.city.name,
            staff=(StaffSetting(name=CLERK, password_hash="-", roles=("clerk",)),),
        )
        await onboard(cloud, told, document_keys().authority, "op", "参加", JOINED, Random(code).randbytes)
        await cloud.tenancy.store(code).write(decide, DATA_TERMS, CLERK, JOINED)
        await send_everything(cloud, code, town(), CLERK, WHY, JOINED)
    await close_cloud(cloud)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A copy of it."""
    shutil.copytree(_joined(), tmp_path, dirs_exist_ok=True)
    return Folders(tmp_path)


def of_cloud(folders: Folders, work: Callable[[Cloud], Awaitable[T]]) -> T:
    async def carried_out() -> T:
        cloud = await opened_cloud(folders)
        try:
            return await work(cloud)
        finally:
            await close_cloud(cloud)

    return asyncio.run(carried_out())


def read(folders: Folders, step: Callable[..., T], *args: Any, code: str = A) -> T:
    return of_cloud(folders, lambda cloud: cloud.tenancy.store(code).read(step, *args))


def history(folders: Folders, code: str = A) -> tuple[PastUpload, ...]:
    return read(folders, uploads, code=code)


def test_the_registers_of_who_joined_came_by_an_upload_that_the_pages_can_show(folders: Folders) -> None:
    (first,) = history(folders)
    assert (first.sequence, first.kind, first.state, first.as_of) == (1, "full", "applied", JOINED)
    assert first.report is not None and first.report.rows["residents.csv"] == len(town().residents)
    assert first.rows == sum(first.report.rows.values()) > len(town().residents) and len(first.digest) == 64
    assert {age.register: age.as_of for age in read(folders, ages)} == dict.fromkeys(("residents", "koseki", "tax"), JOINED)
    told = [one.entry for one in of_cloud(folders, lambda cloud: cloud.database.read(entries, A))]
    assert [(one.who, one.detail, one.why) for one in told if one.doing == "upload"] == [(CLERK, f"{A}-1.zip", WHY)]


def test_the_canary_stands_untouched_and_uncounted_beside_what_was_uploaded(folders: Folders) -> None:
    canary = of_cloud(folders, lambda cloud: cloud.database.read(canary_of, A))
    assert canary is not None and read(folders, stands, canary)
    assert read(folders, count_people) == len(town().residents)


def test_a_day_s_differential_makes_the_data_new_and_changes_nothing_else(folders: Folders) -> None:
    async def of_registers(cloud: Cloud) -> Any:
        return await everything(cloud.tenancy.store(A))  # type: ignore[arg-type]

    before, week = of_cloud(folders, of_registers), JOINED + timedelta(days=7)
    assert read(folders, stale, "juminhyo", week, DATA_TERMS.max_age_hours) == "data_stale", "the limit of age stands"
    said = of_cloud(folders, lambda cloud: send_changes(cloud, A, CLERK, "日次", week))
    assert said is not None and (said.outcome, said.sequence) == ("applied", 2)
    assert not any(said.rows.values()) and not any(said.changed.values()) and not any(said.removed.values())
    assert read(folders, terms_of) == DATA_TERMS and read(folders, stale, "koseki", week, DATA_TERMS.max_age_hours) is None
    assert {age.as_of for age in read(folders, ages)} == {week}
    assert of_cloud(folders, of_registers) == before


def test_what_was_told_by_the_fast_lane_stands_after_a_day_without_changes(folders: Folders) -> None:
    event = Event(id="1", kind="leaving", at=JOINED + timedelta(hours=1), subject=healthy().atena_no)
    assert of_cloud(folders, lambda cloud: cloud.tenancy.store(A).write(take, event, JOINED + timedelta(hours=1))) == "applied"
    of_cloud(folders, lambda cloud: send_changes(cloud, A, CLERK, "日次", JOINED + timedelta(days=1)))
    found = read(folders, resident, healthy().atena_no)
    assert found is not None and found.standing == "leaving"


def test_it_follows_whatever_upload_stands_and_is_not_sent_where_that_is_as_new(folders: Folders) -> None:
    assert of_cloud(folders, lambda cloud: send_changes(cloud, A, CLERK, "日次", JOINED)) is None
    somebodys = pack(town(), A, 40, JOINED + timedelta(hours=2), registers=("residents", "koseki", "tax"))

    async def uploaded(cloud: Cloud) -> str:
        return (await upload(cloud.tenancy.store(A), somebodys, A, await registers_of(cloud, A), lambda: JOINED + timedelta(hours=2))).outcome

    assert of_cloud(folders, uploaded) == "applied"
    of_cloud(folders, lambda cloud: send_changes(cloud, A, CLERK, "日次", JOINED + timedelta(hours=3)))
    assert [(one.sequence, one.state) for one in history(folders)] == [(41, "applied"), (40, "applied"), (1, "applied")]


def test_an_upload_that_is_not_taken_is_an_error_without_a_value_of_any_line(folders: Folders) -> None:
    with pytest.raises(NotTaken, match=f"^{A}: upload 1 was repeated"):
        of_cloud(folders, lambda cloud: send_everything(cloud, A, town(), CLERK, WHY, JOINED))
    with pytest.raises(NotTaken, match=f"^{A}: upload 1 was rejected: manifest.json 0  sequence_used$"):
        of_cloud(folders, lambda cloud: send_everything(cloud, A, town(), CLERK, WHY, JOINED + timedelta(days=1)))


def test_at_an_opening_everybody_sends_and_at_night_one_in_each_turn(folders: Folders) -> None:
    said: list[str] = []
    data, codes = DailyData(folders, TENANTS, said.append), [place.code for place in TENANTS]
    opened = JOINED + timedelta(days=5)
    data.send_all(opened)
    assert [history(folders, code)[0].as_of for code in codes] == [opened, opened]
    night = datetime.combine(opened.date() + timedelta(days=1), time(demo.DATA_SENT_AT), JST)
    data.turn(night - timedelta(seconds=1))
    assert [history(folders, code)[0].as_of for code in codes] == [opened, opened]
    data.turn(night)
    assert [history(folders, code)[0].as_of for code in codes] == [night, opened]
    for seconds in (1, 2, 3):
        data.turn(night + timedelta(seconds=seconds))
    assert [len(history(folders, code)) for code in codes] == [3, 3] and said == []
    data.turn(night + timedelta(days=1))
    assert len(history(folders)) == 4


def test_one_whose_data_are_not_taken_is_told_of_and_the_others_send(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(cloud: Cloud, code: str, *args: Any) -> Any:
        if code == A:
            raise NotTaken("rejected")
        return await send_changes(cloud, code, *args)

    monkeypatch.setattr("simulation.town.daily_data.send_changes", refused)
    said: list[str] = []
    DailyData(folders, TENANTS, said.append).send_all(JOINED + timedelta(days=1))
    assert said == [f"{TENANTS[0].city.name}の連携用データが取り込まれませんでした: rejected"]
    assert [len(history(folders, place.code)) for place in TENANTS] == [1, 2]


def test_the_night_s_hour_is_the_next_one() -> None:
    assert after(datetime(2026, 11, 23, 2, 59, tzinfo=JST)) == datetime(2026, 11, 23, 3, tzinfo=JST)
    assert after(datetime(2026, 11, 23, 3, 0, tzinfo=JST)) == datetime(2026, 11, 24, 3, tzinfo=JST)


def test_a_town_without_tenants_has_nothing_to_send(tmp_path: Path) -> None:
    DailyData(Folders(tmp_path), (), lambda _: None).send_all(JOINED)
    assert not Folders(tmp_path).party(BCL).exists()
