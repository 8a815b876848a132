"""The operator's pages about moves of kinds between issuers (BCL への乗り換え): plan one, see what the comparisons said, take it back. Decides nothing: `moving` does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from certificates.kinds import KINDS
from issuance_center import words
from issuance_center.comparing import SECTIONS
from issuance_center.moving import PLANNED_AHEAD, Mover, UnderWay
from issuance_center.records import moves
from issuance_center.routing import DirectoryBook, Route, route
from registers.numbers import is_digits
from screens.office import now_of, render, require_role, staff_of
from storage.instants import JST
from storage.store import Store

Book = Callable[[datetime], Awaitable[DirectoryBook]]
"""The directory as it is now."""

STATES: dict[str, tuple[str, str, str]] = {
    "planned": ("予定（直前の照合待ち）", "Planned, last comparison to come", ""),
    "ready": ("照合済み・切替待ち", "Compared, waiting for its minute", "good"),
    "moved": ("切替済み", "Moved", "good"),
    "blocked": ("照合が合わず中止", "Blocked: not the same", "bad"),
    "withdrawn": ("取りやめ", "Taken back", "warn"),
}

FAILURES: dict[str, tuple[str, str]] = {
    "old_silent": ("現在の発行元が応答しませんでした。", "The present issuer did not answer."),
    "new_silent": ("新しい発行元が応答しませんでした。", "The new issuer did not answer."),
    "not_the_issuer": (
        "切替の時刻に、現在の発行元がその証明書の発行元ではありません（参加市区町村の台帳が変わっています）。",
        "By the directory the present issuer does not issue these kinds when the minute comes.",
    ),
    "referral_key": (
        "課税証明書の広域交付: 切替の時刻に有効な「転送用の鍵の証明文」が、新しい発行元の鍵のものではありません。新しい発行元の証明文を、切替の時刻から有効なものとして台帳に登録してください。",
        "Tax certificates across municipalities: the key statement of that minute is not of a key of the new issuer. Enter the new issuer's statement, in force from that minute.",
    ),
    "other_municipality": ("別の市区町村についての応答でした。", "The answer was about another municipality."),
}

PROBLEMS: dict[str, tuple[str, str]] = {
    "place": ("市区町村を選んでください。", "Please choose a municipality."),
    "kinds": ("証明書を1つ以上選んでください。", "Please choose at least one kind."),
    "issuers": (
        "選んだ証明書は、いまの発行元が1つではありません。発行元ごとに分けてください。",
        "The kinds chosen are not of one issuer: plan one move for each.",
    ),
    "same": ("新しい発行元が、いまの発行元と同じです。", "They are with that issuer already."),
    "new": ("新しい発行元は、この市区町村の自庁サーバか、BCLです。", "The new issuer is this municipality's own server, or BCL."),
    "at": ("切替の時刻は、いまより後の時刻を年-月-日と時:分で入力してください。", "Please enter a later minute as date and time."),
    "reason": ("理由を入力してください（512文字以内）。", "Please enter a reason of at most 512 characters."),
    "underway": (
        "選んだ証明書には、すでに切替の予定があります。先にその予定を取りやめるか、終わるのを待ってください。",
        "A move of one of these kinds is planned already: take it back first, or wait for its end.",
    ),
    "late": ("切替の時刻を過ぎているか、すでに終わっています。", "Its minute has come, or it has ended."),
}


OWN = "own"
"""How the form names the own server of whichever municipality is chosen."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A move as it was typed and found whole."""

    municipality: str
    kinds: tuple[str, ...]
    old: str
    new: str
    at: datetime
    reason: str


def wish_of(form: Mapping[str, object], kinds: tuple[str, ...], book: DirectoryBook, issuers: tuple[str, ...], now: datetime) -> Wish | str:
    """The move that was typed, or the problem with it (a code of `PROBLEMS`)."""
    municipality, new, reason = (str(form.get(name, "")).strip() for name in ("municipality", "new", "reason"))
    if municipality not in book.municipalities:
        return "place"
    new = municipality if new == OWN else new
    # A municipality's own server serves that one alone.
    if new not in issuers or (is_digits(new, 6) and new != municipality):
        return "new"
    if not kinds or any(kind not in KINDS for kind in kinds):
        return "kinds"
    found = [route(book, municipality, kind, None, now) for kind in kinds]
    present = {one.issuer for one in found if isinstance(one, Route)}
    if len(present) != 1 or not all(isinstance(one, Route) for one in found):
        return "issuers"
    old = present.pop()
    if old == new:
        return "same"
    at = _minute(str(form.get("at", "")))
    if at is None or at < now + PLANNED_AHEAD:
        return "at"
    return Wish(municipality, kinds, old, new, at, reason) if 0 < len(reason) <= 512 else "reason"


def _minute(text: str) -> datetime | None:
    try:
        at = datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - typed in Japan's time
    except ValueError:
        return None
    return at.replace(tzinfo=JST)


class MovePages:
    """The handlers. `issuers` are the names of all lines."""

    def __init__(self, store: Store, mover: Mover, book: Book, issuers: tuple[str, ...]) -> None:
        self._store = store
        self._mover = mover
        self._book = book
        self._issuers = issuers

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/moves", self.moves)
        app.router.add_post("/moves", self.plan)
        app.router.add_get("/moves/{move_no:[0-9]{1,9}}", self.move)
        app.router.add_post("/moves/{move_no:[0-9]{1,9}}/take-back", self.take_back)

    async def moves(self, request: web.Request) -> web.Response:
        """All moves, and the form for another."""
        staff_of(request)
        return await self._list(request, None, {})

    async def plan(self, request: web.Request) -> web.StreamResponse:
        """Compare, and plan the move if nothing differs."""
        staff = require_role(request, "operator")
        form = await request.post()
        kinds = tuple(kind for kind in KINDS if kind in form.getall("kind", []))
        wish = wish_of(form, kinds, await self._book(now_of(request)), self._issuers, now_of(request))
        if isinstance(wish, str):
            return await self._list(request, wish, {name: str(value) for name, value in form.items()})
        try:
            move_no = await self._mover.plan(wish.municipality, wish.kinds, wish.old, wish.new, wish.at, staff.name, wish.reason)
        except UnderWay:
            return await self._list(request, "underway", {name: str(value) for name, value in form.items()})
        raise web.HTTPSeeOther(f"/moves/{move_no}")

    async def move(self, request: web.Request) -> web.Response:
        """One move and its comparisons."""
        staff_of(request)
        return await self._one(request, None)

    async def take_back(self, request: web.Request) -> web.StreamResponse:
        """Take a move back before its minute."""
        require_role(request, "operator")
        found = await self._store.read(moves.find, int(request.match_info["move_no"]))
        if found is None:
            raise web.HTTPNotFound
        if not await self._mover.take_back(found[0], now_of(request)):
            return await self._one(request, "late")
        raise web.HTTPSeeOther(f"/moves/{found[0].move_no}")

    async def _list(self, request: web.Request, problem: str | None, typed: Mapping[str, str]) -> web.Response:
        now = now_of(request)
        book = await self._book(now)
        lines = await self._store.read(moves.listed)
        places = {code: place for code, page in book.municipalities.items() if (place := page.place.at(now)) is not None}
        ticked = (await request.post()).getall("kind", []) if problem is not None else []
        tomorrow = (now.astimezone(JST) + timedelta(days=1)).replace(hour=0, minute=0)
        return render(
            request,
            "moves.html",
            status=200 if problem is None else 422,
            lines=lines,
            places=places,
            shared=tuple(name for name in self._issuers if not is_digits(name, 6)),
            own=OWN,
            kinds=KINDS,
            states=STATES,
            typed=typed,
            ticked=ticked,
            default_at=f"{tomorrow:%Y-%m-%dT%H:%M}",
            problem=PROBLEMS.get(problem or ""),
            words=words,
            moment=_moment,
        )

    async def _one(self, request: web.Request, problem: str | None) -> web.Response:
        found = await self._store.read(moves.find, int(request.match_info["move_no"]))
        if found is None:
            raise web.HTTPNotFound
        move, checks = found
        page = (await self._book(now_of(request))).municipalities.get(move.municipality)
        return render(
            request,
            "move.html",
            status=200 if problem is None else 409,
            move=move,
            checks=checks,
            place=page.place.at(now_of(request)) if page is not None else None,
            states=STATES,
            sections=SECTIONS,
            failures=FAILURES,
            problem=PROBLEMS.get(problem or ""),
            open=move.state in ("planned", "ready") and now_of(request) < move.at,
            words=words,
            moment=_moment,
        )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S}"
