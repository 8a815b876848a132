"""A store on PostgreSQL: each write one SERIALIZABLE transaction, begun again where the database says that two met; each read one snapshot that changes nothing.

Writes of one store run one after another in the order they came, so that within a process none meets another; those of several processes may, and one of them begins again.
What a statement was given never stands in an error's text: that text reaches logs.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, MetaData, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.store import StoreFailed

P = ParamSpec("P")
T = TypeVar("T")

CONNECTIONS = 4
ATTEMPTS = 8
PAUSE_SECONDS = 0.01
MET_ANOTHER = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: nothing took effect, and the same step may succeed now."""
CUT = ("08", "57P")
"""Classes of errors after which the server has let go of the connection: connection exceptions, operator intervention."""


class PostgresStore:
    """See the module's text. Open with `PostgresStore.open`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._at_work: set[asyncio.Future[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str | URL, *metadatas: MetaData, settings: Mapping[str, str] | None = None) -> "PostgresStore":
        """Open (and lay out, where metadata are given) the database at `url` (`postgresql+asyncpg://…`); `settings` are the session's. Raises SQLAlchemyError, OSError."""
        engine = create_async_engine(
            make_url(url), pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True, connect_args={"server_settings": dict(settings or {})}
        )
        try:
            async with engine.begin() as connection:
                for metadata in metadatas:
                    await connection.run_sync(metadata.create_all)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine)

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.write`."""
        return await self._outlived(self._written(lambda connection: step(connection, *args, **kwargs)))

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.read`."""
        return await self._outlived(self._read(lambda connection: step(connection, *args, **kwargs)))

    async def close(self) -> None:
        """See `storage.store.Store.close`."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*self._at_work, return_exceptions=True)
        await self._engine.dispose()

    async def _outlived(self, work: Coroutine[Any, Any, T]) -> T:
        # A caller that gives up does not take its write back: it may be in the database already.
        if self._closed:
            work.close()
            raise StoreFailed("the store is closed")
        task = asyncio.ensure_future(work)
        self._at_work.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: "asyncio.Future[Any]") -> None:
        self._at_work.discard(task)
        if not task.cancelled():
            task.exception()

    async def _written(self, run: Callable[[Connection], T]) -> T:
        async with self._turn:
            for attempt in range(ATTEMPTS):
                try:
                    return await self._attempt(run)
                except _MetAnother:
                    await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
        raise StoreFailed("met others too often")

    async def _attempt(self, run: Callable[[Connection], T]) -> T:
        try:
            connection = await self._engine.connect()
        except (SQLAlchemyError, OSError) as error:
            raise StoreFailed(type(error).__name__) from None
        async with aclosing(connection):
            await connection.execution_options(isolation_level="SERIALIZABLE")
            try:
                result = await connection.run_sync(run)
            except DBAPIError as error:
                if _code(error) in MET_ANOTHER:
                    raise _MetAnother from None
                if error.connection_invalidated or (_code(error) or "").startswith(CUT):
                    raise StoreFailed("disconnected") from None
                raise
            try:
                await connection.commit()
            except (SQLAlchemyError, OSError) as error:
                if isinstance(error, DBAPIError) and _code(error) in MET_ANOTHER:
                    raise _MetAnother from None
                raise StoreFailed(type(error).__name__) from None
            return result

    async def _read(self, run: Callable[[Connection], T]) -> T:
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                return await connection.run_sync(run)
        except OSError as error:
            raise StoreFailed(type(error).__name__) from None
        except DBAPIError as error:
            if error.connection_invalidated or (_code(error) or "").startswith(CUT):
                raise StoreFailed("disconnected") from None
            raise


class _MetAnother(Exception):
    """The transaction met another and was undone."""


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
