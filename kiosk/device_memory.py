"""The memory of a device: one small SQLite file in the device's own folder, apart from the kiosk's database.

A write is carried out whole or not at all, and is on the disk when it returns (WAL, synchronous FULL: one flush a write). The hook `on_point` hears a stable name before and after every
commit; raising from it, or killing the process there, rehearses a crash. Plain and synchronous, because what it remembers is physical; knows nothing of what the device is.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OnPoint = Callable[[str], None]


class DeviceMemory:
    """The tables of one device. May be used by several threads, and opened by several processes."""

    def __init__(self, folder: Path, device: str, on_point: OnPoint | None = None) -> None:
        """The memory of the device called `device`, in `folder`, which is made when there is none."""
        folder.mkdir(parents=True, exist_ok=True)
        self._device = device
        self._on_point = on_point
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(folder / f"{device}.sqlite", timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")

    def prepare(self, tables: Sequence[str], fill: Callable[[sqlite3.Connection], None]) -> None:
        """Make the tables and `fill` them, once in the device's life."""
        with self._lock:
            if self._prepared():
                return
            with self.write("open") as connection:
                if self._prepared():
                    return
                for table in tables:
                    connection.execute(table)
                fill(connection)
                connection.execute("PRAGMA user_version = 1")

    @contextmanager
    def write(self, step: str) -> Iterator[sqlite3.Connection]:
        """One transaction. The hook hears `<device>.<step>.before` and `.after` its commit, unless nothing was changed."""
        with self._lock:
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                changes = connection.total_changes
                yield connection
                changed = connection.total_changes != changes
                if changed:
                    self.reach(f"{step}.before")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if changed:
                self.reach(f"{step}.after")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent state, for several queries."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    def reach(self, point: str) -> None:
        """Tell the hook that `point` of this device is reached."""
        if self._on_point is not None:
            self._on_point(f"{self._device}.{point}")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _prepared(self) -> bool:
        return bool(self._connection.execute("PRAGMA user_version").fetchone()[0])
