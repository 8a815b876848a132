"""The table of one issuance: every cell, and the document drawn from it."""

from itertools import product
from pathlib import Path

import pytest

from issuance_center.issuance import _PASSED, FINAL, TABLE, Impossible, Move, Repeated, State, Step, diagram, move
from issuance_center.words import STATES, STEPS

CELLS = tuple(product(State, Step))
"""Every cell."""

MOVES = {
    "accepted sealed": "sealed",
    "accepted declined": "declined",
    "accepted stopped": "stopped ! stopped",
    "accepted lapsed": "lapsed ! void",
    "accepted halted": "lapsed ! void",
    "sealed halted": "lapsed ! void",
    "sealed stopped": "stopped ! stopped",
    "sealed lapsed": "lapsed ! void",
    "sealed paid": "paid ¥ paid",
    "lapsed paid": "paid ¥ paid",
    "paid printed": "printed ¥ printed ! printed",
    "paid returned": "returned ¥ returned ! void",
    "paid unresolved": "unresolved ¥ unresolved ! unresolved",
    "printed taken": "taken",
    "unresolved printed": "printed ¥ printed ! printed",
    "unresolved returned": "returned ¥ returned ! void",
}
"""State and step -> where it leads ¥ the fact ! the outcome. Written down a second time on purpose: the table moves money."""

SAYS_NOTHING_NEW = {
    "accepted": "",
    "sealed": "sealed",
    "paid": "sealed paid lapsed halted",
    "printed": "sealed paid printed lapsed halted",
    "taken": "sealed paid printed taken lapsed halted",
    "declined": "declined lapsed halted",
    "stopped": "stopped lapsed halted",
    "lapsed": "lapsed halted",
    "returned": "sealed paid returned lapsed halted",
    "unresolved": "sealed paid unresolved lapsed halted",
}


@pytest.mark.parametrize(("state", "step"), CELLS, ids=[f"{state}-{step}" for state, step in CELLS])
def test_every_cell_is_a_move_a_repeat_or_impossible(state: State, step: Step) -> None:
    found = move(state, step)
    wanted = MOVES.get(f"{state} {step}")
    if wanted is not None:
        assert isinstance(found, Move)
        owed = (f" ¥ {found.fact}" if found.fact else "") + (f" ! {found.outcome}" if found.outcome else "")
        assert f"{found.to}{owed}" == wanted
    else:
        assert isinstance(found, Repeated if step in SAYS_NOTHING_NEW[state].split() else Impossible)


def test_no_cell_is_both_a_move_and_a_repeat_and_every_state_is_listed() -> None:
    assert not [cell for cell in TABLE if cell[1] in _PASSED[cell[0]]]
    assert set(_PASSED) == set(State)
    assert len(MOVES) == len(TABLE)


def test_money_that_was_taken_never_ends_without_an_outcome() -> None:
    """From `paid` every road of the table leads to printed or returned, by way of a case at the most."""
    reachable = {State.PAID}
    while True:
        further = {found.to for (state, _), found in TABLE.items() if state in reachable} - reachable
        if not further:
            break
        reachable |= further
    assert reachable == {State.PAID, State.PRINTED, State.TAKEN, State.RETURNED, State.UNRESOLVED}
    assert State.UNRESOLVED not in FINAL


def test_a_fact_is_owed_at_most_once_on_any_road() -> None:
    """No road tells one step to the fee office twice: its books take an issuance's step once."""
    roads = [(State.ACCEPTED, ())]
    while roads:
        state, told = roads.pop()
        assert len(told) == len(set(told))
        for (before, _), found in TABLE.items():
            if before is state:
                roads.append((found.to, (*told, found.fact) if found.fact else told))


def test_the_pages_have_a_word_for_every_state_and_step() -> None:
    assert list(STATES) == list(State)
    assert set(STEPS) == {"accepted", *Step}


def test_the_document_shows_the_table_as_it_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "issuance.md").read_text(encoding="utf-8")
    drawn = text.partition("```mermaid\n")[2].partition("\n```")[0]
    assert drawn == diagram(), "docs/issuance.md is not current: put the output of issuance_center.issuance.diagram() into it"
    for state, (ja, _, _) in STATES.items():
        assert f"| {state} | {ja} |" in text
