"""Which registers a paper may have been made from, when they changed while it was made.

Every change of a municipality's registers is known by when somebody began to tell the issuer of it and when the issuer had said that it has it. What was told for longer than `KNOWN_WITHIN_SECONDS`
when a paper passed the gate must be in it; what nobody had begun to tell cannot be; between the two either is right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from simulation.truth.happenings import Happening, Kept
from simulation.truth.registers import Registers, registers_of

KNOWN_WITHIN_SECONDS = 60.0
"""The promise of the fast lane, and longer than an issuer may take for a paper that it began before."""

EITHER_MAX = 6
"""Of more changes that are under way at once only whole beginnings are looked at."""


@dataclass(slots=True)
class Change:
    """Something happened; seconds of the world. `told_at` is None while no issuer has said that it has it. `concerns` are the numbers (宛名番号, 戸籍番号) of whose papers it changes anything."""

    happening: Happening
    begun_at: float
    told_at: float | None
    concerns: frozenset[str]


def versions(base: Kept, changes: Sequence[Change], since: float, at: float, about: frozenset[str]) -> Iterator[Registers]:
    """The registers of which one must agree with what was said about these numbers between `since` and `at`; first the one in which everything begun has happened."""
    begun = sorted((change for change in changes if change.begun_at <= at and change.concerns & about), key=lambda change: change.begun_at)
    sure = [change for change in begun if change.told_at is not None and change.told_at + KNOWN_WITHIN_SECONDS < since]
    either = [change for change in begun if change not in sure]
    if len(either) > EITHER_MAX:
        chosen: Iterator[tuple[Change, ...]] = (tuple(either[:count]) for count in range(len(either), -1, -1))
    else:
        chosen = (some for count in range(len(either), -1, -1) for some in combinations(either, count))
    for some in chosen:
        kept = base
        for change in (one for one in begun if one in sure or one in some):
            kept = change.happening(kept)
        yield registers_of(kept.population, kept.held)
