"""Where the real world enters a municipal server: files, clock, chance, signals, processes."""

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

from issuer.build import program, topology
from issuer.desk import Desk
from issuer.issue_tables import METADATA
from issuer.press import InlinePress, PoolPress, Press
from messages.door import open_door, serve_application
from messages.logs import configure
from messages.orders import Build
from messages.serving import run_until_stopped
from municipal_server.app import clerks_office, protocol_door
from municipal_server.config import Config, hands_of, issuer_of, load, referrals_of
from registers.residents.tables import METADATA as REGISTER
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST
from storage.opening import open_store
from trust.parties import server_context


def run(config_file: Path) -> None:
    """Serve one municipality until stopped. Raises `ConfigInvalid`; exits with 1 when the press has broken, so that a supervisor starts the party anew."""
    config = load(config_file)
    log = configure(config.name)
    press: Press = PoolPress(hands_of(config), config.press_workers) if config.press_workers else InlinePress(hands_of(config))
    log.info("starting", door=config.door.port, office=config.office.port, press_workers=config.press_workers)
    try:
        run_until_stopped(lambda stop: serve(config, press, stop))
    finally:
        press.close()
    if press.state == "broken":
        log.error("press_broken")
        sys.exit(1)


async def serve(config: Config, press: Press, stop: asyncio.Event) -> None:
    """Open the doors and keep them open until `stop`, or until the press breaks."""
    async with AsyncExitStack() as stack:
        points = CrashPoints(config.crash_points, config.name)
        opened = await open_store(config.database, METADATA, REGISTER)
        stack.push_async_callback(opened.close)
        store = RehearsedStore(opened, points)
        registry = CollectorRegistry()
        declared = Build(program=program(), topology=topology(processes=1, press_workers=config.press_workers, database="sqlite"))
        issuer = issuer_of(config, config.seal.read_bytes())
        desk = Desk(issuer, store, press, declared, referrals=referrals_of(config, secrets.token_bytes))
        door = protocol_door(desk, now, registry, points)
        office = clerks_office(config, issuer, store, press, now=now, token=secrets.token_bytes, registry=registry, openapi=door.openapi)
        context = server_context(config.tls.certificate, config.tls.key, config.tls.authority)
        await stack.enter_async_context(open_door(door, config.door.host, config.door.port, context))
        await stack.enter_async_context(serve_application(office, config.office.host, config.office.port))
        broken = asyncio.create_task(_stop_when_broken(press, stop))
        stack.callback(broken.cancel)
        await stop.wait()


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


async def _stop_when_broken(press: Press, stop: asyncio.Event) -> None:
    if isinstance(press, PoolPress):
        await press.breaks()
        stop.set()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
