"""What every test may rely on: it finds the log as the test before it did."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _the_log_as_it_was() -> Iterator[None]:
    """A command that quietens the log of its own process must not quieten the tests that come after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
