"""Who lives with whom: the kinds of household, each with its 続柄, ages that fit them, and 戸籍 that fit both.

Parents are at least 20 years older than their children. Shares follow what a Japanese city looks like, roughly; nothing depends on them.
"""

from collections.abc import Callable

from registers.population.naming import Name
from registers.population.people import Household, Making, Person

_PARENT_OLDER = 20
_AGE_MAX = 103


def alone(making: Making) -> Household:
    """One person."""
    chance = making.chance
    age = chance.choices((chance.randint(18, 34), chance.randint(35, 64), chance.randint(65, 97)), weights=(35, 35, 30))[0]
    person = making.person("女" if age > 70 and chance.random() < 0.7 else making.sex(), age)
    if age < 40 and chance.random() < 0.8:
        making.koseki_of_parents(person)
    else:
        making.koseki(person, person)
    return Household([person], flat=chance.random() < 0.7)


def couple(making: Making, *, age: int | None = None) -> Household:
    """A married couple."""
    chance = making.chance
    return Household(married(making, age or chance.choice((chance.randint(24, 45), chance.randint(50, 88)))), flat=chance.random() < 0.4)


def parents_and_children(making: Making, *, age: int | None = None) -> Household:
    """A married couple with children."""
    chance = making.chance
    pair = married(making, age or chance.randint(26, 58))
    return Household(pair + children_of(making, pair, chance.choices((1, 2, 3, 4), weights=(40, 42, 15, 3))[0]), flat=chance.random() < 0.4)


def one_parent(making: Making) -> Household:
    """A parent with children."""
    chance = making.chance
    parent = making.person("女" if chance.random() < 0.85 else "男", chance.randint(25, 55))
    making.koseki(parent, parent)
    return Household([parent, *children_of(making, [parent], chance.choices((1, 2, 3), weights=(60, 32, 8))[0])], flat=chance.random() < 0.6)


def three_generations(making: Making) -> Household:
    """Half of them led by the eldest (子, 子の妻, 子の子), half by the middle generation (父, 母)."""
    chance = making.chance
    pair = married(making, chance.randint(30, 52))
    young = children_of(making, pair, chance.choices((1, 2, 3), weights=(30, 50, 20))[0])
    return led_by_eldest(making, pair, young) if chance.random() < 0.5 else with_parents(making, pair, young)


def with_parents(making: Making, pair: list[Person], young: list[Person]) -> Household:
    """The middle generation is the head: its parents are 父 and 母."""
    man = pair[0]
    father, mother = _parents_of(making, man)
    father.relation, mother.relation = "父", "母"
    making.koseki(father, father, mother, place=man.honseki)
    both = [father, mother] if making.chance.random() < 0.6 and making.age(father) < 92 else [mother]
    return Household([*pair, *young, *both])


def led_by_eldest(making: Making, pair: list[Person], young: list[Person]) -> Household:
    """The eldest is the head: 子, 子の妻 (or 子の夫), 子の子."""
    child, in_law = pair
    father, mother = _parents_of(making, child)
    making.koseki(father, father, mother, place=child.honseki)
    child.relation, in_law.relation = "子", "子の妻" if in_law.sex == "女" else "子の夫"
    for grandchild in young:
        grandchild.relation = "子の子"
    mother.relation = "妻"
    return Household([father, mother, child, in_law, *young])


def unmarried_couple(making: Making) -> Household:
    """Two surnames, two 戸籍: 妻（未届） or 夫（未届）."""
    chance = making.chance
    age = chance.randint(24, 60)
    head = making.person("男" if chance.random() < 0.7 else "女", age)
    partner = making.person(
        "女" if head.sex == "男" else "男", max(20, age + chance.randint(-5, 4)), relation="妻（未届）" if head.sex == "男" else "夫（未届）"
    )
    making.koseki_of_parents(head)
    making.koseki_of_parents(partner)
    return Household([head, partner], flat=True)


def siblings(making: Making) -> Household:
    """A grown-up with a brother or sister, unmarried both."""
    chance = making.chance
    head = making.person(making.sex(), chance.randint(22, 70))
    gap = chance.choice((-4, -3, -2, 2, 3, 4))
    other = making.person(making.sex(), max(18, making.age(head) + gap), head.surname)
    if other.birth < head.birth:
        other.relation = "兄" if other.sex == "男" else "姉"
    else:
        other.relation = "弟" if other.sex == "男" else "妹"
    making.koseki_of_parents(head, other)
    return Household([head, other], flat=chance.random() < 0.5)


def with_mother_in_law(making: Making) -> Household:
    """A couple with the spouse's mother (妻の母)."""
    pair = married(making, making.chance.randint(45, 65))
    age = min(_AGE_MAX, making.age(pair[1]) + making.chance.randint(_PARENT_OLDER + 2, 32))
    mother = making.person("女", age, relation=f"{pair[1].relation}の母")
    making.koseki(making.person("男", age, mother.surname), mother)
    return Household([*pair, mother])


def with_grandchild(making: Making) -> Household:
    """A grandparent couple, an unmarried or divorced daughter, her child (子の子)."""
    pair = married(making, making.chance.randint(56, 70))
    daughter = making.person("女", min(making.age(person) for person in pair) - making.chance.randint(24, 32), pair[0].surname, "子")
    making.koseki(daughter, daughter)
    young = children_of(making, [daughter], 1)
    for grandchild in young:
        grandchild.relation = "子の子"
    return Household([*pair, daughter, *young])


def with_kin_by_fact(making: Making) -> Household:
    """Somebody whose relation cannot be written by the standard: 縁故者."""
    household = alone(making)
    relative = making.person(making.sex(), making.chance.randint(20, 80), relation="縁故者")
    making.koseki_of_parents(relative)
    household.people.append(relative)
    return household


def with_lodger(making: Making) -> Household:
    """Somebody who is not a relative: 同居人."""
    household = couple(making) if making.chance.random() < 0.5 else alone(making)
    lodger = making.person(making.sex(), making.chance.randint(19, 45), relation="同居人")
    making.koseki_of_parents(lodger)
    household.people.append(lodger)
    return household


def married(making: Making, age: int) -> list[Person]:
    """[head, spouse] in one 戸籍, some with a 旧氏 of the one whose surname changed."""
    chance = making.chance
    head = making.person("男" if chance.random() < 0.85 else "女", age)
    spouse_age = min(_AGE_MAX, max(20, age + chance.randint(-6, 4)))
    spouse = making.person("女" if head.sex == "男" else "男", spouse_age, head.surname, "妻" if head.sex == "男" else "夫")
    koseki_head, changed = (head, spouse) if chance.random() < 0.96 else (spouse, head)
    making.koseki(koseki_head, head, spouse)
    if chance.random() < 0.05:
        changed.former = _another_surname(making, head.surname)
    return [head, spouse]


def children_of(making: Making, parents: list[Person], count: int) -> list[Person]:
    """Up to `count` children still at home, in their parents' 戸籍, some of them twins; none where the parents are too young."""
    chance = making.chance
    youngest_parent = min(making.age(parent) for parent in parents)
    age = youngest_parent - chance.randint(_PARENT_OLDER + 2, 36)
    children: list[Person] = []
    for _ in range(count):
        if age < 0:
            break
        if age < 18 or (age < 34 and chance.random() < 0.45):
            children.append(_child(making, parents[0], age))
            if len(children) < count and chance.random() < 0.012:
                children.append(_twin_of(making, children[-1]))
        age -= chance.choice((2, 2, 3, 3, 4, 5))
    return sorted(children, key=lambda child: child.birth)[:count]


def _child(making: Making, parent: Person, age: int) -> Person:
    child = making.person(making.sex(), age, parent.surname, "子")
    child.honseki, child.hittousha = parent.honseki, parent.hittousha
    return child


def _twin_of(making: Making, child: Person) -> Person:
    twin = _child(making, child, making.age(child))
    twin.birth = child.birth
    while twin.given.written == child.given.written:
        twin.given = making.names.given(making.chance, twin.sex, twin.birth.year)
    return twin


def _parents_of(making: Making, person: Person) -> tuple[Person, Person]:
    """A married couple of the person's surname."""
    chance = making.chance
    age = min(_AGE_MAX, making.age(person) + chance.randint(_PARENT_OLDER + 2, 36))
    father = making.person("男", age, person.surname)
    mother = making.person("女", max(making.age(person) + _PARENT_OLDER, age - chance.randint(0, 6)), person.surname)
    return father, mother


def _another_surname(making: Making, surname: Name) -> Name:
    other = surname
    while other.written == surname.written:
        other = making.names.surname(making.chance)
    return other


KINDS: tuple[tuple[Callable[[Making], Household], float], ...] = (
    (alone, 38),
    (couple, 20),
    (parents_and_children, 25),
    (one_parent, 6),
    (three_generations, 4),
    (unmarried_couple, 1.2),
    (siblings, 1.2),
    (with_mother_in_law, 0.8),
    (with_grandchild, 0.8),
    (with_kin_by_fact, 0.4),
    (with_lodger, 0.6),
)
"""Kinds of Japanese household and their weights."""
