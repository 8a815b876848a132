"""`konbini books`: accounts, balances and the journal, from the fee office's own page for programs."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from konbini.answers import fail, print_json
from simulation.town.description import NoTown, Town, read_town

PAGE = 10_000


def show_books(town_file: Path, *, as_json: bool) -> None:
    """Print the books of an open town."""
    try:
        town = read_town(town_file)
    except NoTown as error:
        fail("town_not_open", str(error), as_json=as_json, status=2)
    try:
        books = asyncio.run(read_books(town))
    except aiohttp.ClientError as error:
        fail("fees_unreachable", f"手数料の窓口に接続できません（{type(error).__name__}）。", as_json=as_json)
    if as_json:
        print_json(books)
        return
    _print(books)


async def read_books(town: Town) -> dict[str, Any]:
    """The books as the fee office tells them to a program that has signed in: one object, the journal whole."""
    office = town.parties["fees"].office_url
    member = next(member for member in town.staff if member.url == office)
    async with aiohttp.ClientSession(headers={"Origin": office}, cookie_jar=aiohttp.CookieJar(unsafe=True), raise_for_status=True) as session:
        async with session.post(f"{office}/sign-in", data={"name": member.name, "password": member.password, "next": "/"}):
            pass
        books: dict[str, Any] = await _page(session, office, 0)
        while books["next_after"] is not None:
            more = await _page(session, office, books["next_after"])
            books = {**more, "journal": books["journal"] + more["journal"]}
        return books


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
