"""What every test may rely on: it finds the log as the test before it did, and no property fails by the clock of a busy machine.

Properties draw the same examples in every run, so that main is as green tomorrow as it is today; `make sweep` (`KONBINI_SEARCH=1`) draws others each time.
"""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import postgres_server

settings.register_profile("same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("search" if os.environ.get("KONBINI_SEARCH") else "same")


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
