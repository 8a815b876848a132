"""The network of the simulated town: messages are encoded, may be late, lost on the way there or back, doubled, overtaken, cut off by a death; and are decoded again.

The same bytes as on the real wire, the same check of who may say what, no sockets.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from messages.door import Desk, admit
from messages.link import NoAnswer, understand
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE, Route
from messages.wire import Malformed, Message, decode, encode
from simulation.clocks import Clock
from simulation.party_life import Dead, Incarnation
from simulation.world import World
from storage.store import StoreFailed
from trust.parties import Peer

Answering = Callable[[bytes], Awaitable[bytes]]


class OcspDesk(Protocol):
    """What answers OCSP requests."""

    async def ocsp(self, der: bytes, now: datetime) -> bytes:
        """The DER response to a DER request."""
        ...


class Host:
    """One party's place in the network: who lives there now, and what answers."""

    def __init__(self, name: str, clock: Clock, watch: Callable[[Message, float], None] | None = None) -> None:
        """`watch` sees every reply that leaves, at its virtual second."""
        self.name = name
        self.clock = clock
        self.watch = watch
        self.life: Incarnation | None = None
        self.desk: Desk | None = None
        self.responder: OcspDesk | None = None


class SimulatedLink:
    """The line of one incarnation (`peer` is its name in its certificate) to a host."""

    def __init__(self, life: Incarnation, peer: Peer, host: Host, world: World) -> None:
        self._life = life
        self._peer = peer
        self._host = host
        self._weather = world.weather
        self._chance = world.random(f"network {life.party} {host.name}")
        self._trace = world.trace

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        """See `messages.link.Link.ask`."""
        route = BY_MESSAGE[type(message)]
        answer = await self.carry(type(message).__name__, encode(message), lambda raw: self._answered(route, raw), timeout_seconds)
        status, _, body = answer.partition(b" ")
        return understand(int(status), body, route.reply)

    async def carry(self, kind: str, raw: bytes, answering: Answering, timeout_seconds: float) -> bytes:
        """Carry `raw` there and the answer back. Raises `NoAnswer`."""
        self._life.reach(f"ask {kind} before")
        name = f"{self._peer.role}>{self._host.name} {kind} {sha256(raw).hexdigest()[:12]}"
        lost_there, lost_back, doubled = (self._chance.random() for _ in range(3))
        self._trace.note(f"ask {name}")
        try:
            async with asyncio.timeout(timeout_seconds):
                if doubled < self._weather.faults.doubled:
                    self._deliver_besides(raw, answering, name)
                await self._travel()
                if lost_there < self._weather.faults.lost:
                    self._trace.note(f"lost {name}")
                    await asyncio.sleep(timeout_seconds + 1.0)
                answer = await answering(raw)
                await self._travel()
                if lost_back < self._weather.faults.lost:
                    self._trace.note(f"answer lost {name}")
                    await asyncio.sleep(timeout_seconds + 1.0)
        except TimeoutError:
            self._life.demand_life()
            raise NoAnswer("timeout") from None
        except NoAnswer as silence:
            self._trace.note(f"no answer {name} {silence}")
            self._life.demand_life()
            raise
        self._life.reach(f"ask {kind} after")
        self._trace.note(f"answer {name} {sha256(answer).hexdigest()[:12]}")
        return answer

    async def _answered(self, route: Route, raw: bytes) -> bytes:
        life, desk = self._host.life, self._host.desk
        if life is None or not life.alive or desk is None:
            raise NoAnswer("refused")
        try:
            reply = await life.answered(_served(life, desk, route, raw, self._peer, self._host.clock.now()))
        except Dead:
            raise NoAnswer("cut") from None
        except StoreFailed:
            reply = refuse("busy")
        except Exception as failure:  # noqa: BLE001 - as at the real door: the other side gets an answer and no stack trace
            self._trace.note(f"failed {self._host.name} {route.message.__name__} {type(failure).__name__}")
            reply = refuse("failed")
        if self._host.watch is not None:
            self._host.watch(reply, asyncio.get_running_loop().time())
        status = TABLE[reply.code].status if isinstance(reply, Refusal) else 200
        return b"%d " % status + encode(reply)

    def _deliver_besides(self, raw: bytes, answering: Answering, name: str) -> None:
        async def later() -> None:
            await self._travel()
            await self._travel()
            self._trace.note(f"again {name}")
            try:
                await answering(raw)
            except NoAnswer:
                return

        # The copy is in the network, not in the sender: it arrives even if the sender dies.
        asyncio.get_running_loop().create_task(later(), context=Context())

    async def _travel(self) -> None:
        faults = self._weather.faults
        seconds = self._chance.expovariate(1.0 / faults.delay_seconds)
        if self._chance.random() < faults.late:
            seconds += self._chance.random() * faults.late_seconds
        await asyncio.sleep(seconds)


async def _served(life: Incarnation, desk: Desk, route: Route, raw: bytes, peer: Peer, now: datetime) -> Message:
    refused = admit(route, peer)
    if refused is not None:
        return refused
    try:
        message = decode(raw, route.message)
    except Malformed as error:
        return refuse("malformed", str(error))
    life.reach(f"serve {route.message.__name__} before")
    reply = await desk.answer(message, peer, now)
    life.reach(f"serve {route.message.__name__} after")
    return reply
