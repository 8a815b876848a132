"""What a simulated town shares: its loop and clock, its chance, how much goes wrong, and the trace."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from simulation.chance import Chance
from simulation.faults import LEVELS, Faults
from simulation.trace import Trace
from simulation.virtual_time import VirtualLoop
from storage.instants import JST

START = datetime(2026, 11, 2, 6, 30, tzinfo=JST)
"""A Monday: the doors open."""


@dataclass(slots=True)
class Weather:
    """The faults of the moment; cleared at the end of a run, so that everything owed can be delivered."""

    faults: Faults


@dataclass(frozen=True, slots=True)
class World:
    """See the module's text."""

    loop: VirtualLoop
    chance: Chance
    weather: Weather
    trace: Trace

    def now(self) -> datetime:
        """The virtual clock, JST."""
        return self.loop.now()

    def random(self, name: str) -> Random:
        """A named stream of chance."""
        return self.chance.stream(name)

    def clear_up(self) -> None:
        """Nothing goes wrong from now on."""
        self.weather.faults = LEVELS["none"]


def make_world(seed: int, faults: Faults, start: datetime = START) -> World:
    """A world at its beginning."""
    loop = VirtualLoop(start)
    return World(loop, Chance(seed), Weather(faults), Trace(loop.time))
