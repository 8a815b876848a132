"""One town for the whole run: real processes, certificates, sockets and files."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.town.open_town import OpenTown

RESIDENTS = 400
TERMINALS = 12
MUNICIPALITIES = 7
WORLD_RESIDENTS = 80
WORLD_TERMINALS = 4


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with OpenTown(tmp_path_factory.mktemp("town") / "state", residents=RESIDENTS, terminals=TERMINALS, options=("--crash-points",)) as opened:
        opened.hurry()
        yield opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A town of several municipalities, on servers of their own and on the shared cloud."""
    folder = tmp_path_factory.mktemp("municipalities")
    with OpenTown(
        folder / "state", residents=WORLD_RESIDENTS, municipalities=MUNICIPALITIES, terminals=WORLD_TERMINALS, options=("--crash-points",)
    ) as opened:
        opened.hurry()
        yield opened


@pytest.fixture
async def hands() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session
