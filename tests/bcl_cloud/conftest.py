import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from tests.bcl_cloud.tenants import A, B


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tenants"


@pytest.fixture(scope="session")
def two_tenants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tenants on files, nothing in them and nobody's hand on them, for many tests to begin with a copy of."""
    folder = tmp_path_factory.mktemp("two") / "tenants"

    async def lay_out() -> None:
        door = Tenancy(TenantFiles(folder), sole=True)
        for code in (A, B):
            await door.create(code)
        await door.close()

    # A fixture of the session may be asked for inside a test's own loop.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, lay_out()).result()
    return folder


@pytest.fixture
async def tenancy(folder: Path, two_tenants: Path) -> AsyncIterator[Tenancy]:
    """A door to two tenants on files, nothing in them."""
    shutil.copytree(two_tenants, folder)
    door = Tenancy(TenantFiles(folder), sole=True)
    yield door
    await door.close()
