"""Somebody at a party's desk does something there: again and again, like people before a machine that fails them, until there is an answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from simulation.parties import Town
from simulation.party_life import Dead, Incarnation
from simulation.store import Ailing
from storage.store import StoreFailed

T = TypeVar("T")

AGAIN_SECONDS = 2.0


async def done(town: Town, party: str, act: Callable[[Incarnation], Coroutine[Any, Any, T]]) -> T:
    """What `act` answers at the party as it lives then; what it does must bear to be done twice."""
    while True:
        life = town.hosts[party].life
        if life is not None and life.alive:
            try:
                return await life.answered(act(life))
            except (Dead, StoreFailed, Ailing, SQLAlchemyError):
                pass
        await asyncio.sleep(AGAIN_SECONDS)


async def step(town: Town, party: str, database: str, write: Callable[..., T], *args: Any) -> T:
    """One step on one of the party's databases."""
    return await done(town, party, lambda life: town.store(life, database).write(write, *args))
