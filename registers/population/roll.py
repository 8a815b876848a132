"""One municipality's people and seals brought up to date: lines replaced and added, their households put in order again, registrations ended, next numbers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from registers.population.municipality import Population, World
from registers.population.numbering import with_atena_digit
from registers.residents.household_order import ordered
from registers.residents.households import UNSTORED, is_present
from registers.residents.resident import Household, Resident
from registers.seal.seal import CancelReason


def living(world: World, juminhyo_code: str) -> tuple[Population, Resident]:
    """Where a person lives, and their line there; KeyError for who lives nowhere in this world."""
    for municipality in world.municipalities:
        for resident in municipality.residents:
            if resident.juminhyo_code == juminhyo_code and is_present(resident):
                return municipality, resident
    raise KeyError(juminhyo_code)


def line(population: Population, atena_no: str) -> Resident:
    """The line with this 宛名番号; KeyError when there is none."""
    for resident in population.residents:
        if resident.atena_no == atena_no:
            return resident
    raise KeyError(atena_no)


def home(population: Population, household_no: str) -> Household:
    """The household with this 世帯番号; KeyError when there is none."""
    for household in population.households:
        if household.household_no == household_no:
            return household
    raise KeyError(household_no)


def with_people(population: Population, changed: Sequence[Resident], new: Sequence[Resident] = (), address: str = "") -> Population:
    """The register with these lines changed and these added; a household that was not there is made at `address`."""
    by_number = {resident.atena_no: resident for resident in changed}
    residents = (*(by_number.get(resident.atena_no, resident) for resident in population.residents), *new)
    touched = {resident.household_no for resident in (*changed, *new)}
    people: dict[str, list[Resident]] = {number: [] for number in sorted(touched)}
    for resident in residents:
        if resident.household_no in touched and is_present(resident):
            people[resident.household_no].append(resident)
    households = [
        _assembled(household, people[household.household_no]) if household.household_no in touched else household
        for household in population.households
    ]
    known = {household.household_no for household in households}
    made = [_assembled(Household(number, address, "", (), UNSTORED), people[number]) for number in sorted(touched - known)]
    return replace(population, residents=residents, households=(*households, *made))


def seals_ended(population: Population, atena_nos: Collection[str], at: datetime, reason: CancelReason) -> Population:
    """Every registration of these people that was in force ends at this instant."""
    return replace(
        population,
        seals=tuple(
            replace(seal, cancelled_at=at, cancelled_for=reason) if seal.cancelled_at is None and seal.atena_no in atena_nos else seal
            for seal in population.seals
        ),
    )


def next_atena_no(population: Population, ahead: int = 0) -> str:
    """The next 宛名番号, or the one so many after it."""
    return with_atena_digit(_highest(resident.atena_no[:9] for resident in population.residents) + 1 + ahead)


def next_household_no(population: Population) -> str:
    """The next 世帯番号."""
    return with_atena_digit(_highest(household.household_no[:9] for household in population.households) + 1)


def next_koseki_no(population: Population) -> str:
    """The next number of a 戸籍."""
    return f"{_highest(koseki.koseki_no for koseki in population.koseki) + 1:010d}"


def next_koseki_person_no(population: Population, ahead: int = 0) -> str:
    """The next number of a person in a 戸籍, or the one so many after it."""
    return f"{_highest(member.person_no for koseki in population.koseki for member in koseki.members) + 1 + ahead:010d}"


def next_seal_no(population: Population) -> str:
    """The next 印鑑登録番号."""
    return f"{_highest(seal.registration_no for seal in population.seals) + 1:08d}"


def _highest(numbers: Iterable[str]) -> int:
    return max((int(number) for number in numbers), default=0)


def _assembled(household: Household, people: Sequence[Resident]) -> Household:
    members = ordered(people)
    return replace(household, members=members, head_name=members[0].name if members else household.head_name)
