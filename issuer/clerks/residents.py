"""The clerk's pages about people: find a resident, see the household, the seal, the 戸籍 and the fiscal years; stop and allow issuing, set and release a 支援措置, cancel a seal.

Decides what a clerk may see and change; the change itself is `changes`'. A protection is shown on its own page only, to roles that the municipality named. 個人番号, 住民票コード and
figures of taxes are shown nowhere: of a fiscal year only whether it was declared and taxed.
"""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from issuer.admissions import MadeReferral, referrals_made
from issuer.clerks import forms
from issuer.clerks.changes import (
    end_seal_and_note,
    protect_and_note,
    release_and_note,
    stop_and_note,
    unprotect_and_note,
)
from issuer.clerks.changing import ChangingPages
from issuer.clerks.forms import LEVELS, SEAL_ENDS, EndSeal, Protect, Stop, Why
from issuer.clerks.office import CLERK
from issuer.clerks.papers import PROTECTION_DOINGS
from issuer.clerks.views import may_see_protection, notices, show, today_of
from issuer.doings import LoggedDoing, doings
from issuer.issue_history import Line, find_of_people
from registers.koseki.tables import koseki_by_no, koseki_of_person_linked_to
from registers.residents.changes import StopInForce, stops_of
from registers.residents.resident import Household, Resident
from registers.residents.tables import household_of, resident, search
from registers.seal.seal import SealRegistration
from registers.seal.tables import seal_of
from registers.tax.record import TaxRecord
from registers.tax.tables import records_of
from screens.guard import now_of
from screens.office import require_role, staff_of

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
    """What one person's page shows, of one state. `koseki_no` and `person_no` are the person's place in the 戸籍 to which the register's link leads."""

    person: Resident
    household: Household | None
    seal: SealRegistration | None
    koseki_no: str | None
    person_no: str | None
    taxes: tuple[TaxRecord, ...]
    stops: tuple[StopInForce, ...]
    papers: tuple[Line, ...]
    doings: tuple[LoggedDoing, ...]
    referrals: tuple[MadeReferral, ...]


class ResidentPages(ChangingPages):
    """See the module's text."""

    FOLDER, SUBJECT = "/residents", "atena_no"

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/residents", self.residents)
        app.router.add_get("/residents/{atena_no}", self.resident)
        app.router.add_post("/residents/{atena_no}/stop", self.stop)
        app.router.add_post("/residents/{atena_no}/release", self.release)
        app.router.add_post("/residents/{atena_no}/seal/cancel", self.end_seal)
        app.router.add_get("/residents/{atena_no}/protection", self.protection)
        app.router.add_post("/residents/{atena_no}/protection", self.protect)
        app.router.add_post("/residents/{atena_no}/protection/release", self.unprotect)

    async def residents(self, request: web.Request) -> web.Response:
        """住民の検索; a whole 戸籍番号 leads to its 戸籍."""
        text = request.query.get("q", "").strip()[:100]
        found = await self._store.read(search, text, FOUND_MAX)
        koseki = await self._store.read(koseki_by_no, text) if text else None
        return show(request, "residents.html", q=text, found=found, koseki=koseki, limit=FOUND_MAX, standings=STANDINGS)

    async def resident(self, request: web.Request) -> web.Response:
        """One person: the household, the stops, the papers, what clerks changed."""
        return await self._resident_page(request, None)

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """発行抑止."""
        staff = require_role(request, CLERK)
        form = forms.stop_form(await request.post(), today_of(request))
        if not isinstance(form, Stop):
            return await self._resident_page(request, form)
        return await self._change(request, self._resident_page, "suppress", "", stop_and_note, form, staff.name, now_of(request))

    async def release(self, request: web.Request) -> web.StreamResponse:
        """抑止解除."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        why, number = forms.why_of(posted), forms.number_of(posted, "stop")
        if not isinstance(why, Why):
            return await self._resident_page(request, why)
        if not isinstance(number, int):
            return await self._resident_page(request, number)
        return await self._change(request, self._resident_page, "release_suppression", "", release_and_note, number, why, staff.name, now_of(request))

    async def end_seal(self, request: web.Request) -> web.StreamResponse:
        """廃印."""
        staff = require_role(request, CLERK)
        form = forms.end_seal_form(await request.post())
        if not isinstance(form, EndSeal):
            return await self._resident_page(request, form)
        return await self._change(request, self._resident_page, "cancel_seal", "", end_seal_and_note, form, staff.name, now_of(request))

    async def protection(self, request: web.Request) -> web.Response:
        """支援措置 of one person."""
        return await self._protection_page(request, None)

    async def protect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の登録・変更."""
        self._demand_clearance(request)
        form = forms.protect_form(await request.post(), today_of(request))
        if not isinstance(form, Protect):
            return await self._protection_page(request, form)
        return await self._change(
            request, self._protection_page, "protect", "/protection", protect_and_note, form, staff_of(request).name, now_of(request)
        )

    async def unprotect(self, request: web.Request) -> web.StreamResponse:
        """支援措置の解除."""
        self._demand_clearance(request)
        why = forms.why_of(await request.post())
        if not isinstance(why, Why):
            return await self._protection_page(request, why)
        now, clerk = now_of(request), staff_of(request).name
        return await self._change(request, self._protection_page, "release_protection", "/protection", unprotect_and_note, why, clerk, now)

    async def _resident_page(self, request: web.Request, problem: str | None) -> web.Response:
        cleared = may_see_protection(request, self._office)
        record = await self._store.read(read_record, request.match_info["atena_no"], PROTECTION_DOINGS)
        if record is None:
            raise web.HTTPNotFound
        return show(
            request,
            "resident.html",
            status=200 if problem is None else 422,
            **notices(request, problem),
            day=today_of(request),
            standings=STANDINGS,
            person=record.person,
            address=record.household.address if record.household else "",
            members=record.household.members if record.household else (),
            stops=record.stops,
            seal=record.seal,
            seal_stands=record.seal is not None and record.seal.in_force_at(now_of(request)),
            seal_ends=SEAL_ENDS,
            koseki_no=record.koseki_no,
            taxes=record.taxes,
            papers=record.papers,
            doings=record.doings,
            referrals=record.referrals,
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
            **notices(request, problem),
            day=today_of(request),
            number=record.person.atena_no,
            number_word=("宛名番号", "宛名番号"),
            back=f"/residents/{record.person.atena_no}",
            here=f"/residents/{record.person.atena_no}/protection",
            name=record.person.name,
            protection=record.person.protection,
            elsewhere=False,
            levels=LEVELS,
            doings=[line for line in record.doings if line.doing.doing in PROTECTION_DOINGS],
        )


def read_record(connection: Connection, atena_no: str, hidden: tuple[str, ...]) -> Record | None:
    """Everything one person's page shows; changes of the kinds in `hidden` are left out."""
    person = resident(connection, atena_no)
    if person is None:
        return None
    found = koseki_of_person_linked_to(connection, atena_no)
    koseki_no, person_no = (None, None) if found is None else (found[0].koseki_no, found[2])
    return Record(
        person=person,
        household=household_of(connection, person.household_no),
        seal=seal_of(connection, atena_no),
        koseki_no=koseki_no,
        person_no=person_no,
        taxes=records_of(connection, atena_no),
        stops=stops_of(connection, atena_no),
        papers=find_of_people(connection, (atena_no,), () if person_no is None else (person_no,), 50),
        doings=doings(connection, (atena_no, person.household_no), hidden),
        referrals=referrals_made(connection, atena_no),
    )
