"""A family register and its 附票 as three CSV files written by others, and written out again: 戸籍, 戸籍の者, 附票, one line each.

Decides whether the files may become a register: all of them or nothing, with every bad line named by file, number and column (docs/registers-koseki.md). They must never be repaired, nor half
of them loaded. What the files must say of each other is looked at when each is in order by itself.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any, BinaryIO, Literal

from sqlalchemy import Connection

from registers import csv_table
from registers.csv_table import BAD_LINES_MAX, BadLine, CellFault, bad_line, read_table
from registers.koseki import agreement, checks
from registers.koseki.agreement import FuhyoLine, Person, Told
from registers.koseki.checks import SENTENCES, UNKNOWN_WORD
from registers.koseki.columns import (
    COLUMNS,
    JAPANESE,
    WORDS,
    File,
    KosekiLine,
    fuhyo_cells,
    fuhyo_person_of,
    koseki_cells,
    koseki_of,
    meaning,
    member_cells,
    member_of,
)
from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.koseki.tables import Replaced, replace_all
from registers.residents.checks import has_private_use

__all__ = ["FILES", "BadLine", "Files", "MissingGlyphs", "Parsed", "Rejected", "parse", "replace_register", "write"]

FILES: tuple[File, ...] = ("koseki", "members", "fuhyo")

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""A text -> those of its characters (variation sequences included) that cannot be printed."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A register that may be loaded: 戸籍 and 附票 in the order of the first file, people in the order of the second, version "0" (no store's)."""

    koseki: tuple[Koseki, ...]
    fuhyo: tuple[Fuhyo, ...]
    warnings: Mapping[File, tuple[BadLine, ...]]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why nothing was loaded, for each file in which something is wrong."""

    files: Mapping[File, csv_table.Rejected]


@dataclass(frozen=True, slots=True)
class Files:
    """The texts of the three files, to be encoded as UTF-8; `fuhyo` is None where no 附票 is kept."""

    koseki: str
    members: str
    fuhyo: str | None


def parse(
    koseki: BinaryIO,
    members: BinaryIO,
    fuhyo: BinaryIO | None,
    *,
    missing_glyphs: MissingGlyphs | None = None,
    bad_lines_max: int = BAD_LINES_MAX,
) -> Parsed | Rejected:
    """The register in files opened for reading bytes, or every reason why it may not be loaded. `fuhyo` is None where no 附票 is kept.

    `missing_glyphs` is asked about each text that is printed; a character that cannot be printed is a warning, for it keeps nothing out but the papers that would bear it.
    """
    reading = _Reading(missing_glyphs, bad_lines_max)
    rejected: dict[File, csv_table.Rejected] = {}
    for file, stream in zip(FILES, (koseki, members, fuhyo), strict=True):
        outcome = reading.read(file, stream) if stream is not None else None
        if outcome is not None:
            rejected[file] = outcome
    return Rejected(rejected) if rejected else reading.finished()


def write(koseki: Sequence[Koseki], fuhyo: Sequence[Fuhyo], *, header: Literal["ja", "ascii"] = "ja") -> Files:
    """The register as CSV texts (RFC 4180) that `parse` reads back to equal values but for their versions."""
    made_on = {one.koseki_no: one.made_on for one in fuhyo}
    return Files(
        koseki=_table("koseki", header, (koseki_cells(one, made_on.get(one.koseki_no)) for one in koseki)),
        members=_table("members", header, (member_cells(one.koseki_no, person) for one in koseki for person in one.members)),
        fuhyo=_table("fuhyo", header, (fuhyo_cells(one.koseki_no, person) for one in fuhyo for person in one.people)) if fuhyo else None,
    )


def replace_register(connection: Connection, parsed: Parsed, now: datetime) -> Replaced:
    """Put this register in the place of the one in the database, in the connection's transaction; see `tables.replace_all` for what a clerk set."""
    return replace_all(connection, parsed.koseki, parsed.fuhyo, now=now)


class _Reading:
    """What has been read so far."""

    def __init__(self, missing_glyphs: MissingGlyphs | None, bad_lines_max: int) -> None:
        self._missing_glyphs = missing_glyphs
        self._bad_lines_max = bad_lines_max
        self._koseki: dict[str, tuple[int, KosekiLine]] = {}
        self._people: list[Person] = []
        self._fuhyo: dict[str, FuhyoLine] = {}
        self._seen: set[tuple[File, str]] = set()
        self._warnings: list[Told] = []

    def read(self, file: File, stream: BinaryIO) -> csv_table.Rejected | None:
        """Take every line of one file; what is wrong with it."""
        return read_table(stream, COLUMNS[file], SENTENCES, lambda number, line: self._take(file, number, line), self._bad_lines_max)

    def _take(self, file: File, number: int, line: dict[str, str]) -> Iterable[CellFault]:
        for field in _WORDS[file]:
            value = meaning(field, line[field])
            line[field] = value if value is not None else UNKNOWN_WORD
        found = list(checks.faults(file, line))
        key = "koseki_no" if file == "koseki" else "person_no"
        if line[key] and (file, line[key]) in self._seen:
            found.append(CellFault(key, "duplicate"))
        self._seen.add((file, line[key]))
        if not found:
            self._keep(file, number, line)
        return found

    def _keep(self, file: File, number: int, line: dict[str, str]) -> None:
        self._warnings += [(file, number, fault) for fault in checks.warnings(file, line)]
        if self._unprintable("".join(_PRINTED_OF[file](line))):
            missing = [field for field in _PRINTED[file] if line[field] and self._unprintable(line[field])]
            self._warnings += [(file, number, CellFault(field, "character_unavailable")) for field in missing]
        if file == "koseki":
            self._koseki[line["koseki_no"]] = (number, koseki_of(line))
        elif file == "members":
            self._people.append(Person(number, line["koseki_no"], member_of(line)))
        else:
            self._fuhyo[line["person_no"]] = FuhyoLine(number, line)

    def _unprintable(self, text: str) -> bool:
        return has_private_use(text) or (self._missing_glyphs is not None and bool(self._missing_glyphs(text)))

    def finished(self) -> Parsed | Rejected:
        """The outcome, once every line of every file is in order by itself."""
        told = list(agreement.faults(self._koseki, self._people, self._fuhyo))
        if told:
            of_file = _lines(told)
            return Rejected({file: csv_table.Rejected(lines, lines[-1].number) for file, lines in of_file.items()})
        warned = [*self._warnings, *agreement.warnings(self._koseki, self._people, self._fuhyo)]
        members: dict[str, list[Any]] = {}
        for person in self._people:
            members.setdefault(person.koseki_no, []).append(person.value)
        koseki = tuple(replace(line.koseki, members=tuple(members[number])) for number, (_, line) in self._koseki.items())
        return Parsed(koseki, tuple(self._fuhyo_of(one) for one in koseki if self._made_on(one) is not None), _lines(warned))

    def _made_on(self, koseki: Koseki) -> Any:
        return self._koseki[koseki.koseki_no][1].fuhyo_made_on

    def _fuhyo_of(self, koseki: Koseki) -> Fuhyo:
        listed = ((person, self._fuhyo.get(person.person_no)) for person in koseki.members)
        people = tuple(fuhyo_person_of(found.line, person) for person, found in listed if found is not None)
        return Fuhyo(koseki.koseki_no, koseki.honseki, koseki.hittousha, people, self._made_on(koseki), koseki.standing, koseki.version)


def _lines(told: Iterable[Told]) -> dict[File, tuple[BadLine, ...]]:
    """The faults of each file in the order of its lines."""
    of_file: dict[File, list[BadLine]] = {}
    for file, number, fault in told:
        of_file.setdefault(file, []).append(bad_line(number, JAPANESE[file].get(fault.field, ""), fault.code, SENTENCES))
    return {file: tuple(sorted(of_file[file], key=lambda bad: bad.number)) for file in FILES if file in of_file}


def _table(file: File, header: Literal["ja", "ascii"], lines: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS[file])
    for cells in lines:
        writer.writerow(cells[column.field] for column in COLUMNS[file])
    return out.getvalue()


_PRINTED: Mapping[File, tuple[str, ...]] = {
    "koseki": ("honseki", "family_name", "hittousha", "entries"),
    "members": ("given_name", "birth", "father", "mother", "adoptive_father", "adoptive_mother", "relation", "entries"),
    "fuhyo": ("name", "birth", "addresses"),
}
_PRINTED_OF = {file: itemgetter(*fields) for file, fields in _PRINTED.items()}
_WORDS = {file: tuple(field for field in JAPANESE[file] if field in WORDS) for file in FILES}
