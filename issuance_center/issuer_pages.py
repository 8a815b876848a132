"""The page of the lines to the issuers: how each answers, whether it is cut off, what it declares itself to be and what is registered.

Decides nothing. A person of a municipality sees its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from issuance_center import routing, words
from issuance_center.finding_pages import moment, person_of
from issuance_center.issuer_lines import IssuerLines, LineState
from issuance_center.records import stops
from issuance_center.routing import DirectoryBook
from messages.orders import Build
from screens.guard import now_of
from screens.pages import render
from storage.store import Store

Book = Callable[[datetime], Awaitable[DirectoryBook]]
"""The directory as it is now."""

STATES: dict[str, tuple[str, str, str]] = {
    "closed": ("通常", "In order", "good"),
    "half_open": ("試行待ち", "To be tried", "warn"),
    "open": ("切り離し中", "Cut off", "bad"),
    "unasked": ("起動後の問い合わせなし", "Not asked since the start", ""),
}

OUTCOMES: dict[str, tuple[str, str]] = {
    "answered": ("応答", "answered"),
    "declined": ("交付不可の応答", "declined"),
    "busy": ("混雑", "busy"),
    "later": ("本日は不可", "not today"),
    "silent": ("無応答", "silent"),
    "failed": ("不正な応答", "failed"),
    "full": ("待ち行列が満杯", "queue full"),
    "cut_off": ("切り離しによる不送", "not sent, cut off"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One issuer for one municipality. `line` is None before the first question; milliseconds of the last answers; `registered` is empty when no build is."""

    issuer: str
    municipality: str
    name: str
    line: LineState | None
    p50: int | None
    p99: int | None
    declared: Build | None
    since: str | None
    registered: tuple[tuple[str, str], ...]


def percentile(seconds: tuple[float, ...], part: float) -> int | None:
    """Milliseconds within which this part of the answers came (nearest rank); None without answers. `seconds` are in order."""
    if not seconds:
        return None
    rank = max(1, -(-len(seconds) * round(part * 100) // 100))
    return round(seconds[rank - 1] * 1000)


def rows_of(
    book: DirectoryBook, states: tuple[LineState, ...], declared: Mapping[str, tuple[Build, str]], of: str | None, now: datetime
) -> tuple[Row, ...]:
    """Every issuer of the directory in force for every municipality it serves, and every line that was asked; with `of` that municipality's alone."""
    asked = {(line.issuer, line.municipality): line for line in states}
    served = {
        (dated.issuer, code)
        for code, page in book.municipalities.items()
        for kind in page.issuers.values()
        if (dated := kind.at(now)) is not None and dated.issuer is not None
    }
    found: list[Row] = []
    for issuer, code in sorted(served | set(asked)):
        if of is not None and code != of:
            continue
        line, page = asked.get((issuer, code)), book.municipalities.get(code)
        place, said = (page.place.at(now) if page is not None else None), declared.get(issuer)
        seconds = line.seconds if line is not None else ()
        build, since = said if said is not None else (None, None)
        registered = routing.registered_build(book, issuer, now)
        name = place.name if place is not None else code
        found.append(Row(issuer, code, name, line, percentile(seconds, 0.5), percentile(seconds, 0.99), build, since, registered))
    return tuple(found)


class IssuerPages:
    """The handlers. `of` says which municipality an account belongs to."""

    def __init__(self, store: Store, of: Mapping[str, str | None], lines: IssuerLines, book: Book) -> None:
        self._store = store
        self._of = of
        self._lines = lines
        self._book = book

    def add_to(self, app: web.Application) -> None:
        """Put the page into the office."""
        app.router.add_get("/issuers", self.issuers)

    async def issuers(self, request: web.Request) -> web.Response:
        """Every line as it is now."""
        person = person_of(request, self._of)
        now = now_of(request)
        declared = await self._store.read(stops.latest_declared)
        rows = rows_of(await self._book(now), self._lines.states(), declared, person.of, now)
        return render(request, "issuers.html", rows=rows, states=STATES, outcomes=OUTCOMES, words=words, moment=moment)


class LineGauges:
    """The lines as gauges; labels are the names of the directory's issuers and municipalities, and nothing that anybody sends."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("issuer", "municipality")
        self._cut_off = Gauge("konbini_issuer_cut_off", "1 while the line is cut off", labels, registry=registry)
        self._waiting = Gauge("konbini_issuer_waiting", "Questions that wait for a place", labels, registry=registry)
        self._under_way = Gauge("konbini_issuer_under_way", "Questions that are out", labels, registry=registry)
        self._tries = Gauge("konbini_issuer_tries", "Tries since the start by outcome", (*labels, "outcome"), registry=registry)

    def set(self, states: tuple[LineState, ...], known: frozenset[str]) -> None:
        """As they are now; lines of municipalities that the directory does not know are left out."""
        for line in states:
            if line.municipality not in known:
                continue
            mine = (line.issuer, line.municipality)
            self._cut_off.labels(*mine).set(line.state != "closed")
            self._waiting.labels(*mine).set(line.waiting)
            self._under_way.labels(*mine).set(line.under_way)
            for outcome, count in line.counts.items():
                self._tries.labels(*mine, outcome).set(count)


def cut_off(states: tuple[LineState, ...], of: str | None = None) -> int:
    """How many lines are cut off."""
    return sum(line.state != "closed" for line in states if of is None or line.municipality == of)
