"""The operator's pages: today's issuances by state, one issuance step by step, alarms, and cases to decide. Decode, call, encode; no decisions."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Connection

from issuance_center import words
from issuance_center.config import Config
from issuance_center.directory_pages import DirectoryPages
from issuance_center.finding_pages import FindingPages
from issuance_center.issuer_lines import IssuerLines
from issuance_center.issuer_pages import IssuerPages, LineGauges, cut_off
from issuance_center.move_pages import MovePages
from issuance_center.moving import Mover
from issuance_center.municipality_pages import MunicipalityPages
from issuance_center.records import cases, findings, outgoing, overview, stops
from issuance_center.settling import Decision, NotSettled, conclude, settle
from issuance_center.stop_pages import Book, StopPages
from screens.guard import Handler
from screens.office import StaffAccount, now_of, office_app, render, require_role, staff_of
from screens.pages import STAFF
from storage.instants import JST, instant
from storage.store import Store


class OperatorPages:
    """The handlers. `wake` is called when a decision owes something to others."""

    def __init__(self, store: Store, wake: Callable[[], None], lines: IssuerLines | None = None, book: Book | None = None) -> None:
        self._store = store
        self._wake = wake
        self._lines = lines
        self._book = book

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/", self.front)
        app.router.add_get("/issuances/{issuance_id}", self.issuance)
        app.router.add_get("/alarms", self.alarms)
        app.router.add_post("/alarms/{alarm_no}/seen", self.alarm_seen)
        app.router.add_get("/cases", self.cases)
        app.router.add_post("/cases/{issuance_id}", self.settle)

    async def _names(self, request: web.Request) -> dict[str, words.Pair]:
        """What municipalities are called, where the directory is known."""
        return words.names_of(await self._book(now_of(request)), now_of(request)) if self._book is not None else {}

    async def front(self, request: web.Request) -> web.Response:
        """Today's issuances by state."""
        wanted = request.query.get("state")
        state = wanted if wanted in words.STATES else None
        today = await self._store.read(overview.today, now_of(request), state)
        counts = {
            "stops": len(await self._store.read(stops.in_force)),
            "findings": await self._store.read(findings.waiting),
            "cut_off": cut_off(self._lines.states()) if self._lines is not None else 0,
        }
        return render(request, "front.html", today=today, counts=counts, words=words, chosen=state, moment=moment, names=await self._names(request))

    async def issuance(self, request: web.Request) -> web.Response:
        """One issuance, step by step."""
        dossier = await self._store.read(overview.dossier, request.match_info["issuance_id"])
        if dossier is None:
            raise web.HTTPNotFound
        return render(request, "issuance.html", dossier=dossier, words=words, moment=moment, names=await self._names(request))

    async def alarms(self, request: web.Request) -> web.Response:
        """Alarms, unseen first."""
        return render(request, "alarms.html", words=words, lines=await self._store.read(overview.list_alarms), moment=moment)

    async def alarm_seen(self, request: web.Request) -> web.Response:
        """An operator has seen an alarm."""
        staff = require_role(request, "operator")
        number = request.match_info["alarm_no"]
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise web.HTTPNotFound
        await self._store.write(cases.alarm_seen, int(number), staff.name, now_of(request))
        raise web.HTTPSeeOther("/alarms")

    async def cases(self, request: web.Request) -> web.Response:
        """Money that waits for a decision."""
        staff_of(request)
        return render(request, "cases.html", lines=await self._store.read(overview.list_cases), moment=moment, problem=None)

    async def settle(self, request: web.Request) -> web.Response:
        """Decide a case; a reason is required."""
        staff = require_role(request, "operator")
        form = await request.post()
        decision, reason = str(form.get("decision", "")), str(form.get("reason", "")).strip()
        if decision not in ("printed", "returned", "inquired") or not reason or len(reason) > 512:
            return await self._cases_again(request, "reason", 422)
        issuance_id, now = request.match_info["issuance_id"], now_of(request)
        if decision == "inquired":
            made = await self._store.write(conclude, issuance_id, staff.name, reason, now)
        else:
            made = await self._store.write(settle, issuance_id, cast("Decision", decision), staff.name, reason, now)
        if isinstance(made, NotSettled):
            return await self._cases_again(request, "settled", 409)
        self._wake()
        raise web.HTTPSeeOther("/cases")

    async def _cases_again(self, request: web.Request, problem: str, status: int) -> web.Response:
        lines = await self._store.read(overview.list_cases)
        return render(request, "cases.html", status=status, lines=lines, moment=moment, problem=problem)


def operator_office(
    config: Config,
    store: Store,
    *,
    wake: Callable[[], None],
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    openapi: Mapping[str, object],
    lines: IssuerLines | None = None,
    book: Book | None = None,
    mover: Mover | None = None,
    reload: Book | None = None,
) -> web.Application:
    """The office application of the center. Without the `lines` to the issuers and the `book` of the directory nothing can be stopped or restarted here."""
    of = {staff.name: staff.of for staff in config.staff}
    accounts = tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)
    app = office_app(
        party_ja="証明書交付センター",
        party_en="Issuance center",
        templates=Path(__file__).parent / "templates",
        accounts=accounts,
        now=now,
        token=token,
        health=_health_of(config, store, registry, now, lines, book),
        registry=registry,
        openapi=openapi,
    )
    OperatorPages(store, wake, lines, book).add_to(app)
    FindingPages(store, of, book).add_to(app)
    names = tuple(line.name for line in config.issuers)
    if lines is not None and book is not None:
        _add_own_front(app, MunicipalityPages(store, of, lines, book))
        StopPages(store, of, names, lines, book, wake).add_to(app)
        IssuerPages(store, of, lines, book).add_to(app)
    if book is not None:
        _add_directory(app, store, of, names, book, reload or book, mover)
    app.middlewares.append(_own_pages)
    return app


def _add_directory(
    app: web.Application, store: Store, of: Mapping[str, str | None], names: tuple[str, ...], book: Book, reload: Book, mover: Mover | None
) -> None:
    DirectoryPages(store, of, names, book, reload).add_to(app)
    if mover is not None:
        MovePages(store, mover, book, names).add_to(app)


def _add_own_front(app: web.Application, pages: MunicipalityPages) -> None:
    pages.add_to(app)
    app[OWN_FRONT] = pages.own


def _health_of(
    config: Config, store: Store, registry: CollectorRegistry, now: Callable[[], datetime], lines: IssuerLines | None, book: Book | None
) -> Callable[[], Awaitable[Mapping[str, object]]]:
    """What `/healthz` answers, which sets the gauges as it looks."""
    waiting = Gauge("konbini_owed", "Messages owed to others and not acknowledged", ("what",), registry=registry)
    attention = Gauge("konbini_attention", "Unseen alarms and open cases", ("what",), registry=registry)
    gauges = LineGauges(registry)

    async def health() -> Mapping[str, object]:
        facts, outcomes = await store.read(outgoing.backlog)
        alarms, open_cases = await store.read(_attention)
        attention.labels("findings").set(await store.read(findings.waiting))
        attention.labels("stops").set(len(await store.read(stops.in_force)))
        if lines is not None and book is not None:
            gauges.set(lines.states(), frozenset((await book(now())).municipalities))
        waiting.labels("facts").set(facts)
        waiting.labels("outcomes").set(outcomes)
        attention.labels("alarms").set(alarms)
        attention.labels("cases").set(open_cases)
        return {"status": "ok", "party": config.name, "facts_waiting": facts, "outcomes_waiting": outcomes, "alarms": alarms, "cases": open_cases}

    return health


def moment(text: str | None) -> str:
    """A stored instant as the pages show it: JST, to the second."""
    return "" if text is None else instant(text).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


OWN_FRONT: web.AppKey[Handler] = web.AppKey("center_own_front")
"""What somebody of a municipality sees at `/`."""

OF_MUNICIPALITIES = ("/findings", "/stops", "/issuers", "/directory", "/sign-out", "/sign-in", "/static/", "/healthz", "/metrics", "/openapi.json")
"""The pages that show a person of a municipality what is its own; every other page shows all of them."""


@web.middleware
async def _own_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """People of a municipality come to its notices, and to no page of the others."""
    staff = request.get(STAFF)
    if staff is not None and "municipality" in staff.roles and "operator" not in staff.roles and not request.path.startswith(OF_MUNICIPALITIES):
        if request.path != "/":
            raise web.HTTPForbidden
        if OWN_FRONT in request.app:
            return await request.app[OWN_FRONT](request)
        raise web.HTTPSeeOther("/findings")
    return await handler(request)


def _attention(connection: Connection) -> tuple[int, int]:
    return cases.unseen(connection), cases.open_count(connection)
