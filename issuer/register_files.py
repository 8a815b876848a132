"""The files of each register: which there are, how they are read, and what puts their content in the register's place.

Decides which files belong to a register. What a line may say is each register's own `csv_form`; which characters can be printed is the fonts'. Nothing is written here before `put` is called
inside a transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from io import BytesIO
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from certificates.fonts.selection import missing_glyphs
from issuer.kept_cards import kept_serials, with_serials
from registers.csv_table import BadLine, Rejected
from registers.koseki import csv_form as koseki_form
from registers.residents import csv_form as residents_form
from registers.residents.tables import residents_in_order
from registers.seal import csv_form as seal_form
from registers.tax import csv_form as tax_form
from registers.tax import outsider_form
from registers.tax.outsiders import replace_outsiders

Lines = Mapping[str, tuple[BadLine, ...]]
"""Faults or warnings by file."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import brought and what it left alone, by name (`residents`, `households`; `serials`, `protections` …)."""

    brought: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Contents:
    """What was handed in: the bytes of each file by its word (`csv`, `members`, `fuhyo`), the pictures of seals, and of whom residents' births are known (宛名番号 -> birth date).

    `pictures` notes the SHA-256 of each picture that was read.
    """

    files: Mapping[str, bytes]
    imprint: seal_form.ImprintFile | None = None
    births: Mapping[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)

    def picture(self, name: str) -> bytes | None:
        """The picture of this name, noted."""
        found = self.imprint(name) if self.imprint is not None else None
        if found is not None:
            self.pictures[name] = sha256(found).hexdigest()
        return found


@dataclass(frozen=True, slots=True)
class Read:
    """Files that were read. `put` is None where they are rejected: then nothing may be written."""

    bad_lines: Lines
    warnings: Lines
    put: Callable[[Connection, datetime], Counts] | None


@dataclass(frozen=True, slots=True)
class RegisterFiles:
    """One register: its files by word (`needed` and `possible`), whether pictures may lie beside them, and how they are read."""

    needed: frozenset[str]
    possible: frozenset[str]
    read: Callable[[Contents], Read]
    pictures: bool = False


def birth_dates(connection: Connection) -> dict[str, str]:
    """Everybody's birth date by 宛名番号, whoever is gone included."""
    return {person.atena_no: person.birth for person in residents_in_order(connection)}


def _residents(contents: Contents) -> Read:
    parsed = residents_form.parse(BytesIO(contents.files["csv"]), missing_glyphs=missing_glyphs)
    return _rejected(parsed) if isinstance(parsed, Rejected) else Read({}, {"csv": parsed.warnings}, partial(_put_residents, parsed))


def _put_residents(parsed: residents_form.Parsed, connection: Connection, now: datetime) -> Counts:
    kept = kept_serials(parsed, {person.atena_no: person for person in residents_in_order(connection)})
    done = residents_form.replace_register(connection, with_serials(parsed, kept), now)
    left = {"serials": len(kept), "protections": done.kept_protections, "suppressions": done.kept_suppressions}
    return Counts({"residents": done.residents, "households": done.households}, left)


def _koseki(contents: Contents) -> Read:
    fuhyo = contents.files.get("fuhyo")
    parsed = koseki_form.parse(
        BytesIO(contents.files["csv"]),
        BytesIO(contents.files["members"]),
        None if fuhyo is None else BytesIO(fuhyo),
        missing_glyphs=missing_glyphs,
    )
    if isinstance(parsed, koseki_form.Rejected):
        return Read({_WORD_OF[file]: rejected.lines for file, rejected in parsed.files.items()}, {}, None)
    return Read({}, {_WORD_OF[file]: lines for file, lines in parsed.warnings.items()}, partial(_put_koseki, parsed))


def _put_koseki(parsed: koseki_form.Parsed, connection: Connection, now: datetime) -> Counts:
    done = koseki_form.replace_register(connection, parsed, now)
    kept = {"protections": done.kept_protections, "suppressions": done.kept_suppressions, "registrations": done.kept_registrations}
    return Counts({"koseki": done.koseki, "people": done.people, "fuhyo": len(parsed.fuhyo)}, kept)


def _seal(contents: Contents) -> Read:
    parsed = seal_form.parse(BytesIO(contents.files["csv"]), birth_of=contents.births.get, imprint_file=contents.picture)
    return _rejected(parsed) if isinstance(parsed, Rejected) else Read({}, {}, partial(_put_seals, parsed))


def _put_seals(parsed: seal_form.Parsed, connection: Connection, now: datetime) -> Counts:
    done = seal_form.replace_register(connection, parsed, now)
    return Counts({"seals": done.registrations}, {"cancelled": done.kept_cancellations})


def _tax(contents: Contents) -> Read:
    parsed = tax_form.parse(BytesIO(contents.files["csv"]), missing_glyphs=missing_glyphs)
    return _rejected(parsed) if isinstance(parsed, Rejected) else Read({}, {"csv": parsed.warnings}, partial(_put_taxes, parsed))


def _put_taxes(parsed: tax_form.Parsed, connection: Connection, now: datetime) -> Counts:
    done = tax_form.replace_register(connection, parsed, now)
    return Counts({"records": done.records}, {"by_clerk": done.kept_by_clerk})


def _outsiders(contents: Contents) -> Read:
    parsed = outsider_form.parse(BytesIO(contents.files["csv"]), missing_glyphs=missing_glyphs)
    return _rejected(parsed) if isinstance(parsed, Rejected) else Read({}, {"csv": parsed.warnings}, partial(_put_outsiders, parsed))


def _put_outsiders(parsed: outsider_form.Parsed, connection: Connection, now: datetime) -> Counts:
    return Counts({"outsiders": replace_outsiders(connection, parsed.outsiders, now)}, {})


def _rejected(parsed: Rejected) -> Read:
    return Read({"csv": parsed.lines}, {}, None)


_CSV = frozenset({"csv"})
_WORD_OF: Mapping[Any, str] = {"koseki": "csv", "members": "members", "fuhyo": "fuhyo"}

REGISTERS: Mapping[str, RegisterFiles] = MappingProxyType(
    {
        "residents": RegisterFiles(_CSV, _CSV, _residents),
        "koseki": RegisterFiles(frozenset({"csv", "members"}), frozenset({"csv", "members", "fuhyo"}), _koseki),
        "seal": RegisterFiles(_CSV, _CSV, _seal, pictures=True),
        "tax": RegisterFiles(_CSV, _CSV, _tax),
        "outsiders": RegisterFiles(_CSV, _CSV, _outsiders),
    }
)
"""By name. 住民基本台帳, 戸籍 and 附票, 印鑑登録原票, 課税台帳, 住登外者 of the latter."""
