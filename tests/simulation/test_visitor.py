"""Somebody at a terminal, on virtual time, at machines that behave badly: they wait, they take what is theirs, and they do not stand there for ever."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from kiosk.keyboard import HONSEKI, MAKING, NAME, pressed
from simulation.reading_panel import NotOnKeyboard, keys_for, sentence_of
from simulation.visitor import VISIT_SECONDS, Person
from simulation.wishes import Json, MachineDown, NotServed, Paper, Visited, Wish
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


def _places(*codes: str, closed: str | None = None, prefectures: tuple[str, ...] = (), shown: str = "", page: int = 0, pages: int = 1) -> Json:
    rows = [{"code": code, "closed": closed, "write_to": ""} for code in codes]
    return _view(
        "place",
        municipalities=rows,
        doors=["home", "honseki"],
        door="honseki" if closed else "home",
        prefectures=list(prefectures),
        prefecture=shown,
        page=page,
        pages=pages,
    )


def _kinds(because: str | None = None, notice: Json | None = None) -> Json:
    return _view("kinds", notice, kinds=[{"kind": "juminhyo", "open": because is None, "because": because}], use=None)


def _january_1(notice: Json | None = None) -> Json:
    return _view("january_1", notice, years=[{"year": 2026, "chosen": True}, {"year": 2025, "chosen": False}], here=True)


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
        (_places("131016"), WISH, "municipality_unknown"),
        (_places("990019", closed="no_koseki"), Wish("0", "1234", "990019", "koseki", door="honseki"), "kind_unknown"),
        (_view("pin"), Wish("0", "12a4", "990019", "juminhyo"), "pin_malformed"),
        (_view("kinds", kinds=[]), WISH, "kind_unknown"),
        (_kinds(because="hours"), WISH, "closed_now"),
        (_kinds(because="stopped"), WISH, "stopped_now"),
        (_view("kinds", kinds=[], use=None), Wish("0", "1234", "990019", "use"), "use_not_taken"),
        (_january_1(), Wish("0", "1234", "990019", "kazei", year=2020), "year_invalid"),
        (_january_1(notice={"code": "abroad_on_january_1"}), Wish("0", "1234", "990019", "kazei", january="abroad"), "abroad_on_january_1"),
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


def test_a_municipality_is_looked_for_page_by_page_and_prefecture_by_prefecture() -> None:
    lists = (
        _places(prefectures=("北県", "南県")),
        _places("131016", prefectures=("北県", "南県"), shown="北県", pages=2),
        _places("131024", prefectures=("北県", "南県"), shown="北県", page=1, pages=2),
        _places("990019", prefectures=("北県", "南県"), shown="南県"),
    )
    outcome, machine, _, error = _visit(MENU, *lists, MENU)
    assert error is None and outcome.refusal is None
    assert _touched(machine)[1:] == [("prefecture", "北県"), ("page", 1), ("prefecture", "南県"), ("municipality", "990019")]


def test_whoever_is_sent_back_to_the_list_of_kinds_does_not_ask_again_and_leaves_with_the_panels_sentence() -> None:
    outcome, machine, _, _ = _visit(MENU, _kinds(), _kinds(notice={"code": "not_found_there", "ja": "確認できませんでした。"}), MENU)
    assert (outcome.refusal, outcome.sentence) == ("not_found_there", "確認できませんでした。")
    assert _touched(machine) == [("start", None), ("kind", "juminhyo"), ("cancel", None)]


def test_a_tax_paper_from_elsewhere_is_asked_for_by_year_and_municipality() -> None:
    wish = Wish("0", "1234", "990019", "kazei", "self", year=2025, january="992011")
    chosen = _view("january_1", None, years=[{"year": 2026, "chosen": False}, {"year": 2025, "chosen": True}], here=True)
    wide = {**_places("992011"), "screen": "wide_place"}
    _, machine, _, error = _visit(MENU, _january_1(), chosen, wide, MENU, wish=wish)
    assert error is None
    assert _touched(machine)[1:] == [("year", 2025), ("elsewhere", None), ("municipality", "992011")]


def test_one_that_has_not_joined_is_greyed_and_the_visitor_leaves_with_where_to_write_to() -> None:
    wide = {**_places("992011", closed="not_joined"), "screen": "wide_place"}
    wide["data"]["municipalities"][0]["write_to"] = "〒000-0000"
    outcome, machine, _, _ = _visit(MENU, wide, MENU, wish=Wish("0", "1234", "990019", "kazei", january="992011"))
    assert outcome.refusal == "wide_not_joined" and outcome.sentence.endswith("〒000-0000")
    assert _touched(machine)[-1] == ("cancel", None)


def test_a_text_is_typed_key_by_key_and_gives_that_text() -> None:
    for text, keyboard in (
        ("がっこう１２番地の３".translate({ord("１"): "1", ord("２"): "2", ord("３"): "3"}), HONSEKI),
        ("ヴァーチャ　パブロ", NAME),
    ):
        keys = [[{"key": key, "name": MAKING.get(key)} for key in row] for row in keyboard]
        typed = ""
        for key in keys_for(text, keys):
            typed = pressed(typed, key, 60)
        assert typed == text
    with pytest.raises(NotOnKeyboard):
        list(keys_for("漢", keys))


@pytest.mark.parametrize("code", ["not_registered", "year_too_old", "no_end", "something_new"])
def test_every_code_has_a_sentence(code: str) -> None:
    assert sentence_of(code).endswith("。")


def _touched(machine: Machine) -> list[tuple[str, Any]]:
    return [(body["event"], body.get("value")) for _, _, body in machine.done if body is not None]
