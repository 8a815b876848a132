import pytest

from jpki.desk import Desk
from jpki.statuses import METADATA
from storage.sqlite import SqliteStore
from tests.jpki.center import answers_as, with_rows


@pytest.fixture
async def store(tmp_path):
    store = await SqliteStore.open(tmp_path / "jpki.db", METADATA)
    await store.write(with_rows)
    yield store
    await store.close()


@pytest.fixture
def said():
    """What the desk counted."""
    return []


@pytest.fixture
def desk(store, said):
    return Desk(store, answers_as(), said.append)
