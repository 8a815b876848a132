"""世帯員の並び順 of the standard (5.2)."""

import itertools

from registers.residents.household_order import ordered
from tests.registers.people import person

OWN = {"honseki": "見本県みほん市本町９番", "hittousha": "見本　次郎"}


def relations(*people):
    """Relations in order, and the same whatever the order given."""
    expected = ordered(people)
    for shuffled in itertools.islice(itertools.permutations(people), 50):
        assert ordered(shuffled) == expected
    assert ordered(reversed(people)) == expected
    return [p.relation for p in expected]


def test_head_spouse_children_then_parents_siblings_grandparents_others():
    people = [
        person(1, "同居人", birth="1940-01-01"), person(2, "縁故者", birth="1941-01-01"), person(3, "父の兄", birth="1930-01-01"), person(4, "父の母", birth="1920-01-01"),
        person(5, "妹", birth="1950-01-01"), person(6, "母", birth="1945-01-01"), person(7, "子", birth="2010-01-01"), person(8, "妻"), person(9),
    ]  # fmt: skip
    assert relations(*people) == ["世帯主", "妻", "子", "母", "妹", "父の母", "父の兄", "縁故者", "同居人"]


def test_children_stand_by_birth_and_twins_by_atena_number():
    young, twin_b, twin_a = person(2, "子", birth="2012-05-05"), person(4, "子", birth="2010-03-03"), person(3, "子", birth="2010-03-03")
    assert ordered([person(1), young, twin_b, twin_a])[1:] == (twin_a, twin_b, young)


def test_a_child_whose_birth_is_uncertain_stands_after_those_of_the_same_year():
    known, uncertain = person(3, "子", birth="2010-12-31"), person(2, "子", birth="平成２２年　月日不詳")
    assert ordered([person(1), uncertain, known])[1:] == (known, uncertain)


def test_the_spouses_child_stands_among_the_couples_children():
    assert relations(person(1), person(2, "妻"), person(3, "子", birth="2012-01-01"), person(4, "妻の子", birth="2005-01-01")) == [
        "世帯主",
        "妻",
        "妻の子",
        "子",
    ]


def test_a_child_with_a_family_stands_with_it_after_the_children_without():
    eldest = person(2, "子", birth="1975-01-01", sex="男", hittousha="見本　次郎", honseki=OWN["honseki"])
    people = [
        person(1, birth="1950-01-01"), eldest, person(3, "子", birth="1980-01-01"), person(4, "子の妻", sex="女", **OWN),
        person(5, "子の子", birth="2008-01-01", **OWN), person(6, "子の子", birth="2005-01-01", **OWN),
    ]  # fmt: skip
    assert [p.atena_no for p in ordered(people)] == [people[i].atena_no for i in (0, 2, 1, 3, 5, 4)]


def test_families_of_two_children_stay_together_the_elder_childs_first():
    other = {"honseki": "見本県みほん市栄町１番", "hittousha": "見本　三郎"}
    elder, younger = person(2, "子", birth="1970-01-01", sex="男", **OWN), person(3, "子", birth="1975-01-01", sex="男", **other)
    elder_child, younger_wife, younger_child = (
        person(4, "子の子", birth="2008-01-01", **OWN), person(5, "子の妻", birth="1960-01-01", **other), person(6, "子の子", birth="2000-01-01", **other),
    )  # fmt: skip
    people = [person(1, birth="1940-01-01"), younger_child, younger_wife, younger, elder_child, elder]
    assert ordered(people)[1:] == (elder, elder_child, younger, younger_wife, younger_child)


def test_an_adopted_son_in_law_stands_with_the_daughter_he_married():
    daughter = person(2, "子", birth="1985-01-01", **OWN)
    son_in_law = person(3, "子（子の夫）", birth="1980-01-01", sex="男", **OWN)
    single = person(4, "子", birth="1990-01-01")
    assert ordered([person(1, birth="1955-01-01"), son_in_law, daughter, single])[1:] == (single, daughter, son_in_law)


def test_the_koseki_head_among_the_parents_stands_first_whatever_their_ages():
    father = person(2, "父", birth="1950-01-01", sex="男", name="見本　太郎", hittousha="見本　花")
    mother = person(3, "母", birth="1952-01-01", name="見本　花", hittousha="見本　花")
    assert ordered([person(1), father, mother])[1:] == (mother, father)


def test_the_spouses_family_stands_after_the_heads_own():
    people = [
        person(1),
        person(2, "妻の母", birth="1930-01-01"),
        person(3, "妻の兄", birth="1975-01-01"),
        person(4, "妻の姉", birth="1970-01-01"),
        person(5, "弟", birth="1990-01-01"),
    ]
    assert relations(*people) == ["世帯主", "弟", "妻の母", "妻の姉", "妻の兄"]


def test_a_relatives_family_stays_together():
    people = [
        person(1),
        person(2, "弟の子", birth="2015-01-01"),
        person(3, "父の弟の妻", birth="1940-01-01"),
        person(4, "父の弟", birth="1950-01-01"),
        person(5, "弟の妻", birth="1985-01-01"),
    ]
    assert relations(*people) == ["世帯主", "父の弟", "父の弟の妻", "弟の妻", "弟の子"]


def test_nobody_is_lost_or_doubled_even_with_words_the_standard_does_not_have():
    people = [person(1), person(2, "謎"), person(3, "子の子の夫"), person(4, "夫（未届）"), person(5, "同居人"), person(6, "世帯主")]
    assert sorted(p.atena_no for p in ordered(people)) == sorted(p.atena_no for p in people)


def test_the_koseki_head_among_the_spouses_parents_stands_first_too():
    father = person(2, "妻の父", birth="1950-01-01", sex="男", name="例示　太郎", hittousha="例示　花")
    mother = person(3, "妻の母", birth="1952-01-01", name="例示　花", hittousha="例示　花")
    assert ordered([person(1), father, mother])[1:] == (mother, father)
