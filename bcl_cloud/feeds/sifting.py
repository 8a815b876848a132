"""One portion of lines after the other: the units in which nothing is wrong, and every fault of the others.

Decides which whole units a bad line keeps out, which a tenant may choose instead of a rejected upload: its own, and with a number that occurs twice all that bear it, since nobody can say whose it
is. A line of which it cannot be told what it belongs to keeps out everything: its unit would go in without it.
"""

import csv
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from bcl_cloud.feeds.forms import FORMS, PARSERS, PLACED, Beside
from bcl_cloud.feeds.gathering import Line, Portion
from bcl_cloud.feeds.indexing import FileIndex
from registers.csv_table import FILE_SENTENCES, BadLine, bad_line
from registers.koseki.checks import SENTENCES as KOSEKI_SENTENCES
from registers.seal.checks import SENTENCES as SEAL_SENTENCES
from registers.staging import Unit

FEW = 10
SHARE_MAX = 0.05
"""More units than both are no bad lines but a bad file."""
SHOWN_MAX = 1000
"""Faults of one file that are kept with their lines; of the others it is known how many they are."""
PERSON_MAX = 20

_WITHIN = frozenset({"two_in_force"})
_OF_A_GOOD_KEY = _WITHIN | {"duplicate", "atena_twice", "no_such_resident", "holder_waits", "too_young", "age_unknown", "no_members"}
"""What may be wrong with a unit's number that is still without doubt the unit's."""
_OF_A_HOUSEHOLD = frozenset({"no_head"})
"""What is said of a household because one of its lines could not be read: the line itself is told."""
_OF_A_HOLE = _OF_A_HOUSEHOLD | {"no_such_koseki", "no_members", "everybody_removed", "not_in_koseki", "fuhyo_person_missing"}
"""What may be said because a line is missing: where lines are in the register of which nobody knows what they belong to, those are told, and not what seems to lack them."""
SENTENCES: dict[str, tuple[str, str]] = {
    **SEAL_SENTENCES,
    **KOSEKI_SENTENCES,
    "holder_waits": ("この者の世帯が隔離されているため、印鑑登録も待ちます。", "The holder's household is in quarantine; the seal waits with it."),
}


class Sifting:
    """One register, portion by portion. When all are done: `faults` and their `count` by file, `left_out` with its people, `unplaced`: whether a line belongs to nothing that could be left out."""

    def __init__(self, register: str, indexes: Mapping[str, FileIndex], beside: Beside, waiting: frozenset[str], *, keeps_out: bool) -> None:
        self._register = register
        self._indexes = indexes
        self._beside = beside
        self._waiting = waiting
        self._keeps_out = keeps_out
        self._columns = {name: {column.field: column.ja for column in FORMS[name].columns} for name in indexes}
        self._everybody = len(set().union(*(index.counts for index in indexes.values())))
        self._holes = any("" in index.units or None in index.units for index in indexes.values())
        self._headers = {name: (",".join(index.fields) + "\r\n").encode() for name, index in indexes.items()}
        self.faults: dict[str, list[BadLine]] = {}
        self.count: Counter[str] = Counter()
        self.left_out: dict[str, frozenset[str]] = {}
        self.unplaced = False

    @property
    def too_many(self) -> bool:
        """Whether what is bad cannot be left out, or is too much of the register."""
        out = len(self.left_out)
        return self.unplaced or (0 < out == self._everybody) or out > max(FEW, SHARE_MAX * self._everybody)

    def sift(self, portion: Portion) -> list[Unit]:
        """The healthy units of these lines."""
        lines = {name: [line for line in of_file if line.unit] for name, of_file in portion.items()}
        self._alone({name: [line for line in of_file if not line.unit] for name, of_file in portion.items()})
        incomplete = self._incomplete(lines)
        bad = incomplete | self._shared(lines)
        looked_at = {line.unit for of_file in lines.values() for line in of_file} - incomplete
        units, faults = self._read(_of(lines, looked_at))
        while faults:
            bad |= self._blame(faults, lines)
            looked_at, before = looked_at - bad, len(looked_at)
            if len(looked_at) == before:
                self.unplaced = True
                return []
            units, faults = self._read(_of(lines, looked_at))
        for unit in bad:
            self.left_out[unit] = self._people(unit, lines)
        return [unit for unit in units if unit.key not in bad]

    def _alone(self, lines: Portion) -> None:
        """Lines of which nobody knows what they belong to."""
        for name, of_file in lines.items():
            fields = self._indexes[name].fields
            for line in of_file:
                self.unplaced = True
                cells = _cells(line)
                if len(cells) != len(fields):
                    self._note(name, bad_line(line.number, "", "cell_count", SENTENCES))
                    continue
                for key in FORMS[name].key:
                    if not cells[fields.index(key)]:
                        self._note(name, bad_line(line.number, self._columns[name][key], "required", SENTENCES))

    def _needed(self) -> list[str]:
        return [name for name in self._indexes if FORMS[name].needed]

    def _shared(self, lines: Portion) -> set[str]:
        """Units with a number that another line bears as well, in this portion or anywhere else."""
        shared: set[str] = set()
        for name, of_file in lines.items():
            index = self._indexes[name]
            shared |= {line.unit for line in of_file if line.unit in index.shared}
            for line in of_file:
                for twice in index.twice.get(line.number, ()):
                    self._note(name, bad_line(line.number, self._columns[name][twice.field], twice.code, SENTENCES))
        return shared

    def _incomplete(self, lines: Portion) -> set[str]:
        """Units that lack a file's lines: people without their 戸籍, and a 戸籍 without people."""
        needed = self._needed()
        if len(needed) < 2:
            return set()
        bad: set[str] = set()
        leading, people = needed
        of = {name: {line.unit for line in lines.get(name, ())} for name in self._indexes}
        for line in lines.get(leading, ()):
            if line.unit not in of[people]:
                self._note(leading, bad_line(line.number, "", "no_members", SENTENCES))
                bad.add(line.unit)
        for name in self._indexes:
            for line in lines.get(name, ()):
                if line.unit not in of[leading]:
                    self._note(name, bad_line(line.number, self._columns[name]["koseki_no"], "no_such_koseki", SENTENCES))
                    bad.add(line.unit)
                    self.unplaced = True  # which 戸籍 it belongs to nobody knows
        return bad

    def _read(self, lines: Portion) -> tuple[list[Unit], dict[str, list[BadLine]]]:
        """The units of these lines, or every fault with its line's number in the file."""
        if not lines:
            return [], {}
        files: dict[str, BinaryIO] = {
            name: io.BytesIO(self._headers[name] + b"".join(line.raw for line in of_file)) for name, of_file in lines.items()
        }
        parsed = PARSERS[self._register](files, self._beside)
        if parsed.faults:
            numbered = {name: _numbered(lines[name], of_file) for name, of_file in parsed.faults.items()}
            return [], numbered
        units = list(parsed.units)
        if self._register in PLACED:
            file, table = PLACED[self._register]
            for row in (row for unit in units for row in unit.rows[table]):
                row["place"] = lines[file][row["place"] - 1].number
        return units, {}

    def _blame(self, faults: Mapping[str, Sequence[BadLine]], lines: Portion) -> set[str]:
        """Note these faults; the units that they keep out."""
        units: set[str] = set()
        for name, of_file in faults.items():
            fields = {ja: name_of for name_of, ja in self._columns[name].items()}
            unit_of = {line.number: line.unit for line in lines[name]}
            own = {unit_of.get(fault.number, "") for fault in of_file if fault.code not in _OF_A_HOUSEHOLD}
            for fault in of_file:
                unit = unit_of.get(fault.number, "")
                units.add(unit)
                if fault.code in _OF_A_HOUSEHOLD and unit in own:
                    continue
                field = fields.get(fault.column, "")
                if fault.code in FILE_SENTENCES or (field in FORMS[name].key and fault.code not in _OF_A_GOOD_KEY):
                    self.unplaced = True
                self._note_once(name, fault, unit)
        return units - {""}

    def _note_once(self, name: str, fault: BadLine, unit: str) -> None:
        if fault.code in ("duplicate", "atena_twice") and fault.number in self._indexes[name].twice:
            return  # told by the index
        if fault.code == "no_such_resident" and unit in self._waiting:
            if not self._keeps_out:
                return  # the holder's own line is told; without it nobody can say whether the seal is in order
            fault = bad_line(fault.number, fault.column, "holder_waits", SENTENCES)
        self._note(name, fault)

    def _note(self, name: str, fault: BadLine) -> None:
        if self._holes and fault.code in _OF_A_HOLE:
            return
        self.count[name] += 1
        of_file = self.faults.setdefault(name, [])
        if len(of_file) < SHOWN_MAX:
            of_file.append(fault)

    def _people(self, unit: str, lines: Portion) -> frozenset[str]:
        """The 宛名番号 that stand in the lines of a unit."""
        people: set[str] = set()
        for name, of_file in lines.items():
            fields = self._indexes[name].fields
            if "atena_no" in fields:
                place = fields.index("atena_no")
                people |= {_cells(line)[place][:PERSON_MAX] for line in of_file if line.unit == unit}
        return frozenset(people - {""})


def _cells(line: Line) -> list[str]:
    return next(csv.reader(io.StringIO(line.raw.decode(), newline="")), [])


def _of(lines: Portion, units: Iterable[str]) -> Portion:
    wanted = set(units)
    chosen = {name: [line for line in of_file if line.unit in wanted] for name, of_file in lines.items()}
    return {name: of_file for name, of_file in chosen.items() if of_file}


def _numbered(lines: Sequence[Line], faults: Sequence[BadLine]) -> list[BadLine]:
    """Faults of lines as they were handed in, numbered as in their file."""
    begins = list(_begins(lines))
    numbered = []
    for fault in faults:
        place = bisect_right(begins, fault.number) - 1
        line = lines[max(place, 0)]
        numbered.append(BadLine(line.number + max(0, fault.number - begins[max(place, 0)]), fault.column, fault.code, fault.reason, fault.reason_en))
    return numbered


def _begins(lines: Sequence[Line]) -> Iterator[int]:
    number = 2
    for line in lines:
        yield number
        number += line.raw.count(b"\n")
