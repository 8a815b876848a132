"""The levers of a campaign, drawn: which part of the counter's papers goes over to kiosks before, during and after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from fees.planning.country.lots import Whole
from fees.planning.country.published import Kind
from fees.planning.country.volumes import BASIS
from fees.planning.figures.chance import Stream
from fees.planning.figures.prices import money_on, rules_of
from fees.planning.scenario.parts import CampaignPart, Scenario

Phase = str
BEFORE, DURING, AFTER = "before", "during", "after"

PARTS = 1_000_000_000
"""A part of the counter's papers is a whole number out of so many: nothing is rounded before papers are counted."""
_FINER = BASIS**3 // PARTS


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawn effects in basis points of what is still at the counter, one a draw."""

    fee: Whole
    publicity: Whole
    hall_kiosk: Whole
    kept: Whole

    def moved(self, phase: Phase) -> Whole:
        """Which part (of `PARTS`) of the counter's papers has gone over in a phase."""
        if phase == BEFORE:
            return np.zeros_like(self.fee)
        return (BASIS**3 - self._left(phase) * (BASIS - self.hall_kiosk)) // _FINER

    def moved_to_hall(self, phase: Phase) -> Whole:
        """Which part of it goes to the kiosk in the hall, whose papers cost no commission: of what fee and publicity leave, what the kiosk takes."""
        if phase == BEFORE:
            return np.zeros_like(self.fee)
        return self._left(phase) * self.hall_kiosk // _FINER

    def _left(self, phase: Phase) -> Whole:
        """What fee and publicity leave at the counter, in basis points squared."""
        kept = self.kept if phase == AFTER else np.full_like(self.kept, BASIS)
        return (BASIS - self.fee * kept // BASIS) * (BASIS - self.publicity * kept // BASIS)


def drawn_levers(scenario: Scenario, part: CampaignPart) -> Drawn:
    """The effects, drawn; a lever that is not pulled has none. A smaller cut has as much less effect; of several kinds the deepest cut counts."""
    stream = Stream(scenario.seed, f"campaign {part.municipality} {part.since} {'+'.join(sorted(part.kinds))}")
    levers, draws = part.levers, scenario.draws
    fee, publicity, hall, kept = (stream.whole(span, draws) for span in (levers.fee, levers.publicity, levers.hall_kiosk, levers.kept))
    cut_yen = max((before - during for _, before, during in prices(scenario, part)), default=0)
    nothing = np.zeros(draws, np.int64)
    return Drawn(
        fee=fee * min(max(cut_yen, 0), levers.fee_full_cut_yen) // levers.fee_full_cut_yen,
        publicity=publicity if part.publicity_yen else nothing,
        hall_kiosk=hall if part.hall_kiosk_initial_yen or part.hall_kiosk_yearly_yen else nothing,
        kept=kept,
    )


def prices(scenario: Scenario, part: CampaignPart) -> Iterator[tuple[Kind, int, int]]:
    """Each kind's fee the day before the campaign and on its first day."""
    tariff = rules_of(scenario, part)
    before, during = (money_on(scenario, tariff, day) for day in (part.since - timedelta(days=1), part.since))
    for kind in part.kinds:
        yield kind, before[kind].kiosk_fee_yen, during[kind].kiosk_fee_yen
