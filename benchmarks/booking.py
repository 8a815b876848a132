"""A month of the country booked: 1,000,000 issuances of 1,741 municipalities, in batches, on PostgreSQL (a throw-away server) or SQLite.

    python -m benchmarks.booking [--issuances 1000000] [--batch 10000] [--database postgresql|sqlite]

The facts are made while they are booked (`national_month`); what is timed is `book_facts` in the store's transaction, commit included, and afterwards what reading costs. CPU is this process's and
the database server's.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.national_month import facts_of_month, rule_book
from benchmarks.processes import machine
from fees.booking.booking import book_facts
from fees.booking.ledger import balances, last_number
from fees.booking.records import METADATA
from fees.booking.self_check import open_items, sums
from fees.booking.tallies import tallies
from storage.instants import JST
from storage.opening import open_store
from storage.store import Store
from tests import postgres_server

SEED = 1
MONTH = date(2026, 10, 1)
AFTERWARDS = datetime(2026, 11, 1, 12, tzinfo=JST)


@dataclass(slots=True)
class Spent:
    """Seconds of the clock, and of CPU here and in the database's processes."""

    wall: float = 0.0
    here: float = 0.0
    server: float = 0.0
    batches: list[float] = field(default_factory=list)


class Meter:
    """Adds up what is spent inside its blocks; `folder` is the database server's, if there is one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @contextmanager
    def into(self, spent: Spent) -> Iterator[None]:
        """Count this block."""
        wall, here, server = time.perf_counter(), time.process_time(), self._server()
        yield
        took = time.perf_counter() - wall
        spent.wall += took
        spent.batches.append(took)
        spent.here += time.process_time() - here
        spent.server += self._server() - server

    def _server(self) -> float:
        if self._folder is None:
            return 0.0
        postmaster = int((self._folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        return _cpu_of(postmaster, with_children=True)


async def measured(url: str, meter: Meter, issuances: int, batch: int) -> None:
    """Book the month and print what it cost."""
    book = rule_book(SEED)
    store = await open_store(url, METADATA, servers=True)
    stream = facts_of_month(book, MONTH, issuances, SEED)
    booking, facts = Spent(), 0
    while told := tuple(islice(stream, batch)):
        now = told[-1].at + timedelta(seconds=30)
        with meter.into(booking):
            answers = await store.write(book_facts, told, book, now)
        assert all(answer.metered == "new" for answer in answers)
        facts += len(told)
    _say(f"{issuances:,} issuances, {facts:,} postings in batches of {batch:,}: {facts / booking.wall:,.0f} postings a second")
    _say(
        f"CPU of {facts:,}: {booking.here:.1f} s here, {booking.server:.1f} s in the database; a batch {sorted(booking.batches)[len(booking.batches) // 2]:.3f} s (median)"
    )
    await _read(store, meter)
    await store.close()
    _say(f"memory of this process at its largest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


async def _read(store: Store, meter: Meter) -> None:
    newest = await store.read(last_number)
    readings: dict[str, tuple[Callable[..., object], tuple[object, ...]]] = {
        "balance of every account": (balances, ()),
        "sums by municipality, fee class, channel, operator, rule, day and event": (tallies, (0, newest)),
        "everything added up and compared": (sums, ()),
        "money that waits for its paper": (open_items, ("pending",)),
    }
    for name, (step, args) in readings.items():
        spent = Spent()
        with meter.into(spent):
            found = await store.read(step, *args)
        count = f", {len(found):,} rows" if isinstance(found, tuple) else ""
        _say(f"{name}: {spent.wall:.2f} s{count} (CPU {spent.here:.2f} s here, {spent.server:.2f} s in the database)")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issuances", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    asked = parser.parse_args()
    _say(f"{machine()}; {asked.database}; Python {sys.version.split()[0]}")
    if asked.database == "sqlite":
        with TemporaryDirectory() as folder:
            asyncio.run(measured(f"sqlite:///{folder}/fees.db", Meter(None), asked.issuances, asked.batch))
        return
    with postgres_server.running() as server:
        asyncio.run(measured(server.new_database("month"), Meter(server.folder), asked.issuances, asked.batch))


def _cpu_of(pid: int, *, with_children: bool) -> float:
    """User and system seconds of a process and of those it started, ended or not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    spent = sum(int(each) for each in fields[11:15]) / 100
    if with_children:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        spent += sum(_cpu_of(int(child), with_children=False) for child in children)
    return spent


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
