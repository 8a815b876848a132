"""What is published, as numbers a plan is held to: who takes part and who does not offer a kind, by size class, and how many papers were issued. Each with its source and day.

S1 is 総務省「住民基本台帳事務等のあり方に関するワーキンググループ（第5回）事務局提出資料」(December 2025). Its figures are of different days, which a plan lays side by side and says so.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from fees.planning.country.classes import CLASSES, SizeClass

Kind = Literal["juminhyo", "inkan", "koseki", "fuhyo", "kazei"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_WORDS: Mapping[Kind, str] = {
    "juminhyo": "住民票の写し等",
    "inkan": "印鑑登録証明書",
    "koseki": "戸籍証明書",
    "fuhyo": "戸籍の附票の写し",
    "kazei": "課税証明書等",
}

S1 = "総務省 住民基本台帳事務等のあり方に関するWG（第5回）事務局提出資料（2025年12月）"
AS_OF_OFFERS = "2025-04-15"
AS_OF_VOLUMES = "2023年度"

MUNICIPALITIES = 1741
PARTICIPANTS = 1371
NON_PARTICIPANTS_PUBLISHED = 363
"""With the participants they are 1,734 of 1,741: seven are explained nowhere. A plan counts them as not taking part."""

OFFERING: Mapping[Kind, int] = {"juminhyo": 1371, "inkan": 1371, "koseki": 789, "fuhyo": 746, "kazei": 979}


def _by_class(*counts: int) -> Mapping[SizeClass, int]:
    return dict(zip(CLASSES, counts, strict=True))


WITHOUT_KOSEKI = _by_class(0, 5, 5, 35, 173, 188, 116, 60)
WITHOUT_KAZEI = _by_class(2, 6, 3, 24, 111, 116, 69, 61)
WITHOUT_KOSEKI_ON_BCL = _by_class(0, 1, 0, 5, 60, 76, 53, 42)
"""Bodies without 戸籍 that use BCL, planned moves included: 237. How many bodies use BCL in all is not published."""
WITHOUT_KOSEKI_NOT_BCL = _by_class(0, 4, 5, 30, 113, 112, 60, 21)
"""The published rest, of another table. With the row above it makes 113 and 63 where the first table has 116 and 60: the two smallest classes disagree by 3."""

JUMINHYO_ISSUES = 17_130_000
JUMINHYO_SHARE_BASIS_POINTS = 2_760
"""27.6 % of all 住民票 were issued at kiosks, of 住民票 only."""
ALL_ISSUES = 31_890_000

COVERAGE_BASIS_POINTS = 9_780
"""97.8 % of the population lives in a participating municipality."""

WIDE_ANSWERS, WIDE_ANSWERS_FOR = 1_449, 106 + 887
"""Survey on 課税証明書の広域交付, March 2025: ① 106 and ② 887 of 1,449 answers, 68 %. The labels of the four answers are lost; about 70 % are said to want it."""

CENSUS = "国勢調査（2020年）の規模別団体数・人口を丸めた値。作成者の仮定で、原典との照合はしていない"
MODELLED_COUNTS: Mapping[str, int] = {"city_100k": 180, "town_10k": 400, "town_5k": 236}
"""How many of the 710 cities that are no 中核市 have 100,000 people, and how many of the 926 towns and villages have 10,000 or 5,000; the others are smaller."""

NOT_JOINED_PER_MILLE: Mapping[SizeClass, int] = dict(zip(CLASSES, (0, 0, 0, 0, 11, 160, 424, 690), strict=True))
"""Of 1,000 bodies of a class, how many do not take part. Only the sum is published; these make it, and the published coverage of the population with it."""
