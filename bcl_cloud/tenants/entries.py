"""The tenants in the cloud's database: created, described, and moved from state to state. Every function is one step of a transaction and notes in the journal what it changed.

Decides nothing of what a tenant must have before it may open (`onboarding`) and knows no resident.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from bcl_cloud.tenancy.tables import checked_code
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.states import Happening, State, after
from bcl_cloud.tenants.tables import CERTIFIERS, SEALS, SETTINGS, STAFF, TENANTS, WIDE
from issuer.clerks.office import CLERK, PROTECTION_CLERK, TAX
from issuer.terms import Certifier, PolicySetting, policies_of
from screens.sign_in import StaffAccount
from storage.instants import instant, stamp
from trust.referrals import SECONDS_MAX

PAPERS_PER_DAY_MAX = 20_000
ROLES = (CLERK, PROTECTION_CLERK, TAX)


class TenantRefused(Exception):
    """A change that is not made; `code` is a word of `onboarding_words`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as the cloud knows it. `weight` is its share of turns, `revision` moves with every change of it or of its terms."""

    code: str
    prefecture: str
    name: str
    name_en: str
    number_prefix: str
    state: State
    reason: str
    since: datetime
    papers_per_day_max: int
    weight: int
    revision: int


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What a tenant is created from. `number_prefix` is how its 発行番号 begin, its own among all tenants."""

    code: str
    prefecture: str
    name: str
    name_en: str
    number_prefix: str


def create(connection: Connection, new: NewTenant, who: str, why: str, now: datetime) -> None:
    """Enter a tenant. Raises `TenantRefused` (`exists`, `prefix_taken`, `name_missing`), `tenant_tables.NoTenantCode`."""
    checked_code(new.code)
    if not all(text.strip() for text in (new.prefecture, new.name, new.name_en, new.number_prefix)) or len(new.number_prefix) > 40:
        raise TenantRefused("name_missing")
    if find(connection, new.code) is not None:
        raise TenantRefused("exists")
    if connection.execute(select(TENANTS.c.code).where(TENANTS.c.number_prefix == new.number_prefix)).first() is not None:
        raise TenantRefused("prefix_taken")
    row = {
        "code": new.code,
        "prefecture": new.prefecture,
        "name": new.name,
        "name_en": new.name_en,
        "number_prefix": new.number_prefix,
        "state": "new",
        "reason": "",
        "since": stamp(now),
        "papers_per_day_max": PAPERS_PER_DAY_MAX,
        "weight": 1,
        "revision": 1,
    }
    connection.execute(insert(TENANTS).values(row))
    note(connection, Entry(who, new.code, "create", f"{new.prefecture}{new.name}", why), now)


def find(connection: Connection, code: str) -> Tenant | None:
    """One tenant."""
    row = connection.execute(select(TENANTS).where(TENANTS.c.code == code)).one_or_none()
    return None if row is None else _tenant(row._asdict())


def tenants(connection: Connection) -> tuple[Tenant, ...]:
    """All of them, by code."""
    return tuple(_tenant(row._asdict()) for row in connection.execute(select(TENANTS).order_by(TENANTS.c.code)))


def move(connection: Connection, code: str, happening: Happening, reason: str, now: datetime) -> State:
    """The state of a tenant after what happened. Raises `TenantRefused` (`unknown`, `not_now`)."""
    tenant = demanded(connection, code)
    state = after(tenant.state, happening)
    if state is None:
        raise TenantRefused("not_now")
    values: dict[str, object] = {"state": state, "revision": tenant.revision + 1}
    if state != tenant.state or reason:
        values |= {"reason": reason if state == "stopped" else "", "since": stamp(now)}
    connection.execute(update(TENANTS).where(TENANTS.c.code == code).values(values))
    return state


def demanded(connection: Connection, code: str) -> Tenant:
    """One tenant. Raises `TenantRefused` (`unknown`)."""
    tenant = find(connection, code)
    if tenant is None:
        raise TenantRefused("unknown")
    return tenant


def set_certifiers(connection: Connection, code: str, certifiers: tuple[Certifier, ...], who: str, why: str, now: datetime) -> None:
    """Who certifies from which day, all of them. Raises `TenantRefused` (`unknown`, `certifiers_invalid`)."""
    tenant = demanded(connection, code)
    days = {certifier.since for certifier in certifiers}
    titled = all(one.name.strip() and one.title.startswith(tenant.prefecture) for one in certifiers)
    if not certifiers or len(days) != len(certifiers) or not titled:
        raise TenantRefused("certifiers_invalid")
    rows = [{"code": code, "since": one.since.isoformat(), "title": one.title, "name": one.name} for one in certifiers]
    connection.execute(delete(CERTIFIERS).where(CERTIFIERS.c.code == code))
    connection.execute(insert(CERTIFIERS), rows)
    _changed(connection, tenant, Entry(who, code, "certifiers", f"{len(rows)}", why), now)


def set_forms(connection: Connection, code: str, policies: dict[str, tuple[PolicySetting, ...]], who: str, why: str, now: datetime) -> None:
    """What is offered of each kind from which day, all of it. Raises `TenantRefused` (`unknown`, `forms_invalid`)."""
    tenant = demanded(connection, code)
    try:
        for kind, settings in policies.items():
            policies_of(kind, settings)
    except (ValueError, KeyError):
        raise TenantRefused("forms_invalid") from None
    if not any(policies.values()):
        raise TenantRefused("forms_invalid")
    rows = [
        {"code": code, "kind": kind, "since": setting.since.isoformat(), "setting": msgspec.json.encode(setting).decode()}
        for kind, settings in policies.items()
        for setting in settings
    ]
    connection.execute(delete(SETTINGS).where(SETTINGS.c.code == code))
    connection.execute(insert(SETTINGS), rows)
    _changed(connection, tenant, Entry(who, code, "forms", " ".join(sorted(policies)), why), now)


def set_seal(connection: Connection, code: str, png: bytes, who: str, why: str, now: datetime) -> None:
    """The picture of the 公印 (PNG, looked at by the caller: `certificates.seal.seal_image`)."""
    tenant = demanded(connection, code)
    connection.execute(delete(SEALS).where(SEALS.c.code == code))
    connection.execute(insert(SEALS).values(code=code, png=png, set_at=stamp(now)))
    _changed(connection, tenant, Entry(who, code, "seal", f"PNG {len(png):,} B", why), now)


def set_limits(connection: Connection, code: str, papers_per_day_max: int, weight: int, who: str, why: str, now: datetime) -> None:
    """How many papers it may have made in a day, and its share of turns. Raises `TenantRefused` (`limits_invalid`)."""
    tenant = demanded(connection, code)
    if not 1 <= papers_per_day_max <= 1_000_000 or not 1 <= weight <= 100:
        raise TenantRefused("limits_invalid")
    connection.execute(update(TENANTS).where(TENANTS.c.code == code).values(papers_per_day_max=papers_per_day_max, weight=weight))
    _changed(connection, tenant, Entry(who, code, "limits", f"{papers_per_day_max} / {weight}", why), now)


def set_wide(connection: Connection, code: str, since: date | None, referral_seconds: int, who: str, why: str, now: datetime) -> None:
    """課税証明書の広域交付: joined from this day on (None: not, or no longer), and how many seconds a referral of theirs is good. Raises `TenantRefused` (`wide_invalid`)."""
    tenant = demanded(connection, code)
    if not 1 <= referral_seconds <= SECONDS_MAX:
        raise TenantRefused("wide_invalid")
    connection.execute(delete(WIDE).where(WIDE.c.code == code))
    if since is not None:
        connection.execute(insert(WIDE).values(code=code, since=since.isoformat(), referral_seconds=referral_seconds))
    _changed(connection, tenant, Entry(who, code, "wide", since.isoformat() if since is not None else "-", why), now)


def set_staff(connection: Connection, code: str, accounts: tuple[StaffAccount, ...], who: str, why: str, now: datetime) -> None:
    """The accounts of one tenant's clerks, all of them. Raises `TenantRefused` (`staff_invalid`)."""
    tenant = demanded(connection, code)
    if len({account.name for account in accounts}) != len(accounts) or any(not set(account.roles) & set(ROLES) for account in accounts):
        raise TenantRefused("staff_invalid")
    rows = [{"code": code, "name": one.name, "password_hash": one.password_hash, "roles": " ".join(one.roles)} for one in accounts]
    connection.execute(delete(STAFF).where(STAFF.c.code == code))
    if rows:
        connection.execute(insert(STAFF), rows)
    _changed(connection, tenant, Entry(who, code, "staff", " ".join(one.name for one in accounts), why), now)


def staff_of_tenant(connection: Connection, code: str) -> tuple[StaffAccount, ...]:
    """The accounts of one tenant's clerks."""
    rows = connection.execute(select(STAFF).where(STAFF.c.code == code).order_by(STAFF.c.name))
    return tuple(StaffAccount(row.name, row.password_hash, tuple(row.roles.split())) for row in rows)


def note_prepared(connection: Connection, code: str, doing: str, detail: str, who: str, why: str, now: datetime) -> None:
    """A step of the preparation that lies outside this database (keys, a certificate, an upload) was done."""
    _changed(connection, demanded(connection, code), Entry(who, code, doing, detail, why), now)


def _changed(connection: Connection, tenant: Tenant, entry: Entry, now: datetime) -> None:
    move(connection, tenant.code, "prepare", tenant.reason, now)
    note(connection, entry, now)


def _tenant(row: dict[str, Any]) -> Tenant:
    return Tenant(**(row | {"since": instant(row["since"])}))
