"""The link from one party to another: ask, and get the answer, a refusal, or know that none came.

`HttpLink` is the real one: POST over TLS 1.3 with both sides' certificates, connections kept and shared. A request whose connection was dropped is repeated once:
every message may be repeated under its id. When `NoAnswer` is raised, the other side may or may not have acted.
"""

import asyncio
import ssl
from typing import Protocol

import aiohttp

from messages.refusals import TABLE, Refusal
from messages.routes import BY_MESSAGE
from messages.wire import Malformed, Message, decode, encode
from storage.crash_points import CrashPoints

KEEP_ALIVE_SECONDS = 60.0
"""Shorter than the door's, so that the asking side is the one that lets go of an idle connection."""

CONNECTIONS_MAX = 64
ANSWER_BYTES_MAX = 33_554_432


class NoAnswer(Exception):
    """No answer that can be understood came back; `str()` is the reason in one word."""


class Link(Protocol):
    """One party's line to one other."""

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        """The reply that `messages.routes` names for this message, or a `Refusal`. Raises `NoAnswer`."""
        ...


class HttpLink:
    """A line to the party at `base_url`. `server_name` is the DNS name in that party's certificate: TLS itself refuses anybody else."""

    def __init__(self, base_url: str, context: ssl.SSLContext, server_name: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._context = context
        self._server_name = server_name
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        """See `Link.ask`."""
        route = BY_MESSAGE[type(message)]
        body = encode(message)
        try:
            async with asyncio.timeout(timeout_seconds):
                try:
                    status, raw = await self._post(route.path, body)
                except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                    status, raw = await self._post(route.path, body)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except aiohttp.ClientError as error:
            raise NoAnswer(type(error).__name__) from None
        return understand(status, raw, route.reply)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=KEEP_ALIVE_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        if self._session.closed:
            raise NoAnswer("closed")
        headers = {"Content-Type": "application/json"}
        async with self._session.post(
            self._base_url + path, data=body, headers=headers, ssl=self._context, server_hostname=self._server_name, allow_redirects=False
        ) as response:
            return response.status, await _whole(response)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > ANSWER_BYTES_MAX:
            raise NoAnswer("too-large")
    return bytes(raw)


def understand(status: int, raw: bytes, reply: type[Message]) -> Message:
    """The reply or refusal in an answer's bytes; raises `NoAnswer` for anything else. A refusal must name a row of the table, and its status must be that row's."""
    try:
        if status == 200:
            return decode(raw, reply)
        refusal = decode(raw, Refusal)
    except Malformed:
        raise NoAnswer("garbage") from None
    row = TABLE.get(refusal.code)
    if row is None or row.status != status:
        raise NoAnswer("garbage")
    return refusal


class RehearsedLink:
    """A link that passes a crash point before a message is sent and after it was answered."""

    def __init__(self, link: Link, points: CrashPoints) -> None:
        self._link = link
        self._points = points

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        """See `Link.ask`."""
        name = type(message).__name__
        self._points.reach(f"ask:{name}:before")
        reply = await self._link.ask(message, timeout_seconds)
        self._points.reach(f"ask:{name}:after")
        return reply
