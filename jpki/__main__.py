"""The party as a process: real time, real chance, a real database and two doors. `konbini serve jpki --config FILE` runs it."""

import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

import uvloop
from aiohttp import web
from prometheus_client import CollectorRegistry

from jpki.app import Meters, OcspDoor
from jpki.config import Config, Door, accounts_of, load_config
from jpki.desk import Desk
from jpki.office import office
from jpki.statuses import METADATA
from messages.logs import configure
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST
from storage.opening import open_store
from storage.store import Store
from trust.authority import load_certificate, load_key
from trust.ocsp_responder import Responder, responder

STOP_SECONDS = 5.0
"""How long open requests may take when the process is asked to stop."""


def run(config_file: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ConfigInvalid`, `KeyUnusable`, `AlreadyServed`, `UnknownDatabase` or OSError before anything is served."""
    config = load_config(config_file)
    uvloop.run(_serve(config))


async def _serve(config: Config) -> None:
    log = configure("jpki")
    answers_as = _responder(config)
    points = CrashPoints(config.crash_points, "jpki")
    store = RehearsedStore(await open_store(config.database, METADATA), points)
    try:
        runners = await _open_doors(config, store, answers_as, points)
        try:
            log.info("serving", name=config.name, ocsp=_addresses(runners[0]), office=_addresses(runners[1]))
            await _asked_to_stop()
            log.info("stopping")
        finally:
            await asyncio.gather(*(runner.cleanup() for runner in runners))
    finally:
        await store.close()


def _responder(config: Config) -> Responder:
    authority, certificate = load_certificate(config.authority_certificate), load_certificate(config.responder_certificate)
    return responder(authority, certificate, load_key(config.responder_key), config.answer_seconds)


async def _open_doors(config: Config, store: Store, answers_as: Responder, points: CrashPoints) -> tuple[web.AppRunner, web.AppRunner]:
    registry = CollectorRegistry()
    meters = Meters(registry)
    desk = Desk(store, answers_as, meters.counted)
    door = OcspDoor(desk, now=_now, meters=meters, points=points)
    pages = office(desk, accounts_of(config), now=_now, token=token_bytes, registry=registry)
    return await _open(door.application(), config.ocsp), await _open(pages, config.office)


async def _open(app: web.Application, door: Door) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, door.host, door.port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


async def _asked_to_stop() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()


def _addresses(runner: web.AppRunner) -> list[str]:
    return [f"{address[0]}:{address[1]}" for address in runner.addresses]


def _now() -> datetime:
    return datetime.now(JST)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
