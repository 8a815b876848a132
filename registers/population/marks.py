"""What happens to a few people of an ordinary population: stops, protection, moves, deaths, uncertain dates, characters being registered.

Never touches a head while others stay behind, so that every household with people in it keeps its head.
"""

from datetime import date, timedelta
from random import Random

from registers.population.cast import PENDING_SURNAMES
from registers.population.making import Making
from registers.population.people import Family, Household, Person
from registers.residents.relations import HEAD
from registers.residents.resident import Protection, Standing, Suppression

_ERAS = (
    (date(2019, 5, 1), "令和", 2018),
    (date(1989, 1, 8), "平成", 1988),
    (date(1926, 12, 25), "昭和", 1925),
    (date(1912, 7, 30), "大正", 1911),
    (date(1868, 1, 1), "明治", 1867),
)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def mark(making: Making, household: Household) -> None:
    """Draw what is special about this household, if anything; most have nothing."""
    chance = making.marks
    draw = chance.random()
    if draw < 0.008:
        _protect(making, chance, household)
    elif draw < 0.014:
        _stop(making, chance, household)
    elif draw < 0.022:
        _all_go(making, chance, household)
    elif draw < 0.032:
        _one_goes(making, chance, household)
    elif draw < 0.036:
        _pending(chance, household)
    for person in household.people:
        _uncertain(making, chance, person)


def _protect(making: Making, chance: Random, household: Household) -> None:
    since = making.today - timedelta(days=chance.randint(5, 360))
    first, *others = household.people
    if chance.random() < 0.15:
        first.protection = Protection("provisional", since, None)
        return
    first.protection = Protection("support", since, since + timedelta(days=364))
    for other in others:
        other.protection = Protection("co_protected", since, since + timedelta(days=364))


def _stop(making: Making, chance: Random, household: Household) -> None:
    since = making.today - timedelta(days=chance.randint(1, 400))
    until = since + timedelta(days=90) if chance.random() < 0.5 else None
    whole = len(household.people) > 1 and chance.random() < 0.4
    stop = Suppression(since, until, whole, "世帯状況の確認中" if whole else "本人の申出")
    for person in household.people if whole else household.people[:1]:
        person.suppressions = (stop,)


def _all_go(making: Making, chance: Random, household: Household) -> None:
    standing: Standing = (
        chance.choice(("leaving", "left", "left")) if len(household.people) > 1 else chance.choice(("leaving", "left", "dead", "removed"))
    )
    _goes(making, chance, household, household.people, standing)


def _one_goes(making: Making, chance: Random, household: Household) -> None:
    others = [person for person in household.people if person.relation != HEAD]
    if others:
        _goes(making, chance, household, [chance.choice(others)], chance.choice(("leaving", "left", "dead")))


def _goes(making: Making, chance: Random, household: Household, people: list[Person], standing: Standing) -> None:
    if standing == "left" and len(making.cities) > 1 and chance.random() < 0.5:
        household.goes_to = chance.choice(making.cities[1:])
    days = chance.randint(1, 30) if standing == "leaving" else -chance.randint(1, 300)
    for person in people:
        person.standing, person.standing_since = standing, max(making.today + timedelta(days=days), person.birth)


def _pending(chance: Random, household: Household) -> None:
    """A whole 戸籍 has the character: everybody of the first person's surname, and whoever of the household bears it from another 戸籍."""
    first = household.people[0]
    if first.foreign is not None or first.family is None:
        return
    was, surname = first.surname.written, chance.choice(PENDING_SURNAMES)
    for family in _families_of(household, was):
        family.rename(was, surname)
    for person in household.people:
        if person.surname == surname:
            person.character_pending = True


def _families_of(household: Household, surname: str) -> list[Family]:
    found: list[Family] = []
    for person in household.people:
        for family in (person.family, person.origin):
            if family is not None and family not in found and family.head.surname.written == surname:
                found.append(family)
    return found


def _uncertain(making: Making, chance: Random, person: Person) -> None:
    """Some of the very old, and a few foreign residents, have a birth date that nobody knows exactly, or that no calendar has."""
    age = making.age(person)
    if person.foreign is not None and age >= 30 and chance.random() < 0.01:
        person.birth_text = f"{person.birth.year}年　月日不詳".translate(_FULL_WIDTH)
    elif age >= 90 and chance.random() < 0.04:
        era, year = next((name, person.birth.year - before) for first, name, before in _ERAS if person.birth >= first)
        when = f"{era}{'元' if year == 1 else year}年".translate(_FULL_WIDTH)
        month = f"{person.birth.month}月".translate(_FULL_WIDTH)
        person.birth_text = chance.choice(
            (
                f"{when}　月日不詳",
                f"{when}{month}　日不詳",
                f"{when}{month}頃",
                f"推定{when}",
                f"{person.birth.year - person.birth.year % 4 + 1}-02-29",
            )
        )
