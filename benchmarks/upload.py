"""A town of 50,000 uploaded to the shared cloud: seconds of each phase, memory, how long the switch holds the database, and how long an event of the fast lane and a look-up wait meanwhile.

python -m benchmarks.upload [PEOPLE]

Four uploads, each into a fresh database of one tenant: the first one; another one over it in which everything counts as changed; and the first one with a bad line (31,337 where there are so many),
refused and in quarantine. The town is the same at every run and is packed once, under build/. Its seals share a few carved imprints: what is carved is not what is measured. The upload is the
command's own function in a process of its own; events and look-ups come from this process, as from the one that serves.
"""

import asyncio
import csv
import io
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
from hashlib import sha256
from itertools import count, islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection, delete, select

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.manifest import MANIFEST, FileNote, Manifest
from bcl_cloud.feeds.packing import ALL, pack
from bcl_cloud.feeds.tables import METADATA, UNITS
from bcl_cloud.feeds.uploading import upload
from registers.population import generate
from registers.residents.schema import RESIDENTS
from registers.residents.tables import METADATA as REGISTERS
from registers.residents.tables import resident
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
BAD_LINE = 31_337


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
    """One upload: over registers that stand (in which it changes everything) or into nothing, and what the tenant chose."""

    name: str
    archive: Path
    over: Path | None = None
    quarantine: bool = False


def main() -> None:
    """Pack the town where it is not there yet, upload it in each way, and print what was measured."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    first = packed(people)
    second, bad = resealed(first, "again", 2), resealed(first, "bad", 1, bad_line=min(BAD_LINE, people // 2))
    runs = (
        Run("into nothing", first),
        Run("over what stands, everything changed", second, over=first),
        Run("a bad line, refused", bad),
        Run("a bad line, in quarantine", bad, quarantine=True),
    )
    for run in runs:
        with tempfile.TemporaryDirectory() as folder:
            _tell(run, people, *asyncio.run(_measured(Path(folder) / "tenant.db", run)))


def _tell(run: Run, people: int, done: "Uploaded", events: list[float], look_ups: list[float], lost: int) -> None:
    size = run.archive.stat().st_size / 1e6
    sys.stdout.write(
        f"{run.name}: {people:,} people ({size:.0f} MB), {done.outcome}: {done.wall:.1f} s, {done.cpu:.1f} s of CPU, {done.memory:.0f} MiB at most\n"
    )
    for name, phase in done.phases.items():
        sys.stdout.write(f"  {name}: {phase.wall:.2f} s ({phase.cpu:.2f} of CPU), {phase.times} times, {phase.longest:.2f} s at most\n")
    for what, waits in (("events in force", events), ("look-ups answered", look_ups)):
        if waits:
            sys.stdout.write(f"  beside it {len(waits)} {what} after {statistics.median(waits) * 1e3:.0f} ms, {max(waits):.2f} s at most\n")
    sys.stdout.write(f"  {lost} events not in force at the end\n")


def resealed(archive: Path, name: str, sequence: int, bad_line: int | None = None) -> Path:
    """The same town under another sequence, an hour newer than the one before it; with one birth date of the residents made no date."""
    path = archive.with_name(f"{archive.stem}-{name}.zip")
    if path.exists():
        return path
    with zipfile.ZipFile(archive) as packed_town, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        manifest = msgspec.json.decode(packed_town.read(MANIFEST), type=Manifest)
        files = dict(manifest.files)
        for file in files:
            content = packed_town.read(file)
            if bad_line is not None and file == "residents.csv":
                lines = content.split(b"\r\n")
                cells = lines[bad_line - 1].split(b",")
                cells[9] = b"?"
                lines[bad_line - 1] = b",".join(cells)
                content = b"\r\n".join(lines)
                files[file] = FileNote(files[file].rows, sha256(content).hexdigest())
            made.writestr(file, content)
        as_of = AS_OF + timedelta(hours=sequence - 1)
        made.writestr(MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, sequence=sequence, as_of=as_of, files=files)))
    return path


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


async def _measured(database: Path, run: Run) -> tuple[Uploaded, list[float], list[float], int]:
    """The upload in a process of its own, and beside it events of people whom the upload brings: each is kept, and in force when they come."""
    store = await SqliteStore.open(database, REGISTERS, METADATA)
    loop = asyncio.get_running_loop()
    if run.over is not None:
        await upload(store, run.over, TENANT, ALL, lambda: NOW)
        await store.write(_forget_digests)
    await store.write(decide, FeedTerms(quarantine=run.quarantine), "benchmark", NOW)
    events: list[float] = []
    look_ups: list[float] = []
    subjects: list[str] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running = loop.run_in_executor(pool, partial(_in_its_process, database, run.archive))
        people = _some_people(run.archive)
        while not running.done() and len(subjects) < len(people):
            subject = people[len(subjects)]
            event = Event(id=f"e{len(subjects)}", kind="leaving", at=NOW, subject=subject, on=DAY)
            begun = time.perf_counter()
            await store.write(take, event, NOW)
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
    return done, events, look_ups, lost


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
        return [line["宛名番号"] for line in islice(lines, 1000)]


def _standings(connection: Connection) -> dict[str, str]:
    return {row.atena_no: row.standing for row in connection.execute(select(RESIDENTS.c.atena_no, RESIDENTS.c.standing))}


if __name__ == "__main__":
    main()
