"""`konbini books` against an office that speaks like the fee office's: signed in once, the journal page by page."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from messages.door import serve_application
from tests.konbini.told import konbini
from tests.konbini.towns import town_at

JOURNAL: list[dict[str, Any]] = [
    {
        "posting": number,
        "at": "2026-11-02T09:30:00+09:00",
        "issuance_id": f"i{number}",
        "legs": [{"account": "a", "yen": 200}, {"account": "b", "yen": -200}],
    }
    for number in range(1, 8)
]
ACCOUNTS = [{"code": "a", "title_ja": "現金", "balance_yen": 1400}, {"code": "b", "title_ja": "手数料", "balance_yen": -1400}]


LEDGER = "; 見本\n" + "2026-11-02 (1) paid\n" * 10_000 + "; 7 postings. End of the ledger.\n"


class Office:
    """Three lines of the journal a page, for whoever has signed in."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.password = "himitsu"
        self.ledger = LEDGER

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/sign-in", self._sign_in)
        app.router.add_get("/books.json", self._books)
        app.router.add_get("/books.hledger", self._ledger)
        return app

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["password"] != self.password or request.headers["Origin"] != f"http://{request.host}":
            return web.Response(status=403)
        answer = web.Response(text="welcome")
        answer.set_cookie("session", "1")
        return answer

    async def _books(self, request: web.Request) -> web.Response:
        if request.cookies.get("session") != "1":
            return web.Response(status=403)
        after = int(request.query["after"])
        self.asked.append(request.query["after"])
        page = [entry for entry in JOURNAL if entry["posting"] > after][: min(3, int(request.query["limit"]))]
        last = page[-1]["posting"] if page else after
        more = last if last < len(JOURNAL) else None
        return web.json_response({"accounts": ACCOUNTS, "totals": {"balance_yen": 0, "postings": 7}, "journal": page, "next_after": more})

    async def _ledger(self, request: web.Request) -> web.Response:
        if request.cookies.get("session") != "1":
            return web.Response(status=403)
        return web.Response(body=self.ledger.encode())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, Path]]:
    """An open office, in a loop of its own, and the description of the town it belongs to."""
    there, ready, stop = Office(), threading.Event(), asyncio.Event()
    ports: list[int] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serve_application(there.application(), "127.0.0.1", 0) as port:
            ports.append(port)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    _, file = town_at(tmp_path, url=f"http://127.0.0.1:{ports[0]}")
    yield there, file
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


def test_the_journal_is_whole_however_many_pages_it_has(office: tuple[Office, Path]) -> None:
    there, file = office
    told = konbini("books", "--town", file, "--json")
    assert (told.status, told.errors) == (0, "")
    assert told.answer["journal"] == JOURNAL and told.answer["accounts"] == ACCOUNTS
    assert there.asked == ["0", "3", "6"]


def test_people_see_accounts_and_the_last_lines(office: tuple[Office, Path]) -> None:
    told = konbini("books", "--town", office[1])
    assert told.status == 0
    assert "1,400円" in told.out and "合計 0円" in told.out and "i7" in told.out


def test_an_office_that_lets_nobody_in_or_is_not_there_is_said_so(office: tuple[Office, Path], tmp_path: Path) -> None:
    there, file = office
    there.password = "another"
    assert konbini("books", "--town", file, "--json").answer["error"] == "fees_unreachable"
    _, nowhere = town_at(tmp_path)
    told = konbini("books", "--town", nowhere, "--json")
    assert (told.status, told.answer["error"]) == (1, "fees_unreachable")


def test_a_town_that_is_not_open_has_no_books(tmp_path: Path) -> None:
    told = konbini("books", "--town", tmp_path / "town.json", "--json")
    assert (told.status, told.answer["error"]) == (2, "town_not_open")


def test_the_whole_ledger_is_written_as_the_office_sends_it(office: tuple[Office, Path], tmp_path: Path) -> None:
    out = tmp_path / "books.journal"
    told = konbini("books", "--town", office[1], "--format", "hledger", "--out", out, "--json")
    assert (told.status, told.errors) == (0, "")
    assert told.answer == {"file": str(out), "bytes": len(LEDGER.encode())}
    assert out.read_text(encoding="utf-8") == LEDGER
    assert konbini("books", "--town", office[1], "--format", "hledger").out == LEDGER


def test_a_ledger_that_was_cut_off_is_no_file(office: tuple[Office, Path], tmp_path: Path) -> None:
    there, file = office
    out = tmp_path / "books.journal"
    out.write_text("the one before")
    there.ledger = LEDGER[:-30]
    told = konbini("books", "--town", file, "--format", "hledger", "--out", out, "--json")
    assert (told.status, told.answer["error"]) == (1, "fees_unreachable")
    assert [each.name for each in tmp_path.glob("books*")] == ["books.journal"] and out.read_text() == "the one before"


def test_a_ledger_that_cannot_be_written_is_said_so(office: tuple[Office, Path], tmp_path: Path) -> None:
    told = konbini("books", "--town", office[1], "--format", "hledger", "--out", tmp_path / "nowhere" / "books.journal", "--json")
    assert (told.status, told.answer["error"]) == (1, "not_written")


def test_a_file_is_for_the_ledger_alone(office: tuple[Office, Path], tmp_path: Path) -> None:
    told = konbini("books", "--town", office[1], "--out", tmp_path / "x")
    assert told.status == 2 and not (tmp_path / "x").exists()
