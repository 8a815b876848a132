from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.instants import JST, instant, stamp

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(MOMENTS, MOMENTS)
def test_the_order_of_the_texts_is_the_order_of_the_moments(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)
    assert (stamp(one) == stamp(other)) == (one == other)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(MOMENTS)
def test_a_moment_comes_back_as_it_was_in_japan_standard_time(moment: datetime) -> None:
    written = stamp(moment)
    assert len(written) == 32 and written.endswith("+09:00")
    assert instant(written) == moment
    assert instant(written).utcoffset() == timedelta(hours=9)
    assert stamp(instant(written)) == written


def test_a_whole_second_is_as_wide_as_any_other() -> None:
    assert stamp(datetime(2026, 11, 2, 0, 30, tzinfo=UTC)) == "2026-11-02T09:30:00.000000+09:00"
    assert JST.utcoffset(None) == timedelta(hours=9)


def test_a_time_without_an_offset_is_no_moment() -> None:
    with pytest.raises(ValueError, match="offset"):
        stamp(datetime(2026, 11, 2, 9, 30))
