"""A party's database in the simulated town: the same functions on a real SQLite, with a seeded wait before and after each, and commits that fail before or after they took effect.

The database outlives the party's incarnations; the store belongs to one of them. A database may be ill: then it is slow, or fails as no store of ours may fail.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.pool import StaticPool

from simulation.party_life import Incarnation
from simulation.world import World
from storage.store import StoreFailed

P = ParamSpec("P")
T = TypeVar("T")


def open_database(*metadatas: MetaData) -> Engine:
    """An empty database in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        for metadata in metadatas:
            metadata.create_all(connection)
    return engine


@dataclass(slots=True)
class Illness:
    """What ails a database at the moment: how many seconds a step takes on top, at most, and the share of steps that end in an error nobody foresaw."""

    slow_seconds: float = 0.0
    error_share: float = 0.0

    def heal(self) -> None:
        """Well again."""
        self.slow_seconds = self.error_share = 0.0


class Ailing(Exception):
    """A step ended as a step ends whose disk is failing."""


class QuietStore:
    """A database's door for preparations, before anybody lives: nothing waits, nothing fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.write`."""
        with self._engine.begin() as connection:
            return step(connection, *args, **kwargs)

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.read`."""
        return await self.write(step, *args, **kwargs)

    async def close(self) -> None:
        """The database stays."""


class SimulatedStore:
    """The door of one incarnation to its database; `name` is the database's where a party has several."""

    def __init__(self, engine: Engine, life: Incarnation, world: World, illness: Illness | None = None, name: str = "") -> None:
        self._engine = engine
        self._illness = illness or Illness()
        self._name = name or life.party
        self._life = life
        self._weather = world.weather
        self._chance = world.random(f"store {self._name}")
        self._trace = world.trace

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.write`."""
        name = f"{self._name} {getattr(step, '__name__', '?')}"
        fate = self._chance.random()
        self._life.reach(f"commit {name} before")
        await self._wait()
        if fate < self._weather.faults.commit_fails_before:
            self._trace.note(f"commit {name} failed before")
            raise StoreFailed("before")
        with self._engine.begin() as connection:
            result = step(connection, *args, **kwargs)
        self._trace.note(f"commit {name}")
        self._life.reach(f"commit {name} after")
        await self._wait()
        if fate > 1.0 - self._weather.faults.commit_fails_after:
            self._trace.note(f"commit {name} failed after")
            raise StoreFailed("after")
        return result

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.read`."""
        await self._wait()
        with self._engine.begin() as connection:
            return step(connection, *args, **kwargs)

    async def close(self) -> None:
        """The database stays."""

    async def _wait(self) -> None:
        self._life.demand_life()
        ill = self._illness
        await asyncio.sleep(self._chance.random() * (self._weather.faults.commit_seconds + ill.slow_seconds))
        self._life.demand_life()
        if ill.error_share and self._chance.random() < ill.error_share:
            raise Ailing


def _prepare(dbapi_connection: object, _record: object) -> None:
    # The driver must not open transactions by its own rules.
    dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
