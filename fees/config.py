"""The configuration of the fee office, read once at the start: a JSON file in which an unknown, missing or contradictory word is an error.

Paths in the file are relative to the file's own folder. `rules_of` and `names_of` are the parts that decisions and pages are given; the rest is for `__main__`.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import msgspec

from fees.booking.accounts import Names
from fees.rules.collection import STANDARD, RouteRule
from fees.rules.commissions import CommissionRule
from fees.rules.dated import RulesRefused
from fees.rules.rule_book import ContributionRule, RuleBook, rule_book_of
from fees.rules.tariff import TariffRule
from messages.configuration import ConfigInvalid, read_config
from registers.numbers import is_digits, municipality_digit
from screens.sign_in import StaffAccount

__all__ = ["Config", "ConfigInvalid", "accounts_of", "load_config", "names_of", "rules_of"]

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Ident = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the file's sections."""


class ProtocolDoor(Section, frozen=True):
    """Where the issuance center is heard, and the certificate this party shows."""

    host: str
    port: Port
    certificate_file: Path
    key_file: Path
    ca_file: Path


class OfficeDoor(Section, frozen=True):
    """Where the staff's pages are."""

    host: str
    port: Port


class Named(Section, frozen=True):
    """A party of the books: `id` is a center's or operator's name, or a municipality's 6-digit code."""

    id: Ident
    name: str
    name_en: str


class Staff(Section, frozen=True):
    """An account of the office; `password_hash` is argon2id, `of` the municipality whose person this is (None: the center's own)."""

    name: str
    password_hash: str
    roles: tuple[str, ...]
    of: Ident | None = None


class Config(Section, frozen=True):
    """The whole file. The rules (`tariff` to `contributions`) are what the office begins with: from its first start on, those in its database count.

    `name` is the party's name in its certificate, `database` a URL; `pending_seconds` is how long money may wait for its paper before the page marks it."""

    name: str
    door: ProtocolDoor
    office: OfficeDoor
    database: str
    center: Named
    operators: tuple[Named, ...]
    municipalities: tuple[Named, ...]
    tariff: tuple[TariffRule, ...]
    commissions: tuple[CommissionRule, ...]
    routes: tuple[RouteRule, ...] = STANDARD
    contributions: tuple[ContributionRule, ...] = ()
    staff: tuple[Staff, ...] = ()
    pending_seconds: Annotated[int, msgspec.Meta(ge=0)] = 3600
    crash_points: Path | None = None


def load_config(file: Path) -> Config:
    """The configuration in `file`, checked, its paths absolute. Raises `ConfigInvalid`; rules that contradict each other are named in pairs."""
    config = read_config(file, Config)
    for problem in _problems(config):
        raise ConfigInvalid(f"{file}: {problem}")
    return config


def rules_of(config: Config) -> RuleBook:
    """The rules that the office begins with, as revision 1; raises `RulesRefused`."""
    return rule_book_of((*config.tariff, *config.commissions, *config.routes, *config.contributions), revision=1)


def names_of(config: Config) -> Names:
    """What the parties of the books are called."""
    return Names(
        operators={each.id: (each.name, each.name_en) for each in config.operators},
        municipalities={each.id: (each.name, each.name_en) for each in config.municipalities},
        center=(config.center.name, config.center.name_en),
    )


def accounts_of(config: Config) -> tuple[StaffAccount, ...]:
    """The staff's accounts."""
    return tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)


def _problems(config: Config) -> list[str]:
    codes = [each.id for each in config.municipalities]
    operators = [each.id for each in config.operators]
    problems = [f"municipalities: {code} is not a code of six digits with a right check digit" for code in codes if not _code_stands(code)]
    problems += [f"{code} stands twice" for code, count in Counter(codes + operators).items() if count > 1]
    problems += [f"tariff rule {rule.rule}: no municipality {rule.municipality}" for rule in config.tariff if rule.municipality not in codes]
    problems += [f"commission rule {rule.rule}: no operator {rule.operator}" for rule in config.commissions if rule.operator not in operators]
    problems += [f"staff {staff.name}: no municipality {staff.of}" for staff in config.staff if staff.of is not None and staff.of not in codes]
    problems += [
        f"{what} rule {rule.rule}: no municipality {rule.municipality}"
        for what, rules in (("commission", config.commissions), ("route", config.routes))
        for rule in rules
        if rule.municipality is not None and rule.municipality not in codes
    ]
    try:
        rules_of(config)
    except RulesRefused as refused:
        problems.append(f"rules that cannot stand: {refused}")
    return problems


def _code_stands(code: str) -> bool:
    return is_digits(code, 6) and municipality_digit(code[:5]) == code[5]
