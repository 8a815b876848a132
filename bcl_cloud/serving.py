"""The tenants as they are served: for each a desk of its own with its own terms, keys and rows, made when it is first asked and anew when anything of it has changed.

Decides whether a tenant is served now. The cloud's database is asked at every message, so that a stop is one for every process at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import structlog
from cryptography import x509

from bcl_cloud.feeds.ages import ages_of_all
from bcl_cloud.feeds.bars import bars
from bcl_cloud.tenancy.door import Tenancy, TenantStore
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenancy.own_session import demand_own
from bcl_cloud.tenancy.unkept import Unkept
from bcl_cloud.tenants.entries import Tenant, find
from bcl_cloud.tenants.terms import issuer_of, terms_of
from bcl_cloud.tenants.trials import looked_at, looked_at_only
from certificates.kinds import KINDS
from certificates.policy import Policy
from issuer.desk import Desk
from issuer.press import InlinePress, Press
from issuer.self_report import Ages
from issuer.terms import Issuer
from messages.conditions import RegisterAge
from messages.orders import Build
from storage.store import Store


def _dropped(_logger: object, _name: str, _event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raise structlog.DropEvent


_UNHEARD: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(structlog.ReturnLogger(), processors=[_dropped])
"""For desks of probes: that a neighbour's canary was declined a hundred times an hour is no news."""

PROBED_KIND = "juminhyo"
"""What a probe draws: of the register from which every other kind starts."""


@dataclass(frozen=True, slots=True)
class Served:
    """One tenant at work. `issuer` offers what somebody has looked at; `decided` is all that the tenant has decided to offer."""

    tenant: Tenant
    issuer: Issuer
    decided: Issuer
    store: TenantStore
    press: Press
    desk: Desk
    probed: Callable[[], Desk]
    """A desk for the questions of one probe: the tenant's own rows, terms, press and keys, on which nothing of what is asked stays."""


class Serving:
    """See the module's text."""

    def __init__(
        self,
        cloud: Store,
        tenancy: Tenancy,
        keys: KeyFolders,
        declared: Build,
        refusal_seconds: float,
        roots: tuple[x509.Certificate, ...] = (),
        token: Callable[[int], bytes] | None = None,
        press: Press | None = None,
    ) -> None:
        """`roots` are the authorities of document signers that every tenant believes: without any, none takes part in 課税証明書の広域交付. `press` draws for all tenants, each with its own keys;
        without one, papers are drawn where they are asked for."""
        self._cloud = cloud
        self._tenancy = tenancy
        self._keys = keys
        self._declared = declared
        self._refusal_seconds = refusal_seconds
        self._roots = roots
        self._token = token
        self._press = press
        self._served: dict[str, Served] = {}

    async def tenant(self, code: str) -> Tenant | None:
        """The tenant as it is now."""
        return await self._cloud.read(find, code)

    async def served(self, code: str) -> Served | None:
        """A tenant and its desk; None for one that is unknown or has no terms yet. Raises `KeysMissing`, `KeyUnusable`."""
        tenant = await self.tenant(code)
        if tenant is None:
            return None
        known = self._served.get(code)
        if known is not None and known.tenant.revision == tenant.revision:
            return known
        terms = await self._cloud.read(terms_of, code)
        decided = None if terms is None else issuer_of(terms, self._refusal_seconds)
        if terms is None or decided is None:
            return None
        issuer = looked_at_only(decided, await self._cloud.read(looked_at, code))
        store = self._tenancy.store(code)
        hands = self._keys.keys(code).hands
        press = self._press or InlinePress(hands)
        referrals = self._keys.referrals(code, self._roots, self._token) if self._roots and self._token is not None else None
        desk = Desk(issuer, store, press, self._declared, _ages(store), referrals, bars)

        def probed() -> Desk:
            return Desk(
                for_probes(decided), Unkept(store, partial(demand_own, code=code)), press, self._declared, _ages(store), referrals, log=_UNHEARD
            )

        made = Served(terms.tenant, issuer, decided, store, press, desk, probed)
        self._served[code] = made
        return made


def _ages(store: TenantStore) -> Ages:
    async def ages(_now: datetime) -> tuple[RegisterAge, ...]:
        return await store.read(ages_of_all)

    return ages


def for_probes(issuer: Issuer) -> Issuer:
    """The tenant as probes ask it: with its form, seal and certifier, always with 住民票の写し and the numbers on it, refused without delay. What it offers to people is not looked at by this."""
    kind = KINDS[PROBED_KIND]
    shown = Policy(kind.code, tuple(option.code for option in kind.options), tuple(form.code for form in kind.forms), 1)
    return replace(issuer, refusal_seconds=0.0, policies={**issuer.policies, kind.code: ((date.min, shown),)})


def in_flight_only(tenant: Tenant) -> bool:
    """Whether a stopped tenant still hears how its papers ended: not after a leak, when nothing may be written at all."""
    return tenant.state == "stopped" and not tenant.reason.startswith("leak")
