"""The levers of a campaign, drawn: which part of the counter's papers goes over to kiosks before, during and after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from fees.planning.country.published import Kind
from fees.planning.country.volumes import BASIS
from fees.planning.figures.chance import Part, Stream
from fees.planning.figures.prices import money_on, rules_of
from fees.planning.scenario.parts import CampaignPart, Scenario

Phase = str
BEFORE, DURING, AFTER = "before", "during", "after"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawn effects (parts of what is still at the counter), one a draw."""

    fee: Part
    publicity: Part
    hall_kiosk: Part
    kept: Part

    def moved(self, phase: Phase) -> Part:
        """Which part of the counter's papers has gone over in a phase."""
        if phase == BEFORE:
            return np.zeros_like(self.fee)
        kept = self.kept if phase == AFTER else np.ones_like(self.kept)
        return 1.0 - (1.0 - self.fee * kept) * (1.0 - self.publicity * kept) * (1.0 - self.hall_kiosk)

    def moved_to_hall(self, phase: Phase) -> Part:
        """Which part of it goes to the kiosk in the hall, whose papers cost no commission: what fee and publicity leave, and it alone takes."""
        if phase == BEFORE:
            return np.zeros_like(self.fee)
        kept = self.kept if phase == AFTER else np.ones_like(self.kept)
        return (1.0 - self.fee * kept) * (1.0 - self.publicity * kept) * self.hall_kiosk


def drawn_levers(scenario: Scenario, part: CampaignPart) -> Drawn:
    """The effects, drawn; a lever that is not pulled has none. A smaller cut has as much less effect."""
    stream = Stream(scenario.seed, f"campaign {part.municipality} {part.since} {'+'.join(sorted(part.kinds))}")
    levers, draws = part.levers, scenario.draws
    fee, publicity, hall, kept = (stream.whole(span, draws) / BASIS for span in (levers.fee, levers.publicity, levers.hall_kiosk, levers.kept))
    cut_yen = max((before - during for _, before, during in prices(scenario, part)), default=0)
    depth = min(1.0, max(0, cut_yen) / levers.fee_full_cut_yen)
    return Drawn(
        fee=fee * depth,
        publicity=publicity if part.publicity_yen else np.zeros(draws),
        hall_kiosk=hall if part.hall_kiosk_initial_yen or part.hall_kiosk_yearly_yen else np.zeros(draws),
        kept=kept,
    )


def prices(scenario: Scenario, part: CampaignPart) -> Iterator[tuple[Kind, int, int]]:
    """Each kind's fee the day before the campaign and on its first day."""
    tariff = rules_of(scenario, part)
    before, during = (money_on(scenario, tariff, day) for day in (part.since - timedelta(days=1), part.since))
    for kind in part.kinds:
        yield kind, before[kind].kiosk_fee_yen, during[kind].kiosk_fee_yen
