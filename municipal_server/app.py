"""The two doors of a municipal server: the protocol door for the issuance center, the office door for the clerks. Wires, and decides nothing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry

from issuer.clerks.handovers import HandoverPages, Surroundings
from issuer.clerks.koseki import KosekiPages
from issuer.clerks.office import TEMPLATES
from issuer.clerks.papers import PaperPages
from issuer.clerks.residents import ResidentPages
from issuer.clerks.uses import UsePages
from issuer.clerks.years import YearPages
from issuer.desk import MESSAGES, Desk
from issuer.issue_history import count_by_state
from issuer.press import Press
from issuer.terms import Issuer
from messages.door import Door
from municipal_server.config import Config, accounts_of, office_of
from screens.office import office_app
from storage.crash_points import CrashPoints
from storage.store import Store

REGISTERS_COME = (
    "（この発行サーバには konbini municipal import で取り込みます。この発行サーバから出すときは、台帳システムから、または konbini municipal handover --data で書き出します。）",
    " (Into this server by konbini municipal import; out of it by the register systems, or konbini municipal handover --data.)",
)
"""How registers reach this server, and leave it, when kinds move."""


def protocol_door(desk: Desk, now: Callable[[], datetime], registry: CollectorRegistry, points: CrashPoints) -> Door:
    """The door that the issuance center speaks to."""
    accepts = MESSAGES
    return Door(desk, title="証明書発行サーバ / municipal certificate server", accepts=accepts, now=now, registry=registry, points=points)


def clerks_office(
    config: Config,
    issuer: Issuer,
    store: Store,
    press: Press,
    *,
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    openapi: Mapping[str, object] | None,
) -> web.Application:
    """The clerks' pages."""
    office = office_app(
        party_ja=f"{config.municipality_name} 証明書発行サーバ",
        party_en=f"{config.municipality_name_en} certificate server",
        templates=TEMPLATES,
        accounts=accounts_of(config),
        now=now,
        token=token,
        health=_health_of(config, store, press, now),
        registry=registry,
        openapi=openapi,
    )
    pages = office_of(config)
    PaperPages(pages, store).add_to(office)
    ResidentPages(pages, store).add_to(office)
    KosekiPages(pages, store).add_to(office)
    UsePages(pages, store).add_to(office)
    YearPages(issuer, press, store).add_to(office)
    HandoverPages(pages, store, Surroundings(config.municipality, config.number_prefix, REGISTERS_COME)).add_to(office)
    return office


def _health_of(config: Config, store: Store, press: Press, now: Callable[[], datetime]) -> Callable[[], Awaitable[Mapping[str, object]]]:

    async def health() -> Mapping[str, object]:
        at = now()
        await store.read(count_by_state, at, at)
        return {
            "status": "broken" if press.state == "broken" else "ok",
            "party": "municipal",
            "municipality": config.municipality,
            "press": press.state,
        }

    return health
