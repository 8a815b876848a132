"""A desk over a real database file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from fees.booking.records import METADATA
from fees.config import rules_of
from fees.desk import Desk, desk_of
from fees.drafts.history import seed
from fees.drafts.records import METADATA as RULES
from storage.sqlite import SqliteStore
from tests.fees.office import NOW, config


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "fees.db", METADATA, RULES)
    await opened.write(seed, rules_of(config()), NOW)
    yield opened
    await opened.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def desk(store: SqliteStore, registry: CollectorRegistry) -> Desk:
    return desk_of(config(), store, registry)
