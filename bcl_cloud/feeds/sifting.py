"""The files of one register without the units in which a line is bad: what a tenant may choose instead of a rejected upload.

Decides which whole units a bad line keeps out: its own, and with a number that occurs twice all that bear it, since nobody can say whose it is. A line of which it cannot be told what it belongs to
keeps out everything: its unit would go in without it. Lines keep their numbers.
"""

import io
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, NamedTuple

from bcl_cloud.feeds.archive import Archive
from bcl_cloud.feeds.manifest import REGISTER_OF
from registers.csv_records import Unreadable, records
from registers.csv_table import FILE_SENTENCES, BadLine, Rejected, header
from registers.koseki.columns import COLUMNS as KOSEKI_COLUMNS
from registers.residents.columns import COLUMNS as RESIDENT_COLUMNS
from registers.seal.csv_form import COLUMNS as SEAL_COLUMNS
from registers.tax.columns import COLUMNS as TAX_COLUMNS

FEW = 10
SHARE_MAX = 0.05
"""More units than both are no bad lines but a bad file."""

_COLUMNS: Mapping[str, Any] = {
    "residents.csv": RESIDENT_COLUMNS,
    "koseki.csv": KOSEKI_COLUMNS["koseki"],
    "koseki_members.csv": KOSEKI_COLUMNS["members"],
    "koseki_fuhyo.csv": KOSEKI_COLUMNS["fuhyo"],
    "seal.csv": SEAL_COLUMNS,
    "tax.csv": TAX_COLUMNS,
}
_KEYS: Mapping[str, tuple[str, ...]] = {"residents": ("household_no",), "koseki": ("koseki_no",), "seal": ("atena_no",), "tax": ("atena_no", "year")}
_TWICE = frozenset({"duplicate", "atena_twice", "two_in_force"})
_OF_A_GOOD_KEY = _TWICE | {"no_such_resident", "too_young", "age_unknown"}
"""What may be wrong with a unit's number that is still without doubt the unit's."""


class _Line(NamedTuple):
    first: int
    after: int
    unit: str
    texts: Mapping[str, str]


class Sifted:
    """The archive's files of one register, to be opened like the archive's own, without the units that were taken out."""

    def __init__(self, archive: Archive, names: Iterable[str]) -> None:
        self._archive = archive
        self._raw: dict[str, list[bytes]] = {}
        self._lines: dict[str, list[_Line]] = {}
        self.out: set[str] = set()
        for name in names:
            with archive.open(name) as stream:
                self._raw[name] = stream.readlines()
            self._lines[name] = _lines(name, self._raw[name])

    def take_out(self, faults: Mapping[str, Iterable[BadLine]]) -> bool:
        """Take out every unit with a bad line; False when that cannot be done, or is too much."""
        units: set[str] = set()
        for name, bad in faults.items():
            found = self._units_of(name, bad)
            if found is None:
                return False
            units |= found
        everybody = {line.unit for lines in self._lines.values() for line in lines}
        progress = not units <= self.out
        self.out |= units
        return progress and self.out < everybody and len(self.out) <= max(FEW, SHARE_MAX * len(everybody))

    def open(self, name: str) -> BinaryIO:
        """The file's lines; one that was taken out is an empty line."""
        kept = list(self._raw[name])
        for line in self._lines[name]:
            if line.unit in self.out:
                kept[line.first - 1 : line.after - 1] = [b"\r\n"] * (line.after - line.first)
        return io.BytesIO(b"".join(kept))

    def picture(self, name: str) -> bytes | None:
        """See `Archive.picture`."""
        return self._archive.picture(name)

    def rows(self, name: str) -> int:
        """How many lines the file has under its header, those included that were taken out."""
        return len(self._lines[name])

    def left_out(self) -> dict[str, frozenset[str]]:
        """The units, each with the 宛名番号 of the people whom its lines name."""
        people: dict[str, set[str]] = {unit: set() for unit in self.out}
        for lines in self._lines.values():
            for line in lines:
                if line.unit in people and line.texts.get("atena_no"):
                    people[line.unit].add(line.texts["atena_no"][:20])
        return {unit: frozenset(of_unit) for unit, of_unit in people.items()}

    def _units_of(self, name: str, bad: Iterable[BadLine]) -> set[str] | None:
        fields = {column.ja: column.field for column in _COLUMNS[name]}
        by_number = {line.first: line for line in self._lines[name]}
        units: set[str] = set()
        for fault in bad:
            line, field = by_number.get(fault.number), fields.get(fault.column, "")
            if line is None or fault.code in FILE_SENTENCES or not line.unit:
                return None
            if field in _KEYS[REGISTER_OF[name]] and fault.code not in _OF_A_GOOD_KEY:
                return None
            units.add(line.unit)
            if fault.code in _TWICE and line.texts.get(field):
                units |= {other.unit for other in self._lines[name] if other.texts.get(field) == line.texts[field]}
        return units


def _lines(name: str, raw: list[bytes]) -> list[_Line]:
    """Every record with its unit; none of a file that cannot be read, which then keeps out everything."""
    try:
        found = records(io.BytesIO(b"".join(raw)))
        fields = header(found, _COLUMNS[name])
        if isinstance(fields, Rejected):
            return []
        numbered = [(number, cells) for number, cells in found]
    except Unreadable:
        return []
    keys = _KEYS[REGISTER_OF[name]]
    ends = [number for number, _ in numbered[1:]] + [len(raw) + 1]
    lines: list[_Line] = []
    for (number, cells), after in zip(numbered, ends, strict=True):
        texts = dict(zip(fields, cells, strict=False)) if len(cells) == len(fields) else {}
        parts = [texts.get(key, "") for key in keys]
        lines.append(_Line(number, after, "/".join(parts)[:20] if all(parts) else "", texts))
    return lines
