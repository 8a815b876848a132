"""The pages of the directory: municipalities by code, name or prefecture; one of them with what holds, what is planned and what was; forms to enter it. Decode, call, encode; `entering` decides."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from certificates.kinds import KINDS
from issuance_center import directory_forms, routing, words
from issuance_center.directory_forms import Typed, Unreadable
from issuance_center.directory_words import TITLES, at, brief, entered_words, history, planned, running
from issuance_center.entering import OWN_TOPICS, enter
from issuance_center.entries import TOPICS
from issuance_center.finding_pages import person_of
from issuance_center.records import stops
from issuance_center.routing import Change, DirectoryBook
from issuance_center.routing.book import shelf_of
from issuance_center.routing.changes import begins
from issuance_center.routing.contents import Sentence
from issuance_center.stopping import Person
from screens.guard import now_of
from screens.pages import render
from storage.store import Store

PER_PAGE = 50
Look = Callable[[datetime], Awaitable[DirectoryBook]]


class DirectoryPages:
    """The handlers. `look` gives the directory, `reload` the directory with what was just entered; `lines` are the issuers' names."""

    def __init__(self, store: Store, of: Mapping[str, str | None], lines: tuple[str, ...], look: Look, reload: Look) -> None:
        self._store = store
        self._of = of
        self._lines = lines
        self._look = look
        self._reload = reload

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/directory", self.listed)
        app.router.add_post("/directory", self.new)
        app.router.add_get("/directory/{subject:[0-9]{6}}", self.one)
        app.router.add_post("/directory/{subject:[0-9]{6}}/{topic:[a-z_]+}", self.change)
        app.router.add_get("/kiosks", self.kiosks)
        app.router.add_get("/kiosks/{subject}", self.kiosk)
        app.router.add_post("/kiosks", self.change_kiosk)
        app.router.add_post("/kiosks/{subject}/withdraw", self.withdraw_kiosk)
        app.router.add_post("/kiosks/builds/{subject}", self.change_builds)

    async def listed(self, request: web.Request, problem: Sentence | None = None, typed: Typed | None = None) -> web.Response:
        """Municipalities, fifty a page."""
        person, now = person_of(request, self._of), now_of(request)
        if person.of is not None:
            raise web.HTTPSeeOther(f"/directory/{person.of}")
        book, query = await self._look(now), request.query.get("q", "").strip()
        found = [
            (code, place) for code, page in book.municipalities.items() if (place := page.place.at(now)) and _meant(book, code, place, query, now)
        ]
        wanted = request.query.get("page", "1")
        page = min(int(wanted), -(-len(found) // PER_PAGE) or 1) if wanted.isascii() and wanted.isdigit() and 0 < len(wanted) < 6 else 1
        page = max(page, 1)
        shown = [
            {
                "code": code,
                "place": place,
                "kinds": [kind for kind in KINDS if isinstance(routing.route(book, code, kind, None, now), routing.Route)],
                "issuers": list(
                    dict.fromkeys(
                        issued.issuer for dated in book.municipalities[code].issuers.values() if (issued := dated.at(now)) and issued.issuer
                    )
                ),
                "wide": routing.wide_joined(book, code, now),
            }
            for code, place in found[(page - 1) * PER_PAGE : page * PER_PAGE]
        ]
        pages = -(-len(found) // PER_PAGE) or 1
        return render(
            request, "directory.html", status=422 if problem else 200, lines=shown, total=len(found), page=page, pages=pages, query=query, person=person,
            words=words, problem=problem, typed=typed or Typed({}),
        )  # fmt: skip

    async def new(self, request: web.Request) -> web.StreamResponse:
        """A municipality that joins."""
        typed = await _typed(request)
        problem = await self._entered(request, "place", typed.word("code"), typed)
        if problem is not None:
            return await self.listed(request, problem, typed)
        raise web.HTTPSeeOther(f"/directory/{typed.word('code')}")

    async def one(self, request: web.Request, problem: Sentence | None = None, topic: str = "", typed: Typed | None = None) -> web.Response:
        """One municipality: what holds now, what is planned, what was entered by whom and why."""
        person, subject, now = person_of(request, self._of), request.match_info["subject"], now_of(request)
        if person.of is not None and person.of != subject:
            raise web.HTTPForbidden
        book = await self._look(now)
        page = book.municipalities.get(subject)
        if page is None:
            meant = routing.resolved_at(book, subject, now)
            if meant is None:
                raise web.HTTPNotFound
            raise web.HTTPSeeOther(f"/directory/{meant}")
        kinds = [
            {
                "code": kind,
                "route": routing.route(book, subject, kind, None, now),
                "hours": page.hours[kind].at(now) if kind in page.hours else None,
                "options": routing.options(book, subject, kind, now),
                "offered": KINDS[kind].options,
            }
            for kind in KINDS
        ]
        entries = [*book.entries.get(("municipality", subject), ())]
        for heir in book.heirs.get(subject, ()):
            entries.extend(book.entries[("succession", heir)])
        shown = {
            "code": subject, "page": page, "place": page.place.at(now) or page.place.first(), "kinds": kinds, "years": routing.years(book, subject, now),
            "planned": planned(entries, now), "running": running(entries, now), "history": history(entries), "may": OWN_TOPICS if not person.operator else frozenset(TOPICS),
            "heirs": [(code, book.successions[code].at(now)) for code in book.heirs.get(subject, ())], "issuers": [name for name in self._lines if name in (subject, "bcl")],
        }  # fmt: skip
        return self._page(request, "municipality.html", problem, topic, typed, person, now, **shown)

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Enter something about a municipality, or withdraw what was planned."""
        person, subject, topic = person_of(request, self._of), request.match_info["subject"], request.match_info["topic"]
        if person.of is not None and person.of != subject:
            raise web.HTTPForbidden
        if topic != "withdraw" and (topic not in TOPICS or shelf_of(topic) in ("kiosk", "builds")):
            raise web.HTTPNotFound
        typed = await _typed(request)
        problem = await self._entered(request, topic, subject, typed)
        if problem is not None:
            return await self.one(request, problem, topic, typed)
        raise web.HTTPSeeOther(f"/directory/{subject}")

    async def kiosks(self, request: web.Request, problem: Sentence | None = None, topic: str = "", typed: Typed | None = None) -> web.Response:
        """The terminals, and the builds that issuers may declare."""
        person, now = self._operator(request), now_of(request)
        book, query = await self._look(now), request.query.get("q", "").strip()
        found = [
            one
            for dated in book.kiosks.values()
            if (one := dated.at(now) or dated.first()) and query in f"{one.id} {one.place} {one.operator} {one.only or ''}"
        ]
        builds = [(name, routing.registered_build(book, name, now)) for name in self._lines]
        return self._page(
            request,
            "kiosks.html",
            problem,
            topic,
            typed,
            person,
            now,
            kiosks=found[:200],
            total=len(found),
            builds=builds,
            query=query,
            declared=await self._store.read(stops.latest_declared),
        )

    async def kiosk(self, request: web.Request, problem: Sentence | None = None, typed: Typed | None = None) -> web.Response:
        """One terminal."""
        person, now = self._operator(request), now_of(request)
        subject = typed.word("id") if typed is not None and "subject" not in request.match_info else request.match_info["subject"]
        book = await self._look(now)
        entries = book.entries.get(("kiosk", subject), ())
        dated = book.kiosks.get(subject)
        if dated is None and problem is None:
            raise web.HTTPNotFound
        one = (dated.at(now) or dated.first()) if dated is not None else None
        shown = {"code": subject, "kiosk": one, "planned": planned(entries, now), "history": history(entries)}
        return self._page(request, "kiosk.html", problem, "kiosk", typed, person, now, **shown)

    async def change_kiosk(self, request: web.Request) -> web.StreamResponse:
        """Register a terminal, or change one."""
        self._operator(request)
        typed = await _typed(request)
        problem = await self._entered(request, "kiosk", typed.word("id"), typed)
        if problem is not None:
            return await self.kiosk(request, problem, typed)
        raise web.HTTPSeeOther(f"/kiosks/{typed.word('id')}")

    async def withdraw_kiosk(self, request: web.Request) -> web.StreamResponse:
        """Take back a plan for a terminal."""
        self._operator(request)
        problem = await self._entered(request, "withdraw", request.match_info["subject"], await _typed(request))
        if problem is not None:
            return await self.kiosk(request, problem)
        raise web.HTTPSeeOther(f"/kiosks/{request.match_info['subject']}")

    async def change_builds(self, request: web.Request) -> web.StreamResponse:
        """Which builds an issuer may declare."""
        self._operator(request)
        typed, subject = await _typed(request), request.match_info["subject"]
        problem = await self._entered(request, "builds", subject, typed)
        if problem is not None:
            return await self.kiosks(request, problem, f"builds {subject}", typed)
        raise web.HTTPSeeOther("/kiosks")

    async def _entered(self, request: web.Request, topic: str, subject: str, typed: Typed) -> Sentence | None:
        person, now = person_of(request, self._of), now_of(request)
        book = await self._look(now)
        try:
            if topic == "withdraw":
                named = directory_forms.read_withdrawal(typed, subject)
                if named.topic == "succession":
                    named = _of_subject(named, typed.word("code"))
                changes: tuple[Change, ...] = (named,)
            else:
                changes = directory_forms.read(topic, subject, typed, now, f"e{book.revision + 1}-{now:%Y%m%d%H%M%S%f}")
        except Unreadable as problem:
            return problem.sentence
        try:
            wrong = await self._store.write(enter, book, changes, self._lines, person, typed.word("reason"), now)
        except PermissionError:
            raise web.HTTPForbidden from None
        if wrong is None:
            await self._reload(now)
        return wrong

    def _operator(self, request: web.Request) -> Person:
        person = person_of(request, self._of)
        if person.of is not None:
            raise web.HTTPForbidden
        return person

    def _page(
        self,
        request: web.Request,
        template: str,
        problem: Sentence | None,
        topic: str,
        typed: Typed | None,
        person: Person,
        now: datetime,
        **shown: object,
    ) -> web.Response:
        common = {
            "problem": problem,
            "topic": topic,
            "typed": typed or Typed({}),
            "person": person,
            "now": now,
            "words": words,
            "titles": TITLES,
            "all_kinds": KINDS,
        }
        return render(request, template, status=422 if problem else 200, **common, **shown, at=at, brief=brief, begins=begins, entered=entered_words)


def _of_subject(change: Change, subject: str) -> Change:
    """The same change of another subject."""
    return Change(change.topic, subject, change.item, change.since, change.value)


def _meant(book: DirectoryBook, code: str, place: object, query: str, now: datetime) -> bool:
    old = (f"{heir} {one.name}" for heir in book.heirs.get(code, ()) if (one := book.successions[heir].at(now)))
    names = " ".join(str(getattr(place, name)) for name in ("prefecture", "name", "name_en"))
    return all(part.lower() in f"{code} {names} {' '.join(old)}".lower() for part in query.split())


async def _typed(request: web.Request) -> Typed:
    form = await request.post()
    ticked = tuple(str(value) for value in form.getall("tick", ()))
    return Typed({name: str(value) for name, value in form.items() if name != "tick"}, ticked)
