from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from tests.bcl_cloud.tenants import A, B


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tenants"


@pytest.fixture
async def tenancy(folder: Path) -> AsyncIterator[Tenancy]:
    """A door to two tenants on files, nothing in them."""
    door = Tenancy(TenantFiles(folder), sole=True)
    for code in (A, B):
        await door.create(code)
    yield door
    await door.close()
