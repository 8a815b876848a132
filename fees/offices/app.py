"""The office pages of the fee office: balances, journal, tariff, what waits, what contradicts; and the books as JSON. Decode, call, encode; no decisions.

Of the books the office shows everything and changes nothing: those pages are all GETs. What people change are
rules (`rule_pages`); who reaches which page is `access`'s. `/books.json` stands behind the same sign-in as the pages (POST `/sign-in`, then the cookie).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from fees.booking.books import as_json, read_books
from fees.booking.hledger import hledger_journal
from fees.booking.ledger import journal_of, last_number
from fees.config import Config, accounts_of, names_of
from fees.desk import Desk
from fees.offices import words
from fees.offices.access import kept_apart
from fees.offices.plan_pages import PlanPages
from fees.offices.rule_pages import RulePages
from fees.rules.dated import service_day
from fees.rules.tariff import Price, price
from screens.office import now_of, office_app, render
from storage.instants import stamp
from storage.store import Store

PAGE_ENTRIES = 50
JSON_ENTRIES = 1_000
JSON_ENTRIES_MAX = 10_000
_NUMBER_DIGITS_MAX = 18


class BooksPages:
    """The handlers."""

    def __init__(self, config: Config, store: Store, desk: Desk) -> None:
        self._config = config
        self._store = store
        self._desk = desk
        self._names = names_of(config)

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/", self.balances)
        app.router.add_get("/journal", self.journal)
        app.router.add_get("/issuances/{issuance_id}", self.issuance)
        app.router.add_get("/tariff", self.tariff)
        app.router.add_get("/waiting", self.waiting)
        app.router.add_get("/contradictions", self.contradictions)
        app.router.add_get("/books.json", self.books_json)
        app.router.add_get("/books.hledger", self.books_hledger)

    async def balances(self, request: web.Request) -> web.Response:
        """残高試算表: every account, by party."""
        books = await self._store.read(read_books, None, 0)
        overdue_before = stamp(now_of(request) - timedelta(seconds=self._config.pending_seconds))
        overdue = sum(item.since <= overdue_before for item in books.pending)
        tables = words.trial_balance(books.balances, self._names)
        return self._page(request, "balances.html", books=books, tables=tables, overdue=overdue, repeats=self._desk.metered["repeat"])

    async def journal(self, request: web.Request) -> web.Response:
        """仕訳帳: the newest postings, or those after a number."""
        books = await self._store.read(read_books, _number(request, "after"), PAGE_ENTRIES)
        first = books.journal[0].number if books.journal else 0
        return self._page(request, "journal.html", books=books, earlier_after=max(0, first - 1 - PAGE_ENTRIES), first=first)

    async def issuance(self, request: web.Request) -> web.Response:
        """All postings of one issuance."""
        issuance_id = request.match_info["issuance_id"]
        entries = await self._store.read(journal_of, issuance_id)
        if not entries:
            raise web.HTTPNotFound
        return self._page(request, "issuance.html", issuance_id=issuance_id, entries=entries)

    async def tariff(self, request: web.Request) -> web.Response:
        """料金表: today's prices and every rule."""
        day = service_day(now_of(request))
        book = await self._desk.rules.book()
        today = [(place, price(book.tariff, *place, day)) for place in sorted(book.tariff.by_place)]
        prices = [(place, found) for place, found in today if isinstance(found, Price)]
        rules = sorted(book.tariff.rules, key=lambda rule: (rule.municipality, rule.fee_class, rule.channel, rule.since, rule.rule))
        return self._page(request, "tariff.html", day=day, prices=prices, rules=rules, commissions=book.commissions.rules)

    async def waiting(self, request: web.Request) -> web.Response:
        """仮受金: money whose paper is not out, and money whose outcome nobody knows."""
        books = await self._store.read(read_books, None, 0)
        overdue_before = stamp(now_of(request) - timedelta(seconds=self._config.pending_seconds))
        return self._page(request, "waiting.html", books=books, overdue_before=overdue_before, minutes=self._config.pending_seconds // 60)

    async def contradictions(self, request: web.Request) -> web.Response:
        """Facts that were kept for a person and not booked."""
        books = await self._store.read(read_books, None, 0)
        return self._page(request, "contradictions.html", books=books)

    async def books_json(self, request: web.Request) -> web.Response:
        """The books for programs: `?after=N` begins the journal after posting N (0), `?limit=` at most 10,000 postings."""
        limit = _number(request, "limit")
        limit = JSON_ENTRIES if limit is None else min(limit, JSON_ENTRIES_MAX)
        books = await self._store.read(read_books, _number(request, "after") or 0, limit)
        return web.json_response(as_json(books, self._names, self._desk.metered, now_of(request)))

    async def books_hledger(self, request: web.Request) -> web.Response:
        """The whole ledger as a plain-text journal, sent while it is read."""
        pieces = (piece.encode() async for piece in hledger_journal(self._store, self._names, now_of(request)))
        return web.Response(body=pieces, content_type="text/plain", charset="utf-8")

    def _page(self, request: web.Request, template: str, **values: Any) -> web.Response:
        return render(request, template, words=words, names=self._names, as_of=stamp(now_of(request)), **values)


def books_office(
    config: Config,
    store: Store,
    desk: Desk,
    *,
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    openapi: Mapping[str, object],
) -> web.Application:
    """The office application of the fee office."""

    async def health() -> Mapping[str, object]:
        return {"status": "ok", "party": config.name, "postings": await store.read(_last)}

    app = office_app(
        party_ja="手数料管理",
        party_en="Fee office",
        templates=Path(__file__).parent / "templates",
        accounts=accounts_of(config),
        now=now,
        token=token,
        health=health,
        registry=registry,
        openapi=openapi,
    )
    app.middlewares.append(kept_apart({staff.name: staff.of for staff in config.staff}))
    BooksPages(config, store, desk).add_to(app)
    RulePages(config, store).add_to(app)
    PlanPages().add_to(app)
    return app


def _last(connection: Connection) -> int:
    return last_number(connection)


def _number(request: web.Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX):
        raise web.HTTPBadRequest
    return int(text)
