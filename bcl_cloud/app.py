"""The protocol door of the shared cloud. Wires, and decides nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, select

from bcl_cloud.tenants import tenants
from issuer.desk import MESSAGES
from messages.door import Desk, Door
from screens.office import office_app, render
from screens.sign_in import StaffAccount
from storage.crash_points import CrashPoints
from storage.store import Store

TEMPLATES = Path(__file__).parent / "templates"


def protocol_door(desk: Desk, now: Callable[[], datetime], registry: CollectorRegistry, points: CrashPoints) -> Door:
    """The door that the issuance center speaks to, for all tenants."""
    return Door(desk, title="自治体基盤クラウド / shared cloud of municipalities", accepts=MESSAGES, now=now, registry=registry, points=points)


def operators_office(
    accounts: tuple[StaffAccount, ...],
    cloud: Store,
    *,
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    openapi: Mapping[str, object] | None,
) -> web.Application:
    """The cloud operators' pages: which tenants there are and how each stands. Nothing of any resident."""

    async def health() -> Mapping[str, object]:
        await cloud.read(_answers)
        return {"status": "ok", "party": "bcl"}

    async def front(request: web.Request) -> web.Response:
        return render(request, "front.html", tenants=await cloud.read(tenants))

    office = office_app(
        party_ja="自治体基盤クラウド",
        party_en="Shared cloud (BCL)",
        templates=TEMPLATES,
        accounts=accounts,
        now=now,
        token=token,
        health=health,
        registry=registry,
        openapi=openapi,
    )
    office.router.add_get("/", front)
    return office


def _answers(connection: Connection) -> None:
    connection.execute(select(1))
