"""One terminal in a shop: real card, coin box, printer and journal, a twin of the center; and a person who uses it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client import CollectorRegistry

from kiosk import journal
from kiosk.card import load_card
from kiosk.center_door import CenterDoor, Patience
from kiosk.coin_box import CoinBox
from kiosk.config import Seconds
from kiosk.machine import Machine
from kiosk.metrics import metrics_in
from kiosk.printer import Printer
from kiosk.reader import Slot
from kiosk.terminal import Terminal
from kiosk.view import view_of
from kiosk.visit import Event, Screen
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.certificates.people import NOW
from tests.kiosk.center_twin import CenterTwin
from tests.kiosk.signers import CODE, roots
from tests.kiosk.specimen_card import make_card

SECONDS = Seconds(sheet=0.0, outbox_pause=0.005, outbox_pause_max=0.02, store_pause=0.001, settle_pause=0.01)
PATIENCE = Patience(answer_seconds=1.0, deadline_seconds=0.15, pauses_seconds=(0.005,))
FLOAT = {500: 10, 100: 50, 50: 20, 10: 50}
PATIENCE_OF_TESTS_SECONDS = 10.0


def kiosk_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(4711, ec.SECP256R1())


class Shop:
    """`open` starts the terminal; `crash` cuts it off; `open` again is a restart on the same journal and devices."""

    def __init__(
        self,
        folder: Path,
        center: CenterTwin | None = None,
        seconds: Seconds = SECONDS,
        float_coins: dict[int, int] | None = None,
        blank_sheets: int = 500,
    ) -> None:
        self.folder = folder
        self.center = center if center is not None else CenterTwin(kiosk_key().public_key())
        self.seconds = seconds
        self.blank_sheets = blank_sheets
        self.float_coins = FLOAT if float_coins is None else float_coins
        self.card_file = make_card(folder)
        self.ticks = 0
        self.chance = 0
        self.wrap: Callable[[Store], Store] = lambda store: store
        self.on_point: Callable[[str], None] | None = None

    def now(self) -> datetime:
        self.ticks += 1
        return NOW + timedelta(milliseconds=self.ticks)

    def token(self, size: int) -> bytes:
        self.chance += 1
        return self.chance.to_bytes(size, "big")

    async def open(self) -> "Shop":
        coin_box = CoinBox.open(self.folder / "coin_box", self.float_coins, self.on_point)
        printer = Printer.open(self.folder / "printer", self.on_point, self.blank_sheets)
        self.store = self.wrap(await SqliteStore.open(self.folder / "journal.db", journal.metadata))
        self.machine = Machine(
            terminal_id="K-0001", profile="store", operator="見本マート", place_ja="見本一丁目店", place_en="Mihon 1-chome",
            slot=Slot(),
            coin_box=coin_box, printer=printer,
            document_roots=roots(),
            door=CenterDoor(self.center, "K-0001", kiosk_key(), PATIENCE),
            store=self.store, now=self.now, token=self.token, seconds=self.seconds,
        )  # fmt: skip
        self.registry = CollectorRegistry()
        self.terminal = Terminal(self.machine, metrics_in(self.registry))
        self.life = asyncio.create_task(self.terminal.run())
        return self

    async def close(self) -> None:
        self.life.cancel()
        await asyncio.gather(self.life, return_exceptions=True)
        self.machine.coin_box.close()
        self.machine.printer.close()
        await self.store.close()

    async def restart(self) -> None:
        """The process dies where it is, and comes back."""
        await self.close()
        self.on_point = None
        self.wrap = lambda store: store
        await self.open()

    # --- what is seen ---

    @property
    def screen(self) -> Screen:
        return self.terminal.screen

    @property
    def view(self) -> dict[str, Any]:
        return view_of(self.terminal)

    def alarms(self) -> int:
        """How often this terminal has called for somebody since it was opened."""
        return int(self.registry.get_sample_value("konbini_kiosk_alarms_total", {"terminal": "K-0001"}) or 0)

    async def until(self, *screens: Screen) -> None:
        """Wait for one of these screens."""
        async with asyncio.timeout(PATIENCE_OF_TESTS_SECONDS):
            while self.terminal.screen not in screens:
                await self.terminal.watchers.newer_than(self.terminal.watchers.version)

    async def told(self) -> None:
        """Wait until the center has been told everything."""
        async with asyncio.timeout(PATIENCE_OF_TESTS_SECONDS):
            while await self.store.read(journal.count_untold, "K-0001"):
                await asyncio.sleep(0.005)

    # --- what a person does ---

    async def touch(self, event: Event, value: str | int = "") -> None:
        refusal = await self.terminal.touch(event, value)
        assert refusal is None, refusal

    async def to_card(self) -> None:
        await self.until(Screen.MENU)
        for event in (Event.START, Event.ISSUE, Event.AGREE):
            await self.touch(event)
        await self.until(Screen.PLACE)
        await self.touch(Event.MUNICIPALITY, CODE)

    async def to_pin(self) -> None:
        await self.to_card()
        await self.terminal.place_card(load_card(self.card_file))
        await self.until(Screen.PIN)

    async def enter(self, pin: str) -> None:
        for digit in pin:
            await self.touch(Event.DIGIT, digit)
        await self.touch(Event.CONFIRM)
        await self.until(Screen.REMOVE_CARD, Screen.PIN, Screen.REFUSED)

    async def to_kinds(self) -> None:
        await self.to_pin()
        await self.enter("1234")
        await self.terminal.remove_card()
        await self.until(Screen.KINDS, Screen.REFUSED)

    async def choose(
        self, copies: int = 1, scope: Event | None = Event.EVERYONE, show: tuple[str, ...] = (), kind: str = "juminhyo", form: str = "", year: int = 0
    ) -> None:
        """From the list of kinds to the review; `scope` None for a kind that is the holder's alone. Passes the screens that this kind has."""
        await self.touch(Event.KIND, kind)
        await self.until(Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES)
        if scope is not None:
            await self.touch(scope)
        if year:
            await self.touch(Event.YEAR, year)
        if form:
            await self.touch(Event.FORM, form)
        for option in show:
            await self.touch(Event.OPTION, option)
        if self.screen is Screen.OPTIONS:
            await self.touch(Event.NEXT)
        if copies > 1:
            await self.touch(Event.COPIES, copies)
        await self.touch(Event.NEXT)

    async def to_payment(self, copies: int = 1, **choice: Any) -> None:
        await self.to_kinds()
        await self.choose(copies, **choice)
        await self.touch(Event.APPLY)
        await self.until(Screen.PAYMENT, Screen.REFUSED)

    async def pay(self, *coins: int) -> None:
        for yen in coins:
            await self.terminal.insert_coin(yen)

    async def to_take_papers(self, copies: int = 1) -> None:
        await self.to_payment(copies)
        await self.pay(*[100] * (3 * copies))
        await self.until(Screen.TAKE_PAPERS)
