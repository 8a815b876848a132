"""A store on one SQLite file: one writer thread for all writes in the order they came, and readers beside it (`sqlite_readers`).

Why one writer: SQLite has one write lock. Deferred transactions of several connections fail as "locked" under load, and waiting for the lock in many threads is slow; a queue is neither.
Writes that wait together share one commit (and so one fsync); each runs in a savepoint of its own, so one that fails takes nothing of the others with it.
What a statement was given never stands in an error's text: that text reaches logs.
"""

import asyncio
import fcntl
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect
from sqlalchemy.pool import StaticPool

from storage.sqlite_readers import Readers
from storage.store import StoreFailed

P = ParamSpec("P")
T = TypeVar("T")

GROUP_MAX = 64
"""How many waiting writes one commit may carry."""

BUSY_SECONDS = 10
"""How long a write waits for another process (a register import) to let go of the file."""


class AlreadyServed(Exception):
    """Another process serves this database; SQLite takes one writer process (use PostgreSQL for several workers)."""


class _Job(NamedTuple):
    run: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"


class SqliteStore:
    """See the module's text. Open with `SqliteStore.open`."""

    def __init__(self, path: Path, writer: Engine, readers: Readers, lock_file: int | None) -> None:
        self.path = path
        self._writer = writer
        self._readers = readers
        self._lock_file = lock_file
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_until_closed, name=f"writer {path.name}", daemon=True)
        self._closed = False

    @classmethod
    async def open(cls, path: Path | str, *metadatas: MetaData, sole: bool = True) -> "SqliteStore":
        """Open (and lay out, if new) the database at `path`; `sole=False` for a command beside a serving process.

        Raises `AlreadyServed` when another process serves it.
        """
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        lock_file = _lock(file) if sole else None
        try:
            # Connected here, not in the thread: a file that cannot be opened is an error of the opening, and not of a thread that nobody hears.
            writer = _laid_out(file, metadatas)
            readers = Readers(file, BUSY_SECONDS)
            await readers.prepare()
        except BaseException:
            _unlock(lock_file)
            raise
        store = cls(file, writer, readers, lock_file)
        store._thread.start()
        return store

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.write`."""
        if self._closed:
            raise StoreFailed("the store is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(lambda connection: step(connection, *args, **kwargs), loop, done))
        # A caller that gives up does not take its write back: it may be on the disk already.
        return await asyncio.shield(done)

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `storage.store.Store.read`."""
        if self._closed:
            raise StoreFailed("the store is closed")
        return await self._readers.run(lambda connection: step(connection, *args, **kwargs))

    async def close(self) -> None:
        """Finish the writes that wait, close all connections, let another process in."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        await self._readers.close()
        _unlock(self._lock_file)

    def _write_until_closed(self) -> None:
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            while (group := self._next_group()) is not None:
                _commit_group(connection, raw, group)
        self._writer.dispose()

    def _next_group(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP_MAX and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        return group


def _commit_group(connection: Connection, raw: Any, group: list[_Job]) -> None:
    """Carry out the jobs in one transaction; `raw` is the driver's connection under `connection`."""
    outcomes: list[tuple[_Job, Any, BaseException | None]] = []
    try:
        raw.execute("BEGIN IMMEDIATE")
        outcomes = [_run_in_savepoint(connection, raw, job) for job in group]
        raw.execute("COMMIT")
    except BaseException as error:  # noqa: BLE001 - whatever happened, every waiting caller must hear of it
        _roll_back(raw)
        outcomes = [(job, None, StoreFailed(type(error).__name__)) for job in group]
    for job, result, failure in outcomes:
        # A loop that has been closed has nobody left to tell; the writer goes on for the others.
        with suppress(RuntimeError):
            job.loop.call_soon_threadsafe(_settle, job.done, result, failure)


def _run_in_savepoint(connection: Connection, raw: Any, job: _Job) -> tuple[_Job, Any, BaseException | None]:
    raw.execute("SAVEPOINT step")
    try:
        result = job.run(connection)
    except Exception as error:  # noqa: BLE001 - the caller's own exception, handed back to it
        raw.execute("ROLLBACK TO step")
        raw.execute("RELEASE step")
        return job, None, error
    raw.execute("RELEASE step")
    return job, result, None


def _settle(done: "asyncio.Future[Any]", result: object, failure: BaseException | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(result)
    else:
        done.set_exception(failure)


def _roll_back(raw: Any) -> None:
    # Where even this fails, the next group's BEGIN says so: the writer must live to tell everybody who waits.
    with suppress(Exception):
        raw.execute("ROLLBACK")


def _lock(path: Path) -> int:
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise AlreadyServed(f"{path.name} is served by another process") from None
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _laid_out(path: Path, metadatas: tuple[MetaData, ...]) -> Engine:
    """The writer's one connection, with all tables there."""
    # SQLite gives its side files the rights that the file has when it is opened.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, hide_parameters=True, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_writer)
    with engine.begin() as connection:
        # The driver begins no transaction before a CREATE: each table would be a commit of its own, flushed to the disk, and a kill between two of them would leave half a layout.
        if _lacks_any(connection, metadatas):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        for metadata in metadatas:
            metadata.create_all(connection)
    return engine


def _lacks_any(connection: Connection, metadatas: tuple[MetaData, ...]) -> bool:
    """Whether a table is still to be laid out; where all are there, an opening waits for nobody's write."""
    there = set(inspect(connection).get_table_names())
    return any(table.name not in there for metadata in metadatas for table in metadata.tables.values())


def _prepare_writer(dbapi_connection: Any, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten, whatever this build of SQLite does by itself
    cursor.close()
