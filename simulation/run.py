"""One run of the simulated town: visits, faults, deaths; then clear weather until all is delivered; then the audit."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from issuance_center.records import outgoing
from kiosk import journal
from simulation.auditor import Auditor, Findings
from simulation.chronicle import Chronicle
from simulation.day import Day, chronicle_of
from simulation.faults import LEVELS, Level
from simulation.foundation import Foundation, found
from simulation.parties import Town
from simulation.party_life import adopt_tasks
from simulation.troubles import Troubles
from simulation.virtual_time import run_virtual
from simulation.workload import Crowd
from simulation.world import World, make_world

RESIDENTS = 160
"""Of the main municipality; the others are smaller."""
TERMINALS = 16
MUNICIPALITIES = 12
QUIET_SECONDS = 4 * 3600.0
QUIET_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a run answers."""

    seed: int
    visits: int
    faults: Level
    municipalities: int
    findings: Findings
    deaths: dict[str, int]
    stranded: tuple[str, ...]
    events: int
    trace_sha256: str
    simulated_seconds: float
    wall_seconds: float
    cpu_seconds: float
    last_events: tuple[str, ...]

    @property
    def complaints(self) -> tuple[str, ...]:
        """Everything that is not as it should be."""
        return (*self.findings.complaints, *self.stranded)


def simulate(seed: int, visits: int, faults: Level, municipalities: int = MUNICIPALITIES) -> Report:
    """Run the town once, with so many of its municipalities. The same arguments give the same trace in every process."""
    wall, cpu = time.perf_counter(), time.process_time()
    world = make_world(seed, LEVELS[faults])
    adopt_tasks(world.loop)
    with TemporaryDirectory(prefix="konbini-", dir=_memory()) as folder:
        foundation = found(world, seed, RESIDENTS, TERMINALS, Path(folder), municipalities)
        town, crowd, _, findings, owed = run_virtual(world.loop, _live(world, foundation, visits))
        for devices in town.devices.values():
            for device in devices:
                device.close()
    return Report(
        seed=seed,
        visits=visits,
        faults=faults,
        municipalities=municipalities,
        findings=findings,
        deaths={name: party.deaths for name, party in town.parties.items()},
        stranded=(*(f"visit {visit.number}: {visit.stranded}" for visit in crowd.came if visit.stranded), *owed),
        events=world.trace.count,
        trace_sha256=world.trace.sha256(),
        simulated_seconds=round(world.loop.time(), 3),
        wall_seconds=round(time.perf_counter() - wall, 3),
        cpu_seconds=round(time.process_time() - cpu, 3),
        last_events=tuple(world.trace.last),
    )


async def _live(world: World, foundation: Foundation, visits: int) -> tuple[Town, Crowd, Chronicle, Findings, tuple[str, ...]]:
    """The town, its visitors, what the auditor found, and what is still owed after hours of clear weather."""
    town = Town(foundation.estate)
    for party in town.parties.values():
        party.start()
    crowd, troubles, chronicle = Crowd(foundation, town), Troubles(world, town), chronicle_of(foundation)
    day = Day(foundation, town, crowd, chronicle, visits)
    under_way = [asyncio.create_task(work) for work in (*troubles.works(), *day.works())]
    await crowd.walk_up(visits)
    troubles.clear_up()
    owed = await _quiet(town)
    for task in under_way:
        task.cancel()
    for ended in await asyncio.gather(*under_way, return_exceptions=True):
        if isinstance(ended, Exception):  # whoever works in the town has made a mistake; the run says nothing then
            raise ended
    findings = Auditor(foundation, town, chronicle).audit(crowd.came)
    for party in town.parties.values():
        if party.host.life is not None:
            party.host.life.kill()
    await asyncio.sleep(1.0)
    return town, crowd, chronicle, findings, owed


async def _quiet(town: Town) -> tuple[str, ...]:
    """Wait until nothing is owed by anybody to anybody; when that does not come about within hours, what it is."""
    owed: tuple[str, ...] = ("never looked",)
    for _ in range(int(QUIET_SECONDS / QUIET_LOOK_SECONDS)):
        await asyncio.sleep(QUIET_LOOK_SECONDS)
        owed = _owed(town)
        if not owed:
            break
    return owed


def _owed(town: Town) -> tuple[str, ...]:
    databases = town.estate.databases
    with databases["kiosk"].begin() as connection:
        untold = sum(journal.count_untold(connection, terminal) for terminal in town.estate.terminals)
    with databases["center"].begin() as connection:
        facts, outcomes = outgoing.backlog(connection)
    counted = {"reports of terminals to the center": untold, "facts to the fee office": facts, "outcomes to the issuers": outcomes}
    return (
        *(f"{count} {what} still owed" for what, count in counted.items() if count),
        *(f"{name} is still busy at {terminal.screen}" for name, terminal in sorted(town.terminals.items()) if terminal.screen != "menu"),
        *(f"{name} is still dead" for name, party in sorted(town.parties.items()) if not party.alive),
    )


def _memory() -> str | None:
    # Devices flush every movement; in memory that costs nothing, and the run's outcome does not depend on it.
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a private folder is made in it
