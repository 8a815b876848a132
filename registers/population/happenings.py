"""What happens in a world from one day to the next, and how often: roughly as in the country.

Decides rates and order. Whoever has filed a 転出届 does nothing else until they go. Everything is drawn from the stream that is handed in.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from registers.population.applying import apply
from registers.population.change import Change, Move
from registers.population.fitness import Run
from registers.population.moving import as_possible, leaving, seal_end, seal_entry
from registers.population.municipality import World
from registers.population.numbering import NationalNumbering
from registers.population.seals import JST, Carve
from registers.population.vital_events import birth, death, divorce, wedding

_Draw = Callable[[Run, World, datetime], Change | None]
_RATES: tuple[tuple[_Draw, float], ...] = (
    (birth, 0.008),
    (death, 0.012),
    (wedding, 0.005),
    (divorce, 0.002),
    (leaving, 0.02),
    (seal_entry, 0.03),
    (seal_end, 0.01),
)
"""How often a year for each resident."""
_OPENS, _HOURS = time(8, 30), 8 * 3600


def changes(world: World, since: date, until: date, chance: Random, carve: Carve | None = None, pace: float = 1.0) -> Iterator[Change]:
    """What happens after the day `since` up to the day `until`, in order of time; each change fits the world to which those before it were applied.

    `pace` 2 makes everything happen twice as often. Without `carve` nobody registers a seal. Moves announced for days after `until` are not made.
    """
    run = Run(chance, carve, NationalNumbering(chance))
    for number in range(1, (until - since).days + 1):
        day = since + timedelta(days=number)
        due: list[tuple[datetime, Move | None]] = [(move.at, move) for move in run.announced.pop(day, [])]
        due += [(datetime.combine(day, _OPENS, JST) + timedelta(seconds=seconds), None) for seconds in _times(run, world, pace)]
        for at, move in sorted(due, key=lambda pair: pair[0]):
            made = _drawn(run, world, at) if move is None else as_possible(world, move)
            for change in [] if made is None else [made, *run.told]:
                yield change
                world = apply(world, change)
            run.told.clear()


def _times(run: Run, world: World, pace: float) -> list[int]:
    """Seconds of the working day at which something happens."""
    people = sum(len(household.members) for place in world.municipalities for household in place.households)
    expected = people * sum(rate for _, rate in _RATES) * pace / 365
    count = int(expected) + (run.chance.random() < expected % 1)
    return [run.chance.randrange(_HOURS) for _ in range(count)]


def _drawn(run: Run, world: World, at: datetime) -> Change | None:
    draw = run.chance.choices([draw for draw, _ in _RATES], [rate for _, rate in _RATES])[0]
    return draw(run, world, at)
