"""Numbers as a council reads them."""

from datetime import date

import pytest

from fees.planning.council import words
from fees.planning.figures.chance import Spread


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (words.yen(1_018_518), "1,018,518円"),
        (words.yen(-5), "△5円"),
        (words.change(12), "+12"),
        (words.change(0), "0"),
        (words.change(-1_234), "△1,234"),
        (words.thousands(1_499), "1"),
        (words.thousands(1_500), "2"),
        (words.thousands(-1_500), "△2"),
        (words.millions(3_125_000_250), "3,125"),
        (words.share(2_760), "27.6%"),
        (words.share(3_266), "32.7%"),
        (words.per_paper(1_000_000, 2_000), "500円"),
        (words.per_paper(5, 0), "—"),
        (words.percent_change(187_000, 1_018_518), "△82%"),
        (words.percent_change(3_213_302, 3_055_555), "+5%"),
        (words.percent_change(1, 0), "—"),
        (words.spread_of(Spread(1, 2, 3), "通"), "2通（1～3）"),
        (words.spread_of(Spread(2, 2, 2), "通"), "2通"),
        (words.balance(Spread(-25_196_635, -19_972_467, -16_182_352)), "約1,997万円（1,618万円～2,520万円）の持ち出し"),
        (words.balance(Spread(2_430_000, 5_430_000, 8_720_000)), "約543万円（243万円～872万円）の黒字"),
        (words.balance(Spread(-10_000, 20_000, 30_000)), "約2万円（△1万円～3万円。△は持ち出し）"),
        (words.year_ja(2026), "令和8年度"),
        (words.year_ja(2019), "令和元年度"),
        (words.year_ja(2018), "2018年度"),
        (words.period_ja(date(2026, 7, 1), date(2027, 4, 1)), "2026年7月1日から2027年3月31日まで"),
    ],
)
def test_a_number_is_written_as_a_council_reads_it(told: str, text: str) -> None:
    assert told == text
