"""A whole world of registers from one seed: the residents of several municipalities, the 戸籍 and 附票 of those whose 本籍 lies there, their seals and their taxes.

Decides how the registers are put together from the people; what each says, the rooms below decide. The same arguments give equal worlds in every process.
"""

from collections.abc import Sequence
from datetime import date
from random import Random

from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.population.addresses import settle_outside
from registers.population.city import CITIES, MIHON, City
from registers.population.generation import Folk, folk_of
from registers.population.kosekis import Records, books_of
from registers.population.movers import Story
from registers.population.municipality import HolderNote, Population, TaxedOutside, World
from registers.population.seals import Carve, seals_of, stock_of
from registers.population.taxes import taxes_of
from registers.register_dates import age_on
from registers.residents.households import assembled, is_present
from registers.residents.resident import Household

HOLDER_AGE_MIN = 15


def generate(seed: int, residents: int, today: date, city: City = MIHON, carve: Carve | None = None) -> Population:
    """The registers of `city` in a world where it is the main municipality: exactly `residents` people (4 at least; the whole cast needs about 50) as of `today`."""
    others = tuple(other for other in CITIES if other.code != city.code)
    return make_world(seed, residents, today, (city, *others), carve).municipalities[0]


def make_world(
    seed: int, residents: int, today: date, cities: Sequence[City] = CITIES, carve: Carve | None = None, stories: Sequence[Story] = ()
) -> World:
    """A world of these municipalities (the first is the main one and has exactly `residents` lines) as of `today`; of `stories` those whose municipalities are all of this world.

    `carve` makes the imprints of seals; without it nobody has a seal. ValueError for fewer than 4 residents or no city.
    """
    if residents < 4 or not cities:
        message = "a population has at least the 4 people of the first household"
        raise ValueError(message)
    folk = folk_of(seed, residents, today, tuple(cities), stories)
    books = _books(folk, seed, today)
    by_code = {city.code: city for city in cities}
    people = [person for households in folk.drafts for draft in households for person in draft.people]
    taxes = taxes_of(seed, people, today, by_code)
    stock = stock_of(carve, seed, folk.lines) if carve is not None else None
    municipalities = []
    for index, city in enumerate(cities):
        lines = [line for line in folk.lines if line.city.code == city.code]
        everybody, households = assembled([line.resident for line in lines], [line.address for line in lines])
        holders = _holders(folk, index)
        chance = folk.makings[index].stream("seals")
        municipalities.append(
            Population(
                city,
                everybody,
                households,
                holders,
                _ordinary(households, holders, today),
                tuple(koseki for koseki, _ in books[city.code]),
                tuple(fuhyo for _, fuhyo in books[city.code]),
                seals_of(lines, today, chance, stock, folk.numbering[city.code]) if stock is not None else (),
                tuple(taxes[city.code]),
                _taxed_outside(folk, city),
            )
        )
    return World(tuple(municipalities), today)


def _taxed_outside(folk: Folk, city: City) -> tuple[TaxedOutside, ...]:
    outside = ((line.person.outside, line.resident) for line in folk.lines if line.resident.standing == "current")
    return tuple(TaxedOutside(stay.atena_no, resident) for stay, resident in outside if stay is not None and stay.city == city.code and stay.atena_no)


def _books(folk: Folk, seed: int, today: date) -> dict[str, list[tuple[Koseki, Fuhyo]]]:
    """戸籍 and 附票 by municipality. Everybody's addresses are settled before the first is written: a 附票 names those of others too."""
    chance = Random(f"{seed}:koseki")  # noqa: S311 - made-up days, not a secret
    cities = {making.city.code: making.city for making in folk.makings}
    families = [family for making in folk.makings for family in making.families if not family.void]
    for family in families:
        settle_outside(chance, folk.national, family)
    records = Records(today, cities, chance)
    books: dict[str, list[tuple[Koseki, Fuhyo]]] = {code: [] for code in cities}
    for family in families:
        if family.city is not None:
            made = books_of(records, family, folk.numbering[family.city.code])
            if made is not None:
                books[family.city.code].append(made)
    return books


def _holders(folk: Folk, index: int) -> tuple[HolderNote, ...]:
    code = folk.makings[index].city.code
    notes = []
    for draft in folk.drafts[index]:
        for place, note in draft.notes.items():
            number = next(stay.atena_no for stay in draft.people[place].stays if stay.city == code and stay.atena_no is not None)
            notes.append(HolderNote(number, *note))
    return (*(note for note in notes if note.entitled), *(note for note in notes if not note.entitled))


def _ordinary(households: Sequence[Household], holders: Sequence[HolderNote], today: date) -> tuple[str, ...]:
    taken = {holder.atena_no for holder in holders}
    return tuple(
        member.atena_no
        for household in households
        if _nothing_forbids(household)
        for member in household.members
        if member.atena_no not in taken and (age_on(member.birth, today) or 0) >= HOLDER_AGE_MIN
    )


def _nothing_forbids(household: Household) -> bool:
    """Everybody of the household may stand on a paper, and nobody is about to leave."""
    return all(
        is_present(person) and person.standing == "current" and person.protection is None and not person.suppressions and not person.character_pending
        for person in household.members
    )
