"""The clerk's pages about 本籍地利用登録: the applications that wait, one of them beside the 戸籍 it may be about, and the decision.

Decides what a clerk is shown; who may be bound is `issuer.uses`'. What was typed is on these pages only as long as nobody has decided.
"""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from issuer.clerks import forms
from issuer.clerks.forms import Why
from issuer.clerks.office import CLERK, ClerksOffice
from issuer.clerks.views import show, today_of
from issuer.use_candidates import Candidate, age_of, candidates
from issuer.uses import Application, Undecided, accept, application, applications, give_back
from messages.uses import REASONS
from registers.koseki.revisions import ChangeRefused
from screens.guard import now_of
from screens.office import require_role, staff_of
from storage.store import Store

LIMIT = 200

PROBLEMS = {
    "no_such_application": ("その申請は見つかりません。", "There is no such application."),
    "already_decided": ("この申請はすでに処理されています。", "This application has been decided already."),
    "birth_differs": ("生年月日が申請と異なる人には登録できません。", "Somebody with another date of birth cannot be registered."),
    "serial_taken": ("この電子証明書は、すでに別の人に登録されています。", "This certificate is registered for somebody already."),
    "serial_form": ("電子証明書の番号が正しくありません。", "The certificate's number is not valid."),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """An application and what the register has beside it, of one state."""

    one: Application
    candidates: tuple[Candidate, ...]


class UsePages:
    """See the module's text."""

    def __init__(self, office: ClerksOffice, store: Store) -> None:
        self._office = office
        self._store = store

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/uses", self.uses)
        app.router.add_get("/uses/{application_id}", self.use)
        app.router.add_post("/uses/{application_id}/accept", self.accept)
        app.router.add_post("/uses/{application_id}/return", self.give_back)

    async def uses(self, request: web.Request) -> web.Response:
        """申請の一覧: what waits first."""
        waiting = await self._store.read(applications, decided=False, limit=LIMIT)
        decided = await self._store.read(applications, decided=True, limit=50)
        done = DONE.get(request.query.get("done", ""))
        return show(request, "uses.html", waiting=waiting, decided=decided, reasons=REASONS, day=today_of(request), done=done, problem=None)

    async def use(self, request: web.Request) -> web.Response:
        """One application beside the register."""
        return await self._page(request, None)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """受理."""
        staff = require_role(request, CLERK)
        person_no = str((await request.post()).get("person", ""))
        try:
            await self._store.write(accept, request.match_info["application_id"], person_no, staff.name, now_of(request))
        except (Undecided, ChangeRefused) as refused:
            return await self._page(request, refused.problem)
        raise web.HTTPSeeOther("/uses?done=accept_use")

    async def give_back(self, request: web.Request) -> web.StreamResponse:
        """返却."""
        staff = require_role(request, CLERK)
        posted = await request.post()
        why = forms.why_of(posted)
        if not isinstance(why, Why):
            return await self._page(request, why)
        try:
            reason = str(posted.get("reason", ""))
            await self._store.write(give_back, request.match_info["application_id"], reason, why.text, staff.name, now_of(request))
        except Undecided as refused:
            return await self._page(request, refused.problem)
        raise web.HTTPSeeOther("/uses?done=return_use")

    async def _page(self, request: web.Request, problem: str | None) -> web.Response:
        beside = await self._store.read(read_beside, request.match_info["application_id"])
        if beside is None:
            raise web.HTTPNotFound
        sentence = None if problem is None else PROBLEMS.get(problem) or forms.SENTENCES.get(problem, forms.SENTENCES["choice_form"])
        ages = {one.person.person_no: age_of(one, today_of(request)) for one in beside.candidates}
        return show(
            request,
            "use.html",
            one=beside.one,
            candidates=beside.candidates,
            ages=ages,
            reasons=REASONS,
            may_change=CLERK in staff_of(request).roles,
            problem=sentence,
            done=None,
        )


def read_beside(connection: Connection, application_id: str) -> Beside | None:
    """One step: the application, and while nobody has decided the people it may be about."""
    one = application(connection, application_id)
    if one is None:
        return None
    return Beside(one, candidates(connection, one) if one.state == "received" else ())


DONE = {
    "accept_use": (
        "利用登録を受理しました。今日からキオスク端末で戸籍の証明書を取得できます。",
        "The registration was accepted and may be used from today.",
    ),
    "return_use": ("申請を返却しました。", "The application was returned."),
}
