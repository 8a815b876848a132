"""The first look at a file of an upload: where its records are, what unit each belongs to, which numbers occur twice, which lines cannot be read at all.

Decides what can only be said of a whole file. What a line says is no matter here. Kept are numbers and keys, no line: a file of any length is looked at in little memory.
"""

from array import array
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, cast

from bcl_cloud.feeds.forms import FileForm
from registers.csv_records import LINE_BYTES_MAX, RECORD_LINES_MAX, Unreadable, records
from registers.csv_table import BadLine, Rejected, bad_line, header
from registers.koseki.columns import meaning

UNIT_MAX = 20
"""Characters of a unit's name that are kept; a lawful one has no more."""
UNREADABLE_MAX = 1000
"""After so many lines that cannot be read a file is no register, and is not looked at any further."""


class Twice(NamedTuple):
    """A value that an earlier line has already: the field, the code of the reason."""

    field: str
    code: str


@dataclass(slots=True)
class FileIndex:
    """One file. `begins`: the first line of each record, `units`: its unit ("" where none can be told, None where it cannot be read), `counts`: records of each unit, `twice` by the record's
    line, `shared`: the units that bear a value which another line bears as well, `reserved`: line and field of each number that no line may name, `current`: the 戸籍 in force (of the file
    of 戸籍)."""

    fields: list[str] = field(default_factory=list)
    begins: "array[int]" = field(default_factory=lambda: array("L"))
    units: list[str | None] = field(default_factory=list)
    counts: "Counter[str]" = field(default_factory=Counter)
    faults: list[BadLine] = field(default_factory=list)
    twice: dict[int, list[Twice]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    reserved: list[tuple[int, str]] = field(default_factory=list)
    current: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """How many records stand under the header."""
        return len(self.units)


def indexed(stream: BinaryIO, form: FileForm, current: Collection[str] | None = None, reserved: frozenset[str] = frozenset()) -> FileIndex:
    """Look through a file. `current` are the 戸籍 in force, of the file of their people: a resident may stand in one of them. `reserved`: see `reserved_lines`."""
    index = FileIndex()
    found = _readable(stream, [column.ja for column in form.columns], index)
    fields = index.fields = _fields(found, form, index)
    if not fields:
        return index
    places = {name: place for place, name in enumerate(fields)}
    keys = [places[name] for name in form.key]
    apart = [(name, places[name]) for name in form.apart if name in places]
    seen: dict[tuple[str, str], int] = {}
    linked = None if current is None else _links(places, current)
    standing = places.get("standing") if form.apart == ("koseki_no",) else None
    for number, cells in found:
        index.begins.append(number)
        if cells is None:
            index.units.append(None)
            continue
        if not reserved.isdisjoint(cells):
            index.reserved += _named(number, cells, fields, reserved)
        whole = len(cells) == len(fields)
        named = [cells[place] for place in keys] if whole else [""]
        unit = "/".join(named)[:UNIT_MAX] if all(named) else ""
        index.units.append(unit)
        if unit:
            index.counts[unit] += 1
        if not whole:
            continue
        for name, place in apart:
            if cells[place]:
                _look(index, seen, name, cells[place], Twice(name, "duplicate"))
        link = linked(cells) if linked is not None else None
        if link:
            _look(index, seen, "link", link, Twice("atena_no", "atena_twice"))
        if form.apart == ("koseki_no",) and (standing is None or meaning("standing", cells[standing]) == "current"):
            index.current.add(unit)  # a file that leaves the column out holds 戸籍 in force alone
    return index


def _fields(found: Iterator[tuple[int, list[str] | None]], form: FileForm, index: FileIndex) -> list[str]:
    """The header's fields; none, and why is noted, where there is no header: nobody knows what a line says then."""
    first = next(found, None)
    if index.faults:
        return []
    fields = header(iter(() if first is None else ((first[0], first[1] or []),)), form.columns)
    if isinstance(fields, Rejected):
        index.faults += fields.lines
        return []
    return fields


def _named(number: int, cells: list[str], fields: list[str], reserved: frozenset[str]) -> list[tuple[int, str]]:
    """The line and the field of each cell that is a reserved number."""
    return [(number, fields[at] if at < len(fields) else "") for at, cell in enumerate(cells) if cell in reserved]


def _look(index: FileIndex, seen: dict[tuple[str, str], int], name: str, value: str, twice: Twice) -> None:
    """Note a value where it occurs again, with the units of both."""
    record = len(index.units) - 1
    first = seen.setdefault((name, value), record)
    if first != record:
        index.twice.setdefault(index.begins[record], []).append(twice)
        index.shared |= {unit for unit in (index.units[first], index.units[record]) if unit}


def _links(places: Mapping[str, int], current: Collection[str]) -> Callable[[list[str]], str]:
    """The 宛名番号 of whoever stands, not removed, in a 戸籍 in force; "" of anybody else."""
    atena, removed, koseki = places.get("atena_no"), places.get("removed_on"), places["koseki_no"]

    def link(cells: list[str]) -> str:
        if atena is None or (removed is not None and cells[removed]) or cells[koseki] not in current:
            return ""
        return cells[atena]

    return link


def _readable(stream: BinaryIO, known_words: Collection[str], index: FileIndex) -> Iterator[tuple[int, list[str] | None]]:
    """Every record with its first line's number; None for one that cannot be read, whose fault is noted and after which reading goes on."""
    lines = _Again(stream)
    base = 0
    while True:
        try:
            for number, cells in records(cast("BinaryIO", lines), known_words):
                yield base + number, cells
        except Unreadable as bad:
            index.faults.append(bad_line(base + bad.number, "", bad.code, {}))
            yield base + bad.number, None
            base += bad.number
            lines.go_back_to(base)
            if len(index.faults) < UNREADABLE_MAX:
                continue
        return


class _Again:
    """A stream of lines that goes back to any of the last few."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._last: deque[bytes] = deque(maxlen=RECORD_LINES_MAX + 1)
        self._waiting: deque[bytes] = deque()
        self._number = 0

    def readline(self, most: int) -> bytes:
        """The next line; of one that is too long its beginning, and the rest is passed over."""
        line = self._waiting.popleft() if self._waiting else self._stream.readline(most)
        if line:
            self._number += 1
            self._last.append(line)
            if len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
                while (rest := self._stream.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                    pass
        return line

    def go_back_to(self, number: int) -> None:
        """The next line is the one after `number`."""
        again = [self._last.pop() for _ in range(self._number - number)]
        self._waiting.extendleft(again)
        self._number = number
