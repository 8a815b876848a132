"""What the files of an upload are, one row for each: its columns, which of them say what unit a line belongs to, which no two lines may share, and who reads the lines of whole units.

Decides nothing by itself; the registers' own forms do. A unit is what is put in place, or kept out, as a whole: a household, a 戸籍, the registrations of a person, a tax record, a 住登外者.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from bcl_cloud.feeds.manifest import REGISTERS
from certificates.fonts.selection import missing_glyphs
from certificates.fonts.variation import sequences
from registers.csv_table import BadLine, Column, Rejected
from registers.koseki import csv_form as koseki_form
from registers.koseki import part as koseki_part
from registers.koseki.columns import COLUMNS as KOSEKI_COLUMNS
from registers.residents import csv_form as residents_form
from registers.residents import part as residents_part
from registers.residents.columns import COLUMNS as RESIDENT_COLUMNS
from registers.seal import csv_form as seal_form
from registers.seal import part as seal_part
from registers.staging import Unit
from registers.tax import csv_form as tax_form
from registers.tax import outsider_form
from registers.tax import part as tax_part
from registers.tax.columns import COLUMNS as TAX_COLUMNS

ALL_FAULTS = 1 << 30
"""Faults of a few hundred lines are never too many to be named."""

PARTS: Mapping[str, Any] = {"residents": residents_part, "koseki": koseki_part, "seal": seal_part, "tax": tax_part}
"""By register, in the order in which they are put in place."""


class FileForm(NamedTuple):
    """One file. `key`: the fields that together name a line's unit; `apart`: fields whose value, where there is one, no other line may have; `needed`: a unit has at least one line here."""

    columns: Sequence[Column]
    key: tuple[str, ...]
    apart: tuple[str, ...] = ()
    needed: bool = True


FORMS: Mapping[str, FileForm] = {
    "residents.csv": FileForm(RESIDENT_COLUMNS, ("household_no",), ("atena_no", "my_number", "juminhyo_code", "serial")),
    "koseki.csv": FileForm(KOSEKI_COLUMNS["koseki"], ("koseki_no",), ("koseki_no",)),
    "koseki_members.csv": FileForm(KOSEKI_COLUMNS["members"], ("koseki_no",), ("person_no",)),
    "koseki_fuhyo.csv": FileForm(KOSEKI_COLUMNS["fuhyo"], ("koseki_no",), ("person_no",), needed=False),
    "seal.csv": FileForm(seal_form.COLUMNS, ("atena_no",), ("registration_no",)),
    "tax.csv": FileForm(TAX_COLUMNS, ("atena_no", "year"), needed=False),
    "outsiders.csv": FileForm(outsider_form.COLUMNS, ("atena_no",), ("atena_no", "juminhyo_code"), needed=False),
}
PLACED: Mapping[str, tuple[str, str]] = {
    "residents": ("residents.csv", residents_part.TABLES[1].name),
    "koseki": ("koseki.csv", koseki_part.TABLES[0].name),
}
"""Of the registers that are written out again in the order in which they came: the file whose lines are in that order, and the table whose `place` it is."""


_DRAWN: set[str] = set()
"""Characters that stood alone, without a selector, in a text of which nothing was missing: some thousands at most."""


def _missing(text: str) -> tuple[str, ...]:
    """See `missing_glyphs`; the same characters come again and again."""
    if _DRAWN.issuperset(text):
        return ()
    missing = missing_glyphs(text)
    if not missing:
        _DRAWN.update(sequence for sequence in sequences(text) if len(sequence) == 1)
    return missing


class Beside(NamedTuple):
    """What is known beside the files: the birth date of a resident by 宛名番号 (None: nobody's is known, and no holder is looked up) and the pictures of seals."""

    births: Mapping[str, str] | None
    picture: Callable[[str], bytes | None]


class Parsed(NamedTuple):
    """What some lines say: their units, or faults by file, numbered as the lines were handed in."""

    units: Iterator[Unit]
    faults: Mapping[str, Sequence[BadLine]]


def _residents(files: Mapping[str, BinaryIO], _beside: Beside) -> Parsed:
    parsed = residents_form.parse(files["residents.csv"], missing_glyphs=_missing, bad_lines_max=ALL_FAULTS)
    return _bad("residents.csv", parsed) if isinstance(parsed, Rejected) else Parsed(residents_part.units_of(parsed), {})


def _koseki(files: Mapping[str, BinaryIO], _beside: Beside) -> Parsed:
    names = REGISTERS["koseki"]
    parsed = koseki_form.parse(files[names[0]], files[names[1]], files.get(names[2]), missing_glyphs=_missing, bad_lines_max=ALL_FAULTS)
    if isinstance(parsed, koseki_form.Rejected):
        name_of: Mapping[str, str] = dict(zip(koseki_form.FILES, names, strict=True))
        return Parsed(iter(()), {name_of[file]: rejected.lines for file, rejected in parsed.files.items()})
    return Parsed(koseki_part.units_of(parsed), {})


def _seal(files: Mapping[str, BinaryIO], beside: Beside) -> Parsed:
    birth_of = None if beside.births is None else beside.births.get
    parsed = seal_form.parse(files["seal.csv"], birth_of=birth_of, imprint_file=beside.picture, bad_lines_max=ALL_FAULTS)
    return _bad("seal.csv", parsed) if isinstance(parsed, Rejected) else Parsed(seal_part.units_of(parsed), {})


def _tax(files: Mapping[str, BinaryIO], _beside: Beside) -> Parsed:
    faults: dict[str, Sequence[BadLine]] = {}
    units: list[Iterator[Unit]] = []
    if "tax.csv" in files:
        records = tax_form.parse(files["tax.csv"], missing_glyphs=_missing, bad_lines_max=ALL_FAULTS)
        if isinstance(records, Rejected):
            faults["tax.csv"] = records.lines
        else:
            units.append(tax_part.units_of(records))
    if "outsiders.csv" in files:
        people = outsider_form.parse(files["outsiders.csv"], missing_glyphs=_missing, bad_lines_max=ALL_FAULTS)
        if isinstance(people, Rejected):
            faults["outsiders.csv"] = people.lines
        else:
            units.append(tax_part.units_of_outsiders(people))
    return Parsed((unit for some in units for unit in some), faults)


def _bad(name: str, rejected: Rejected) -> Parsed:
    return Parsed(iter(()), {name: rejected.lines})


PARSERS: Mapping[str, Callable[[Mapping[str, BinaryIO], Beside], Parsed]] = {"residents": _residents, "koseki": _koseki, "seal": _seal, "tax": _tax}
"""By register: the units of the lines in these files (whole units, under a header; a file without lines is not handed in)."""
