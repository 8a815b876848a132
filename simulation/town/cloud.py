"""Prepares the shared cloud of a town: its tenants with terms, keys, seals, staff and registers, each through the steps of docs/bcl-onboarding.md, by the functions that commands and pages call;
and opens them. Nothing is put into a tenant's registers but by an upload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.manifest import REGISTERS
from bcl_cloud.joining.onboarding import Cloud, Description, StaffSetting, onboard, open_tenant
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants.entries import set_forms, staff_of_tenant
from bcl_cloud.tenants.tables import METADATA
from bcl_cloud.tenants.terms import terms_of
from certificates.kinds import KINDS
from issuer.terms import Certifier, Issuer, PolicySetting
from registers.population import Population
from registers.residents.resident import Resident
from simulation import demonstration as demo
from simulation.document_keys import IssuerKeys
from simulation.municipal_data import entered, send_everything
from simulation.municipalities import BCL, TAX_KIND, Place, issuer_at, opened_by_approval, policy_at, wide_since
from simulation.registers_filled import approve_tax_year
from simulation.town.authorities import load_root
from simulation.town.entitlements import Entitlements, entitlements
from simulation.town.folders import Folders
from simulation.town.use_states import UseCase, enter_uses
from storage.opening import open_store

WHY = "見本の町の用意"
WHY_HOURS = "見本の町の受付時間"
DATA_TERMS = FeedTerms(max_age_hours=dict.fromkeys(REGISTERS, demo.DATA_HOURS_MAX))
"""What every tenant has decided about its data."""


class NotReady(Exception):
    """A tenant lacks something that the demonstration should have given it; `str()` says what."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One municipality on the cloud: what it brings."""

    place: Place
    keys: IssuerKeys
    population: Population
    residents: tuple[Resident, ...]
    serials: tuple[str, ...]
    staff: tuple[StaffSetting, ...]
    uses: tuple[UseCase, ...] = ()

    def works_as(self, role: str) -> str:
        """The name of its first member of staff in this role."""
        return next(member.name for member in self.staff if role in member.roles)


def tenants_folder(folders: Folders) -> Path:
    """The tenants' files."""
    return folders.party(BCL) / "tenants"


def keys_folder(folders: Folders) -> Path:
    """The tenants' keys."""
    return folders.party(BCL) / "keys"


def database_url(folders: Folders) -> str:
    """The cloud's own database."""
    return f"sqlite:///{folders.database(BCL).resolve()}"


async def prepare_cloud(folders: Folders, tenants: Sequence[Tenant], now: datetime, token: Any) -> dict[str, Entitlements]:
    """All tenants, open; what each card's holder can have from the cloud, by its serial. Raises `NotReady`, `NotTaken`."""
    tenants_folder(folders).mkdir(parents=True, exist_ok=True, mode=0o700)
    cloud = await opened_cloud(folders)
    allowed: dict[str, Entitlements] = {}
    for tenant in tenants:
        code, issuer = tenant.place.code, issuer_at(tenant.place, tenant.place.bcl_kinds)
        cloud.keys.install(code, tenant.keys.key, tenant.keys.code_key, ec.generate_private_key(ec.SECP256R1()))
        cloud.keys.take_certificate(code, tenant.keys.certificate)
        await onboard(cloud, _description(folders, tenant), load_root(folders, "documents"), demo.CLOUD_OPERATOR, WHY, now, token)
        store = cloud.tenancy.store(code)
        await store.write(decide, DATA_TERMS, tenant.works_as("clerk"), now)
        await send_everything(cloud, code, entered(tenant.population, tenant.residents), tenant.works_as("clerk"), WHY, now)
        if TAX_KIND in tenant.place.bcl_kinds:
            await store.write(approve_tax_year, tenant.place, issuer, tenant.works_as("tax"), now)
        if tenant.uses:
            await store.write(enter_uses, tenant.uses, tenant.works_as("clerk"), now, token)
        await _try_out(cloud, code, tenant.works_as("clerk"), now)
        lacking = await open_tenant(cloud, code, demo.CLOUD_OPERATOR, WHY, now)
        if lacking:
            raise NotReady(f"{code}: {', '.join(lacking)}")
        allowed |= await store.read(allowed_to, issuer, tenant.serials, now)
        await store.close()
    await close_cloud(cloud)
    return allowed


def allowed_to(connection: Connection, issuer: Issuer, serials: Sequence[str], now: datetime) -> dict[str, Entitlements]:
    """What the holders of these cards can have from one issuer of one municipality."""
    return {serial: entitlements(connection, issuer, serial, now) for serial in serials}


def merged(first: Mapping[str, Entitlements], second: Mapping[str, Entitlements]) -> dict[str, Entitlements]:
    """What people can have from two issuers together: a municipality may have its kinds on two."""
    both = {**second, **first}
    for serial in first.keys() & second.keys():
        one, other = first[serial], second[serial]
        kinds = tuple(kind for kind in KINDS if kind in one.kinds + other.kinds)
        both[serial] = Entitlements(kinds, one.persons or other.persons, one.years or other.years)
    return both


def _description(folders: Folders, tenant: Tenant) -> Description:
    place = tenant.place
    seal = keys_folder(folders) / f"{place.code}.seal.png"
    seal.write_bytes(place.seal_png)
    return Description(
        municipality=place.code,
        prefecture=place.city.prefecture,
        municipality_name=place.city.name,
        municipality_name_en=place.city.name_en,
        number_prefix=issuer_at(place, place.bcl_kinds).number_prefix,
        certifiers=(Certifier(since=demo.OFFERED_FROM, title=place.title, name=demo.CERTIFIER),),
        policies=tenant_policies(place, real_hours=False),
        seal=seal,
        staff=tenant.staff,
        wide_tax_since=wide_since(place, place.bcl_kinds),
    )


async def keep_hours(folders: Folders, places: Sequence[Place], now: datetime, *, real_hours: bool) -> None:
    """The tenants' terms as this opening has them: with the real hours tax papers are closed on the days of the switch. Nothing is written where they are so already; else the forms are tried anew."""
    cloud = await opened_cloud(folders)
    try:
        for place in places:
            wanted = tenant_policies(place, real_hours=real_hours)
            terms = await cloud.database.read(terms_of, place.code)
            if terms is not None and terms.settings != wanted:
                await cloud.database.write(set_forms, place.code, wanted, demo.CLOUD_OPERATOR, WHY_HOURS, now)
                await _try_out(cloud, place.code, await clerk_of(cloud, place.code), now)
    finally:
        await close_cloud(cloud)


async def _try_out(cloud: Cloud, code: str, clerk: str, now: datetime) -> None:
    """Specimens of every form, and a look at each."""
    await draw_trial(cloud, code, demo.CLOUD_OPERATOR, WHY, now)
    await look_at_all(cloud, code, clerk, now)


async def clerk_of(cloud: Cloud, code: str) -> str:
    """The name of a tenant's first clerk."""
    return next(account.name for account in await cloud.database.read(staff_of_tenant, code) if "clerk" in account.roles)


async def opened_cloud(folders: Folders) -> Cloud:
    """The cloud of a prepared town, beside whoever serves it. To be closed with `close_cloud`."""
    database = await open_store(database_url(folders), METADATA, sole=False)
    return Cloud(database, Tenancy(TenantFiles(tenants_folder(folders)), sole=False), KeyFolders(keys_folder(folders)))


async def close_cloud(cloud: Cloud) -> None:
    """Let go of everything."""
    await cloud.tenancy.close()
    await cloud.database.close()


def tenant_policies(place: Place, *, real_hours: bool) -> dict[str, tuple[PolicySetting, ...]]:
    """What the cloud issues for a municipality, by kind."""
    return {kind: (msgspec.convert(policy_setting(place, kind, real_hours=real_hours), PolicySetting),) for kind in place.bcl_kinds}


def policy_setting(place: Place, kind: str, *, real_hours: bool) -> dict[str, Any]:
    """What a municipality offers of a kind, as a setting of an issuer's configuration."""
    policy = opened_by_approval(policy_at(place, KINDS[kind]), real_hours=real_hours)
    return {
        "since": demo.OFFERED_FROM.isoformat(),
        "options": list(policy.options),
        "forms": list(policy.forms),
        "copies_max": policy.copies_max,
        "years": policy.years,
        "year_opens": list(policy.year_opens),
        "undeclared": policy.undeclared,
        "years_need_approval": policy.years_need_approval,
        "switch_days": policy.switch_days,
    }
