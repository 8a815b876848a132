"""What one tenant has decided about its papers, read from the cloud's database as the `Issuer` that all issuing is given."""

from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Connection, select

from bcl_cloud.tenants.entries import Tenant, find
from bcl_cloud.tenants.tables import CERTIFIERS, SEALS, SETTINGS, WIDE
from certificates.issuer_form import IssuerForm
from issuer.terms import Issuer, PolicySetting, policies_of

REFERRAL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Terms:
    """A tenant and what it has decided so far: None where a part is missing."""

    tenant: Tenant
    certifiers: tuple[tuple[date, str, str], ...]
    seal_png: bytes | None
    settings: dict[str, tuple[PolicySetting, ...]]
    wide: tuple[date, int] | None = None
    """課税証明書の広域交付: since when, and how many seconds a referral is good."""


def terms_of(connection: Connection, code: str) -> Terms | None:
    """What is known of this tenant; None for one that is not."""
    tenant = find(connection, code)
    if tenant is None:
        return None
    certifiers = connection.execute(select(CERTIFIERS).where(CERTIFIERS.c.code == code).order_by(CERTIFIERS.c.since)).all()
    seal = connection.execute(select(SEALS.c.png).where(SEALS.c.code == code)).scalar_one_or_none()
    settings: dict[str, tuple[PolicySetting, ...]] = {}
    for row in connection.execute(select(SETTINGS).where(SETTINGS.c.code == code).order_by(SETTINGS.c.kind, SETTINGS.c.since)):
        settings[row.kind] = (*settings.get(row.kind, ()), msgspec.json.decode(row.setting, type=PolicySetting))
    wide = connection.execute(select(WIDE).where(WIDE.c.code == code)).one_or_none()
    return Terms(
        tenant=tenant,
        certifiers=tuple((date.fromisoformat(row.since), row.title, row.name) for row in certifiers),
        seal_png=None if seal is None else bytes(seal),
        settings=settings,
        wide=None if wide is None else (date.fromisoformat(wide.since), wide.referral_seconds),
    )


def issuer_of(terms: Terms, refusal_seconds: float) -> Issuer | None:
    """The tenant as an issuer; None while a part is missing. `refusal_seconds` is how long after the question every refusal is answered."""
    if not terms.certifiers or terms.seal_png is None or not terms.settings:
        return None
    tenant = terms.tenant
    forms = tuple(
        (
            since,
            IssuerForm(
                municipality=tenant.code,
                prefecture=tenant.prefecture,
                name=tenant.name,
                certifier_title=title,
                certifier_name=name,
                seal_png=terms.seal_png,
                number_prefix=tenant.number_prefix,
            ),
        )
        for since, title, name in terms.certifiers
    )
    policies = {kind: policies_of(kind, settings) for kind, settings in terms.settings.items()}
    since, seconds = terms.wide or (None, REFERRAL_SECONDS)
    return Issuer(tenant.code, tenant.number_prefix, refusal_seconds, forms, policies, wide_tax_since=since, referral_seconds=seconds)
