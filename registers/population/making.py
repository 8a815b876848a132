"""The chance that makes people and binds them into 戸籍: names, births, couples, parents, children.

Decides a person's name, sex and birth and in which 戸籍 they stand; who lives with whom is `families`' business, what happened to them when is `lives`'.
"""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from registers.population.city import City, honseki, honseki_elsewhere
from registers.population.naming import Name, Names, names
from registers.population.people import Family, FoundedBy, Marriage, Person
from registers.residents.relations import HEAD
from registers.residents.resident import Sex

PARENT_OLDER = 22
AGE_MAX = 103
_HONSEKI_HERE = 0.62
_HONSEKI_IN_THE_WORLD = 0.93

Place = tuple[str, City | None]
"""A 本籍 and whose it is; None: outside the world."""


class Making:
    """What every maker of people is given: the day, the city, the cities of the world, the lists, and named streams of chance that do not disturb each other."""

    def __init__(self, seed: int, city: City, today: date, cities: tuple[City, ...]) -> None:
        self._root = f"{seed}:{city.code}"
        self.city = city
        self.cities = cities
        self.today = today
        self.names: Names = names()
        self.chance = self.stream("people")
        self.marks = self.stream("marks")
        self.moves = self.stream("moves")
        self.places = self.stream("honseki")
        self.families: list[Family] = []
        """Every 戸籍 in the making, in the order of making."""

    def stream(self, topic: str) -> Random:
        """A stream of its own: what one part of the population draws does not shift another part."""
        return Random(f"{self._root}:{topic}")  # noqa: S311 - a made-up population, not a secret

    def birth(self, age: int) -> date:
        """A day on which somebody was born who is `age` today."""
        earliest = years_before(self.today, age + 1) + timedelta(days=1)
        return earliest + timedelta(days=self.chance.randrange((years_before(self.today, age) - earliest).days + 1))

    def person(self, sex: Sex, age: int, surname: Name | None = None, relation: str = HEAD) -> Person:
        """A Japanese person, without a 戸籍 yet."""
        birth = self.birth(age)
        return Person(
            sex,
            birth,
            surname or self.names.surname(self.chance),
            self.names.given(self.chance, sex, birth.year),
            relation,
            kana_known=self.chance.random() >= 0.12,
        )

    def sex(self) -> Sex:
        """Either."""
        return self.chance.choice(("男", "女"))

    def another_surname(self, surname: Name) -> Name:
        """A surname that is not this one."""
        other = surname
        while other.written == surname.written:
            other = self.names.surname(self.chance)
        return other

    def couple(self, head: Person, spouse: Person, place: Place | None = None) -> Family:
        """The 戸籍 that two people made when they married: `head` is 筆頭者, whose 氏 both bear; a foreign spouse is named in it and does not stand in it."""
        family = self._family(head, "marriage", place)
        family.marriages.append(Marriage(spouse))
        if spouse.foreign is None:
            spouse.family = family
        return family

    def widowed(self, person: Person, place: Place | None = None) -> Family:
        """Somebody whose spouse has died: the 筆頭者 is the husband, alive or not."""
        late = self._partner_of(person)
        head, spouse = (person, late) if person.sex == "男" else (late, person)
        family = self.couple(head, spouse, place)
        family.marriages[-1].ended_by = "death"
        late.standing = "dead"  # the day is decided with the others'
        return family

    def divorced(self, person: Person, place: Place | None = None) -> Family:
        """A 筆頭者 whose spouse has left the 戸籍 by divorce."""
        family = self.couple(person, self._partner_of(person), place)
        self.end_by_divorce(family)
        return family

    def end_by_divorce(self, family: Family) -> None:
        """The spouse leaves, for a 戸籍 outside the world and for the surname borne before."""
        marriage = family.marriages[-1]
        marriage.ended_by = "divorce"
        marriage.spouse.family = None

    def left_by_divorce(self, person: Person, place: Place | None = None) -> Family:
        """Somebody who has left a spouse's 戸籍 by divorce and made a new one."""
        family = self._family(person, "divorce", place)
        family.marriages.append(Marriage(self._partner_of(person, self.another_surname(person.surname)), ended_by="divorce"))
        return family

    def with_parents(self, *children: Person, place: Place | None = None) -> Family:
        """Unmarried people in the 戸籍 of parents who do not live here, or are dead."""
        oldest = max(self.age(child) for child in children)
        father = self.person("男", oldest + self.chance.randint(PARENT_OLDER + 3, 36), children[0].surname)
        mother = self.person("女", max(oldest + PARENT_OLDER, self.age(father) - self.chance.randint(0, 6)), children[0].surname)
        for parent in (father, mother):
            self.name_apart(parent, children)
        family = self.couple(father, mother, place)
        for child in children:
            self.child(child, father, mother)
        return family

    def child(self, child: Person, father: Person | None, mother: Person | None) -> None:
        """The child of these parents, in their 戸籍."""
        child.father, child.mother = father, mother
        family = next(parent.family for parent in (father, mother) if parent is not None and parent.family is not None)
        self.name_apart(child, family.people())
        child.family = family
        family.children.append(child)

    def child_of_spouses(self, child: Person, parent: Person) -> None:
        """The child of a person and of the spouse in that person's 戸籍, whatever has become of the marriage; of the person alone when there is none."""
        family = parent.family
        assert family is not None
        self.name_apart(child, family.people())
        other = family.marriages[-1].spouse if family.marriages else None
        both = {family.head.sex: family.head} | ({other.sex: other} if other is not None else {})
        child.father, child.mother, child.family = both.get("男"), both.get("女"), family
        family.children.append(child)

    def age(self, person: Person) -> int:
        """Full years today."""
        birth, today = person.birth, self.today
        return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))

    def place(self, city: City | None = None) -> Place:
        """A 本籍: most often in the city itself, often in another municipality of the world, now and then outside it. With `city`, there."""
        chance, draw = self.places, self.places.random()
        if city is None and draw >= _HONSEKI_IN_THE_WORLD:
            return honseki_elsewhere(chance), None
        others = [other for other in self.cities if other != self.city]
        where = city or (self.city if draw < _HONSEKI_HERE or not others else chance.choice(others))
        return honseki(chance, where), where

    def _family(self, head: Person, founded_by: FoundedBy, place: Place | None) -> Family:
        where, city = place or self.place()
        while any(family.honseki == where and family.head.name == head.name for family in self.families):
            where, city = self.place(city)
        family = Family(head, where, city, founded_by)
        head.family = family
        self.families.append(family)
        return family

    def name_apart(self, person: Person, others: Sequence[Person]) -> None:
        """Another given name for somebody who has that of one of these relatives."""
        while any(person.given.written == other.given.written for other in others):
            person.given = self.names.given(self.chance, person.sex, person.birth.year)

    def _partner_of(self, person: Person, surname: Name | None = None) -> Person:
        age = min(AGE_MAX, max(22, self.age(person) + (self.chance.randint(-2, 7) if person.sex == "女" else self.chance.randint(-6, 2))))
        return self.person("女" if person.sex == "男" else "男", age, surname or person.surname)


def years_before(day: date, years: int) -> date:
    """The same day years ago; March 1 for a February 29 that does not exist."""
    if day.month == 2 and day.day == 29 and not calendar.isleap(day.year - years):
        return date(day.year - years, 3, 1)
    return day.replace(year=day.year - years)
