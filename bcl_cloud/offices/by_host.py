"""The clerks' pages of every tenant behind one door, told apart by the host's name: `990027.localhost` is that tenant's office and no other's.

Each tenant has an application of its own, with its own accounts, its own sessions and a store on its own rows. A session of one is nothing to another, and no address inside one leads to another.
Anything else is left to the cloud operators' office.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.web_urldispatcher import AbstractResource
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from prometheus_client import CollectorRegistry

from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.feed_pages import FeedPages
from bcl_cloud.offices.handing_over import surroundings
from bcl_cloud.offices.trial_pages import TrialPages
from bcl_cloud.offices.upload_pages import UploadPages
from bcl_cloud.serving import Served, Serving
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenants.entries import staff_of_tenant
from bcl_cloud.uploads.desk import UploadDesk
from issuer.clerks.handovers import HandoverPages
from issuer.clerks.koseki import KosekiPages
from issuer.clerks.office import CLERK, PROTECTION_CLERK, ClerksOffice
from issuer.clerks.office import TEMPLATES as CLERKS_TEMPLATES
from issuer.clerks.papers import PaperPages
from issuer.clerks.residents import ResidentPages
from issuer.clerks.uses import UsePages
from issuer.clerks.years import YearPages
from issuer.issue_history import count_by_state
from issuer.press import Press
from screens.guard import SIGN_IN
from screens.office import office_app
from screens.pages import ENVIRONMENT
from screens.sign_in import StaffAccount
from trust.authority import KeyUnusable

TEMPLATES = Path(__file__).parent / "templates"


class TenantOffices(AbstractResource):
    """Finds the office of the host that was asked; made when first asked, and anew when the tenant has changed. Its staff sign in again only when the accounts have changed."""

    def __init__(
        self, serving: Serving, cloud: Cloud, desk: UploadDesk, operators: web.Application, now: Callable[[], datetime], token: Callable[[int], bytes]
    ) -> None:
        super().__init__(name="offices")
        self._serving, self._cloud, self._desk, self._operators, self._now, self._token = serving, cloud, desk, operators, now, token
        self._offices: dict[str, tuple[int, tuple[StaffAccount, ...], web.Application]] = {}

    @property
    def canonical(self) -> str:
        """See `AbstractResource`."""
        return "/"

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """Whose page this is. A host that is no tenant's is the operators'."""
        first = request.host.partition(":")[0].partition(".")[0]
        office = await self._office(first) if first.isdigit() and len(first) == 6 and "." in request.host else self._operators
        if office is None:
            return None, set()
        found = await office.router.resolve(request)
        found.add_app(office)
        return found, set()

    def raw_match(self, path: str) -> bool:
        """See `AbstractResource`."""
        return False

    def add_prefix(self, prefix: str) -> None:
        """See `AbstractResource`."""

    def get_info(self) -> Mapping[str, object]:  # type: ignore[override]
        """See `AbstractResource`."""
        return {}

    def url_for(self, **_: str):  # type: ignore[no-untyped-def] # noqa: ANN201
        """No address leads from one office into another."""
        raise LookupError("offices have no addresses for each other")

    def __iter__(self):  # type: ignore[no-untyped-def] # noqa: ANN204
        return iter(())

    def __len__(self) -> int:
        return 0

    async def _office(self, code: str) -> web.Application | None:
        try:
            served = await self._serving.served(code)
        except (KeysMissing, KeyUnusable):
            return None
        if served is None or served.tenant.reason.startswith("leak"):
            return None
        known = self._offices.get(code)
        if known is not None and known[0] == served.tenant.revision:
            return known[2]
        accounts = await self._cloud.database.read(staff_of_tenant, code)
        made = tenant_office(served, self._cloud, self._desk, accounts, self._now, self._token)
        if known is not None and known[1] == accounts:
            made[SIGN_IN] = known[2][SIGN_IN]
        made.freeze()
        self._offices[code] = (served.tenant.revision, accounts, made)
        return made


def offices_app(
    serving: Serving, cloud: Cloud, desk: UploadDesk, operators: web.Application, now: Callable[[], datetime], token: Callable[[int], bytes]
) -> web.Application:
    """The application behind the cloud's office door."""

    @web.middleware
    async def passed_on(request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
        return await handler(request)  # type: ignore[misc, no-any-return]

    outer = web.Application(middlewares=[passed_on])  # without a middleware of its own, aiohttp would run none of the offices'
    operators.freeze()
    outer.router.register_resource(TenantOffices(serving, cloud, desk, operators, now, token))
    return outer


def tenant_office(
    served: Served, cloud: Cloud, desk: UploadDesk, accounts: tuple[StaffAccount, ...], now: Callable[[], datetime], token: Callable[[int], bytes]
) -> web.Application:
    """One tenant's clerks' pages: those of every issuer, on this tenant's rows."""
    tenant, store = served.tenant, served.store

    async def health() -> Mapping[str, object]:
        at = now()
        await store.read(count_by_state, at, at)
        return {"status": "ok" if tenant.state == "open" else tenant.state, "party": "bcl", "municipality": tenant.code}

    office = office_app(
        party_ja=f"{tenant.name} 証明書発行（自治体基盤クラウド）",
        party_en=f"{tenant.name_en} certificates on the shared cloud {tenant.code}",
        templates=CLERKS_TEMPLATES,
        accounts=accounts,
        now=now,
        token=token,
        health=health,
        registry=CollectorRegistry(),
        openapi=None,
    )
    clerks = FileSystemLoader(CLERKS_TEMPLATES)
    own = [FileSystemLoader(TEMPLATES / "tenant"), PrefixLoader({"issuer": clerks})]
    environment = office[ENVIRONMENT]
    environment.loader = ChoiceLoader([loader for loader in (*own, environment.loader, FileSystemLoader(TEMPLATES)) if loader is not None])
    pages = ClerksOffice(tenant.name, tenant.name_en, (CLERK, PROTECTION_CLERK))
    for each in (PaperPages, ResidentPages, KosekiPages, UsePages):
        each(pages, store).add_to(office)
    YearPages(served.decided, served.press, store).add_to(office)
    HandoverPages(pages, store, surroundings(cloud, tenant.code, served.decided.number_prefix, token)).add_to(office)
    uploads = UploadPages(cloud, desk, lambda _request: tenant.code, base="/data", layout="municipal.html", role=CLERK)
    uploads.add_to(office)
    FeedPages(store, uploads).add_to(office)

    async def press_of(_code: str) -> Press | None:
        return served.press

    TrialPages(cloud, lambda _request: tenant.code, press_of, base="/trial", layout="municipal.html", looking=True, role="").add_to(office)
    return office
