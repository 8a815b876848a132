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

SEED = 3
VISITS = 24


@pytest.fixture(scope="session")
def rested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rested]:
    """Whoever tampers with it puts it back as it was."""
    folder: Path = tmp_path_factory.mktemp("town")
    world = make_world(SEED, LEVELS["none"])
    adopt_tasks(world.loop)
    foundation = found(world, SEED, 200, 4, folder)
    town, crowd, findings, owed = run_virtual(world.loop, run._live(world, foundation, VISITS))
    assert (findings.complaints, owed, len(crowd.came)) == ((), (), VISITS)
    yield Rested(foundation, town, crowd.came)
    for devices in town.devices.values():
        for device in devices:
            device.close()
