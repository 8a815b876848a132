"""The kiosk's own door on localhost, as a browser or a program meets it."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from kiosk.app import KioskDoor
from kiosk.config import HolderConfig
from kiosk.tray_of_cards import TrayOfCards
from kiosk.visit import Screen
from messages.door import serve_application
from tests.kiosk.shop import Shop
from tests.kiosk.signers import CODE
from tests.kiosk.specimen_card import make_card


class Visitor:
    """A program that stands in for a person."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        async with self.session.get(self.base + path, **more) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, body: Any = None, method: str = "POST", **more: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.base + path, json=body, **more) as answer:
            return answer.status, await answer.json()

    async def touch(self, event: str, value: str | int | None = None) -> dict[str, Any]:
        status, answer = await self.post("/terminals/K-0001/events", {"event": event} if value is None else {"event": event, "value": value})
        assert status == 200, answer
        view: dict[str, Any] = answer["view"]
        return view

    async def until(self, *screens: str) -> dict[str, Any]:
        seen = 0
        while True:
            _, view = await self.get(f"/terminals/K-0001/view?seen={seen}")
            if view["screen"] in screens:
                return dict(view)
            seen = view["version"]


@pytest.fixture
async def visitor(shop: Shop, tmp_path: Path) -> AsyncIterator[Visitor]:
    holders = tuple(HolderConfig(id=each, name=f"見本 {each}", card_file=make_card(tmp_path, f"{each}.json")) for each in ("ichi", "ni"))
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    cards = TrayOfCards((*holders, HolderConfig(id="broken", name="見本 壊", card_file=broken)))
    door = KioskDoor({"K-0001": shop.terminal}, cards, CollectorRegistry(), "127.0.0.1")
    await shop.until(Screen.MENU)
    async with serve_application(door.application(), "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        yield Visitor(session, f"http://127.0.0.1:{port}")


async def test_a_whole_visit_over_the_door(visitor: Visitor, shop: Shop) -> None:
    for event in ("start", "issue", "agree"):
        await visitor.touch(event)
    view = await visitor.until("place")
    assert view["data"]["municipalities"][0]["code"] == CODE
    await visitor.touch("municipality", CODE)
    status, _ = await visitor.post("/terminals/K-0001/card", {"holder": "ichi"})
    assert status == 200
    await visitor.until("pin")
    for digit in "1234":
        await visitor.touch("digit", digit)
    await visitor.touch("confirm")
    await visitor.until("remove_card")
    await visitor.post("/terminals/K-0001/card", method="DELETE")
    await visitor.until("kinds")
    await visitor.touch("kind", "juminhyo")
    await visitor.until("members")
    for event in ("everyone", "next", "next", "apply"):
        await visitor.touch(event)
    await visitor.until("payment")
    status, coin = await visitor.post("/terminals/K-0001/coins", {"yen": 500})
    assert (status, coin["accepted"], coin["inserted_yen"]) == (200, True, 500)
    await visitor.until("take_papers")
    _, taken = await visitor.post("/terminals/K-0001/tray/take?pictures=1")
    ((_, ready),) = shop.center.applied.values()
    (paper,) = taken["papers"]
    assert (base64.b64decode(paper["face"]), base64.b64decode(paper["back"])) == (ready.papers[0].face, ready.papers[0].back)
    assert [len(paper["pictures"]), len(paper["back_pictures"])] == [paper["sheets"]] * 2
    assert all(base64.b64decode(png).startswith(b"\x89PNG") for png in (*paper["pictures"], *paper["back_pictures"]))
    assert paper["pictures"] != paper["back_pictures"]
    assert "領 収 書" in taken["receipt"]
    assert taken["view"]["screen"] == "receipt"
    await visitor.touch("finish")
    await visitor.touch("finish")
    _, change = await visitor.post("/terminals/K-0001/return-tray/take")
    assert change["yen"] == 200
    await visitor.until("menu")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/terminals/K-9999/events", {"event": "start"}, 404, "not_found"),
        ("/terminals/K-0001/events", {"event": "explode"}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "covered"}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "start", "value": 7}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "start", "more": 1}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "digit", "value": "１"}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "language", "value": "xx"}, 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "confirm"}, 400, "malformed"),
        ("/terminals/K-0001/events", [], 400, "malformed"),
        ("/terminals/K-0001/events", {"event": "x" * 9000}, 413, "body_too_large"),
        ("/terminals/K-0001/card", {"holder": "nobody"}, 404, "not_found"),
        ("/terminals/K-0001/card", {"holder": "broken"}, 422, "card_unreadable"),
        ("/terminals/K-0001/coins", {"yen": "100"}, 400, "malformed"),
        ("/terminals/K-0001/maintenance", {"do": "dance"}, 400, "malformed"),
        ("/nowhere", {}, 404, "not_found"),
        ("/healthz", {}, 400, "malformed"),
    ],
)
async def test_bad_input_gets_a_refusal_and_changes_nothing(visitor: Visitor, shop: Shop, path: str, body: Any, status: int, code: str) -> None:
    got, refusal = await visitor.post(path, body)
    assert (got, refusal["code"]) == (status, code)
    assert refusal["ja"]
    assert "Traceback" not in str(refusal)
    assert shop.screen is Screen.MENU


async def test_a_coin_outside_the_payment_falls_through(visitor: Visitor) -> None:
    status, answer = await visitor.post("/terminals/K-0001/coins", {"yen": 100})
    assert (status, answer["accepted"], answer["reason"]) == (200, False, "closed")


async def test_a_card_lies_in_one_place(visitor: Visitor) -> None:
    await visitor.post("/terminals/K-0001/card", {"holder": "ichi"})
    for holder in ("ichi", "ni"):
        status, refusal = await visitor.post("/terminals/K-0001/card", {"holder": holder})
        assert (status, refusal["code"]) == (400, "malformed")
    _, cards = await visitor.get("/terminals/K-0001/cards")
    assert [card["placed"] for card in cards] == ["K-0001", None, None]
    await visitor.post("/terminals/K-0001/card", method="DELETE")
    _, cards = await visitor.get("/terminals/K-0001/cards")
    assert [card["placed"] for card in cards] == [None, None, None]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}])
async def test_only_pages_of_its_own_origin_are_heard(visitor: Visitor, shop: Shop, headers: dict[str, str]) -> None:
    status, refusal = await visitor.post("/terminals/K-0001/events", {"event": "start"}, headers=headers)
    assert (status, refusal["code"]) == (403, "role_not_admitted")
    assert shop.screen is Screen.MENU


async def test_the_stream_sends_each_new_view(visitor: Visitor) -> None:
    async with visitor.session.get(visitor.base + "/terminals/K-0001/stream") as stream:
        assert b'"screen":"menu"' in await stream.content.readline()
        await stream.content.readline()
        await visitor.touch("start")
        assert b'"screen":"service"' in await stream.content.readline()


@pytest.mark.parametrize(
    "path", ["/", "/terminals/K-0001", "/pages/terminal.js", "/pages/kiosk.css", "/pages/words/ja.json", "/pages/fonts/BIZUDPGothic-Regular.woff2"]
)
async def test_pages_are_served_under_a_policy_without_inline_code(visitor: Visitor, path: str) -> None:
    async with visitor.session.get(visitor.base + path) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/pages/../config.py", "/pages/%2e%2e/config.py", "/pages/words/../../config.py", "/pages/fonts/..%2f..%2fconfig.py"]
)
async def test_nothing_but_pages_is_served(visitor: Visitor, path: str) -> None:
    from yarl import URL

    async with visitor.session.get(URL(visitor.base + path, encoded=True)) as answer:
        assert answer.status == 404


async def test_health_and_metrics(visitor: Visitor, shop: Shop) -> None:
    status, health = await visitor.get("/healthz")
    assert (status, health["ok"], health["reports_waiting"]) == (200, True, {"K-0001": 0})
    async with visitor.session.get(visitor.base + "/metrics") as answer:
        assert answer.status == 200
