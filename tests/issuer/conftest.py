"""The issuer's promises are tried on both: an own server's database, and a tenant's of the shared cloud (decision 015). For the desk's own files always, for the others in the sweep."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from sqlalchemy import Connection, create_engine

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from issuer.desk import Desk
from issuer.issue_tables import METADATA
from issuer.press import InlinePress
from registers.residents.tables import METADATA as REGISTER
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.issuer.books import fill_all
from tests.issuer.town import DECLARED, MUNICIPALITY, hands, issuer, populate

BOTH = frozenset({"test_desk", "test_making", "test_races", "test_uses", "test_self_report", "test_taking_over"})
"""Files whose tests run on both in every run."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"store", "town_hall"} & set(metafunc.fixturenames) and metafunc.module.__name__.startswith("tests.issuer."):
        always = metafunc.module.__name__.rpartition(".")[2] in BOTH
        metafunc.parametrize("kept_by", ["own", pytest.param("tenant", marks=() if always else pytest.mark.sweep)], indirect=True)


@pytest.fixture
def kept_by(request: pytest.FixtureRequest) -> str:
    """Whose database it is: `own` server's, or a `tenant`'s."""
    return str(getattr(request, "param", "own"))


@pytest.fixture(scope="session")
def residents_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """みほん市's database with the resident register in it: laid out once, copied for each test."""
    return _made(tmp_path_factory.mktemp("residents") / "made.db", populate)


@pytest.fixture(scope="session")
def all_registers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every register."""
    return _made(tmp_path_factory.mktemp("registers") / "made.db", populate, fill_all)


@pytest.fixture(scope="session")
def tenant_with_residents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tenants' files, with みほん市's resident register in it."""
    return _made_for_tenant(tmp_path_factory.mktemp("tenant_residents"), populate)


@pytest.fixture(scope="session")
def tenant_with_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every register."""
    return _made_for_tenant(tmp_path_factory.mktemp("tenant_registers"), populate, fill_all)


@pytest.fixture
async def store(tmp_path: Path, kept_by: str, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    async for opened in _opened(tmp_path, kept_by, request, "residents_only", "tenant_with_residents"):
        yield opened


@pytest.fixture
async def town_hall(tmp_path: Path, kept_by: str, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store with all registers."""
    async for opened in _opened(tmp_path, kept_by, request, "all_registers", "tenant_with_all"):
        yield opened


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(issuer(), store, InlinePress(hands()), DECLARED)


async def _opened(tmp_path: Path, kept_by: str, request: pytest.FixtureRequest, own: str, tenant: str) -> AsyncIterator[Store]:
    if kept_by == "tenant":
        copytree(request.getfixturevalue(tenant), tmp_path / "tenants")
        tenancy = Tenancy(TenantFiles(tmp_path / "tenants"), sole=True)
        yield tenancy.store(MUNICIPALITY)
        await tenancy.close()
        return
    copyfile(request.getfixturevalue(own), tmp_path / "municipal.db")
    opened = await SqliteStore.open(tmp_path / "municipal.db", METADATA, REGISTER)
    yield opened
    await opened.close()


def _made(file: Path, *fills: Callable[[Connection], None]) -> Path:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        REGISTER.create_all(connection)
        for fill in fills:
            fill(connection)
    engine.dispose()
    return file


def _made_for_tenant(folder: Path, *fills: Callable[[Connection], None]) -> Path:
    async def fill() -> None:
        tenancy = Tenancy(TenantFiles(folder), sole=True)
        made = await tenancy.create(MUNICIPALITY)
        for step in fills:
            await made.write(step)
        await tenancy.close()

    # A fixture of the session may be asked for inside a test's own loop.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, fill()).result()
    return folder
