"""A tax register as a CSV file written by others, and written out again.

Decides whether a file may become the register: all of it or nothing, with every bad line named by its number and column. Amounts are whole yen; it must never repair a value or make a
figure agree with another.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Literal, cast

from sqlalchemy import Connection

from registers.csv_table import BAD_LINES_MAX, BadLine, CellFault, Line, Rejected, bad_line, read_table
from registers.residents.checks import has_private_use
from registers.tax.checks import SENTENCES, faults, figure_faults, figures_in
from registers.tax.columns import COLUMNS, DECLARED, FIGURES, figures_of, part_of
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.tables import Replaced, replace_all

__all__ = ["COLUMNS", "MissingGlyphs", "Parsed", "Rejected", "parse", "replace_register", "write"]

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""A text -> those of its characters (variation sequences included) that cannot be printed."""

_PRINTED = ("address",)
"""氏名 on a tax paper is the resident register's."""

_JAPANESE = {column.field: column.ja for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A register that may be loaded, in the file's order; version "0" (no store's)."""

    records: tuple[TaxRecord, ...]
    warnings: tuple[BadLine, ...] = ()


def parse(stream: BinaryIO, *, missing_glyphs: MissingGlyphs | None = None, bad_lines_max: int = BAD_LINES_MAX) -> Parsed | Rejected:
    """The register in a file opened for reading bytes, or every reason why it may not be loaded.

    `missing_glyphs` is asked about 賦課期日の住所: a character that cannot be printed is a warning, for it keeps nothing out but the papers that would bear it.
    """
    reading = _Reading(missing_glyphs)
    rejected = read_table(stream, COLUMNS, SENTENCES, reading.take, bad_lines_max)
    return rejected if rejected is not None else Parsed(tuple(reading.records), tuple(reading.warnings))


def write(records: Iterable[TaxRecord], *, header: Literal["ja", "ascii"] = "ja") -> str:
    """The register as CSV text (RFC 4180, to be encoded as UTF-8) that `parse` reads back to equal records but for their version."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS)
    for record in records:
        figures = figures_of(record)
        writer.writerow(
            (
                record.atena_no,
                record.year,
                record.name,
                record.address,
                "申告あり" if record.declared else "申告なし",
                record.dependant_of or "",
                record.decided_on.isoformat(),
                *(("有" if figures[f.column] else "") if f.kind == "flag" else figures[f.column] for f in FIGURES),
            )
        )
    return out.getvalue()


def replace_register(connection: Connection, parsed: Parsed, now: datetime) -> Replaced:
    """Put this register in the place of the one in the database, in the connection's transaction; see `tables.replace_all` for what a clerk has decided."""
    return replace_all(connection, parsed.records, now=now)


class _Reading:
    """What has been read so far."""

    def __init__(self, missing_glyphs: MissingGlyphs | None) -> None:
        self._missing_glyphs = missing_glyphs
        self._seen: set[tuple[str, str]] = set()
        self.records: list[TaxRecord] = []
        self.warnings: list[BadLine] = []

    def take(self, number: int, line: Line) -> list[CellFault]:
        """What is wrong with a line; a line with nothing wrong is kept."""
        found = list(faults(line))
        key = (line["atena_no"], line["year"])
        if key in self._seen:
            found.append(CellFault("atena_no", "duplicate"))
        self._seen.add(key)
        if found:
            return found
        figures = figures_in(line)
        record = _record(line, figures)
        found = list(figure_faults(record, figures))
        if not found:
            self.records.append(record)
            self.warnings += [
                bad_line(number, _JAPANESE[field], "character_unavailable", SENTENCES) for field in _PRINTED if self._unprintable(line[field])
            ]
        return found

    def _unprintable(self, text: str) -> bool:
        return has_private_use(text) or (self._missing_glyphs is not None and bool(self._missing_glyphs(text)))


def _record(line: Line, figures: Mapping[str, int]) -> TaxRecord:
    return TaxRecord(
        atena_no=line["atena_no"],
        year=int(line["year"]),
        name=line["name"],
        address=line["address"],
        declared=DECLARED[line["declared"]],
        dependant_of=line["dependant_of"] or None,
        incomes=cast("Incomes", part_of("incomes", figures)),
        deductions=cast("Deductions", part_of("deductions", figures)),
        dependants=cast("Dependants", part_of("dependants", figures)),
        levy=cast("Levy", part_of("levy", figures)),
        decided_on=date.fromisoformat(line["decided_on"]),
        version="0",
    )
