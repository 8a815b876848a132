"""The time line: one bar for each stretch of days with one price, where its days are."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fees.offices.timelines import LABEL, WIDTH, Segment, drawn, segments
from fees.rules.tariff import Price, price, tariff_of
from tests.fees.office import CITY, TARIFF, rule

HISTORY = tariff_of(TARIFF)
PLACE = (CITY, "juminhyo", "store")


def test_the_campaign_s_history_is_four_stretches() -> None:
    assert segments(HISTORY, PLACE, date(2020, 1, 1), date(2027, 1, 1)) == (
        Segment(date(2020, 1, 1), date(2020, 4, 1), None, None, None),
        Segment(date(2020, 4, 1), date(2025, 7, 1), 250, "juminhyo-reduction", "reduction"),
        Segment(date(2025, 7, 1), date(2026, 4, 1), 10, "juminhyo-ten-yen", "campaign"),
        Segment(date(2026, 4, 1), date(2027, 1, 1), 250, "juminhyo-reduction", "reduction"),
    )


def test_a_rule_that_changes_no_price_makes_no_edge() -> None:
    tariff = tariff_of((*TARIFF[:3], rule("k", "campaign", 290, "2026-04-01", "2026-06-01")))
    assert [segment.fee_yen for segment in segments(tariff, PLACE, date(2025, 8, 1), date(2026, 7, 1))] == [10, 10, 250]
    ended = tariff_of((rule("a", "base", 300, "2020-04-01"), rule("b", "reduction", 0, "2026-01-01", "2026-02-01")))
    assert [segment.rule for segment in segments(ended, PLACE, date(2025, 1, 1), date(2025, 12, 1))] == ["a"]


@given(st.dates(date(2019, 1, 1), date(2028, 1, 1)), st.integers(1, 2_000))
def test_every_day_lies_in_the_one_stretch_that_has_its_price(since: date, days: int) -> None:
    found = segments(HISTORY, PLACE, since, since + timedelta(days=days))
    assert (found[0].since, found[-1].until) == (since, since + timedelta(days=days))
    assert all(one.until == other.since for one, other in itertools.pairwise(found))
    for segment in found:
        for day in (segment.since, segment.until - timedelta(days=1)):
            told = price(HISTORY, *PLACE, day)
            assert (segment.fee_yen, segment.rule) == ((told.fee_yen, told.rule) if isinstance(told, Price) else (None, None))


def test_the_drawing_holds_every_bar_between_the_names_and_its_edge() -> None:
    drawing = drawn(HISTORY, CITY, date(2026, 11, 23))
    assert [(row.fee_class, row.channel) for row in drawing.rows] == [("free", "store"), ("juminhyo", "store")]
    for row in drawing.rows:
        assert row.bars[0].x == LABEL
        assert abs(row.bars[-1].x + row.bars[-1].width - WIDTH) < 1
    assert LABEL < drawing.today_x < WIDTH
    assert drawn(HISTORY, CITY, date(2026, 11, 23), frozenset({("juminhyo", "store")})).rows[0].fee_class == "juminhyo"
