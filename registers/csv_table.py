"""A register as a table in a CSV file: named columns in any order, one entry a line, every bad line named, everything or nothing.

Decides what a header may be and how a fault is told; what the cells mean, each register says in its own `csv_form`. A fault never repeats a value of the line, so that a list of
bad lines may be kept or sent without personal data.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from registers.csv_records import Unreadable, records

Line = Mapping[str, str]
"""A line's texts by field; a column that the file leaves out is an empty text."""

BAD_LINES_MAX = 1000

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
"""Reasons that concern a file or a whole line, whatever register it holds: (Japanese, English) by code."""


class Column(NamedTuple):
    """One column: the field's name here, its ASCII name in a file (the same), its Japanese name, and whether a file must have it."""

    field: str
    ja: str
    required: bool = False


class CellFault(NamedTuple):
    """One thing wrong with a line: the field it is about ("" for the whole line) and the code of the reason."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """One fault: the file's line (from 1, the header's), the column's name in Japanese ("" for the whole line), a code, and the sentence in both languages. Holds no value of the line."""

    number: int
    column: str
    code: str
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why nothing was loaded: every fault in the order of lines. After `bad_lines_max` faults reading stops; `read_to` is the last line that was looked at."""

    lines: tuple[BadLine, ...]
    read_to: int


def bad_line(number: int, column: str, code: str, sentences: Mapping[str, tuple[str, str]]) -> BadLine:
    """The fault with its sentence, a file's or one of the register's own `sentences`."""
    reason, reason_en = FILE_SENTENCES.get(code) or sentences[code]
    return BadLine(number, column, code, reason, reason_en)


def header(found: Iterator[tuple[int, list[str]]], columns: Sequence[Column]) -> list[str] | Rejected:
    """The fields in the file's order, taken from its first record, or everything that is wrong with the header."""
    by_name = {name: column for column in columns for name in (column.ja, column.field)}
    number, names = next(found, (1, []))
    if not names:
        return _rejected(1, (("empty", ""),))
    if not any(name in by_name for name in names):
        return _rejected(number, (("header_missing", ""),))
    fields: list[str] = []
    faults: list[tuple[str, str]] = []
    for name in names:
        column = by_name.get(name)
        if column is None:
            faults.append(("column_unknown", name[:40] if name.isprintable() else ""))
        elif column.field in fields:
            faults.append(("column_twice", name))
        else:
            fields.append(column.field)
    faults += [("column_missing", column.ja) for column in columns if column.required and column.field not in fields]
    return _rejected(number, faults) if faults else fields


def texts_by_field(columns: list[str], fields: list[str], cells: list[str]) -> dict[str, str]:
    """The cells of a line by field, in the order of the register's own `columns`; one that the file leaves out is empty."""
    line = dict(zip(fields, cells, strict=True))
    return line if fields == columns else dict.fromkeys(columns, "") | line


def read_table(
    stream: BinaryIO,
    columns: Sequence[Column],
    sentences: Mapping[str, tuple[str, str]],
    take: Callable[[int, dict[str, str]], Iterable[CellFault]],
    bad_lines_max: int = BAD_LINES_MAX,
) -> Rejected | None:
    """Hand each line of a file (its number, its texts) to `take`, which keeps it or says what is wrong with it; None when nothing was wrong anywhere and there was at least one line."""
    japanese = {column.field: column.ja for column in columns} | {"": ""}
    bad: list[BadLine] = []
    number, lines = 1, 0
    every = [column.field for column in columns]
    try:
        found = records(stream, tuple(column.ja for column in columns))
        fields = header(found, columns)
        if isinstance(fields, Rejected):
            return fields
        for number, cells in found:
            lines += 1
            if len(cells) != len(fields):
                bad.append(bad_line(number, "", "cell_count", sentences))
            else:
                faults = take(number, texts_by_field(every, fields, cells))
                bad += [bad_line(number, japanese[fault.field], fault.code, sentences) for fault in faults]
            if len(bad) >= bad_lines_max:
                break
    except Unreadable as unreadable:
        return Rejected((*bad, bad_line(unreadable.number, "", unreadable.code, sentences)), unreadable.number)
    if not lines:
        return _rejected(1, (("empty", ""),))
    return Rejected(tuple(bad), number) if bad else None


def _rejected(number: int, faults: Iterable[tuple[str, str]]) -> Rejected:
    return Rejected(tuple(bad_line(number, column, code, {}) for code, column in faults), number)
