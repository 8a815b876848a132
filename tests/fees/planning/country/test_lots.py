"""Lots and shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fees.planning.country.lots import apportioned, apportioned_within, in_order_of_lots

WEIGHTS = st.lists(st.integers(0, 4_000_000), min_size=1, max_size=40).filter(any)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 32_000_000), WEIGHTS)
def test_shares_sum_to_the_whole_and_none_is_a_unit_away_from_its_quota(total: int, weights: list[int]) -> None:
    shares = apportioned(total, np.array(weights, np.int64))
    assert int(shares.sum()) == total
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(int(share) * whole - total * weight) < whole
        assert weight or not share


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_shares_within_limits_keep_the_sum_and_the_limits(data: st.DataObject) -> None:
    limits = data.draw(st.lists(st.integers(0, 50), min_size=1, max_size=8))
    weights = data.draw(st.lists(st.integers(0, 1_000), min_size=len(limits), max_size=len(limits)))
    total = data.draw(st.integers(0, sum(limits)))
    given_out = apportioned_within(total, weights, limits)
    assert sum(given_out) == total
    assert all(0 <= share <= limit for share, limit in zip(given_out, limits, strict=True))
    with pytest.raises(ValueError, match="do not fit"):
        apportioned_within(sum(limits) + 1, weights, limits)


def test_what_nobody_has_a_weight_for_cannot_be_shared() -> None:
    with pytest.raises(ValueError, match="nothing to share by"):
        apportioned(3, np.zeros(4, np.int64))
    with pytest.raises(ValueError, match="too large"):
        apportioned(2**62, np.array([4], np.int64))


def test_a_lot_depends_on_seed_purpose_and_code_and_not_on_who_else_draws() -> None:
    codes = [f"{number:06}" for number in range(40)]
    order = in_order_of_lots(codes, 7, "a")
    assert order == in_order_of_lots(reversed(codes), 7, "a")
    assert [code for code in order if code != codes[3]] == in_order_of_lots([code for code in codes if code != codes[3]], 7, "a")
    assert order != in_order_of_lots(codes, 8, "a")
    assert order != in_order_of_lots(codes, 7, "b")
