"""What people are called: surnames by head-count, given names by the years in which they were common, and the variant characters that real registers hold.

A variant is used only if BIZ UDMincho or Noto Serif JP has its glyph or its variation sequence (a pending character is `cast`'s business).
"""

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

import jaconv

from registers.residents.resident import Sex

_LISTS = Path(__file__).parent / "names"
_COMMON_CHARACTER_COUNT = 150
_UNUSUAL_SHARE = 0.2
_UNUSUAL_YEARS = range(1965, 2013)


class Name(NamedTuple):
    """A surname or a given name: as it is written, and its reading in katakana."""

    written: str
    kana: str


VARIANTS: dict[str, tuple[tuple[str, float], ...]] = {
    "高": (("髙", 0.12),),
    "崎": (("﨑", 0.15),),
    "吉": (("𠮷", 0.06),),
    "辻": (("辻\U000e0100", 0.35),),
    "葛": (("葛\U000e0100", 0.3),),
    "芦": (("芦\U000e0100", 0.3),),
    "榊": (("榊\U000e0100", 0.3),),
    "辺": (("邉", 0.12), ("邊", 0.08), ("邉\U000e0100", 0.02)),
    "斎": (("齋", 0.15), ("齊", 0.05)),
    "浜": (("濵", 0.1), ("濱", 0.15)),
    "徳": (("德", 0.1),),
    "柳": (("栁", 0.15),),
    "富": (("冨", 0.15),),
    "黒": (("黑", 0.08),),
    "瀬": (("瀨", 0.08),),
    "橋": (("𣘺", 0.02),),
    "土": (("𡈽", 0.08),),
}
"""Character of a surname -> (variant, how often it is written so)."""


@dataclass(frozen=True, slots=True)
class Names:
    """The lists, read once."""

    surnames: tuple[Name, ...]
    head_counts: tuple[int, ...]
    popular: dict[tuple[Sex, int], tuple[Name, ...]]
    unusual: dict[Sex, tuple[Name, ...]]

    def surname(self, chance: Random) -> Name:
        """A surname as often as the country has it, sometimes with a variant character."""
        name = chance.choices(self.surnames, cum_weights=self.head_counts)[0]
        return Name("".join(_variant(chance, char) for char in name.written), name.kana)

    def given(self, chance: Random, sex: Sex, year: int) -> Name:
        """A given name of somebody born in `year`."""
        if year in _UNUSUAL_YEARS and chance.random() < _UNUSUAL_SHARE:
            return chance.choice(self.unusual[sex])
        return chance.choice(self.popular[sex, min(max(year, 1900), 2100)])


@cache
def names() -> Names:
    """The lists of this package."""
    surnames, counts = [], []
    for written, count, kana, _ in _rows("surnames.csv"):
        surnames.append(Name(written, katakana(kana)))
        counts.append(int(count))
    return Names(
        tuple(surnames), tuple(accumulate(counts)), _popular(), {"男": _unusual("given_names_male.csv"), "女": _unusual("given_names_female.csv")}
    )


def katakana(hiragana: str) -> str:
    """A reading in katakana."""
    return str(jaconv.hira2kata(hiragana))


def _variant(chance: Random, char: str) -> str:
    draw = chance.random() if char in VARIANTS else 1.0
    for variant, share in VARIANTS.get(char, ()):
        if draw < share:
            return variant
        draw -= share
    return char


def _popular() -> dict[tuple[Sex, int], tuple[Name, ...]]:
    by_year: dict[tuple[Sex, int], list[Name]] = {}
    for sex, first, last, written, kana in list(_rows("popular_given_names.csv"))[1:]:
        for year in range(int(first), int(last) + 1):
            by_year.setdefault(("男" if sex == "男" else "女", year), []).append(Name(written, katakana(kana)))
    return {key: tuple(found) for key, found in by_year.items()}


def _unusual(file: str) -> tuple[Name, ...]:
    """Spellings of two characters that occur often in names, out of a list that also has the very rare."""
    rows = [(kana, spellings) for kana, _, *spellings in _rows(file)]
    frequency = Counter(char for _, spellings in rows for spelling in spellings for char in spelling)
    common = {char for char, count in frequency.items() if count >= _COMMON_CHARACTER_COUNT}
    return tuple(
        Name(spelling, katakana(kana)) for kana, spellings in rows for spelling in spellings if len(spelling) == 2 and common.issuperset(spelling)
    )


def _rows(file: str) -> list[list[str]]:
    with (_LISTS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))
