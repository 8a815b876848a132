"""Texts of a whole line looked at in one go: nothing passes that asking about each would refuse."""

from hypothesis import example, given
from hypothesis import strategies as st

from registers.residents.checks import plain_texts, text_problem

CHARACTERS = st.sampled_from("見本a0|,;　 \t\n\u00a0\u0000\u007f\u0085\u1680\u200b\u2028\u3000\ufe00\ufe0f\ufeff\ufffd\U00020bb7\U000e0100\U000e01ef")


@given(st.lists(st.text(CHARACTERS, max_size=5), min_size=1, max_size=4))
@example(["見本", "", "花子\U000e0100"])
@example(["見本　花子", "|", "a|b"])
@example(["a", " b"])
@example(["a", "b\u3000"])
def test_texts_that_are_plain_together_are_plain_one_by_one(texts: list[str]) -> None:
    if plain_texts(texts):
        assert [text_problem(text) for text in texts] == [None] * len(texts)


@given(st.lists(st.text(st.sampled_from("見本花子ａー、・a0|-"), max_size=8), min_size=1, max_size=40))
def test_ordinary_texts_are_plain(texts: list[str]) -> None:
    assert plain_texts(texts)
