from itertools import product
from typing import get_args

from issuer.issue_states import MOVES, WORDS, Happening, State, after

STATES = get_args(State)
HAPPENINGS = get_args(Happening)


def test_every_cell_is_a_known_state_or_a_contradiction() -> None:
    for state, happening in product(STATES, HAPPENINGS):
        assert after(state, happening) in (*STATES, None)
    assert {state for state, _ in MOVES} <= set(STATES) and {happening for _, happening in MOVES} <= set(HAPPENINGS)


def test_a_printed_paper_can_only_be_disposed_of() -> None:
    assert {happening: after("printed", happening) for happening in HAPPENINGS if after("printed", happening)} == {"disposed": "disposed"}


def test_a_disposed_or_stopped_paper_is_never_made_or_printed_again() -> None:
    for happening in HAPPENINGS:
        assert after("disposed", happening) is None
        assert after("stopped", happening) in (None, "disposed")


def test_nothing_leads_back_to_reserved_and_only_drawing_leads_to_made() -> None:
    assert "reserved" not in MOVES.values()
    assert {happening for (_, happening), state in MOVES.items() if state == "made"} == {"drawn"}


def test_every_state_has_a_word() -> None:
    assert set(WORDS) == set(STATES)
