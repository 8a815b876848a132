"""A tenant's preparation on the operators' pages, a page for each step: keys, certificate, seal, certifiers, what is offered, staff, 広域交付, limits.

Decides nothing about what may be set (`tenants`, `key_folders`): decodes the form, calls, and shows the form again as it was typed where it cannot be taken. Every change says who and why.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from cryptography import x509
from sqlalchemy import Connection

from bcl_cloud.config import OPERATOR
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices import step_forms
from bcl_cloud.offices.operator_pages import TENANT, found_tenant, sentence_of, shown
from bcl_cloud.offices.step_forms import Sentence, Unreadable, word
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.entries import ROLES, Tenant, TenantRefused
from bcl_cloud.tenants.terms import REFERRAL_SECONDS, terms_of
from certificates.kinds import KINDS
from certificates.seal import seal_image
from issuer.terms import PolicySetting
from screens.guard import now_of
from screens.office import hash_password, require_role
from screens.sign_in import NAME_MAX, StaffAccount
from trust.authority import KeyUnusable

SEAL_MAX = 200_000
ROLE_WORDS = {
    "clerk": ("窓口", "Clerk"),
    "protection_clerk": ("支援措置の担当", "Clerk who may see 支援措置"),
    "tax": ("税務", "Tax section"),
}
CHOICES: dict[str, dict[str, Sentence]] = {
    "leaving_blocks": {
        "person": ("転出予定の本人を含む証明書を止める", "Papers for or with that person"),
        "household": ("世帯のすべての証明書を止める", "Every paper of the household"),
        "omit": ("止めない（届出のことは載せない）", "Nothing; the paper says nothing of it"),
    },
    "overflow": {"refuse": ("交付しない", "No paper"), "cut": ("印字できるところまで印字し「…」を付ける", "Printed as far as it goes, with 「…」")},
    "undeclared": {
        "refuse": ("交付しない", "No paper"),
        "blank_for_dependants": ("被扶養者には金額なしの非課税証明書を交付する", "For dependants a certificate without figures"),
    },
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent: texts by name, what was ticked, one file."""

    fields: Mapping[str, str] = field(default_factory=dict)
    ticked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: bytes = b""

    def word(self, name: str, otherwise: str = "") -> str:
        """A field as it was typed, or what stands."""
        return self.fields.get(name, otherwise)


class StepPages:
    """See the module's text. Mount with `StepPages(cloud, token).add_to(office)`."""

    def __init__(self, cloud: Cloud, token: Callable[[int], bytes]) -> None:
        self._cloud = cloud
        self._token = token
        self._sets: dict[str, Callable[[web.Request, Tenant, Typed, str], Awaitable[str | None]]] = {
            "keys": self._keys,
            "certificate": self._certificate,
            "seal": self._seal,
            "certifiers": self._certifiers,
            "forms": self._forms,
            "staff": self._staff,
            "wide": self._wide,
            "limits": self._limits,
        }

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        step = TENANT + "/{step:" + "|".join(self._sets) + "}"
        app.router.add_get(step, self.page)
        app.router.add_post(step, self.change)
        app.router.add_get(TENANT + "/seal.png", self.seal_picture)
        app.router.add_get(TENANT + "/documents.csr", self.request_file)

    async def page(self, request: web.Request, problem: Sentence | None = None, typed: Typed | None = None, preview: str = "") -> web.Response:
        """One step with its form."""
        tenant, step = await found_tenant(self._cloud, request), request.match_info["step"]
        terms = await self._cloud.database.read(terms_of, tenant.code)
        assert terms is not None
        kind = request.query.get("kind", "") if request.query.get("kind", "") in KINDS else next(iter(KINDS))
        since = request.query.get("since", "")
        edited = next((one for one in reversed(terms.settings.get(kind, ())) if since in ("", one.since.isoformat())), None)
        folder = self._cloud.keys.folder(tenant.code)
        return shown(
            request, f"step_{step}.html", problem=problem, typed=typed or Typed(), tenant=tenant, step=step, terms=terms, kind=KINDS[kind], kinds=KINDS, edited=edited, choices=CHOICES,
            preview=preview, roles=ROLE_WORDS, accounts=await self._cloud.database.read(tenants.staff_of_tenant, tenant.code),
            keys={name: (folder / f"{name}.key").is_file() for name in ("documents", "codes", "referral")},
            until=self._cloud.keys.certificate_until(tenant.code), referral_seconds=REFERRAL_SECONDS,
        )  # fmt: skip

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Take one step."""
        tenant, step = await found_tenant(self._cloud, request), request.match_info["step"]
        require_role(request, OPERATOR)
        typed = await _sent(request)
        try:
            preview = await self._sets[step](request, tenant, typed, step_forms.why(typed.fields))
        except (TenantRefused, Unreadable) as problem:
            return await self.page(request, sentence_of(problem), typed, _pictured(typed) if step == "seal" else "")
        if preview is not None:
            return await self.page(request, None, typed, preview)
        onward = f"&kind={request.query['kind']}" if step == "forms" and request.query.get("kind") in KINDS else ""
        raise web.HTTPSeeOther(f"/tenants/{tenant.code}/{step}?done=changed{onward}")

    async def seal_picture(self, request: web.Request) -> web.Response:
        """The seal as it stands."""
        terms = await self._cloud.database.read(terms_of, request.match_info["code"])
        if terms is None or terms.seal_png is None:
            raise web.HTTPNotFound
        return web.Response(body=terms.seal_png, content_type="image/png")

    async def request_file(self, request: web.Request) -> web.Response:
        """The certificate request (PKCS#10) for the authority of documents' signers."""
        require_role(request, OPERATOR)
        tenant = await found_tenant(self._cloud, request)
        try:
            asked = await asyncio.to_thread(lambda: self._cloud.keys.request(tenant.code, tenant.prefecture + tenant.name).read_bytes())
        except KeysMissing:
            raise web.HTTPNotFound from None
        named = {"Content-Disposition": f'attachment; filename="{tenant.code}.csr"'}
        return web.Response(body=asked, content_type="application/pkcs10", headers=named)

    async def _keys(self, request: web.Request, tenant: Tenant, _typed: Typed, why: str) -> None:
        made = await asyncio.to_thread(self._cloud.keys.make, tenant.code)
        if not made:
            raise Unreadable("鍵はすべてあります。", "All keys are there.")
        await self._noted(request, tenant, "keys", " ".join(made), why)

    async def _certificate(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        pem = typed.file or typed.word("pem").encode()
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            self._cloud.keys.take_certificate(tenant.code, certificate)
        except KeysMissing:
            raise Unreadable("先に鍵を作ってください。", "Please make the keys first.") from None
        except KeyUnusable:
            raise Unreadable(
                "この証明書は、この団体の鍵のものではないか、別の団体のものです。", "This certificate is of another key, or of another municipality."
            ) from None
        except ValueError:
            raise Unreadable("PEM 形式の証明書として読めません。", "This cannot be read as a certificate (PEM).") from None
        await self._noted(request, tenant, "certificate", certificate.not_valid_after_utc.date().isoformat(), why)

    async def _seal(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> str | None:
        png = typed.file or _unpacked(typed.word("png"))
        try:
            if not 0 < len(png) <= SEAL_MAX:
                raise ValueError
            seal_image(png)
        except ValueError:
            raise TenantRefused("seal_invalid") from None
        if typed.file or typed.word("sure") != "yes":
            return base64.b64encode(png).decode()
        await self._cloud.database.write(tenants.set_seal, tenant.code, png, _who(request), why, now_of(request))
        return None

    async def _certifiers(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        told = step_forms.certifiers(typed.fields)
        await self._cloud.database.write(tenants.set_certifiers, tenant.code, told, _who(request), why, now_of(request))

    async def _forms(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        kind = word(typed.fields, "kind")
        if kind not in KINDS:
            raise TenantRefused("forms_invalid")
        removed = word(typed.fields, "act") == "remove"
        since = step_forms.day(typed.fields, "since", "いつから", "From")
        setting = None if removed else step_forms.policy(kind, typed.fields, typed.ticked.get("form", ()), typed.ticked.get("option", ()))

        def put(connection: Connection, put_setting: PolicySetting | None) -> None:
            terms = terms_of(connection, tenant.code)
            policies = step_forms.with_setting(terms.settings if terms is not None else {}, kind, since, put_setting)
            tenants.set_forms(connection, tenant.code, policies, _who(request), why, now_of(request))

        await self._cloud.database.write(put, setting)

    async def _staff(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        name = " ".join(word(typed.fields, "name").split())
        hashed = ""
        if word(typed.fields, "act") != "remove":
            if not 0 < len(name) <= NAME_MAX:
                raise Unreadable("職員の名前を入力してください。", "Please enter the account's name.")
            if not typed.ticked.get("role"):
                raise Unreadable("役割を1つ以上選んでください。", "Please choose at least one role.")
            hashed = await asyncio.to_thread(hash_password, step_forms.password(typed.fields))
        roles = tuple(role for role in ROLES if role in typed.ticked.get("role", ()))

        def put(connection: Connection) -> None:
            kept = tuple(account for account in tenants.staff_of_tenant(connection, tenant.code) if account.name != name)
            accounts = (*kept, StaffAccount(name, hashed, roles)) if hashed else kept
            tenants.set_staff(connection, tenant.code, accounts, _who(request), why, now_of(request))

        await self._cloud.database.write(put)

    async def _wide(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        since = step_forms.day(typed.fields, "since", "参加日", "From") if word(typed.fields, "since") else None
        seconds = step_forms.number(typed.fields, "referral_seconds", "照会の有効時間（秒）", "Seconds")
        await self._cloud.database.write(tenants.set_wide, tenant.code, since, seconds, _who(request), why, now_of(request))

    async def _limits(self, request: web.Request, tenant: Tenant, typed: Typed, why: str) -> None:
        papers = step_forms.number(typed.fields, "papers_per_day_max", "1日の通数", "Papers a day")
        weight = step_forms.number(typed.fields, "weight", "配分の重み", "Weight")
        await self._cloud.database.write(tenants.set_limits, tenant.code, papers, weight, _who(request), why, now_of(request))

    async def _noted(self, request: web.Request, tenant: Tenant, doing: str, detail: str, why: str) -> None:
        await self._cloud.database.write(tenants.note_prepared, tenant.code, doing, detail, _who(request), why, now_of(request))


def _who(request: web.Request) -> str:
    return require_role(request, OPERATOR).name


async def _sent(request: web.Request) -> Typed:
    posted = await request.post()
    texts = {name: value for name, value in posted.items() if isinstance(value, str)}
    ticked = {name: tuple(one for one in posted.getall(name) if isinstance(one, str)) for name in posted}
    upload = posted.get("file")
    return Typed(texts, ticked, upload.file.read(SEAL_MAX + 1) if isinstance(upload, web.FileField) else b"")


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _pictured(typed: Typed) -> str:
    """A seal that was looked at already, where the form around it cannot be taken."""
    return typed.word("png") if not typed.file else ""
