"""One made-up person before they have numbers, and the chance that makes them.

Decides a person's name, sex and birth; what binds people to each other is `families`' business.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from registers.population.city import City, honseki
from registers.population.naming import Name, Names, names
from registers.residents.relations import HEAD
from registers.residents.resident import ForeignStatus, Protection, Sex, Standing, Suppression


@dataclass(slots=True)
class Person:
    """A person in the making. `birth` is the true day; what the register says of it, if that differs, is `birth_text`."""

    sex: Sex
    birth: date
    surname: Name
    given: Name
    relation: str = HEAD
    honseki: str | None = None
    hittousha: str | None = None
    former: Name | None = None
    alias: Name | None = None
    foreign: ForeignStatus | None = None
    birth_text: str | None = None
    kana_known: bool = True
    standing: Standing = "current"
    standing_since: date | None = None
    character_pending: bool = False
    protection: Protection | None = None
    suppressions: tuple[Suppression, ...] = ()

    @property
    def name(self) -> str:
        """氏名 as registered: surname and given name with a full-width space; a foreigner's in capitals with spaces."""
        return f"{self.surname.written} {self.given.written}" if self.foreign else f"{self.surname.written}　{self.given.written}"

    @property
    def kana(self) -> str:
        """The reading of the name."""
        return f"{self.surname.kana}　{self.given.kana}"


@dataclass(slots=True)
class Household:
    """People who live together, the head first, and where; `moved_in` and `native` decide their dates, `place` is set when the register gives them one."""

    people: list[Person]
    native: bool = False
    flat: bool = False
    years_here_max: int = 55
    moved_in: date | None = None
    previous_address: str | None = None
    address: str | None = None
    notes: dict[int, tuple[bool, str]] = field(default_factory=dict)
    """Index of a person in `people` -> (entitled to everything, what is special), for those who make a demonstration holder."""


class Making:
    """What every maker of people is given: the day, the city, the lists, and named streams of chance that do not disturb each other."""

    def __init__(self, seed: int, city: City, today: date) -> None:
        self._root = f"{seed}:{city.code}"
        self.city = city
        self.today = today
        self.names: Names = names()
        self.chance = self.stream("people")
        self.marks = self.stream("marks")
        self.moves = self.stream("moves")

    def stream(self, topic: str) -> Random:
        """A stream of its own: what one part of the population draws does not shift another part."""
        return Random(f"{self._root}:{topic}")  # noqa: S311 - a made-up population, not a secret

    def birth(self, age: int) -> date:
        """A day on which somebody was born who is `age` today."""
        earliest = _years_before(self.today, age + 1) + timedelta(days=1)
        return earliest + timedelta(days=self.chance.randrange((_years_before(self.today, age) - earliest).days + 1))

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

    def koseki(self, koseki_head: Person, *members: Person, place: str | None = None) -> None:
        """Enter these people in one 戸籍, whose 筆頭者 is the first, a member or not."""
        where = place or honseki(self.chance, self.city)
        for person in members:
            person.honseki, person.hittousha = where, koseki_head.name

    def koseki_of_parents(self, *children: Person, place: str | None = None) -> None:
        """Unmarried people in the 戸籍 of a parent who does not live here."""
        parent = self.person("男", 60, children[0].surname)
        self.koseki(parent, *children, place=place)

    def age(self, person: Person) -> int:
        """Full years today."""
        birth, today = person.birth, self.today
        return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _years_before(day: date, years: int) -> date:
    """The same day years ago; March 1 for a February 29 that does not exist."""
    if day.month == 2 and day.day == 29 and not calendar.isleap(day.year - years):
        return date(day.year - years, 3, 1)
    return day.replace(year=day.year - years)
