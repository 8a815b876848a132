"""Somebody at a terminal, on virtual time, at machines that behave badly: they wait, they take what is theirs, and they do not stand there for ever."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from simulation.visitor import VISIT_SECONDS, Json, MachineDown, NotServed, Paper, Person, Visited, Wish
from simulation.world import World
from tests.simulation.weather import in_world

WISH = Wish("0", "1234", "990019", "juminhyo")


class Machine:
    """Eyes and hands at a machine that shows `views` one after the other, whatever is done to it; a view may be an exception."""

    def __init__(self, *views: Json | Exception) -> None:
        self._views = list(views)
        self.done: list[tuple[str, str, Json | None]] = []

    async def look(self, seen: int | None) -> Json:
        await asyncio.sleep(1.0 if seen is not None else 0.0)
        return self._next()

    async def do(self, method: str, path: str, body: Json | None) -> Json:
        self.done.append((method, path, body))
        view = self._next()
        if path == "tray/take":
            return {"papers": [{"issuance_id": "a", "sheets": 1, "face": "JVBERg==", "back": "JVBERi0="}], "receipt": "領収書", "view": view}
        if path == "return-tray/take":
            return {"yen": 300, "view": view}
        if path == "coins":
            return {"accepted": True, "view": view}
        return {"view": view}

    def _next(self) -> Json:
        view = self._views.pop(0) if len(self._views) > 1 else self._views[0]
        if isinstance(view, Exception):
            raise view
        return view


def _view(screen: str, notice: Json | None = None, **data: Any) -> Json:
    return {"screen": screen, "version": 1, "data": data, "notice": notice, "machine": {"card": False, "return_yen": 0, "tray_sheets": 0}}


def _visit(*views: Json | Exception, wish: Wish = WISH) -> tuple[Visited, Machine, float, NotServed | None]:
    """What the person leaves with, what they did, how long it took, and why they were not served."""
    machine = Machine(*views)
    person = Person(machine, wish)

    async def main(world: World) -> tuple[float, NotServed | None]:
        try:
            await person.visit()
        except NotServed as error:
            return world.loop.time(), error
        return world.loop.time(), None

    (seconds, error), _ = in_world(main)
    return person.outcome, machine, seconds, error


def _options(forms: tuple[str, ...] = ("juminhyo",), years: tuple[int, ...] = (), options: tuple[str, ...] = ()) -> Json:
    return _view("options", **_chosen(forms, years), options=[{"code": code, "chosen": False} for code in options])


def _copies(years: tuple[int, ...] = (), chosen: str = "holder") -> Json:
    return _view("copies", **_chosen(("inkan",), years), chosen=chosen, shown=[], copies=1, copies_max=3)


def _chosen(forms: tuple[str, ...], years: tuple[int, ...]) -> Json:
    """The first of each is chosen, as the panel has it."""
    return {
        "forms": [{"code": form, "chosen": form == forms[0]} for form in forms],
        "years": [{"year": year, "chosen": year == years[0]} for year in years],
    }


MENU = _view("menu")


def test_a_machine_that_stays_dark_is_given_up_in_the_end() -> None:
    outcome, machine, seconds, error = _visit(MachineDown())
    assert error is not None and error.code == "no_end"
    assert seconds == pytest.approx(VISIT_SECONDS) and outcome.went_dark > 100 and machine.done == []


def test_a_machine_that_shows_the_same_for_ever_is_given_up_in_the_end() -> None:
    _, _, seconds, error = _visit(MENU, _view("printing"))
    assert error is not None and (error.code, error.more) == ("no_end", {"screen": "printing"})
    assert seconds == pytest.approx(VISIT_SECONDS, abs=1.0)


def test_a_machine_that_says_it_is_not_ready_is_not_touched() -> None:
    _, machine, _, error = _visit(_view("menu", ready=False))
    assert error is not None and error.code == "busy" and machine.done == []


def test_paper_in_the_hand_stays_in_the_hand_when_the_machine_goes_dark() -> None:
    held = Paper("a", 1, b"%PDF")
    outcome, _, _, error = _visit(MENU, _view("take_papers"), MENU, MachineDown((held,)), MachineDown(), MENU)
    assert error is None
    assert outcome.papers == [held] and outcome.went_dark == 2


def test_papers_receipt_and_change_are_taken_and_counted() -> None:
    outcome, machine, _, error = _visit(MENU, _view("take_papers"), _view("take_papers"), _view("receipt", reference="7192", receipt=None), MENU)
    assert error is None
    assert outcome.papers == [Paper("a", 1, b"%PDF", b"%PDF-")]
    assert (outcome.receipt, outcome.reference, outcome.returned_yen) == ("領収書", "7192", 300)
    assert [path for _, path, _ in machine.done] == ["events", "return-tray/take", "tray/take", "events"]


@pytest.mark.parametrize(
    ("view", "wish", "code"),
    [
        (_view("place", municipalities=[{"code": "131016"}]), WISH, "municipality_unknown"),
        (_view("pin"), Wish("0", "12a4", "990019", "juminhyo"), "pin_malformed"),
        (_view("kinds", kinds=[]), WISH, "kind_unknown"),
        (_view("kinds", kinds=[{"kind": "juminhyo", "open": False}]), WISH, "closed_now"),
        (_view("members", scopes=["only_me"]), Wish("0", "1234", "990019", "juminhyo", ("1",)), "members_invalid"),
        (_view("members_pick", members=[{"id": "1", "chosen": True}]), Wish("0", "1234", "990019", "juminhyo", ("9",)), "members_invalid"),
        (_view("members", scopes=["only_me"]), Wish("0", "1234", "990019", "inkan", "all"), "members_invalid"),
        (_options(), Wish("0", "1234", "990019", "juminhyo", "all", ("honseki",)), "options_invalid"),
        (_options(forms=("kazei",)), Wish("0", "1234", "990019", "kazei", form="koseki"), "form_invalid"),
        (_options(years=(2026, 2025)), Wish("0", "1234", "990019", "kazei", year=2024), "year_invalid"),
        (_copies(), Wish("0", "1234", "990019", "juminhyo", copies=4), "copies_invalid"),
        (_copies(), Wish("0", "1234", "990019", "juminhyo", copies=0), "copies_invalid"),
        (_copies(), Wish("0", "1234", "990019", "juminhyo", show=("relation",)), "options_invalid"),
        (_copies(), Wish("0", "1234", "990019", "inkan", form="juminhyo"), "form_invalid"),
        (_copies(), Wish("0", "1234", "990019", "inkan", ("2",)), "members_invalid"),
        (_copies(years=(2026,)), Wish("0", "1234", "990019", "kazei", year=2025), "year_invalid"),
    ],
)
def test_what_the_panel_does_not_offer_is_not_forced_on_it(view: Json, wish: Wish, code: str) -> None:
    outcome, machine, _, error = _visit(MENU, view, MENU, wish=wish)
    assert error is None and outcome.refusal == code and outcome.sentence
    assert [body["event"] for _, _, body in machine.done if body is not None] == ["start", "cancel"]


def test_form_year_and_items_are_touched_as_they_are_wanted() -> None:
    wish = Wish("0", "1234", "990019", "kazei", "self", ("relation",), "shotoku", 2025)
    view = _options(("kazei", "shotoku"), (2026, 2025), ("honseki", "relation"))
    _, machine, _, error = _visit(MENU, view, *([view] * 4), MENU, wish=wish)
    touched = [(body["event"], body.get("value")) for _, _, body in machine.done if body is not None]
    assert error is None
    assert touched[1:5] == [("form", "shotoku"), ("year", 2025), ("option", "relation"), ("next", None)]


def test_a_wrong_pin_is_not_tried_twice() -> None:
    again = _view("pin", {"code": "pin_wrong", "ja": "違います。"}, tries_left=2)
    outcome, machine, _, _ = _visit(MENU, _view("pin"), *(_view("pin") for _ in range(4)), again, MENU)
    digits = [body["value"] for _, _, body in machine.done if body is not None and body["event"] == "digit"]
    assert digits == ["1", "2", "3", "4"]
    assert (outcome.refusal, outcome.tries_left) == ("pin_wrong", 2)


def test_coins_are_put_in_until_nothing_is_missing_and_the_largest_that_fits_first() -> None:
    _, machine, _, error = _visit(MENU, *(_view("payment", missing_yen=yen) for yen in (650, 150, 50)), _view("thanks"), MENU)
    assert error is None
    assert [body["yen"] for _, path, body in machine.done if path == "coins" and body is not None] == [500, 100, 50]


def test_what_was_lost_and_found_after_a_cut_is_remembered() -> None:
    outcome, _, _, error = _visit(_view("recovered", settled=[{"outcome": "returned", "yen": 200}]), _view("recovered"), MENU)
    assert error is None and outcome.settled == [{"outcome": "returned", "yen": 200}] and outcome.returned_yen == 300


def test_whoever_waits_for_a_newer_view_waits_for_the_machine() -> None:
    waited: list[float] = []
    act: Callable[[World], Coroutine[Any, Any, None]]

    async def act(world: World) -> None:
        await Person(Machine(MENU, _view("issuing"), _view("issuing"), MENU), WISH).visit()
        waited.append(world.loop.time())

    in_world(act)
    assert waited == [2.0]
