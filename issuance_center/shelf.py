"""Where the desk finds the directory's book: loaded once, extended when somebody has entered something, filled from the configuration when there is nothing in it yet.

What the configuration says about municipalities, kiosks and builds counts at the very first start only. If the file has been changed since, the log says so and nothing else.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from issuance_center import routing
from issuance_center.config import Config
from issuance_center.records import directory
from issuance_center.routing import EMPTY, DirectoryBook, Listing, extended, listing, seeds
from issuance_center.routing.seeding import SEEDED_BY
from messages.visits import Directory
from storage.store import Store

LOOK_EVERY = timedelta(seconds=3)
"""How often another process's entries are looked for."""


class Shelf:
    """One book for all who ask; a message keeps the one it got."""

    def __init__(self, config: Config, store: Store) -> None:
        self._seeds = seeds(config)
        self._store = store
        self._book: DirectoryBook | None = None
        self._looked_at: datetime | None = None
        self._listing: tuple[DirectoryBook, Listing] | None = None
        self._turn = asyncio.Lock()
        self._log = structlog.get_logger()

    async def book(self, now: datetime) -> DirectoryBook:
        """The directory as it is on record, at most `LOOK_EVERY` old. Raises what the store raises."""
        book = self._book
        if book is not None and (self._fresh(now) or self._turn.locked()):
            return book
        async with self._turn:
            return self._book if self._book is not None and self._fresh(now) else await self._look(now)

    def listed(self, book: DirectoryBook, kiosk_id: str, now: datetime) -> Directory:
        """The list of municipalities for a kiosk. All kiosks ask for it every minute, and it is the same for all but those of one municipality: it is made once for a book and its dates."""
        if self._listing is None or self._listing[0] is not book or not self._listing[1].holds(now):
            self._listing = book, listing(book, now)
        return routing.directory(book, kiosk_id, now, self._listing[1])

    async def reload(self, now: datetime) -> DirectoryBook:
        """The directory with whatever this process has just entered."""
        async with self._turn:
            return await self._look(now)

    def _fresh(self, now: datetime) -> bool:
        return self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY

    async def _look(self, now: datetime) -> DirectoryBook:
        known = self._book or EMPTY
        entries = await self._store.read(directory.newer, known.revision)
        if self._book is None and not entries:
            await self._store.write(directory.seed, self._seeds, now)
            entries = await self._store.read(directory.newer, 0)
            self._log.info("directory_seeded", entries=len(entries))
        elif self._book is None and {entry.change for entry in entries if entry.entered_by == SEEDED_BY} != set(self._seeds):
            self._log.warning("directory_configuration_ignored", why="the directory has entries; it is edited on its pages")
        self._book, self._looked_at = extended(known, entries), now
        return self._book
