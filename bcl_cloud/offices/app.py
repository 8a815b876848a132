"""The protocol door of the shared cloud. Wires, and decides nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, select

from bcl_cloud.config import OPERATOR
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.operator_pages import TENANT, OperatorPages
from bcl_cloud.offices.step_pages import StepPages
from bcl_cloud.offices.trial_pages import TrialPages
from bcl_cloud.offices.upload_pages import UploadPages
from bcl_cloud.uploads.desk import UploadDesk
from issuer.desk import MESSAGES
from issuer.press import Press
from messages.door import Desk, Door
from screens.office import office_app
from screens.sign_in import StaffAccount
from storage.crash_points import CrashPoints

TEMPLATES = Path(__file__).parent / "templates"


def protocol_door(desk: Desk, now: Callable[[], datetime], registry: CollectorRegistry, points: CrashPoints) -> Door:
    """The door that the issuance center speaks to, for all tenants."""
    return Door(desk, title="自治体基盤クラウド / shared cloud of municipalities", accepts=MESSAGES, now=now, registry=registry, points=points)


def operators_office(
    accounts: tuple[StaffAccount, ...],
    cloud: Cloud,
    desk: UploadDesk,
    *,
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    openapi: Mapping[str, object] | None,
    press: Press | None = None,
) -> web.Application:
    """The cloud operators' pages: which tenants there are, how each stands, and every step of its preparation. Nothing of any resident. `press` draws specimens, where there is one."""

    async def health() -> Mapping[str, object]:
        await cloud.database.read(_answers)
        return {"status": "ok", "party": "bcl"}

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
    OperatorPages(cloud, token).add_to(office)
    StepPages(cloud, token).add_to(office)
    _of_one_tenant(office, cloud, desk, press)
    return office


def _of_one_tenant(office: web.Application, cloud: Cloud, desk: UploadDesk, press: Press | None) -> None:
    """What the tenant's own office has as well: its data and its trial issue."""

    async def press_of(_code: str) -> Press | None:
        return press

    def code_of(request: web.Request) -> str:
        return request.match_info["code"]

    uploads = UploadPages(cloud, desk, code_of, base=TENANT + "/data", layout="cloud.html", role=OPERATOR)
    uploads.add_to(office)
    office.router.add_get(TENANT + "/data", uploads.data)
    TrialPages(cloud, code_of, press_of, base=TENANT + "/trial", layout="cloud.html", looking=False, role=OPERATOR).add_to(office)


def _answers(connection: Connection) -> None:
    connection.execute(select(1))
