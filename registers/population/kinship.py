"""Who is whose child across households and municipalities: some grown-up people turn out to be children of couples who live elsewhere in the world.

Decides whose; the 戸籍 of both follow. Chosen are unmarried people who live alone, and married people who bear their spouse's surname. Nobody with a story of their own is touched.
"""

from random import Random

from registers.population.making import PARENT_OLDER, Making
from registers.population.people import Family, Household, Person

_SHARE = 0.4
_OLDEST_PARENT_BY = 40


def relate(chance: Random, makings: list[Making], ordinary: list[list[Household]]) -> None:
    """Bind people of ordinary households; `ordinary[i]` are those of `makings[i]`."""
    couples = [family for households in ordinary for household in households for family in _couple_at_home(household)]
    for making, households in zip(makings, ordinary, strict=True):
        for household in households:
            person = _without_parents(household)
            if person is not None and chance.random() < _SHARE:
                possible = [family for family in _some(chance, couples) if _could_be_parents(making, family, person, household)]
                if possible:
                    _bind(possible[0], person)


def _couple_at_home(household: Household) -> list[Family]:
    """The 戸籍 of the couple that leads the household, if nothing special is said of them and both bear the usual surname characters."""
    head = household.people[0]
    family = head.family
    if family is None or len(household.people) < 2 or not family.own_marriages:
        return []
    marriage = family.own_marriages[-1]
    both = (family.head, marriage.spouse)
    plain = all(person in household.people and person.foreign is None and _plain(person) for person in both)
    return [family] if plain and marriage.ended_by is None else []


def _plain(person: Person) -> bool:
    return person.standing == "current" and not person.character_pending and person.birth_text is None


def _without_parents(household: Household) -> Person | None:
    """An unmarried person alone in a 戸籍 of parents who do not live here, or the spouse of the head, born elsewhere."""
    head = household.people[0]
    if len(household.people) == 1 and head.family is not None and head in head.family.children and len(head.family.children) == 1:
        return head if _plain(head) else None
    if len(household.people) > 1:
        spouse = household.people[1]
        family = spouse.family
        married = family is not None and any(marriage.spouse is spouse for marriage in family.own_marriages)
        return spouse if married and spouse.origin is None and spouse.father is None and _plain(spouse) else None
    return None


def _some(chance: Random, couples: list[Family]) -> list[Family]:
    return chance.sample(couples, min(len(couples), 25))


def _could_be_parents(making: Making, family: Family, person: Person, household: Household) -> bool:
    couple = (family.head, family.own_marriages[-1].spouse)
    fitting = all(PARENT_OLDER <= making.age(parent) - making.age(person) <= _OLDEST_PARENT_BY for parent in couple)
    namesake = any(one.given.written == person.given.written for one in family.people())
    own_surname = person.family is not None and person.family.head.surname.written == family.head.surname.written
    return fitting and not namesake and family is not person.family and not (own_surname and len(household.people) > 1)


def _bind(family: Family, person: Person) -> None:
    couple = {parent.sex: parent for parent in (family.head, family.own_marriages[-1].spouse)}
    was = person.family
    assert was is not None
    person.father, person.mother = couple["男"], couple["女"]
    family.children.append(person)
    if person in was.children:
        was.children.remove(person)
        was.void = True
        person.surname, person.family = family.head.surname, family
    else:
        person.origin = family
        person.former = family.head.surname if person.former else None
