"""The pages of findings: the municipality's own notices, what is done about them, and the dossier of papers as a page, JSON and CSV. Decode, call, encode; `findings` decides."""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from aiohttp import web

from issuance_center import words
from issuance_center.findings import CLASSES
from issuance_center.records import findings
from issuance_center.records.findings import COLUMNS, WINDOW_SECONDS
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Person
from screens.guard import now_of, staff_of
from screens.pages import render
from storage.instants import JST, instant
from storage.store import Store

WINDOW_MAX = 30 * 86_400

PROBLEMS: dict[str, tuple[str, str]] = {
    "unknown": ("この所見はありません。", "There is no such finding."),
    "not_yours": ("この操作は、その市区町村の職員が行います。", "This is for the municipality's own staff."),
    "not_open": ("すでに受領されています。", "It has been acknowledged already."),
    "not_acknowledged": ("先に市区町村が受領してください。", "The municipality must acknowledge it first."),
    "cause": ("原因を20文字以上（空白を除く）、1000文字以内で書いてください。", "Please write the cause, in 20 characters or more (1,000 at most)."),
}


Book = Callable[[datetime], Awaitable[DirectoryBook]]
"""The directory as it is now."""


class FindingPages:
    """The handlers. `of` says which municipality an account belongs to; without the `book` a municipality is shown by its code."""

    def __init__(self, store: Store, of: Mapping[str, str | None], book: Book | None = None) -> None:
        self._store = store
        self._of = of
        self._book = book

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/findings", self.listed)
        app.router.add_get("/findings/{finding_no:[0-9]{1,9}}", self.one)
        app.router.add_post("/findings/{finding_no:[0-9]{1,9}}/acknowledge", self.acknowledge)
        app.router.add_post("/findings/{finding_no:[0-9]{1,9}}/close", self.close)
        app.router.add_get("/findings/{finding_no:[0-9]{1,9}}/dossier", self.dossier)
        app.router.add_get("/findings/{finding_no:[0-9]{1,9}}/dossier.{form:json|csv}", self.dossier_file)

    async def listed(self, request: web.Request) -> web.Response:
        """Cases: a municipality's own, or for the center's staff all."""
        person = person_of(request, self._of)
        lines = await self._store.read(findings.listed, person.of)
        return render(
            request, "findings.html", lines=lines, classes=CLASSES, moment=moment, person=person, names=await self._names(request), words=words
        )

    async def one(self, request: web.Request, problem: str | None = None, status: int = 200) -> web.Response:
        """One case."""
        person, number = person_of(request, self._of), int(request.match_info["finding_no"])
        case = await self._seen(number, person)
        occurred, days, done = await self._store.read(findings.told, number)
        said = PROBLEMS[problem] if problem is not None else None
        typed = {name: str(value) for name, value in (await request.post()).items()} if problem is not None else {}
        shown = {"case": case, "occurred": occurred, "days": days, "done": done, "person": person, "problem": said, "typed": typed}
        names = await self._names(request)
        return render(request, "finding.html", status=status, **shown, classes=CLASSES, words=words, moment=moment, names=names)

    async def acknowledge(self, request: web.Request) -> web.StreamResponse:
        """The notice has been received."""
        person, number = person_of(request, self._of), int(request.match_info["finding_no"])
        await self._seen(number, person)
        return await self._done(request, await self._store.write(findings.acknowledge, number, person, now_of(request)))

    async def close(self, request: web.Request) -> web.StreamResponse:
        """The cause is written down."""
        person, number, form = person_of(request, self._of), int(request.match_info["finding_no"]), await request.post()
        await self._seen(number, person)
        explained = str(form.get("explained", "0")).strip() or "0"
        allowed = int(explained) if explained.isascii() and explained.isdigit() and len(explained) < 7 else 0
        cause = str(form.get("cause", "")).strip()
        return await self._done(request, await self._store.write(findings.close, number, person, cause, allowed, now_of(request)))

    async def dossier(self, request: web.Request) -> web.Response:
        """The papers that may be affected."""
        made = await self._made(request)
        return render(request, "dossier.html", made=made, words=words, classes=CLASSES, moment=moment, names=await self._names(request))

    async def dossier_file(self, request: web.Request) -> web.Response:
        """The same as a file."""
        made, form = await self._made(request), request.match_info["form"]
        headers = {"Content-Disposition": f'attachment; filename="dossier-{made.finding["finding_no"]}.{form}"'}
        if form == "json":
            body = msgspec.json.encode({"finding": made.finding, "window_seconds": made.window_seconds, "whole": made.whole, "papers": made.papers})
            return web.Response(body=body, content_type="application/json", headers=headers)
        written = io.StringIO()
        lines = csv.DictWriter(written, COLUMNS)
        lines.writeheader()
        lines.writerows(made.papers)
        return web.Response(text=written.getvalue(), content_type="text/csv", headers=headers)

    async def _names(self, request: web.Request) -> dict[str, words.Pair]:
        return words.names_of(await self._book(now_of(request)), now_of(request)) if self._book is not None else {}

    async def _made(self, request: web.Request) -> findings.Dossier:
        number, window = int(request.match_info["finding_no"]), request.query.get("window", str(WINDOW_SECONDS))
        await self._seen(number, person_of(request, self._of))
        if not window.isascii() or not window.isdigit() or len(window) > 9 or not 0 < int(window) <= WINDOW_MAX:
            raise web.HTTPBadRequest
        made = await self._store.read(findings.dossier, number, int(window))
        assert made is not None
        return made

    async def _seen(self, number: int, person: Person) -> dict[str, object]:
        """The case, if this person may see it: of another municipality it is as if there were none."""
        case = await self._store.read(findings.find, number)
        if case is None or (person.of is not None and case["municipality"] != person.of):
            raise web.HTTPNotFound
        return case

    async def _done(self, request: web.Request, refused: str | None) -> web.StreamResponse:
        if refused is not None:
            return await self.one(request, refused, 409)
        raise web.HTTPSeeOther(f"/findings/{request.match_info['finding_no']}")


def person_of(request: web.Request, of: Mapping[str, str | None]) -> Person:
    """Who is signed in, as rules know people. An account of a municipality without a code belongs to none, and sees nothing."""
    staff = staff_of(request)
    if "municipality" in staff.roles and not of.get(staff.name):
        raise web.HTTPForbidden
    return Person(staff.name, "operator" in staff.roles, of.get(staff.name) if "municipality" in staff.roles else None)


def moment(text: str | None) -> str:
    """A stored instant as the pages show it: JST, to the second."""
    return "" if text is None else instant(text).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
