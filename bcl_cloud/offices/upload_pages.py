"""連携用データ through a page: the archive chosen in a browser and streamed to disk, how far it is, its report with every bad line (paged, and as a file for a spreadsheet), and giving it up.

Mounted in a tenant's own office for its clerks and in the operators'. Decides nothing of the data (`feeds`); shows file names, numbers of lines, columns and reasons, never what stood in a line.
"""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path

from aiohttp import BodyPartReader, web

from bcl_cloud.feeds.ages import ages_of_all
from bcl_cloud.feeds.feed_terms import FeedTerms, terms_of
from bcl_cloud.feeds.history import PastUpload, one_upload, uploads
from bcl_cloud.feeds.manifest import REGISTERS as ALL
from bcl_cloud.joining.onboarding import Cloud, registers_of
from bcl_cloud.offices.feed_words import REGISTERS, STATES
from bcl_cloud.offices.overview import AGE_WORDS, age_of
from bcl_cloud.offices.step_forms import Sentence
from bcl_cloud.tenancy.door import TenantStore
from bcl_cloud.tenancy.places import ForeignRows, NoSuchTenant
from bcl_cloud.tenants.entries import TenantRefused
from bcl_cloud.uploads.desk import AnotherRuns, TooLarge, UploadDesk
from issuer.clerks.forms import SENTENCES, Why, why_of
from issuer.clerks.views import show
from messages.conditions import RegisterAge
from screens.guard import now_of
from screens.language import language_of
from screens.office import require_role

PER_PAGE = 200
PIECE = 1 << 20
TEXT_MAX = 4096
REFRESH_SECONDS = 2

PHASES: dict[str, Sentence] = {
    "waiting": ("順番を待っています", "waiting for its turn"),
    "check": ("全体を確かめています", "checking the whole"),
    "switch": ("台帳を切り替えています", "switching the registers"),
    "clear": ("後片づけをしています", "clearing up"),
} | {
    f"{doing} {register}": (f"{REGISTERS[register][0]}を{ja}", f"{en} {REGISTERS[register][1].lower()}")
    for register in ALL
    for doing, ja, en in (("read", "読んでいます", "reading"), ("stage", "準備しています", "preparing"))
}
OUTCOMES: dict[str, tuple[str, str, str]] = {
    "applied": ("good", "適用しました。", "It was applied."),
    "repeated": ("good", "すでに適用されている同じデータです。", "The same data had been applied already."),
    "rejected": ("bad", "誤りがあるため、何も変えていません。", "It has faults; nothing was changed."),
    "broken": (
        "bad",
        "取込みが途中で終わりました。何も変えていません。もう一度送ってください。",
        "It ended half-way and changed nothing. Please send it again.",
    ),
    "abandoned": ("warn", "取込みを中断しました。何も変えていません。", "It was given up; nothing was changed."),
}
PROBLEMS: dict[str, Sentence] = {
    "none": ("ZIP ファイルを選んでください。", "Please choose a ZIP file."),
    "large": ("ファイルが大きすぎます（512MiBまで）。", "The file is too large (at most 512 MiB)."),
    "runs": (
        "この団体の取込みがすでに進んでいます。終わってから送ってください。",
        "An upload of this municipality is under way; please wait for its end.",
    ),
    "broken_off": ("送信が途中で切れました。もう一度送ってください。", "The transmission broke off. Please send it again."),
}


class UploadPages:
    """See the module's text. `code_of` says whose data a request is about; `page` shows the page that the form stands on, with a problem where there is one."""

    def __init__(self, cloud: Cloud, desk: UploadDesk, code_of: Callable[[web.Request], str], *, base: str, layout: str, role: str) -> None:
        self._cloud = cloud
        self._desk = desk
        self._code_of = code_of
        self._base = base
        self._layout = layout
        self._role = role
        self.page: Callable[[web.Request, Sentence | None], Awaitable[web.Response]] = self.data

    def add_to(self, app: web.Application) -> None:
        """Add the routes but that of the page itself."""
        app.router.add_post(self._base + "/upload", self.upload)
        app.router.add_get(self._base + "/progress", self.progress)
        app.router.add_get(self._base + "/abandon", self.ask_abandon)
        app.router.add_post(self._base + "/abandon", self.abandon)
        app.router.add_get(self._base + r"/uploads/{number:\d{1,9}}", self.report)
        app.router.add_get(self._base + r"/uploads/{number:\d{1,9}}.csv", self.report_file)

    async def data(self, request: web.Request, problem: Sentence | None = None) -> web.Response:
        """The operators' page about a tenant's data."""
        code = self._code_of(request)
        try:
            registers, store = await registers_of(self._cloud, code), self._store(request)
            ages, past, terms = await store.read(ages_of_all), await store.read(uploads, 30), await store.read(terms_of)
        except (TenantRefused, NoSuchTenant, ForeignRows):
            raise web.HTTPNotFound from None
        kept = [age for age in ages if age.register in registers]
        return show(
            request, "tenant_data.html", status=422 if problem else 200, layout=self._layout, problem=problem, code=code, ages=kept, marks=marks_of(kept, terms, now_of(request)), uploads=past,
            registers=REGISTERS, upload_states=STATES, **self.block(request),
        )  # fmt: skip

    async def progress(self, request: web.Request) -> web.StreamResponse:
        """What is being done now; the browser asks again. Nothing is typed here."""
        if self._desk.running(self._code_of(request)) is None:
            raise web.HTTPSeeOther(self._address(request))
        values: dict[str, object] = {"layout": self._layout, "giving_up": False, "problem": None} | self.block(request)
        page = show(request, "upload_progress.html", status=200, **values)
        page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    async def ask_abandon(self, request: web.Request, problem: Sentence | None = None) -> web.StreamResponse:
        """Whether it is to be given up, and why."""
        if self._desk.running(self._code_of(request)) is None:
            raise web.HTTPSeeOther(self._address(request))
        values: dict[str, object] = {"layout": self._layout, "giving_up": True, "problem": problem} | self.block(request)
        return show(request, "upload_progress.html", status=200 if problem is None else 422, **values)

    def block(self, request: web.Request) -> dict[str, object]:
        """What the form with its progress is given (`upload_block.html`)."""
        code = self._code_of(request)
        running = self._desk.running(code)
        return {
            "upload_base": self._address(request),
            "running": running,
            "ended": self._desk.ended(code) if running is None else None,
            "phases": PHASES,
            "upload_outcomes": OUTCOMES,
        }

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take an archive in, and begin to read it."""
        who, code = require_role(request, self._role).name, self._code_of(request)
        if self._desk.running(code) is not None:
            return await self.page(request, PROBLEMS["runs"])
        typed, archive, name = await self._taken(request)
        why = why_of(typed)
        if archive is None or not isinstance(why, Why):
            if archive is not None:
                await self._desk.forget(archive)
            return await self.page(request, PROBLEMS[name] if archive is None else SENTENCES[str(why)])
        try:
            await self._desk.begin(code, archive, name, who, why.text)
        except AnotherRuns:
            return await self.page(request, PROBLEMS["runs"])
        except TenantRefused:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(self._address(request) + "/progress")

    async def abandon(self, request: web.Request) -> web.StreamResponse:
        """Give up what is under way."""
        who, why = require_role(request, self._role).name, why_of(await request.post())
        if not isinstance(why, Why):
            return await self.ask_abandon(request, SENTENCES[why])
        await self._desk.give_up(self._code_of(request), who, why.text)
        raise web.HTTPSeeOther(self._address(request))

    async def report(self, request: web.Request) -> web.Response:
        """One upload's report, its bad lines some hundred a page."""
        found = await self._found(request)
        wanted = request.query.get("page", "1")
        lines = found.report.faults if found.report is not None else ()
        pages = max(1, -(-len(lines) // PER_PAGE))
        page = min(max(1, int(wanted)), pages) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
        return show(
            request, "upload.html", layout=self._layout, upload=found, lines=lines[(page - 1) * PER_PAGE : page * PER_PAGE], page=page, pages=pages, registers=REGISTERS,
            upload_states=STATES, upload_base=self._address(request),
        )  # fmt: skip

    async def report_file(self, request: web.Request) -> web.Response:
        """The bad lines as CSV (UTF-8 with a mark, as spreadsheets want it)."""
        found = await self._found(request)
        english = language_of(request) == "en"
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("file", "line", "column", "code", "reason") if english else ("ファイル", "行", "項目", "符号", "理由"))
        for line in found.report.faults if found.report is not None else ():
            writer.writerow([_cell(line.file), line.line or "", _cell(line.column), line.code, line.reason_en if english else line.reason])
        named = {"Content-Disposition": f'attachment; filename="{self._code_of(request)}-upload-{found.upload_no}.csv"'}
        return web.Response(body=b"\xef\xbb\xbf" + out.getvalue().encode(), content_type="text/csv", charset="utf-8", headers=named)

    async def _taken(self, request: web.Request) -> tuple[dict[str, str], Path | None, str]:
        """The texts of a form and the archive in it with its name; without an archive the word of the problem in the name's place."""
        if not request.content_type.startswith("multipart/"):
            return {}, None, "none"
        typed: dict[str, str] = {}
        archive, name = None, "none"
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    continue
                if part.name != "archive":
                    typed[part.name or ""] = (await part.read_chunk(TEXT_MAX)).decode("utf-8", "replace")
                elif part.filename and archive is None:
                    archive, name = await self._desk.received(_pieces(part)), part.filename.replace("\\", "/").rpartition("/")[2][:100]
        except TooLarge:
            return typed, None, "large"
        except (ValueError, web.RequestPayloadError):
            if archive is not None:
                await self._desk.forget(archive)
            return typed, None, "broken_off"
        return typed, archive, name

    async def _found(self, request: web.Request) -> PastUpload:
        try:
            found = await self._store(request).read(one_upload, int(request.match_info["number"]))
        except (NoSuchTenant, ForeignRows):
            found = None
        if found is None:
            raise web.HTTPNotFound
        return found

    def _store(self, request: web.Request) -> TenantStore:
        return self._cloud.tenancy.store(self._code_of(request))

    def _address(self, request: web.Request) -> str:
        return self._base.replace(r"{code:\d{6}}", self._code_of(request))


def marks_of(ages: Iterable[RegisterAge], terms: FeedTerms, now: datetime) -> dict[str, tuple[str, str, str]]:
    """How old each register's data are, as a colour and in words."""
    return {age.register: AGE_WORDS[age_of(age, terms.max_age_hours, now)] for age in ages}


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(PIECE):
        yield piece


def _cell(text: str) -> str:
    """A name out of somebody's archive, which a spreadsheet must not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
