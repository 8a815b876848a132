"""The page for whoever receives a paper: no sign-in, in Japanese and English. A scan of the back goes up, or the paper's own file; separate answers come down (`receiving.verdict`).

Nothing of an upload is kept or logged. Who may send what is decided in `senders`, files are looked at in `readers`, what may be said of them in `receiving`; here the center adds its one word:
whether the issuance stands.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog
from aiohttp import web
from markupsafe import Markup

from certificates.back.content import SheetContent
from certificates.binding import issuance_of
from issuance_center.backs import Documents
from issuance_center.readers import Busy, GivenUp, Readers, belief_of
from issuance_center.records.overview import state_of
from issuance_center.senders import FORM_MARGIN, NotTaken, Senders, uploaded
from receiving.scan import Problem, Reading
from receiving.signed_file import SignedFile, What
from receiving.telling import lines_of
from receiving.upload import LARGEST_FILE, NotOpened
from receiving.verdict import Standing, Verdict, on_scan
from screens.guard import NOW, now_of, with_headers, with_plain_failures
from screens.pages import ENVIRONMENT, PARTY, STATIC, render
from screens.pages import templates as templates_of
from storage.instants import JST
from storage.store import Store

FIELD = "scan"
STANDING_STATES: Mapping[str, Standing] = {
    "accepted": Standing.UNSETTLED,
    "sealed": Standing.UNSETTLED,
    "paid": Standing.UNSETTLED,
    "unresolved": Standing.UNSETTLED,
    "printed": Standing.STANDING,
    "taken": Standing.STANDING,
    "stopped": Standing.WITHDRAWN,
    "returned": Standing.WITHDRAWN,
    "lapsed": Standing.WITHDRAWN,
    "declined": Standing.WITHDRAWN,
}
"""What a state of an issuance says to a receiver. The kiosk's word that a paper was printed may come later than the paper."""

_log = structlog.get_logger("receivers")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown of one page of a scan or of a file: the verdict, the signer's name where a certificate tells it, the sheets' contents, and why parts may be missing (`Problem` codes)."""

    what: str
    verdict: Verdict
    signer: str
    sheets: tuple[SheetContent, ...]
    problems: tuple[Problem, ...]

    @property
    def picture(self) -> Markup | None:
        """The restored front as a data address of a PNG; a megabyte and a half that need no escaping."""
        picture = self.verdict.picture
        return None if picture is None else Markup("data:image/png;base64," + base64.b64encode(picture).decode("ascii"))  # noqa: S704 - base64

    @property
    def mixed(self) -> bool:
        """Whether the picture and the code are not of one sheet, as far as can be seen."""
        return Problem.OTHER_PICTURE in self.problems


class ReceiversPage:
    """The handlers."""

    def __init__(self, store: Store, documents: Documents, readers: Readers) -> None:
        self._store = store
        self._documents = documents
        self._belief = belief_of(documents)
        self._readers = readers
        self._senders = Senders()

    async def ask(self, request: web.Request) -> web.Response:
        """The page to send a scan from."""
        return _page(request)

    async def answer(self, request: web.Request) -> web.Response:
        """The answers to an upload."""
        try:
            with self._senders.admitted(request.remote or "", asyncio.get_running_loop().time()):
                upload = (await uploaded(request, (FIELD,))).get(FIELD)
                if upload is None:
                    raise NotTaken("nothing", 422)
                answers = await self._answers(upload, now_of(request))
        except NotTaken as refused:
            return _page(request, problem=refused.problem, status=refused.status)
        except NotOpened as refused:
            return _page(request, problem=str(refused.why), status=422)
        except GivenUp:
            return _page(request, problem="given_up", status=422)
        except Busy:
            return _page(request, problem="busy", status=503)
        _log.info("verified", pages=len(answers), content=[str(answer.verdict.content) for answer in answers])
        return await asyncio.to_thread(_page, request, answers)  # several pictures are tens of megabytes of text

    async def _answers(self, upload: bytes, now: datetime) -> tuple[Answer, ...]:
        found = await self._readers.read(upload, self._belief, now)
        if isinstance(found, SignedFile):
            return (await self._of_file(found),)
        return tuple([await self._of_scan(reading) for reading in found])

    async def _of_file(self, file: SignedFile) -> Answer:
        verdict = file.verdict
        if verdict.proven and file.sheets:
            verdict = replace(verdict, standing=await self._standing(file.sheets[0], file.municipality))
        return Answer(str(file.what), verdict, file.signer, file.sheets, ())

    async def _of_scan(self, reading: Reading) -> Answer:
        verdict = on_scan(reading, self._documents.code_keys, Standing.NOT_ASKED)
        if verdict.sheet and verdict.signer:
            verdict = replace(verdict, standing=await self._standing(verdict.sheet, verdict.signer.name))
        sheets = (verdict.sheet,) if verdict.sheet else ()
        return Answer("scan", verdict, "", sheets, reading.problems)

    async def _standing(self, sheet: SheetContent, municipality: str) -> Standing:
        """The center's word on the issuance that a proven sheet names; it must be on record as asked of the municipality that signed."""
        issuance = issuance_of(sheet.binding)
        state = await self._store.read(state_of, issuance, sheet.binding, municipality) if issuance else None
        return STANDING_STATES.get(state or "", Standing.UNKNOWN)


def _page(request: web.Request, answers: tuple[Answer, ...] = (), *, problem: str | None = None, status: int = 200) -> web.Response:
    return render(
        request, "receivers.html", status=status, answers=answers, problem=problem, lines_of=lines_of, in_japan=in_japan, certifier_of=certifier_of,
        on_paper=(str(What.FACE), str(What.BACK)),
    )  # fmt: skip


def in_japan(at: datetime) -> str:
    """An instant as the page shows it: JST, to the minute."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")


def certifier_of(sheets: tuple[SheetContent, ...]) -> str:
    """Who certifies, as it stands on the last sheet; empty on the others."""
    closing = dict(sheets[-1].closing) if sheets else {}
    return "　".join(text for code in ("certifier_title", "certifier_name") if (text := closing.get(code, "")))


def receivers_application(store: Store, documents: Documents, readers: Readers, now: Callable[[], datetime]) -> web.Application:
    """The public application. It knows no staff and sets no session."""
    app = web.Application(middlewares=[with_headers, with_plain_failures], client_max_size=LARGEST_FILE + FORM_MARGIN)
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
