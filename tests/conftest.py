"""What every test may rely on: it finds the log as the test before it did, and no property fails by the clock of a busy machine.

Properties draw the same examples in every run, so that main is as green tomorrow as it is today; `make sweep` (`KONBINI_SEARCH=1`) draws others each time.

What tests write lies in memory where there is room: every commit of every store is flushed to its disk, and thousands of tests would wait for a real one. Nothing here pulls a plug;
a process that is killed finds what it flushed in memory as well. `TMPDIR` decides where it is set; a sweep, which opens great towns, stays on the disk.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import postgres_server

settings.register_profile("same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("search" if os.environ.get("KONBINI_SEARCH") else "same")

MEMORY = Path("/dev/shm")
ROOM_BYTES = 3 << 30
"""Several times what one run writes."""


def pytest_configure() -> None:
    """Temporary folders, those of the programs that tests start as well, are made in memory."""
    if "TMPDIR" not in os.environ and "KONBINI_SEARCH" not in os.environ and _room_in_memory() > ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _room_in_memory() -> int:
    if not os.access(MEMORY, os.W_OK):
        return 0
    said = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return min(shutil.disk_usage(MEMORY).free, int(said["MemAvailable"].split()[0]) * 1024)


@pytest.fixture(autouse=True)
def _the_log_as_it_was() -> Iterator[None]:
    """A command that quietens the log of its own process must not quieten the tests that come after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server for the whole run, started when the first test asks for it."""
    if not postgres_server.installed():
        pytest.skip("no PostgreSQL server is installed")
    with postgres_server.running() as server:
        yield server
