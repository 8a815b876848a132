"""`konbini books`: accounts, balances and the journal, from the fee office's own pages for programs.

The whole ledger as text is passed on while it comes, so memory does not grow with the books. What was cut off on the way is never taken for the whole: a file gets its name when its last
line is there.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
from rich.console import Console
from rich.table import Table

from konbini.answers import fail, print_json
from simulation.town.description import NoTown, Town, read_town

PAGE = 10_000
PIECE_BYTES = 1 << 16
LAST_LINE = b"End of the ledger.\n"


class CutOff(Exception):
    """The ledger's last line did not come."""


def show_books(town_file: Path, *, as_json: bool) -> None:
    """Print the books of an open town."""
    town = _town(town_file, as_json=as_json)
    try:
        books = asyncio.run(read_books(town))
    except aiohttp.ClientError as error:
        fail("fees_unreachable", f"手数料の窓口に接続できません（{type(error).__name__}）。", as_json=as_json)
    if as_json:
        print_json(books)
        return
    _print(books)


def write_journal(town_file: Path, out: Path | None, *, as_json: bool) -> None:
    """Write the whole ledger of an open town for hledger: to `out`, or to standard output. With `--json` and a file, the answer says how large it is."""
    town = _town(town_file, as_json=as_json)
    part = None if out is None else out.with_name(f"{out.name}.part")
    try:
        if part is None or out is None:
            asyncio.run(pass_on(town, sys.stdout.buffer))
            return
        with part.open("wb") as stream:
            asyncio.run(pass_on(town, stream))
        part.replace(out)
    except (aiohttp.ClientError, TimeoutError, CutOff) as error:
        if part is not None:
            part.unlink(missing_ok=True)
        fail("fees_unreachable", f"手数料の窓口から帳簿を最後まで受け取れませんでした（{type(error).__name__}）。", as_json=as_json)
    except OSError as error:
        fail("not_written", f"{out} に書き出せません（{error.strerror}）。", as_json=as_json)
    if as_json:
        print_json({"file": str(out), "bytes": out.stat().st_size})


async def read_books(town: Town) -> dict[str, Any]:
    """The books as the fee office tells them to a program that has signed in: one object, the journal whole."""
    async with _signed_in(town) as (session, office):
        books: dict[str, Any] = await _page(session, office, 0)
        while books["next_after"] is not None:
            more = await _page(session, office, books["next_after"])
            books = {**more, "journal": books["journal"] + more["journal"]}
        return books


async def pass_on(town: Town, stream: BinaryIO) -> None:
    """Copy the office's plain-text ledger to `stream`, piece by piece. Raises `CutOff` when it ends before its last line, aiohttp.ClientError."""
    end = b""
    async with _signed_in(town) as (session, office), session.get(f"{office}/books.hledger") as answer:
        async for piece in answer.content.iter_chunked(PIECE_BYTES):
            stream.write(piece)
            end = (end + piece)[-len(LAST_LINE) :]
    if end != LAST_LINE:
        raise CutOff
    stream.flush()


def _town(town_file: Path, *, as_json: bool) -> Town:
    try:
        return read_town(town_file)
    except NoTown as error:
        fail("town_not_open", str(error), as_json=as_json, status=2)


@asynccontextmanager
async def _signed_in(town: Town) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    office = town.parties["fees"].office_url
    member = next(member for member in town.staff if member.url == office)
    # A large ledger takes its time: what is bounded is how long nothing comes.
    patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=300)
    async with aiohttp.ClientSession(
        headers={"Origin": office}, cookie_jar=aiohttp.CookieJar(unsafe=True), raise_for_status=True, timeout=patience
    ) as session:
        async with session.post(f"{office}/sign-in", data={"name": member.name, "password": member.password, "next": "/"}):
            pass
        yield session, office


async def _page(session: aiohttp.ClientSession, office: str, after: int) -> dict[str, Any]:
    async with session.get(f"{office}/books.json", params={"after": str(after), "limit": str(PAGE)}) as answer:
        page: dict[str, Any] = await answer.json()
        return page


def _print(books: dict[str, Any]) -> None:
    console = Console(highlight=False)
    accounts = Table("勘定", "科目", "残高", box=None)
    accounts.columns[2].justify = "right"
    for account in books["accounts"]:
        accounts.add_row(account["code"], account["title_ja"], f"{account['balance_yen']:,}円")
    console.print(accounts)
    console.print(f"合計 {books['totals']['balance_yen']:,}円（0円でなければ誤り）  仕訳 {books['totals']['postings']:,}件")
    for entry in books["journal"][-20:]:
        legs = "  ".join(f"{leg['account']} {leg['yen']:+,}" for leg in entry["legs"])
        console.print(f"{entry['posting']:>6} {entry['at']} {entry['issuance_id']} {legs}", soft_wrap=True)
