"""The clerk's pages about people: find a resident, see the household, stop and allow issuing, set and release a 支援措置.

Decides what a clerk may see and change; the change itself and its new version are `registers.residents.changes`', and each is recorded with who, when and why in the same transaction.
A protection is shown on its own page only, to roles that the municipality named. 個人番号 and 住民票コード are shown nowhere.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from municipal_server import clerk_forms
from municipal_server.clerk_forms import LEVELS, Protect, Stop, Why
from municipal_server.clerk_papers import PROTECTION_DOINGS
from municipal_server.clerk_views import may_see_protection, show, today_of
from municipal_server.config import CLERK, Config
from municipal_server.doings import Doing, LoggedDoing, doings, note_doing
from municipal_server.issue_history import Line, Search, find
from registers.residents.changes import ChangeRefused, StopInForce, release, release_protection, set_protection, stops_of, suppress
from registers.residents.resident import Household, Protection, Resident
from registers.residents.tables import household_of, resident, search
from screens.guard import now_of
from screens.office import require_role, staff_of
from storage.store import Store

FOUND_MAX = 100

STANDINGS = {
    "current": ("住民", "Resident"),
    "leaving": ("転出予定", "Leaving"),
    "left": ("転出", "Moved out"),
    "dead": ("死亡", "Deceased"),
    "removed": ("職権消除", "Removed"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """What one person's page shows, of one state."""

    person: Resident
    household: Household | None
    stops: tuple[StopInForce, ...]
    papers: tuple[Line, ...]
    doings: tuple[LoggedDoing, ...]


class ResidentPages:
    """See the module's text."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/residents", self.residents)
        app.router.add_get("/residents/{atena_no}", self.resident)
        app.router.add_post("/residents/{atena_no}/stop", self.stop)
        app.router.add_post("/residents/{atena_no}/release", self.release)
        app.router.add_get("/residents/{atena_no}/protection", self.protection)
        app.router.add_post("/residents/{atena_no}/protection", self.protect)
        app.router.add_post("/residents/{atena_no}/protection/release", self.unprotect)

    async def residents(self, request: web.Request) -> web.Response:
        """住民の検索."""
        text = request.query.get("q", "").strip()[:100]
        found = await self._store.read(search, text, FOUND_MAX)
        return show(request, "residents.html", q=text, found=found, limit=FOUND_MAX, standings=STANDINGS)

    async def resident(self, request: web.Request) -> web.Response:
        """One person: the household, the stops, the papers, what clerks changed."""
        return await self._resident_page(request, None)

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """発行抑止."""
        staff = require_role(request, CLERK)
        form = clerk_forms.stop_form(await request.post(), today_of(request))
        if not isinstance(form, Stop):
            return await self._resident_page(request, form)
        return await self._change(request, self._resident_page, "suppress", "", stop_and_note, form, staff.name, now_of(request))

    async def release(self, request: web.Request) -> web.StreamResponse:
        """抑止解除."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        why, number = clerk_forms.why_of(posted), posted.get("stop")
        if not isinstance(why, Why):
            return await self._resident_page(request, why)
        if not isinstance(number, str) or not number.isascii() or not number.isdigit():
            return await self._resident_page(request, "choice_form")
        return await self._change(
            request, self._resident_page, "release_suppression", "", release_and_note, int(number), why, staff.name, now_of(request)
        )

    async def protection(self, request: web.Request) -> web.Response:
        """支援措置 of one person."""
        return await self._protection_page(request, None)

    async def protect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の登録・変更."""
        self._demand_clearance(request)
        form = clerk_forms.protect_form(await request.post(), today_of(request))
        if not isinstance(form, Protect):
            return await self._protection_page(request, form)
        return await self._change(
            request, self._protection_page, "protect", "/protection", protect_and_note, form, staff_of(request).name, now_of(request)
        )

    async def unprotect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の解除."""
        self._demand_clearance(request)
        why = clerk_forms.why_of(await request.post())
        if not isinstance(why, Why):
            return await self._protection_page(request, why)
        now, clerk = now_of(request), staff_of(request).name
        return await self._change(request, self._protection_page, "release_protection", "/protection", unprotect_and_note, why, clerk, now)

    async def _change(
        self,
        request: web.Request,
        page: Callable[[web.Request, str], Awaitable[web.Response]],
        done: str,
        below: str,
        step: Callable[..., None],
        *what: object,
    ) -> web.StreamResponse:
        atena_no = request.match_info["atena_no"]
        try:
            await self._store.write(step, atena_no, *what)
        except ChangeRefused as refused:
            return await page(request, refused.problem)
        raise web.HTTPSeeOther(f"/residents/{atena_no}{below}?done={done}")

    async def _resident_page(self, request: web.Request, problem: str | None) -> web.Response:
        cleared = may_see_protection(request, self._config)
        record = await self._store.read(read_record, request.match_info["atena_no"], PROTECTION_DOINGS)
        if record is None:
            raise web.HTTPNotFound
        return show(
            request,
            "resident.html",
            status=200 if problem is None else 422,
            **_notices(request, problem),
            day=today_of(request),
            standings=STANDINGS,
            person=record.person,
            address=record.household.address if record.household else "",
            members=record.household.members if record.household else (),
            stops=record.stops,
            papers=record.papers,
            doings=record.doings,
            may_change=CLERK in staff_of(request).roles,
            may_protect=cleared,
        )

    async def _protection_page(self, request: web.Request, problem: str | None) -> web.Response:
        self._demand_clearance(request)
        record = await self._store.read(read_record, request.match_info["atena_no"], ())
        if record is None:
            raise web.HTTPNotFound
        return show(
            request,
            "protection.html",
            status=200 if problem is None else 422,
            **_notices(request, problem),
            day=today_of(request),
            person=record.person,
            levels=LEVELS,
            doings=[line for line in record.doings if line.doing.doing in PROTECTION_DOINGS],
        )

    def _demand_clearance(self, request: web.Request) -> None:
        if not may_see_protection(request, self._config):
            raise web.HTTPForbidden


def read_record(connection: Connection, atena_no: str, hidden: tuple[str, ...]) -> Record | None:
    """Everything one person's page shows; changes of the kinds in `hidden` are left out."""
    person = resident(connection, atena_no)
    if person is None:
        return None
    return Record(
        person=person,
        household=household_of(connection, person.household_no),
        stops=stops_of(connection, atena_no),
        papers=find(connection, Search(text=atena_no), 50),
        doings=doings(connection, (atena_no, person.household_no), hidden),
    )


def stop_and_note(connection: Connection, atena_no: str, form: Stop, clerk: str, now: datetime) -> None:
    """Stop issuing, and record it."""
    number = suppress(connection, atena_no, since=form.since, until=form.until, household=form.household, reason=form.why, now=now)
    note_doing(connection, Doing(clerk, "suppress", _subject(connection, atena_no, form.household), f"No. {number}, {_period(form)}", form.why), now)


def release_and_note(connection: Connection, atena_no: str, number: int, why: Why, clerk: str, now: datetime) -> None:
    """End one of the stops that this person's page shows, and record it."""
    stop = next((stop for stop in stops_of(connection, atena_no) if stop.number == number), None)
    if stop is None:
        raise ChangeRefused("already_released")
    release(connection, number, now=now)
    note_doing(connection, Doing(clerk, "release_suppression", _subject(connection, atena_no, stop.stop.household), f"No. {number}", why.text), now)


def protect_and_note(connection: Connection, atena_no: str, form: Protect, clerk: str, now: datetime) -> None:
    """Set or change a protection, and record it."""
    set_protection(connection, atena_no, Protection(form.level, form.since, form.until), now=now)
    note_doing(connection, Doing(clerk, "protect", atena_no, f"{LEVELS[form.level][0]}, {_period(form)}", form.why), now)


def unprotect_and_note(connection: Connection, atena_no: str, why: Why, clerk: str, now: datetime) -> None:
    """End a protection, and record it; ending none is refused."""
    person = resident(connection, atena_no)
    if person is None or person.protection is None:
        raise ChangeRefused("already_released")
    release_protection(connection, atena_no, now=now)
    note_doing(connection, Doing(clerk, "release_protection", atena_no, LEVELS[person.protection.level][0], why.text), now)


def _subject(connection: Connection, atena_no: str, household: bool) -> str:
    person = resident(connection, atena_no)
    return person.household_no if household and person is not None else atena_no


def _period(form: Stop | Protect) -> str:
    return f"{form.since.isoformat()}/{form.until.isoformat() if form.until else ''}"


def _notices(request: web.Request, problem: str | None) -> dict[str, object]:
    return {
        "problem": None if problem is None else clerk_forms.SENTENCES[problem],
        "done": clerk_forms.DONE.get(request.query.get("done", "")) if problem is None else None,
    }
