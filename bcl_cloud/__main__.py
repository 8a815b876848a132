"""Where the real world enters the shared cloud: files, clock, chance, signals."""

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry

from bcl_cloud.app import operators_office, protocol_door
from bcl_cloud.cloud_tables import METADATA
from bcl_cloud.config import Config, accounts_of, load
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.key_folders import KeyFolders
from bcl_cloud.offices import offices_app
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy import Tenancy
from bcl_cloud.tenant_files import TenantFiles
from issuer.build import program, topology
from messages.door import open_door, serve_application
from messages.logs import configure
from messages.orders import Build
from messages.serving import run_until_stopped
from storage.crash_points import CrashPoints
from storage.instants import JST
from storage.opening import open_store
from trust.authority import load_certificate
from trust.parties import server_context


def run(config_file: Path) -> None:
    """Serve all tenants until stopped. Raises `ConfigInvalid`, `storage.sqlite.AlreadyServed` where another process serves them."""
    config = load(config_file)
    configure(config.name).info("starting", door=config.door.port, office=config.office.port)
    run_until_stopped(lambda stop: serve(config, stop))


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Open the doors and keep them open until `stop`."""
    async with AsyncExitStack() as stack:
        points = CrashPoints(config.crash_points, config.name)
        cloud = await open_store(config.database, METADATA)
        stack.push_async_callback(cloud.close)
        tenancy = Tenancy(TenantFiles(config.tenants), sole=True, open_max=config.limits.open_tenants)
        stack.push_async_callback(tenancy.close)
        declared = Build(program=program(), topology=topology(processes=1, press_workers=0, database=tenancy.kind))
        serving = Serving(cloud, tenancy, KeyFolders(config.keys), declared, config.refusal_seconds, _roots(config), secrets.token_bytes)
        share = FairShare(config.limits.in_work, config.limits.in_work_of_tenant, config.limits.waiting_of_tenant)
        registry = CollectorRegistry()
        door = protocol_door(CloudDesk(serving, share), now, registry, points)
        office = operators_office(accounts_of(config), cloud, now=now, token=secrets.token_bytes, registry=registry, openapi=door.openapi)
        context = server_context(config.tls.certificate, config.tls.key, config.tls.authority)
        await stack.enter_async_context(open_door(door, config.door.host, config.door.port, context))
        offices = offices_app(serving, cloud, office, now, secrets.token_bytes)
        await stack.enter_async_context(serve_application(offices, config.office.host, config.office.port))
        await stop.wait()


def _roots(config: Config) -> tuple[x509.Certificate, ...]:
    return () if config.documents_authority is None else (load_certificate(config.documents_authority),)


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
