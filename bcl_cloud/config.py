"""The configuration of the shared cloud: one JSON file, parsed once, strict. What belongs to a tenant stands in the cloud's database and is changed without a restart."""

from pathlib import Path

import msgspec

from messages.configuration import ConfigInvalid, read_config
from screens.sign_in import StaffAccount

__all__ = ["OPERATOR", "Config", "ConfigInvalid", "accounts_of", "load"]

OPERATOR = "operator"


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The party's own certificate and key, and the authority of all parties (PEM)."""

    certificate: Path
    key: Path
    authority: Path


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a door is opened."""

    host: str
    port: int


class Staff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cloud operator's account: argon2id hash, roles (`operator`)."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many requests are in work at once in all and of one tenant, how many of one may wait, how many tenants' databases stay open."""

    in_work: int = 128
    in_work_of_tenant: int = 32
    waiting_of_tenant: int = 256
    open_tenants: int = 64


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything the cloud is told at start.

    `name` is the party's name in its certificate, `database` the URL of the cloud's own database, `tenants` the folder of the tenants' files, `keys` that of their keys; every refusal is
    answered `refusal_seconds` after the question; `documents_authority` (PEM) is the authority of all document signers: without it no tenant takes
    part in 課税証明書の広域交付; `crash_points` is a folder for rehearsals.
    """

    name: str
    door: Address
    office: Address
    tls: TlsFiles
    database: str
    tenants: Path
    keys: Path
    staff: tuple[Staff, ...] = ()
    limits: Limits = Limits()
    refusal_seconds: float = 0.7
    documents_authority: Path | None = None
    crash_points: Path | None = None


def load(file: Path) -> Config:
    """The configuration in `file`, checked. Raises `ConfigInvalid`."""
    config = read_config(file, Config)
    limits = config.limits
    checks = {
        "staff: each with the role operator": any(OPERATOR not in staff.roles for staff in config.staff),
        "refusal_seconds: 0 to 5": not 0 <= config.refusal_seconds <= 5,
        "limits: 1 <= in_work_of_tenant <= in_work": not 1 <= limits.in_work_of_tenant <= limits.in_work,
        "limits: nothing below zero": min(limits.waiting_of_tenant, limits.open_tenants - 1) < 0,
    }
    for problem, found in checks.items():
        if found:
            raise ConfigInvalid(f"{file}: {problem}")
    return config


def accounts_of(config: Config) -> tuple[StaffAccount, ...]:
    """The cloud operators' accounts."""
    return tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)
