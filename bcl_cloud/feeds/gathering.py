"""The lines of a register's files, brought together unit by unit: some hundreds of lines at a time, never half a unit.

Decides nothing. In files that are sorted alike, and in one whose units stand together, little waits; a unit whose lines are far apart waits until the last of them has come.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import BinaryIO, NamedTuple

from bcl_cloud.feeds.indexing import FileIndex
from registers.csv_records import LINE_BYTES_MAX

LINES_MAX = 1000
BYTES_MAX = 2 * 1024 * 1024


class Line(NamedTuple):
    """One record: the number of its first line in its file, its unit, its bytes with all their lines."""

    number: int
    unit: str
    raw: bytes


Portion = dict[str, list[Line]]
"""Lines by file, each file's in its order."""


def portions(streams: Mapping[str, BinaryIO], indexes: Mapping[str, FileIndex]) -> Iterator[Portion]:
    """All lines that can be read, in portions of whole units. A line without a unit stands alone."""
    gathering: Portion = {name: [] for name in indexes}
    lines = size = 0
    for unit in _units({name: _lines(streams[name], indexes[name]) for name in indexes}, {name: indexes[name].counts for name in indexes}):
        for name, line in unit:
            gathering[name].append(line)
            lines, size = lines + 1, size + len(line.raw)
        if lines >= LINES_MAX or size >= BYTES_MAX:
            yield _in_order(gathering)
            gathering, lines, size = {name: [] for name in indexes}, 0, 0
    if lines:
        yield _in_order(gathering)


def _units(files: Mapping[str, Iterator[Line]], counts: Mapping[str, Mapping[str, int]]) -> Iterator[list[tuple[str, Line]]]:
    """The lines of one unit after the other, in the order in which units are complete. The first file leads; the others are read as far as its units reach."""
    waiting: dict[str, list[tuple[str, Line]]] = {}
    missing = {name: dict(of_file) for name, of_file in counts.items()}

    def complete(name: str, line: Line) -> list[tuple[str, Line]] | None:
        """The unit whose last line this is."""
        if not line.unit:
            return [(name, line)]
        waiting.setdefault(line.unit, []).append((name, line))
        missing[name][line.unit] -= 1
        for of_file in missing.values():
            if of_file.get(line.unit):
                return None
        return waiting.pop(line.unit)

    leading, *others = files
    for line in files[leading]:
        if unit := complete(leading, line):
            yield unit
        for name in others:
            while line.unit and missing[leading].get(line.unit) == 0 and missing[name].get(line.unit, 0):
                if unit := complete(name, next(files[name])):
                    yield unit
    for name in others:
        for line in files[name]:
            if unit := complete(name, line):
                yield unit


def _lines(stream: BinaryIO, index: FileIndex) -> Iterator[Line]:
    """Every record of a file that was looked through before, with its bytes; what cannot be read is passed over."""
    begins = index.begins
    if not begins:
        return
    read = _physical(stream)
    for _ in islice(read, begins[0] - 1):
        pass
    for place, unit in enumerate(index.units):
        length = begins[place + 1] - begins[place] if place + 1 < len(begins) else None
        raw = next(read) if length == 1 else b"".join(islice(read, length))
        if unit is not None:
            yield Line(begins[place], unit, raw if raw.endswith(b"\n") else raw + b"\r\n")


def _physical(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long the beginning."""
    while line := stream.readline(LINE_BYTES_MAX + 1):
        if len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
            while (rest := stream.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
        yield line


def _in_order(portion: Portion) -> Portion:
    return {name: sorted(lines, key=lambda line: line.number) for name, lines in portion.items() if lines}
