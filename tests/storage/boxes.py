"""A small table for these tests, and the steps that write and read it."""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, String, Table, func, insert, select

from storage.sqlite import SqliteStore

METADATA = MetaData()
BOXES = Table(
    "boxes", METADATA, Column("place", Integer, primary_key=True, autoincrement=True), Column("content", String, nullable=False, unique=True)
)
LABELS = Table(
    "labels", METADATA, Column("box", Integer, ForeignKey("boxes.place", deferrable=True, initially="DEFERRED"), nullable=False, primary_key=True)
)


def put(connection: Connection, content: str) -> int:
    """Write `content`; answers its place."""
    return int(connection.execute(insert(BOXES).values(content=content)).inserted_primary_key[0])


def put_two(connection: Connection, first: str, second: str) -> None:
    put(connection, first)
    put(connection, second)


def put_and_fail(connection: Connection, content: str) -> None:
    put(connection, content)
    raise LookupError("changed my mind")


def label_nothing(connection: Connection) -> None:
    """A write that only its commit refuses."""
    connection.execute(insert(LABELS).values(box=999_999))


def contents(connection: Connection) -> list[str]:
    """Everything, in the order in which it was written."""
    return [row.content for row in connection.execute(select(BOXES).order_by(BOXES.c.place))]


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(BOXES)).scalar_one())


async def opened(folder: Path, *, sole: bool = True) -> SqliteStore:
    return await SqliteStore.open(folder / "boxes.db", METADATA, sole=sole)


@dataclass
class Gate:
    """A step that holds the writer until it is told to go on, so that others wait together behind it."""

    entered: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def hold(self, _connection: Connection) -> None:
        self.entered.set()
        assert self.go.wait(20)

    async def closed_on(self, store: SqliteStore) -> "asyncio.Task[None]":
        """Hold `store`'s writer; the task ends when the gate is opened."""
        holding = asyncio.ensure_future(store.write(self.hold))
        await asyncio.to_thread(self.entered.wait, 20)
        return holding
