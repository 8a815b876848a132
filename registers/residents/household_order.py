"""世帯員の並び順: in which order the people of a household stand on a paper.

Decides the order of the 住民記録 standard 5.2 and nothing else; who may be listed is not its business.
1 the head, the spouse, the couple's children; 2 children with families of their own, each with spouse and children; 3 parents, siblings, grandparents of the head;
4 other relatives, 縁故者, 同居人. Within a place: by birth date, then by 宛名番号.
"""

from collections.abc import Iterable

from registers.register_dates import birth_order_key
from registers.residents.relations import ADOPTED_IN_LAW, HEAD, KIN_BY_FACT, LODGER, PARENTS, SIBLINGS, SPOUSES, generation_of, links_of
from registers.residents.resident import Resident

_Eldest = tuple[tuple[int, int, int], str]
_COUPLES_CHILD = {("子",), *((spouse, "子") for spouse in SPOUSES)}
_PARENT_AGE_LEAST = 13
_HEADS_GRANDPARENTS = {(parent, grandparent) for parent in PARENTS for grandparent in PARENTS}


def ordered(members: Iterable[Resident]) -> tuple[Resident, ...]:
    """The members in the standard's order. The same people always come out in the same order, however they were given."""
    people = sorted(members, key=_eldest)
    if len(people) < 2:
        return tuple(people)
    links = {person.atena_no: links_of(person.relation) for person in people}
    families, childless = _families_of_children(people, links)
    first = [p for p in people if p.relation == HEAD] + [p for p in people if len(links[p.atena_no]) == 1 and links[p.atena_no][0] in SPOUSES]
    third = (
        sorted((p for p in people if len(links[p.atena_no]) == 1 and links[p.atena_no][0] in PARENTS), key=_koseki_head_first)
        + [p for p in people if len(links[p.atena_no]) == 1 and links[p.atena_no][0] in SIBLINGS]
        + sorted((p for p in people if links[p.atena_no] in _HEADS_GRANDPARENTS), key=_koseki_head_first)
    )
    placed = [*first, *childless, *families, *third]
    done = {p.atena_no for p in placed}
    relatives = _other_relatives([p for p in people if links[p.atena_no] and p.atena_no not in done], links)
    by_fact = [p for p in people if p.relation == KIN_BY_FACT]
    last = [p for p in people if p.atena_no not in done and not links[p.atena_no] and p.relation not in (HEAD, KIN_BY_FACT)]
    return (*placed, *relatives, *by_fact, *sorted(last, key=lambda p: (p.relation != LODGER, _eldest(p))))


def _eldest(person: Resident) -> _Eldest:
    return birth_order_key(person.birth), person.atena_no


def _koseki_head_first(person: Resident) -> tuple[bool, _Eldest]:
    """父母 and 祖父母: the 筆頭者 stands before the other."""
    return person.hittousha != person.name, _eldest(person)


def _descends_from_child(links: tuple[str, ...]) -> bool:
    """In the family of one of the couple's children: 子の妻, 子の子, 妻の子の夫, and 子（子の夫）, who is written with the family he married into."""
    if links[:1] and links[0] in ADOPTED_IN_LAW:
        return True
    return links not in _COUPLES_CHILD and (links[:1] == ("子",) or links[:2] in _COUPLES_CHILD)


def _families_of_children(people: list[Resident], links: dict[str, tuple[str, ...]]) -> tuple[list[Resident], list[Resident]]:
    """(the families in order, each beginning with the couple's child; the children without one)."""
    children = [p for p in people if links[p.atena_no] in _COUPLES_CHILD]
    members: dict[str, list[Resident]] = {}
    unattached: list[Resident] = []
    for person in people:
        if _descends_from_child(links[person.atena_no]):
            child = _child_of_family(person, links[person.atena_no], children, links)
            if child is None:
                unattached.append(person)
            else:
                members.setdefault(child.atena_no, []).append(person)
    families: list[Resident] = []
    for child in children:
        if child.atena_no in members:
            families += [child, *sorted(members[child.atena_no], key=lambda p: (_place_in_family(links[p.atena_no]), _eldest(p)))]
    families += sorted(unattached, key=lambda p: (_place_in_family(links[p.atena_no]), _eldest(p)))
    return families, [child for child in children if child.atena_no not in members]


def _place_in_family(links: tuple[str, ...]) -> tuple[int, int]:
    """Spouse before children, and a child's spouse before the next generation: (generation, 0 for blood and 1 for marriage), the spouse of the stem first."""
    if links[-1] in ADOPTED_IN_LAW:
        return 1, 1
    return generation_of(links), int(links[-1] in SPOUSES)


def _child_of_family(person: Resident, links: tuple[str, ...], children: list[Resident], all_links: dict[str, tuple[str, ...]]) -> Resident | None:
    """Whose family: the words do not say it, so the child of the same 戸籍, of a fitting sex for a spouse; with one possible child, that one; None when nothing decides."""
    stem = links[:2] if links[:2] in _COUPLES_CHILD else ("子",)
    possible = [
        child for child in children if all_links[child.atena_no] == stem and birth_order_key(child.birth) < _latest_birth_of_a_parent(person, links)
    ]
    if links[-1] in SPOUSES or links[-1] in ADOPTED_IN_LAW:
        possible = [child for child in possible if child.sex != person.sex]
    same_koseki = [
        child for child in possible if person.honseki is not None and (child.honseki, child.hittousha) == (person.honseki, person.hittousha)
    ]
    if same_koseki:
        return same_koseki[0]
    return possible[0] if len(possible) == 1 else None


def _latest_birth_of_a_parent(person: Resident, links: tuple[str, ...]) -> tuple[int, int, int]:
    """A 子 of somebody was born years after that parent; a spouse may be of any age."""
    year, month, day = birth_order_key(person.birth)
    return (year - _PARENT_AGE_LEAST, month, day) if links[-1] == "子" else (9999, 99, 100)


def _other_relatives(people: list[Resident], links: dict[str, tuple[str, ...]]) -> list[Resident]:
    """Place 4-1: the spouse's parents, siblings and grandparents as in place 3, then the rest; a relative's family stays together (generation, birth, 宛名番号 of its first)."""
    families: dict[tuple[str, ...], list[Resident]] = {}
    for person in people:
        families.setdefault(_stem(links[person.atena_no]), []).append(person)
    for stem, family in families.items():
        family.sort(key=lambda p: (links[p.atena_no] != stem, _place_in_family(links[p.atena_no]), _eldest(p)))
    in_order = sorted(families, key=lambda stem: _place_of_relatives(stem, families[stem][0]))
    return [person for stem in in_order for person in families[stem]]


def _place_of_relatives(stem: tuple[str, ...], first: Resident) -> tuple[int, bool, int, _Eldest]:
    side = _spouses_side(stem)
    not_koseki_head = side in (0, 2) and first.hittousha != first.name
    return side, not_koseki_head, 0 if side < 3 else generation_of(stem), _eldest(first)


def _stem(links: tuple[str, ...]) -> tuple[str, ...]:
    """The relative whose family this is: 父の弟の子 and 父の弟の妻 belong to 父の弟."""
    stem = links
    while len(stem) > 1 and (stem[-1] in SPOUSES or stem[-1] in ADOPTED_IN_LAW or stem[-1] == "子"):
        stem = stem[:-1]
    return stem


def _spouses_side(stem: tuple[str, ...]) -> int:
    """0 the spouse's parents, 1 siblings, 2 grandparents, 3 other relatives."""
    if len(stem) >= 2 and stem[0] in SPOUSES:
        if len(stem) == 2 and stem[1] in PARENTS:
            return 0
        if len(stem) == 2 and stem[1] in SIBLINGS:
            return 1
        if stem[1:] in _HEADS_GRANDPARENTS:
            return 2
    return 3
