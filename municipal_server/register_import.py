"""A register that somebody else wrote, put in the place of the municipality's own: the whole file or nothing.

Decides which serials stay (a file without them must not cut everybody's card off) and what the operator is told. What a line may say is `registers.residents.csv_form`'s; which characters can
be printed is the fonts'. What clerks set at this desk (stops, protections) stays.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from certificates.fonts.selection import missing_glyphs
from municipal_server.config import load
from municipal_server.doings import Doing, note_doing
from municipal_server.issue_tables import METADATA
from registers.residents.csv_form import BadLine, Parsed, Rejected, parse, replace_register
from registers.residents.resident import Household, Resident
from registers.residents.tables import METADATA as REGISTER
from registers.residents.tables import residents_in_order
from storage.opening import open_store

REGISTERS = ("resident",)
IMPORTER = "konbini municipal import"


class UnknownRegister(Exception):
    """There is no register of this name."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `rejected`: nothing was changed, and `bad_lines` names every fault. `warnings` are worth a look, e.g. characters that cannot be printed (外字登録中).

    `kept_serials`: people whose line had no serial and who keep the card they had.
    """

    outcome: Literal["imported", "rejected"]
    residents: int
    households: int
    kept_serials: int
    kept_protections: int
    kept_suppressions: int
    bad_lines: tuple[BadLine, ...]
    warnings: tuple[BadLine, ...]


def import_register(config_file: Path, register: str, csv_file: Path, now: datetime) -> ImportReport:
    """Import `csv_file`, also beside a serving process: orders that were chosen from the old register are then refused as `register_changed`.

    Raises `ConfigInvalid`, `UnknownRegister`, OSError for a file that cannot be read, `StoreFailed` when the database is busy too long.
    """
    if register not in REGISTERS:
        raise UnknownRegister(f"no register named {register!r}; there is: {', '.join(REGISTERS)}")
    config = load(config_file)
    content = csv_file.read_bytes()
    parsed = parse(BytesIO(content), missing_glyphs=missing_glyphs)
    if isinstance(parsed, Rejected):
        return ImportReport("rejected", 0, 0, 0, 0, 0, parsed.lines, ())
    return asyncio.run(_written(config.database, parsed, sha256(content).hexdigest(), now))


def replace_keeping_serials(connection: Connection, parsed: Parsed, digest: str, now: datetime) -> ImportReport:
    """One transaction: the new register, the serials that stay, and the record of who did it."""
    kept = kept_serials(parsed, {person.atena_no: person for person in residents_in_order(connection)})
    replaced = replace_register(connection, with_serials(parsed, kept), now)
    detail = f"resident: {replaced.residents} residents, {replaced.households} households, sha256 {digest}"
    note_doing(connection, Doing(IMPORTER, "import", "resident", detail, ""), now)
    return ImportReport(
        outcome="imported",
        residents=replaced.residents,
        households=replaced.households,
        kept_serials=len(kept),
        kept_protections=replaced.kept_protections,
        kept_suppressions=replaced.kept_suppressions,
        bad_lines=(),
        warnings=parsed.warnings,
    )


def kept_serials(parsed: Parsed, before: Mapping[str, Resident]) -> dict[str, Resident]:
    """宛名番号 -> the person as registered before, for those who keep their serial: the same person (宛名番号 and 個人番号), no serial in the file, and nobody else has it there."""
    given = {person.serial for person in parsed.residents if person.serial is not None}
    kept = {}
    for person in parsed.residents:
        old = before.get(person.atena_no)
        if person.serial is None and old is not None and old.serial is not None and old.my_number == person.my_number and old.serial not in given:
            kept[person.atena_no] = old
    return kept


def with_serials(parsed: Parsed, kept: Mapping[str, Resident]) -> Parsed:
    """The register with the serials that stay, and the day from which a card was usable where the file does not say."""

    def person(new: Resident) -> Resident:
        old = kept.get(new.atena_no)
        return new if old is None else replace(new, serial=old.serial, card_usable_from=new.card_usable_from or old.card_usable_from)

    def household(new: Household) -> Household:
        return replace(new, members=tuple(person(member) for member in new.members))

    return replace(parsed, residents=tuple(map(person, parsed.residents)), households=tuple(map(household, parsed.households)))


async def _written(database: str, parsed: Parsed, digest: str, now: datetime) -> ImportReport:
    store = await open_store(database, METADATA, REGISTER, sole=False)
    try:
        return await store.write(replace_keeping_serials, parsed, digest, now)
    finally:
        await store.close()
