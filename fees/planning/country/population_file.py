"""Populations that somebody brings: a CSV with a code and a population for every municipality. Everything or nothing, every bad line with its number, whoever is missing by name.

Decides whether a file can be used; what a population is of (census, resident register) the bringer knows. Columns beside the two are left alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from registers.csv_records import Unreadable, records
from registers.csv_table import FILE_SENTENCES
from registers.municipalities import Municipality
from registers.numbers import municipality_digit

CODE_COLUMNS = ("code", "団体コード", "市区町村コード", "全国地方公共団体コード")
POPULATION_COLUMNS = ("population", "人口", "総人口")
POPULATION_MAX = 20_000_000
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused: the line (from 1; 0 where the whole file is meant) and the reason in Japanese."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class PopulationsRefused:
    """Nothing was taken from the file: every fault in the order of lines, then who is missing."""

    faults: tuple[Fault, ...]


def read_populations(stream: BinaryIO, listed: tuple[Municipality, ...]) -> dict[str, int] | PopulationsRefused:
    """A population for every municipality of the list, by code, or why the file cannot be used."""
    faults: list[Fault] = []
    taken: dict[str, tuple[int, int]] = {}
    names = {one.code: one for one in listed}
    try:
        found = records(stream, (*CODE_COLUMNS, *POPULATION_COLUMNS))
        columns = _columns(found)
        if isinstance(columns, Fault):
            return PopulationsRefused((columns,))
        code_at, population_at, count = columns
        for number, cells in found:
            reason = "列の数が見出し行と違います。" if len(cells) != count else _taken(number, cells[code_at], cells[population_at], names, taken)
            if reason:
                faults.append(Fault(number, reason))
    except Unreadable as unreadable:
        return PopulationsRefused((*faults, Fault(unreadable.number, FILE_SENTENCES[unreadable.code][0])))
    missing = [one for one in listed if one.code not in taken]
    faults += [Fault(0, f"{one.code} {one.prefecture}{one.name}の人口がありません。") for one in missing]
    return PopulationsRefused(tuple(faults)) if faults else {code: population for code, (population, _) in sorted(taken.items())}


def _columns(found: Iterator[tuple[int, list[str]]]) -> tuple[int, int, int] | Fault:
    number, names = next(found, (1, []))
    cells = [name.strip() for name in names]
    at: list[int] = []
    for wanted in (CODE_COLUMNS, POPULATION_COLUMNS):
        places = [place for place, name in enumerate(cells) if name in wanted]
        if not places:
            return Fault(number, f"見出し行に「{wanted[0]}」（または「{wanted[1]}」）の列がありません。")
        if len(places) > 1:
            return Fault(number, f"見出し行に「{wanted[0]}」にあたる列が{len(places)}つあります。")
        at += places
    return at[0], at[1], len(cells)


def _taken(number: int, code: str, text: str, names: Mapping[str, Municipality], taken: dict[str, tuple[int, int]]) -> str:
    """Keep the line's population, or say in Japanese why it cannot be."""
    code = code.strip()
    if not (code.isascii() and code.isdigit() and len(code) == CODE_DIGITS):
        return f"団体コード「{code[:20]}」は6桁の数字ではありません（先頭の0が落ちていないか確かめてください）。"
    if municipality_digit(code[:5]) != code[5]:
        return f"団体コード「{code}」の検査数字が正しくありません。"
    if code not in names:
        return f"団体コード「{code}」は市区町村の一覧にありません。"
    if code in taken:
        return f"{names[code].name}（{code}）は{taken[code][1]}行目にもあります。"
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit()):
        return f"{names[code].name}の人口「{text.strip()[:20]}」は0以上の整数ではありません。"
    if len(digits) > len(str(POPULATION_MAX)) or int(digits) > POPULATION_MAX:
        return f"{names[code].name}の人口「{digits[:20]}」は大きすぎます。"
    taken[code] = (int(digits), number)
    return ""
