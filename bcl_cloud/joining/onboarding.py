"""From nothing to issuing, step by step: the tenant's row and place, its keys and certificate, seal, certifiers, forms, staff, data, trial issue. What a command and a page call alike.

Decides when a tenant may be opened: when nothing on the list is missing. A step that was done is done again without harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import Connection, func, select

from bcl_cloud.feeds.manifest import REGISTERS
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenancy.places import NoSuchTenant
from bcl_cloud.tenants import canaries_planted, trials
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.canary_papers import parts_wanted
from bcl_cloud.tenants.entries import NewTenant, TenantRefused
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.probes_recorded import void
from bcl_cloud.tenants.specimen_papers import due_papers
from bcl_cloud.tenants.terms import REFERRAL_SECONDS, Terms, issuer_of, terms_of
from bcl_cloud.tenants.trials import TrialLine
from certificates.kinds import KINDS
from certificates.seal import seal_image
from issuer.issue_tables import SERIES
from issuer.terms import Certifier, Issuer, PolicySetting
from registers.residents.schema import COUNTED, RESIDENTS
from screens.sign_in import StaffAccount
from storage.instants import JST
from storage.store import Store
from trust.authority import Authority

STEPS: dict[str, tuple[str, str]] = {
    "keys": ("鍵", "Keys"),
    "certificate": ("職責証明書", "Document certificate"),
    "seal": ("公印", "Seal"),
    "certifiers": ("認証者", "Certifiers"),
    "forms": ("証明書の設定", "Certificates offered"),
    "staff": ("職員", "Staff"),
    "data": ("連携用データ", "Register data"),
    "trial": ("試験発行の確認", "Trial issue looked at"),
}
"""What must be there before a tenant is opened (ja, en)."""


class StaffSetting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clerk's account: argon2id hash, roles (`clerk`, `protection_clerk`, `tax`)."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


class Description(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a municipality hands over when it joins; `seal` is a PNG, `wide_tax_since` the day it joined 課税証明書の広域交付, `referral_seconds` how long a referral of its is good."""

    municipality: str
    prefecture: str
    municipality_name: str
    municipality_name_en: str
    number_prefix: str
    certifiers: tuple[Certifier, ...]
    policies: dict[str, tuple[PolicySetting, ...]]
    seal: Path
    wide_tax_since: date | None = None
    referral_seconds: int = REFERRAL_SECONDS
    staff: tuple[StaffSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class Cloud:
    """What the steps work on: the cloud's database, the door to the tenants' rows, the tenants' keys."""

    database: Store
    tenancy: Tenancy
    keys: KeyFolders


async def onboard(
    cloud: Cloud, told: Description, authority: Authority | None, who: str, why: str, now: datetime, token: Callable[[int], bytes]
) -> tuple[str, ...]:
    """Every step but the data, as far as they go; the steps that are still missing. Without `authority` a certificate request is left in the key folder.

    Raises `TenantRefused`, `tenant_tables.NoTenantCode`, `trust.authority.KeyUnusable`, OSError for a seal that cannot be read.
    """
    seal_png = told.seal.read_bytes()
    try:
        seal_image(seal_png)
    except ValueError:
        raise TenantRefused("seal_invalid") from None
    if not told.policies or any(kind not in KINDS for kind in told.policies):
        raise TenantRefused("forms_invalid")
    await cloud.database.write(describe, told, seal_png, who, why, now)
    code, full_name = told.municipality, told.prefecture + told.municipality_name
    await place(cloud, code, token)
    await plant_canary(cloud, code, token, who, why, now)
    made = cloud.keys.make(code)
    if made:
        await cloud.database.write(tenants.note_prepared, code, "keys", " ".join(made), who, why, now)
    if cloud.keys.certificate_until(code) is None:
        if authority is None:
            cloud.keys.request(code, full_name)
        else:
            cloud.keys.certify(code, full_name, authority, now, token)
            await cloud.database.write(tenants.note_prepared, code, "certificate", authority.name, who, why, now)
    return await missing(cloud, code, now)


def describe(connection: Connection, told: Description, seal_png: bytes, who: str, why: str, now: datetime) -> None:
    """Enter what the municipality handed over, all of it or nothing."""
    code = told.municipality
    if tenants.find(connection, code) is None:
        new = NewTenant(code, told.prefecture, told.municipality_name, told.municipality_name_en, told.number_prefix)
        tenants.create(connection, new, who, why, now)
    tenants.set_seal(connection, code, seal_png, who, why, now)
    tenants.set_certifiers(connection, code, told.certifiers, who, why, now)
    tenants.set_forms(connection, code, told.policies, who, why, now)
    tenants.set_wide(connection, code, told.wide_tax_since, told.referral_seconds, who, why, now)
    accounts = tuple(StaffAccount(one.name, one.password_hash, one.roles) for one in told.staff)
    tenants.set_staff(connection, code, accounts, who, why, now)


async def place(cloud: Cloud, code: str, token: Callable[[int], bytes]) -> None:
    """Make the place of a tenant's rows; on PostgreSQL its role's password before."""
    if cloud.tenancy.shared_by_processes:
        cloud.keys.make_password(code, token)
    await cloud.tenancy.create(code)


async def plant_canary(cloud: Cloud, code: str, token: Callable[[int], bytes], who: str, why: str, now: datetime) -> None:
    """Let the tenant's canary stand in its registers as it was entered; what of it does not stand (any more) is planted again. Raises `TenantRefused` (`unknown`)."""
    tenant = await cloud.database.read(tenants.demanded, code)
    canary = await cloud.database.write(canaries_planted.enter, code, token, who, why, now)
    store = cloud.tenancy.store(code)
    if not await store.read(canaries_planted.stands, canary):
        await store.write(canaries_planted.plant, canary, canaries_planted.address_of(tenant), now)
    terms = await cloud.database.read(terms_of, code)
    wanted = parts_wanted(terms.settings if terms is not None else (), now.astimezone(JST).date())
    lacking = set(wanted) - set(await store.read(canaries_planted.parts_standing, canary))
    if lacking:
        await store.write(canaries_planted.plant_parts, canary, tenant, lacking, now)
    await cloud.database.write(canaries_planted.note_parts, code, wanted)


async def missing(cloud: Cloud, code: str, now: datetime) -> tuple[str, ...]:
    """The steps (`STEPS`) that a tenant still lacks. Raises `TenantRefused` (`unknown`)."""
    terms = await cloud.database.read(terms_of, code)
    if terms is None:
        raise TenantRefused("unknown")
    until = cloud.keys.certificate_until(code)
    try:
        people = await cloud.tenancy.store(code).read(count_people)
    except NoSuchTenant:
        people = 0
    there = {
        "keys": all((cloud.keys.folder(code) / f"{name}.key").is_file() for name in ("documents", "codes", "referral")),
        "certificate": until is not None and until > now,
        **_terms_there(terms),
        "staff": any(trials.LOOKERS.intersection(account.roles) for account in await cloud.database.read(tenants.staff_of_tenant, code)),
        "data": people > 0,
    }
    issuer, lines = await trial_of(cloud, code, now)
    there["trial"] = issuer is not None and not trials.still_due(lines)
    return tuple(step for step in STEPS if not there[step])


async def trial_of(cloud: Cloud, code: str, now: datetime) -> tuple[Issuer | None, tuple[TrialLine, ...]]:
    """The tenant with all it has decided, looked at or not (None while a part is missing), and how each paper of its trial issue stands. Raises `TenantRefused` (`unknown`)."""
    terms = await cloud.database.read(terms_of, code)
    if terms is None:
        raise TenantRefused("unknown")
    issuer = issuer_of(terms, 0.0)
    if issuer is None:
        return None, ()
    due = due_papers(issuer, now.astimezone(JST).date())
    return issuer, await cloud.database.read(trials.trial_lines, code, due)


async def open_tenant(cloud: Cloud, code: str, who: str, why: str, now: datetime) -> tuple[str, ...]:
    """Let a prepared tenant issue; the steps that are missing, and then nothing is changed. Raises `TenantRefused` (`unknown`, `not_now`)."""
    lacking = await missing(cloud, code, now)
    if not lacking:
        await cloud.database.write(set_open, code, who, why, now)
    return lacking


async def registers_of(cloud: Cloud, code: str) -> tuple[str, ...]:
    """The registers that a tenant keeps in the cloud: those of the kinds it offers, and its residents always. Raises `TenantRefused` (`unknown`)."""
    terms = await cloud.database.read(terms_of, code)
    if terms is None:
        raise TenantRefused("unknown")
    read = {KINDS[kind].register for kind in terms.settings} | {"residents"}
    return tuple(register for register in REGISTERS if register in read)


def note_upload(connection: Connection, code: str, archive: str, who: str, why: str, now: datetime) -> None:
    """An upload was begun. It changes no terms: whoever is being served goes on."""
    tenants.demanded(connection, code)
    note(connection, Entry(who, code, "upload", archive, why), now)


def note_handover(
    connection: Connection, code: str, doing: Literal["hand_over", "take_over"], digest: str, who: str, why: str, now: datetime
) -> None:
    """A hand-over (SHA-256 of its content in hex) was written out of a tenant's rows, or is being entered there."""
    tenants.demanded(connection, code)
    note(connection, Entry(who, code, doing, f"sha256 {digest}", why), now)


def set_open(connection: Connection, code: str, who: str, why: str, now: datetime) -> None:
    """From preparation to issuing; never from a stop, which has its own way back."""
    if tenants.demanded(connection, code).state == "preparing":
        tenants.move(connection, code, "try", "", now)
    tenants.move(connection, code, "open", "", now)
    note(connection, Entry(who, code, "open", "", why), now)


def set_closed(connection: Connection, code: str, who: str, why: str, now: datetime) -> None:
    """Stop a tenant at once. Raises `TenantRefused` (`unknown`, `not_now`, `why_missing`)."""
    if not why.strip():
        raise TenantRefused("why_missing")
    tenant = tenants.demanded(connection, code)
    # A leak stays one, whoever stops the tenant once more.
    tenants.move(connection, code, "close", tenant.reason if tenant.state == "stopped" else "closed", now)
    void(connection, code)  # whoever wanted it to go on has not known of this
    note(connection, Entry(who, code, "close", "", why), now)


def count_people(connection: Connection) -> int:
    """How many people stand in the resident register."""
    return int(connection.execute(select(func.count()).select_from(RESIDENTS).where(COUNTED)).scalar_one())


def papers_of_day(connection: Connection, now: datetime) -> int:
    """How many numbers were given today."""
    day = now.astimezone(JST).date().isoformat()
    return int(connection.execute(select(func.coalesce(func.sum(SERIES.c.last), 0)).where(SERIES.c.day == day)).scalar_one())


def _terms_there(terms: Terms) -> dict[str, bool]:
    began: date | None = min((setting.since for settings in terms.settings.values() for setting in settings), default=None)
    return {"seal": terms.seal_png is not None, "certifiers": bool(terms.certifiers), "forms": began is not None}
