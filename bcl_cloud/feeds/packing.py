"""Registers as the ZIP that a tenant uploads: for filling a tenant, and for tests. What may stand in it, docs/registers*.md and `manifest` say."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

import msgspec

from bcl_cloud.feeds.manifest import FORMAT, MANIFEST, REMOVED, FileNote, Manifest
from registers.koseki import csv_form as koseki_form
from registers.population.municipality import Population
from registers.residents import csv_form as residents_form
from registers.seal import csv_form as seal_form
from registers.tax import csv_form as tax_form
from registers.tax import outsider_form
from registers.tax.outsiders import Outsider

ALL = ("residents", "koseki", "seal", "tax")


def pack(
    population: Population,
    tenant: str,
    sequence: int,
    as_of: datetime,
    *,
    before: Population | None = None,
    registers: Sequence[str] = ALL,
    based_on: int | None = None,
    outsiders: Sequence[Outsider] = (),
) -> bytes:
    """A full upload; with `before`, the differential from it (made from the upload `based_on`, by default the one before `sequence`). In a differential `outsiders` are those who changed."""
    files, removed = (_files(population, registers), {}) if before is None else _difference(before, population, registers)
    if outsiders:
        files["outsiders.csv"] = outsider_form.write(outsiders)
    if before is not None:
        files[REMOVED] = "台帳,番号\r\n" + "".join(f"{register},{key}\r\n" for register, keys in removed.items() for key in keys)
    return sealed(files, tenant, sequence, as_of, None if before is None else based_on or sequence - 1)


def sealed(files: dict[str, str], tenant: str, sequence: int, as_of: datetime, based_on: int | None, said: Mapping[str, int] | None = None) -> bytes:
    """These files (texts by name, one line a record) with their manifest; `said` are numbers of lines that are not counted but said."""
    out = io.BytesIO()
    archive = Archive(out)
    for name, text in files.items():
        archive.add(name, (text,))
    archive.close(tenant, sequence, as_of, based_on, said)
    return out.getvalue()


class Archive:
    """An archive that is filled one file after another, each piece by piece, so that no register need stand in memory as text. The manifest, which names them all, goes in last."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._notes: dict[str, FileNote] = {}

    def add(self, name: str, pieces: Iterable[str]) -> None:
        """Add a file: its header and its lines, in pieces that end with a line."""
        lines, digest = -1, sha256()
        with self._zip.open(name, "w") as entry:
            for piece in pieces:
                content = piece.encode("utf-8", "surrogateescape")
                lines += content.count(b"\r\n")
                digest.update(content)
                entry.write(content)
        self._notes[name] = FileNote(max(0, lines), digest.hexdigest())

    def close(self, tenant: str, sequence: int, as_of: datetime, based_on: int | None, said: Mapping[str, int] | None = None) -> None:
        """Add the manifest; `said` are numbers of lines that are not counted but said."""
        notes = {name: FileNote((said or {}).get(name, note.rows), note.sha256) for name, note in self._notes.items()}
        kind = "full" if based_on is None else "differential"
        manifest = Manifest(format=FORMAT, tenant=tenant, sequence=sequence, kind=kind, as_of=as_of, files=notes, based_on=based_on)  # type: ignore[arg-type]
        self._zip.writestr(zipfile.ZipInfo(MANIFEST), msgspec.json.encode(manifest), zipfile.ZIP_DEFLATED)
        self._zip.close()


def _files(population: Population, registers: Sequence[str]) -> dict[str, str]:
    files: dict[str, str] = {}
    if "residents" in registers:
        files["residents.csv"] = residents_form.write(population.residents, population.households)
    if "koseki" in registers:
        written = koseki_form.write(population.koseki, population.fuhyo)
        files |= {"koseki.csv": written.koseki, "koseki_members.csv": written.members}
        if written.fuhyo is not None:
            files["koseki_fuhyo.csv"] = written.fuhyo
    if "seal" in registers:
        files["seal.csv"] = seal_form.write(population.seals)
    if "tax" in registers:
        files["tax.csv"] = tax_form.write(population.tax)
    return files


def _difference(before: Population, after: Population, registers: Sequence[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The files of the units that changed or came, and the units that went."""
    old, new = _units(before), _units(after)
    changed = {register: {key for key, unit in new[register].items() if old[register].get(key) != unit} for register in registers}
    removed = {register: sorted(old[register].keys() - new[register].keys()) for register in registers}
    part = replace(
        after,
        residents=tuple(one for one in after.residents if one.household_no in changed.get("residents", ())),
        households=tuple(one for one in after.households if one.household_no in changed.get("residents", ())),
        koseki=tuple(one for one in after.koseki if one.koseki_no in changed.get("koseki", ())),
        fuhyo=tuple(one for one in after.fuhyo if one.koseki_no in changed.get("koseki", ())),
        seals=tuple(one for one in after.seals if one.atena_no in changed.get("seal", ())),
        tax=tuple(one for one in after.tax if f"{one.atena_no}/{one.year}" in changed.get("tax", ())),
    )
    return _files(part, registers), removed


def _units(population: Population) -> dict[str, dict[str, object]]:
    people: dict[str, list[object]] = {}
    for resident in population.residents:
        people.setdefault(resident.household_no, []).append(resident)
    seals: dict[str, list[object]] = {}
    for seal in population.seals:
        seals.setdefault(seal.atena_no, []).append(seal)
    fuhyo = {one.koseki_no: one for one in population.fuhyo}
    return {
        "residents": {one.household_no: (one, tuple(people.get(one.household_no, ()))) for one in population.households},
        "koseki": {one.koseki_no: (one, fuhyo.get(one.koseki_no)) for one in population.koseki},
        "seal": dict(seals),
        "tax": {f"{one.atena_no}/{one.year}": one for one in population.tax},
    }
