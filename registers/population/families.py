"""Who lives with whom: the kinds of household, each with its 続柄, ages that fit them, and 戸籍 that fit both.

Parents are at least 20 years older than their children. Shares follow what a Japanese city looks like, roughly; nothing depends on them.
"""

from collections.abc import Callable

from registers.population.making import AGE_MAX, PARENT_OLDER, Making
from registers.population.people import Family, Household, Person


def alone(making: Making) -> Household:
    """One person."""
    chance = making.chance
    age = chance.choices((chance.randint(18, 34), chance.randint(35, 64), chance.randint(65, 97)), weights=(35, 35, 30))[0]
    person = making.person("女" if age > 70 and chance.random() < 0.7 else making.sex(), age)
    status = chance.random()
    if age < 40 or status < 0.3:
        making.with_parents(person)
    elif age >= 65 and status < 0.85:
        making.widowed(person)
    elif status < 0.65:
        making.divorced(person)
    else:
        making.left_by_divorce(person)
    return Household([person], flat=chance.random() < 0.7)


def couple(making: Making, *, age: int | None = None) -> Household:
    """A married couple."""
    chance = making.chance
    return Household(married(making, age or chance.choice((chance.randint(24, 45), chance.randint(50, 88)))), flat=chance.random() < 0.4)


def parents_and_children(making: Making, *, age: int | None = None) -> Household:
    """A married couple with children."""
    chance = making.chance
    pair = married(making, age or chance.randint(26, 58))
    return Household(pair + children_of(making, pair[0], chance.choices((1, 2, 3, 4), weights=(40, 42, 15, 3))[0]), flat=chance.random() < 0.4)


def one_parent(making: Making) -> Household:
    """A parent with children, widowed or divorced."""
    chance = making.chance
    parent = making.person("女" if chance.random() < 0.85 else "男", chance.randint(25, 55))
    (making.widowed if chance.random() < 0.25 else making.divorced)(parent)
    return Household([parent, *children_of(making, parent, chance.choices((1, 2, 3), weights=(60, 32, 8))[0])], flat=chance.random() < 0.6)


def three_generations(making: Making) -> Household:
    """Half of them led by the eldest (子, 子の妻, 子の子), half by the middle generation (父, 母)."""
    chance = making.chance
    pair = married(making, chance.randint(30, 52))
    young = children_of(making, pair[0], chance.choices((1, 2, 3), weights=(30, 50, 20))[0])
    return led_by_eldest(making, pair, young) if chance.random() < 0.5 else with_parents(making, pair, young)


def with_parents(making: Making, pair: list[Person], young: list[Person]) -> Household:
    """The middle generation is the head: its parents are 父 and 母."""
    father, mother = _parents_of(making, pair[0])
    father.relation, mother.relation = "父", "母"
    if making.chance.random() < 0.6 and making.age(father) < 92:
        return Household([*pair, *young, father, mother])
    return Household([*pair, *young, mother])


def led_by_eldest(making: Making, pair: list[Person], young: list[Person]) -> Household:
    """The eldest is the head: 子, 子の妻 (or 子の夫), 子の子."""
    child, in_law = pair
    father, mother = _parents_of(making, child)
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
    making.with_parents(head)
    making.with_parents(partner)
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
    making.with_parents(head, other)
    return Household([head, other], flat=chance.random() < 0.5)


def with_mother_in_law(making: Making) -> Household:
    """A couple with the spouse's mother (妻の母), a widow."""
    pair = married(making, making.chance.randint(45, 65))
    spouse = pair[1]
    age = min(AGE_MAX, making.age(spouse) + making.chance.randint(PARENT_OLDER + 2, 32))
    bears_own_name = spouse.family is not None and spouse.family.head is spouse
    mother = making.person("女", age, spouse.surname if bears_own_name else spouse.former, relation=f"{spouse.relation}の母")
    originates(spouse, making.widowed(mother))
    return Household([*pair, mother])


def with_grandchild(making: Making) -> Household:
    """A grandparent couple, a daughter whose husband bore her 氏 and is gone, her child (子の子)."""
    pair = married(making, making.chance.randint(62, 74))
    daughter = making.person("女", min(making.age(person) for person in pair) - making.chance.randint(24, 32), pair[0].surname, "子")
    making.divorced(daughter)
    originates(daughter, pair[0].family)
    young = children_of(making, daughter, 1)
    for grandchild in young:
        grandchild.relation = "子の子"
    return Household([*pair, daughter, *young])


def with_kin_by_fact(making: Making) -> Household:
    """Somebody whose relation cannot be written by the standard: 縁故者."""
    household = alone(making)
    relative = making.person(making.sex(), making.chance.randint(20, 80), relation="縁故者")
    making.with_parents(relative)
    household.people.append(relative)
    return household


def with_lodger(making: Making) -> Household:
    """Somebody who is not a relative: 同居人."""
    household = couple(making) if making.chance.random() < 0.5 else alone(making)
    lodger = making.person(making.sex(), making.chance.randint(19, 45), relation="同居人")
    making.with_parents(lodger)
    household.people.append(lodger)
    return household


def married(making: Making, age: int) -> list[Person]:
    """[head, spouse] in one 戸籍, some with a 旧氏 of the one whose surname changed."""
    chance = making.chance
    head = making.person("男" if chance.random() < 0.85 else "女", age)
    spouse_age = min(AGE_MAX, max(20, age + chance.randint(-6, 4)))
    spouse = making.person("女" if head.sex == "男" else "男", spouse_age, head.surname, "妻" if head.sex == "男" else "夫")
    koseki_head, changed = (head, spouse) if chance.random() < 0.96 else (spouse, head)
    making.couple(koseki_head, changed)
    if chance.random() < 0.05:
        changed.former = making.another_surname(head.surname)
    if chance.random() < 0.12:
        _born_in_the_world(making, changed)
    return [head, spouse]


def children_of(making: Making, parent: Person, count: int) -> list[Person]:
    """Up to `count` children still at home, in the 戸籍 of the parent and their spouse, some of them twins; none where the parents are too young."""
    chance = making.chance
    family = parent.family
    assert family is not None
    youngest_parent = min(making.age(person) for person in (family.head, family.marriages[-1].spouse))
    age = youngest_parent - chance.randint(PARENT_OLDER + 2, 36)
    children: list[Person] = []
    for _ in range(count):
        if age < 0:
            break
        if age < 18 or (age < 34 and chance.random() < 0.45):
            children.append(making.person(making.sex(), age, parent.surname, "子"))
            if len(children) < count and chance.random() < 0.012:
                children.append(_twin_of(making, children[-1]))
        age -= chance.choice((2, 2, 3, 3, 4, 5))
    children = sorted(children, key=lambda child: child.birth)[:count]
    for child in children:
        making.child_of_spouses(child, parent)
    return children


def originates(person: Person, family: Family | None) -> None:
    """A married (or once married) person was born into this 戸籍 of a couple and has left it."""
    assert family is not None
    parents = {one.sex: one for one in (family.head, family.marriages[-1].spouse)}
    person.father, person.mother, person.origin = parents["男"], parents["女"], family
    family.children.append(person)


def _born_in_the_world(making: Making, person: Person) -> None:
    """The 戸籍 of the parents of who changed the surname, kept in the world although they live outside it, or are dead."""
    age = making.age(person)
    father = making.person("男", age + making.chance.randint(PARENT_OLDER + 2, 38), person.former or making.another_surname(person.surname))
    mother = making.person("女", max(age + PARENT_OLDER, making.age(father) - making.chance.randint(0, 6)), father.surname)
    for parent in (father, mother):
        making.name_apart(parent, [person])
    originates(person, making.couple(father, mother))


def _twin_of(making: Making, child: Person) -> Person:
    twin = making.person(making.sex(), making.age(child), child.surname, "子")
    twin.birth = child.birth
    while twin.given.written == child.given.written:
        twin.given = making.names.given(making.chance, twin.sex, twin.birth.year)
    return twin


def _parents_of(making: Making, person: Person) -> tuple[Person, Person]:
    """The married couple whose child the person is, at the same 本籍. A person who bears the spouse's surname was born under another."""
    chance, family = making.chance, person.family
    assert family is not None
    surname = person.surname
    if family.head is not person:
        person.former = person.former or making.another_surname(surname)
        surname = person.former
    age = min(AGE_MAX, making.age(person) + chance.randint(PARENT_OLDER + 2, 36))
    father = making.person("男", age, surname)
    mother = making.person("女", max(making.age(person) + PARENT_OLDER, age - chance.randint(0, 6)), surname)
    originates(person, making.couple(father, mother, (family.honseki, family.city)))
    return father, mother


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
