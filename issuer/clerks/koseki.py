"""The clerk's pages about one 戸籍: its people, a notification that waits to be entered, stops, 支援措置, papers, what clerks changed.

Decides what a clerk may see and change; the change itself is `changes`'. As with residents, a protection is shown on its own page only, to roles that the municipality named, and there
only this register's own: one of the resident register is that register's business.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from issuer.clerks import forms
from issuer.clerks.changes import (
    announce_and_note,
    koseki_subject,
    koseki_subjects,
    protect_entry_and_note,
    release_entry_and_note,
    stop_entry_and_note,
    unprotect_entry_and_note,
    withdraw_and_note,
)
from issuer.clerks.changing import ChangingPages
from issuer.clerks.forms import LEVELS, Protect, Stop, Why
from issuer.clerks.office import CLERK
from issuer.clerks.papers import PROTECTION_DOINGS
from issuer.clerks.views import may_see_protection, notices, show, today_of
from issuer.doings import LoggedDoing, doings
from issuer.issue_history import Line, find_of_people
from registers.koseki.changes import StopInForce, protection_of, stops_of
from registers.koseki.koseki import Koseki
from registers.koseki.tables import find_person, fuhyo_by_no, koseki_by_no
from registers.residents.resident import Protection
from registers.residents.tables import resident
from screens.guard import now_of
from screens.office import require_role, staff_of

STANDINGS = {
    "current": ("現在戸籍", "Current"),
    "removed": ("除籍", "Closed"),
    "superseded": ("改製原戸籍", "Superseded"),
    "on_paper": ("改製不適合戸籍", "Not convertible"),
}


@dataclass(frozen=True, slots=True)
class KosekiRecord:
    """What the page of one 戸籍 shows, of one state. `stops` are this register's own, by person."""

    koseki: Koseki
    has_fuhyo: bool
    stops: tuple[tuple[str, StopInForce], ...]
    papers: tuple[Line, ...]
    doings: tuple[LoggedDoing, ...]


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What the protection page of one person of a 戸籍 shows."""

    koseki: Koseki
    person_no: str
    protection: Protection | None
    doings: tuple[LoggedDoing, ...]


class KosekiPages(ChangingPages):
    """See the module's text."""

    FOLDER, SUBJECT = "/koseki", "koseki_no"

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/holders/{number}", self.of_holder)
        app.router.add_get("/koseki/people/{person_no}", self.of_person)
        app.router.add_get("/koseki/{koseki_no}", self.koseki)
        app.router.add_post("/koseki/{koseki_no}/announce", self.announce)
        app.router.add_post("/koseki/{koseki_no}/withdraw", self.withdraw)
        app.router.add_post("/koseki/{koseki_no}/stop", self.stop)
        app.router.add_post("/koseki/{koseki_no}/release", self.release)
        app.router.add_get("/koseki/{koseki_no}/{person_no}/protection", self.protection)
        app.router.add_post("/koseki/{koseki_no}/{person_no}/protection", self.protect)
        app.router.add_post("/koseki/{koseki_no}/{person_no}/protection/release", self.unprotect)

    async def of_person(self, request: web.Request) -> web.StreamResponse:
        """Lead from a number in the 戸籍, as papers list it, to the 戸籍."""
        koseki_no = await self._store.read(find_person, request.match_info["person_no"])
        if koseki_no is None:
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(f"/koseki/{koseki_no}")

    async def of_holder(self, request: web.Request) -> web.StreamResponse:
        """Lead from a holder's number as refusals of the 戸籍 have it, a 宛名番号 or of somebody known by 利用登録 alone the number in the 戸籍, to the person."""
        number = request.match_info["number"]
        if await self._store.read(resident, number) is not None:
            raise web.HTTPSeeOther(f"/residents/{number}")
        raise web.HTTPSeeOther(f"/koseki/people/{number}")

    async def koseki(self, request: web.Request) -> web.Response:
        """One 戸籍."""
        return await self._koseki_page(request, None)

    async def announce(self, request: web.Request) -> web.StreamResponse:
        """届出の受理: from now on nothing of this 戸籍 is issued."""
        return await self._with_reason(request, "announce", announce_and_note)

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """A notification was entered or taken back."""
        return await self._with_reason(request, "withdraw", withdraw_and_note)

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """発行抑止 of one person."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        form = forms.stop_form({**posted, "scope": "person"}, today_of(request))
        if not isinstance(form, Stop):
            return await self._koseki_page(request, form)
        person_no = str(posted.get("person", ""))
        return await self._change(request, self._koseki_page, "suppress", "", stop_entry_and_note, person_no, form, staff.name, now_of(request))

    async def release(self, request: web.Request) -> web.StreamResponse:
        """抑止解除."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        why, number, person_no = forms.why_of(posted), forms.number_of(posted, "stop"), str(posted.get("person", ""))
        if not isinstance(why, Why):
            return await self._koseki_page(request, why)
        if not isinstance(number, int):
            return await self._koseki_page(request, number)
        what = (person_no, number, why, staff.name, now_of(request))
        return await self._change(request, self._koseki_page, "release_suppression", "", release_entry_and_note, *what)

    async def protection(self, request: web.Request) -> web.Response:
        """支援措置 of one person in this register."""
        return await self._protection_page(request, None)

    async def protect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の登録・変更."""
        self._demand_clearance(request)
        form = forms.protect_form(await request.post(), today_of(request))
        if not isinstance(form, Protect):
            return await self._protection_page(request, form)
        return await self._change_protection(request, "protect", protect_entry_and_note, form)

    async def unprotect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の解除."""
        self._demand_clearance(request)
        why = forms.why_of(await request.post())
        if not isinstance(why, Why):
            return await self._protection_page(request, why)
        return await self._change_protection(request, "release_protection", unprotect_entry_and_note, why)

    async def _with_reason(self, request: web.Request, done: str, step: Callable[..., None]) -> web.StreamResponse:
        staff = require_role(request, CLERK)
        why = forms.why_of(await request.post())
        if not isinstance(why, Why):
            return await self._koseki_page(request, why)
        return await self._change(request, self._koseki_page, done, "", step, why, staff.name, now_of(request))

    async def _change_protection(self, request: web.Request, done: str, step: Callable[..., None], what: Protect | Why) -> web.StreamResponse:
        person_no = request.match_info["person_no"]
        changed = (person_no, what, staff_of(request).name, now_of(request))
        return await self._change(request, self._protection_page, done, f"/{person_no}/protection", step, *changed)

    async def _koseki_page(self, request: web.Request, problem: str | None) -> web.Response:
        record = await self._store.read(read_koseki, request.match_info["koseki_no"])
        if record is None:
            raise web.HTTPNotFound
        return show(
            request,
            "koseki.html",
            status=200 if problem is None else 422,
            **notices(request, problem),
            day=today_of(request),
            standings=STANDINGS,
            koseki=record.koseki,
            has_fuhyo=record.has_fuhyo,
            names={person.person_no: person.given_name for person in record.koseki.members},
            stops=record.stops,
            papers=record.papers,
            doings=record.doings,
            may_change=CLERK in staff_of(request).roles and record.koseki.standing == "current",
            may_stop=CLERK in staff_of(request).roles,
            may_protect=may_see_protection(request, self._office),
        )

    async def _protection_page(self, request: web.Request, problem: str | None) -> web.Response:
        self._demand_clearance(request)
        record = await self._store.read(read_entry, request.match_info["koseki_no"], request.match_info["person_no"])
        if record is None:
            raise web.HTTPNotFound
        person = record.koseki.member(record.person_no)
        assert person is not None
        address = f"/koseki/{record.koseki.koseki_no}"
        return show(
            request,
            "protection.html",
            status=200 if problem is None else 422,
            **notices(request, problem),
            day=today_of(request),
            number=record.person_no,
            number_word=("戸籍の者の番号", "Number in the 戸籍"),
            back=address,
            here=f"{address}/{record.person_no}/protection",
            name=f"{record.koseki.family_name}　{person.given_name}",
            protection=record.protection,
            elsewhere=person.protection is not None and record.protection is None,
            levels=LEVELS,
            doings=record.doings,
        )


def read_koseki(connection: Connection, koseki_no: str) -> KosekiRecord | None:
    """Everything the page of a 戸籍 shows; changes to protections are left out."""
    koseki = koseki_by_no(connection, koseki_no)
    if koseki is None:
        return None
    people = tuple(person.person_no for person in koseki.members)
    return KosekiRecord(
        koseki=koseki,
        has_fuhyo=fuhyo_by_no(connection, koseki_no) is not None,
        stops=tuple((person_no, stop) for person_no in people for stop in stops_of(connection, person_no)),
        papers=find_of_people(connection, (), people, 50),
        doings=doings(connection, koseki_subjects(koseki_no, people), PROTECTION_DOINGS),
    )


def read_entry(connection: Connection, koseki_no: str, person_no: str) -> EntryRecord | None:
    """Everything the protection page of one person of a 戸籍 shows."""
    koseki = koseki_by_no(connection, koseki_no)
    if koseki is None or koseki.member(person_no) is None:
        return None
    changed = doings(connection, (koseki_subject(koseki_no, person_no),))
    return EntryRecord(koseki, person_no, protection_of(connection, person_no), tuple(one for one in changed if one.doing.doing in PROTECTION_DOINGS))
