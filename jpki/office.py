"""The staff's pages: how many certificates stand how, one certificate and its history, and suspending, lifting, revoking.

Everybody who is signed in may look; only an officer changes anything, and every change carries a reason and the officer's name.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry

from jpki.app import DESCRIPTION
from jpki.config import OFFICER
from jpki.desk import Desk
from jpki.reasons import MOVES, NEVER_CHANGED, REASONS, WORDS, reasons_for
from jpki.statuses import NOTE_MAX, SERIAL, NotChanged, Wanted
from screens.office import StaffAccount, now_of, office_app, render, require_role, staff_of
from storage.instants import JST

TEMPLATES = Path(__file__).parent / "templates"
NEWEST = 20
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "reason": ("理由を選んでください。", "Please choose a reason."),
    "note": (f"備考を{NOTE_MAX}文字以内で入力してください。", f"Please write a note of at most {NOTE_MAX} characters."),
    "not_now": (
        "状態が変わったため、この操作はできません。現在の状態を確認してください。",
        "The status has changed and does not allow this. Please look at it again.",
    ),
}
_MARKS = {"good": "good", "suspended": "warn", "revoked": "bad"}


class Office:
    """The handlers of the pages; `add_to` puts them behind the sign-in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        """Add the pages' routes."""
        app.router.add_get("/", self._front)
        app.router.add_get("/find", self._find)
        app.router.add_get("/certificates/{serial:[0-9a-f]+}", self._certificate)
        app.router.add_post("/certificates/{serial:[0-9a-f]+}", self._change)

    async def _front(self, request: web.Request) -> web.Response:
        overview = await self._desk.overview(NEWEST)
        return render(request, "front.html", overview=overview, limit=NEWEST, **_words())

    async def _find(self, request: web.Request) -> web.Response:
        serial = as_serial(request.query.get("serial", ""))
        if serial is not None and await self._desk.sheet(serial) is not None:
            raise web.HTTPSeeOther(f"/certificates/{serial}")
        return render(request, "not_found.html", status=404, malformed=serial is None)

    async def _certificate(self, request: web.Request) -> web.Response:
        return await self._drawn(request, 200, None)

    async def _change(self, request: web.Request) -> web.Response:
        officer = require_role(request, OFFICER)
        form = await request.post()
        given = {name: str(form.get(name, "")).strip() for name in ("action", "reason", "note")}
        if given["action"] not in MOVES:
            raise web.HTTPBadRequest
        wanted = Wanted(request.match_info["serial"], MOVES[given["action"]].action, given["reason"], given["note"], officer.name)
        outcome = await self._desk.change(wanted, now_of(request))
        if not isinstance(outcome, NotChanged):
            raise web.HTTPSeeOther(f"/certificates/{wanted.serial}")
        if outcome.code == "unknown":
            raise web.HTTPNotFound
        return await self._drawn(request, 409 if outcome.code == "not_now" else 422, outcome.code)

    async def _drawn(self, request: web.Request, status: int, problem: str | None) -> web.Response:
        sheet = await self._desk.sheet(request.match_info["serial"])
        if sheet is None:
            raise web.HTTPNotFound
        allowed = [move for move in MOVES.values() if sheet.record.standing in move.before and OFFICER in staff_of(request).roles]
        moves = [(move, reasons_for(move.action)) for move in allowed]
        shown = PROBLEMS[problem] if problem is not None else None
        return render(request, "certificate.html", status=status, sheet=sheet, moves=moves, problem=shown, note_max=NOTE_MAX, **_words())


def office(
    desk: Desk, accounts: tuple[StaffAccount, ...], *, now: Callable[[], datetime], token: Callable[[int], bytes], registry: CollectorRegistry
) -> web.Application:
    """The application behind the office door."""
    app = office_app(
        party_ja="公的個人認証サービスセンター",
        party_en="JPKI service center",
        templates=TEMPLATES,
        accounts=accounts,
        now=now,
        token=token,
        health=_health(desk),
        registry=registry,
        openapi=DESCRIPTION,
    )
    Office(desk).add_to(app)
    return app


def as_serial(typed: str) -> str | None:
    """What was typed as a serial number (any case, with blanks or colons, leading zeros); None when it is none."""
    serial = re.sub(r"[\s:]", "", typed).lower().lstrip("0")
    return serial if SERIAL.fullmatch(serial) else None


def _health(desk: Desk) -> Callable[[], Awaitable[Mapping[str, object]]]:
    async def health() -> Mapping[str, object]:
        overview = await desk.overview(1)  # the store can be read
        return {"status": "ok", "certificates": sum(overview.counts.values())}

    return health


def _words() -> dict[str, Any]:
    def reason_name(code: str) -> tuple[str, str]:
        """The reason's words; the initial one and a code of an older release stand for themselves."""
        reason = REASONS.get(code)
        if reason is not None:
            return reason.ja, reason.en
        return ("発行", "Issued") if code == NEVER_CHANGED else (code, code)

    def moment(at: datetime) -> str:
        return at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")

    return {"standing_words": WORDS, "marks": _MARKS, "reason_name": reason_name, "moment": moment}
