"""A party's protocol door: POST, TLS 1.3 with both sides' certificates, one path a message (`messages.routes`).

The door decodes, sees who asks, lets the desk answer, and encodes. It decides nothing about certificates or money. `admit` is the same check for the simulated town, which has no sockets.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Histogram

from messages.openapi import openapi_document
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE, Route
from messages.wire import Malformed, Message, decode_asked, encode
from storage.crash_points import CrashPoints
from storage.store import StoreFailed
from trust.parties import NotAParty, Peer, peer_of

KEEP_ALIVE_SECONDS = 75.0
"""Longer than a link's, so that a link never sends into a connection that the door is about to close."""

FINISH_SECONDS = 2.0
"""How long a door that closes lets what it is answering come to its end. Only what is being answered holds it open."""

IN_PROGRESS_MAX = 512
"""Requests one door works on at once; more are told `busy`."""

STEPS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Desk(Protocol):
    """What stands behind a door: one message served from top to bottom."""

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """The reply that the message's route names, or a `Refusal`."""
        ...


class Door:
    """The door's aiohttp application. `accepts` are the messages it hears; `now` is read once for each."""

    def __init__(
        self,
        desk: Desk,
        *,
        title: str,
        accepts: tuple[type[Message], ...],
        now: Callable[[], datetime],
        registry: CollectorRegistry,
        points: CrashPoints,
    ) -> None:
        self._desk = desk
        self._now = now
        self._points = points
        self._routes = tuple(BY_MESSAGE[kind] for kind in accepts)
        self._in_progress = 0
        self._log = structlog.get_logger()
        self._peers: dict[bytes, Peer] = {}
        self.openapi = openapi_document(title, self._routes)
        self._answers = Counter("konbini_answers", "Messages answered at the protocol door", ("message", "outcome"), registry=registry)
        self._seconds = Histogram(
            "konbini_answer_seconds", "From a message decoded to its answer", ("message",), registry=registry, buckets=STEPS_SECONDS
        )

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=max(route.body_bytes_max for route in self._routes), middlewares=[_refusals_instead_of_pages])
        for route in self._routes:
            app.router.add_post(route.path, self._handler(route))
        app.router.add_get("/openapi.json", self._openapi)
        return app

    async def _openapi(self, _request: web.Request) -> web.Response:
        return web.json_response(self.openapi)

    def _handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            reply = await self._answered(route, request)
            outcome = reply.code if isinstance(reply, Refusal) else "ok"
            self._answers.labels(route.message.__name__, outcome).inc()
            status = TABLE[reply.code].status if isinstance(reply, Refusal) else 200
            return web.Response(body=encode(reply), status=status, content_type="application/json")

        return handle

    async def _answered(self, route: Route, request: web.Request) -> Message:
        try:
            peer = self._peer(request)
        except NotAParty:
            return refuse("role_not_admitted")
        refused = admit(route, peer)
        if refused is not None:
            return refused
        if self._in_progress >= IN_PROGRESS_MAX:
            return refuse("busy")
        if request.content_length is not None and request.content_length > route.body_bytes_max:
            return refuse("body_too_large", f"at most {route.body_bytes_max} bytes")
        self._in_progress += 1
        try:
            return await self._served(route, peer, await request.read())
        finally:
            self._in_progress -= 1

    async def _served(self, route: Route, peer: Peer, raw: bytes) -> Message:
        if len(raw) > route.body_bytes_max:
            return refuse("body_too_large", f"at most {route.body_bytes_max} bytes")
        try:
            message = decode_asked(raw, route.message)
        except Malformed as error:
            return refuse("malformed", str(error))
        name = route.message.__name__
        self._points.reach(f"serve:{name}:before")
        try:
            with self._seconds.labels(name).time():
                reply = await self._desk.answer(message, peer, self._now())
        except StoreFailed as failure:
            # The write may or may not have taken effect: the same message again, under its id, will tell.
            self._log.error("store_failed", message=name, reason=str(failure))
            reply = refuse("busy")
        except Exception:  # noqa: BLE001 - whatever failed inside, the other side gets an answer and no stack trace
            self._log.exception("answer_failed", message=name, peer=f"{peer.role}:{peer.name}")
            reply = refuse("failed")
        self._points.reach(f"serve:{name}:after")
        return reply

    def _peer(self, request: web.Request) -> Peer:
        transport = request.transport
        tls = transport.get_extra_info("ssl_object") if transport is not None else None
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        if der is None:
            raise NotAParty("no certificate")
        peer = self._peers.get(der)
        if peer is None:
            peer = self._peers[der] = peer_of(der)
        return peer


def admit(route: Route, peer: Peer) -> Refusal | None:
    """None if this role may send this message; otherwise the refusal."""
    return None if peer.role in route.senders else refuse("role_not_admitted", f"{peer.role} may not send {route.message.__name__}")


@asynccontextmanager
async def open_door(door: Door, host: str, port: int, context: ssl.SSLContext, finish_seconds: float = FINISH_SECONDS) -> AsyncIterator[int]:
    """Serve `door` at `host:port` (0: any free port) until the block ends; gives the port. What is being answered then has `finish_seconds` to end."""
    async with serve_application(door.application(), host, port, context, finish_seconds) as bound:
        yield bound


@asynccontextmanager
async def serve_application(
    app: web.Application, host: str, port: int, context: ssl.SSLContext | None = None, finish_seconds: float = FINISH_SECONDS
) -> AsyncIterator[int]:
    """Serve any aiohttp application at `host:port` until the block ends; gives the port. What is being answered then has `finish_seconds` to end."""
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEP_ALIVE_SECONDS, shutdown_timeout=finish_seconds)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=context, backlog=1024)
    await site.start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@web.middleware
async def _refusals_instead_of_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        refusal = refuse("body_too_large")
    except web.RequestPayloadError:
        refusal = refuse("malformed", "the body breaks off or is not packed as it says")
    except web.HTTPException as error:
        refusal = refuse("not_found" if error.status == 404 else "malformed", f"{request.method} is not served here" if error.status == 405 else "")
    return web.Response(body=encode(refusal), status=TABLE[refusal.code].status, content_type="application/json")
