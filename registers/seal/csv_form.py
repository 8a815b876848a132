"""A seal register as a CSV file written by others, and written out again.

Decides whether a file may become the register: all of it or nothing, with every bad line named by its number and column. An imprint stands in its cell as base64 of a PNG, or as the name of
a PNG in a folder that the caller opens. It must never repair a value or a picture.
"""

import base64
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Literal, cast

from sqlalchemy import Connection

from registers.csv_table import BAD_LINES_MAX, CellFault, Column, Line, Rejected, read_table
from registers.register_dates import RegisterDate
from registers.seal.checks import REASONS, SENTENCES, age_problem, faults, imprint_problem, instant_of, is_file_name, png_in, png_size
from registers.seal.schema import instant_text
from registers.seal.seal import CancelReason, Imprint, SealRegistration
from registers.seal.tables import Replaced, replace_all

__all__ = ["COLUMNS", "Parsed", "Rejected", "imprints_in", "parse", "replace_register", "write"]

BirthOf = Callable[[str], RegisterDate | None]
"""宛名番号 -> the birth date of the resident (of any standing), None when there is no such resident."""

ImprintFile = Callable[[str], bytes | None]
"""A file's name -> what it holds, None when there is none."""

COLUMNS: tuple[Column, ...] = (
    Column("registration_no", "印鑑登録番号", required=True),
    Column("atena_no", "宛名番号", required=True),
    Column("registered_on", "登録年月日", required=True),
    Column("carved", "印影の文字", required=True),
    Column("imprint", "印影", required=True),
    Column("cancelled_at", "廃止日時"),
    Column("cancelled_for", "廃止事由"),
)
"""In the order in which `write` writes them; a file may have them in any order."""

IMPRINT_BYTES_MAX = 40_000
_WORD_OF = {value: word for word, value in REASONS.items()}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A register that may be loaded, in the file's order; version "0" (no store's)."""

    seals: tuple[SealRegistration, ...]


def parse(
    stream: BinaryIO, *, birth_of: BirthOf | None = None, imprint_file: ImprintFile | None = None, bad_lines_max: int = BAD_LINES_MAX
) -> Parsed | Rejected:
    """The register in a file opened for reading bytes, or every reason why it may not be loaded. Of one person the lines stand in the order of registration.

    With `birth_of` each holder must be a resident who was 15 or more on the day of registration. Without `imprint_file` an imprint must stand in its cell.
    """
    reading = _Reading(birth_of, imprint_file)
    rejected = read_table(stream, COLUMNS, SENTENCES, reading.take, bad_lines_max)
    return rejected if rejected is not None else Parsed(tuple(reading.seals))


def write(seals: Iterable[SealRegistration], *, header: Literal["ja", "ascii"] = "ja") -> str:
    """The register as CSV text (RFC 4180, to be encoded as UTF-8) that `parse` reads back to equal registrations but for their version; imprints in base64."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS)
    for seal in seals:
        writer.writerow(
            (
                seal.registration_no,
                seal.atena_no,
                seal.registered_on.isoformat(),
                seal.carved,
                base64.b64encode(seal.imprint.png).decode(),
                instant_text(seal.cancelled_at) if seal.cancelled_at is not None else "",
                _WORD_OF[seal.cancelled_for] if seal.cancelled_for is not None else "",
            )
        )
    return out.getvalue()


def imprints_in(folder: Path) -> ImprintFile:
    """The PNG files of a folder, by their bare names: what a name leads to outside of it, and what is too large for an imprint, is no file."""

    def content(name: str) -> bytes | None:
        file = folder / name
        if not is_file_name(name) or file.is_symlink() or not file.is_file() or file.stat().st_size > IMPRINT_BYTES_MAX:
            return None
        return file.read_bytes()

    return content


def replace_register(connection: Connection, parsed: Parsed, now: datetime) -> Replaced:
    """Put this register in the place of the one in the database, in the connection's transaction; see `tables.replace_all` for what a clerk has cancelled."""
    return replace_all(connection, parsed.seals, now=now)


class _Reading:
    """What has been read so far."""

    def __init__(self, birth_of: BirthOf | None, imprint_file: ImprintFile | None) -> None:
        self._birth_of = birth_of
        self._imprint_file = imprint_file
        self._numbers: set[str] = set()
        self._in_force: set[str] = set()
        self.seals: list[SealRegistration] = []

    def take(self, _number: int, line: Line) -> list[CellFault]:
        """What is wrong with a line; a line with nothing wrong is kept."""
        found = [*faults(line), *self._doubles(line)]
        if not any(fault.field in ("atena_no", "registered_on") for fault in found):
            found += self._holder_faults(line)
        imprint = self._imprint(line["imprint"])
        if isinstance(imprint, CellFault):
            found.append(imprint)
        elif imprint is not None and not found:
            self.seals.append(_registration(line, imprint))
        return found

    def _doubles(self, line: Line) -> Iterator[CellFault]:
        if line["registration_no"] in self._numbers:
            yield CellFault("registration_no", "duplicate")
        self._numbers.add(line["registration_no"])
        if line["cancelled_at"]:
            return
        if line["atena_no"] in self._in_force:
            yield CellFault("atena_no", "two_in_force")
        self._in_force.add(line["atena_no"])

    def _holder_faults(self, line: Line) -> Iterator[CellFault]:
        if self._birth_of is None:
            return
        birth = self._birth_of(line["atena_no"])
        problem = "no_such_resident" if birth is None else age_problem(birth, date.fromisoformat(line["registered_on"]))
        if problem is not None:
            yield CellFault("atena_no", problem)

    def _imprint(self, cell: str) -> Imprint | CellFault | None:
        """The picture of a cell, or what is wrong with it; None for an empty cell, which has been told already."""
        if not cell:
            return None
        png = png_in(cell)
        if png is None:
            if not is_file_name(cell):
                return CellFault("imprint", "imprint_text")
            png = self._imprint_file(cell) if self._imprint_file is not None else None
            if png is None:
                return CellFault("imprint", "imprint_missing")
        imprint = Imprint(*png_size(png), png)
        problem = imprint_problem(imprint)
        return imprint if problem is None else CellFault("imprint", problem)


def _registration(line: Line, imprint: Imprint) -> SealRegistration:
    reason = line["cancelled_for"]
    return SealRegistration(
        registration_no=line["registration_no"],
        atena_no=line["atena_no"],
        registered_on=date.fromisoformat(line["registered_on"]),
        carved=line["carved"],
        imprint=imprint,
        version="0",
        cancelled_at=instant_of(line["cancelled_at"]),
        cancelled_for=cast("CancelReason", REASONS.get(reason, reason)) if reason else None,
    )
