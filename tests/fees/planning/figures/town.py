"""A country of a few towns for tests that reckon by hand: every count is small and known."""

from collections.abc import Mapping

import numpy as np

from fees.planning.country.bodies import planned_bodies
from fees.planning.country.participation import Participation
from fees.planning.country.published import KINDS, Kind
from fees.planning.country.volumes import Volumes
from fees.planning.figures.comparing import Grid, grid_of
from registers.municipalities import municipalities

OWN, POOR, OUT = "012025", "012033", "013048"
BODIES = planned_bodies([one for one in municipalities() if one.code in {OWN, POOR, OUT}], {OWN: 100_000, POOR: 90_000, OUT: 3_000})
TAKING = Participation(
    frozenset({OWN, POOR}),
    {
        "juminhyo": frozenset({OWN, POOR}),
        "inkan": frozenset({OWN, POOR}),
        "koseki": frozenset({OWN}),
        "fuhyo": frozenset(),
        "kazei": frozenset({OWN}),
    },
    frozenset({POOR}),
)


def _row(own: int, poor: int, out: int) -> np.ndarray:
    return np.array([own, poor, out], np.int64)


KIOSK: Mapping[Kind, np.ndarray] = {
    "juminhyo": _row(20_000, 10_000, 0),
    "inkan": _row(10_000, 5_000, 0),
    "koseki": _row(4_000, 0, 0),
    "fuhyo": _row(0, 0, 0),
    "kazei": _row(3_000, 0, 0),
}
ASKED: Mapping[Kind, np.ndarray] = {
    "juminhyo": _row(60_000, 54_000, 2_400),
    "inkan": _row(30_000, 27_000, 1_200),
    "koseki": _row(12_000, 10_800, 600),
    "fuhyo": _row(1_200, 1_200, 120),
    "kazei": _row(9_000, 8_100, 240),
}
YEAR = Volumes(KIOSK, ASKED)


def grid() -> Grid:
    """The towns' arrays."""
    assert set(KIOSK) == set(KINDS)
    return grid_of(BODIES, TAKING.joined, YEAR.kiosk_total)
