"""BCL への乗り換え while people buy: nothing lost, nothing wrong, every paper from the issuer of the instant at which it was chosen; and what differs blocks it with a sentence."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median

import aiohttp
import pytest

from bcl_cloud.tenants.entries import set_seal
from certificates.kinds import KINDS
from certificates.seal import seal_png
from registers.koseki.stops import release_stop, suppress
from simulation.municipalities import BCL
from simulation.town.description import HolderEntry
from simulation.visitor import Visitor
from storage.instants import JST, instant
from storage.sqlite import SqliteStore
from tests.town.applicants import somebody
from tests.town.errands import MIHON, wish
from tests.town.moved import Judged, Lingerer, Served, complained_of, in_turn, judged, keep_coming, ordered, wishes
from tests.town.moves import Moving, sections_said
from tests.town.moving_house import WHO, WHY
from tests.town.open_town import OpenTown, eventually
from tests.town.register_truth import made_up_beforehand
from tests.town.rows import rows

KARIZUMI = "972011"
"""A tenant whose 戸籍 is on its own server."""
FAMILY = ("koseki", "fuhyo")
SEED = 5
GREAT_RESIDENTS, GREAT_TERMINALS = int(os.environ.get("KONBINI_GREAT_RESIDENTS", "50000")), 6
NOTICES_BESIDE = 20_000
"""Residents: a bulk file of so many runs long enough."""
AFTER_VISITS = 40
IN_FORCE_SECONDS = 60.0
"""The bound of the issue: a 転出届 within one minute of its upload."""


@pytest.fixture(scope="module")
def house(world: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> Moving:
    """Offers its 戸籍 in the cloud as well from now on, and has a 利用登録 that its own server alone knows."""
    made = Moving(world, KARIZUMI, FAMILY, tmp_path_factory.mktemp("moving"))
    asyncio.run(made.offer_there_too())
    asyncio.run(made.bind(_serial(world, _stranger(world)), somebody(world, KARIZUMI)[0], date(2026, 11, 2)))
    return made


@pytest.fixture(scope="module")
def great(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moving]:
    folder = tmp_path_factory.mktemp("great")
    town = OpenTown(folder / "state", residents=GREAT_RESIDENTS, municipalities=3, terminals=GREAT_TERMINALS, ready_seconds=7200)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(made_up_beforehand, town, 3)
        town.open()
    with closing(town) as opened:
        opened.hurry()
        (folder / "files").mkdir()
        yield Moving(opened, MIHON, tuple(KINDS), folder / "files")


async def test_what_differs_blocks_the_move_with_a_sentence_and_the_old_issuer_goes_on(house: Moving, hands: aiohttp.ClientSession) -> None:
    """A 利用登録, a stop, the seal: each is named, and mended."""
    planned = len(house.moves())
    assert "電子証明書と人の結び付き（利用登録を含む）（現在" in await _blocked(house)
    first, again = [(await asyncio.to_thread(house.hand_over))["written"] for _ in range(2)]
    assert first["uses"] == 1 and "uses" not in again
    store, now = await SqliteStore.open(house.old, sole=False), datetime.now(JST)
    stop = await store.write(suppress, somebody(house.town, KARIZUMI)[0], since=now.date(), until=None, reason="本人の申出（見本）", now=now)
    assert "支援措置・発行抑止・届出の処理中など（現在" in await _blocked(house)
    await store.write(release_stop, stop, now=now)
    await store.close()
    async with house.cloud() as cloud:
        await cloud.database.write(set_seal, KARIZUMI, seal_png("かりずみ町長之印"), WHO, WHY, now)
        assert "公印" in await _blocked(house)
        await cloud.database.write(set_seal, KARIZUMI, house.place.seal_png, WHO, WHY, now)
    assert [move["state"] for move in house.moves()[planned:]] == ["blocked"] * 3
    one = _holders(house.town, KARIZUMI, "koseki")[0]
    visited = await Visitor(hands, house.town.town.kiosks[0].url, wish(one, kind="koseki")).visit()
    assert ordered(house.town)[visited.papers[0].issuance_id]["issuer"] == KARIZUMI


async def test_kinds_move_while_people_buy_and_every_visit_ends_where_it_chose(house: Moving, hands: aiohttp.ClientSession) -> None:
    await asyncio.to_thread(house.hand_over)
    town, enough, served = house.town, asyncio.Event(), list[Served]()
    known = await complained_of(town)
    first, *kiosks = town.town.kiosks
    people = in_turn(
        wishes(_holders(town, KARIZUMI), FAMILY, SEED), wishes([one for one in town.town.holders if one.municipality != KARIZUMI], None, SEED)
    )
    async with asyncio.TaskGroup() as tasks:
        lingering = Lingerer(hands, first.url, wish(_holders(town, KARIZUMI, "koseki")[0], kind="koseki"))
        tasks.create_task(keep_coming(hands, kiosks, people, enough, served, {lingering.wish.card, _stranger(town).id}))
        last = tasks.create_task(lingering.visit())
        await lingering.before_the_button.wait()
        at = await house.plan_soon(KARIZUMI, BCL)
        await eventually(lambda: datetime.now(JST) >= at, "the minute")
        lingering.go.set()
        served.append((lingering.wish, await last))
        await eventually(lambda: _made_by(house, BCL, at) >= 3, "papers of the new issuer")
        elsewhere = replace(wish(_stranger(town), kind="koseki"), municipality=KARIZUMI, door="honseki")
        served.append((elsewhere, await Visitor(hands, first.url, elsewhere).visit()))
        enough.set()
    found = await judged(house, served, at, KARIZUMI, BCL, known)
    _say(found, served)
    assert found.wrong == ()
    assert found.papers[KARIZUMI] >= 1 and found.papers[BCL] >= 4 and found.across >= 1, "before, after, and across"
    assert house.moves()[-1]["state"] in ("ready", "moved")


@pytest.mark.sweep
async def test_a_town_of_50000_is_uploaded_and_moved_at_a_minute_while_people_buy(great: Moving, hands: aiohttp.ClientSession) -> None:
    """By the operator's page and the center's own rounds."""
    town = great.town
    await great.become_tenant()
    archive = great.packed(great.registers(), 1)
    enough, served = asyncio.Event(), list[Served]()
    first, *kiosks = town.town.kiosks
    people = in_turn(
        wishes(_holders(town, MIHON), None, SEED),
        wishes(_holders(town, MIHON), None, SEED + 1),
        wishes([one for one in town.town.holders if one.municipality != MIHON], None, SEED),
    )
    async with asyncio.TaskGroup() as tasks:
        lingering = Lingerer(hands, first.url, wish(_holders(town, MIHON, "juminhyo")[0]))
        tasks.create_task(keep_coming(hands, kiosks, people, enough, served, {lingering.wish.card}))
        report, seconds = await asyncio.to_thread(great.upload, archive)
        assert report["outcome"] == "applied", report
        print(f"uploaded {GREAT_RESIDENTS:,} people in {seconds:.1f} s beside {len(served)} visits", flush=True)
        await great.bind(_serial(town, _stranger(town)), somebody(town, MIHON)[0], date(2026, 11, 2))
        await great.open()
        at = next_minute()
        assert "利用登録を含む" in sections_said(await great.plan(at)), "one binding is missing there"
        handed = await asyncio.to_thread(great.hand_over)
        assert handed["written"]["uses"] >= 1, handed
        at = next_minute()
        assert "一致" in sections_said(await great.plan(at))
        await eventually(lambda: datetime.now(JST) >= at - timedelta(seconds=15), "the last seconds before the minute", 200)
        last = tasks.create_task(lingering.visit())
        await lingering.before_the_button.wait()
        await eventually(lambda: great.moves()[-1]["state"] != "planned", "the last comparison")
        await eventually(lambda: datetime.now(JST) >= at, "the minute")
        lingering.go.set()
        served.append((lingering.wish, await last))
        await eventually(lambda: _made_by(great, BCL, at) >= AFTER_VISITS, "papers of the new issuer", 300)
        await eventually(lambda: great.moves()[-1]["state"] == "moved", "the center to say so")
        enough.set()
    found = await judged(great, served, at, MIHON, BCL, frozenset())
    _say(found, served)
    assert found.wrong == ()
    assert found.papers[MIHON] >= AFTER_VISITS and found.papers[BCL] >= AFTER_VISITS and found.across >= 1


@pytest.mark.sweep
@pytest.mark.skipif(GREAT_RESIDENTS < NOTICES_BESIDE, reason="a smaller file is in place before six people have said that they move out")
async def test_a_moving_out_notice_is_in_force_at_the_kiosk_while_a_bulk_file_of_50000_runs(great: Moving, hands: aiohttp.ClientSession) -> None:
    """By the command and on the tenant's page in turn, one person after another for as long as the file runs; and it stays in force when the file has been put in place."""
    assert great.moves()[-1]["state"] == "moved", "the town has moved before"
    town, kiosk = great.town, great.town.town.kiosks[0]
    population = great.registers()
    homes = {home.household_no: replace(home, address=f"{home.address}　移転先") for home in population.households}
    changed = replace(population, households=tuple(homes.values()))
    bulk = great.uploading(great.packed(changed, 2))
    waits: dict[str, list[float]] = {"command": [], "page": []}
    leaving: list[HolderEntry] = []
    async with great.office() as (session, address):
        for number, holder in enumerate(_holders(town, MIHON, "juminhyo")[100:]):
            way, began = ("command", "page")[number % 2], time.perf_counter()
            await _says_moving_out(great, session, address, holder, way)
            visited = await Visitor(hands, kiosk.url, wish(holder)).visit()
            while visited.refusal is None:
                visited = await Visitor(hands, kiosk.url, wish(holder)).visit()
            if bulk.poll() is not None:
                break  # the file was in place before the paper was refused: it says nothing
            assert visited.refusal == "moved_out", visited.refusal
            waits[way].append(time.perf_counter() - began)
            leaving.append(holder)
    report = json.loads(bulk.communicate()[0])
    assert report["outcome"] == "applied" and sum(report["changed"].values()) > GREAT_RESIDENTS / 4, report
    for way, seconds in waits.items():
        print(f"moving out by {way}: {len(seconds)} notices, refused after {median(seconds):.2f} s, {max(seconds):.2f} s at most", flush=True)
    assert min(map(len, waits.values())) >= 3
    assert max(max(seconds) for seconds in waits.values()) < IN_FORCE_SECONDS
    for holder in leaving[-3:]:
        assert (await Visitor(hands, kiosk.url, wish(holder)).visit()).refusal == "moved_out", "the file does not undo it"


async def _says_moving_out(great: Moving, session: aiohttp.ClientSession, address: str, holder: HolderEntry, way: str) -> None:
    """One event 転出届, by `konbini bcl fast` or on the tenant's page."""
    event = {"id": f"out-{holder.atena_no}", "kind": "leaving", "subject": holder.atena_no, "on": f"{date.today():%Y-%m-%d}"}
    if way == "command":
        said, _ = await asyncio.to_thread(great.take_event, event | {"at": datetime.now(JST).isoformat()})
        assert said["outcome"] == "applied", said
        return
    async with session.post(f"{address}/data/events", data=event) as answer:
        assert answer.status == 200 and "適用済み" in await answer.text()


def _say(found: Judged, served: list[Served]) -> None:
    print(f"{len(served)} visits; of the kinds that moved {dict(found.papers)}, {found.across} across the minute; wrong: {found.wrong}", flush=True)


async def _blocked(house: Moving) -> str:
    """What the page says of a move that is planned now."""
    page = await house.plan(next_minute())
    assert "照合が合わず中止" in page
    return sections_said(page)


def next_minute() -> datetime:
    """The first whole minute that a page takes."""
    return (datetime.now(JST) + timedelta(seconds=121)).replace(second=0, microsecond=0)


def _holders(town: OpenTown, code: str, kind: str | None = None) -> list[HolderEntry]:
    return [one for one in town.town.holders if one.municipality == code and one.kinds and (kind is None or kind in one.kinds)]


def _stranger(town: OpenTown) -> HolderEntry:
    """Lives in れいじ市, and has their 戸籍 here once it is bound."""
    reiji = town.town.municipalities[1].code
    return [one for one in town.town.holders if one.municipality == reiji and "juminhyo" in one.kinds and not one.note][-1]


def _serial(town: OpenTown, holder: HolderEntry) -> str:
    file = town.folders.database(f"municipal-{holder.municipality}")
    return str(rows(file, "SELECT serial FROM residents WHERE atena_no = ?", holder.atena_no)[0]["serial"])


def _made_by(house: Moving, issuer: str, at: datetime) -> int:
    """Papers of the kinds that moved that were chosen from this issuer after the minute."""
    mine = [row for row in ordered(house.town).values() if row["municipality"] == house.code and row["kind"] in house.kinds]
    return sum(row["issuer"] == issuer and instant(row["offered_at"]) >= at for row in mine)
