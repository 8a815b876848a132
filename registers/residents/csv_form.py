"""A resident register as a CSV file written by others, and written out again.

Decides whether a file may become a register: all of it or nothing, with every bad line named by its number and column. UTF-8 (a BOM is accepted), RFC 4180, a header row with the
Japanese or the ASCII name of each column (`resident_columns`, docs/registers.md). It must never guess an encoding, repair a value, or load half a file.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import BinaryIO, Literal

from sqlalchemy import Connection

from registers.csv_records import Unreadable, records
from registers.csv_table import BAD_LINES_MAX, FILE_SENTENCES, BadLine, Rejected, bad_line, header, texts_by_field
from registers.residents import checks as resident_checks
from registers.residents import tables as resident_tables
from registers.residents.checks import SENTENCES, Fault
from registers.residents.columns import COLUMNS, FIELDS, JAPANESE, BadStop, cells_of, meaning, resident_of, stops_of
from registers.residents.households import assembled, household_faults
from registers.residents.relations import standard_word_for
from registers.residents.resident import Household, Resident

__all__ = ["FILE_SENTENCES", "BadLine", "MissingGlyphs", "Parsed", "Rejected", "parse", "replace_register", "write"]

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""A text -> those of its characters (variation sequences included) that cannot be printed."""

_FIELDS = list(FIELDS)
_KNOWN_WORDS = (*(column.ja for column in COLUMNS), "世帯主", "同居人")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A register that may be loaded. `residents` in the file's order; `households` in the order of their first lines, members in the standard's order, version "0" (no store's)."""

    residents: tuple[Resident, ...]
    households: tuple[Household, ...]
    warnings: tuple[BadLine, ...]


def parse(
    stream: BinaryIO,
    *,
    missing_glyphs: MissingGlyphs | None = None,
    juminhyo_code_digit: Literal["warn", "refuse"] = "warn",
    bad_lines_max: int = BAD_LINES_MAX,
) -> Parsed | Rejected:
    """The register in a file opened for reading bytes, or every reason why it may not be loaded.

    `missing_glyphs` is asked about each text that is printed: who has a character that cannot be printed enters as 外字登録中 with a warning. A wrong 住民票コード digit warns,
    since its formula could not be verified; say "refuse" where it is known to hold.
    """
    reading = _Reading(missing_glyphs, juminhyo_code_digit == "refuse")
    try:
        found = records(stream, _KNOWN_WORDS)
        fields = header(found, COLUMNS)
        if isinstance(fields, Rejected):
            return fields
        for number, cells in found:
            reading.take(number, fields, cells)
            if len(reading.bad) >= bad_lines_max:
                return Rejected(tuple(reading.bad), number)
    except Unreadable as unreadable:
        return Rejected((*reading.bad, _bad(unreadable.number, "", unreadable.code)), unreadable.number)
    return reading.finished()


def write(residents: Iterable[Resident], households: Iterable[Household], *, header: Literal["ja", "ascii"] = "ja") -> str:
    """The register as CSV text (RFC 4180, to be encoded as UTF-8) that `parse` reads back to equal residents and households."""
    address_of = {household.household_no: household.address for household in households}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS)
    for resident in residents:
        cells = cells_of(resident, address_of[resident.household_no])
        writer.writerow(cells[field] for field in FIELDS)
    return out.getvalue()


def replace_register(connection: Connection, parsed: Parsed, now: datetime) -> resident_tables.Replaced:
    """Put this register in the place of the one in the database, in the connection's transaction; see `resident_tables.replace_all` for what a clerk set."""
    return resident_tables.replace_all(connection, parsed.residents, parsed.households, now=now)


class _Reading:
    """What has been read so far, and what was wrong with it."""

    def __init__(self, missing_glyphs: MissingGlyphs | None, refuse_juminhyo_code: bool) -> None:
        self._missing_glyphs = missing_glyphs
        self._refuse_juminhyo_code = refuse_juminhyo_code
        self._seen: dict[tuple[str, str], int] = {}
        self._residents: list[Resident] = []
        self._addresses: list[str] = []
        self._numbers: list[int] = []
        self._warnings: list[BadLine] = []
        self.bad: list[BadLine] = []

    def take(self, number: int, fields: list[str], cells: list[str]) -> None:
        """Check one line and keep its person."""
        if len(cells) != len(fields):
            self.bad.append(_bad(number, "", "cell_count"))
            return
        line = texts_by_field(_FIELDS, fields, cells)
        found = list(_with_meanings(line)) + list(resident_checks.faults(line)) + list(self._doubles(number, line))
        for fault in resident_checks.warnings(line):
            if self._refuse_juminhyo_code:
                found.append(fault)
            else:
                self._warnings.append(_bad_cell(number, fault, line))
        self.bad += [_bad_cell(number, fault, line) for fault in found]
        if not found:
            self._keep(number, line)

    def _keep(self, number: int, line: dict[str, str]) -> None:
        resident = resident_of(line)
        missing: list[str] = []
        if self._unprintable("".join(_PRINTED_OF(line))):
            missing = [field for field in _PRINTED if line[field] and self._unprintable(line[field])]
        self._warnings += [_bad(number, JAPANESE[field], "character_unavailable") for field in missing]
        self._residents.append(replace(resident, character_pending=True) if missing else resident)
        self._addresses.append(line["address"])
        self._numbers.append(number)

    def _unprintable(self, text: str) -> bool:
        if resident_checks.has_private_use(text):
            return True
        return self._missing_glyphs is not None and bool(self._missing_glyphs(text))

    def _doubles(self, number: int, line: dict[str, str]) -> Iterator[Fault]:
        for field in ("atena_no", "my_number", "juminhyo_code", "serial"):
            if line[field] and self._seen.setdefault((field, line[field]), number) != number:
                yield Fault(field, "duplicate")

    def finished(self) -> Parsed | Rejected:
        """The outcome, once every line has been taken."""
        for index, fault in household_faults(self._residents, self._addresses):
            self.bad.append(_bad(self._numbers[index], JAPANESE[fault.field], fault.code))
        if self.bad:
            return Rejected(tuple(sorted(self.bad, key=lambda bad: bad.number)), max(self._numbers, default=self.bad[-1].number))
        if not self._residents:
            return Rejected((_bad(1, "", "empty"),), 1)
        residents, households = assembled(self._residents, self._addresses)
        return Parsed(residents, households, tuple(self._warnings))


def _with_meanings(line: dict[str, str]) -> Iterator[Fault]:
    """Turn cells with fixed words into their values, in place."""
    for field in ("sex", "standing", "character_pending", "protection_level"):
        value = meaning(field, line[field])
        if value is None:
            yield Fault(field, "not_in_list")
        line[field] = value if value is not None else resident_checks.UNKNOWN_WORD
    try:
        stops_of(line["suppressions"])
    except BadStop:
        yield Fault("suppressions", "stop_form")


def _bad(number: int, column: str, code: str) -> BadLine:
    return bad_line(number, column, code, SENTENCES)


def _bad_cell(number: int, fault: Fault, line: dict[str, str]) -> BadLine:
    bad = _bad(number, JAPANESE.get(fault.field, ""), fault.code)
    word = standard_word_for(line["relation"]) if fault.code == "relation_unknown" else None
    return bad if word is None else replace(bad, reason=f"{bad.reason}「{word}」と書きます。", reason_en=f"{bad.reason_en} Write {word}.")


_PRINTED = (
    "address",
    "name",
    "former_name",
    "alias",
    "birth",
    "relation",
    "previous_address",
    "honseki",
    "hittousha",
    "nationality",
    "residence_status",
    "period",
)
_PRINTED_OF = itemgetter(*_PRINTED)
