"""The fee office in the real world: clock, chance, files, sockets and the database enter here, and only here."""

import asyncio
import secrets
import sys
from datetime import datetime
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry

from fees.booking.records import METADATA
from fees.config import Config, load_config, rules_of
from fees.desk import Desk, desk_of
from fees.drafts.history import seed, unlike
from fees.drafts.records import METADATA as RULES
from fees.offices.app import books_office
from messages.door import Door, open_door, serve_application
from messages.facts import AskPrices, MeterFacts
from messages.logs import configure
from messages.serving import run_until_stopped
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST
from storage.opening import open_store
from storage.store import Store
from trust.parties import server_context

ACCEPTS = (AskPrices, MeterFacts)


def run(config_file: Path) -> None:
    """Serve until stopped; raises `ConfigInvalid` for a configuration that cannot be used."""
    config = load_config(config_file)
    log = configure(config.name)
    log.info("starting", door=config.door.port, office=config.office.port)
    run_until_stopped(lambda stop: serve(config, stop))


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Open the fee office's doors and keep them open until `stop`."""
    points = CrashPoints(config.crash_points, config.name)
    opened = await open_store(config.database, METADATA, RULES, servers=True)
    try:
        store = RehearsedStore(opened, points)
        await begin_rules(config, store)
        registry = CollectorRegistry()
        desk: Desk = desk_of(config, store, registry)
        door = Door(desk, title="手数料管理（見本）", accepts=ACCEPTS, now=now, registry=registry, points=points)
        office = books_office(config, store, desk, now=now, token=secrets.token_bytes, registry=registry, openapi=door.openapi)
        context = server_context(config.door.certificate_file, config.door.key_file, config.door.ca_file)
        async with (
            open_door(door, config.door.host, config.door.port, context),
            serve_application(office, config.office.host, config.office.port),
        ):
            await stop.wait()
    finally:
        await opened.close()


async def begin_rules(config: Config, store: Store) -> None:
    """At the first start the configuration's rules are entered. From then on the database's count: what a configuration says differently since is logged, and changes nothing."""
    log = structlog.get_logger("fees")
    configured = rules_of(config)
    if await store.write(seed, configured, now()):
        log.info("rules_begun", rules=len(configured.rules))
        return
    differing = await store.read(unlike, configured)
    if differing.ignored or differing.missed:
        log.warning("configured_rules_ignored", ignored=differing.ignored, missed=differing.missed)


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
