from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bcl_cloud.feeds.tables import METADATA
from registers.residents.tables import METADATA as REGISTERS
from storage.sqlite import SqliteStore


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A tenant's rows: none yet."""
    opened = await SqliteStore.open(tmp_path / "tenant.db", REGISTERS, METADATA)
    yield opened
    await opened.close()
