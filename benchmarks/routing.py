"""The directory with all 1,741 municipalities and 171 wards: how long a look-up takes, and how long until the book is read from the database. CPU of this process, medians.

python -m benchmarks.routing
"""

import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine

from certificates.kinds import KINDS
from issuance_center.national import national_changes
from issuance_center.records import directory
from issuance_center.records.directory_tables import directory_entries
from issuance_center.routing import EMPTY, DirectoryBook, extended, route
from storage.instants import JST

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=JST)
ROUNDS = 5


def main() -> None:
    """Print both figures, and how many places they are of."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'directory.db'}")
        with engine.begin() as connection:
            directory_entries.create(connection)
            directory.seed(connection, national_changes(), NOW)
        starts, book = [], EMPTY
        for _ in range(ROUNDS):
            begun = time.process_time()
            with engine.begin() as connection:
                book = extended(EMPTY, directory.newer(connection, 0))
            starts.append(time.process_time() - begun)
        engine.dispose()
    looked = _looked_up(book)
    places = f"{len(book.municipalities):,} municipalities, {len(book.successions)} wards, {book.revision:,} entries"
    look_up, slow = statistics.median(looked) * 1e6, statistics.quantiles(looked, n=100)[98] * 1e6
    sys.stdout.write(f"{places}: look-up {look_up:.1f} µs (p99 {slow:.1f}), start {statistics.median(starts):.2f} s of CPU\n")


def _looked_up(book: DirectoryBook) -> list[float]:
    taken: list[float] = []
    for code in (*book.municipalities, *book.successions):
        for kind in KINDS:
            begun = time.perf_counter()
            route(book, code, kind, None, NOW)
            taken.append(time.perf_counter() - begun)
    return taken


if __name__ == "__main__":
    main()
