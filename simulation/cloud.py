"""The shared cloud of the simulated town: its tenants brought in through the cloud's own steps of onboarding, their rows in a database each, opened through the cloud's own door."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, MetaData

from bcl_cloud.joining.onboarding import Cloud, Description, StaffSetting, onboard, open_tenant
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import check_file, mark
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenancy.places import NoSuchTenant
from bcl_cloud.tenancy.tables import tables_of_file
from bcl_cloud.tenants.tables import METADATA
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.policy import Policy
from certificates.printing import Printed
from issuer.clerks.office import CLERK, TAX
from issuer.terms import Certifier, PolicySetting
from registers.population import Population
from simulation import demonstration as demo
from simulation.issuers import IssuerOf
from simulation.municipal_data import send_everything
from simulation.municipalities import BCL, wide_since
from simulation.registers_filled import approve_tax_year
from simulation.store import QuietStore, open_database
from storage.store import Store

WHO, WHY, CLERK_NAME = "BCL運用", "見本の町の用意", "市民課"
NOBODY = "-"
"""A password's hash that no password has: there are no pages to sign in to."""


class NotReady(Exception):
    """A tenant lacks something that the town should have given it; `str()` says what."""


class TenantDatabases:
    """The places of all tenants (`bcl_cloud.tenancy.places.Places`), each a database in memory; `opened` makes the store of one."""

    kind = "sqlite"
    shared_by_processes = False

    def __init__(self, databases: Mapping[str, Engine], opened: Callable[[str, Engine], Store]) -> None:
        self._databases = databases
        self._opened = opened

    async def create(self, code: str) -> None:
        """Mark the database of a new tenant as its own."""
        metadata = _tables(code)
        store = self._store(code)
        await store.write(mark, metadata)
        await store.read(check_file, code, metadata)

    async def open(self, code: str, *, sole: bool) -> Store:
        """The store of one tenant. Raises `NoSuchTenant`, `ForeignRows`."""
        del sole  # one process has the whole town
        store = self._store(code)
        await store.read(check_file, code, _tables(code))
        return store

    async def close(self) -> None:
        """Nothing is held between two openings."""

    def _store(self, code: str) -> Store:
        engine = self._databases.get(f"{BCL}-{code}")
        if engine is None:
            raise NoSuchTenant(code)
        return self._opened(code, engine)


class _Unseen:
    """Stands in for the press while the trial of a tenant is drawn: eighty specimens that nobody looks at would take longer than a morning of the simulation."""

    state = "ok"

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `issuer.press.Press`."""
        del form, now
        return Printed(sheets=1, face=face.title.encode(), codes=())

    def close(self) -> None:
        """There is nothing to let go of."""


def tenant_database(code: str) -> Engine:
    """An empty database whose every table is this tenant's alone."""
    return open_database(_tables(code))


def prepare_cloud(
    tenants: Sequence[IssuerOf],
    people: Mapping[str, Population],
    databases: Mapping[str, Engine],
    keys: Path,
    now: datetime,
    token: Callable[[int], bytes],
) -> None:
    """Bring all tenants in, have them upload their registers, and open them. `people` by code: what the registers say. Raises `NotReady`, `NotTaken`."""
    asyncio.run(_prepare(tenants, people, databases, keys, now, token))


async def _prepare(
    tenants: Sequence[IssuerOf],
    people: Mapping[str, Population],
    databases: Mapping[str, Engine],
    keys: Path,
    now: datetime,
    token: Callable[[int], bytes],
) -> None:
    tenancy = Tenancy(TenantDatabases(databases, lambda _code, engine: QuietStore(engine)), sole=True)
    cloud = Cloud(QuietStore(databases[BCL]), tenancy, KeyFolders(keys))
    for tenant in tenants:
        code, population = tenant.place.code, people[tenant.place.code]
        cloud.keys.install(code, tenant.keys.key, tenant.keys.code_key, tenant.referral_key)
        cloud.keys.take_certificate(code, tenant.keys.certificate)
        await onboard(cloud, _description(tenant, keys), None, WHO, WHY, now, token)
        await send_everything(cloud, code, population, CLERK_NAME, WHY, now)
        await tenancy.store(code).write(approve_tax_year, tenant.place, tenant.issuer, "税務課", now)
        await draw_trial(cloud, code, WHO, WHY, now, _Unseen())
        await look_at_all(cloud, code, CLERK_NAME, now)
        lacking = await open_tenant(cloud, code, WHO, WHY, now)
        if lacking:
            raise NotReady(f"{code}: {', '.join(lacking)}")
    await tenancy.close()


def _description(tenant: IssuerOf, folder: Path) -> Description:
    place = tenant.place
    seal = folder / f"{place.code}.seal.png"
    seal.write_bytes(place.seal_png)
    return Description(
        municipality=place.code,
        prefecture=place.city.prefecture,
        municipality_name=place.city.name,
        municipality_name_en=place.city.name_en,
        number_prefix=tenant.issuer.number_prefix,
        certifiers=(Certifier(since=demo.OFFERED_FROM, title=place.title, name=demo.CERTIFIER),),
        policies={kind: (_setting(policies[0][1]),) for kind, policies in tenant.issuer.policies.items()},
        seal=seal,
        wide_tax_since=wide_since(place, tenant.kinds),
        staff=(StaffSetting(name=CLERK_NAME, password_hash=NOBODY, roles=(CLERK, TAX)),),
    )


def _setting(policy: Policy) -> PolicySetting:
    return PolicySetting(
        since=demo.OFFERED_FROM,
        options=policy.options,
        forms=policy.forms,
        copies_max=policy.copies_max,
        leaving_blocks=policy.leaving_blocks,
        undeclared=policy.undeclared,
        years=policy.years,
        year_opens=policy.year_opens,
        years_need_approval=policy.years_need_approval,
        switch_days=policy.switch_days,
    )


@cache
def _tables(code: str) -> MetaData:
    return tables_of_file(code)


__all__ = ["METADATA", "NotReady", "TenantDatabases", "prepare_cloud", "tenant_database"]
