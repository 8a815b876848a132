"""A rehearsal: the little town's server with one fault (or none) on loopback TLS, and beside it the URL of the changes that its profile names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from prometheus_client import CollectorRegistry

from conformance.broken.faults import DESKS, HandsOnTheLast, Town
from conformance.broken.slips import SLIPS
from conformance.broken.town import Token, Written, change, populate, terms, write_town
from conformance.store import Now
from issuer.desk import MESSAGES
from issuer.issue_tables import METADATA
from messages.door import Desk, Door, serve_application
from messages.orders import Build
from registers.residents.tables import METADATA as REGISTER
from storage.crash_points import CrashPoints
from storage.sqlite import SqliteStore
from storage.store import Store
from trust.parties import server_context

DECLARED = Build(program="rehearsal", topology="processes=1 press_workers=0 database=sqlite")
HERE = "127.0.0.1"
REFUSAL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Where the server is, and the files of its town."""

    url: str
    files: Written


@asynccontextmanager
async def rehearsed(folder: Path, fault: str, now: Now, token: Token, keys: Sequence[rsa.RSAPrivateKey] = ()) -> AsyncIterator[Rehearsal]:
    """The town's server with the fault of this class, or against this case (`none`: the sound one), until the block ends. KeyError for one that there is not."""
    desks = DESKS.get(fault) or SLIPS[fault]
    store = await SqliteStore.open(folder / "town.db", METADATA, REGISTER)
    try:
        await store.write(populate, now())
        async with AsyncExitStack() as open_things:
            changes = await open_things.enter_async_context(serve_application(hooks(store, now), HERE, 0))
            files = write_town(folder, f"http://{HERE}:{changes}", now(), token, keys)
            made = desks(Town(terms(REFUSAL_SECONDS), store, files.hands, DECLARED, files.referrals))
            ports = [await open_things.enter_async_context(served(desk, files.server, now)) for desk in made]
            port = ports[0] if len(ports) == 1 else await open_things.enter_async_context(_in_turn(ports))
            yield Rehearsal(f"https://{HERE}:{port}", files)
    finally:
        await store.close()


def hooks(store: Store, now: Now) -> web.Application:
    """The URLs by which the profile's changes are carried out in this register."""

    async def carry_out(request: web.Request) -> web.Response:
        try:
            await store.write(change, request.match_info["change"], now())
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/{change}", carry_out)
    return app


@asynccontextmanager
async def served(desk: Desk, tls: tuple[Path, Path, Path], now: Now) -> AsyncIterator[int]:
    """A desk behind a door of its own on loopback TLS (certificate, key, authority), until the block ends; gives the port."""
    door = Door(desk, title="rehearsal", accepts=MESSAGES, now=now, registry=CollectorRegistry(), points=CrashPoints(None, "municipal"))
    hears_hanging_up = isinstance(desk, HandsOnTheLast)
    runner = web.AppRunner(door.application(), access_log=None, handler_cancellation=hears_hanging_up, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HERE, 0, ssl_context=server_context(*tls)).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _in_turn(ports: Sequence[int]) -> AsyncIterator[int]:
    """A distributor before several servers: each new connection goes to the next."""
    turn, under_way = cycle(ports), set[asyncio.Task[None]]()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        behind_reader, behind_writer = await asyncio.open_connection(HERE, next(turn))
        try:
            await asyncio.gather(carry(reader, behind_writer), carry(behind_reader, writer))
        finally:
            behind_writer.close()
            writer.close()
            under_way.discard(task)

    server = await asyncio.start_server(connected, HERE, 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tuple(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
