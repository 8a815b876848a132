"""A made-up population of a made-up city: households that could be real, people who are not.

Decides who lives where with whom, what they are called and what their register says, all from one seed: the same seed, size, day and city give the same people in every process.
It draws no chance but from that seed, and knows nothing about cards, papers or databases. Everything it makes is a 見本: the city's code is of a prefecture number that does not exist.
"""

from registers.population.city import MIHON, City
from registers.population.generation import HolderNote, Population, generate

__all__ = ["MIHON", "City", "HolderNote", "Population", "generate"]
