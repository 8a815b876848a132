"""The coin box: coins are conserved, whatever happens."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.coin_box import (
    AlreadyGivenBack,
    CoinBox,
    CoinRefused,
    Collected,
    Contradiction,
    GivenBack,
    NoChange,
    NotEnough,
    Refunded,
    RefundRefused,
)
from tests.kiosk.crashes import CrashAt, Crashed, killed_at, points_of

FLOAT = {500: 2, 100: 10, 50: 4, 10: 10}


def check_books(box: CoinBox) -> None:
    """The invariant, from the counters and once more from the journal alone."""
    counters = box.counters()
    lying = counters.cash_yen + counters.escrow_yen + counters.returned_yen + counters.carried_yen
    assert counters.float_yen + counters.inserted_yen + counters.brought_yen == lying
    places: dict[str, int] = {}
    for movement in box.movements():
        places[movement.source] = places.get(movement.source, 0) - movement.denomination * movement.count
        places[movement.target] = places.get(movement.target, 0) + movement.denomination * movement.count
    assert places.get("cash", 0) == counters.cash_yen
    assert places.get("escrow", 0) == counters.escrow_yen
    assert places.get("tray", 0) == box.return_tray()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[CoinBox]:
    box = CoinBox.open(tmp_path / "box", FLOAT)
    yield box
    check_books(box)
    box.close()


def put_in(box: CoinBox, txn: str, *coins: int) -> None:
    for coin in coins:
        box.insert(txn, coin)


def test_coins_add_up_in_escrow(box: CoinBox) -> None:
    put_in(box, "a", 100, 50, 1000)
    state = box.state("a")
    assert (state.outcome, state.inserted_yen, state.escrow_yen, state.collected_yen) == ("open", 1150, 1150, 0)
    assert box.counters().cash_yen == 2300


@pytest.mark.parametrize("coin", [1, 5, 2000, 5000, 10000, 0, -10])
def test_what_the_slot_does_not_take_was_never_in(box: CoinBox, coin: int) -> None:
    assert box.insert("a", coin) == CoinRefused("not_accepted")
    assert box.state("a").outcome == "unknown"
    assert box.counters().inserted_yen == 0


def test_the_price_is_kept_and_the_rest_is_change(box: CoinBox) -> None:
    put_in(box, "a", 1000)
    assert box.collect("a", 200) == Collected(200, 800)
    assert box.return_tray() == 800
    assert box.counters().cash_yen == 2500
    assert box.take_return() == 800
    assert (box.return_tray(), box.take_return()) == (0, 0)


def test_collecting_twice_collects_once(box: CoinBox) -> None:
    put_in(box, "a", 500)
    assert [box.collect("a", 200) for _ in range(3)] == [Collected(200, 300)] * 3
    assert box.return_tray() == 300
    with pytest.raises(Contradiction):
        box.collect("a", 300)


def test_too_little_is_not_collected(box: CoinBox) -> None:
    put_in(box, "a", 100)
    assert box.collect("a", 200) == NotEnough(100)
    put_in(box, "a", 100)
    assert box.collect("a", 200) == Collected(200, 0)


def test_nothing_to_pay_needs_no_coin(box: CoinBox) -> None:
    assert box.collect("a", 0) == Collected(0, 0)
    assert box.insert("a", 100) == CoinRefused("closed")


def test_a_price_is_never_negative(box: CoinBox) -> None:
    with pytest.raises(ValueError, match="negative"):
        box.collect("a", -10)
    put_in(box, "a", 100)
    box.collect("a", 100)
    with pytest.raises(ValueError, match="negative"):
        box.refund("a", "r", -10)


def test_without_change_nothing_is_collected(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, {})
    put_in(box, "a", 500)
    assert box.collect("a", 200) == NoChange(300)
    assert (box.state("a").outcome, box.state("a").escrow_yen, box.return_tray()) == ("open", 500, 0)
    assert box.give_back("a") == GivenBack(500)
    check_books(box)
    box.close()


def test_a_note_too_many_comes_back_as_the_note(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, {500: 1, 100: 3})
    put_in(box, "a", 1000, 1000)
    assert box.collect("a", 200) == Collected(200, 1800)
    assert box.counters().cash == {1000: 1}
    check_books(box)
    box.close()


def test_notes_in_the_stacker_are_never_paid_out(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, {1000: 5})
    put_in(box, "a", 1000)
    assert box.collect("a", 1000) == Collected(1000, 0)
    assert box.refund("a", "r", 1000) == NoChange(1000)
    assert box.give_back("a") == NoChange(1000)
    assert box.state("a").refunded_yen == 0
    check_books(box)
    box.close()


def test_what_was_put_in_comes_back_coin_by_coin(box: CoinBox) -> None:
    put_in(box, "a", 1000, 10, 10)
    assert [box.give_back("a") for _ in range(3)] == [GivenBack(1020)] * 3
    assert {(m.denomination, m.count) for m in box.movements() if m.step == "give_back"} == {(1000, 1), (10, 2)}
    assert box.return_tray() == 1020
    assert box.collect("a", 200) == AlreadyGivenBack()
    assert box.insert("a", 100) == CoinRefused("closed")


def test_giving_back_nothing_still_closes_the_transaction(box: CoinBox) -> None:
    assert box.give_back("a") == GivenBack(0)
    assert box.insert("a", 100) == CoinRefused("closed")


def test_a_collected_price_can_be_given_back_once(box: CoinBox) -> None:
    put_in(box, "a", 500)
    box.collect("a", 200)
    box.take_return()
    assert [box.give_back("a") for _ in range(3)] == [GivenBack(200)] * 3
    assert box.return_tray() == 200
    assert box.state("a").refunded_yen == 200
    assert box.counters().cash_yen == 2300


def test_one_of_several_copies_is_refunded_once(box: CoinBox) -> None:
    put_in(box, "a", 500, 100)
    box.collect("a", 600)
    assert [box.refund("a", "copy 2", 200) for _ in range(3)] == [Refunded(200)] * 3
    assert box.return_tray() == 200
    with pytest.raises(Contradiction):
        box.refund("a", "copy 2", 300)
    assert box.refund("a", "copy 3", 200) == Refunded(200)
    assert box.refund("a", "copy 4", 300) == RefundRefused(200)
    assert box.give_back("a") == GivenBack(200)
    assert box.refund("a", "copy 5", 10) == RefundRefused(0)
    assert box.return_tray() == 600


def test_what_was_not_collected_is_not_refunded(box: CoinBox) -> None:
    put_in(box, "a", 500)
    assert box.refund("a", "r", 200) == RefundRefused(0)
    assert box.refund("b", "r", 200) == RefundRefused(0)


def test_one_persons_coins_are_not_anothers(box: CoinBox) -> None:
    put_in(box, "a", 100)
    put_in(box, "b", 500)
    assert box.collect("a", 200) == NotEnough(100)
    assert box.give_back("b") == GivenBack(500)
    assert box.state("a").escrow_yen == 100


def test_a_full_box_takes_no_more_of_that_coin(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, {10: 1}, capacity=3)
    put_in(box, "a", 10)
    assert not box.full()
    put_in(box, "b", 10)
    assert box.full()
    assert box.insert("b", 10) == CoinRefused("full")
    assert box.insert("b", 50)
    box.service("s", {10: 0})
    assert not box.full()
    check_books(box)
    box.close()


def test_the_lamp_for_exact_money(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, {500: 1, 100: 4, 50: 1, 10: 3})
    assert box.exact_only()
    put_in(box, "a", 10)
    box.collect("a", 10)
    assert not box.exact_only()
    box.close()


def test_staff_leave_exactly_what_they_say_once(box: CoinBox) -> None:
    put_in(box, "a", 1000)
    box.collect("a", 1000)
    for _ in range(2):
        box.service("monday", {100: 20, 10: 5})
    assert box.counters().cash == {100: 20, 10: 5}
    put_in(box, "b", 100)
    box.collect("b", 100)
    box.service("monday", {100: 20, 10: 5})
    assert box.counters().cash == {100: 21, 10: 5}
    with pytest.raises(ValueError, match="coins"):
        box.service("tuesday", {5: 1})


def test_the_box_outlives_the_process(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, FLOAT)
    put_in(box, "a", 500)
    box.collect("a", 200)
    put_in(box, "b", 100)
    before = (box.counters(), box.state("a"), box.state("b"), box.return_tray(), box.movements())
    box.close()
    again = CoinBox.open(tmp_path, {100: 99})  # the float is put in once
    assert (again.counters(), again.state("a"), again.state("b"), again.return_tray(), again.movements()) == before
    again.close()


def test_the_journal_can_be_read_on_from_any_line_and_never_changes(tmp_path: Path) -> None:
    box = CoinBox.open(tmp_path, FLOAT)
    put_in(box, "a", 100, 100)
    seen = box.movements()
    box.collect("a", 100)
    assert [m.step for m in box.movements(after=seen[-1].seq)] == ["collect", "change"]
    box.close()
    other = sqlite3.connect(tmp_path / "coin_box.sqlite")
    for statement in ("DELETE FROM movement", "UPDATE movement SET count = 2"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    other.close()


def test_a_visit_flushes_a_few_times_only(tmp_path: Path) -> None:
    hook = CrashAt()
    box = CoinBox.open(tmp_path, FLOAT, hook)
    hook.heard.clear()
    put_in(box, "a", 100, 100)
    box.collect("a", 200)
    box.collect("a", 200)
    box.state("a")
    box.take_return()
    assert hook.heard == ["coin_box.insert.before", "coin_box.insert.after"] * 2 + ["coin_box.collect.before", "coin_box.collect.after"]
    box.close()


def visit(box: CoinBox) -> None:
    """A whole life: a purchase with change and a refund, a visit broken off, staff."""
    put_in(box, "a", 500, 100)
    box.collect("a", 400)
    box.refund("a", "copy 2", 200)
    box.take_return()
    put_in(box, "b", 1000)
    box.give_back("b")
    box.take_return()
    put_in(box, "c", 500)
    box.collect("c", 500)
    box.give_back("c")
    box.service("s", FLOAT)


def life(folder: Path) -> Callable[[Callable[[str], None]], None]:
    """`visit`, for a machine that may stop at any point of it; the box is let go of as a dying process lets go."""

    def run(hook: Callable[[str], None]) -> None:
        box = None
        try:
            box = CoinBox.open(folder, FLOAT, hook)
            visit(box)
        finally:
            if box is not None:
                box.close()

    return run


def finished(folder: Path) -> None:
    """After a crash the books hold; and repeating what was asked by its ids leads to where an undisturbed life leads."""
    box = CoinBox.open(folder, FLOAT)
    check_books(box)
    for txn, amount in (("a", 400), ("c", 500)):
        while isinstance(box.collect(txn, amount), NotEnough):
            box.insert(txn, 100)
    box.refund("a", "copy 2", 200)
    box.give_back("b")
    box.give_back("c")
    box.service("s", FLOAT)
    check_books(box)
    box.take_return()
    assert box.counters().cash == FLOAT
    assert (box.state("a").refunded_yen, box.state("b").outcome, box.state("c").refunded_yen) == (200, "given_back", 500)
    assert box.counters().escrow_yen == 0
    assert box.counters().returned_yen == box.counters().inserted_yen - 200
    box.close()


def test_a_crash_at_any_point_loses_no_coin(tmp_path: Path) -> None:
    points = points_of(life(tmp_path / "whole"))
    assert len(points) > 20
    for nth in range(len(points)):
        folder = tmp_path / str(nth)
        with pytest.raises(Crashed):
            life(folder)(CrashAt(nth))
        finished(folder)


def test_a_kill_at_any_point_loses_no_coin(tmp_path: Path) -> None:
    for nth in range(len(points_of(life(tmp_path / "whole")))):
        killed_at(nth, life(tmp_path / str(nth)))
        finished(tmp_path / str(nth))


def test_a_crash_before_the_commit_did_nothing_and_after_it_everything(tmp_path: Path) -> None:
    for nth, collected in ((0, 0), (1, 200)):
        box = CoinBox.open(tmp_path / str(nth), FLOAT)
        put_in(box, "a", 500)
        box.close()
        crashing = CoinBox.open(tmp_path / str(nth), FLOAT, CrashAt(nth))
        with pytest.raises(Crashed):
            crashing.collect("a", 200)
        assert crashing.state("a").collected_yen == collected
        crashing.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.sampled_from("abc"), st.sampled_from([10, 50, 100, 500, 1000, 5])),
        st.tuples(st.just("collect"), st.sampled_from("abc"), st.sampled_from([0, 200, 350, 1200])),
        st.tuples(st.just("give_back"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("refund"), st.sampled_from("abc"), st.sampled_from([50, 200])),
        st.tuples(st.just("take"), st.just("a"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_coins_are_conserved_in_any_order_of_events(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]) -> None:
    box = CoinBox.open(tmp_path_factory.mktemp("box"), {100: 3, 10: 5})
    put_in_yen = {"a": 0, "b": 0, "c": 0}
    for step, txn, yen in steps:
        before = box.state(txn)
        match step:
            case "insert":
                put_in_yen[txn] += yen if box.insert(txn, yen) not in (CoinRefused("closed"), CoinRefused("not_accepted")) else 0
            case "collect" if before.outcome != "collected" or before.collected_yen == yen:
                box.collect(txn, yen)
            case "give_back":
                box.give_back(txn)
            case "refund":
                box.refund(txn, f"r{yen}", yen)
            case "take":
                box.take_return()
        check_books(box)
        state = box.state(txn)
        assert state.inserted_yen == put_in_yen[txn]
        assert state.inserted_yen == state.escrow_yen + state.collected_yen + state.change_yen + state.given_back_yen
        assert 0 <= state.refunded_yen <= state.collected_yen
    box.close()
