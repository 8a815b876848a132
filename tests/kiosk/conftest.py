from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kiosk.shop import Shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = await Shop(tmp_path).open()
    yield shop
    await shop.close()
