"""Made-up people before they have numbers: a person, the 戸籍 they stand in, the addresses they had, the household they live in.

Values in the making: makers fill them, `making` draws them, registers are read off them. Nothing here draws chance or knows a register.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from registers.population.city import City
from registers.population.naming import Name
from registers.register_dates import RegisterDate
from registers.residents.relations import HEAD
from registers.residents.resident import ForeignStatus, Protection, Sex, Standing, Suppression

FoundedBy = Literal["marriage", "divorce"]
"""Why a 戸籍 was made: 婚姻, or 離婚 of somebody who did not go back to the parents' one."""
SealWish = Literal["drawn", "registered", "cancelled"]
"""Whether a seal is left to chance, registered, or registered once and cancelled."""
MarriageEnd = Literal["divorce", "death"]


@dataclass(slots=True)
class Stay:
    """One 住所 of one person. `city` is the municipality's code, None outside the world; numbers are those of that municipality's resident register."""

    address: str
    since: RegisterDate
    city: str | None
    atena_no: str | None = None
    household_no: str | None = None


@dataclass(slots=True, eq=False)
class Person:
    """A person in the making. `birth` is the true day; what the register says of it, if that differs, is `birth_text`.

    `origin` is the 戸籍 of the parents that this person left for `family`, when it lies in the world. A person without a place in any household lives outside the world, or is dead.
    """

    sex: Sex
    birth: date
    surname: Name
    given: Name
    relation: str = HEAD
    family: "Family | None" = None
    origin: "Family | None" = None
    father: "Person | None" = None
    mother: "Person | None" = None
    maiden: Name | None = None
    """The surname before the marriage that changed it."""
    elder: int = 0
    """Brothers (of a woman: sisters) who were born before and are not made here."""
    adopted_on: date | None = None
    adoptive_father: "Person | None" = None
    adoptive_mother: "Person | None" = None
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
    undeclared: bool | None = None
    """Told nobody of any income; False: is employed, so that it is known; None: left to chance."""
    seal: SealWish = "drawn"
    my_number: str = ""
    juminhyo_code: str = ""
    stays: list[Stay] = field(default_factory=list)
    outside: Stay | None = None
    """Where this person truly lives since that day without being registered there: from the next January 1 on that municipality taxes them (住登外課税), not the one whose resident they are."""

    @property
    def name(self) -> str:
        """氏名 as registered: surname and given name with a full-width space; a foreigner's in capitals with spaces."""
        return f"{self.surname.written} {self.given.written}" if self.foreign else f"{self.surname.written}　{self.given.written}"

    @property
    def kana(self) -> str:
        """The reading of the name."""
        return f"{self.surname.kana}　{self.given.kana}"

    @property
    def name_before_marriage(self) -> str:
        """氏名 as a notification of marriage names somebody."""
        return f"{self.maiden.written}　{self.given.written}" if self.maiden else self.name

    @property
    def registered_birth(self) -> RegisterDate:
        """What registers say of the birth date."""
        return self.birth_text or self.birth.isoformat()

    @property
    def died_on(self) -> date | None:
        """The day of death of somebody dead."""
        return self.standing_since if self.standing == "dead" else None

    @property
    def married_out_on(self) -> date | None:
        """The day of the marriage by which this person left the parents' 戸籍."""
        marriages = self.family.marriages if self.family else []
        return next((m.on for m in marriages if self.family and self in (self.family.head, m.spouse)), None)

    @property
    def honseki(self) -> str | None:
        """本籍; None for foreigners."""
        return self.family.honseki if self.family else None

    @property
    def hittousha(self) -> str | None:
        """筆頭者の氏名; None for foreigners."""
        return self.family.head.name if self.family else None


@dataclass(slots=True, eq=False)
class Marriage:
    """The marriage of a 筆頭者; dates are None until `lives` has decided them. A foreign spouse does not stand in the 戸籍."""

    spouse: Person
    on: date | None = None
    ended_by: MarriageEnd | None = None
    ended_on: date | None = None


@dataclass(slots=True, eq=False)
class Family:
    """A 戸籍 in the making. `city` None: its 本籍 is outside the world and nobody here keeps it. `children` are all who were born or adopted into it, gone or not."""

    head: Person
    honseki: str
    city: City | None
    founded_by: FoundedBy
    founded_on: date | None = None
    marriages: list[Marriage] = field(default_factory=list)
    children: list[Person] = field(default_factory=list)
    transferred: list[tuple[date, str]] = field(default_factory=list)
    """転籍 into or inside the municipality: the day and the former 本籍."""
    pending: bool = False
    void: bool = False
    """Given up while the people were being made: nobody stands in it."""

    @property
    def marriage(self) -> Marriage | None:
        """The marriage that stands, or that death ended last."""
        return self.marriages[-1] if self.marriages and self.marriages[-1].ended_by != "divorce" else None

    @property
    def own_marriages(self) -> list[Marriage]:
        """The marriages recorded in it as its own: not the one whose end made it."""
        return self.marriages[1:] if self.founded_by == "divorce" else self.marriages

    def people(self) -> list[Person]:
        """Everybody who stands or stood in it: the 筆頭者, the Japanese spouses, the children by birth."""
        return [self.head, *(m.spouse for m in self.own_marriages if m.spouse.foreign is None), *sorted(self.children, key=lambda child: child.birth)]

    def joined_on(self, person: Person) -> date:
        """The day from which the person stands in it."""
        if person is self.head:
            return self.founded_on or person.birth
        married = next((marriage.on for marriage in self.own_marriages if marriage.spouse is person), None)
        return married or person.adopted_on or person.birth

    def left_on(self, person: Person) -> date | None:
        """The day on which the person was removed from it (除籍): death, marriage out, divorce; None for who stands in it."""
        if person in self.children and person.family is not self:
            return person.married_out_on
        divorced = next((m.ended_on for m in self.own_marriages if m.spouse is person and m.ended_by == "divorce"), None)
        return divorced or person.died_on

    def rename(self, was: str, surname: Name) -> None:
        """Another 氏 for all who bear the one it was."""
        for person in (self.head, *(m.spouse for m in self.marriages), *self.children):
            if person.surname.written == was and person.foreign is None:
                person.surname, person.kana_known = surname, True


@dataclass(frozen=True, slots=True)
class Behind:
    """What is special about the lines that people left in the municipality they came from: another 住民票コード (it was changed since), a protection that still stands there."""

    code_changed: bool = False
    protection: Protection | None = None


@dataclass(slots=True)
class Household:
    """People who live together, the head first, and where; `moved_in` and `native` decide their dates, `place` is set when the register gives them one.

    `came_from` and `goes_to`: the municipality of the world they left, or leave when they are 転出; `lived_before_since` the day from which they lived there.
    """

    people: list[Person]
    native: bool = False
    flat: bool = False
    years_here_max: int = 55
    moved_in: date | None = None
    previous_address: str | None = None
    address: str | None = None
    came_from: City | None = None
    lived_before_since: date | None = None
    behind: Behind = Behind()
    goes_to: City | None = None
    relatives: "list[tuple[City, Household]]" = field(default_factory=list)
    """Households of other municipalities of the world that belong to the story of this one."""
    notes: dict[int, tuple[bool, str]] = field(default_factory=dict)
    """Index of a person in `people` -> (entitled to everything, what is special), for those who make a demonstration holder."""
