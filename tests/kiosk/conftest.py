from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from messages.logs import configure
from tests.kiosk.shop import Shop

configure("kiosk")  # as in the real process: one line an event, and no local variables in tracebacks


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = await Shop(tmp_path).open()
    yield shop
    await shop.close()
