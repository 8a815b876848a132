from collections.abc import AsyncIterator

import pytest

from simulation.people import CardMade
from tests.issuance_center.founding import foundation
from tests.issuance_center.town import Kiosk, Town


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
