"""The configuration of the shared cloud: one JSON file, parsed once, strict. What belongs to a tenant stands in the cloud's database and is changed without a restart."""

from pathlib import Path

import msgspec

from messages.configuration import ConfigInvalid, read_config
from screens.sign_in import StaffAccount
from storage.opening import POSTGRESQL

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


class Probes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The watch over the tenants: one of them every `turn_seconds` in turn; after a probe that could not be carried out, before it is served, the next not before `again_seconds`; after
    `failures_max` such probes in a row it is stopped. Each asks for `others_max` neighbours' canaries,
    and one that takes longer than `probe_seconds` could not be carried out."""

    turn_seconds: float = 20.0
    again_seconds: float = 5.0
    probe_seconds: float = 60.0
    failures_max: int = 3
    others_max: int = 16


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything the cloud is told at start.

    `name` is the party's name in its certificate, `database` the URL of the cloud's own database, `tenants` the folder of the tenants' files, `keys` that of their keys. Where `database` is on
    PostgreSQL, `tenants` is the URL of a role that may make tables and roles, and `processes` says how many processes serve with this configuration. `press_workers` 0 draws in the serving
    process itself; `uploads` is a folder where archives lie while they are read. Every refusal is
    answered `refusal_seconds` after the question; `documents_authority` (PEM) is the authority of all document signers: without it no tenant takes
    part in 課税証明書の広域交付; `crash_points` is a folder for rehearsals.
    """

    name: str
    door: Address
    office: Address
    tls: TlsFiles
    database: str
    tenants: str
    keys: Path
    uploads: Path | None = None
    processes: int = 1
    press_workers: int = 0
    staff: tuple[Staff, ...] = ()
    limits: Limits = Limits()
    probes: Probes = Probes()
    refusal_seconds: float = 0.7
    documents_authority: Path | None = None
    crash_points: Path | None = None


def load(file: Path) -> Config:
    """The configuration in `file`, checked, its paths absolute. Raises `ConfigInvalid`."""
    config = read_config(file, Config)
    limits, probes, served = config.limits, config.probes, config.database.startswith(POSTGRESQL + ":")
    checks = {
        "database and tenants: both on PostgreSQL, or both files": served is not config.tenants.startswith(POSTGRESQL + ":"),
        "processes: 1, or up to 64 on PostgreSQL": not 1 <= config.processes <= (64 if served else 1),
        "press_workers: 0 (drawn where it is asked) to 64": not 0 <= config.press_workers <= 64,
        "staff: each with the role operator": any(OPERATOR not in staff.roles for staff in config.staff),
        "refusal_seconds: 0 to 5": not 0 <= config.refusal_seconds <= 5,
        "limits: 1 <= in_work_of_tenant <= in_work": not 1 <= limits.in_work_of_tenant <= limits.in_work,
        "probes: seconds above zero, failures_max and others_max at least 1": min(probes.turn_seconds, probes.again_seconds, probes.probe_seconds)
        <= 0
        or min(probes.failures_max, probes.others_max) < 1,
        "limits: nothing below zero": min(limits.waiting_of_tenant, limits.open_tenants - 1) < 0,
    }
    for problem, found in checks.items():
        if found:
            raise ConfigInvalid(f"{file}: {problem}")
    folder = file.resolve().parent
    tenants = config.tenants if served else str(folder / config.tenants)
    return msgspec.structs.replace(config, tenants=tenants, uploads=config.uploads or folder / "uploads")


def accounts_of(config: Config) -> tuple[StaffAccount, ...]:
    """The cloud operators' accounts."""
    return tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)
