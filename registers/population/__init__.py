"""A made-up world of made-up municipalities: households that could be real, people who are not, and all registers that tell of them.

Decides who lives where with whom, what they are called, and what each register says of them, all from one seed: the same seed, size, day and cities give the same people in every process.
It draws no chance but from that seed, and knows nothing about cards, papers or databases. Everything it makes is a 見本: the cities' codes are of a prefecture number that does not exist.
"""

from registers.population.applying import apply
from registers.population.change import Change
from registers.population.city import CITIES, MIHON, City
from registers.population.happenings import changes
from registers.population.movers import STORIES
from registers.population.municipality import HolderNote, Population, World
from registers.population.twelve import TWELVE
from registers.population.world import generate, make_world

__all__ = [
    "CITIES",
    "MIHON",
    "STORIES",
    "TWELVE",
    "Change",
    "City",
    "HolderNote",
    "Population",
    "World",
    "apply",
    "changes",
    "generate",
    "make_world",
]
