"""A municipality's own page at the center: what of it is open now and until when, what is stopped, which notices wait for it, today's counts, how its issuers are, what is planned.

Decides nothing. It shows one municipality to its own people, and to the center's; of others it says nothing, and of anybody nothing at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from certificates.kinds import KINDS
from issuance_center import routing, words
from issuance_center.directory_words import TITLES, at, brief, planned
from issuance_center.finding_pages import moment, person_of
from issuance_center.findings import CLASSES
from issuance_center.issuer_lines import IssuerLines
from issuance_center.issuer_pages import STATES, rows_of
from issuance_center.records import findings, moves, overview, stops
from issuance_center.records.stops import PARTS
from issuance_center.routing import DirectoryBook
from issuance_center.routing.changes import begins
from issuance_center.stopping import Occasion
from messages.conditions import AskCondition, Condition
from screens.guard import now_of
from screens.pages import render
from storage.instants import instant
from storage.store import Store

Book = Callable[[datetime], Awaitable[DirectoryBook]]
"""The directory as it is now."""

PATIENCE_SECONDS = 2.0
"""A page does not wait longer for an issuer's word on itself."""

WORD_GOOD = timedelta(seconds=30)
"""So long the last word is shown again: whoever reloads a page does not ask an issuer each time."""

REGISTERS: dict[str, tuple[str, str]] = {
    "residents": ("住民基本台帳", "Resident register"),
    "koseki": ("戸籍・附票", "Family register"),
    "seal": ("印鑑登録", "Seal register"),
    "tax": ("課税台帳", "Tax register"),
}


@dataclass(frozen=True, slots=True)
class KindNow:
    """How one kind stands: `closed` if the directory closes it; `until` when it closes or opens, if that is known; `stopped` by a scoped stop."""

    code: str
    issuer: str | None
    closed: routing.Closed | None
    until: datetime | None
    stopped: bool


def kinds_now(book: DirectoryBook, municipality: str, stopped: frozenset[str], now: datetime) -> tuple[KindNow, ...]:
    """Every kind as it stands for this municipality, at a kiosk that is always open."""
    found: list[KindNow] = []
    for kind in KINDS:
        route = routing.route(book, municipality, kind, None, now)
        if isinstance(route, routing.NoRoute):
            found.append(KindNow(kind, None, None, None, stopped=False))
        elif isinstance(route.hours, routing.Closed):
            found.append(KindNow(kind, route.issuer, route.hours, route.hours.opens_at, kind in stopped))
        else:
            found.append(KindNow(kind, route.issuer, None, routing.open_until(book, municipality, kind, now), kind in stopped))
    return tuple(found)


def days_since(text: str, now: datetime) -> int:
    """Whole days since a stored instant."""
    return max(0, (now - instant(text)).days)


def age_words(age: timedelta) -> tuple[str, str]:
    """How old something is: minutes, hours from two on, days from two on."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return f"（{minutes}分前）", f" ({minutes} min ago)"
    if minutes < 48 * 60:
        return f"（{minutes // 60}時間前）", f" ({minutes // 60} h ago)"
    return f"（{minutes // 1440}日前）", f" ({minutes // 1440} days ago)"


class MunicipalityPages:
    """The handlers. `of` says which municipality an account belongs to."""

    def __init__(self, store: Store, of: Mapping[str, str | None], lines: IssuerLines, book: Book) -> None:
        self._store = store
        self._of = of
        self._lines = lines
        self._book = book
        self._heard: dict[tuple[str, str], tuple[datetime, Condition | None]] = {}

    def add_to(self, app: web.Application) -> None:
        """Put the page into the office; a municipality's own people have it as their front page (`own`)."""
        app.router.add_get("/directory/{subject:[0-9]{6}}/today", self.one)

    async def own(self, request: web.Request) -> web.StreamResponse:
        """The front page of somebody of a municipality."""
        person = person_of(request, self._of)
        assert person.of is not None
        return await self._shown(request, person.of)

    async def one(self, request: web.Request) -> web.StreamResponse:
        """The same, for whoever may see it."""
        person, subject = person_of(request, self._of), request.match_info["subject"]
        if person.of is not None and person.of != subject:
            raise web.HTTPForbidden
        return await self._shown(request, subject)

    async def _shown(self, request: web.Request, municipality: str) -> web.Response:
        now = now_of(request)
        book = await self._book(now)
        page = book.municipalities.get(municipality)
        place = page.place.at(now) if page is not None else None
        if place is None:
            raise web.HTTPNotFound
        kinds = kinds_now(book, municipality, await self._stopped(book, municipality, now), now)
        rows = rows_of(book, self._lines.states(), await self._store.read(stops.latest_declared), municipality, now)
        conditions = await asyncio.gather(*(self._condition(row.issuer, municipality, now) for row in rows))
        waiting = [line for line in await self._store.read(findings.listed, municipality) if line["standing"] != "closed"]
        in_force = [line for line in await self._store.read(stops.listed, now, municipality) if line["lifted_at"] is None]
        shown = {
            "code": municipality, "place": place, "kinds": kinds, "issuers": tuple(zip(rows, conditions, strict=True)), "waiting": waiting,
            "in_force": in_force, "today": await self._store.read(overview.own_today, municipality, now),
            "moves": await self._store.read(moves.underway_of, municipality), "planned": planned(book.entries.get(("municipality", municipality), ()), now),
        }  # fmt: skip
        texts = {"words": words, "classes": CLASSES, "states": STATES, "parts": PARTS, "titles": TITLES, "registers": REGISTERS}
        tools = {"moment": moment, "at": at, "brief": brief, "begins": begins, "days_since": days_since, "age_words": age_words, "now": now}
        return render(request, "own.html", status=200, **shown, **texts, **tools)

    async def _stopped(self, book: DirectoryBook, municipality: str, now: datetime) -> frozenset[str]:
        """The kinds that a stop covers at every kiosk."""
        routes = ((kind, routing.route(book, municipality, kind, None, now)) for kind in KINDS)
        asked = tuple(Occasion(municipality, kind, one.issuer, "", "") for kind, one in routes if isinstance(one, routing.Route))
        return await self._store.read(stops.kinds_stopped, asked, now)

    async def _condition(self, issuer: str, municipality: str, now: datetime) -> Condition | None:
        """The issuer's word on itself, of the last half minute or asked for now; None when it does not come soon."""
        heard = self._heard.get((issuer, municipality))
        if heard is not None and timedelta(0) <= now - heard[0] < WORD_GOOD:
            return heard[1]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._lines.ask(issuer, AskCondition(municipality=municipality), Condition, probe=True)
        except TimeoutError:
            answer = None
        said = answer if isinstance(answer, Condition) and answer.municipality == municipality else None
        self._heard[issuer, municipality] = now, said
        return said
