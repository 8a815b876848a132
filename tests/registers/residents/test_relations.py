"""続柄 by the standard's vocabulary."""

import pytest

from registers.residents.relations import links_of, relation_problem, standard_word_for


@pytest.mark.parametrize(
    "relation",
    [
        "世帯主",
        "夫",
        "妻（未届）",
        "子",
        "子（子の夫）",
        "子の子の子の子",
        "父の母",
        "妻の父",
        "妻（未届）の子",
        "子の妻（未届）",
        "子の子（子の妻）",
        "縁故者",
        "同居人",
        "父の兄の子の妻",
    ],
)
def test_the_standards_words_and_their_chains_are_known(relation):
    assert relation_problem(relation) is None


@pytest.mark.parametrize(
    ("relation", "problem"),
    [
        ("", "relation_empty"), ("孫", "relation_unknown"), ("祖父", "relation_unknown"), ("長男", "relation_unknown"), ("子の", "relation_unknown"), ("の子", "relation_unknown"),
        ("子の孫", "relation_unknown"), ("世帯主の子", "relation_unknown"), ("縁故者の子", "relation_unknown"), ("妻(未届)", "relation_half_width"), ("子の子の子の子の子", "relation_too_long"),
        ("子のの子", "relation_unknown"), ("子 の子", "relation_unknown"),
    ],
)  # fmt: skip
def test_other_words_are_refused_by_reason(relation, problem):
    assert relation_problem(relation) == problem


def test_an_adopted_son_in_law_is_one_word_although_it_holds_a_no():
    assert links_of("子（子の夫）") == ("子（子の夫）",)
    assert links_of("子（子の夫）の子") == ("子（子の夫）", "子")


def test_a_common_word_is_answered_with_the_standards():
    assert standard_word_for("孫") == "子の子"
    assert standard_word_for("犬") is None
