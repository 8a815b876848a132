"""Who somebody is in the registers of other municipalities than the one they live in: where they lived before, and where their 戸籍 is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from registers.population import Population
from registers.residents.resident import Resident


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody's line in the register of a municipality that they have left, or that taxes them from outside, and the 年度 of which it has their figures."""

    municipality: str
    atena_no: str
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EntryElsewhere:
    """Somebody's entry in a current 戸籍 of another municipality."""

    municipality: str
    koseki_no: str
    person_no: str


def former_lines(municipalities: Sequence[Population], home: str, resident: Resident) -> tuple[Former, ...]:
    """Where this resident of `home` lived before, or is taxed without being registered: the lines of the same 住民票コード and birth where they are no present resident."""
    found = []
    for population in municipalities:
        number = _number_in(population, resident)
        if population.city.code != home and number is not None:
            years = sorted(record.year for record in population.tax if record.atena_no == number)
            found.append(Former(population.city.code, number, tuple(years)))
    return tuple(found)


def _number_in(population: Population, resident: Resident) -> str | None:
    who = (resident.juminhyo_code, resident.birth)
    line = next((one for one in population.residents if (one.juminhyo_code, one.birth) == who), None)
    if line is not None:
        return None if line.standing in ("current", "leaving") else line.atena_no
    return next((one.atena_no for one in population.outside if (one.resident.juminhyo_code, one.resident.birth) == who), None)


def entry_elsewhere(municipalities: Sequence[Population], home: str, resident: Resident) -> EntryElsewhere | None:
    """Where the 戸籍 of this resident of `home` is kept, if it is elsewhere: a person of that name and birth who stands in it now."""
    for population in municipalities:
        if population.city.code == home:
            continue
        for koseki in population.koseki:
            for person in koseki.members:
                name = f"{koseki.family_name}　{person.given_name}"
                if koseki.standing == "current" and person.removed_on is None and (name, person.birth) == (resident.name, resident.birth):
                    return EntryElsewhere(population.city.code, koseki.koseki_no, person.person_no)
    return None
