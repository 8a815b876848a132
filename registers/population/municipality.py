"""The registers of one municipality and of a whole world of them, as values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.population.city import City
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration
from registers.tax.record import TaxRecord


@dataclass(frozen=True, slots=True)
class HolderNote:
    """Somebody fit to be a demonstration holder: whether a paper with the whole household is theirs for the asking, and what is special about them."""

    atena_no: str
    entitled: bool
    note: str


@dataclass(frozen=True, slots=True)
class TaxedOutside:
    """Somebody who is taxed here and registered elsewhere (住登外課税): the tax section's own number for the person, which their tax records bear, and their line where they are a resident."""

    atena_no: str
    resident: Resident


@dataclass(frozen=True, slots=True)
class Population:
    """The registers of one municipality. In the main one `residents[0]` is a healthy adult, head of a household of four, and `holders[0]`.

    `holders`: those of the cast, the entitled first. `ordinary`: the 宛名番号 of everybody else who is 15 or older and to whom nothing is forbidden, in order.
    Both are as of the day the population was made. `koseki` and `fuhyo` are those of this 本籍地, side by side; `seals` are empty when nobody carved any.
    Serials and first days of cards are None: cards are made elsewhere.
    """

    city: City
    residents: tuple[Resident, ...]
    households: tuple[Household, ...]
    holders: tuple[HolderNote, ...]
    ordinary: tuple[str, ...]
    koseki: tuple[Koseki, ...]
    fuhyo: tuple[Fuhyo, ...]
    seals: tuple[SealRegistration, ...]
    tax: tuple[TaxRecord, ...]
    outside: tuple[TaxedOutside, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Municipalities whose registers agree with each other on the day `today`, the main one first."""

    municipalities: tuple[Population, ...]
    today: date

    def of(self, code: str) -> Population:
        """The municipality with this 全国地方公共団体コード; KeyError when it is not of this world."""
        return self.municipalities[self._index(code)]

    def with_municipality(self, changed: Population) -> "World":
        """The world with other registers of one municipality."""
        index = self._index(changed.city.code)
        return replace(self, municipalities=(*self.municipalities[:index], changed, *self.municipalities[index + 1 :]))

    def residents(self) -> Iterator[tuple[Population, Resident]]:
        """Everybody in any resident register, gone or not."""
        return ((municipality, resident) for municipality in self.municipalities for resident in municipality.residents)

    def _index(self, code: str) -> int:
        for index, municipality in enumerate(self.municipalities):
            if municipality.city.code == code:
                return index
        raise KeyError(code)
