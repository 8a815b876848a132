"""A party's database looked at from outside, read-only, beside the process that owns it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """One consistent state of the database in `file`."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def rows(file: Path, query: str, *values: object) -> list[Row]:
    """The rows of one query as dictionaries."""
    with reading(file) as connection:
        return [dict(row) for row in connection.execute(query, values)]
