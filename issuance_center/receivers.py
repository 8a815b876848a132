"""The page for whoever receives a paper: no sign-in, in Japanese and English. A scan of the back goes up; separate answers come down (`receiving.verdict`).

Nothing of an upload is kept or logged. Scans are read in a process of their own, one at a time and few in line, so that strangers' files can slow nobody else; a sender who asks too often
waits. Decides nothing about papers.
"""

import asyncio
import base64
import signal
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import structlog
from aiohttp import web

from certificates.back.code import NoCode, read_code
from certificates.back.scramble import sheet_key
from certificates.binding import issuance_of
from issuance_center.backs import Documents
from issuance_center.records.overview import state_of
from receiving.scan import Reading, read_upload
from receiving.telling import lines_of
from receiving.upload import LARGEST_FILE, NotOpened, Why
from receiving.verdict import Standing, Verdict, on_file, on_scan
from screens.guard import NOW, now_of, with_headers, with_plain_failures
from screens.pages import ENVIRONMENT, PARTY, STATIC, render
from screens.pages import templates as templates_of
from storage.instants import JST
from storage.store import Store

WAITING_MAX = 4
"""Scans in line; more are told to come back."""

READING_SECONDS = 30.0
"""A scan that is not read by then is given up, and its process ended."""

ASKED_MAX, ASKED_SECONDS = 12, 60.0
"""How many uploads one address may send in how many seconds."""

SENDERS_MAX = 4096
STANDING_STATES: Mapping[str, Standing] = {
    "printed": Standing.STANDING,
    "taken": Standing.STANDING,
    "stopped": Standing.WITHDRAWN,
    "returned": Standing.WITHDRAWN,
    "lapsed": Standing.WITHDRAWN,
    "declined": Standing.WITHDRAWN,
}
"""What a state of an issuance says to a receiver; any other says nothing yet."""

_log = structlog.get_logger("receivers")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown of one page of an upload: the verdict, and why parts of it may be missing (`receiving.scan.Problem` codes)."""

    verdict: Verdict
    problems: tuple[str, ...]

    @property
    def picture(self) -> str | None:
        """The restored front as a data address of a PNG."""
        return None if self.verdict.picture is None else "data:image/png;base64," + base64.b64encode(self.verdict.picture).decode("ascii")


class Busy(Exception):
    """Too many scans are in line."""


class Readers:
    """Reads scans in a process of its own. `secret` is the center's, from which a sheet's picture is keyed; it never leaves that process and this one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._pool = self._fresh()

    async def read(self, upload: bytes) -> tuple[Reading, ...]:
        """Every page of a scan. Raises `receiving.upload.NotOpened`; `Busy` when too many wait."""
        if self._waiting >= WAITING_MAX:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                return await self._read(upload)
        finally:
            self._waiting -= 1

    async def _read(self, upload: bytes) -> tuple[Reading, ...]:
        work = asyncio.get_running_loop().run_in_executor(self._pool, _read_here, upload)
        try:
            return await asyncio.wait_for(work, READING_SECONDS)
        except (TimeoutError, BrokenProcessPool):
            self._end()
            self._pool = self._fresh()
            raise NotOpened(Why.BROKEN) from None

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle_in, initargs=(self._secret,))

    def _end(self) -> None:
        for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - the only way to end a reading that does not end
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let the process go."""
        self._end()


_secret = b""


def _settle_in(secret: bytes) -> None:
    global _secret
    _secret = secret
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read_here(upload: bytes) -> tuple[Reading, ...]:
    return read_upload(upload, _key_of)


def _key_of(code: bytes) -> bytes | None:
    try:
        sheet = read_code(code).content
    except NoCode:
        return None
    issuance = issuance_of(sheet.binding)
    return None if issuance is None else sheet_key(_secret, issuance, sheet.part)


class Senders:
    """How often each address has asked lately; forgets the oldest."""

    def __init__(self) -> None:
        self._asked: dict[str, list[float]] = {}

    def may_ask(self, address: str, at: float) -> bool:
        """Whether this address may ask now (`at` in seconds of any clock); counts it if so."""
        asked = [before for before in self._asked.pop(address, []) if at - before < ASKED_SECONDS]
        allowed = len(asked) < ASKED_MAX
        self._asked[address] = [*asked, at] if allowed else asked
        while len(self._asked) > SENDERS_MAX:
            self._asked.pop(next(iter(self._asked)))
        return allowed


class ReceiversPage:
    """The handlers."""

    def __init__(self, store: Store, documents: Documents, readers: Readers) -> None:
        self._store = store
        self._documents = documents
        self._readers = readers
        self._senders = Senders()

    async def ask(self, request: web.Request) -> web.Response:
        """The page to send a scan from."""
        return render(request, "receivers.html", answers=(), problem=None, lines_of=lines_of, in_japan=in_japan)

    async def answer(self, request: web.Request) -> web.Response:
        """The answers to an upload."""
        if not self._senders.may_ask(request.remote or "", asyncio.get_running_loop().time()):
            return self._again(request, "too_often", 429)
        upload = await _uploaded(request)
        if upload is None:
            return self._again(request, "too_large", 413)
        if not upload:
            return self._again(request, "nothing", 422)
        try:
            answers = await self._answers(upload, now_of(request))
        except NotOpened as refused:
            return self._again(request, str(refused.why), 422)
        except Busy:
            return self._again(request, "busy", 503)
        _log.info("verified", pages=len(answers), content=[str(answer.verdict.content) for answer in answers])
        return render(request, "receivers.html", answers=answers, problem=None, lines_of=lines_of, in_japan=in_japan)

    async def _answers(self, upload: bytes, now: datetime) -> tuple[Answer, ...]:
        if upload.startswith(b"%PDF-") and b"/ByteRange" in upload:
            return (Answer(on_file(upload, self._documents.roots, now, Standing.NOT_ASKED), ()),)
        readings = await self._readers.read(upload)
        return tuple([Answer(await self._verdict(reading), tuple(map(str, reading.problems))) for reading in readings])

    async def _verdict(self, reading: Reading) -> Verdict:
        verdict = on_scan(reading, self._documents.code_keys, Standing.UNKNOWN)
        issuance = issuance_of(verdict.sheet.binding) if verdict.sheet else None
        if issuance is None:
            return verdict
        state = await self._store.read(state_of, issuance)
        return on_scan(reading, self._documents.code_keys, STANDING_STATES.get(state or "", Standing.UNKNOWN))

    def _again(self, request: web.Request, problem: str, status: int) -> web.Response:
        return render(request, "receivers.html", status=status, answers=(), problem=problem, lines_of=lines_of, in_japan=in_japan)


def in_japan(at: datetime) -> str:
    """An instant as the page shows it: JST, to the minute."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")


async def _uploaded(request: web.Request) -> bytes | None:
    """The file of the form, read no further than is allowed; None when it is larger, empty when there is none."""
    if not request.content_type.startswith("multipart/"):
        return b""
    async for part in await request.multipart():
        if getattr(part, "name", None) != "scan":
            continue
        content = bytearray()
        while chunk := await part.read_chunk(1 << 16):  # type: ignore[union-attr]
            content += chunk
            if len(content) > LARGEST_FILE:
                return None
        return bytes(content)
    return b""


def receivers_application(store: Store, documents: Documents, readers: Readers, now: Callable[[], datetime]) -> web.Application:
    """The public application. It knows no staff and sets no session."""
    app = web.Application(middlewares=[with_headers, with_plain_failures], client_max_size=LARGEST_FILE + (1 << 16))
    app[PARTY] = ("証明書の確認", "Check a certificate")
    app[ENVIRONMENT] = templates_of(Path(__file__).parent / "templates")
    app[NOW] = now
    page = ReceiversPage(store, documents, readers)
    app.router.add_get("/", page.ask)
    app.router.add_get("/verify", page.ask)
    app.router.add_post("/verify", page.answer)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/key-list.json", _key_list(documents))
    app.router.add_static("/static/", STATIC)
    return app


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _key_list(documents: Documents) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def key_list(_request: web.Request) -> web.Response:
        """The authority's signed list of code keys, for checking offline."""
        return web.Response(body=documents.key_list, content_type="application/json")

    return key_list
