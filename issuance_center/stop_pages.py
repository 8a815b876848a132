"""The pages of scoped stops: what is stopped and why, stopping at once, and restarting by two people with a check between them. Decode, call, encode; `stopping` decides."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from issuance_center import words
from issuance_center.finding_pages import moment, person_of
from issuance_center.issuer_lines import IssuerLines
from issuance_center.records import endings, stops
from issuance_center.records.stops import PARTS
from issuance_center.restarting import check
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Scope, may_lift, may_place
from screens.guard import now_of
from screens.pages import render
from storage.store import Store

Book = Callable[[datetime], Awaitable[DirectoryBook]]

PROBLEMS: dict[str, tuple[str, str]] = {
    "why": ("理由を入力してください（512文字まで）。", "A reason is needed (512 characters at most)."),
    "not_yours": ("この範囲を停止・再開する権限がありません。", "This scope is not yours to stop or restart."),
    "not_in_force": ("この停止はすでに解除されています。", "It has been lifted already."),
    "not_proposed": ("先に再開を提案してください。", "Somebody must propose to restart first."),
    "same_person": ("提案した人とは別の人が確認してください。", "Somebody else than the proposer must confirm."),
    "other_side": ("2人のうち1人は、停止した側の職員でなければなりません。", "One of the two must be of the side that stopped."),
    "not_checked": ("提案の後に点検をしてください。", "The check must be made after the proposal."),
    "check_failed": ("点検に合格していません。", "The check has not been passed."),
    "check_old": ("点検から30分を過ぎました。もう一度点検してください。", "The check is older than 30 minutes: make it again."),
}

FAULTS: dict[str, tuple[str, str]] = {
    "silent": ("応答がない", "no answer"),
    "other_municipality": ("別の市区町村についての応答", "an answer about another municipality"),
    "build": ("登録と異なる構成", "not a registered build"),
    "unregistered": ("構成が登録されていない", "no build is registered"),
    "halted": ("発行者が停止中", "the issuer is halted"),
    "kinds": ("交付できない種類がある", "a kind is missing"),
}


class StopPages:
    """The handlers. `of` says which municipality an account belongs to; `book` gives the directory; `wake` is called when something is owed to others."""

    def __init__(self, store: Store, of: Mapping[str, str | None], lines: IssuerLines, book: Book, wake: Callable[[], None]) -> None:
        self._store = store
        self._of = of
        self._lines = lines
        self._book = book
        self._wake = wake

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/stops", self.listed)
        app.router.add_post("/stops", self.place)
        app.router.add_get("/stops/{stop_no:[0-9]{1,9}}", self.one)
        app.router.add_post("/stops/{stop_no:[0-9]{1,9}}/{act:propose|check|confirm}", self.act)

    async def listed(self, request: web.Request, problem: str | None = None, status: int = 200) -> web.Response:
        """What is stopped, and what was."""
        person = person_of(request, self._of)
        lines = await self._store.read(stops.listed, person.of)
        said = PROBLEMS[problem] if problem is not None else None
        return render(request, "stops.html", status=status, lines=lines, parts=PARTS, person=person, problem=said, words=words, moment=moment)

    async def place(self, request: web.Request) -> web.StreamResponse:
        """Stop at once."""
        person, form = person_of(request, self._of), await request.post()
        given = {part: str(form.get(part, "")).strip()[:256] or None for part in PARTS}
        if person.of is not None and given["municipality"] is None:
            given["municipality"] = person.of
        why, scope = str(form.get("why", "")).strip(), Scope(**given)
        if not may_place(person, scope):
            raise web.HTTPForbidden
        if not why or len(why) > 512:
            return await self.listed(request, "why", 422)
        number = await self._store.write(endings.place, scope, person.name, person.of or "center", why, now_of(request))
        self._wake()
        raise web.HTTPSeeOther(f"/stops/{number}")

    async def one(self, request: web.Request, problem: str | None = None, status: int = 200) -> web.Response:
        """One stop with everything that was said about it."""
        person, number = person_of(request, self._of), int(request.match_info["stop_no"])
        found = await self._store.read(stops.find, number)
        if found is None or (person.of is not None and found[0].scope.municipality != person.of):
            raise web.HTTPNotFound
        shown = {"stop": found[1], "parts": PARTS, "may": may_lift(person, found[0]), "history": await self._store.read(stops.history, number)}
        said = PROBLEMS[problem] if problem is not None else None
        return render(request, "stop.html", status=status, **shown, problem=said, faults=FAULTS, words=words, moment=moment)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Propose to restart, make the check, confirm."""
        person, number, now = person_of(request, self._of), int(request.match_info["stop_no"]), now_of(request)
        found, form = await self._store.read(stops.find, number), await request.post()
        if found is None or not may_lift(person, found[0]):
            raise web.HTTPForbidden
        refused: str | None = None
        match request.match_info["act"]:
            case "propose":
                reason = str(form.get("reason", "")).strip()
                refused = "why" if not reason or len(reason) > 512 else None
                if refused is None:
                    await self._store.write(stops.propose, number, person, reason, now)
            case "check":
                refused = await check(self._store, self._lines, await self._book(now), number, person, now)
            case _:
                refused = await self._store.write(stops.lift, number, person, now)
        if refused is not None:
            return await self.one(request, refused, 409)
        raise web.HTTPSeeOther(f"/stops/{number}")
