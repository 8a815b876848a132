"""The network of the simulated town: messages are encoded, may be late, lost on the way there or back, doubled, overtaken, cut off by a death; and are decoded again.

The same bytes as on the real wire, the same check of who may say what, no sockets.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from datetime import datetime
from hashlib import sha256
from random import Random

from messages.door import Desk, admit
from messages.link import NoAnswer, understand
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE, Route
from messages.wire import Message, decode, encode
from simulation.faults import Faults
from simulation.party_life import Dead, Incarnation
from simulation.trace import Trace
from trust.parties import Peer


class Host:
    """One party's place in the network: who lives there now, if anybody does."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.life: Incarnation | None = None
        self.desk: Desk | None = None

    def serving(self) -> tuple[Incarnation, Desk] | None:
        """The living incarnation and its desk."""
        if self.life is None or not self.life.alive or self.desk is None:
            return None
        return self.life, self.desk


class SimulatedLink:
    """The line of one incarnation (`peer` is its name in its certificate) to a host."""

    def __init__(self, life: Incarnation, peer: Peer, host: Host, faults: Faults, chance: Random, trace: Trace, now: Callable[[], datetime]) -> None:
        self._life = life
        self._peer = peer
        self._host = host
        self._faults = faults
        self._chance = chance
        self._trace = trace
        self._now = now

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        """See `messages.link.Link.ask`."""
        self._life.demand_life()
        route = BY_MESSAGE[type(message)]
        raw = encode(message)
        name = f"{self._peer.role}>{self._host.name} {type(message).__name__} {sha256(raw).hexdigest()[:12]}"
        lost_there, lost_back, doubled = (self._chance.random() for _ in range(3))
        self._trace.note(f"ask {name}")
        try:
            async with asyncio.timeout(timeout_seconds):
                if doubled < self._faults.doubled:
                    self._deliver_besides(route, raw, name)
                await self._travel()
                if lost_there < self._faults.lost:
                    self._trace.note(f"lost {name}")
                    await asyncio.sleep(timeout_seconds + 1.0)
                status, answer = await self._deliver(route, raw, name)
                await self._travel()
                if lost_back < self._faults.lost:
                    self._trace.note(f"answer lost {name}")
                    await asyncio.sleep(timeout_seconds + 1.0)
        except TimeoutError:
            self._life.demand_life()
            raise NoAnswer("timeout") from None
        self._life.demand_life()
        self._trace.note(f"answer {name} {status} {sha256(answer).hexdigest()[:12]}")
        return understand(status, answer, route.reply)

    def _deliver_besides(self, route: Route, raw: bytes, name: str) -> None:
        async def later() -> None:
            await self._travel()
            await self._travel()
            try:
                await self._deliver(route, raw, f"{name} again")
            except NoAnswer:
                return

        # The copy is in the network, not in the sender: it arrives even if the sender dies.
        asyncio.get_running_loop().create_task(later(), context=Context())

    async def _deliver(self, route: Route, raw: bytes, name: str) -> tuple[int, bytes]:
        serving = self._host.serving()
        if serving is None:
            raise NoAnswer("refused")
        life, desk = serving
        work = life.spawn(_served(desk, route, raw, self._peer, self._now()))
        await asyncio.wait({work})
        if work.cancelled() or not life.alive:
            self._trace.note(f"cut {name}")
            raise NoAnswer("cut")
        failure = work.exception()
        if isinstance(failure, Dead):
            raise NoAnswer("cut")
        if failure is not None:
            self._trace.note(f"failed {name} {type(failure).__name__}")
            return TABLE["failed"].status, encode(refuse("failed"))
        reply = work.result()
        return (TABLE[reply.code].status if isinstance(reply, Refusal) else 200), encode(reply)

    async def _travel(self) -> None:
        seconds = self._chance.expovariate(1.0 / self._faults.delay_seconds)
        if self._chance.random() < self._faults.late:
            seconds += self._chance.random() * self._faults.late_seconds
        await asyncio.sleep(seconds)


async def _served(desk: Desk, route: Route, raw: bytes, peer: Peer, now: datetime) -> Message:
    refused = admit(route, peer)
    return refused if refused is not None else await desk.answer(decode(raw, route.message), peer, now)
