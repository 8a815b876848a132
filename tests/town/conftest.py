"""One town for the whole run: real processes, certificates, sockets and files."""

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.town.open_town import OpenTown
from tests.town.panel import browser_window, open_browser
from tests.town.program import Ended, konbini

RESIDENTS = 400
TERMINALS = 12
MUNICIPALITIES = 7
WORLD_RESIDENTS = 80
WORLD_TERMINALS = 4
SMALL_RESIDENTS = 60
BRISK = ("--brisk", "--printer-seconds", "0.05")
"""Options that only make a rehearsal shorter."""


@dataclass(frozen=True, slots=True)
class PortInUse:
    """The state folder, the port, and how the program ended."""

    state: Path
    port: int
    ended: Ended


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    options = ("--crash-points", *BRISK)
    with OpenTown(tmp_path_factory.mktemp("town") / "state", residents=RESIDENTS, terminals=TERMINALS, options=options) as opened:
        yield opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A town of several municipalities, on servers of their own and on the shared cloud."""
    state, options = tmp_path_factory.mktemp("municipalities") / "state", ("--crash-points", *BRISK)
    with OpenTown(state, residents=WORLD_RESIDENTS, municipalities=MUNICIPALITIES, terminals=WORLD_TERMINALS, options=options) as opened:
        yield opened


@pytest.fixture(scope="session")
def port_in_use(tmp_path_factory: pytest.TempPathFactory) -> PortInUse:
    """What comes of opening a small town on a port that somebody else has: it is prepared, and not opened."""
    state = tmp_path_factory.mktemp("small") / "state"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ("--residents", str(SMALL_RESIDENTS), "--municipalities", "1")
        return PortInUse(state, port, konbini("town", "--state", str(state), "--port", str(port), *words))


@pytest.fixture(scope="module")
def small_town(port_in_use: PortInUse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A small town of this module's own, prepared and not open; whatever is left open is closed."""
    state = tmp_path_factory.mktemp("own") / "state"
    shutil.copytree(port_in_use.state, state)
    town = OpenTown(state, residents=SMALL_RESIDENTS, terminals=2, options=BRISK)
    yield town
    town.close()


@pytest.fixture
async def hands() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever looks through the browser does so in the loop in which the one browser of the run lives."""
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run; each test opens contexts of its own in it, which share nothing."""
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A browser window; whatever a page in it complains of fails the test."""
    async with browser_window(browser) as window:
        yield window
