from collections.abc import AsyncIterator, Callable
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Connection, create_engine

from issuer.desk import Desk
from issuer.issue_tables import METADATA
from issuer.press import InlinePress
from registers.residents.tables import METADATA as REGISTER
from storage.sqlite import SqliteStore
from tests.issuer.books import fill_all
from tests.issuer.town import DECLARED, hands, issuer, populate


@pytest.fixture(scope="session")
def residents_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """みほん市's database with the resident register in it: laid out once, copied for each test."""
    return _made(tmp_path_factory.mktemp("residents") / "made.db", populate)


@pytest.fixture(scope="session")
def all_registers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every register."""
    return _made(tmp_path_factory.mktemp("registers") / "made.db", populate, fill_all)


@pytest.fixture
async def store(tmp_path: Path, residents_only: Path) -> AsyncIterator[SqliteStore]:
    copyfile(residents_only, tmp_path / "municipal.db")
    opened = await SqliteStore.open(tmp_path / "municipal.db", METADATA, REGISTER)
    yield opened
    await opened.close()


@pytest.fixture
async def town_hall(tmp_path: Path, all_registers: Path) -> AsyncIterator[SqliteStore]:
    """A store with all registers."""
    copyfile(all_registers, tmp_path / "municipal.db")
    opened = await SqliteStore.open(tmp_path / "municipal.db", METADATA, REGISTER)
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: SqliteStore) -> Desk:
    return Desk(issuer(), store, InlinePress(hands()), DECLARED)


def _made(file: Path, *fills: Callable[[Connection], None]) -> Path:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        REGISTER.create_all(connection)
        for fill in fills:
            fill(connection)
    engine.dispose()
    return file
