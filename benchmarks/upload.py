"""A town of 50,000 uploaded to the shared cloud: seconds of each phase, memory, how long the switch holds the database, and how long an event of the fast lane and a look-up wait meanwhile.

python -m benchmarks.upload [--people 50000] [--runs first,changed,same,day,refused,quarantine] [--write docs/performance.md]

Uploads into a fresh database of one tenant: the first one; another over it in which everything counts as changed, and one in which nothing did; a day's differential; and the first one with a bad
line (31,337 where there are so many), refused and in quarantine. The town is the same at every run (`benchmarks.archives`); its seals share a few carved imprints: what is carved is not what is
measured. The upload is the command's own function in a process of its own; events and look-ups come from this process, as from the one that serves.
"""

import argparse
import asyncio
import csv
import io
import os
import platform
import statistics
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection, delete, select

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import ALL
from bcl_cloud.feeds.tables import METADATA, UNITS
from bcl_cloud.feeds.uploading import upload
from benchmarks.archives import AS_OF, DAY, TENANT, a_days, packed, resealed
from registers.residents.schema import RESIDENTS
from registers.residents.tables import METADATA as REGISTERS
from registers.residents.tables import resident
from storage.sqlite import SqliteStore
from storage.store import StoreFailed

P = ParamSpec("P")
T = TypeVar("T")

PEOPLE = 50_000
NOW = AS_OF + timedelta(hours=6)
EVENT_EVERY = 0.1
EVENTS_MAX = 20_000
BAD_LINE = 31_337
BEGIN, END = "<!-- bench upload: begin -->", "<!-- bench upload: end -->"


class Phase(msgspec.Struct):
    """Seconds of one phase: wall, and of the process's processors; the longest single piece of it, and how many there were."""

    wall: float = 0.0
    cpu: float = 0.0
    longest: float = 0.0
    times: int = 0


class Uploaded(msgspec.Struct):
    """What the uploading process says when it is done; `memory` in MiB, the most it had."""

    outcome: str
    changed: dict[str, int]
    wall: float
    cpu: float
    memory: float
    phases: dict[str, Phase]


class _Watched:
    """A store whose writes and reads are timed by the name of their step, in the thread in which they run."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.phases: defaultdict[str, Phase] = defaultdict(Phase)

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.write(self._timed(step), *args, **kwargs)

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.read(self._timed(step), *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()

    def _timed(self, step: Callable[Concatenate[Connection, P], T]) -> Callable[Concatenate[Connection, P], T]:
        def timed(connection: Connection, /, *args: P.args, **kwargs: P.kwargs) -> T:
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return step(connection, *args, **kwargs)
            finally:
                note(self.phases[step.__name__], time.perf_counter() - wall, time.thread_time() - cpu)

        return timed


def note(phase: Phase, wall: float, cpu: float) -> None:
    """Count one piece."""
    phase.wall, phase.cpu, phase.longest, phase.times = phase.wall + wall, phase.cpu + cpu, max(phase.longest, wall), phase.times + 1


class Run(NamedTuple):
    """One upload: into nothing or over registers that stand (`changes`: in which all that it brings counts as changed), and what the tenant chose."""

    name: str
    archive: Path
    over: Path | None = None
    changes: bool = True
    quarantine: bool = False


class Measured(NamedTuple):
    """What was measured: the upload, and beside it the seconds after which each event was in force and each look-up answered; `lost`: events not in force at the end."""

    run: Run
    done: Uploaded
    events: list[float]
    look_ups: list[float]
    lost: int


def main() -> None:
    """Pack the town where it is not there yet, upload it in each way, print what was measured, and write it where it is asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=PEOPLE)
    options.add_argument("--runs", default="first,changed,same,day,refused,quarantine")
    options.add_argument("--write", type=Path, help="a Markdown file with the two marks between which the table goes")
    chosen = options.parse_args()
    first = packed(chosen.people)
    again, bad = resealed(first, "again", 2), resealed(first, "bad", 1, bad_line=min(BAD_LINE, chosen.people // 2))
    runs = {
        "first": Run("into nothing", first),
        "changed": Run("over what stands, everything changed", again, over=first),
        "same": Run("over what stands, nothing changed", again, over=first, changes=False),
        "day": Run("a day's differential, one unit in a hundred", a_days(first), over=first),
        "refused": Run("a bad line, refused", bad),
        "quarantine": Run("a bad line, in quarantine", bad, quarantine=True),
    }
    measured = []
    for name in chosen.runs.split(","):
        with tempfile.TemporaryDirectory() as folder:
            measured.append(asyncio.run(_measured(Path(folder) / "tenant.db", runs[name])))
        _tell(measured[-1])
    if chosen.write is not None:
        _write(chosen.write, _table(chosen.people, measured))


def _table(people: int, measured: list[Measured]) -> str:
    load = "/".join(f"{one:.1f}" for one in os.getloadavg())
    lines = [
        f"{people:,} people; {os.cpu_count()} processors, load {load} over 1, 5 and 15 minutes at the end (this one alone makes about 1); Python {platform.python_version()}.",
        "",
        "| | wall s | CPU s | memory MiB | switch s | events beside it | median ms | at most s | look-up at most s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run, done, events, look_ups, lost in measured:
        switch = done.phases.get("  step switch", Phase()).longest
        beside = (
            f"{len(events)} ({lost} lost) | {statistics.median(events) * 1e3:.0f} | {max(events):.2f} | {max(look_ups):.2f}" if events else "0 | | |"
        )
        lines.append(f"| {run.name} | {done.wall:.1f} | {done.cpu:.1f} | {done.memory:.0f} | {switch:.2f} | {beside} |")
    return "\n".join(lines)


def _write(file: Path, text: str) -> None:
    """Put the table between its marks; ValueError where the file has none."""
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{file} has no marks for this table")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _tell(measured: Measured) -> None:
    run, done, events, look_ups, lost = measured
    size = run.archive.stat().st_size / 1e6
    sys.stdout.write(f"{run.name} ({size:.1f} MB), {done.outcome}: {done.wall:.1f} s, {done.cpu:.1f} s of CPU, {done.memory:.0f} MiB at most\n")
    for name, phase in done.phases.items():
        sys.stdout.write(f"  {name}: {phase.wall:.2f} s ({phase.cpu:.2f} of CPU), {phase.times} times, {phase.longest:.2f} s at most\n")
    for what, waits in (("events in force", events), ("look-ups answered", look_ups)):
        if waits:
            sys.stdout.write(f"  beside it {len(waits)} {what} after {statistics.median(waits) * 1e3:.0f} ms, {max(waits):.2f} s at most\n")
    sys.stdout.write(f"  {lost} events not in force at the end\n")


async def _measured(database: Path, run: Run) -> Measured:
    """The upload in a process of its own, and beside it events of people whom the upload brings: each is kept, and in force when they come."""
    store = await SqliteStore.open(database, REGISTERS, METADATA)
    loop = asyncio.get_running_loop()
    if run.over is not None:
        await upload(store, run.over, TENANT, ALL, lambda: NOW)
        if run.changes:
            await store.write(_forget_digests)
    await store.write(decide, FeedTerms(quarantine=run.quarantine), "benchmark", NOW)
    events: list[float] = []
    look_ups: list[float] = []
    subjects: list[str] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running = loop.run_in_executor(pool, partial(_in_its_process, database, run.archive))
        people = _some_people(run.over or run.archive)
        while not running.done() and len(subjects) < len(people):
            subject = people[len(subjects)]
            event = Event(id=f"e{len(subjects)}", kind="leaving", at=NOW, subject=subject, on=DAY)
            begun = time.perf_counter()
            await _taken(store, event)
            events.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await store.read(resident, subject)
            look_ups.append(time.perf_counter() - begun)
            subjects.append(subject)
            await asyncio.sleep(EVENT_EVERY)
        done = msgspec.json.decode(await running, type=Uploaded)
    standings = await store.read(_standings)
    await store.close()
    lost = 0 if done.outcome == "rejected" else sum(standings.get(subject, "leaving") != "leaving" for subject in subjects)
    return Measured(run, done, events, look_ups, lost)


async def _taken(store: SqliteStore, event: Event) -> None:
    """Sent again for as long as the database is held by the other process: so does whoever has to stop a paper."""
    while True:
        try:
            await store.write(take, event, NOW)
        except StoreFailed:
            continue
        return


def _forget_digests(connection: Connection) -> None:
    """Then everything that comes counts as changed."""
    connection.execute(delete(UNITS))


def _in_its_process(database: Path, archive: Path) -> bytes:
    return msgspec.json.encode(asyncio.run(_uploaded(database, archive)))


async def _uploaded(database: Path, archive: Path) -> Uploaded:
    watched = _Watched(await SqliteStore.open(database, REGISTERS, METADATA, sole=False))
    wall, cpu = time.perf_counter(), time.process_time()
    marks: list[tuple[str, float, float]] = []
    report = await upload(
        watched, archive, TENANT, ALL, lambda: NOW, tell=lambda phase: marks.append((phase, time.perf_counter(), time.process_time()))
    )
    marks.append(("end", time.perf_counter(), time.process_time()))
    phases: dict[str, Phase] = {}
    for (name, began, cpu_began), (_, ended, cpu_ended) in pairwise(marks):
        note(phases.setdefault(name, Phase()), ended - began, cpu_ended - cpu_began)
    phases |= {f"  step {name}": phase for name, phase in sorted(watched.phases.items())}
    await watched.close()
    memory = _most_memory()
    return Uploaded(report.outcome, report.changed, time.perf_counter() - wall, time.process_time() - cpu, memory, phases)


def _most_memory() -> float:
    """MiB that this process had at most. What `getrusage` says counts the process that started it as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def _some_people(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened, opened.open("residents.csv") as stream:
        lines = csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline=""))
        return [line["宛名番号"] for line in islice(lines, EVENTS_MAX)]


def _standings(connection: Connection) -> dict[str, str]:
    return {row.atena_no: row.standing for row in connection.execute(select(RESIDENTS.c.atena_no, RESIDENTS.c.standing))}


if __name__ == "__main__":
    main()
