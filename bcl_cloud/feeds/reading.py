"""The files of an upload read and checked: every bad line with its file, number, column and reason; units where nothing is wrong.

Decides nothing about the database but what it is handed of it (birth dates of residents, for the holders of seals). A file is looked at twice, once for what is where, once for what it says; never
is a register held in memory as a whole.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import msgspec

from bcl_cloud.feeds import archive as archives
from bcl_cloud.feeds import manifest as manifests
from bcl_cloud.feeds.archive import Archive
from bcl_cloud.feeds.forms import FORMS, Beside
from bcl_cloud.feeds.gathering import portions
from bcl_cloud.feeds.indexing import FileIndex, indexed
from bcl_cloud.feeds.manifest import OPTIONAL, REMOVED, Manifest
from bcl_cloud.feeds.reserved_lines import reserved_faults
from bcl_cloud.feeds.sifting import SENTENCES as SIFTED
from bcl_cloud.feeds.sifting import SHOWN_MAX, Sifting
from registers.csv_records import Unreadable, records
from registers.csv_table import BadLine, bad_line
from registers.staging import Unit

SENTENCES = {**archives.SENTENCES, **manifests.SENTENCES, **SIFTED}
Faults = dict[str, tuple[BadLine, ...]]


class Found:
    """What was found wrong so far: of each file the first thousand faults, and how many there are."""

    def __init__(self) -> None:
        self.faults: Faults = {}
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, name: str, faults: "tuple[BadLine, ...] | list[BadLine]", count: int | None = None) -> None:
        """Note faults of a file; `count` where they are more than are handed over."""
        together = sorted((*self.faults.get(name, ()), *faults), key=lambda fault: fault.number)
        self.faults[name] = tuple(together[:SHOWN_MAX])
        self.count += len(faults) if count is None else count

    def merge(self, other: "Found") -> None:
        """Note all that another one says."""
        for name, faults in other.faults.items():
            self.add(name, faults)
        self.count += other.count - sum(map(len, other.faults.values()))


class Known:
    """What the registers that were read before say for those that come after: residents' birth dates by 宛名番号 (None: not everybody's are known), and who waits in quarantine."""

    def __init__(self) -> None:
        self.births: dict[str, str] | None = {}
        self.waiting: set[str] = set()


class RegisterReading:
    """One register's files. Take all `units()`; then `found` says what is wrong, `left_out` which units that keeps out, `rows` how many lines each file has, and `spoiled` whether nothing of it
    may be put in place, whatever the tenant chose; `named` are the lines with a number that is `reserved`."""

    def __init__(
        self, register: str, archive: Archive, manifest: Manifest, known: Known, *, keeps_out: bool, reserved: frozenset[str] = frozenset()
    ) -> None:
        self._archive = archive
        self._manifest = manifest
        self._known = known
        self._register = register
        self._keeps_out = keeps_out
        self._reserved = reserved
        self.found = Found()
        self.named = Found()
        self.rows: dict[str, int] = {}
        self.left_out: Mapping[str, frozenset[str]] = {}
        self.spoiled = False
        self._sifting: Sifting | None = None

    def units(self) -> Iterator[list[Unit]]:
        """Units in which nothing is wrong, some hundred at a time."""
        indexes = self._indexes()
        if not any(index.rows for index in indexes.values()):
            return
        beside = Beside(self._known.births, self._archive.picture)
        self._sifting = sifting = Sifting(self._register, indexes, beside, frozenset(self._known.waiting), keeps_out=self._keeps_out)
        with ExitStack() as opened:
            streams = {name: opened.enter_context(self._archive.open(name)) for name in indexes}
            for portion in portions(streams, indexes):
                units = sifting.sift(portion)
                if self._register == "residents" and self._known.births is not None:
                    self._known.births.update((row["atena_no"], row["birth"]) for unit in units for row in unit.rows["residents"])
                if units:
                    yield units
        self._finish(sifting)

    @property
    def refused(self) -> bool:
        """Whether nothing of the register may be put in place: where bad lines keep their units out, only because of what cannot be kept out."""
        return self.spoiled or (bool(self.found) and not self._keeps_out) or self._going_wrong()

    def _indexes(self) -> dict[str, FileIndex]:
        """A first look at each file. One without lines says nothing; in a full upload that is so only of a file that may be missing."""
        indexes: dict[str, FileIndex] = {}
        current = None
        for name in manifests.REGISTERS[self._register]:
            if name not in self._manifest.files:
                continue
            with self._archive.open(name) as stream:
                index = indexed(stream, FORMS[name], current if name == "koseki_members.csv" else None, self._reserved)
            current = index.current if name == "koseki.csv" else current
            if not index.faults and not index.rows and self._manifest.kind == "full" and name not in OPTIONAL:
                index.faults.append(fault("empty", 1))
            self.rows[name] = index.rows
            self.found.add(name, index.faults)
            self.named.add(name, reserved_faults(name, index))
            self.spoiled |= bool(index.faults)
            if not index.faults and index.rows != self._manifest.files[name].rows:
                self.found.add(name, (fault("rows_differ"),))
                self.spoiled = True
            indexes[name] = index
        if self.spoiled and self._register == "residents":
            self._known.births = None
        return indexes if all(index.fields for index in indexes.values()) else {}

    def _going_wrong(self) -> bool:
        return self._sifting is not None and (self._sifting.too_many or (bool(self._sifting.faults) and not self._keeps_out))

    def _finish(self, sifting: Sifting) -> None:
        for name, faults in sifting.faults.items():
            self.found.add(name, faults, sifting.count[name])
        self.left_out = sifting.left_out
        if self._register == "residents":
            self._known.waiting.update(person for people in sifting.left_out.values() for person in people)
            if sifting.unplaced:
                self._known.births = None
        if sifting.too_many and self._keeps_out:
            self.found.add(self._register, (fault("too_many_bad"),))
        self.spoiled |= sifting.too_many


def fault(code: str, number: int = 0, column: str = "") -> BadLine:
    """A fault of a whole file (`number` 0) or of a line."""
    return bad_line(number, column, code, SENTENCES)


def read_manifest(archive: Archive) -> Manifest | BadLine:
    """The manifest, or why there is none."""
    try:
        return msgspec.json.decode(archive.read(manifests.MANIFEST, 1 << 20), type=Manifest)
    except KeyError:
        return fault("file_missing")
    except msgspec.MsgspecError:
        return fault("manifest_form")


def whole_file_faults(archive: Archive, manifest: Manifest, kept: frozenset[str]) -> Found:
    """What is wrong with the set of files and their digests, before any is read."""
    found = Found()
    for name, code in manifests.file_faults(manifest, archive.names - {manifests.MANIFEST}, kept):
        found.add(name, (fault(code),))
    for name in manifest.files:
        if name in archive.names and name not in found.faults and archive.digest(name) != manifest.files[name].sha256:
            found.add(name, (fault("sha256_differs"),))
    if archive.pictures:
        said = manifest.imprints
        if said is None or said.sha256 != archive.pictures_digest():
            found.add("imprints", (fault("sha256_differs"),))
        elif said.rows != len(archive.pictures):
            found.add("imprints", (fault("rows_differ"),))
    return found


def read_removed(archive: Archive, manifest: Manifest) -> tuple[dict[str, list[str]], list[BadLine]]:
    """The units that a differential takes away, by register; and what is wrong with their list."""
    removed: dict[str, list[str]] = {}
    if REMOVED not in manifest.files:
        return removed, []
    bad, rows = [], 0
    with archive.open(REMOVED) as stream:
        try:
            for place, (number, cells) in enumerate(records(stream)):
                rows = place
                if place == 0:
                    bad += [fault("removed_form", number)] if cells != ["台帳", "番号"] else []
                elif len(cells) != 2 or cells[0] not in manifest.registers() or not cells[1] or len(cells[1]) > 20:
                    bad.append(fault("removed_form", number))
                else:
                    removed.setdefault(cells[0], []).append(cells[1])
        except Unreadable as unreadable:
            bad.append(fault(unreadable.code, unreadable.number))
    if not bad and rows != manifest.files[REMOVED].rows:
        bad.append(fault("rows_differ"))
    return removed, bad
