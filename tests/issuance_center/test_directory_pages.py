"""The directory edited by signed-in staff: what contradicts is refused in a sentence and loses nothing, a municipality enters its own service alone, what was entered counts at the next message."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from issuance_center import routing
from issuance_center.app import operator_office
from issuance_center.entering import enter
from issuance_center.entries import Closure, Hours, IssuedBy, OptionsOffered, Place, Succession, Wide, YearOpening
from issuance_center.records import directory
from issuance_center.records.directory_tables import directory_entries
from issuance_center.routing import EMPTY, Change, DirectoryBook, seeds
from issuance_center.routing.changes import contradiction
from issuance_center.shelf import Shelf
from issuance_center.stopping import Person
from issuer.build import topology
from messages import visits as said
from messages.refusals import Refusal
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import Client, page, post, sign_in
from tests.issuance_center.test_directory import at, change, window, with_
from tests.issuance_center.test_stop_pages import STAFF
from tests.issuance_center.town import Kiosk, Town
from tests.issuer.town import DECLARED

LINES = (CITY, SILENT_CITY)
LATER = NOW + timedelta(days=2)
PLANNED = (LATER.strftime("%Y-%m-%dT%H:%M"), (LATER + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))


def planned(hours: int, length: int, *kinds: str, item: str) -> Change:
    starts = LATER + timedelta(hours=hours)
    return window(starts.strftime("%Y-%m-%dT%H:%M"), (starts + timedelta(hours=length)).strftime("%Y-%m-%dT%H:%M"), *kinds, item=item)


BOOK = with_(planned(0, 2, "koseki", item="w1"), change("hours", Hours("09:00", "12:00"), "koseki", LATER))


def test_what_contradicts_nothing_is_entered() -> None:
    for fine in (
        planned(1, 2, "juminhyo", item="w2"),
        planned(2, 2, "koseki", item="w2"),
        change("hours", Hours("08:00", "20:00"), "juminhyo", NOW),
        Change("window", CITY, "w1", LATER, None),
        change("succession", Succession(CITY, "旧町", "", "former"), since=LATER, subject="011002"),
    ):
        assert contradiction(BOOK, fine, LINES, NOW) is None, fine


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (planned(1, 2, "koseki", "fuhyo", item="w2"), "重なります"),
        (planned(1, 2, item="w2"), "重なります"),
        (change("hours", Hours(), "juminhyo", NOW - timedelta(minutes=1)), "過去"),
        (change("hours", Hours("9:00", "17:00"), "juminhyo", LATER), "時:分"),
        (change("issuer", IssuedBy("bcl"), "juminhyo", LATER), "接続がありません"),
        (change("issuer", IssuedBy(SILENT_CITY), "juminhyo", LATER), "ほかの市区町村"),
        (change("options", OptionsOffered(("mynumber_of_the_cat",)), "juminhyo", LATER), "ありません"),
        (change("place", Place("東京都", "町", ""), since=LATER, subject="011003"), "検査数字"),
        (change("wide", Wide(joined=False), since=LATER), "請求先"),
        (change("year", YearOpening(LATER.date(), LATER.date() + timedelta(days=1)), str(NOW.year), LATER), "後です"),
        (change("closure", Closure(LATER.date(), LATER.date() - timedelta(days=1)), "c9", LATER), "前です"),
        (change("succession", Succession(CITY, "自分", "", "former"), since=LATER), "元に戻る"),
        (change("succession", Succession("011002", "無い町", "", "former"), since=LATER, subject="012025"), "登録のない"),
        (Change("issuer", CITY, "juminhyo", at("2000-01-01"), None), "取り消せません"),
        (Change("hours", CITY, "juminhyo", LATER, None), "ありません"),
    ],
)
def test_what_contradicts_is_named(wrong: Change, words: str) -> None:
    problem = contradiction(BOOK, wrong, LINES, NOW)
    assert problem is not None
    assert words in problem.ja
    assert problem.en.isascii()


def test_a_loop_of_two_mergers_is_refused() -> None:
    book = with_(change("succession", Succession(SILENT_CITY, "合併", "", "former"), since=LATER))
    problem = contradiction(book, change("succession", Succession(CITY, "逆", "", "former"), since=LATER, subject=SILENT_CITY), LINES, NOW)
    assert problem is not None


def test_of_two_who_read_the_same_directory_the_second_is_refused(town: Town) -> None:
    town.center_store.do(_seeded)
    boss = Person("花子", operator=True)
    first, second = planned(0, 2, "koseki", item="w1"), planned(1, 2, "koseki", item="w2")
    assert town.center_store.do(enter, EMPTY, (first,), LINES, boss, "点検", NOW) is None
    refused = town.center_store.do(enter, EMPTY, (second,), LINES, boss, "点検", NOW)
    assert refused is not None
    assert [row["item"] for row in town.rows(directory_entries) if row["topic"] == "window"] == ["w1"]


def _seeded(connection: Any) -> None:
    directory.seed(connection, seeds(center_config()), NOW)


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Client]:
    config = msgspec.structs.replace(center_config(), staff=STAFF)
    shelf: Shelf = town.center._shelf
    app = operator_office(
        config, town.center_store, wake=town._wake, now=town.now, token=stream("office"), registry=CollectorRegistry(), openapi={},
        lines=town.center.lines, book=town.center.book, reload=shelf.reload,
    )  # fmt: skip
    async with TestClient(TestServer(app)) as client:
        yield client


def windows(town: Town) -> list[Any]:
    return [row for row in town.rows(directory_entries) if row["topic"] == "window"]


async def test_a_municipality_enters_its_own_service_and_nothing_else(town: Town, office: Client) -> None:
    await sign_in(office, "市の次郎")
    assert (await office.get("/directory", allow_redirects=False)).headers["Location"] == f"/directory/{CITY}"
    assert (await post(office, f"/directory/{CITY}/window", starts=PLANNED[0], ends=PLANNED[1], tick="koseki", reason="点検")).status == 303
    (entered,) = windows(town)
    assert (entered["entered_by"], entered["reason"]) == ("市の次郎", "点検")
    assert "点検" in await page(office, f"/directory/{CITY}")
    assert (await office.get(f"/directory/{SILENT_CITY}")).status == 403
    assert (await post(office, f"/directory/{SILENT_CITY}/hours", tick="juminhyo", opens="09:00", closes="10:00", reason="x")).status == 403
    assert (await post(office, f"/directory/{CITY}/issuer", tick="juminhyo", issuer="", reason="x")).status == 403
    assert (await post(office, f"/directory/{CITY}/withdraw", topic="succession", since=PLANNED[0], code="011002", reason="x")).status == 403
    for path in ("/kiosks", "/kiosks/K-1"):
        assert (await office.get(path)).status == 403
    back = {"topic": "window", "item": entered["item"], "since": entered["since"], "reason": "延期"}
    assert (await post(office, f"/directory/{CITY}/withdraw", **back)).status == 303
    assert windows(town)[-1]["value"] is None


async def test_wrong_input_loses_nothing(town: Town, office: Client) -> None:
    await sign_in(office)
    answer = await post(office, f"/directory/{CITY}/window", starts=PLANNED[1], ends=PLANNED[0], tick="koseki", note="機器の交換", reason="定期点検")
    text = await answer.text()
    assert answer.status == 422
    assert all(word in text for word in ("終わりが始まりより前", PLANNED[0], PLANNED[1], "機器の交換", "定期点検", 'value="koseki" checked'))
    assert windows(town) == []
    assert (await post(office, f"/directory/{CITY}/hours", tick="juminhyo", opens="09:00", closes="10:00", reason="")).status == 422


async def test_what_is_entered_counts_at_the_next_message(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.admitted(card)
    assert isinstance(await kiosk.kinds(), said.KindsOffered)
    await sign_in(office)
    ends = (town.at + timedelta(hours=1)).isoformat()
    starts = (town.at + timedelta(seconds=1)).isoformat()
    assert (await post(office, f"/directory/{CITY}/window", starts=starts, ends=ends, reason="障害")).status == 303
    town.pass_time(seconds=1)
    reply = await kiosk.choices()
    assert isinstance(reply, Refusal)
    assert reply.code == "closed_now"


async def test_a_kiosk_is_shown_changed_and_retired(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    await sign_in(office)
    book: DirectoryBook = await town.center.book(town.at)
    known = book.kiosks["K-1"].values[-1]
    fields = {name: getattr(known, name) for name in ("id", "party", "operator", "channel", "public_key")}
    assert "K-1" in await page(office, "/kiosks")
    bad = await post(office, "/kiosks", **{**fields, "operator": "店"}, place="駅前店", reason="改装")
    assert bad.status == 422
    assert "駅前店" in await bad.text()
    assert (await post(office, "/kiosks", **fields, place="駅前店", retired="yes", reason="閉店")).status == 303
    assert "駅前店" in await page(office, "/kiosks/K-1")
    reply = await town.center.book(town.at)
    assert reply.kiosks["K-1"].values[-1].retired


async def test_a_page_of_the_list_and_a_search(town: Town, office: Client) -> None:
    await sign_in(office)
    assert CITY in await page(office, "/directory")
    assert f"/directory/{SILENT_CITY}" not in await page(office, f"/directory?q={CITY}")
    assert "該当する市区町村はありません" in await page(office, "/directory?q=無い町")


async def test_builds_are_registered_as_issuers_declare_them_with_a_topology_of_several_words(town: Town, office: Client) -> None:
    await sign_in(office)
    assert "登録なし（最初に申告された構成だけを認め" in await page(office, "/kiosks")
    declared = (DECLARED.program, topology(processes=2, press_workers=1, database="postgresql"))
    assert (await post(office, f"/kiosks/builds/{CITY}", builds="  ".join(declared) + "\r\n", reason="更新")).status == 303
    book = await town.center.book(town.at)
    assert routing.registered_build(book, CITY, town.at) == (declared,)
    assert "1組を登録" in await page(office, "/kiosks")
    assert DECLARED.topology in await page(office, "/kiosks"), "what it declared last, to be compared and copied"
    for typed, meant in (("Vendor App 1.0  processes=1 nodes=2", ("Vendor App 1.0", "processes=1 nodes=2")), ("v/1 p=1 n=2", ("v/1", "p=1 n=2"))):
        assert (await post(office, f"/kiosks/builds/{CITY}", builds=typed, reason="更新")).status == 303
        book = await town.center.book(town.at)
        assert routing.registered_build(book, CITY, town.at) == (meant,)
    for wrong in ("konbini/1", "店 processes=1", "konbini/1 構成"):
        answer = await post(office, f"/kiosks/builds/{CITY}", builds=wrong, reason="更新")
        assert answer.status == 422 and wrong in await answer.text()
