"""The fictional municipalities of the world and the fictional places outside it: addresses and 本籍.

Every municipality named here is invented, because these texts stand on certificates; only the towns' own names (本町, 栄町 …) are those found all over the country.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from registers.numbers import municipality_digit

_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
_BLOCKS = ("一丁目", "二丁目", "三丁目", "四丁目")
_BUILDINGS = (
    "みほんハイツ",
    "コーポ見本",
    "メゾン桜",
    "グリーンハイツ",
    "サンライズ見本",
    "みほん市営住宅",
    "パークハイム青葉",
    "見本第二マンション",
)
_ELSEWHERE = (
    "見本県かたち市",
    "見本県かたち郡すがた町",
    "例示県ためし市",
    "例示県かりの市",
    "例示県ためし郡さくれい町",
    "仮想県ひながた市",
    "仮想県もけい市",
    "模範県てほん市",
    "模範県てほん郡ようれい村",
)
"""Municipalities outside the world: people come from there and go there, and nobody keeps their registers."""


@dataclass(frozen=True, slots=True)
class Ward:
    """行政区 of a designated city, with a code of its own; its name begins the names of its towns."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Former:
    """A municipality that was merged into another: from `merged_on` on its code means that other one, and its towns have the addresses they have there."""

    code: str
    prefecture: str
    name: str
    name_en: str
    merged_on: date
    town: str
    county: str = ""

    @property
    def full_name(self) -> str:
        """Prefecture, 郡 and municipality, as an address began."""
        return self.prefecture + self.county + self.name


@dataclass(frozen=True, slots=True)
class City:
    """A municipality: 6-digit 全国地方公共団体コード, names, and its towns: those with 丁目 and those without."""

    code: str
    prefecture: str
    prefecture_en: str
    name: str
    name_kana: str
    name_en: str
    towns_in_blocks: tuple[str, ...]
    towns: tuple[str, ...]
    county: str = ""  # 郡 of a town or village
    grade: Literal[1, 2, 3] = 1  # 級地区分, which the limits of 非課税 follow
    computerised: date = date(2003, 10, 11)  # the day its 戸籍 were made anew by computer (戸籍改製)
    wards: tuple[Ward, ...] = ()
    former: tuple[Former, ...] = ()

    @property
    def full_name(self) -> str:
        """Prefecture, 郡 and municipality, as an address begins."""
        return self.prefecture + self.county + self.name


MIHON = City(
    code="99201" + municipality_digit("99201"),
    prefecture="見本県",
    prefecture_en="Mihon-ken",
    name="みほん市",
    name_kana="ミホンシ",
    name_en="Mihon City",
    towns_in_blocks=("中央", "本町", "栄町", "桜ケ丘", "青葉台", "緑町"),
    towns=("港町", "旭町", "寿町", "大字上見本", "大字下見本", "大字原新田"),
)
"""見本県みほん市: prefecture number 99 does not exist."""

REIJI = City(
    code="99202" + municipality_digit("99202"),
    prefecture="見本県",
    prefecture_en="Mihon-ken",
    name="れいじ市",
    name_kana="レイジシ",
    name_en="Reiji City",
    towns_in_blocks=("元町", "駅前", "若葉", "東町"),
    towns=("川原町", "南町", "大字例示"),
    grade=2,
    computerised=date(2005, 3, 5),
)
KOKOROMI = City(
    code="99301" + municipality_digit("99301"),
    prefecture="見本県",
    prefecture_en="Mihon-ken",
    name="こころみ町",
    name_kana="ココロミチョウ",
    name_en="Kokoromi Town",
    towns_in_blocks=("あさひ", "みどり"),
    towns=("大字試", "大字中試", "大字奥試"),
    county="みほん郡",
    grade=3,
    computerised=date(2007, 11, 17),
)
SHISAKU = City(
    code="99302" + municipality_digit("99302"),
    prefecture="見本県",
    prefecture_en="Mihon-ken",
    name="しさく村",
    name_kana="シサクムラ",
    name_en="Shisaku Village",
    towns_in_blocks=(),
    towns=("大字志作", "大字上志作", "大字沢"),
    county="みほん郡",
    grade=3,
    computerised=date(2010, 2, 27),
)
CITIES = (MIHON, REIJI, KOKOROMI, SHISAKU)
"""The municipalities of a small world, the main one first."""


def full_width(number: int) -> str:
    """A number as it stands in an address."""
    return str(number).translate(_FULL_WIDTH)


def address(chance: Random, city: City, *, flat: bool) -> str:
    """住所 in the city, with a 方書 when it is a flat."""
    lot, house = full_width(chance.randint(1, 40)), full_width(chance.randint(1, 25))
    if city.towns_in_blocks and chance.random() < 0.75:
        place = f"{city.full_name}{chance.choice(city.towns_in_blocks)}{chance.choice(_BLOCKS)}{lot}番{house}号"
    else:
        place = f"{city.full_name}{chance.choice(city.towns)}{full_width(chance.randint(1, 1900))}番地{house}"
    return f"{place}　{chance.choice(_BUILDINGS)}{full_width(chance.randint(1, 9) * 100 + chance.randint(1, 12))}号" if flat else place


def address_elsewhere(chance: Random) -> str:
    """An address in another invented municipality."""
    place = chance.choice(_ELSEWHERE) + chance.choice(_common_towns())
    if chance.random() < 0.5:
        return f"{place}{chance.choice(_BLOCKS)}{full_width(chance.randint(1, 30))}番{full_width(chance.randint(1, 20))}号"
    return f"{place}{full_width(chance.randint(1, 2400))}番地"


def honseki(chance: Random, city: City) -> str:
    """本籍 in this municipality: a block without a house number, or a 地番."""
    if city.towns_in_blocks and chance.random() < 0.7:
        return f"{city.full_name}{chance.choice(city.towns_in_blocks)}{chance.choice(_BLOCKS)}{full_width(chance.randint(1, 40))}番"
    return f"{city.full_name}{chance.choice(city.towns)}{full_width(chance.randint(1, 1900))}番地"


def honseki_elsewhere(chance: Random) -> str:
    """本籍 outside the world."""
    return f"{chance.choice(_ELSEWHERE)}{chance.choice(_common_towns())}{full_width(chance.randint(1, 2400))}番地"


def municipality_elsewhere(chance: Random) -> str:
    """The name of a municipality outside the world."""
    return chance.choice(_ELSEWHERE)


@cache
def _common_towns() -> tuple[str, ...]:
    with (Path(__file__).parent / "names" / "common_towns.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(town for town, _ in csv.reader(lines))
