"""A real terminal whose center is the one of these tests: real card, coin box, printer, journal; and the touches of one visit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry

from kiosk import journal
from kiosk.card import load_card, personalise
from kiosk.center_door import CenterDoor, Patience
from kiosk.coin_box import CoinBox
from kiosk.config import Seconds
from kiosk.machine import Machine
from kiosk.metrics import metrics_in
from kiosk.printer import Printer
from kiosk.reader import Slot
from kiosk.terminal import Terminal
from kiosk.visit import Event, Screen
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, documents, foundation, stream
from tests.issuance_center.stores import InlineStore
from tests.issuance_center.town import Town

SECONDS = Seconds(sheet=0.0, outbox_pause=0.005, outbox_pause_max=0.02, store_pause=0.001, settle_pause=0.01)
FLOAT_YEN = {500: 10, 100: 50, 50: 20, 10: 50}


def card_file(folder: Path, card: CardMade) -> Path:
    """The card as a file."""
    root = foundation().authority.certificate
    path = folder / "card.json"
    personalise(
        path, authentication_key=card.key, authentication_certificate=card.authentication, authentication_ca=root, signature_key=card.key,
        signature_certificate=card.signature, signature_ca=root, pin=card.pin, signature_password=card.password, label="見本", token=bytes,
    )  # fmt: skip
    return path


class Shopper:
    """A person at the terminal."""

    def __init__(self, terminal: Terminal, store: InlineStore, card: CardMade, file: Path) -> None:
        self.terminal = terminal
        self.store = store
        self._card = card
        self._file = file

    async def until(self, *screens: Screen) -> Screen:
        async with asyncio.timeout(20.0):
            while self.terminal.screen not in screens:
                await self.terminal.watchers.newer_than(self.terminal.watchers.version)
        return self.terminal.screen

    async def touch(self, event: Event, value: str | int = "") -> None:
        refusal = await self.terminal.touch(event, value)
        assert refusal is None, refusal

    async def apply(self, copies: int = 1, kind: str = "juminhyo") -> Screen:
        """From the menu to the screen after the application: everybody who may be listed, the first form, the latest year, no options."""
        await self.until(Screen.MENU)
        for event in (Event.START, Event.ISSUE, Event.AGREE):
            await self.touch(event)
        await self.until(Screen.PLACE)
        await self.touch(Event.MUNICIPALITY, CITY)
        await self.terminal.place_card(load_card(self._file))
        await self.until(Screen.PIN)
        for digit in self._card.pin:
            await self.touch(Event.DIGIT, digit)
        await self.touch(Event.CONFIRM)
        await self.until(Screen.REMOVE_CARD)
        await self.terminal.remove_card()
        await self.until(Screen.KINDS)
        await self.touch(Event.KIND, kind)
        if await self.until(Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES) is Screen.MEMBERS:
            await self.touch(Event.EVERYONE)
        if await self.until(Screen.OPTIONS, Screen.COPIES) is Screen.OPTIONS:
            await self.touch(Event.NEXT)
        if copies > 1:
            await self.touch(Event.COPIES, copies)
        await self.touch(Event.NEXT)
        await self.touch(Event.APPLY)
        return await self.until(Screen.PAYMENT, Screen.REFUSED)

    async def told(self) -> None:
        """Until the center has heard everything."""
        async with asyncio.timeout(20.0):
            while await self.store.read(journal.count_untold, self.terminal.machine.terminal_id):
                await asyncio.sleep(0.002)


@asynccontextmanager
async def shopper(town: Town, card: CardMade, folder: Path) -> AsyncIterator[Shopper]:
    """One terminal in service, and the holder of the card before it."""
    kiosk, store = town.kiosk(), InlineStore(foundation().journal)
    machine = Machine(
        terminal_id=kiosk.id, profile="store", operator="見本ストア", place_ja="", place_en="", slot=Slot(),
        coin_box=CoinBox.open(folder / "coin_box", FLOAT_YEN, None), printer=Printer.open(folder / "printer", None),
        document_roots=documents().roots,
        door=CenterDoor(kiosk.wire, kiosk.id, kiosk.key, Patience(20.0, 30.0, (0.005,))), store=store, now=town.now, token=stream("terminal"), seconds=SECONDS,
    )  # fmt: skip
    terminal = Terminal(machine, metrics_in(CollectorRegistry()))
    life = asyncio.create_task(terminal.run())
    try:
        yield Shopper(terminal, store, card, card_file(folder, card))
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        machine.coin_box.close()
        machine.printer.close()
        await store.close()
