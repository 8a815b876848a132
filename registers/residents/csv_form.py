"""A resident register as a CSV file written by others, and written out again.

Decides whether a file may become a register: all of it or nothing, with every bad line named by its number and column. UTF-8 (a BOM is accepted), RFC 4180, a header row with the
Japanese or the ASCII name of each column (`resident_columns`, docs/registers.md). It must never guess an encoding, repair a value, or load half a file.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, Literal

from sqlalchemy import Connection

from registers.csv_records import Unreadable, records
from registers.residents import checks as resident_checks
from registers.residents import tables as resident_tables
from registers.residents.checks import SENTENCES, Fault
from registers.residents.columns import BY_NAME, COLUMNS, FIELDS, JAPANESE, BadStop, cells_of, meaning, resident_of, stops_of
from registers.residents.households import assembled, household_faults
from registers.residents.relations import standard_word_for
from registers.residents.resident import Household, Resident

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""A text -> those of its characters (variation sequences included) that cannot be printed."""

BAD_LINES_MAX = 1000
_KNOWN_WORDS = (*(column.ja for column in COLUMNS), "世帯主", "同居人")

FILE_SENTENCES: dict[str, tuple[str, str]] = {
    "empty": ("ファイルが空か、見出し行だけです。", "The file is empty or has only a header."),
    "shift_jis": (
        "文字コードが Shift_JIS（CP932）のようです。UTF-8 で保存してください。",
        "The file seems to be Shift_JIS (CP932). Save it as UTF-8.",
    ),
    "euc_jp": ("文字コードが EUC-JP のようです。UTF-8 で保存してください。", "The file seems to be EUC-JP. Save it as UTF-8."),
    "utf_16": ("文字コードが UTF-16 のようです。UTF-8 で保存してください。", "The file seems to be UTF-16. Save it as UTF-8."),
    "not_utf_8": ("UTF-8 ではない文字があります。", "There are bytes that are not UTF-8."),
    "nul": ("NUL 文字が含まれています。", "The line holds a NUL character."),
    "line_too_long": ("行が長すぎます（64 KiB まで）。", "The line is too long (64 KiB at most)."),
    "quote_open": ('引用符「"」が閉じられていません。', "A quotation mark is not closed."),
    "not_csv": ("CSV（RFC 4180）として読めません。引用符の使い方を確認してください。", "This is not CSV (RFC 4180): check the quotation marks."),
    "header_missing": ("見出し行がありません。1行目に列名を書いてください。", "There is no header: the first line must name the columns."),
    "column_missing": ("必要な列がありません。", "A required column is missing."),
    "column_unknown": ("知らない列です。列名を確認してください。", "Unknown column: check its name."),
    "column_twice": ("同じ列が2回あります。", "The column occurs twice."),
    "cell_count": ("列の数が見出し行と違います。", "The number of cells differs from the header."),
}
"""Reasons that concern a file or a whole line; the rest stands in `resident_checks.SENTENCES`."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """One fault: the file's line (from 1, the header's), the column's name in Japanese ("" for the whole line), a code, and the sentence in both languages. Holds no value of the line."""

    number: int
    column: str
    code: str
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A register that may be loaded. `residents` in the file's order; `households` in the order of their first lines, members in the standard's order, version "0" (no store's)."""

    residents: tuple[Resident, ...]
    households: tuple[Household, ...]
    warnings: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why nothing was loaded: every fault in the order of lines. After `BAD_LINES_MAX` faults reading stops; `read_to` is the last line that was looked at."""

    lines: tuple[BadLine, ...]
    read_to: int


def parse(
    stream: BinaryIO,
    *,
    missing_glyphs: MissingGlyphs | None = None,
    juminhyo_code_digit: Literal["warn", "refuse"] = "warn",
) -> Parsed | Rejected:
    """The register in a file opened for reading bytes, or every reason why it may not be loaded.

    `missing_glyphs` is asked about each text that is printed: who has a character that cannot be printed enters as 外字登録中 with a warning. A wrong 住民票コード digit warns,
    since its formula could not be verified; say "refuse" where it is known to hold.
    """
    reading = _Reading(missing_glyphs, juminhyo_code_digit == "refuse")
    try:
        found = records(stream, _KNOWN_WORDS)
        fields = _header(found)
        if isinstance(fields, Rejected):
            return fields
        for number, cells in found:
            reading.take(number, fields, cells)
            if len(reading.bad) >= BAD_LINES_MAX:
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


def _header(found: Iterator[tuple[int, list[str]]]) -> list[str] | Rejected:
    """The fields in the file's order, or everything that is wrong with the header."""
    number, names = next(found, (1, []))
    if not names:
        return Rejected((_bad(1, "", "empty"),), 1)
    if not any(name in BY_NAME for name in names):
        return Rejected((_bad(number, "", "header_missing"),), number)
    fields: list[str] = []
    faults: list[tuple[str, str]] = []
    for name in names:
        column = BY_NAME.get(name)
        if column is None:
            faults.append(("column_unknown", name[:40] if name.isprintable() else ""))
        elif column.field in fields:
            faults.append(("column_twice", name))
        else:
            fields.append(column.field)
    faults += [("column_missing", column.ja) for column in COLUMNS if column.required and column.field not in fields]
    return Rejected(tuple(_bad(number, column, code) for code, column in faults), number) if faults else fields


class _Reading:
    """What has been read so far, and what was wrong with it."""

    def __init__(self, missing_glyphs: MissingGlyphs | None, refuse_juminhyo_code: bool) -> None:
        self._missing_glyphs = missing_glyphs
        self._refuse_juminhyo_code = refuse_juminhyo_code
        self._glyphs_seen: dict[str, tuple[str, ...]] = {}
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
        line = dict.fromkeys(FIELDS, "") | dict(zip(fields, cells, strict=True))
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
        missing = [field for field in _PRINTED if line[field] and self._unprintable(line[field])]
        self._warnings += [_bad(number, JAPANESE[field], "character_unavailable") for field in missing]
        self._residents.append(replace(resident, character_pending=True) if missing else resident)
        self._addresses.append(line["address"])
        self._numbers.append(number)

    def _unprintable(self, text: str) -> bool:
        if resident_checks.has_private_use(text):
            return True
        if self._missing_glyphs is None:
            return False
        if text not in self._glyphs_seen:
            self._glyphs_seen[text] = self._missing_glyphs(text)
        return bool(self._glyphs_seen[text])

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
    reason, reason_en = FILE_SENTENCES.get(code) or SENTENCES[code]
    return BadLine(number, column, code, reason, reason_en)


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
