"""A desk over a real database file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from fees.booking.records import METADATA
from fees.desk import Desk, desk_of
from storage.sqlite import SqliteStore
from tests.fees.office import config


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "fees.db", METADATA)
    yield opened
    await opened.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def desk(store: SqliteStore, registry: CollectorRegistry) -> Desk:
    return desk_of(config(), store, registry)
