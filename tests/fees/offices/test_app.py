"""The books as pages and as JSON, behind the sign-in."""

from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from fees.desk import Desk
from fees.offices import words
from fees.offices.app import books_office
from messages.facts import MeterFacts
from storage.sqlite import SqliteStore
from tests.fees.office import CITY, NOW, SEVEN, config, fact
from trust.parties import Peer

PASSWORD = "帳簿の鍵"
STAFF = {
    "name": "finance",
    "password_hash": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=b"0123456789abcdef"),
    "roles": ["finance"],
}
Client = TestClient[web.Request, web.Application]

FREE = {"fee_class": "free", "fee_yen": 0, "rule": "free-base"}
STORY = (
    fact(1, "issued", "paid"),
    fact(2, "issued", "printed"),
    fact(3, "returned", "paid"),
    fact(4, "returned", "returned"),
    fact(5, "unknown", "paid"),
    fact(6, "unknown", "unresolved"),
    fact(7, "waiting", "paid"),
    fact(8, "free", "paid", **FREE),
    fact(10, "unpaid", "printed"),
    fact(11, "issued", "returned"),
    fact(12, "dear", "paid", fee_yen=300),
)


def counted() -> Callable[[int], bytes]:
    turn = count(1)
    return lambda size: next(turn).to_bytes(size, "big")


@pytest.fixture
async def client(store: SqliteStore, desk: Desk, registry: CollectorRegistry) -> AsyncIterator[Client]:
    app = books_office(config(staff=[STAFF]), store, desk, now=lambda: NOW, token=counted(), registry=registry, openapi={"openapi": "3.1.0"})
    async with TestClient(TestServer(app)) as opened:
        yield opened


@pytest.fixture
async def reader(client: Client, desk: Desk) -> Client:
    """Signed in, as a script would, with the story booked."""
    await desk.answer(MeterFacts(center="center", facts=(*STORY, STORY[0])), Peer("center", "center"), NOW)
    origin = f"http://{client.host}:{client.port}"
    form = {"name": "finance", "password": PASSWORD, "next": "/books.json"}
    async with client.post("/sign-in", data=form, headers={"Origin": origin}) as answer:
        assert answer.status == 200
        assert answer.url.path == "/books.json"
    return client


async def books(reader: Client, query: str = "") -> dict[str, Any]:
    async with reader.get(f"/books.json{query}") as answer:
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
        return told


@pytest.mark.parametrize("path", ["/", "/journal", "/tariff", "/waiting", "/contradictions", "/issuances/issued", "/books.json", "/books.hledger"])
async def test_nothing_of_the_books_is_shown_without_a_sign_in(client: Client, path: str) -> None:
    async with client.get(path, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/sign-in")


async def test_the_whole_ledger_is_sent_as_text_to_its_last_line(reader: Client) -> None:
    async with reader.get("/books.hledger") as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, "text/plain", "utf-8")
        lines = (await answer.text()).splitlines()
    assert lines[-1] == "; 9 postings. End of the ledger."
    assert f"account operator:{SEVEN}:till  ; type:A" in lines and sum(line.startswith("2026-11-23=") for line in lines) == 9


async def test_the_books_as_json_add_up(reader: Client) -> None:
    told = await books(reader)
    by_code = {account["code"]: account for account in told["accounts"]}
    assert by_code[f"municipality/{CITY}/fee"]["balance_yen"] == -500
    assert by_code[f"municipality/{CITY}/fee"]["title_ja"] == "見本市 証明書交付手数料"
    assert by_code[f"operator/{SEVEN}/suspense"]["balance_yen"] == -250
    assert by_code[f"operator/{SEVEN}/payable/center"]["title_en"] == "Hidamari Store Fees held for others: Issuance center"
    assert sum(account["balance_yen"] for account in told["accounts"]) == told["totals"]["balance_yen"] == 0
    assert {book["book"]: book["balance_yen"] for book in told["totals"]["books"]} == {"center": 0, f"municipality/{CITY}": 0, f"operator/{SEVEN}": 0}
    assert told["totals"]["faults"] == []
    assert told["facts"] == {"new": 9, "repeat": 1, "contradiction": 2, "highest_number": 12, "missing": 1}
    assert [item["issuance_id"] for item in told["suspense"]] == ["unknown"]
    assert [(item["issuance_id"], item["balance_yen"]) for item in told["pending"]] == [("waiting", -250), ("unpaid", 250)]


async def test_the_journal_as_json_is_read_in_pieces(reader: Client) -> None:
    told = await books(reader)
    assert [entry["posting"] for entry in told["journal"]] == list(range(1, 10))
    assert told["next_after"] is None
    assert told["journal"][0] == {
        "posting": 1,
        "cause": "fact/1",
        "issuance_id": "issued",
        "event": "paid",
        "at": "2026-11-23T10:00:01.000000+09:00",
        "posted_at": "2026-11-23T10:00:00.000000+09:00",
        "revision": 1,
        "legs": [{"account": f"operator/{SEVEN}/till", "yen": 250}, {"account": f"operator/{SEVEN}/pending", "yen": -250}],
    }
    pieces, after = [], 0
    while after is not None:
        piece = await books(reader, f"?after={after}&limit=4")
        pieces += piece["journal"]
        after = piece["next_after"]
    assert pieces == told["journal"]


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?limit=9999999999999999999", "?after=１"])
async def test_a_malformed_number_is_refused(reader: Client, query: str) -> None:
    async with reader.get(f"/books.json{query}") as answer:
        assert answer.status == 400


PAGES = {
    "/": ("残高試算表", "証明書交付手数料", "記帳を見合わせた通知が2件", "仮受金（要調査）が1件"),
    "/journal": ("仕訳帳", "未払委託手数料・ひだまりストア", "金額の移動なし", "117"),
    "/issuances/issued": ("一件の仕訳", "入金", "交付", "fact/2"),
    "/waiting": ("仮受金", "unknown", "入金の通知が未着", "交付待ち", "要調査"),
    "/contradictions": ("矛盾する通知", "同じ交付に二つ目の結果", "料金表と金額が不一致", "fee_yen=300", "250 yen by juminhyo-reduction"),
    "/tariff": ("料金表", "2026-11-23", "juminhyo-ten-yen", "△290", "期間限定減額", "非課税", "itaku-2026"),
}


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_says_what_it_should_in_both_languages(reader: Client, path: str) -> None:
    async with reader.get(path) as answer:
        page = await answer.text()
        assert answer.status == 200
        assert [word for word in PAGES[path] if word not in page] == []
    async with reader.get(f"{path}?lang=en") as answer:
        english = await answer.text()
        assert 'lang="en"' in english
        assert "Hidamari Store" in english or "Mihon City" in english or path == "/contradictions"


async def test_money_that_has_waited_long_is_marked(store: SqliteStore, desk: Desk, registry: CollectorRegistry) -> None:
    await desk.answer(MeterFacts(center="center", facts=(fact(1, "old", "paid"),)), Peer("center", "center"), NOW)
    later = NOW.replace(hour=11, minute=1)
    app = books_office(config(staff=[STAFF]), store, desk, now=lambda: later, token=counted(), registry=registry, openapi={})
    async with TestClient(TestServer(app)) as client:
        origin = f"http://{client.host}:{client.port}"
        async with client.post("/sign-in", data={"name": "finance", "password": PASSWORD, "next": "/waiting"}, headers={"Origin": origin}) as answer:
            assert "期限超過" in await answer.text()
        async with client.get("/") as answer:
            assert "長く交付を待っている入金が1件" in await answer.text()


async def test_an_unknown_issuance_is_not_found(reader: Client) -> None:
    async with reader.get("/issuances/nobody") as answer:
        assert answer.status == 404


async def test_health_and_metrics_stand_outside_the_sign_in(client: Client) -> None:
    async with client.get("/healthz") as answer:
        assert await answer.json() == {"status": "ok", "party": "fees", "postings": 0}
    async with client.get("/metrics") as answer:
        assert "konbini_facts" in await answer.text()


def test_a_fee_class_is_called_by_its_certificate_or_where_a_kind_has_several_by_its_form() -> None:
    assert words.fee_class("juminhyo") == ("住民票の写し", "Certificate of residence")
    assert words.fee_class("shotoku")[0] == "所得証明書"
    assert words.fee_class("of nobody") == ("of nobody", "of nobody")
