"""The table of a visit, walked cell by cell."""

from pathlib import Path

import pytest

from kiosk.terminal import CLOSES, WORK
from kiosk.touches import CARRIES
from kiosk.view import STEPS
from kiosk.visit import LONG, NO_WARNING, RESTING, TABLE, TOUCHES, WARNED, WORKING, Action, Event, Move, Screen, after, diagram

DOCUMENT = Path(__file__).parents[2] / "docs" / "kiosk-visit.md"
MAY_BE_EMPTY = {Screen.PLACE: Event.MUNICIPALITY, Screen.JANUARY_1: Event.HERE, Screen.MEMBERS: Event.ONLY_ME, Screen.OPTIONS: Event.NEXT}
OF_USE = {screen for screen in Screen if screen.startswith("use_")}
WITH_MONEY = {Screen.PAYMENT, Screen.COLLECTING, Screen.PRINTING}


@pytest.mark.parametrize("screen", list(Screen))
def test_every_cell_keeps_the_rules(screen: Screen) -> None:
    for event in Event:
        move = after(screen, event)
        if move is not None:
            keeps_the_rules(screen, event, move)


def keeps_the_rules(screen: Screen, event: Event, move: Move) -> None:
    long = [action for action in move.actions if action in LONG]
    assert len(long) <= 1
    if long:
        assert move.actions[-1] is long[0], "what takes long comes last"
        assert move.to in WORKING
    if screen in WORKING and event in TOUCHES:
        assert event is Event.LANGUAGE, "the machine works and takes no touch"
    if Action.COLLECT in move.actions:
        assert (screen, event, move.to) == (Screen.PAYMENT, Event.COVERED, Screen.COLLECTING)
    if Action.PRINT in move.actions:
        assert (screen, event, move.to) == (Screen.COLLECTING, Event.PAID, Screen.PRINTING)
    if move.to is Screen.LEAVING and screen is not Screen.LEAVING:
        assert move.actions[-2:] == (Action.FORGET, Action.LOOK_AROUND)
    if screen in WITH_MONEY and move.to not in WITH_MONEY | {Screen.TAKE_PAPERS, Screen.OUT_OF_SERVICE} and screen is not Screen.PRINTING:
        assert Action.GIVE_BACK in move.actions, "who leaves before the paper gets the money back"
    if Action.GIVE_BACK in move.actions:
        assert screen in {Screen.PAYMENT, Screen.COLLECTING}


def test_every_screen_is_reached_and_can_be_left() -> None:
    reached = {Screen.OUT_OF_SERVICE}
    while True:
        more = {move.to for (screen, _), move in TABLE.items() if screen in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(Screen)
    assert {screen for (screen, _), move in TABLE.items() if move.to is not screen} == set(Screen)


def test_every_event_and_every_action_has_a_use() -> None:
    assert {event for _, event in TABLE} == set(Event)
    assert {action for move in TABLE.values() for action in move.actions} == set(Action)


def test_the_menu_can_be_had_again_from_everywhere() -> None:
    home = {Screen.MENU}
    while True:
        more = {screen for (screen, _), move in TABLE.items() if move.to in home} - home
        if not more:
            break
        home |= more
    assert home == set(Screen)


def test_every_screen_that_waits_for_a_finger_ends_by_itself() -> None:
    assert WORKING | RESTING | WARNED | NO_WARNING | {Screen.TAKE_PAPERS} == set(Screen)
    for screen in (WARNED | NO_WARNING | {Screen.TAKE_PAPERS}) - RESTING:
        assert after(screen, Event.IDLE_END) is not None, screen
    for screen in WARNED:
        assert after(screen, Event.IDLE_WARNING) is not None
        assert after(screen, Event.STAY) is not None


@pytest.mark.parametrize("screen", [screen for (screen, event) in TABLE if event is Event.CANCEL])
def test_whoever_cancels_is_let_go(screen: Screen) -> None:
    move = after(screen, Event.CANCEL)
    assert move is not None
    assert move.to is Screen.LEAVING


def test_a_visit_that_was_opened_is_closed_on_every_way_out() -> None:
    closing = set(CLOSES)
    within = ({screen for screen in Screen if screen in STEPS} | OF_USE) - {Screen.CARD}
    for (screen, event), move in TABLE.items():
        if screen in within and move.to not in within | {Screen.OUT_OF_SERVICE}:
            assert closing & set(move.actions), f"{screen} {event}"


def test_every_action_is_carried_out_somewhere() -> None:
    assert set(WORK) == LONG
    assert set(CARRIES) <= TOUCHES


def test_the_machine_spares_only_what_a_finger_could_do_and_only_towards_where_the_person_was_going() -> None:
    spared = {(screen, event): move for (screen, event), move in TABLE.items() if {Action.SPARE_NEXT, Action.SPARE_BACK} & set(move.actions)}
    assert spared
    for (_, event), move in spared.items():
        back = Action.SPARE_BACK in move.actions
        assert move.actions[-1] in (Action.SPARE_NEXT, Action.SPARE_BACK)
        assert back == (event is Event.BACK)
        assert move.to in MAY_BE_EMPTY
        onward = after(move.to, Event.BACK if back else MAY_BE_EMPTY[move.to])
        assert onward is not None
        assert onward.to is not move.to


@pytest.mark.parametrize("screen", list(MAY_BE_EMPTY))
def test_every_way_to_a_screen_that_may_be_empty_looks_whether_it_is(screen: Screen) -> None:
    ways = [(at, event, move) for (at, event), move in TABLE.items() if move.to is screen and at is not screen]
    assert ways
    for at, event, move in ways:
        if (at, event) in ((Screen.MEMBERS_PICK, Event.BACK), (Screen.WIDE_PLACE, Event.BACK)):
            continue  # whoever could pick somebody had a choice on the screen before
        assert {Action.SPARE_NEXT, Action.SPARE_BACK} & set(move.actions), f"{at} {event}"


def test_from_the_menu_to_the_paper_in_twelve_touches() -> None:
    way = [
        (Screen.MENU, Event.START), (Screen.SERVICE, Event.ISSUE), (Screen.CONSENT, Event.AGREE), (Screen.PREPARING, Event.DIRECTORY_READY),
        (Screen.PLACE, Event.MUNICIPALITY), (Screen.CARD, Event.CARD_PLACED), (Screen.OPENING, Event.OPENED), (Screen.PIN, Event.CONFIRM),
        (Screen.CHECKING, Event.PIN_RIGHT), (Screen.REMOVE_CARD, Event.CARD_REMOVED), (Screen.ADMITTING, Event.KINDS_READY), (Screen.KINDS, Event.KIND),
        (Screen.JANUARY_1, Event.HERE), (Screen.LOOKING_UP, Event.CHOICES_READY), (Screen.MEMBERS, Event.ONLY_ME), (Screen.OPTIONS, Event.NEXT), (Screen.COPIES, Event.NEXT),
        (Screen.REVIEW, Event.APPLY), (Screen.REQUESTING, Event.PAPERS_READY), (Screen.PAYMENT, Event.COVERED), (Screen.COLLECTING, Event.PAID),
        (Screen.PRINTING, Event.PRINTED), (Screen.TAKE_PAPERS, Event.PAPERS_TAKEN), (Screen.RECEIPT, Event.FINISH), (Screen.THANKS, Event.FINISH),
    ]  # fmt: skip
    screen = Screen.MENU
    for at, event in way:
        assert screen is at
        move = after(screen, event)
        assert move is not None
        screen = move.to
    assert screen is Screen.LEAVING
    assert sum(event in TOUCHES and event is not Event.HERE for _, event in way[:-2]) <= 12, "`here` is spared"


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    assert f"```mermaid\n{diagram()}\n```" in DOCUMENT.read_text(encoding="utf-8"), "run: python -m tests.kiosk.test_visit"


def write_document() -> None:
    DOCUMENT.write_text(
        "# A visit at the kiosk\n\n"
        "Drawn from the table in `kiosk/visit.py` (`python -m tests.kiosk.test_visit` draws it again); each arrow reads `event / actions`.\n\n"
        f"```mermaid\n{diagram()}\n```\n\n"
        "`spare_next` and `spare_back` pass a screen on which this certificate leaves nothing to choose, before anybody sees it: the place, at a kiosk for the residents of one municipality;\n"
        "January 1, where nobody vouches for anybody; members, where it is the holder's alone; options, where there is one form, at most one year, and no item.\n\n"
        "Left out, because they are on (nearly) every screen: `language`; `idle_warning` and `stay`, which stay where they are; `serviced`, when staff were at the machine; and\n"
        "`fault`, which leads to `out_of_service`, where everything that is open is settled as after a restart.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    write_document()
