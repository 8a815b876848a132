"""The clerks' pages of every tenant behind one door, told apart by the host's name: `990027.localhost` is that tenant's office and no other's.

Each tenant has an application of its own, with its own accounts, its own sessions and a store on its own rows. A session of one is nothing to another, and no address inside one leads to another.
Anything else is left to the cloud operators' office.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web
from aiohttp.web_urldispatcher import AbstractResource
from prometheus_client import CollectorRegistry

from bcl_cloud.feed_pages import FeedPages
from bcl_cloud.serving import Served, Serving
from bcl_cloud.tenants import staff_of_tenant
from issuer.clerks.koseki import KosekiPages
from issuer.clerks.office import CLERK, PROTECTION_CLERK, TEMPLATES, ClerksOffice
from issuer.clerks.papers import PaperPages
from issuer.clerks.residents import ResidentPages
from issuer.clerks.uses import UsePages
from issuer.clerks.years import YearPages
from issuer.issue_history import count_by_state
from screens.office import office_app
from screens.sign_in import StaffAccount
from storage.store import Store


class TenantOffices(AbstractResource):
    """Finds the office of the host that was asked; made when first asked, and anew when the tenant has changed (its staff then sign in again)."""

    def __init__(
        self, serving: Serving, cloud: Store, operators: web.Application, now: Callable[[], datetime], token: Callable[[int], bytes]
    ) -> None:
        super().__init__(name="offices")
        self._serving, self._cloud, self._operators, self._now, self._token = serving, cloud, operators, now, token
        self._offices: dict[str, tuple[int, web.Application]] = {}

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
        served = await self._serving.served(code)
        if served is None or served.tenant.reason.startswith("leak"):
            return None
        known = self._offices.get(code)
        if known is not None and known[0] == served.tenant.revision:
            return known[1]
        accounts = await self._cloud.read(staff_of_tenant, code)
        made = tenant_office(served, accounts, self._now, self._token)
        made.freeze()
        self._offices[code] = (served.tenant.revision, made)
        return made


def offices_app(
    serving: Serving, cloud: Store, operators: web.Application, now: Callable[[], datetime], token: Callable[[int], bytes]
) -> web.Application:
    """The application behind the cloud's office door."""

    @web.middleware
    async def passed_on(request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
        return await handler(request)  # type: ignore[misc, no-any-return]

    outer = web.Application(middlewares=[passed_on])  # without a middleware of its own, aiohttp would run none of the offices'
    operators.freeze()
    outer.router.register_resource(TenantOffices(serving, cloud, operators, now, token))
    return outer


def tenant_office(served: Served, accounts: tuple[StaffAccount, ...], now: Callable[[], datetime], token: Callable[[int], bytes]) -> web.Application:
    """One tenant's clerks' pages: those of every issuer, on this tenant's rows."""
    tenant, store = served.tenant, served.store

    async def health() -> Mapping[str, object]:
        at = now()
        await store.read(count_by_state, at, at)
        return {"status": "ok" if tenant.state == "open" else tenant.state, "party": "bcl", "municipality": tenant.code}

    office = office_app(
        party_ja=f"{tenant.name} 証明書発行（自治体基盤クラウド）",
        party_en=f"{tenant.name_en} certificates on the shared cloud {tenant.code}",
        templates=TEMPLATES,
        accounts=accounts,
        now=now,
        token=token,
        health=health,
        registry=CollectorRegistry(),
        openapi=None,
    )
    pages = ClerksOffice(tenant.name, tenant.name_en, (CLERK, PROTECTION_CLERK))
    for each in (PaperPages, ResidentPages, KosekiPages, UsePages):
        each(pages, store).add_to(office)
    YearPages(served.decided, served.press, store).add_to(office)
    FeedPages(store).add_to(office)
    return office
