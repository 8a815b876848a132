"""A 戸籍 of three sheets: three marriages, two divorces, a death, children who stayed and went, an adoption, a 転籍 within the municipality.

Decides every day of that story; the rest of the cast leaves its days to `lives`.
"""

from datetime import date

from registers.population.city import honseki
from registers.population.making import Making
from registers.population.naming import Name
from registers.population.people import Marriage, Person
from registers.residents.resident import Sex


def long_history(making: Making) -> Person:
    """The head, who lives here; the others live outside the world, or are dead. All of it lies after the 戸籍 went to computer, so that everything stands on the paper."""
    year = making.today.year
    head = _born("男", date(year - 62, 5, 9), Name("邉\U000e0100", "ワタナベ"), Name("修", "オサム"))
    first, second, third = (
        _born("女", date(year - 58, 8, 21), head.surname, Name("久美子", "クミコ")),
        _born("女", date(year - 50, 2, 3), head.surname, Name("真由美", "マユミ")),
        _born("女", date(year - 55, 11, 30), head.surname, Name("恵子", "ケイコ")),
    )
    family = making.couple(head, first, making.place(making.city))
    family.marriages[:] = [
        Marriage(first, date(year - 22, 5, 5), "divorce", date(year - 16, 9, 14)),
        Marriage(second, date(year - 14, 3, 21), "divorce", date(year - 7, 6, 30)),
        Marriage(third, date(year - 5, 11, 22), "death", date(year - 2, 1, 17)),
    ]
    third.family, first.family, second.family = family, None, None
    third.standing, third.standing_since = "dead", date(year - 2, 1, 17)
    for child, mother in (
        (_born("男", date(year - 21, 4, 12), head.surname, Name("拓海", "タクミ")), first),
        (_born("女", date(year - 19, 10, 2), head.surname, Name("葵", "アオイ")), first),
        (_born("女", date(year - 12, 7, 7), head.surname, Name("結衣", "ユイ")), second),
    ):
        family.children.append(child)
        child.father, child.mother, child.family = head, mother, family
    _adopted(making, head, second)
    family.transferred.append((date(year - 10, 8, 1), honseki(making.places, making.city)))
    return head


def _adopted(making: Making, head: Person, wife: Person) -> None:
    """The wife's child of an earlier marriage, adopted by the couple, who has since married."""
    year, family = making.today.year, head.family
    assert family is not None
    child = _born("女", date(year - 25, 3, 15), head.surname, Name("美月", "ミツキ"))
    child.father, child.mother = making.person("男", 53), wife
    child.adopted_on, child.adoptive_father, child.adoptive_mother = date(year - 13, 5, 20), head, None
    family.children.append(child)
    husband = making.person("男", 27)
    child.surname = husband.surname
    new = making.couple(husband, child)
    new.marriages[-1].on = date(year - 1, 2, 22)
    child.origin = family


def _born(sex: Sex, birth: date, surname: Name, given: Name) -> Person:
    return Person(sex, birth, surname, given)
