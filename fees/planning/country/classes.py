"""The eight size classes in which the ministry's survey counts municipalities (domain facts 12b), and which municipality is in which.

Decides by what a municipality is under 地方自治法 and by its population. Which cities are 中核市 is a government order and stands here by code; the bands of 運営負担金 are another
division, `fees.rules.contributions`.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from fees.rules.contributions import BodyKind
from registers.municipalities import Form

SizeClass = Literal["designated", "core", "ward", "city_100k", "city", "town_10k", "town_5k", "town"]

CLASSES: tuple[SizeClass, ...] = get_args(SizeClass)

CLASS_WORDS: Mapping[SizeClass, str] = {
    "designated": "政令指定都市",
    "core": "中核市",
    "ward": "特別区",
    "city_100k": "一般市（10万人以上）",
    "city": "一般市（10万人未満）",
    "town_10k": "町村（1万人以上）",
    "town_5k": "町村（5千人以上1万人未満）",
    "town": "町村（5千人未満）",
}

BODY_KINDS: Mapping[Form, BodyKind] = {"指定都市": "designated", "市": "city", "特別区": "ward", "町": "town", "村": "town"}

CORE_CITIES = frozenset(
    [
        "012025",
        "012041",
        "022012",
        "022039",
        "032018",
        "052019",
        "062014",
        "072010",
        "072036",
        "072044",
        "082015",
        "092011",
        "102016",
        "102024",
        "112011",
        "112038",
        "112224",
        "122041",
        "122173",
        "132012",
        "142018",
        "162019",
        "172014",
        "182010",
        "192015",
        "202011",
        "202029",
        "212016",
        "232017",
        "232025",
        "232033",
        "232114",
        "252018",
        "272035",
        "272051",
        "272078",
        "272108",
        "272124",
        "272159",
        "272272",
        "282014",
        "282022",
        "282031",
        "282049",
        "292010",
        "302015",
        "312011",
        "322016",
        "332020",
        "342025",
        "342076",
        "352012",
        "372013",
        "382019",
        "392014",
        "402036",
        "422011",
        "422029",
        "442011",
        "452017",
        "462012",
        "472018",
    ]
)
"""中核市 on 2025-04-01: 62 cities (地方自治法 第252条の22, 中核市の指定に関する政令)."""

OVER_A_MILLION = frozenset(["011002", "041009", "111007", "141003", "141305", "231002", "261009", "271004", "281000", "341002", "401307"])
"""Designated cities of at least 1,000,000 people since the census of 2020: 11 of the 20. Only the modelled populations need to be told."""


def class_of(form: Form, code: str, population: int) -> SizeClass:
    """The survey's class of a municipality."""
    match form:
        case "指定都市":
            return "designated"
        case "特別区":
            return "ward"
        case "市":
            if code in CORE_CITIES:
                return "core"
            return "city_100k" if population >= 100_000 else "city"
        case "町" | "村":
            if population >= 10_000:
                return "town_10k"
            return "town_5k" if population >= 5_000 else "town"
