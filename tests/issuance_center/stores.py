"""A store on SQLite in memory that keeps `storage.store.Store`'s promise, lets others work before and after each step, and fails a commit where a test says so."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, select
from sqlalchemy.pool import StaticPool

from storage.store import StoreFailed

P = ParamSpec("P")
T = TypeVar("T")


class InlineStore:
    """Begins as a copy of `first`. `fails` names write functions whose next commit fails `before` it took effect, or `after`; `written` are the names of those that were carried out."""

    def __init__(self, first: Engine) -> None:
        self._first = first
        self._engine = _UNUSED[first].pop() if _UNUSED[first] else engine()
        _copy(first, self._engine)
        self.fails: dict[str, Literal["before", "after"]] = {}
        self.written: list[str] = []

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        fate = self.fails.pop(step.__name__, None)
        await asyncio.sleep(0)
        if fate == "before":
            raise StoreFailed("before")
        with self._engine.begin() as connection:
            result = step(connection, *args, **kwargs)
        self.written.append(step.__name__)
        await asyncio.sleep(0)
        if fate == "after":
            raise StoreFailed("after")
        return result

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        with self._engine.begin() as connection:
            return step(connection, *args, **kwargs)

    async def close(self) -> None:
        # An engine remembers how its statements are written: the next test is twice as fast with it.
        _UNUSED[self._first].append(self._engine)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table, as they stand."""
        with self._engine.begin() as connection:
            return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]

    def do(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A change by somebody else, at once."""
        with self._engine.begin() as connection:
            return step(connection, *args, **kwargs)


_UNUSED: defaultdict[Engine, list[Engine]] = defaultdict(list)


def engine() -> Engine:
    """A database in memory, with nothing in it."""
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return made


def filled(fill: Callable[[Connection], object], *metadatas: MetaData) -> Engine:
    """A filled database, for many tests to begin with a copy of."""
    made = engine()
    with made.begin() as connection:
        for metadata in metadatas:
            metadata.create_all(connection)
        fill(connection)
    return made


def _copy(first: Engine, other: Engine) -> None:
    source, target = first.raw_connection(), other.raw_connection()
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()


def _prepare(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver must not open transactions by its own rules
    dbapi_connection.execute("PRAGMA foreign_keys=ON")
