"""The directory with all 1,741 municipalities and 171 wards: how long a look-up takes, how long the list for a kiosk (made anew, and from the list that is known), and how long until
the book is read from the database. CPU of this process, medians.

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
from issuance_center.routing import EMPTY, DirectoryBook, Listing, extended, listing, route
from issuance_center.routing import directory as list_for
from messages.wire import encode
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
    new, known = _listed(book, None), _listed(book, listing(book, NOW))
    sys.stdout.write(f"{places}: list {new:.1f} ms anew, {known:.2f} ms known, {_written(book):.1f} ms to write it\n")
    sys.stdout.write(f"{places}: look-up {look_up:.1f} µs (p99 {slow:.1f}), start {statistics.median(starts):.2f} s of CPU\n")


def _listed(book: DirectoryBook, known: Listing | None) -> float:
    """Milliseconds of CPU for one kiosk's list."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        list_for(book, "", NOW, known)
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1e3


def _written(book: DirectoryBook) -> float:
    """Milliseconds of CPU until the list is bytes."""
    made = list_for(book, "", NOW)
    begun = time.process_time()
    for _ in range(ROUNDS):
        encode(made)
    return (time.process_time() - begun) / ROUNDS * 1e3


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
