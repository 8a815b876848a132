"""Lines between the desks of one process: the same bytes as on the real wire, the same check of who may say what; lost, slow, repeated or garbled where a test says so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from messages.door import Desk, admit
from messages.link import NoAnswer, understand
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE, Route
from messages.wire import Message, decode, encode
from storage.store import StoreFailed
from trust.parties import Peer

Answer = tuple[int, bytes]
Fault = Callable[[Callable[[], Awaitable[Answer]]], Awaitable[Answer]]
"""Carries out a delivery, or does not, and says what comes back."""


class Wire:
    """A `messages.link.Link` of `peer` to a desk. `faults` are used up one a message, those of its type first come; `asked` are the messages sent."""

    def __init__(self, peer: Peer, desk: Callable[[], Desk], now: Callable[[], datetime]) -> None:
        self._peer = peer
        self._desk = desk
        self._now = now
        self.asked: list[Message] = []
        self.faults: dict[type[Message], list[Fault]] = {}
        self.down: set[type[Message]] = set()

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        route = BY_MESSAGE[type(message)]
        raw = encode(message)
        assert len(raw) <= route.body_bytes_max
        self.asked.append(message)
        waiting = self.faults.get(type(message))
        fault = waiting.pop(0) if waiting else lost_there if type(message) in self.down else _sound
        try:
            async with asyncio.timeout(timeout_seconds):
                status, answer = await fault(lambda: self._delivered(route, raw))
        except TimeoutError:
            raise NoAnswer("timeout") from None
        return understand(status, answer, route.reply)

    async def _delivered(self, route: Route, raw: bytes) -> Answer:
        reply = await self._answered(route, raw)
        return (TABLE[reply.code].status if isinstance(reply, Refusal) else 200), encode(reply)

    async def _answered(self, route: Route, raw: bytes) -> Message:
        refused = admit(route, self._peer)
        if refused is not None:
            return refused
        try:
            return await self._desk().answer(decode(raw, route.message), self._peer, self._now())
        except StoreFailed:
            return refuse("busy")  # as the real door does; any other exception fails the test


async def _sound(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
    return await deliver()


async def lost_there(_deliver: Callable[[], Awaitable[Answer]]) -> Answer:
    raise NoAnswer("refused")


async def lost_back(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
    await deliver()
    raise NoAnswer("ServerDisconnectedError")


async def breaks(_deliver: Callable[[], Awaitable[Answer]]) -> Answer:
    raise RuntimeError("something nobody thought of")


async def slow(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
    await deliver()
    await asyncio.sleep(3600)
    raise AssertionError


def says(status: int, body: bytes) -> Fault:
    """Whatever was asked, these bytes come back."""

    async def answer(_deliver: Callable[[], Awaitable[Answer]]) -> Answer:
        return status, body

    return answer


def refuses(code: str) -> Fault:
    return says(TABLE[code].status, encode(refuse(code, "文字")))


def meanwhile(work: Callable[[], Awaitable[Any]]) -> Fault:
    """Something else happens between the answer's making and its arrival."""

    async def answer(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
        made = await deliver()
        await work()
        return made

    return answer
