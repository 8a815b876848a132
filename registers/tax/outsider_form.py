"""The 住登外者 of a tax register as a CSV file: read whole or not at all, every bad line named; and written out again.

Decides whether a line may become a person of the register. A reason never repeats a value of the line.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Literal, cast

from registers.csv_table import BAD_LINES_MAX, BadLine, CellFault, Column, Line, Rejected, bad_line, read_table
from registers.numbers import ATENA_DIGITS, JUMINHYO_CODE_DIGITS
from registers.register_dates import calendar_day_problem, date_problem
from registers.residents.checks import SENTENCES, has_private_use, kana_problem, number_problem, text_problem
from registers.residents.columns import BadStop, meaning, stops_of, stops_text, word_of
from registers.residents.resident import Protection, ProtectionLevel, Sex
from registers.tax.outsiders import Outsider

COLUMNS: tuple[Column, ...] = (
    Column("atena_no", "宛名番号", required=True),
    Column("juminhyo_code", "住民票コード", required=True),
    Column("name", "氏名", required=True),
    Column("name_kana", "氏名の振り仮名"),
    Column("birth", "生年月日", required=True),
    Column("sex", "性別", required=True),
    Column("character_pending", "外字登録中"),
    Column("protection_level", "支援措置区分"),
    Column("protection_since", "支援措置開始日"),
    Column("protection_until", "支援措置終了日"),
    Column("suppressions", "抑止"),
)
"""In the order in which a file is written; a file may have them in any order."""

MissingGlyphs = Callable[[str], tuple[str, ...]]
_WORDS = ("sex", "character_pending", "protection_level")
_NUMBERS = {"atena_no": ATENA_DIGITS, "juminhyo_code": JUMINHYO_CODE_DIGITS}


@dataclass(frozen=True, slots=True)
class Parsed:
    """People who may be loaded, in the file's order."""

    outsiders: tuple[Outsider, ...]
    warnings: tuple[BadLine, ...] = ()


def parse(stream: BinaryIO, *, missing_glyphs: MissingGlyphs | None = None, bad_lines_max: int = BAD_LINES_MAX) -> Parsed | Rejected:
    """The people in a file opened for reading bytes, or every reason why it may not be loaded. Who has a character that cannot be printed is 外字登録中, with a warning."""
    reading = _Reading(missing_glyphs)
    rejected = read_table(stream, COLUMNS, SENTENCES, reading.take, bad_lines_max)
    return rejected if rejected is not None else Parsed(tuple(reading.outsiders), tuple(reading.warnings))


def write(outsiders: Iterable[Outsider], *, header: Literal["ja", "ascii"] = "ja") -> str:
    """CSV text (RFC 4180, to be encoded as UTF-8) that `parse` reads back to equal people but for their version."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS)
    for one in outsiders:
        protection = one.protection
        writer.writerow(
            (
                one.atena_no,
                one.juminhyo_code,
                one.name,
                one.name_kana or "",
                one.birth,
                one.sex,
                "登録中" if one.character_pending else "",
                word_of("protection_level", protection.level) if protection else "",
                protection.since.isoformat() if protection else "",
                protection.until.isoformat() if protection and protection.until else "",
                stops_text(one.suppressions),
            )
        )
    return out.getvalue()


class _Reading:
    """What has been read so far."""

    def __init__(self, missing_glyphs: MissingGlyphs | None) -> None:
        self._missing_glyphs = missing_glyphs
        self._seen: set[tuple[str, str]] = set()
        self.outsiders: list[Outsider] = []
        self.warnings: list[BadLine] = []

    def take(self, number: int, line: Line) -> list[CellFault]:
        """What is wrong with a line; a line with nothing wrong is kept."""
        found = list(_faults(line))
        for field in _NUMBERS:
            if line[field] and (field, line[field]) in self._seen:
                found.append(CellFault(field, "duplicate"))
            self._seen.add((field, line[field]))
        if found:
            return found
        unprintable = has_private_use(line["name"]) or (self._missing_glyphs is not None and bool(self._missing_glyphs(line["name"])))
        if unprintable:
            self.warnings.append(bad_line(number, "氏名", "character_unavailable", SENTENCES))
        self.outsiders.append(_outsider(line, unprintable))
        return found


def _faults(line: Line) -> Iterator[CellFault]:
    for field, digits in _NUMBERS.items():
        problem = number_problem(line[field], digits) if line[field] else "required"
        if problem is not None:
            yield CellFault(field, problem)
    for field in ("name", "name_kana", "suppressions"):
        problem = text_problem(line[field], 1000 if field == "suppressions" else 150)
        if problem is not None:
            yield CellFault(field, problem)
    if not line["name"]:
        yield CellFault("name", "required")
    if line["name_kana"] and kana_problem(line["name_kana"]) is not None:
        yield CellFault("name_kana", "kana_form")
    problem = date_problem(line["birth"])
    if problem is not None:
        yield CellFault("birth", problem)
    for field in _WORDS:
        if meaning(field, line[field]) is None:
            yield CellFault(field, "not_in_list" if line[field] else "required")
    yield from _stop_faults(line)


def _stop_faults(line: Line) -> Iterator[CellFault]:
    days = {field: calendar_day_problem(line[field]) for field in ("protection_since", "protection_until") if line[field]}
    yield from (CellFault(field, problem) for field, problem in days.items() if problem is not None)
    since, until = line["protection_since"], line["protection_until"]
    if line["protection_level"] and not since:
        yield CellFault("protection_since", "since_missing")
    if not line["protection_level"] and (since or until):
        yield CellFault("protection_since", "without_its_kind")
    if since and until and not any(days.values()) and until < since:
        yield CellFault("protection_until", "until_before_since")
    try:
        wrong = any(stop.household for stop in stops_of(line["suppressions"]))  # who is registered nowhere here has no household
    except BadStop:
        wrong = True
    if wrong:
        yield CellFault("suppressions", "stop_form")


def _outsider(line: Mapping[str, str], unprintable: bool) -> Outsider:
    level = cast("ProtectionLevel | None", meaning("protection_level", line["protection_level"]) or None)
    until = date.fromisoformat(line["protection_until"]) if line["protection_until"] else None
    return Outsider(
        atena_no=line["atena_no"],
        juminhyo_code=line["juminhyo_code"],
        name=line["name"],
        name_kana=line["name_kana"] or None,
        birth=line["birth"],
        sex=cast("Sex", line["sex"]),
        character_pending=unprintable or meaning("character_pending", line["character_pending"]) == "1",
        protection=Protection(level, date.fromisoformat(line["protection_since"]), until) if level is not None else None,
        suppressions=stops_of(line["suppressions"]),
    )
