"""A municipality's own page at the center: what of it is open until when, stopped, noticed, counted and planned; nothing of another's, and an issuer that is silent keeps nobody waiting."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from issuance_center import routing
from issuance_center.app import operator_office
from issuance_center.entries import Closure, Hours, IssuedBy, Window, YearOpening, YearsOffered
from issuance_center.municipality_pages import WORD_GOOD, age_words, days_since
from issuance_center.records import directory, endings, findings, moves, tables
from issuance_center.records.findings import Occurrence
from issuance_center.stopping import Scope
from messages.conditions import AskCondition, Condition, RegisterAge
from messages.wire import encode
from simulation.people import CardMade
from storage.instants import stamp
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import Client, page, sign_in
from tests.issuance_center.test_directory import at, change, window, with_
from tests.issuance_center.test_stop_pages import STAFF
from tests.issuance_center.town import Kiosk, Town
from tests.issuance_center.wires import lost_there, says
from tests.issuer.town import DECLARED

ALWAYS = Hours("00:00", "24:00", closed_days=())


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Client]:
    config = msgspec.structs.replace(center_config(), staff=STAFF)
    app = operator_office(
        config, town.center_store, wake=town._wake, now=town.now, token=stream("office"), registry=CollectorRegistry(), openapi={},
        lines=town.center.lines, book=town.center.book, reload=town.center._shelf.reload,
    )  # fmt: skip
    async with TestClient(TestServer(app)) as client:
        yield client


# --- until when it is open ---


@pytest.mark.parametrize(
    ("changes", "now", "until"),
    [
        ((), "2026-11-24T12:00", "2026-11-24T23:00"),
        ((), "2026-12-28T22:59", "2026-12-28T23:00"),
        ((), "2026-11-24T23:00", None),
        ((window("2026-11-24T17:00", "2026-11-24T18:00"),), "2026-11-24T12:00", "2026-11-24T17:00"),
        ((window("2026-11-24T17:00", "2026-11-24T18:00", "koseki"),), "2026-11-24T12:00", "2026-11-24T23:00"),
        ((change("hours", ALWAYS, "inkan"),), "2026-11-24T12:00", None),
        ((change("hours", ALWAYS, "inkan"), change("hours", Hours(), "inkan", "2026-12-01T00:00")), "2026-11-24T12:00", "2026-12-01T00:00"),
        (
            (change("hours", ALWAYS, "inkan"), change("closure", Closure(date(2027, 1, 4), date(2027, 1, 5)), "c1")),
            "2026-11-24T12:00",
            "2027-01-04T00:00",
        ),
        ((change("hours", ALWAYS, "inkan"), change("issuer", IssuedBy(None), "inkan", "2026-12-01T09:30")), "2026-11-24T12:00", "2026-12-01T09:30"),
        ((change("hours", Hours("09:00", "17:00"), "inkan", "2026-11-25T00:00"),), "2026-11-24T12:00", "2026-11-24T23:00"),
    ],
)
def test_what_is_open_closes_at_the_first_instant_at_which_anything_closes_it(changes: Any, now: str, until: str | None) -> None:
    book = with_(*changes)
    found = routing.open_until(book, CITY, "inkan", at(now))
    assert found == (at(until) if until is not None else None)
    if found is not None:
        before, then = (routing.route(book, CITY, "inkan", None, moment) for moment in (found - timedelta(microseconds=1), found))
        assert isinstance(before, routing.Route) and isinstance(before.hours, routing.Open)
        assert not (isinstance(then, routing.Route) and isinstance(then.hours, routing.Open))


def test_a_year_that_changes_closes_the_tax_papers_alone() -> None:
    book = with_(
        change("hours", ALWAYS, "kazei"),
        change("hours", ALWAYS, "inkan"),
        change("years", YearsOffered(2)),
        change("year", YearOpening(date(2027, 6, 3), date(2027, 5, 31)), "2027", "2027-05-31T00:00"),
    )
    assert routing.open_until(book, CITY, "kazei", NOW) == at("2027-05-31T00:00")
    assert routing.open_until(book, CITY, "inkan", NOW) is None


def test_an_age_is_told_in_the_unit_in_which_it_matters() -> None:
    said = [age_words(timedelta(minutes=minutes))[0] for minutes in (-3, 5, 119, 120, 47 * 60, 48 * 60)]
    assert said == ["（0分前）", "（5分前）", "（119分前）", "（2時間前）", "（47時間前）", "（2日前）"]
    assert (days_since(stamp(NOW - timedelta(days=6, hours=23)), NOW), days_since(stamp(NOW + timedelta(hours=1)), NOW)) == (6, 0)


# --- the page ---


def note(town: Town, municipality: str = CITY, days: int = 0) -> int:
    return town.center_store.do(
        findings.note, "data_update", Occurrence(municipality, municipality, "juminhyo", "K-1", None), town.at - timedelta(days=days)
    )


def _of_the_other_city(connection: Connection, request_id: str) -> None:
    connection.execute(tables.requests.update().where(tables.requests.c.request_id == request_id).values(municipality=SILENT_CITY))


async def test_it_shows_what_is_its_own_and_nothing_of_another(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    other = await town.kiosk(1).ready(card, "koseki")
    town.center_store.do(_of_the_other_city, other.request_id)
    mine, theirs = note(town, days=6), note(town, SILENT_CITY)
    town.center_store.do(endings.place, Scope(CITY, "inkan"), "市の次郎", CITY, "印影が薄い", town.at)
    town.center_store.do(endings.place, Scope(SILENT_CITY, "juminhyo"), "よその三郎", SILENT_CITY, "よその理由", town.at)
    town.center_store.do(moves.plan, CITY, ("juminhyo",), CITY, "bcl", town.at + timedelta(days=3), "花子", "移行", town.at)
    town.center_store.do(moves.plan, SILENT_CITY, ("koseki",), SILENT_CITY, "bcl", town.at + timedelta(days=4), "花子", "移行", town.at)
    starts = town.at + timedelta(days=2)
    town.center_store.do(directory.add, (change("window", Window(starts, None, ("koseki",), "機器の更新"), "w1", starts),), "花子", "点検", town.at)
    await town.center._shelf.reload(town.at)
    await sign_in(office, "市の次郎")
    shown = await page(office, "/")
    for text in (
        "見本県みほん市の交付",
        "2026-11-24 23:00 まで",
        "再開の確認まで",
        "印影が薄い",
        f'href="/findings/{mine}/dossier"',
        "6日",
        "登録なし",
        "発行元の切替",
        "自庁サーバ → 自治体基盤クラウド（BCL）",
        "機器の更新",
        "発行元が台帳そのものを持っています",
    ):
        assert text in shown, text
    assert "本日の申請<b>1</b>" in shown
    assert "印刷・お渡し（通）<b>1</b>" in shown and "交付の途中（通）<b>1</b>" in shown
    for text in (SILENT_CITY, "しずか市", "よその", f"/findings/{theirs}"):
        assert text not in shown, text
    for who in (card.resident.name, card.resident.atena_no, card.serial, ready.papers[0].issuance_id):
        assert who not in shown


async def test_links_lead_only_where_somebody_of_a_municipality_may_go(town: Town, office: Client) -> None:
    note(town)
    await sign_in(office, "市の次郎")
    shown = await page(office, "/")
    inside = {part.split('"')[0] for part in shown.split('href="/')[1:]}
    paths = {f"/{one}" for one in inside if not one.startswith(("static", "?"))}
    assert {"/", "/stops", "/findings", "/issuers", f"/directory/{CITY}"} <= paths
    for path in sorted(paths):
        assert (await office.get(path)).status == 200, path


async def test_another_municipality_s_page_is_refused_and_the_center_sees_all(town: Town, office: Client) -> None:
    await sign_in(office, "よその三郎")
    assert "しずか市" in await page(office, "/")
    assert (await office.get(f"/directory/{CITY}/today")).status == 403
    await sign_in(office, "どこの四郎")
    assert (await office.get("/")).status == 403
    await sign_in(office)
    assert "本日の交付" in await page(office, "/")
    assert "みほん市の交付" in await page(office, f"/directory/{CITY}/today")
    assert (await office.get("/directory/131016/today")).status == 404


async def test_a_wider_stop_of_the_center_is_seen_where_it_stops_something(town: Town, office: Client) -> None:
    town.center_store.do(endings.place, Scope(kind="koseki"), "花子", "center", "調査のため", town.at)
    town.center_store.do(endings.place, Scope(kiosk="K-1"), "花子", "center", "排紙の異常", town.at)
    await sign_in(office, "市の次郎")
    shown = await page(office, "/")
    assert "停止のため交付していない証明書があります</a>：戸籍証明書（全部事項・個人事項）</p>" in shown
    assert "より広い範囲の停止" in shown
    assert "排紙の異常" not in shown and "調査のため" not in shown, "what the center writes about others stays with it"


async def asked(town: Town) -> int:
    return sum(isinstance(message, AskCondition) for message in town.to_city.asked)


def condition(town: Town, municipality: str = CITY, **changes: Any) -> bytes:
    ages = (RegisterAge(register="koseki", as_of=town.at - timedelta(hours=5)), RegisterAge(register="tax", as_of=None))
    said = Condition(municipality=municipality, declared=DECLARED, kinds=("koseki",), registers=ages)
    return encode(msgspec.structs.replace(said, **changes))


async def test_the_issuer_s_own_word_and_the_age_of_its_data_asked_for_at_most_every_half_minute(town: Town, office: Client) -> None:
    town.to_city.faults[AskCondition] = [says(200, condition(town)), says(200, condition(town, halted="canary"))]
    await sign_in(office, "市の次郎")
    for _ in range(3):
        assert "戸籍・附票：2026-11-24 05:00（5時間前）" in await page(office, "/")
    assert await asked(town) == 1
    town.pass_time(seconds=WORD_GOOD.total_seconds())
    shown = await page(office, "/")
    assert '<span class="state bad">停止中</span> <span class="code">canary</span>' in shown
    assert await asked(town) == 2


@pytest.mark.parametrize("wrong", ["silent", "another"])
async def test_no_word_or_one_about_another_municipality_is_no_answer(town: Town, office: Client, wrong: str) -> None:
    town.to_city.faults[AskCondition] = [lost_there if wrong == "silent" else says(200, condition(town, SILENT_CITY))]
    await sign_in(office, "市の次郎")
    shown = await page(office, "/")
    assert "応答がありません" in shown and "5時間前" not in shown
