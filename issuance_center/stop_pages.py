"""The pages of scoped stops: what is stopped and why, stopping at once, and restarting by two people with a check between them. Decode, call, encode; `stopping` decides."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from certificates.kinds import KINDS
from issuance_center import routing, words
from issuance_center.finding_pages import moment, person_of
from issuance_center.issuer_lines import IssuerLines
from issuance_center.records import endings, stops
from issuance_center.records.stops import PARTS
from issuance_center.restarting import check
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Scope, may_lift, may_place, unknown_part
from screens.guard import now_of
from screens.pages import render
from storage.store import Store

Book = Callable[[datetime], Awaitable[DirectoryBook]]
SUGGESTED_MAX = 500
"""Kiosks that the form suggests; any other is typed."""

PROBLEMS: dict[str, tuple[str, str]] = {
    "municipality": ("その市区町村コードは登録されていません。", "There is no municipality of that code."),
    "kind": ("その証明書はありません。", "There is no such kind of certificate."),
    "issuer": ("その発行元への接続はありません。", "There is no line to that issuer."),
    "build": ("プログラムは半角の英数字記号で入力してください。", "A program is printable ASCII."),
    "operator": ("その事業者の端末は登録されていません。", "No kiosk of that operator is registered."),
    "kiosk": ("その端末は登録されていません。", "There is no such kiosk."),
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
    "halted": ("発行元が停止中", "the issuer is halted"),
    "kinds": ("交付できない種類がある", "a kind is missing"),
}


class StopPages:
    """The handlers. `of` says which municipality an account belongs to; `issuers` are the lines' names; `book` gives the directory; `wake` is called when something is owed to others."""

    def __init__(
        self, store: Store, of: Mapping[str, str | None], issuers: tuple[str, ...], lines: IssuerLines, book: Book, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._of = of
        self._issuers = issuers
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
        person, now = person_of(request, self._of), now_of(request)
        lines, book = await self._store.read(stops.listed, now, person.of), await self._book(now)
        declared = await self._store.read(stops.latest_declared)
        names = words.names_of(book, now)
        # Suggested to whoever types a scope; a person of a municipality is told of nobody else's.
        known = {
            "municipality": [(code, names[code]) for code in book.municipalities if code in names and person.of in (None, code)],
            "issuer": [(name, words.issuer_words(name)) for name in self._issuers if person.of in (None, name) or name == "bcl"],
            "build": [(program, (program, program)) for program in sorted({build.program for build, _ in declared.values()}) if person.of is None],
            "operator": [(name, (name, name)) for name in sorted({one.operator for dated in book.kiosks.values() for one in dated.values})],
            "kiosk": [
                (name, (one.place,) * 2) for name, dated in list(book.kiosks.items())[:SUGGESTED_MAX] if (one := dated.at(now) or dated.first())
            ],
        }
        typed = {name: str(value) for name, value in (await request.post()).items()} if status != 200 else {}
        becomes = {code: planned for code in {line["means"] for line in lines if line["means"]} if (planned := routing.planned_heir(book, code, now))}
        shown = {
            "lines": lines,
            "becomes": becomes,
            "parts": PARTS,
            "person": person,
            "known": known,
            "typed": typed,
            "kinds": tuple(KINDS),
            "names": names,
        }
        said = PROBLEMS[problem] if problem is not None else None
        return render(request, "stops.html", status=status, **shown, problem=said, words=words, moment=moment)

    async def place(self, request: web.Request) -> web.StreamResponse:
        """Stop at once."""
        person, form, now = person_of(request, self._of), await request.post(), now_of(request)
        given = {part: str(form.get(part, "")).strip()[:256] or None for part in PARTS}
        book = await self._book(now)
        given["municipality"] = routing.in_force(book, given["municipality"], now) if given["municipality"] is not None else person.of
        why, scope = str(form.get("why", "")).strip(), Scope(**given)
        if not may_place(person, scope):
            raise web.HTTPForbidden
        wrong = unknown_part(scope, book, self._issuers, now) or ("why" if not why or len(why) > 512 else None)
        if wrong is not None:
            return await self.listed(request, wrong, 422)
        number = await self._store.write(endings.place, scope, person.name, person.of or "center", why, now)
        self._wake()
        raise web.HTTPSeeOther(f"/stops/{number}")

    async def one(self, request: web.Request, problem: str | None = None, status: int = 200) -> web.Response:
        """One stop with everything that was said about it."""
        person, number = person_of(request, self._of), int(request.match_info["stop_no"])
        now = now_of(request)
        found, book = await self._store.read(stops.find, number, now), await self._book(now)
        if found is None or (person.of is not None and found[0].scope.municipality != person.of):
            raise web.HTTPNotFound
        code = found[0].scope.municipality
        shown = {
            "stop": found[1], "holds": found[0].scope, "becomes": routing.planned_heir(book, code, now) if code is not None else None,
            "parts": PARTS, "may": may_lift(person, found[0]), "history": await self._store.read(stops.history, number),
        }  # fmt: skip
        said, names = PROBLEMS[problem] if problem is not None else None, words.names_of(book, now)
        return render(request, "stop.html", status=status, **shown, problem=said, faults=FAULTS, words=words, moment=moment, names=names)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Propose to restart, make the check, confirm."""
        person, number, now = person_of(request, self._of), int(request.match_info["stop_no"]), now_of(request)
        found, form = await self._store.read(stops.find, number, now), await request.post()
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
