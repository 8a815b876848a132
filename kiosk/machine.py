"""The parts of one terminal: devices, journal, the way to the center, and what tells it the time.

It decides nothing; it is what the rooms of a visit (`identification`, `ordering`, `handover`, `recovery`) are handed to work with.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from cryptography.x509 import Certificate
from sqlalchemy import Connection

from kiosk.center_door import CenterDoor
from kiosk.coin_box import CoinBox
from kiosk.config import Seconds
from kiosk.printer import Printer
from kiosk.reader import Slot
from storage.store import Store, StoreFailed

P = ParamSpec("P")
T = TypeVar("T")

STORE_ATTEMPTS = 6
"""How often one write is tried before the terminal goes out of service."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One terminal's parts. `document_roots` stand behind the signatures of faces and backs. `now` gives an aware instant (JST), `token` n bytes of chance."""

    terminal_id: str
    profile: str
    operator: str
    place_ja: str
    place_en: str
    slot: Slot
    coin_box: CoinBox
    printer: Printer
    document_roots: tuple[Certificate, ...]
    door: CenterDoor
    store: Store
    now: Callable[[], datetime]
    token: Callable[[int], bytes]
    seconds: Seconds

    async def write(self, step: Callable[Concatenate[Connection, str, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One journal write, `step(connection, terminal_id, *args)`, repeated as it is while its commit is not confirmed. Raises `StoreFailed` in
        the end.
        """
        for attempt in range(STORE_ATTEMPTS - 1):
            try:
                return await self.store.write(step, self.terminal_id, *args, **kwargs)
            except StoreFailed:
                await asyncio.sleep(self.seconds.store_pause * (attempt + 1))
        return await self.store.write(step, self.terminal_id, *args, **kwargs)

    @property
    def can_print(self) -> bool:
        """The printer has paper and no jam."""
        return not self.printer.jammed() and self.printer.paper() > 0
