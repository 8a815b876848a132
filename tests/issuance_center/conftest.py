import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from issuance_center.readers import Readers
from issuance_center.receivers import receivers_application
from messages import visits as said
from simulation.people import CardMade
from tests.issuance_center.founding import documents, foundation
from tests.issuance_center.town import Kiosk, Town
from tests.issuance_center.uploads import Client


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    yield made
    await made.close()


@pytest.fixture
def kiosk(town: Town) -> Kiosk:
    return town.kiosk()


@pytest.fixture
def card() -> CardMade:
    """The head of a healthy household of four."""
    return foundation().cards[foundation().population.holders[0].atena_no]


@pytest.fixture(scope="session")
def process() -> Iterator[Readers]:
    made = Readers(documents().secret)
    yield made
    made.close()


@pytest.fixture
async def page(town: Town, process: Readers) -> AsyncIterator[Client]:
    process._turn = asyncio.Lock()  # of this test's loop
    async with TestClient(TestServer(receivers_application(town.center_store, documents(), process, town.now))) as client:
        yield client


@pytest.fixture
async def paper(kiosk: Kiosk, card: CardMade) -> said.ReadyPaper:
    """Made, and not yet paid for."""
    return (await kiosk.ready(card)).papers[0]
