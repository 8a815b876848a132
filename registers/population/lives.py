"""When it happened: marriages, divorces and deaths of made-up people, on days that fit their births, their children's births and each other.

Decides days, and who of those who live nowhere here has died; decides nobody's household. Days that are set already stay as they are.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from registers.population.making import Making, years_before
from registers.population.naming import Name
from registers.population.people import Family, Person
from registers.residents.resident import Sex

MARRIAGE_AGE = 18
_MARRIED_WITHIN_DAYS = 15 * 365
_OLDEST = 101
_DEAD_BY_AGE = ((60, 0.03), (75, 0.12), (85, 0.4), (95, 0.75), (200, 1.0))


def decide(making: Making, housed: Iterable[Person]) -> None:
    """Set the open days of every 戸籍 of this making. `housed` are those who stand in a household; nobody else's death is known yet."""
    chance = making.stream("lives")
    at_home = {id(person) for person in housed}
    for family in making.families:
        if family.void:
            continue
        for index in range(len(family.marriages)):
            _decide_marriage(chance, making.today, family, index)
        for person in family.people():
            if id(person) not in at_home and person.standing == "current" and chance.random() < _share_of_the_dead(making.age(person)):
                _die(chance, making.today, family, person)
        _end_by_death(family)
        first = family.marriages[0] if family.marriages else None
        if family.founded_on is None and first is not None:
            family.founded_on = first.ended_on if family.founded_by == "divorce" else first.on
        for person in family.people():
            _give_parents(making, chance, family, person)


def _decide_marriage(chance: Random, today: date, family: Family, index: int) -> None:
    marriage, pair = family.marriages[index], (family.head, family.marriages[index].spouse)
    births = [child.birth for child in family.children if {id(child.father), id(child.mother)} == {id(person) for person in pair}]
    deaths = [person.standing_since for person in pair if person.standing == "dead" and person.standing_since is not None]
    if marriage.on is None:
        earliest = max(_birthday(person, MARRIAGE_AGE) for person in pair)
        if index:
            earliest = max(earliest, (family.marriages[index - 1].ended_on or earliest) + timedelta(days=120))
        latest = min([today - timedelta(days=500 if marriage.ended_by else 20), *(birth - timedelta(days=60) for birth in births), *deaths])
        marriage.on = _between(chance, earliest, min(latest, earliest + timedelta(days=_MARRIED_WITHIN_DAYS)))
    if marriage.ended_by is not None and marriage.ended_on is None:
        after = max([marriage.on + timedelta(days=200), *(birth + timedelta(days=40) for birth in births)])
        marriage.ended_on = deaths[0] if deaths else min(_between(chance, after, today - timedelta(days=20)), today)
    if marriage.ended_by == "death":
        for person in pair:
            if person.standing == "dead" and person.standing_since is None:
                person.standing_since = marriage.ended_on


def _die(chance: Random, today: date, family: Family, person: Person) -> None:
    known = [child.birth for child in family.children if person in (child.father, child.mother)]
    known += [marriage.on for marriage in family.marriages if marriage.on is not None and person in (family.head, marriage.spouse)]
    after = max([_birthday(person, 1), *known]) + timedelta(days=30)
    latest = min(today - timedelta(days=10), _birthday(person, _OLDEST))
    if after < latest:
        person.standing, person.standing_since = "dead", _between(chance, max(after, latest - timedelta(days=20 * 365)), latest)


def _end_by_death(family: Family) -> None:
    """A marriage that no divorce ended ends with the first death of the two."""
    if family.marriages and family.marriages[-1].ended_by != "divorce":
        marriage = family.marriages[-1]
        deaths = sorted(day for day in (family.head.died_on, marriage.spouse.died_on) if day is not None)
        if deaths:
            marriage.ended_by, marriage.ended_on = "death", deaths[0]


def _give_parents(making: Making, chance: Random, family: Family, person: Person) -> None:
    """父母 of who has none yet, by name only; and the surname before the marriage of who changed it."""
    changed = family.head is not person and any(person is marriage.spouse for marriage in family.own_marriages)
    if changed and person.maiden is None:
        person.maiden = person.origin.head.surname if person.origin else person.former or making.another_surname(person.surname)
    if person.father is None and person.mother is None:
        surname, year = person.maiden or person.surname, person.birth.year - chance.randint(22, 34)
        taken = {one.given.written for one in family.people()}
        person.father, person.mother = _called(making, chance, "男", year, surname, taken), _called(making, chance, "女", year + 2, surname, taken)
        person.elder = chance.choices((0, 1, 2), weights=(62, 30, 8))[0]


def _called(making: Making, chance: Random, sex: Sex, year: int, surname: Name, taken: set[str]) -> Person:
    """A parent of whom only the name is known, which nobody of the 戸籍 bears."""
    given = making.names.given(chance, sex, year)
    while given.written in taken:
        given = making.names.given(chance, sex, year)
    return Person(sex, date(year, 1, 1), surname, given)


def _share_of_the_dead(age: int) -> float:
    return next(share for below, share in _DEAD_BY_AGE if age < below)


def _birthday(person: Person, age: int) -> date:
    return years_before(person.birth, -age)


def _between(chance: Random, first: date, last: date) -> date:
    """A day of the span; its first when it is empty."""
    return first + timedelta(days=chance.randrange(max(1, (last - first).days)))
