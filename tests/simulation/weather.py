"""Small worlds for these tests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from messages.wire import Message
from simulation.clocks import Clock
from simulation.faults import LEVELS, Faults
from simulation.network import Host
from simulation.party_life import Incarnation, adopt_tasks
from simulation.virtual_time import run_virtual
from simulation.world import World, make_world
from trust.parties import Peer

T = TypeVar("T")

CALM = LEVELS["none"]


def weather(**changes: Any) -> Faults:
    """Calm weather but for `changes`."""
    return replace(CALM, **changes)


def in_world(main: Callable[[World], Awaitable[T]], faults: Faults = CALM, seed: int = 1) -> tuple[T, World]:
    """What `main` answers in a fresh world, and that world."""
    world = make_world(seed, faults)
    adopt_tasks(world.loop)

    async def run() -> T:
        return await main(world)

    return run_virtual(world.loop, run()), world


class DeskAsTold:
    """Answers by `act`; remembers what it heard and when."""

    def __init__(self, act: Callable[[Message], Awaitable[Message]]) -> None:
        self._act = act
        self.heard: list[tuple[Message, Peer, datetime]] = []

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        self.heard.append((message, peer, now))
        return await self._act(message)


def host_with(desk: DeskAsTold | None, party: str = "center", clock: Clock | None = None) -> Host:
    """A host in its first life, on whatever time the messages' own clock has."""
    host = Host(party, clock or Clock(lambda: asyncio.get_running_loop().now()))  # type: ignore[attr-defined]
    host.life = Incarnation(party, 1)
    host.desk = desk
    return host
