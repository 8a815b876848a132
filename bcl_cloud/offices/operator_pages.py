"""The cloud operators' pages: all tenants, one tenant with everything about it, its journal, and what is done with it as a whole: entered, opened, stopped, restarted by two.

Decides nothing: `onboarding`, `restarts` and `tenants` do. Shows numbers, instants and codes, nothing of any resident.
"""

from collections.abc import Callable, Mapping

from aiohttp import web

from bcl_cloud.config import OPERATOR
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import STEPS, Cloud
from bcl_cloud.offices.feed_words import REGISTERS, STATES
from bcl_cloud.offices.overview import AGE_WORDS, age_of, overview, overviews
from bcl_cloud.offices.refusal_words import REFUSED
from bcl_cloud.offices.step_forms import Sentence, Unreadable, why, word
from bcl_cloud.offices.trial_pages import CODE_IN_ADDRESS, form_name
from bcl_cloud.tenancy.tables import NoTenantCode
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants import journal, restarts
from bcl_cloud.tenants.entries import NewTenant, Tenant, TenantRefused
from bcl_cloud.tenants.probes_recorded import WORDS as PROBED
from bcl_cloud.tenants.states import WORDS
from bcl_cloud.tenants.terms import Terms, terms_of
from bcl_cloud.tenants.trials import still_due
from certificates.kinds import KINDS
from issuer.clerks.views import show
from screens.guard import now_of
from screens.office import require_role, staff_of

TENANT = f"/tenants/{CODE_IN_ADDRESS}"
DONE: dict[str, Sentence] = {
    "create": ("参加団体を受け付けました。次の準備へ進んでください。", "The tenant was entered. Please go on with its preparation."),
    "open": ("発行を始めました。", "It issues from now on."),
    "close": ("発行を止めました。", "It was stopped."),
    "ask": ("再開の申出を記録しました。もう1人の担当者が再開します。", "The restart was asked for. Another operator carries it out."),
    "restart": ("再開しました。", "It was restarted."),
    "changed": ("登録しました。", "Entered."),
    "removed": ("取り除きました。", "Taken away."),
}


VERDICTS: dict[str, Sentence] = {"good": ("問題なし", "good"), "faulty": ("誤りあり", "faulty")}


class OperatorPages:
    """See the module's text. Mount with `OperatorPages(cloud, token).add_to(office)`."""

    def __init__(self, cloud: Cloud, token: Callable[[int], bytes]) -> None:
        self._cloud = cloud
        self._token = token

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/", self.front)
        app.router.add_get("/journal", self.journal)
        app.router.add_get("/new", self.new)
        app.router.add_post("/new", self.create)
        app.router.add_get(TENANT, self.tenant)
        app.router.add_post(TENANT + "/{act:open|close|ask|restart}", self.act)

    async def front(self, request: web.Request) -> web.Response:
        """All tenants."""
        found, now = await overviews(self._cloud, now_of(request)), now_of(request)
        return shown(request, "front.html", found=found, ages={one.tenant.code: AGE_WORDS[one.age(now)] for one in found})

    async def journal(self, request: web.Request) -> web.Response:
        """The newest changes of all tenants."""
        return shown(request, "journal.html", entries=await self._cloud.database.read(journal.entries, None, 300))

    async def new(self, request: web.Request) -> web.Response:
        """The form in which a tenant is entered."""
        return self._new(request, {}, None)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Enter a tenant and make its place."""
        who, typed = require_role(request, OPERATOR).name, await typed_of(request)
        new = NewTenant(*(word(typed, name) for name in ("code", "prefecture", "name", "name_en", "number_prefix")))
        try:
            await self._cloud.database.write(tenants.create, new, who, why(typed), now_of(request))
        except (TenantRefused, NoTenantCode, Unreadable) as problem:
            return self._new(request, typed, sentence_of(problem))
        await onboarding.place(self._cloud, new.code, self._token)
        raise web.HTTPSeeOther(f"/tenants/{new.code}?done=create")

    async def tenant(self, request: web.Request) -> web.Response:
        """One tenant."""
        return await self._tenant(request, {}, None)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Open, stop, ask for a restart, restart."""
        who, typed, act = require_role(request, OPERATOR).name, await typed_of(request), request.match_info["act"]
        code, now = (await self._found(request)).code, now_of(request)
        try:
            reason = why(typed)
            match act:
                case "open":
                    if await onboarding.open_tenant(self._cloud, code, who, reason, now):
                        return await self._tenant(request, typed, ("まだ済んでいない準備があります。", "Something is missing still."), act)
                case "close":
                    await self._cloud.database.write(onboarding.set_closed, code, who, reason, now)
                case "ask":
                    await self._cloud.database.write(restarts.ask_restart, code, who, reason, now)
                case _:
                    await self._cloud.database.write(restarts.restart, code, who, reason, now)
        except (TenantRefused, Unreadable) as problem:
            return await self._tenant(request, typed, sentence_of(problem), act)
        raise web.HTTPSeeOther(f"/tenants/{code}?done={act}")

    async def _found(self, request: web.Request) -> Tenant:
        return await found_tenant(self._cloud, request)

    def _new(self, request: web.Request, typed: Mapping[str, str], problem: Sentence | None) -> web.Response:
        return shown(request, "new.html", problem=problem, typed=typed)

    async def _tenant(self, request: web.Request, typed: Mapping[str, str], problem: Sentence | None, act: str = "") -> web.Response:
        tenant, now = await self._found(request), now_of(request)
        seen = await overview(self._cloud, tenant, now)
        terms = await self._cloud.database.read(terms_of, tenant.code)
        lines = (await onboarding.trial_of(self._cloud, tenant.code, now))[1]
        assert terms is not None
        rows = seen.rows
        ages = [(age, AGE_WORDS[age_of(age, rows.max_age_hours, now)]) for age in rows.ages if age.register in seen.registers] if rows else []
        return shown(
            request, "tenant.html", problem=problem, typed=typed, act=act, seen=seen, tenant=tenant, ages=ages, summaries=summaries(terms), due=still_due(lines), lines=lines,
            until=self._cloud.keys.certificate_until(tenant.code), accounts=await self._cloud.database.read(tenants.staff_of_tenant, tenant.code),
            wide=terms.wide, entries=await self._cloud.database.read(journal.entries, tenant.code, 50), form_name=form_name, now=now, staff_name=staff_of(request).name,
        )  # fmt: skip


def summaries(terms: Terms) -> dict[str, Sentence]:
    """What stands of each step that is described in terms, in few words."""
    last = terms.certifiers[-1] if terms.certifiers else None
    kinds = [KINDS[kind] for kind in KINDS if kind in terms.settings]
    return {
        "certifiers": (f"{last[1]}　{last[2]}（{last[0]}から）", f"{last[1]} {last[2]} (from {last[0]})") if last else ("", ""),
        "forms": ("、".join(kind.title for kind in kinds), ", ".join(kind.title_en for kind in kinds)),
    }


def shown(request: web.Request, template: str, *, problem: Sentence | None = None, **values: object) -> web.Response:
    """A page of this office: with the sentence of what went wrong (then 422), or of what was done."""
    done = DONE.get(request.query.get("done", "")) if problem is None else None
    words = {"tenant_states": WORDS, "steps": STEPS, "age_words": AGE_WORDS, "probed": PROBED, "registers": REGISTERS, "upload_states": STATES}
    return show(
        request, template, status=200 if problem is None else 422, problem=problem, done=done, journal_words=journal.WORDS,
        reason_words=reason_words, detail_words=detail_words, **words, **values,
    )  # fmt: skip


def reason_words(reason: str) -> Sentence:
    """Why a tenant is stopped."""
    if reason.startswith("leak"):
        detail = reason.partition(":")[2].strip()
        return (
            (f"ほかの団体のデータとの混在を検知（{detail}）", f"a leak was found ({detail})")
            if detail
            else ("ほかの団体のデータとの混在を検知", "a leak was found")
        )
    return {"closed": ("担当者が停止", "stopped by an operator"), "unprobed": ("混在の点検ができない", "it could not be probed")}.get(
        reason, (reason, reason)
    )


def detail_words(entry: journal.Entry) -> Sentence:
    """What a line of the journal is about: codes of kinds and forms by their names."""
    if entry.doing not in ("trial", "looked", "forms"):
        return (entry.detail, entry.detail)
    named = [_paper_words(part) for part in entry.detail.split()]
    return "、".join(ja for ja, _ in named), ", ".join(en for _, en in named)


def _paper_words(part: str) -> Sentence:
    kind = KINDS.get(part.partition("/")[0])
    form = next((form for form in kind.forms if form.code == part.partition("/")[2]), None) if kind is not None else None
    if form is not None:
        return form.ja, form.en
    return (kind.title, kind.title_en) if kind is not None else VERDICTS.get(part, (part, part))


def sentence_of(problem: Exception) -> Sentence:
    """What a refusal or an unreadable form is called."""
    if isinstance(problem, Unreadable):
        return problem.sentence
    if isinstance(problem, TenantRefused):
        return REFUSED.get(problem.code) or restarts.REFUSED[problem.code]
    return REFUSED["code_invalid"]


async def found_tenant(cloud: Cloud, request: web.Request) -> Tenant:
    """The tenant that the address names; 404 without one."""
    tenant = await cloud.database.read(tenants.find, request.match_info["code"])
    if tenant is None:
        raise web.HTTPNotFound
    return tenant


async def typed_of(request: web.Request) -> dict[str, str]:
    """What was typed; of a field that came several times the last."""
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
