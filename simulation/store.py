"""A party's database in the simulated town: the same functions on a real SQLite, with a seeded wait before and after each, and commits that fail before or after they took effect.

The database outlives the party's incarnations; the store belongs to one of them.
"""

import asyncio
from collections.abc import Callable
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


class SimulatedStore:
    """The door of one incarnation to its database."""

    def __init__(self, engine: Engine, life: Incarnation, world: World) -> None:
        self._engine = engine
        self._life = life
        self._weather = world.weather
        self._chance = world.random(f"store {life.party}")
        self._trace = world.trace

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.write`."""
        name = f"{self._life.party} {getattr(step, '__name__', '?')}"
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
        await asyncio.sleep(self._chance.random() * self._weather.faults.commit_seconds)
        self._life.demand_life()


def _prepare(dbapi_connection: object, _record: object) -> None:
    # The driver must not open transactions by its own rules.
    dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
