"""Draws of a plan: one stream for each purpose, from the scenario's seed; the same seed gives the same numbers on every machine.

Raw bits of PCG64 are promised to stay as they are; distributions of a library are not, so the triangle is made here. What is drawn are whole numbers.
"""

from hashlib import sha256
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fees.planning.country.lots import Whole
from fees.planning.scenario.parts import Range

Part = npt.NDArray[np.float64]


class Stream:
    """The draws for one purpose."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._bits = np.random.PCG64(int.from_bytes(sha256(f"{seed}|draws|{purpose}".encode()).digest()[:16], "big"))

    def parts(self, count: int) -> Part:
        """`count` numbers from 0 up to and without 1, all equally likely."""
        raw: npt.NDArray[np.uint64] = self._bits.random_raw(count)
        return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def whole(self, span: Range, count: int) -> Whole:
        """`count` whole numbers of a range, as a triangle over it: `likely` most often, `low` and `high` hardly ever."""
        width, rise = span.high - span.low, span.likely - span.low
        parts = self.parts(count)
        if not width:
            return np.full(count, span.low, np.int64)
        below = span.low + np.sqrt(parts * width * rise)
        above = span.high - np.sqrt((1.0 - parts) * width * (width - rise))
        return np.floor(np.where(parts * width < rise, below, above) + 0.5).astype(np.int64)


class Spread(NamedTuple):
    """Where drawn numbers lie: one in ten is lower than `low`, one in ten higher than `high`, half below `middle`."""

    low: int
    middle: int
    high: int


def spread(drawn: Whole) -> Spread:
    """The 10th, 50th and 90th of a hundred: numbers that were drawn, nothing between two of them."""
    ordered = np.sort(drawn)
    last = len(ordered) - 1
    return Spread(*(int(ordered[(last * percent + 50) // 100]) for percent in (10, 50, 90)))
