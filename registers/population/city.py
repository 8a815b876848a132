"""The fictional city and the fictional places its people came from: addresses and 本籍.

Every municipality named here is invented, because these texts stand on certificates; only the towns' own names (本町, 栄町 …) are those found all over the country.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

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
    "見本県れいじ市",
    "見本県みほん郡こころみ町",
    "例示県ためし市",
    "例示県かりの市",
    "例示県ためし郡さくれい町",
    "仮想県ひながた市",
    "仮想県もけい市",
    "模範県てほん市",
    "模範県てほん郡ようれい村",
)


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

    @property
    def full_name(self) -> str:
        """Prefecture and city, as an address begins."""
        return self.prefecture + self.name


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


def full_width(number: int) -> str:
    """A number as it stands in an address."""
    return str(number).translate(_FULL_WIDTH)


def address(chance: Random, city: City, *, flat: bool) -> str:
    """住所 in the city, with a 方書 when it is a flat."""
    lot, house = full_width(chance.randint(1, 40)), full_width(chance.randint(1, 25))
    if chance.random() < 0.75:
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
    """本籍, in about half of the cases in the city itself."""
    if chance.random() < 0.5:
        town = f"{chance.choice(city.towns_in_blocks)}{chance.choice(_BLOCKS)}{full_width(chance.randint(1, 40))}番"
        return city.full_name + (town if chance.random() < 0.7 else f"{chance.choice(city.towns)}{full_width(chance.randint(1, 1900))}番地")
    return f"{chance.choice(_ELSEWHERE)}{chance.choice(_common_towns())}{full_width(chance.randint(1, 2400))}番地"


@cache
def _common_towns() -> tuple[str, ...]:
    with (Path(__file__).parent / "names" / "common_towns.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(town for town, _ in csv.reader(lines))
