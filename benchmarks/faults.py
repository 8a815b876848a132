"""One issuer hanging and another answering errors: how long requests to all the others take at the center's door, with and without, in one run on one town.

    python -m benchmarks.faults [--rounds 6] [--seconds 20] [--rate 40] [--write docs/performance.md]

Rounds without and with the faults alternate, so that whatever else the machine does falls on both. In both the same is asked of the healthy issuers and of the two sick ones, on a fixed schedule:
what nobody answers is not asked less often. Every round has its p99; of the rounds the median and the spread are told, and the center's CPU of a round. `make bench` does not run it.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.door_load import WHOLE, Answered, KioskLine, OpenVisitor, on_schedule
from benchmarks.processes import cpu_ms, machine
from simulation.town.description import HolderEntry, Town
from tests.town.open_town import OpenTown

MUNICIPALITIES = 6
HANGING, FAILING = "municipal-992020", "municipal-972011"
"""れいじ市's server stands still; かりずみ市's server of 戸籍 has lost a table, so that every question fails."""
KOSEKI_TABLE = "koseki_members"
SICK = (("992020", "juminhyo"), ("972011", "koseki"))
HEALTHY = ("992011", "961001", "993018", "993026")
"""Two with servers of their own, two tenants of the shared cloud."""
VISITORS, SICK_VISITORS = 24, 6
SICK_RATE = 4.0
"""Requests a second to the two sick issuers together, in rounds without faults too."""
ORDER_EVERY = 7
SETTLE_SECONDS = 3.0
"""Between two rounds: longer than a line stays cut off."""
BEGIN, END = "<!-- bench faults: begin -->", "<!-- bench faults: end -->"


@dataclass(slots=True)
class Round:
    """One round: answers of the healthy issuers by what was asked, words of the sick ones, the center's CPU in milliseconds."""

    faulty: bool
    healthy: dict[str, Answered]
    sick: Counter[str]
    center_cpu_ms: float


@dataclass(slots=True)
class Measured:
    """All rounds, without the first, which only warms up."""

    rounds: list[Round] = field(default_factory=list)

    def p(self, share: float, what: str, *, faulty: bool) -> list[float]:
        """Milliseconds below which this share of each round's answers lies."""
        return [1000 * at(one.healthy[what].seconds, share) for one in self.rounds if one.faulty is faulty]

    def count(self, what: str, *, faulty: bool) -> int:
        """How many were answered whole."""
        return sum(len(one.healthy[what].seconds) for one in self.rounds if one.faulty is faulty)

    def words(self, *, faulty: bool) -> dict[str, int]:
        """How the requests to the sick issuers ended."""
        return dict(sum((one.sick for one in self.rounds if one.faulty is faulty), Counter()).most_common())

    def not_whole(self) -> dict[str, int]:
        """Answers of healthy issuers that were not what was asked for; there should be none."""
        words = sum((answered.words for one in self.rounds for answered in one.healthy.values()), Counter[str]())
        return {word: count for word, count in words.items() if word != WHOLE}


def main() -> None:
    """Open a town, measure, print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=6, help="rounds of each sort")
    words.add_argument("--seconds", type=float, default=20.0, help="how long a round lasts")
    words.add_argument("--rate", type=float, default=40.0, help="requests a second to healthy issuers")
    words.add_argument("--write", type=Path, help="the document whose table is replaced")
    told = words.parse_args()
    with TemporaryDirectory() as folder, OpenTown(Path(folder) / "state", residents=80, municipalities=MUNICIPALITIES, terminals=2) as town:
        town.hurry()
        measured = asyncio.run(measure(town, told.rounds, told.seconds, told.rate))
    table = table_of(measured, told.rate, told.seconds)
    sys.stdout.write(table)
    if told.write:
        text = told.write.read_text(encoding="utf-8")
        head, rest = text.split(BEGIN)
        told.write.write_text(f"{head}{BEGIN}\n{table}{END}{rest.split(END)[1]}", encoding="utf-8")


async def measure(town: OpenTown, rounds: int, seconds: float, rate: float) -> Measured:
    """A round to warm up, then without and with faults in turn."""
    measured, opened = Measured(), town.town
    healthy, sick = KioskLine(opened, town.folders, opened.kiosks[0]), KioskLine(opened, town.folders, opened.kiosks[1])
    try:
        for number in range(2 * rounds + 1):
            faulty = number > 0 and number % 2 == 0
            one = await _round(town, opened, healthy, sick, seconds if number else min(seconds, 5.0), rate, faulty=faulty)
            if number:
                measured.rounds.append(one)
            await asyncio.sleep(SETTLE_SECONDS)
    finally:
        await healthy.close()
        await sick.close()
    return measured


async def _round(town: OpenTown, opened: Town, healthy: KioskLine, sick: KioskLine, seconds: float, rate: float, *, faulty: bool) -> Round:
    """Everybody is admitted before the faults begin; then both schedules run side by side."""
    at_healthy = await _begun(healthy, opened, [(code, "juminhyo") for code in HEALTHY], VISITORS)
    at_sick = await _begun(sick, opened, SICK, SICK_VISITORS)
    center = opened.parties["center"].pid
    with faults(town) if faulty else nullcontext():
        disturbing = asyncio.create_task(on_schedule(sick, at_sick, SICK_RATE, seconds + 1.0, 0))
        await asyncio.sleep(1.0)
        before = cpu_ms(center)
        answered = await on_schedule(healthy, at_healthy, rate, seconds, ORDER_EVERY)
        spent = cpu_ms(center) - before
    # What hung is answered as soon as the faults end; nothing of it is counted among the healthy.
    ended = await disturbing
    return Round(faulty, answered, sum((one.words for one in ended.values()), Counter()), spent)


async def _begun(line: KioskLine, town: Town, wanted: Sequence[tuple[str, str]], count: int) -> list[OpenVisitor]:
    """Visits of different people, the municipalities in turn."""
    people = {code: cycle(holders(town, code, kind)) for code, kind in wanted}
    return [await line.begin(next(people[code]), kind) for code, kind in islice(cycle(wanted), count)]


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


def table_of(measured: Measured, rate: float, seconds: float) -> str:
    """The figures as Markdown."""
    rounds = sum(not one.faulty for one in measured.rounds)
    lines = [
        (
            f"{rounds} rounds of {seconds:.0f} s each without and with the faults in turn; {rate:.0f} requests a second to four healthy issuers, every {ORDER_EVERY}th an order of a paper, and "
            f"{SICK_RATE:.0f} to the two sick ones; milliseconds from the instant at which a request was due; medians of the rounds (lowest to highest); {machine()}."
        ),
        "",
        "| request to a healthy issuer | | without faults | with two faults | with / without |",
        "|---|---|---:|---:|---:|",
    ]
    for what, name in (("choices", "choices from the register"), ("order", "order: paper made, examined, handed out")):
        counts = [measured.count(what, faulty=faulty) for faulty in (False, True)]
        lines.append(f"| {name} | requests | {counts[0]:,} | {counts[1]:,} | |")
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            without, with_faults = (measured.p(share, what, faulty=faulty) for faulty in (False, True))
            ratio = statistics.median(with_faults) / statistics.median(without)
            lines.append(f"| | {label} | {_spread(without)} | {_spread(with_faults)} | {ratio:.2f} |")
    cpu = [[one.center_cpu_ms for one in measured.rounds if one.faulty is faulty] for faulty in (False, True)]
    lines.append(
        f"| the center's CPU of a round | ms | {_spread(cpu[0])} | {_spread(cpu[1])} | {statistics.median(cpu[1]) / statistics.median(cpu[0]):.2f} |"
    )
    lines += [
        "",
        (
            f"Requests to the two sick issuers ended without faults as {_words(measured.words(faulty=False))}, with them as {_words(measured.words(faulty=True))}. "
            f"Requests to healthy ones that were not answered with what was asked for: {_words(measured.not_whole())}."
        ),
    ]
    return "\n".join(lines) + "\n"


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.items()) or "none"


def holders(town: Town, code: str, kind: str) -> list[HolderEntry]:
    """Residents of this municipality who may have a paper of this kind."""
    return [holder for holder in town.holders if holder.municipality == code and kind in holder.kinds]


def at(seconds: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(share * 100) - 1]


def _rename(database: Path, old: str, new: str) -> None:
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


if __name__ == "__main__":
    main()
