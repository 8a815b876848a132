"""How a tenant stands, for the operators' pages and `konbini bcl status` alike: state, people, age of its data, papers of today against its quota, last upload, last probe, what is missing.

Decides how old data are called (`age_of`). Numbers and instants only: no row of any resident is read here, they are counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from bcl_cloud.feeds.ages import ages_of_all
from bcl_cloud.feeds.feed_terms import terms_of as data_terms
from bcl_cloud.feeds.history import PastUpload, uploads
from bcl_cloud.joining.onboarding import Cloud, count_people, missing, papers_of_day, registers_of
from bcl_cloud.tenancy.places import ForeignRows, NoSuchTenant
from bcl_cloud.tenants.entries import Tenant, tenants
from bcl_cloud.tenants.probes_recorded import Probed, last_probe
from bcl_cloud.tenants.restarts import Asked, asked_for
from messages.conditions import RegisterAge
from storage.sqlite import AlreadyServed
from storage.store import StoreFailed

OLD_HOURS = 26
"""A night's upload and two hours."""

Age = Literal["none", "fresh", "old", "stops"]
AGE_WORDS: dict[Age, tuple[str, str, str]] = {
    "none": ("warn", "未登録", "never uploaded"),
    "fresh": ("good", "新しい", "fresh"),
    "old": ("warn", "古い", "old"),
    "stops": ("bad", "古いため交付停止", "too old: issuing is stopped"),
}
"""Each age of data as a colour and in words (ja, en)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in a tenant's own rows."""

    people: int
    ages: tuple[RegisterAge, ...]
    max_age_hours: Mapping[str, float]
    uploads: tuple[PastUpload, ...]
    papers_today: int

    @property
    def sequence(self) -> int | None:
        """Of the upload that stands."""
        return next((one.sequence for one in self.uploads if one.state == "applied"), None)


@dataclass(frozen=True, slots=True)
class Overview:
    """See the module's text. `rows` is None where they cannot be read; `registers` are those the tenant keeps here."""

    tenant: Tenant
    rows: Rows | None
    registers: tuple[str, ...]
    missing: tuple[str, ...]
    probe: Probed | None
    restart: Asked | None

    def oldest(self) -> datetime | None:
        """Of when its oldest data are, among the registers it keeps; None where one was never uploaded."""
        instants = [age.as_of for age in self.rows.ages if age.register in self.registers] if self.rows is not None else [None]
        known = [one for one in instants if one is not None]
        return min(known) if known and len(known) == len(instants) else None

    def age(self, now: datetime) -> Age:
        """The worst age among the registers it keeps."""
        if self.rows is None:
            return "none"
        found = {age_of(age, self.rows.max_age_hours, now) for age in self.rows.ages if age.register in self.registers}
        return next((age for age in _WORST_FIRST if age in found), "none")


_WORST_FIRST: tuple[Age, ...] = ("stops", "none", "old", "fresh")


def age_of(age: RegisterAge, max_age_hours: Mapping[str, float], now: datetime) -> Age:
    """How old one register's data are."""
    most = max_age_hours.get(age.register)
    if age.as_of is None:
        return "none" if most is None else "stops"
    hours = (now - age.as_of).total_seconds() / 3600
    if most is not None and hours > most:
        return "stops"
    return "old" if hours > OLD_HOURS else "fresh"


async def overviews(cloud: Cloud, now: datetime) -> tuple[Overview, ...]:
    """All tenants, by code."""
    return tuple([await overview(cloud, tenant, now) for tenant in await cloud.database.read(tenants)])


async def overview(cloud: Cloud, tenant: Tenant, now: datetime) -> Overview:
    """One tenant."""
    try:
        rows = await cloud.tenancy.store(tenant.code).read(read_rows, now)
    except (NoSuchTenant, ForeignRows, AlreadyServed, StoreFailed):
        rows = None
    return Overview(
        tenant=tenant,
        rows=rows,
        registers=await registers_of(cloud, tenant.code),
        missing=await missing(cloud, tenant.code, now),
        probe=await cloud.database.read(last_probe, tenant.code),
        restart=await cloud.database.read(asked_for, tenant.code),
    )


def read_rows(connection: Connection, now: datetime) -> Rows:
    """One step: what of a tenant's rows is shown to operators."""
    return Rows(
        people=count_people(connection),
        ages=ages_of_all(connection),
        max_age_hours=data_terms(connection).max_age_hours,
        uploads=uploads(connection, 20),
        papers_today=papers_of_day(connection, now),
    )
