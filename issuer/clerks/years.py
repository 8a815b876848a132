"""The tax section's pages: which 年度 are issued since when, the specimens of a year as PDF and as a picture, and their approval.

Decides what the tax section is shown and that it approves what it was shown; what an approval does, `issuer.year_openings` says. No resident's record is read here, only how many there are.
"""

import io
from dataclasses import dataclass
from datetime import date

import pypdfium2
from aiohttp import web
from sqlalchemy import Connection

from certificates.face import Face
from certificates.kinds import KINDS
from certificates.tax_years import latest_year, switching, years_open
from certificates.wareki import fiscal_year
from issuer.clerks import forms
from issuer.clerks.forms import Why
from issuer.clerks.office import TAX
from issuer.clerks.views import show, today_of
from issuer.press import Press, PressBroken, PressFull
from issuer.terms import Issuer
from issuer.year_openings import YearFigures, YearRefused, YearStep, approve_year, figures_of_year, withdraw_year, year_steps
from issuer.year_specimens import KIND, WHO, Specimens, opening_day, specimens
from issuer.year_tables import approved_years
from screens.guard import now_of
from screens.office import require_role, staff_of
from storage.store import Store

DOTS_PER_POINT = 1.6

PROBLEMS = {
    "already_approved": ("この年度はすでに承認されています。", "This year has been approved already."),
    "not_approved": ("この年度は承認されていません。", "This year is not approved."),
    "other_specimens": ("見本の内容が変わりました。もう一度確かめてください。", "The specimens have changed: please look at them again."),
    "no_specimens": ("課税証明書を取り扱っていません。", "No tax certificates are offered."),
    "press": ("ただいま見本を作れません。しばらくしてからお試しください。", "Specimens cannot be drawn now. Please try again later."),
}
DONE = {
    "approve": ("承認しました。発行開始日から、この年度の証明書を交付します。", "Approved: the year is issued from its opening day on."),
    "withdraw": ("承認を取り消しました。いまから、この年度の証明書は交付されません。", "Withdrawn: nothing of this year is issued from now on."),
}


@dataclass(frozen=True, slots=True)
class YearLine:
    """One 年度 on the list: its opening day, the decision that stands, whether it is issued today, and what the register holds of it."""

    year: int
    opens_on: date
    step: YearStep | None
    issued: bool
    figures: YearFigures


class YearPages:
    """See the module's text."""

    def __init__(self, issuer: Issuer, press: Press, store: Store) -> None:
        self._issuer = issuer
        self._press = press
        self._store = store

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/years", self.years)
        app.router.add_get(r"/years/{year:20\d\d}", self.year)
        app.router.add_post(r"/years/{year:20\d\d}/approve", self.approve)
        app.router.add_post(r"/years/{year:20\d\d}/withdraw", self.withdraw)
        app.router.add_get(r"/years/{year:20\d\d}/specimens/{number:\d}.pdf", self.specimen)
        app.router.add_get(r"/years/{year:20\d\d}/specimens/{number:\d}.png", self.picture)

    async def years(self, request: web.Request) -> web.Response:
        """課税年度の一覧."""
        today = today_of(request)
        policy = self._issuer.policy_on(KIND, today)
        lines = await self._store.read(read_years, self._issuer, today)
        return show(
            request,
            "years.html",
            lines=lines,
            policy=policy,
            closed=policy is not None and switching(policy, today),
            steps=await self._store.read(year_steps),
            done=None,
            problem=None,
        )

    async def year(self, request: web.Request) -> web.Response:
        """One 年度: specimens and decision."""
        return await self._page(request, None)

    async def approve(self, request: web.Request) -> web.StreamResponse:
        """承認 of what was shown."""
        staff = require_role(request, TAX)
        posted = await request.post()
        why, made = forms.why_of(posted), self._made(request)
        if not isinstance(why, Why) or made is None:
            return await self._page(request, "no_specimens" if made is None else str(why))
        if posted.get("specimens") != made.digest():
            return await self._page(request, "other_specimens")
        try:
            await self._store.write(approve_year, made.year, made.digest(), staff.name, why.text, now_of(request))
        except YearRefused as refused:
            return await self._page(request, refused.problem)
        raise web.HTTPSeeOther(f"/years/{made.year}?done=approve")

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """承認の取消."""
        staff = require_role(request, TAX)
        year, why = int(request.match_info["year"]), forms.why_of(await request.post())
        if not isinstance(why, Why):
            return await self._page(request, why)
        try:
            await self._store.write(withdraw_year, year, staff.name, why.text, now_of(request))
        except YearRefused as refused:
            return await self._page(request, refused.problem)
        raise web.HTTPSeeOther(f"/years/{year}?done=withdraw")

    async def specimen(self, request: web.Request) -> web.Response:
        """One specimen as it would be handed out."""
        return web.Response(body=await self._drawn(request), content_type="application/pdf")

    async def picture(self, request: web.Request) -> web.Response:
        """Its first sheet as a picture."""
        return web.Response(body=picture_of(await self._drawn(request)), content_type="image/png")

    def _made(self, request: web.Request) -> Specimens | None:
        return specimens(self._issuer, int(request.match_info["year"]), today_of(request))

    async def _drawn(self, request: web.Request) -> bytes:
        made, number = self._made(request), int(request.match_info["number"])
        face = made.papers[number].face if made is not None and number < len(made.papers) else None
        if made is None or not isinstance(face, Face):
            raise web.HTTPNotFound
        try:
            return (await self._press.print(face, made.form, made.at)).face
        except (PressFull, PressBroken):
            raise web.HTTPServiceUnavailable from None

    async def _page(self, request: web.Request, problem: str | None) -> web.Response:
        made = self._made(request)
        if made is None:
            raise web.HTTPNotFound
        today, year = today_of(request), made.year
        line = await self._store.read(read_year, self._issuer, year, today)
        return show(
            request,
            "year.html",
            status=200 if problem is None else 422,
            line=line,
            made=made,
            drawn=tuple(isinstance(paper.face, Face) for paper in made.papers),
            who=WHO,
            form_names={form.code: (form.ja, form.en) for form in KINDS[KIND].forms},
            income_year=f"{fiscal_year(year - 1)[:-2]}年",
            may_decide=TAX in staff_of(request).roles,
            problem=None if problem is None else PROBLEMS.get(problem) or forms.SENTENCES[problem],
            done=DONE.get(request.query.get("done", "")) if problem is None else None,
        )


def read_years(connection: Connection, issuer: Issuer, today: date) -> tuple[YearLine, ...]:
    """One step: next year, the years that are offered by date, and every year about which was decided, the latest first."""
    policy = issuer.policy_on(KIND, today)
    if policy is None:
        return ()
    latest = latest_year(policy, today)
    known = {*range(latest - policy.years + 1, latest + 2), *(step.year for step in year_steps(connection))}
    return tuple(read_year(connection, issuer, year, today) for year in sorted(known, reverse=True))


def read_year(connection: Connection, issuer: Issuer, year: int, today: date) -> YearLine:
    """One step: how a 年度 stands today. ValueError where no tax papers are offered."""
    policy = issuer.policy_on(KIND, today)
    if policy is None:
        raise ValueError("no tax papers")
    step = next((step for step in year_steps(connection) if step.year == year), None)
    issued = year in years_open(policy, today, approved_years(connection))
    return YearLine(year, opening_day(policy, year), step, issued, figures_of_year(connection, year))


def picture_of(pdf: bytes) -> bytes:
    """The first sheet as PNG, 115 dots an inch."""
    document, out = pypdfium2.PdfDocument(pdf), io.BytesIO()
    try:
        document[0].render(scale=DOTS_PER_POINT).to_pil().save(out, "PNG")
    finally:
        document.close()
    return out.getvalue()
