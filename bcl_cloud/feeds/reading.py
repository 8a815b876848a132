"""The files of an upload read and checked: every bad line with its file, number, column and reason; units where nothing is wrong.

Decides nothing about the database but what it is handed of it (birth dates of residents, for the holders of seals). One register is read at a time and let go of, so that memory holds one.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from bcl_cloud.feeds import archive as archives
from bcl_cloud.feeds import manifest as manifests
from bcl_cloud.feeds.archive import Archive
from bcl_cloud.feeds.manifest import REMOVED, Manifest
from bcl_cloud.feeds.sifting import Sifted
from certificates.fonts.selection import missing_glyphs
from registers.csv_records import Unreadable, records
from registers.csv_table import BadLine, Rejected, bad_line
from registers.koseki import csv_form as koseki_form
from registers.koseki import part as koseki_part
from registers.residents import csv_form as residents_form
from registers.residents import part as residents_part
from registers.seal import csv_form as seal_form
from registers.seal import part as seal_part
from registers.staging import Unit
from registers.tax import csv_form as tax_form
from registers.tax import part as tax_part

FAULTS_MAX = 100_000
"""So many faults of one file are counted; of these a report shows the first thousand."""
SENTENCES = {**archives.SENTENCES, **manifests.SENTENCES}
Faults = dict[str, tuple[BadLine, ...]]
Files = Archive | Sifted


class ReadRegister(NamedTuple):
    """What one register's files hold: its units, or faults by file; how many lines each file has; with quarantine the units that were left out (each with its people) for these faults."""

    units: Iterable[Unit]
    faults: Faults
    rows: dict[str, int]
    left_out: Mapping[str, frozenset[str]] = {}


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


def whole_file_faults(archive: Archive, manifest: Manifest, kept: frozenset[str]) -> Faults:
    """What is wrong with the set of files and their digests, before any is read."""
    faults: Faults = {name: (fault(code),) for name, code in manifests.file_faults(manifest, archive.names - {manifests.MANIFEST}, kept)}
    for name in manifest.files:
        if name in archive.names and archive.digest(name) != manifest.files[name].sha256:
            faults.setdefault(name, (fault("sha256_differs"),))
    if archive.pictures:
        said = manifest.imprints
        if said is None or said.sha256 != archive.pictures_digest():
            faults["imprints"] = (fault("sha256_differs"),)
        elif said.rows != len(archive.pictures):
            faults["imprints"] = (fault("rows_differ"),)
    return faults


def read_register(register: str, archive: Archive, manifest: Manifest, births: dict[str, str]) -> ReadRegister:
    """One register. In a differential a file may have no lines at all: nothing changed. `births` is filled by the residents and asked by the seals."""
    names = [name for name in manifests.REGISTERS[register] if name in manifest.files]
    if manifest.kind == "differential" and all(manifest.files[name].rows == 0 for name in names):
        return ReadRegister((), {}, {name: _lines_under_header(archive, name) for name in names})
    return _READERS[register](archive, names, births)


def read_healthy(register: str, archive: Archive, manifest: Manifest, births: dict[str, str]) -> ReadRegister:
    """The register as `read_register` reads it, without the units in which a line is bad; `left_out` is empty where the faults keep everything out."""
    found = read_register(register, archive, manifest, births)
    if not found.faults:
        return found
    names = [name for name in manifests.REGISTERS[register] if name in manifest.files]
    sifted, faults = Sifted(archive, names), dict(found.faults)
    while found.faults:
        if not sifted.take_out(found.faults):
            return ReadRegister((), {**faults, register: (fault("too_many_bad"),)}, {})
        found = _READERS[register](sifted, names, births)
        faults = {name: (*faults.get(name, ()), *found.faults.get(name, ())) for name in {**faults, **found.faults}}
    return found._replace(faults=faults, rows={name: sifted.rows(name) for name in names}, left_out=sifted.left_out())


def read_removed(archive: Archive, manifest: Manifest) -> tuple[dict[str, list[str]], Faults]:
    """The units that a differential takes away, by register."""
    removed: dict[str, list[str]] = {}
    if REMOVED not in manifest.files:
        return removed, {}
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
    return removed, {REMOVED: tuple(bad)} if bad else {}


def _residents(archive: Files, names: list[str], births: dict[str, str]) -> ReadRegister:
    with archive.open(names[0]) as stream:
        parsed = residents_form.parse(stream, missing_glyphs=missing_glyphs, bad_lines_max=FAULTS_MAX)
    if isinstance(parsed, Rejected):
        return ReadRegister((), {names[0]: parsed.lines}, {})
    births.update((person.atena_no, person.birth) for person in parsed.residents)
    return ReadRegister(residents_part.units_of(parsed), {}, {names[0]: len(parsed.residents)})


def _koseki(archive: Files, names: list[str], _births: dict[str, str]) -> ReadRegister:
    streams = [archive.open(name) for name in names]
    try:
        parsed = koseki_form.parse(
            streams[0], streams[1], streams[2] if len(streams) > 2 else None, missing_glyphs=missing_glyphs, bad_lines_max=FAULTS_MAX
        )
    finally:
        for stream in streams:
            stream.close()
    if isinstance(parsed, koseki_form.Rejected):
        of_file: Mapping[str, str] = dict(zip(koseki_form.FILES, manifests.REGISTERS["koseki"], strict=True))
        return ReadRegister((), {of_file[file]: rejected.lines for file, rejected in parsed.files.items()}, {})
    counts = (len(parsed.koseki), sum(len(one.members) for one in parsed.koseki), sum(len(one.people) for one in parsed.fuhyo))
    return ReadRegister(koseki_part.units_of(parsed), {}, dict(zip(names, counts, strict=False)))


def _seal(archive: Files, names: list[str], births: dict[str, str]) -> ReadRegister:
    with archive.open(names[0]) as stream:
        parsed = seal_form.parse(stream, birth_of=births.get, imprint_file=archive.picture, bad_lines_max=FAULTS_MAX)
    if isinstance(parsed, Rejected):
        return ReadRegister((), {names[0]: parsed.lines}, {})
    return ReadRegister(seal_part.units_of(parsed), {}, {names[0]: len(parsed.seals)})


def _tax(archive: Files, names: list[str], _births: dict[str, str]) -> ReadRegister:
    with archive.open(names[0]) as stream:
        parsed = tax_form.parse(stream, missing_glyphs=missing_glyphs, bad_lines_max=FAULTS_MAX)
    if isinstance(parsed, Rejected):
        return ReadRegister((), {names[0]: parsed.lines}, {})
    return ReadRegister(tax_part.units_of(parsed), {}, {names[0]: len(parsed.records)})


def _lines_under_header(archive: Archive, name: str) -> int:
    with archive.open(name) as stream:
        return max(0, sum(bool(line.strip()) for line in stream) - 1)


_READERS: Mapping[str, Callable[[Files, list[str], dict[str, str]], ReadRegister]] = {
    "residents": _residents,
    "koseki": _koseki,
    "seal": _seal,
    "tax": _tax,
}
PARTS: Mapping[str, Any] = {"residents": residents_part, "koseki": koseki_part, "seal": seal_part, "tax": tax_part}
"""By register, in the order in which they are put in place."""
