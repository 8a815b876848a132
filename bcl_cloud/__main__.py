"""Where the real world enters the shared cloud: files, clock, chance, signals."""

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry

from bcl_cloud.config import Config, accounts_of, load
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.opening import close_cloud, open_cloud
from bcl_cloud.offices.app import operators_office, protocol_door
from bcl_cloud.offices.by_host import offices_app
from bcl_cloud.probing.watch import under_watch
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.key_folders import KeptHands, KeyFolders
from bcl_cloud.uploads.desk import UploadDesk
from issuer.build import program, topology
from issuer.press import PoolPress
from messages.door import open_door, serve_application
from messages.logs import configure
from messages.orders import Build
from messages.serving import run_until_stopped
from storage.crash_points import CrashPoints
from storage.instants import JST
from trust.authority import load_certificate
from trust.parties import server_context

FINISH_SECONDS = 30.0
"""An issuance that was begun is finished before the process ends, also where a database is slow."""


def run(config_file: Path) -> None:
    """Serve all tenants until stopped; exits with 1 when the press has broken, so that a supervisor starts the party anew.

    Raises `ConfigInvalid`, `storage.sqlite.AlreadyServed` where another process serves them.
    """
    config = load(config_file)
    log = configure(config.name)
    press = PoolPress(KeptHands(KeyFolders(config.keys)), config.press_workers) if config.press_workers else None
    log.info("starting", door=config.door.port, office=config.office.port, press_workers=config.press_workers)
    try:
        run_until_stopped(lambda stop: serve(config, stop, press))
    finally:
        if press is not None:
            press.close()
    if press is not None and press.state == "broken":
        log.error("press_broken")
        sys.exit(1)


async def serve(config: Config, stop: asyncio.Event, press: PoolPress | None = None) -> None:
    """Open the doors and keep them open until `stop`, or until the press breaks."""
    async with AsyncExitStack() as stack:
        points = CrashPoints(config.crash_points, config.name)
        cloud = await open_cloud(config, sole=True, open_max=config.limits.open_tenants, points=points)
        stack.push_async_callback(close_cloud, cloud)
        database = cloud.tenancy.kind
        declared = Build(program=program(), topology=topology(processes=config.processes, press_workers=config.press_workers, database=database))
        token = secrets.token_bytes
        serving = Serving(cloud.database, cloud.tenancy, cloud.keys, declared, config.refusal_seconds, _roots(config), token, press)
        share = FairShare(config.limits.in_work, config.limits.in_work_of_tenant, config.limits.waiting_of_tenant)
        registry = CollectorRegistry()
        desk = CloudDesk(serving, share)
        watched, watch = under_watch(desk, cloud.database, cloud.tenancy, config.probes, now, token, registry, _roots(config))
        door = protocol_door(watched, now, registry, points)
        assert config.uploads is not None, "load gives every configuration its folder"
        uploads = UploadDesk(cloud, config.tenants, config.keys, config.uploads, now, token, crash_points=config.crash_points)
        uploads.sweep()
        stack.push_async_callback(uploads.close)
        office = operators_office(accounts_of(config), cloud, uploads, now=now, token=token, registry=registry, openapi=door.openapi, press=press)
        context = server_context(config.tls.certificate, config.tls.key, config.tls.authority)
        await stack.enter_async_context(open_door(door, config.door.host, config.door.port, context, FINISH_SECONDS))
        offices = offices_app(serving, cloud, uploads, office, now, token)
        await stack.enter_async_context(serve_application(offices, config.office.host, config.office.port))
        watching = asyncio.create_task(watch.keep_watch())
        stack.callback(watching.cancel)
        if press is not None:
            broken = asyncio.create_task(_stop_when_broken(press, stop))
            stack.callback(broken.cancel)
        await stop.wait()


async def _stop_when_broken(press: PoolPress, stop: asyncio.Event) -> None:
    await press.breaks()
    stop.set()


def _roots(config: Config) -> tuple[x509.Certificate, ...]:
    return () if config.documents_authority is None else (load_certificate(config.documents_authority),)


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
