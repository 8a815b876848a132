"""The kiosk dies at every point of a visit and comes back: paper and a fee, or the money and no fee, or, where nobody can know, an open case; never silent."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kiosk import journal, recovery
from kiosk.visit import Event, Screen
from messages.wire import Message
from storage.store import Store
from tests.kiosk.crashes import Crashed
from tests.kiosk.shop import Shop

COPIES = 2
FEE_YEN = 300


class Dying:
    """Passes points until the `nth` (from 0); from then on the machine is dead and every point raises."""

    def __init__(self, nth: int | None = None) -> None:
        self.nth = nth
        self.heard: list[str] = []
        self.dead = asyncio.Event()

    def reach(self, point: str) -> None:
        self.heard.append(point)
        if self.nth is not None and len(self.heard) > self.nth:
            self.dead.set()
            raise Crashed(point)


class DyingStore:
    """A store that passes a point before and after every commit."""

    def __init__(self, store: Store, dying: Dying) -> None:
        self._store = store
        self._dying = dying

    async def write(self, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._dying.reach(f"commit:{step.__name__}:before")
        result = await self._store.write(step, *args, **kwargs)
        self._dying.reach(f"commit:{step.__name__}:after")
        return result

    async def read(self, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()


async def live(folder: Path, dying: Dying) -> Shop:
    """A shop whose machine dies at the point, in the middle of a person's visit."""
    shop = Shop(folder)
    shop.wrap = lambda store: DyingStore(store, dying)
    shop.on_point = dying.reach
    ask = shop.center.ask

    async def dying_ask(message: Message, timeout_seconds: float = 30.0) -> Message:
        dying.reach(f"ask:{type(message).__name__}:before")
        answer = await ask(message, timeout_seconds)
        dying.reach(f"ask:{type(message).__name__}:after")
        return answer

    shop.center.ask = dying_ask  # type: ignore[method-assign]
    try:
        await shop.open()
    except Crashed:
        return shop
    person = asyncio.create_task(visit(shop))
    watch = asyncio.create_task(dying.dead.wait())
    await asyncio.wait({person, watch}, return_when=asyncio.FIRST_COMPLETED)
    if not dying.dead.is_set():
        await person
    for task in (person, watch):
        task.cancel()
    await asyncio.gather(person, watch, return_exceptions=True)
    shop.center.ask = ask  # type: ignore[method-assign]
    return shop


async def visit(shop: Shop) -> None:
    await shop.to_payment(COPIES)
    await shop.pay(500, 50, 100)
    await shop.until(Screen.TAKE_PAPERS)
    await shop.terminal.take_papers()
    await shop.touch(Event.FINISH)
    await shop.told()


async def come_back(shop: Shop) -> None:
    """Restart on the same journal and devices."""
    with suppress(Crashed, AttributeError):  # it died before it had a machine to close
        await shop.close()
    shop.on_point = None
    shop.wrap = lambda store: store
    await shop.open()
    await shop.until(Screen.RECOVERED, Screen.LEAVING, Screen.MENU)
    await shop.told()


async def audit(shop: Shop) -> list[str]:
    """Money, paper and record agree; returns what became of each copy."""
    counters = shop.machine.coin_box.counters()
    kept_yen = counters.cash_yen - counters.float_yen
    assert counters.escrow_yen == 0
    ends: dict[str, str] = {}
    for event in shop.center.reports:
        before = ends.get(event.issuance_id)
        assert (before, event.step) in {
            (None, "paid"), ("paid", "printed"), ("paid", "returned"), ("paid", "unresolved"), ("printed", "taken"),
        }  # fmt: skip
        ends[event.issuance_id] = event.step
    assert kept_yen == FEE_YEN * sum(step in ("printed", "taken", "unresolved") for step in ends.values())
    for request_id in shop.center.applied:
        seen = {paper.paper_id: paper for paper in shop.machine.printer.job(request_id).papers}
        for issuance_id, paper in seen.items():
            assert (ends[issuance_id] in ("printed", "taken")) == paper.complete
            assert (ends[issuance_id] == "unresolved") == paper.uncertain
        assert all(step == "returned" for issuance_id, step in ends.items() if issuance_id not in seen)
    opened = await shop.store.read(lambda connection: list(connection.execute(select(journal.VISITS.c.visit_id)).scalars()))
    assert set(opened) == set(shop.center.closed)
    assert await shop.store.read(journal.open_visits, "K-0001") == ()
    return sorted(ends.values())


async def points_of_a_visit(folder: Path) -> list[str]:
    dying = Dying()
    folder.mkdir()
    shop = await live(folder, dying)
    await shop.close()
    return dying.heard


FIRST_WITH_MONEY, LAST = 20, 92
"""Between which points a visit of two copies has money in it; `test_the_points_are_all_of_them` holds these numbers to the truth."""


async def test_the_points_are_all_of_them(tmp_path: Path) -> None:
    points = await points_of_a_visit(tmp_path / "undisturbed")
    assert points.index("commit:papers_ready:before") == FIRST_WITH_MONEY
    assert LAST - 4 <= len(points) <= LAST


@pytest.mark.parametrize("place", range(FIRST_WITH_MONEY, LAST))
async def test_a_kiosk_killed_from_the_first_coin_on_settles_everything(tmp_path: Path, place: int) -> None:
    shop = await live(tmp_path, Dying(place))
    await come_back(shop)
    ends = await audit(shop)
    screen, settled = shop.screen, shop.view["data"].get("settled", [])
    if "returned" in ends or "unresolved" in ends:
        assert screen is Screen.RECOVERED
        assert settled
    # A second restart changes nothing.
    reports = list(shop.center.reports)
    await come_back(shop)
    assert await audit(shop) == ends
    assert shop.center.reports == reports
    await shop.close()


@pytest.mark.sweep
@pytest.mark.parametrize("place", range(FIRST_WITH_MONEY))
async def test_a_kiosk_killed_before_the_first_coin_owes_nothing(tmp_path: Path, place: int) -> None:
    shop = await live(tmp_path, Dying(place))
    await come_back(shop)
    assert await audit(shop) == []
    await shop.close()


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.sweep)])
async def test_a_crash_during_recovery_recovers_again(tmp_path: Path, stride: int) -> None:
    """Killed between the coins and the paper, then at each point of the recovery itself."""
    first = (await points_of_a_visit(tmp_path / "undisturbed")).index("commit:printing:before")
    nth = 0
    while True:
        folder = tmp_path / str(nth)
        folder.mkdir()
        shop = await live(folder, Dying(first))
        await shop.close()
        dying = Dying(nth)
        shop.on_point = dying.reach
        shop.wrap = lambda store, dying=dying: DyingStore(store, dying)
        try:
            await shop.open()
            watch = asyncio.create_task(dying.dead.wait())
            settled = asyncio.create_task(shop.until(Screen.RECOVERED, Screen.LEAVING, Screen.MENU))
            await asyncio.wait({watch, settled}, return_when=asyncio.FIRST_COMPLETED)
            watch.cancel()
            settled.cancel()
        except Crashed:
            pass
        await come_back(shop)
        assert await audit(shop) == ["returned", "returned"]
        assert shop.screen is Screen.RECOVERED, "whoever was cut off twice is told all the same"
        assert [told["outcome"] for told in shop.view["data"]["settled"]] == ["returned"]
        assert shop.machine.coin_box.return_tray() == 50 + FEE_YEN * COPIES
        await shop.close()
        if not dying.dead.is_set():
            break
        nth += stride
    assert nth > 5


async def test_coins_in_escrow_come_back_and_the_person_is_told(shop: Shop) -> None:
    await shop.to_payment()
    await shop.pay(100, 100)
    await shop.restart()
    await shop.until(Screen.RECOVERED)
    (told,) = shop.view["data"]["settled"]
    assert (told["outcome"], told["yen"]) == ("void", 200)
    assert await shop.terminal.take_return() == 200
    await shop.told()
    assert shop.center.steps() == []
    assert list(shop.center.closed.values()) == ["restarted"]


async def test_what_was_settled_is_told_until_somebody_has_gone_on(shop: Shop) -> None:
    await shop.to_payment()
    await shop.pay(100, 100)
    for _ in range(3):
        await shop.restart()
        await shop.until(Screen.RECOVERED)
        assert [(told["outcome"], told["yen"]) for told in shop.view["data"]["settled"]] == [("void", 200)]
    assert await shop.terminal.take_return() == 200
    await shop.touch(Event.FINISH)
    await shop.until(Screen.MENU)
    await shop.restart()
    await shop.until(Screen.MENU)


async def test_a_sheet_nobody_saw_come_out_stays_unresolved(tmp_path: Path) -> None:
    feeding = (await points_of_a_visit(tmp_path / "undisturbed")).index("printer.feed.before")
    outcomes = set()
    for place in range(feeding, feeding + 6):
        folder = tmp_path / str(place)
        folder.mkdir()
        shop = await live(folder, Dying(place))
        await come_back(shop)
        outcomes |= set(await audit(shop))
        await shop.close()
    assert "unresolved" in outcomes


async def test_a_terminal_whose_journal_fails_stays_out_of_service_until_it_works(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.to_payment()
    await shop.pay(100)
    failing = True

    def refuse_to_open(*args: Any) -> Any:
        if failing:
            raise OSError("no disk")
        return journal_open_visits(*args)

    journal_open_visits = journal.open_visits
    monkeypatch.setattr(journal, "open_visits", refuse_to_open)
    shop.terminal._put(Event.FAULT)
    await shop.until(Screen.OUT_OF_SERVICE)
    await asyncio.sleep(0.05)
    assert shop.screen is Screen.OUT_OF_SERVICE
    failing = False
    await shop.until(Screen.RECOVERED)
    assert await shop.terminal.take_return() == 100


def test_recovery_asks_no_center() -> None:
    assert "door" not in (Path(recovery.__file__).read_text(encoding="utf-8"))
