"""The clerk's pages about papers: today, the 発行履歴 and its search, one paper's life and its disposal note, what was refused, who changed what.

Decides what a clerk is shown; the only thing it changes is the disposal note. Whether an inward reason names a protection depends on the reader's role.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aiohttp import web
from sqlalchemy import Connection

from certificates.entitlement import NOT_ISSUABLE
from issuer import doings, refusal_log
from issuer.clerks import forms
from issuer.clerks.office import CLERK, ClerksOffice
from issuer.clerks.views import may_see_protection, show, today_of
from issuer.issue_history import Line, Search, count_by_state, find, left_open, life
from issuer.issue_log import dispose
from issuer.issue_states import State, after
from issuer.reasons import word_of
from messages.refusals import TABLE
from screens.guard import now_of
from screens.language import language_of, text
from screens.office import require_role, staff_of
from storage.instants import JST
from storage.store import Store

LIMIT = 200
TODAY_LIMIT = 50
TOLD_WITHIN = timedelta(hours=1)
"""After this long without an outcome a paper is shown as left open; a visit lasts minutes."""

PROTECTION_DOINGS = ("protect", "release_protection")


@dataclass(frozen=True, slots=True)
class Front:
    """The front page's figures."""

    counts: dict[State, int]
    refused: int
    open: tuple[Line, ...]
    today: tuple[Line, ...]


class PaperPages:
    """See the module's text."""

    def __init__(self, office: ClerksOffice, store: Store) -> None:
        self._office = office
        self._store = store

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/", self.front)
        app.router.add_get("/issues", self.issues)
        app.router.add_get("/issues/{issuance_id}", self.issue)
        app.router.add_post("/issues/{issuance_id}/dispose", self.dispose)
        app.router.add_get("/refusals", self.refusals)
        app.router.add_get("/doings", self.doings)

    async def front(self, request: web.Request) -> web.Response:
        """交付状況: today's figures, what is left open, the newest papers."""
        now = now_of(request)
        day = now.astimezone(JST).date()
        front = await self._store.read(read_front, day, now)
        language = language_of(request)
        names = (self._office.municipality_name, self._office.municipality_name_en)
        return show(
            request,
            "front.html",
            day=day,
            municipality=text(language, *names),
            counts=front.counts,
            refused=front.refused,
            open=front.open,
            today=front.today,
            limit=TODAY_LIMIT,
        )

    async def issues(self, request: web.Request) -> web.Response:
        """発行履歴: the search and its list."""
        query = {name: request.query.get(name, "") for name in ("q", "state", "since", "until")}
        search = forms.search_form(request.query, today_of(request))
        problem = None if isinstance(search, Search) else forms.SENTENCES[search]
        lines = await self._store.read(find, search, LIMIT) if isinstance(search, Search) else ()
        return show(request, "issues.html", query=query, lines=lines, limit=LIMIT, problem=problem)

    async def issue(self, request: web.Request) -> web.Response:
        """One paper and its life."""
        return await self._issue_page(request, None)

    async def dispose(self, request: web.Request) -> web.StreamResponse:
        """処分: note that a paper wrongly issued was destroyed."""
        staff = require_role(request, CLERK)
        issuance_id = request.match_info["issuance_id"]
        why = forms.why_of(await request.post())
        if not isinstance(why, forms.Why):
            return await self._issue_page(request, why)
        if not await self._store.write(dispose_and_note, issuance_id, staff.name, why.text, now_of(request)):
            return await self._issue_page(request, "not_allowed")
        raise web.HTTPSeeOther(f"/issues/{issuance_id}?done=dispose")

    async def refusals(self, request: web.Request) -> web.Response:
        """交付不可の記録 of one day, by reason and one by one."""
        day = forms.day_form(request.query, today_of(request))
        if not isinstance(day, date):
            day = today_of(request)
        since, before = forms.start_of(day), forms.start_of(day + timedelta(days=1))
        language, cleared = language_of(request), may_see_protection(request, self._office)
        return show(
            request,
            "refusals.html",
            day=day,
            counts=merged(await self._store.read(refusal_log.count_refusals, since, before), cleared),
            lines=await self._store.read(refusal_log.refusals, since, before, LIMIT),
            sentence=lambda code: text(language, TABLE[code].ja, TABLE[code].en),
            reason_word=lambda code, reason: text(language, *word_of(code, reason, cleared)),
        )

    async def doings(self, request: web.Request) -> web.Response:
        """操作記録: the newest changes."""
        hidden = () if may_see_protection(request, self._office) else PROTECTION_DOINGS
        lines = await self._store.read(doings.doings, (), hidden, LIMIT)
        return show(request, "doings.html", lines=lines, limit=LIMIT)

    async def _issue_page(self, request: web.Request, problem: str | None) -> web.Response:
        found = await self._store.read(life, request.match_info["issuance_id"])
        if found is None:
            raise web.HTTPNotFound
        line, events = found
        return show(
            request,
            "issue.html",
            status=200 if problem is None else 422,
            line=line,
            events=events,
            may_dispose=after(line.state, "disposed") is not None and CLERK in staff_of(request).roles,
            problem=None if problem is None else forms.SENTENCES[problem],
            done=forms.DONE.get(request.query.get("done", "")),
        )


def read_front(connection: Connection, day: date, now: datetime) -> Front:
    """The front page's figures, of one instant."""
    since, before = forms.start_of(day), forms.start_of(day + timedelta(days=1))
    return Front(
        counts=count_by_state(connection, since, before),
        refused=sum(count for _, _, count in refusal_log.count_refusals(connection, since, before)),
        open=left_open(connection, now - TOLD_WITHIN),
        today=find(connection, Search(since=since, before=before), TODAY_LIMIT),
    )


def dispose_and_note(connection: Connection, issuance_id: str, clerk: str, why: str, now: datetime) -> bool:
    """The disposal and the record of who noted it, in one step."""
    if not dispose(connection, issuance_id, clerk, why, now):
        return False
    doings.note_doing(connection, doings.Doing(clerk, "dispose", issuance_id, "", why), now)
    return True


def merged(counts: tuple[tuple[str, str, int], ...], cleared: bool) -> tuple[tuple[str, str, int], ...]:
    """The counts by reason; for a reader who may not know of protections, all reasons of a code that might hide one are one line."""
    if cleared:
        return counts
    sums: dict[tuple[str, str], int] = {}
    for code, reason, count in counts:
        shown = (code, "" if code == NOT_ISSUABLE else reason)
        sums[shown] = sums.get(shown, 0) + count
    return tuple((code, reason, count) for (code, reason), count in sums.items())
