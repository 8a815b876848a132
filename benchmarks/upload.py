"""A town of 50,000 uploaded to the shared cloud: seconds of each phase, how long the switch holds the database, and how long an event of the fast lane waits meanwhile.

python -m benchmarks.upload [PEOPLE]

The town is the same at every run and is packed once, under build/. Its seals share a few carved imprints: what is carved is not what is measured. The upload is the command's own function, in a
process of its own and a fresh database of one tenant; the events come from this process, as from the one that serves.
"""

import asyncio
import csv
import io
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count, islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection, select

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.packing import ALL, pack
from bcl_cloud.feeds.tables import METADATA
from bcl_cloud.feeds.uploading import upload
from registers.population import generate
from registers.residents.schema import RESIDENTS
from registers.residents.tables import METADATA as REGISTERS
from registers.seal.carving import carve
from storage.instants import JST
from storage.sqlite import SqliteStore

P = ParamSpec("P")
T = TypeVar("T")

PEOPLE = 50_000
TENANT = "990027"
DAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 3, 0, tzinfo=JST)
NOW = AS_OF + timedelta(hours=6)
IMPRINTS = 8
FONTS = tuple(Path(__file__).parents[1] / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf"))
EVENT_EVERY = 0.1


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


def main() -> None:
    """Pack the town where it is not there yet, upload it, and print what was measured."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    archive = packed(people)
    with tempfile.TemporaryDirectory() as folder:
        done, waits, lost = asyncio.run(_measured(Path(folder) / "tenant.db", archive))
    sys.stdout.write(
        f"upload of {people:,} people ({archive.stat().st_size / 1e6:.0f} MB, {done.outcome}): {done.wall:.1f} s, {done.cpu:.1f} s of CPU, {done.memory:.0f} MiB at most\n"
    )
    for name, phase in done.phases.items():
        sys.stdout.write(f"  {name}: {phase.wall:.2f} s ({phase.cpu:.2f} of CPU), {phase.times} times, {phase.longest:.2f} s at most\n")
    if waits:
        sys.stdout.write(
            f"  {len(waits)} events beside it: in force after {statistics.median(waits) * 1e3:.0f} ms, {max(waits):.2f} s at most; {lost} not in force at the end\n"
        )


def packed(people: int) -> Path:
    """The town's archive, made at the first run."""
    path = Path("build") / f"town-{people}.zip"
    if not path.exists():
        imprints = [carve("見本", Random(number), FONTS) for number in range(IMPRINTS)]  # noqa: S311 - pictures, the same at every run
        numbers = count()
        town = generate(11, people, DAY, carve=lambda _carved, _chance: imprints[next(numbers) % IMPRINTS])
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pack(town, TENANT, 1, AS_OF))
    return path


async def _measured(database: Path, archive: Path) -> tuple[Uploaded, list[float], int]:
    """The upload in a process of its own, and beside it events of people whom the upload brings: each is kept, and in force when they come."""
    store = await SqliteStore.open(database, REGISTERS, METADATA)
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    subjects: list[str] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running = loop.run_in_executor(pool, partial(_in_its_process, database, archive))
        people = _some_people(archive)
        while not running.done() and len(subjects) < len(people):
            subject = people[len(subjects)]
            event = Event(id=f"e{len(subjects)}", kind="leaving", at=NOW, subject=subject, on=DAY)
            begun = time.perf_counter()
            await store.write(take, event, NOW)
            waits.append(time.perf_counter() - begun)
            subjects.append(subject)
            await asyncio.sleep(EVENT_EVERY)
        done = await running
    standings = await store.read(_standings)
    await store.close()
    return msgspec.json.decode(done, type=Uploaded), waits, sum(standings[subject] != "leaving" for subject in subjects)


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
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Uploaded(report.outcome, report.changed, time.perf_counter() - wall, time.process_time() - cpu, memory, phases)


def _some_people(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened, opened.open("residents.csv") as stream:
        lines = csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline=""))
        return [line["宛名番号"] for line in islice(lines, 1000)]


def _standings(connection: Connection) -> dict[str, str]:
    return {row.atena_no: row.standing for row in connection.execute(select(RESIDENTS.c.atena_no, RESIDENTS.c.standing))}


if __name__ == "__main__":
    main()
