"""`manifest.json` of an upload: who sends what, in which order, as of when; and whether it may come now.

Decides from values alone. A differential needs exactly the upload it was made from; a full one needs only to be newer. The same manifest again is a repeat, another one under a sequence that was
applied is a contradiction.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
AHEAD_MAX = timedelta(minutes=5)
REGISTERS: Mapping[str, tuple[str, ...]] = {
    "residents": ("residents.csv",),
    "koseki": ("koseki.csv", "koseki_members.csv", "koseki_fuhyo.csv"),
    "seal": ("seal.csv",),
    "tax": ("tax.csv", "outsiders.csv"),
}
"""The files of each register. The 附票 may be missing, and the 住登外者 where nobody is."""
OPTIONAL = frozenset({"koseki_fuhyo.csv", "outsiders.csv"})
REMOVED = "removed.csv"
REGISTER_OF = {name: register for register, names in REGISTERS.items() for name in names}


class FileNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: how many lines under the header, and its SHA-256 in hex."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See docs/bcl-data.md. `as_of` is the instant of which the source system's data are; `based_on` the sequence that a differential was made from. `imprints` is over all pictures."""

    format: int
    tenant: str
    sequence: int
    kind: Literal["full", "differential"]
    as_of: datetime
    files: dict[str, FileNote]
    based_on: int | None = None
    imprints: FileNote | None = None

    def digest(self) -> str:
        """What tells two uploads apart: every file's digest is in the manifest."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def registers(self) -> tuple[str, ...]:
        """The registers of which there are files."""
        return tuple(register for register, names in REGISTERS.items() if names[0] in self.files)


class Applied(msgspec.Struct, frozen=True):
    """The latest upload that stands."""

    sequence: int
    digest: str
    as_of: datetime


SENTENCES: dict[str, tuple[str, str]] = {
    "manifest_form": ("manifest.json が読めないか、項目が決められた形ではありません。", "manifest.json cannot be read or does not follow its form."),
    "wrong_tenant": ("別の市区町村のデータです。", "The data are those of another municipality."),
    "sequence_used": ("この連番は、内容の異なるデータですでに使われています。", "This sequence number was used with other data."),
    "sequence_old": ("連番が、適用済みの連番より前です。", "The sequence number is before the one that was applied."),
    "sequence_gap": ("差分の元となる連番が、適用済みの連番と違います。", "The differential was not made from the upload that stands."),
    "as_of_old": ("データの基準時点が、適用済みのデータより前です。", "The data are older than those that stand."),
    "as_of_future": ("データの基準時点が未来です。", "The data are of the future."),
    "file_missing": ("必要なファイルがありません。", "A file is missing."),
    "file_unknown": ("知らないファイルがあります。", "There is an unknown file."),
    "rows_differ": ("行数が manifest.json と違います。", "The number of lines differs from manifest.json."),
    "sha256_differs": ("SHA-256 が manifest.json と違います。", "The SHA-256 differs from manifest.json."),
    "register_not_kept": ("取り扱っていない台帳です。", "This register is not kept here."),
    "clash": ("この番号は、ほかの世帯・戸籍・者がすでに使っています。", "Somebody else has this number already."),
    "too_many_bad": (
        "誤りのある行がどの世帯・戸籍・者のものかわからないか、隔離できる数を超えています。何も変えていません。",
        "It cannot be told what the bad lines belong to, or they are too many to be kept out. Nothing was changed.",
    ),
    "removed_form": ("removed.csv は「台帳,番号」の2列で書いてください。", "Write removed.csv as register,number."),
    "removed_unknown": (
        "取り除く対象が台帳にないか、このデータの中にもあります。",
        "What is to be removed is not there, or stands in the same upload.",
    ),
}


def judge(manifest: Manifest, tenant: str, stands: Applied | None, now: datetime) -> str | None:
    """Why this upload may not come now (a key of `SENTENCES`, or `repeat` for the one that stands); None when it may."""
    if (
        manifest.format != FORMAT
        or manifest.sequence < 1
        or manifest.as_of.tzinfo is None
        or (manifest.based_on is None) == (manifest.kind == "differential")
    ):
        return "manifest_form"
    if manifest.tenant != tenant:
        return "wrong_tenant"
    if stands is not None and manifest.sequence == stands.sequence:
        return "repeat" if manifest.digest() == stands.digest else "sequence_used"
    if stands is not None and manifest.sequence < stands.sequence:
        return "sequence_old"
    if manifest.kind == "differential" and (stands is None or manifest.based_on != stands.sequence):
        return "sequence_gap"
    if stands is not None and manifest.as_of < stands.as_of:
        return "as_of_old"
    return "as_of_future" if manifest.as_of > now + AHEAD_MAX else None


def file_faults(manifest: Manifest, names: frozenset[str], kept: frozenset[str]) -> list[tuple[str, str]]:
    """(file, why) of what is missing, unknown or not kept here. `names` are the files in the archive without the manifest and the pictures, `kept` the tenant's registers."""
    faults = [(name, "file_missing") for name in sorted(set(manifest.files) - names)]
    faults += [(name, "file_unknown") for name in sorted(names - set(manifest.files))]
    known = {*REGISTER_OF, *((REMOVED,) if manifest.kind == "differential" else ())}
    faults += [(name, "file_unknown") for name in sorted(set(manifest.files) - known)]
    for register, needed in REGISTERS.items():
        there = [name for name in needed if name in manifest.files]
        wanted = manifest.kind == "full" and register in kept
        if there and register not in kept:
            faults.append((there[0], "register_not_kept"))
        elif there or wanted:
            faults += [(name, "file_missing") for name in needed if name not in manifest.files and name not in OPTIONAL]
    return faults
