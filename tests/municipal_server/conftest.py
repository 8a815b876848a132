from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from municipal_server.desk import Desk
from municipal_server.press import InlinePress
from storage.sqlite import SqliteStore
from tests.municipal_server.town import hands, issuer, open_town


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_town(tmp_path / "municipal.db")
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: SqliteStore) -> Desk:
    return Desk(issuer(), store, InlinePress(hands()))
