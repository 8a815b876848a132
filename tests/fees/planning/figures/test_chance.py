"""Draws: the same on every machine, within their range, one in ten outside on each side."""

import numpy as np

from fees.planning.figures.chance import Spread, Stream, spread
from fees.planning.scenario.parts import Range

SPAN = Range(low=100, likely=300, high=1_000)
PINNED = [149, 372, 598, 987, 248]


def test_a_seed_and_a_purpose_give_the_same_numbers_for_ever() -> None:
    # Written down once: another number here means that plans printed before can no longer be printed again.
    assert Stream(7, "x").whole(SPAN, 8).tolist() == Stream(7, "x").whole(SPAN, 8).tolist()
    assert Stream(7, "x").whole(SPAN, 5).tolist() == PINNED
    assert Stream(8, "x").whole(SPAN, 5).tolist() != PINNED
    assert Stream(7, "y").whole(SPAN, 5).tolist() != PINNED


def test_a_triangle_stays_within_its_range_and_leans_to_what_is_likely() -> None:
    drawn = Stream(1, "t").whole(SPAN, 20_000)
    assert 100 <= int(drawn.min()) <= int(drawn.max()) <= 1_000
    assert abs(float(drawn.mean()) - (100 + 300 + 1_000) / 3) < 5
    below = float((drawn < 300).mean())
    assert abs(below - 200 / 900) < 0.02


def test_a_range_of_one_number_is_that_number() -> None:
    assert Stream(1, "t").whole(Range(low=5, likely=5, high=5), 3).tolist() == [5, 5, 5]
    edge = Stream(1, "t").whole(Range(low=0, likely=0, high=10), 2_000)
    assert int(edge.min()) == 0
    assert float(edge.mean()) < 4


def test_a_spread_is_of_numbers_that_were_drawn() -> None:
    assert spread(np.arange(101, dtype=np.int64)[::-1]) == Spread(10, 50, 90)
    assert spread(np.array([4, 4, 4], np.int64)) == Spread(4, 4, 4)
