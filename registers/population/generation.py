"""From a seed to the people of a world: the cast, then ordinary households until each municipality has its people; who is whose child; their lives; their lines in the resident registers.

Decides the sizes. The same arguments give equal people in every process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from registers.population import families, foreigners
from registers.population.cast import CAST
from registers.population.city import City
from registers.population.kinship import relate
from registers.population.lives import decide
from registers.population.making import Making
from registers.population.marks import mark
from registers.population.movers import Story, lines_in, told_in
from registers.population.numbering import NationalNumbering, Numbering
from registers.population.people import Household as Draft
from registers.population.people import Person
from registers.population.residence import Line, lines_of

_KINDS = (*families.KINDS, *foreigners.KINDS)
_SMALLEST = 4
_SMALL_MAX = 48
"""The fifth municipality of a world and those after it have so many people, or an eighth of the first one's."""


@dataclass(frozen=True, slots=True)
class Folk:
    """Everybody of a world before the registers: each municipality's making, its households, everybody's lines, and the counters of numbers."""

    makings: tuple[Making, ...]
    drafts: tuple[tuple[Draft, ...], ...]
    lines: tuple[Line, ...]
    numbering: dict[str, Numbering]
    national: NationalNumbering


def folk_of(seed: int, residents: int, today: date, cities: Sequence[City], stories: Sequence[Story] = ()) -> Folk:
    """The people of the cities: exactly `residents` lines in the first, about a quarter, an eighth … as many people in the next three, and a few dozen in each of
    the others; `stories` are told besides.
    """
    makings = tuple(Making(seed, city, today, tuple(cities)) for city in cities)
    drafts: list[list[Draft]] = []
    ordinary: list[list[Draft]] = []
    for index, making in enumerate(makings):
        told = _told(making, CAST, residents - lines_in(making.city, cities, stories)) if index == 0 else []
        taken = 0 if index else lines_in(making.city, cities, stories)
        rest = _ordinary(making, _size(index, residents) - taken - sum(len(draft.people) for draft in told))
        drafts.append([*told, *rest, *told_in(making, stories)])
        ordinary.append(rest)
    relate(Random(f"{seed}:kinship"), list(makings), ordinary)  # noqa: S311 - a made-up population, not a secret
    for draft in drafts[0]:
        for city, relatives in draft.relatives:
            drafts[cities.index(city)].append(relatives)
    housed: list[Person] = [person for households in drafts for draft in households for person in draft.people]
    for making in makings:
        decide(making, housed)
    numbering, national = {city.code: Numbering() for city in cities}, NationalNumbering(makings[0].stream("numbers"))
    lines = [
        line
        for making, households in zip(makings, drafts, strict=True)
        for draft in households
        for line in lines_of(making, draft, numbering, national)
    ]
    return Folk(makings, tuple(tuple(households) for households in drafts), tuple(lines), numbering, national)


def _size(index: int, residents: int) -> int:
    if index == 0:
        return residents
    return max(_SMALLEST, residents >> (index + 2) if index < 4 else min(_SMALL_MAX, residents >> 3))


def _told(making: Making, stories: Sequence[Callable[[Making], Draft]], size: int) -> list[Draft]:
    """As many households of the cast as fit."""
    drafts: list[Draft] = []
    count = 0
    for make in stories:
        first = len(making.families)
        draft = make(making)
        if count + len(draft.people) <= size:
            drafts.append(draft)
            count += len(draft.people)
        else:
            _forget(making, first)
    return drafts


def _ordinary(making: Making, size: int) -> list[Draft]:
    kinds, weights = [kind for kind, _ in _KINDS], [weight for _, weight in _KINDS]
    drafts: list[Draft] = []
    count = 0
    while count < size:
        first = len(making.families)
        draft = making.chance.choices(kinds, weights)[0](making)
        if count + len(draft.people) > size:
            _forget(making, first)
            draft = families.alone(making)
        mark(making, draft)
        drafts.append(draft)
        count += len(draft.people)
    return drafts


def _forget(making: Making, first: int) -> None:
    """Nobody of the household that was made last lives anywhere: the 戸籍 from number `first` on are given up."""
    for family in making.families[first:]:
        family.void = True
