"""One issuer hanging and another answering errors: what visits to all the others take, with and without, in one run on one town.

Rounds with and without faults alternate, so that whatever else the machine does falls on both. `make bench` does not run it: `python -m benchmarks.faults`.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from simulation.town.description import HolderEntry, KioskEntry
from simulation.visitor import Visitor
from simulation.wishes import NotServed, Wish
from tests.town.open_town import OpenTown

MUNICIPALITIES = 6
HANGING, FAILING = "municipal-992020", "municipal-972011"
"""れいじ市's server stands still; かりずみ市's server of 戸籍 has lost a table, so that every question fails."""
KOSEKI_TABLE = "koseki_members"
HEALTHY = ("992011", "961001", "993018", "993026")
ROUNDS = 6
DISTURBERS = 4
PAUSE_SECONDS = 0.3
"""Between two visits of somebody who asks the sick issuers; they come in rounds without faults too, so that both have the same load."""
SETTLE_SECONDS = 1.0


def main() -> None:
    """Open a town, measure, print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--visits", type=int, default=30, help="visits to healthy municipalities in each round")
    words.add_argument("--at-once", type=int, default=3, help="healthy visits at the same time")
    told = words.parse_args()
    with (
        TemporaryDirectory() as folder,
        OpenTown(Path(folder) / "state", residents=80, municipalities=MUNICIPALITIES, terminals=told.at_once + DISTURBERS) as town,
    ):
        town.hurry()
        without, with_faults, sick = asyncio.run(measure(town, told.visits, told.at_once))
    for name, seconds in (("without faults", without), ("with two faults", with_faults)):
        _say(f"{name:16} {len(seconds):5} visits  p50 {1000 * at(seconds, 0.5):6.0f} ms  p99 {1000 * at(seconds, 0.99):6.0f} ms")
    _say(f"p99 with / without: {at(with_faults, 0.99) / at(without, 0.99):.2f}   p50: {at(with_faults, 0.5) / at(without, 0.5):.2f}")
    _say(f"visits to the two sick issuers meanwhile: {sick}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


async def measure(town: OpenTown, visits: int, at_once: int) -> tuple[list[float], list[float], dict[str, int]]:
    """Seconds of every healthy visit without and with faults, and how the visits to the sick issuers ended."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    sick: dict[str, int] = {}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120), connector=aiohttp.TCPConnector(limit=0)) as session:
        await round_of(town, session, at_once, at_once)
        for number in range(ROUNDS):
            faulty = number % 2 == 1
            with faults(town) if faulty else nullcontext():
                ended: dict[str, int] = sick if faulty else {}
                disturbing = [asyncio.create_task(disturb(town, session, kiosk, ended)) for kiosk in town.town.kiosks[at_once:]]
                await asyncio.sleep(1.0)
                seconds[faulty] += await round_of(town, session, visits, at_once)
                for task in disturbing:
                    task.cancel()
                await asyncio.gather(*disturbing, return_exceptions=True)
                await asyncio.sleep(SETTLE_SECONDS)
    return seconds[False], seconds[True], sick


async def round_of(town: OpenTown, session: aiohttp.ClientSession, visits: int, at_once: int) -> list[float]:
    """`visits` visits to healthy municipalities, `at_once` at a time, one kiosk each; seconds of each. Raises AssertionError for one without a paper."""
    people = [holders(town, code, "juminhyo") for code in HEALTHY]
    waiting = [people[number % len(people)][number // len(people) % len(people[number % len(people)])] for number in range(visits)]
    taken: list[float] = []

    async def serve(kiosk: KioskEntry) -> None:
        while waiting:
            holder = waiting.pop()
            began = time.perf_counter()
            visited = await Visitor(session, kiosk.url, Wish(holder.id, holder.pin, holder.municipality, "juminhyo")).visit()
            taken.append(time.perf_counter() - began)
            assert visited.papers and visited.refusal is None, visited.refusal

    await asyncio.gather(*(serve(kiosk) for kiosk in town.town.kiosks[:at_once]))
    return taken


async def disturb(town: OpenTown, session: aiohttp.ClientSession, kiosk: KioskEntry, ended: dict[str, int]) -> None:
    """Somebody who asks the sick issuers again and again at a kiosk of their own."""
    number = int(kiosk.id[-3:])  # a card of their own, too
    code, kind = (("992020", "juminhyo"), ("972011", "koseki"))[number % 2]
    people = holders(town, code, kind)
    holder = people[number // 2 % len(people)]
    while True:
        try:
            visited = await Visitor(session, kiosk.url, Wish(holder.id, holder.pin, holder.municipality, kind)).visit()
            word = visited.refusal or "issued"
        except NotServed as error:
            word = error.code
        ended[word] = ended.get(word, 0) + 1
        await asyncio.sleep(PAUSE_SECONDS)


@contextmanager
def faults(town: OpenTown) -> Iterator[None]:
    """Both faults for as long as the block lasts."""
    pid = town.town.parties[HANGING].pid
    database = town.folders.database(FAILING)
    _rename(database, KOSEKI_TABLE, f"{KOSEKI_TABLE}_gone")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        _rename(database, f"{KOSEKI_TABLE}_gone", KOSEKI_TABLE)


def holders(town: OpenTown, code: str, kind: str) -> list[HolderEntry]:
    """Residents of this municipality who may have a paper of this kind."""
    return [holder for holder in town.town.holders if holder.municipality == code and kind in holder.kinds]


def at(seconds: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(share * 100) - 1]


def _rename(database: Path, old: str, new: str) -> None:
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


if __name__ == "__main__":
    main()
