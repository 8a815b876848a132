"""A register that somebody else wrote, put in the place of the municipality's own: all of its files or nothing, in one transaction.

Decides what the operator is told. Which files a register has and how they are read is `register_files`'. What clerks set at this desk stays, and so do the cards (`kept_cards`).
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from issuer.doings import Doing, note_doing
from issuer.issue_tables import METADATA
from issuer.register_files import REGISTERS, Contents, Counts, Read, birth_dates
from municipal_server.config import load
from registers.csv_table import BadLine
from registers.residents.tables import METADATA as REGISTER
from registers.seal.csv_form import imprints_in
from storage.opening import open_store

OLD_WORDS = {"resident": "residents"}
IMPORTER = "konbini municipal import"


class UnknownRegister(Exception):
    """There is no register of this name."""


class WrongFiles(Exception):
    """These are not the files of this register; `str()` says which are missing or too many."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files are: `csv` of any register (of a 戸籍 its first), `members` and `fuhyo` of a 戸籍, `imprints` a folder with the pictures of seals."""

    csv: Path
    members: Path | None = None
    fuhyo: Path | None = None
    imprints: Path | None = None

    @property
    def named(self) -> dict[str, Path]:
        """The files that were named, by word."""
        found = {"csv": self.csv, "members": self.members, "fuhyo": self.fuhyo}
        return {word: path for word, path in found.items() if path is not None}


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file, by its word, and its SHA-256. `bad_lines` names every fault; `warnings` are worth a look, e.g. characters that cannot be printed."""

    file: str
    sha256: str
    bad_lines: tuple[BadLine, ...]
    warnings: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the files. `rejected`: nothing was changed."""

    register: str
    outcome: Literal["imported", "rejected"]
    counts: Counts
    files: tuple[FileReport, ...]

    @property
    def bad_lines(self) -> tuple[BadLine, ...]:
        """Every fault, file by file."""
        return tuple(line for file in self.files for line in file.bad_lines)

    @property
    def warnings(self) -> tuple[BadLine, ...]:
        """Every warning, file by file."""
        return tuple(line for file in self.files for line in file.warnings)


def import_register(config_file: Path, register: str, files: Files, now: datetime) -> ImportReport:
    """Import the files, also beside a serving process: orders that were chosen from the old register are then refused as `register_changed`.

    Raises `ConfigInvalid`, `UnknownRegister`, `WrongFiles`, OSError for a file that cannot be read, `StoreFailed` when the database is busy too long.
    """
    word = OLD_WORDS.get(register, register)
    if word not in REGISTERS:
        raise UnknownRegister(f"no register named {register!r}; there is: {', '.join(REGISTERS)}")
    _demand_its_files(word, files)
    config = load(config_file)
    contents = {name: path.read_bytes() for name, path in files.named.items()}
    return asyncio.run(_imported(config.database, word, contents, files.imprints, now))


def put_and_note(connection: Connection, register: str, read: Read, digests: str, now: datetime) -> Counts:
    """One transaction: the new register, and the record of what it was read from."""
    assert read.put is not None, "nothing is put from files that were rejected"
    counts = read.put(connection, now)
    brought = ", ".join(f"{count} {name}" for name, count in counts.brought.items())
    note_doing(connection, Doing(IMPORTER, "import", register, f"{brought}; sha256 {digests}", ""), now)
    return counts


async def _imported(database: str, register: str, files: dict[str, bytes], imprints: Path | None, now: datetime) -> ImportReport:
    store = await open_store(database, METADATA, REGISTER, sole=False)
    try:
        births = await store.read(birth_dates) if REGISTERS[register].pictures else {}
        contents = Contents(files, imprints_in(imprints) if imprints is not None else None, births)
        read = REGISTERS[register].read(contents)
        counts = Counts({}, {})
        if read.put is not None:
            counts = await store.write(put_and_note, register, read, _digests(contents), now)
    finally:
        await store.close()
    reports = (FileReport(name, _sha256(content), read.bad_lines.get(name, ()), read.warnings.get(name, ())) for name, content in files.items())
    return ImportReport(register, "rejected" if read.put is None else "imported", counts, tuple(reports))


def _demand_its_files(register: str, files: Files) -> None:
    kept, named = REGISTERS[register], set(files.named)
    if missing := sorted(kept.needed - named):
        raise WrongFiles(f"{register} needs also: {', '.join(f'--{word}' for word in missing)}")
    if surplus := sorted(named - kept.possible):
        raise WrongFiles(f"{register} has no: {', '.join(f'--{word}' for word in surplus)}")
    if files.imprints is not None and not kept.pictures:
        raise WrongFiles(f"{register} has no: --imprints")
    if files.imprints is not None and not files.imprints.is_dir():
        raise WrongFiles(f"--imprints is no folder: {files.imprints}")


def _digests(contents: Contents) -> str:
    """What the register was read from: the digest of each file, and one over the names and digests of all pictures, in the order of their names."""
    digests = {name: _sha256(content) for name, content in contents.files.items()}
    if contents.pictures:
        digests["imprints"] = _sha256("".join(f"{name}\0{digest}\n" for name, digest in sorted(contents.pictures.items())).encode())
    return " ".join(f"{name}={digest}" for name, digest in digests.items())


def _sha256(content: bytes) -> str:
    return sha256(content).hexdigest()


def as_values(report: ImportReport) -> dict[str, Any]:
    """The report as one flat object of JSON values: counts by name, `kept_` before what stayed, every fault and warning with its file's word."""
    return {
        "register": report.register,
        "outcome": report.outcome,
        **report.counts.brought,
        **{f"kept_{name}": count for name, count in report.counts.kept.items()},
        "files": [{"file": one.file, "sha256": one.sha256, "bad_lines": len(one.bad_lines), "warnings": len(one.warnings)} for one in report.files],
        "bad_lines": [_line(file.file, line) for file in report.files for line in file.bad_lines],
        "warnings": [_line(file.file, line) for file in report.files for line in file.warnings],
    }


def _line(file: str, line: BadLine) -> dict[str, Any]:
    return {"file": file, "number": line.number, "column": line.column, "code": line.code, "reason": line.reason, "reason_en": line.reason_en}
