"""A tenant's pages about its data: how old each register is, the uploads with their reports, what is in quarantine, what the tenant has decided, and the fast lane with its journal.

Decides what a clerk is shown: numbers and codes, never a name, and of 支援措置 nothing to who may not know of it. What an upload or an event does is `feeds`'.
"""

from datetime import datetime

import msgspec
from aiohttp import web

from bcl_cloud.feeds.ages import ages_of_all
from bcl_cloud.feeds.fast_lane import PROTECTING, WORDS, Event, events, take
from bcl_cloud.feeds.feed_terms import BadTerms, FeedTerms, decide, decided, terms_of
from bcl_cloud.feeds.history import in_quarantine, uploads
from bcl_cloud.offices.feed_words import REGISTERS, STATES
from bcl_cloud.offices.upload_pages import UploadPages, marks_of
from issuer.clerks.office import CLERK, PROTECTION_CLERK
from issuer.clerks.views import show
from screens.guard import now_of
from screens.office import require_role, staff_of
from storage.instants import JST, instant
from storage.store import Store

OUTCOMES = {
    "applied": ("適用済み", "In force"),
    "waiting": ("対象待ち", "Waits for its subject"),
    "overtaken": ("後の届出あり", "Overtaken"),
    "included": ("データに反映済み", "In the data"),
    "contradicted": ("同じ番号で内容が異なります。受け付けていません。", "Another event has this id. Not taken."),
    "malformed": ("番号または対象が正しくありません。受け付けていません。", "The id or the subject is not valid. Not taken."),
}


class FeedPages:
    """See the module's text. Mount with `FeedPages(store, uploads).add_to(office)`: how archives come in is `uploads`'."""

    def __init__(self, store: Store, uploads: UploadPages) -> None:
        self._store = store
        self._uploads = uploads
        uploads.page = self._data

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/data", self.data)
        app.router.add_post("/data/terms", self.set_terms)
        app.router.add_get("/data/events", self.events)
        app.router.add_post("/data/events", self.take_event)

    async def data(self, request: web.Request) -> web.Response:
        """Age of the data, uploads, quarantine and terms."""
        return await self._data(request, None)

    async def set_terms(self, request: web.Request) -> web.StreamResponse:
        """What the tenant decides about its data."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        try:
            hours = {register: float(str(posted[register])) for register in REGISTERS if str(posted.get(register, "")).strip()}
            await self._store.write(
                decide, FeedTerms(quarantine=posted.get("bad_lines") == "quarantine", max_age_hours=hours), staff.name, now_of(request)
            )
        except (BadTerms, ValueError):
            return await self._data(request, ("時間は0より大きい数で入力してください。", "Enter hours above zero."))
        raise web.HTTPSeeOther("/data")

    async def events(self, request: web.Request) -> web.Response:
        """The fast lane."""
        return await self._events(request, None)

    async def take_event(self, request: web.Request) -> web.Response:
        """Put one event in force."""
        staff = require_role(request, CLERK)
        posted = {key: str(value).strip() for key, value in (await request.post()).items() if str(value).strip()}
        try:
            at = datetime.fromisoformat(posted.pop("at")).replace(tzinfo=JST) if "at" in posted else now_of(request)
            event = msgspec.convert(posted | {"at": at}, Event)
        except (ValueError, msgspec.ValidationError):
            return await self._events(request, OUTCOMES["malformed"])
        if event.kind in PROTECTING and PROTECTION_CLERK not in staff.roles:
            raise web.HTTPForbidden
        return await self._events(request, OUTCOMES[await self._store.write(take, event, now_of(request))])

    async def _data(self, request: web.Request, problem: tuple[str, str] | None) -> web.Response:
        ages, terms = await self._store.read(ages_of_all), await self._store.read(terms_of)
        now = now_of(request)
        old = {age.register: None if age.as_of is None else (now - age.as_of).total_seconds() / 3600 for age in ages}
        return show(
            request,
            "data.html",
            status=200 if problem is None else 422,
            problem=problem,
            ages=ages,
            old=old,
            marks=marks_of(ages, terms, now),
            terms=terms,
            decided=await self._store.read(decided, 5),
            uploads=await self._store.read(uploads),
            quarantine=await self._store.read(in_quarantine),
            registers=REGISTERS,
            upload_states=STATES,
            **self._uploads.block(request),
        )

    async def _events(self, request: web.Request, said: tuple[str, str] | None) -> web.Response:
        knows = PROTECTION_CLERK in staff_of(request).roles
        journal = [(row, instant(row.at)) for row in await self._store.read(events) if knows or row.kind not in PROTECTING]
        words = {kind: (ja, en) for kind, (_, ja, en) in WORDS.items() if knows or kind not in PROTECTING}
        return show(request, "fast_lane.html", said=said, journal=journal, words=words, outcomes=OUTCOMES)
