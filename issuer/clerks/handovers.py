"""The clerk's pages of a hand-over (乗り換え, 引継ぎ): what one would hold now, the file for the next issuer, a file of the former issuer checked by one clerk and entered by another, and the record.

Decides who may: a clerk sees the numbers; the file itself is for clerks who may know of 支援措置, for it holds them. What a hand-over is and what becomes of it, `issuer.handover` and
`issuer.taking_over` decide, for the commands alike. Between check and entry nothing is kept here but the digest: the second clerk brings the file again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aiohttp import BodyPartReader, web
from sqlalchemy import Connection

from certificates.kinds import KINDS
from issuer.clerks import forms
from issuer.clerks.forms import Why
from issuer.clerks.office import CLERK, ClerksOffice
from issuer.clerks.views import may_see_protection, show
from issuer.handover import PARTS, WORDS, Handover, gather
from issuer.handover_checks import Reserved, beyond_certificates
from issuer.handover_file import ARCHIVE_BYTES_MAX, SENTENCES, HandoverRefused, packed, unpacked
from issuer.handover_record import Line, demand_checked, file_digest, history, note, waiting
from issuer.taking_over import Rehearsed, TakenOver, rehearse, take_over_checked
from screens.guard import now_of
from screens.office import require_role, staff_of
from screens.sign_in import StaffSession
from storage.instants import JST
from storage.store import Store

TEXT_MAX = 4096
PIECE = 1 << 16

Sentence = tuple[str, str]
Journal = Callable[[Literal["hand_over", "take_over"], str, str, str, datetime], Awaitable[None]]
"""What else hears of a file that was written or is about to be entered: doing, digest, who, why, now."""

PROBLEMS: dict[str, Sentence] = {
    "no_file": ("引継ぎデータのファイルを選んでください。", "Please choose the file of the hand-over."),
    "large": ("ファイルが大きすぎます（64MiBまで）。", "The file is too large (at most 64 MiB)."),
    "broken_off": ("送信が途中で切れました。もう一度送ってください。", "The transmission broke off. Please send it again."),
    "no_kinds": ("移す証明書を1つ以上選んでください。", "Please choose at least one kind of certificate."),
}
DONE: dict[str, Sentence] = {
    "entered": (
        "引継ぎデータを取り込みました。次に、センターの「発行元の切替」で切替を計画します。",
        "The hand-over was entered. Next, the move is planned on the center's page of moves.",
    ),
    "repeated": (
        "この引継ぎデータはすでに取り込まれています。何も変えていません。",
        "This hand-over had been entered already; nothing was changed.",
    ),
}
DOINGS: dict[str, Sentence] = {
    "hand_over": ("書出し", "Written"),
    "check_handover": ("検査", "Checked"),
    "take_over": ("取込み", "Entered"),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What differs between an own server and a tenant: how `registers` come in (words for the reader), whose serials are `reserved`, who else keeps a `journal`, and the key `statement` for
    課税証明書の広域交付 where this office can give one."""

    municipality: str
    series: str
    registers: Sentence
    reserved: Reserved = beyond_certificates
    journal: Journal | None = None
    statement: Callable[[datetime], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was brought: read, with its digests, and the clerk's reason."""

    handover: Handover
    digest: str
    file_sha256: str
    why: str


class _Unusable(Exception):
    """What was brought cannot be used; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence[1])
        self.sentence = sentence


class HandoverPages:
    """See the module's text."""

    def __init__(self, office: ClerksOffice, store: Store, around: Surroundings) -> None:
        self._office = office
        self._store = store
        self._around = around

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/handover", self.overview)
        app.router.add_post("/handover/file", self.write)
        app.router.add_post("/handover/check", self.check)
        app.router.add_post("/handover/enter", self.enter)
        app.router.add_get("/handover/statement", self.statement)

    async def overview(self, request: web.Request) -> web.Response:
        """What a hand-over would hold, the forms, what was checked, and the record."""
        return await self._page(request, None)

    async def write(self, request: web.Request) -> web.StreamResponse:
        """The file of a hand-over, as of now."""
        staff, posted = self._cleared(request), await request.post()
        kinds, why = chosen_kinds(str(kind) for kind in posted.getall("kind", ())), forms.why_of(posted)
        if not kinds or not isinstance(why, Why):
            return await self._page(request, forms.SENTENCES[str(why)] if kinds else PROBLEMS["no_kinds"])
        now = now_of(request)
        handover = await self._store.read(gather, self._around.municipality, self._around.series, kinds, now)
        content, digest = await asyncio.to_thread(packed, handover)
        await self._store.write(note, "hand_over", handover, digest, file_digest(content), staff.name, why.text, now)
        await self._journalled("hand_over", digest, staff.name, why.text, now)
        name = f"{self._around.municipality}-handover-{now.astimezone(JST):%Y%m%d-%H%M%S}.zip"
        return web.Response(body=content, content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    async def check(self, request: web.Request) -> web.StreamResponse:
        """The first of two clerks: the whole of it is tried and nothing is kept; that it was checked is."""
        staff, now = self._cleared(request), now_of(request)
        try:
            brought = await self._brought(request)
            outcome = await self._rehearsed(brought, staff.name, now)
        except (_Unusable, HandoverRefused) as refused:
            return await self._page(request, _sentence(refused))
        if outcome.outcome == "repeated":
            raise web.HTTPSeeOther("/handover?done=repeated")
        await self._store.write(note, "check_handover", brought.handover, brought.digest, brought.file_sha256, staff.name, brought.why, now)
        return show(
            request, "handover_checked.html", brought=brought, outcome=outcome, counts=brought.handover.counts(), in_force=brought.handover.in_force(),
            kinds=tuple(KINDS), parts=PARTS, part_words=WORDS, who=staff.name, same_series=brought.handover.series.strip() == self._around.series.strip(),
        )  # fmt: skip

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """The second clerk: it is entered whole, or not at all."""
        staff, now, around = self._cleared(request), now_of(request), self._around
        try:
            brought = await self._brought(request)
            await self._store.read(demand_checked, brought.digest, staff.name, now)
            await self._journalled("take_over", brought.digest, staff.name, brought.why, now)
            outcome = await self._store.write(
                take_over_checked, brought.handover, brought.digest, around.municipality, around.series, staff.name, brought.why, now,
                around.reserved, brought.file_sha256,
            )  # fmt: skip
        except (_Unusable, HandoverRefused) as refused:
            return await self._page(request, _sentence(refused))
        raise web.HTTPSeeOther(f"/handover?done={outcome.outcome}")

    async def statement(self, request: web.Request) -> web.Response:
        """This municipality's own word about the key to which referrals for it are sealed."""
        require_role(request, CLERK)
        said = self._around.statement(now_of(request)) if self._around.statement is not None else None
        if said is None:
            raise web.HTTPNotFound
        named = {"Content-Disposition": f'attachment; filename="{self._around.municipality}-key-statement.txt"'}
        return web.Response(text=said + "\n", content_type="text/plain", headers=named)

    def _cleared(self, request: web.Request) -> StaffSession:
        """Who is signed in: a clerk who may know of 支援措置; 403 otherwise."""
        staff = require_role(request, CLERK)
        if not may_see_protection(request, self._office):
            raise web.HTTPForbidden
        return staff

    async def _journalled(self, doing: Literal["hand_over", "take_over"], digest: str, who: str, why: str, now: datetime) -> None:
        if self._around.journal is not None:
            await self._around.journal(doing, digest, who, why, now)

    async def _rehearsed(self, brought: Brought, who: str, now: datetime) -> TakenOver:
        around = self._around
        try:
            await self._store.write(rehearse, brought.handover, brought.digest, around.municipality, around.series, who, now, around.reserved)
        except Rehearsed as done:
            return done.outcome
        raise AssertionError("a rehearsal always raises")

    async def _brought(self, request: web.Request) -> Brought:
        data, typed = await _received(request)
        why = forms.why_of(typed)
        if not isinstance(why, Why):
            raise _Unusable(forms.SENTENCES[why])
        handover, digest = await asyncio.to_thread(unpacked, data)
        return Brought(handover, digest, file_digest(data), why.text)

    async def _page(self, request: web.Request, problem: Sentence | None) -> web.Response:
        require_role(request, CLERK)
        now, cleared = now_of(request), may_see_protection(request, self._office)
        asked = chosen_kinds(request.query.getall("kind", ()))
        found = await self._store.read(gather, self._around.municipality, self._around.series, asked or tuple(KINDS), now)
        record, checked = await self._store.read(_record, now)
        return show(
            request, "handover.html", status=200 if problem is None else 422, problem=problem,
            done=DONE.get(request.query.get("done", "")) if problem is None else None, around=self._around, cleared=cleared, chosen=found.kinds,
            kinds=tuple(KINDS), counts=found.counts(), in_force=found.in_force(), parts=[part for part in PARTS if cleared or part != "protections"],
            part_words=WORDS, record=record, doing_names=DOINGS, checked=checked, who=staff_of(request).name,
        )  # fmt: skip


def chosen_kinds(codes: Iterable[str]) -> tuple[str, ...]:
    """The kinds among these codes, in their own order."""
    wanted = set(codes)
    return tuple(kind for kind in KINDS if kind in wanted)


async def _received(request: web.Request) -> tuple[bytes, Mapping[str, str]]:
    """The file of a form and its texts. Raises `_Unusable`."""
    if not request.content_type.startswith("multipart/"):
        raise _Unusable(PROBLEMS["no_file"])
    typed: dict[str, str] = {}
    data = bytearray()
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name != "archive":
                typed[part.name or ""] = (await part.read_chunk(TEXT_MAX)).decode("utf-8", "replace")
                continue
            while piece := await part.read_chunk(PIECE):
                data += piece
                if len(data) > ARCHIVE_BYTES_MAX:
                    raise _Unusable(PROBLEMS["large"])
    except (ValueError, web.RequestPayloadError):
        raise _Unusable(PROBLEMS["broken_off"]) from None
    if not data:
        raise _Unusable(PROBLEMS["no_file"])
    return bytes(data), typed


def _record(connection: Connection, now: datetime) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The record, and what waits for a second clerk, of one state."""
    return history(connection), waiting(connection, now)


def _sentence(refused: _Unusable | HandoverRefused) -> Sentence:
    return refused.sentence if isinstance(refused, _Unusable) else SENTENCES[refused.code]
