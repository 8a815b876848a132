"""What every test may rely on: it finds the log as the test before it did."""

from collections.abc import Iterator

import pytest
import structlog

from tests import postgres_server


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
