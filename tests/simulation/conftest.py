"""One town at rest for whoever only looks at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import run
from simulation.faults import LEVELS
from simulation.foundation import found
from simulation.party_life import adopt_tasks
from simulation.virtual_time import run_virtual
from simulation.world import make_world
from tests.simulation.rested import Rested

SEED = 1
VISITS = 36


@pytest.fixture(scope="session")
def rested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rested]:
    """Of three municipalities: two with servers of their own, one on the shared cloud. Whoever tampers with it puts it back as it was."""
    folder: Path = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patched:
        # Most of those who come have to do with two municipalities, so that a few dozen visits show papers from elsewhere whoever the seed makes up.
        patched.setattr("simulation.workload.OF_TWO_PLACES", 0.6)
        patched.setattr("simulation.workload.JANUARY_ELSEWHERE", 1.0)
        rested = _rested(folder)
    yield rested
    for devices in rested.town.devices.values():
        for device in devices:
            device.close()


def _rested(folder: Path) -> Rested:
    world = make_world(SEED, LEVELS["none"])
    adopt_tasks(world.loop)
    foundation = found(world, SEED, 160, 4, folder, 3)
    town, crowd, chronicle, findings, owed = run_virtual(world.loop, run._live(world, foundation, VISITS))
    assert (findings.complaints, owed, len(crowd.came)) == ((), (), VISITS)
    return Rested(foundation, town, chronicle, crowd.came)
