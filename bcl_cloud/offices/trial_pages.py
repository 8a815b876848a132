"""試験発行 on pages: what is due, each specimen face and back as pictures and as files, and what a person of the tenant says of it.

Mounted twice: in the tenant's own office, where its clerks look, and in the operators', who may have specimens drawn and see how they stand, but never say that one is good.
Decides nothing (`trials`).
"""

import asyncio
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

import pypdfium2
from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bcl_cloud.joining.onboarding import Cloud, trial_of
from bcl_cloud.joining.trial_issue import Specimen, draw_trial, specimen
from bcl_cloud.offices.refusal_words import REFUSED
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenants import trials
from bcl_cloud.tenants.entries import TenantRefused
from bcl_cloud.tenants.trials import Look, TrialLine
from certificates.kinds import KINDS
from issuer.clerks.forms import SENTENCES, Why, why_of
from issuer.clerks.views import show, today_of
from issuer.press import Press, PressBroken, PressFull
from screens.guard import now_of, staff_of
from screens.office import require_role
from trust.authority import KeyUnusable

DOTS_PER_POINT = 1.6
KEPT = 4
"""How many specimens stay drawn between a page and its pictures."""

CHECKS: dict[str, tuple[str, str]] = {
    "form": ("表題・様式・記載事項が、この団体の設定どおりである", "Title, form and items are as decided"),
    "certifier": ("認証文、認証者の職名と氏名、団体名に誤りがない", "Statement, certifier and municipality are right"),
    "seal": ("公印の印影が、この団体の公印である", "The seal is this municipality's"),
    "back": ("裏面まで印刷され、二次元コードがある", "The back is printed, with its 2-D code"),
}
"""What a person confirms to have looked at before a specimen counts as good."""

STATES: dict[str, tuple[str, str, str]] = {
    "undrawn": ("warn", "未作成", "Not drawn"),
    "undrawable": ("bad", "作成できない", "Cannot be drawn"),
    "drawn": ("warn", "確認待ち", "Waits to be looked at"),
    "good": ("good", "確認済み", "Looked at, good"),
    "faulty": ("bad", "誤りあり", "Called faulty"),
}
_PRESS = ("ただいま見本を作れません。しばらくしてからお試しください。", "Specimens cannot be drawn now. Please try again later.")

CodeOf = Callable[[web.Request], str]
PressOf = Callable[[str], Awaitable[Press | None]]


class TrialPages:
    """See the module's text. `code_of` says whose trial a request is about, `base` where the pages stand; in the operators' office `looking` is False and `role` theirs."""

    def __init__(self, cloud: Cloud, code_of: CodeOf, press_of: PressOf, *, base: str, layout: str, looking: bool, role: str) -> None:
        self._cloud = cloud
        self._code_of = code_of
        self._press_of = press_of
        self._base = base
        self._layout = layout
        self._looking = looking
        self._role = role
        self._kept: OrderedDict[tuple[str, str, str, str], Specimen] = OrderedDict()

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        one = self._base + r"/{kind:[a-z_]+}/{form:[a-z_]+}/{terms:[0-9a-f]{64}}"
        app.router.add_get(self._base, self.listed)
        app.router.add_post(self._base, self.draw)
        app.router.add_get(one, self.one)
        app.router.add_get(one + r"/{side:face|back}.pdf", self.file)
        app.router.add_get(one + r"/{side:face|back}-{sheet:\d{1,2}}.png", self.picture)
        if self._looking:
            app.router.add_post(one, self.look)

    async def listed(self, request: web.Request, problem: tuple[str, str] | None = None, why: str = "") -> web.Response:
        """Everything that is due, and how it stands."""
        code = self._code_of(request)
        try:
            _, lines = await trial_of(self._cloud, code, now_of(request))
        except TenantRefused:
            raise web.HTTPNotFound from None
        return show(
            request, "trial.html", status=422 if problem else 200, layout=self._layout, address=self._address(request), code=code, lines=lines,
            due=trials.still_due(lines), trial_states=STATES, form_name=form_name, problem=problem, why=why, today=today_of(request),
        )  # fmt: skip

    async def draw(self, request: web.Request) -> web.StreamResponse:
        """Draw what is due."""
        staff, code = self._staff(request), self._code_of(request)
        why = why_of(await request.post())
        if not isinstance(why, Why):
            return await self.listed(request, SENTENCES[why])
        try:
            await draw_trial(self._cloud, code, staff, why.text, now_of(request), await self._press_of(code))
        except TenantRefused as refused:
            return await self.listed(request, REFUSED[refused.code], why.text)
        except (PressFull, PressBroken, KeyUnusable, KeysMissing):
            return await self.listed(request, _PRESS, why.text)
        raise web.HTTPSeeOther(self._address(request))

    async def one(self, request: web.Request, problem: tuple[str, str] | None = None, said: MultiDictProxy[str] | None = None) -> web.Response:
        """One specimen, all its sheets."""
        line, made = await self._line(request), await self._made(request)
        after = [one for one in await self._lines(request) if one.state in ("drawn", "faulty") and one.due != line.due]
        return show(
            request, "specimen.html", status=422 if problem else 200, layout=self._layout, address=self._address(request), code=self._code_of(request), line=line,
            made=made, title=KINDS[line.due.kind].title, title_en=KINDS[line.due.kind].title_en, form_name=form_name, trial_states=STATES, checks=CHECKS, looking=self._looking, problem=problem,
            ticked=said.getall("check", []) if said is not None else [], remark=str(said.get("remark", "")) if said is not None else "", next_line=after[0] if after else None,
        )  # fmt: skip

    async def look(self, request: web.Request) -> web.StreamResponse:
        """What a person of the tenant says of it."""
        staff, posted = self._staff(request), await request.post()
        line, made = await self._line(request), await self._made(request)
        good = posted.get("verdict") == "good"
        said = texts_of(posted)
        if made is None or posted.get("pdf_sha256") != line.pdf_sha256:
            return await self.one(request, REFUSED["trial_other"], said)
        if good and not set(CHECKS) <= set(said.getall("check", [])):
            return await self.one(request, ("4つの点をすべて確かめ、印を付けてください。", "Please look at all four points and tick them."), said)
        heard = Look(line.due.kind, line.due.form, line.due.terms, line.pdf_sha256, good, said.get("remark", ""))
        try:
            await self._cloud.database.write(trials.look, self._code_of(request), heard, staff, now_of(request))
        except TenantRefused as refused:
            return await self.one(request, REFUSED[refused.code], said)
        raise web.HTTPSeeOther(self._address(request))

    async def file(self, request: web.Request) -> web.Response:
        """Face or back as a file."""
        return web.Response(body=self._side(request, await self._made(request)), content_type="application/pdf")

    async def picture(self, request: web.Request) -> web.Response:
        """One sheet of face or back as a picture."""
        made, sheet = await self._made(request), int(request.match_info["sheet"])
        pdf = self._side(request, made)
        if made is None or not 1 <= sheet <= made.sheets:
            raise web.HTTPNotFound
        return web.Response(body=await asyncio.to_thread(picture_of, pdf, sheet), content_type="image/png")

    def _staff(self, request: web.Request) -> str:
        # In the tenant's office clerks and the tax section; what a look needs, `trials.look` asks once more.
        if not self._looking:
            return require_role(request, self._role).name
        if not trials.LOOKERS.intersection(staff_of(request).roles):
            raise web.HTTPForbidden
        return staff_of(request).name

    async def _lines(self, request: web.Request) -> tuple[TrialLine, ...]:
        try:
            return (await trial_of(self._cloud, self._code_of(request), now_of(request)))[1]
        except TenantRefused:
            raise web.HTTPNotFound from None

    async def _line(self, request: web.Request) -> TrialLine:
        wanted = tuple(request.match_info[part] for part in ("kind", "form", "terms"))
        line = next((line for line in await self._lines(request) if (line.due.kind, line.due.form, line.due.terms) == wanted), None)
        if line is None:
            raise web.HTTPNotFound
        return line

    async def _made(self, request: web.Request) -> Specimen | None:
        line, code = await self._line(request), self._code_of(request)
        key = (code, line.due.terms, line.due.form, line.pdf_sha256)
        if key in self._kept and line.pdf_sha256:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            made = await specimen(self._cloud, code, line.due.kind, line.due.form, line.due.terms, now_of(request), await self._press_of(code))
        except (PressFull, PressBroken, KeyUnusable, KeysMissing):
            raise web.HTTPServiceUnavailable from None
        if made is not None:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _side(self, request: web.Request, made: Specimen | None) -> bytes:
        if made is None:
            raise web.HTTPNotFound
        return made.face if request.match_info["side"] == "face" else made.back

    def _address(self, request: web.Request) -> str:
        return self._base.replace(CODE_IN_ADDRESS, self._code_of(request))


CODE_IN_ADDRESS = r"{code:\d{6}}"
"""How an address of the operators' office names a tenant."""


def form_name(line: TrialLine) -> tuple[str, str]:
    """What a paper is called: its kind, and its form where the kind has several (ja, en)."""
    kind = KINDS[line.due.kind]
    form = kind.form(line.due.form)
    return (kind.title, kind.title_en) if len(kind.forms) == 1 else (f"{kind.title}　{form.ja}", f"{kind.title_en}, {form.en}")


def picture_of(pdf: bytes, sheet: int) -> bytes:
    """One sheet (from 1) as PNG, 115 dots an inch."""
    document, out = pypdfium2.PdfDocument(pdf), io.BytesIO()
    try:
        document[sheet - 1].render(scale=DOTS_PER_POINT).to_pil().save(out, "PNG")
    finally:
        document.close()
    return out.getvalue()


def texts_of(posted: Mapping[str, object]) -> MultiDictProxy[str]:
    """What was typed and ticked, without files."""
    return MultiDictProxy(MultiDict((name, value) for name, value in posted.items() if isinstance(value, str)))
