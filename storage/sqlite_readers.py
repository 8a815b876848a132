"""Read connections to one SQLite file, through aiosqlite: each is a thread that is handed one whole function, so that a read costs one hop and sees one state.

A statement a hop, as async drivers usually work, costs about ten times as much; and statements outside a transaction would each see a state of their own.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

T = TypeVar("T")

READERS = 3


class _Reader(aiosqlite.Connection):
    """One read connection, with SQLAlchemy's connection on top of it, which is used in its thread only."""

    def __init__(self, file: Path, busy_seconds: int) -> None:
        super().__init__(lambda: _connected(file, busy_seconds), 64)
        self._thread.daemon = True

    async def prepare(self) -> None:
        """Connect, and put SQLAlchemy on top."""
        await self
        raw = self._conn
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)
        self._on_top: Connection = await self._done(lambda: engine.connect().execution_options(isolation_level="AUTOCOMMIT"))

    async def run(self, step: Callable[[Connection], T]) -> T:
        """The result of `step` in one transaction that changes nothing."""
        return await self._done(lambda: self._in_one_state(step))

    async def end(self) -> None:
        """Take SQLAlchemy off again, and disconnect."""
        await self._done(self._on_top.close)
        await self.close()

    async def _done(self, work: Callable[[], T]) -> T:
        result: T = await self._execute(work)  # type: ignore[no-untyped-call]
        return result

    def _in_one_state(self, step: Callable[[Connection], T]) -> T:
        self._conn.execute("BEGIN")
        try:
            return step(self._on_top)
        finally:
            self._conn.execute("ROLLBACK")


class Readers:
    """The idle readers of one file, the one used last first."""

    def __init__(self, file: Path, busy_seconds: int) -> None:
        self._all = [_Reader(file, busy_seconds) for _ in range(READERS)]
        self._idle: asyncio.LifoQueue[_Reader] = asyncio.LifoQueue()

    async def prepare(self) -> None:
        """Connect them all."""
        for reader in self._all:
            await reader.prepare()
            self._idle.put_nowait(reader)

    async def run(self, step: Callable[[Connection], T]) -> T:
        """The result of `step` on one consistent state."""
        reader = await self._idle.get()
        work = asyncio.ensure_future(reader.run(step))
        # A caller that gives up leaves its reader at work: it is idle again when the work is done.
        work.add_done_callback(lambda _: self._idle.put_nowait(reader))
        return await asyncio.shield(work)

    async def close(self) -> None:
        """Let go of the file."""
        for reader in self._all:
            await reader.end()


def _connected(file: Path, busy_seconds: int) -> sqlite3.Connection:
    raw = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=busy_seconds)
    raw.execute("PRAGMA query_only=ON")
    return raw
