"""One message of the issuance center, given to the tenant it is for.

Decides only whose it is: by the municipality the message names, and within that tenant's rows alone is anything looked for. An unknown tenant and one that is not open are answered alike.
"""

from datetime import datetime

import msgspec
import structlog
from sqlalchemy import Connection, func, select

from bcl_cloud.fair_share import Busy, FairShare
from bcl_cloud.serving import Served, Serving, in_flight_only
from bcl_cloud.tenancy.door import ForeignRows, NoSuchTenant
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenants.canaries import NOBODYS_SERIAL, is_canarys_serial
from issuer.issue_log import find_order
from issuer.issue_tables import SERIES
from messages.orders import IssueOrder, TellOutcome
from messages.refusals import refuse
from messages.uses import RegisterUse
from messages.wire import Message
from storage.instants import JST
from storage.sqlite import AlreadyServed
from trust.authority import KeyUnusable
from trust.parties import Peer

PROBE = Peer("bcl", "probe")
"""Who asks for canaries. It is this one object: nobody who comes through a door is it, whatever a certificate says."""

_log = structlog.get_logger("bcl")


class CloudDesk:
    """The cloud's answers: each the answer of one tenant's own desk."""

    def __init__(self, serving: Serving, share: FairShare) -> None:
        self._serving = serving
        self._share = share

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """The reply of the tenant's desk, or a `Refusal`."""
        code = municipality_of(message)
        if code is None:
            return refuse("not_found")
        try:
            served = await self._serving.served(code)
            if served is not None and peer is PROBE:
                async with self._share.turn(f"probe of {code}"):  # in a line of its own: a tenant's crowd must not keep it from being looked at
                    return await served.probed().answer(message, peer, now)
            if served is None or not _hears(served, message):
                return refuse("stopped_now" if served is not None and served.tenant.state == "stopped" else "municipality_unknown")
            async with self._share.turn(code, served.tenant.weight):
                if isinstance(message, IssueOrder) and await _over_quota(served, message, now):
                    _log.warning("quota_reached", tenant=code)
                    return refuse("busy")
                return await served.desk.answer(without_canary(message), peer, now)
        except Busy:
            return refuse("busy")
        except (ForeignRows, NoSuchTenant, KeysMissing, KeyUnusable, AlreadyServed) as problem:
            _log.error("tenant_not_served", tenant=code, kind=type(problem).__name__, reason=str(problem))
            return refuse("issuer_unavailable")


def municipality_of(message: Message) -> str | None:
    """Which tenant a message is for."""
    named = message.application.municipality if isinstance(message, RegisterUse) else getattr(message, "municipality", None)
    return named if isinstance(named, str) else None


def without_canary(message: Message) -> Message:
    """The message as it is answered to whoever comes through the door: by a canary's serial nobody is found, and nothing is issued."""
    serial = getattr(message, "serial", None)
    return msgspec.structs.replace(message, serial=NOBODYS_SERIAL) if isinstance(serial, str) and is_canarys_serial(serial) else message


def over_quota(connection: Connection, request_id: str, papers: int, day: str, papers_per_day_max: int) -> bool:
    """Whether these papers would be more than the tenant may have made in a day. An order that has its numbers already is always finished."""
    if find_order(connection, request_id) is not None:
        return False
    taken = connection.execute(select(func.coalesce(func.sum(SERIES.c.last), 0)).where(SERIES.c.day == day)).scalar_one()
    return int(taken) + papers > papers_per_day_max


def _hears(served: Served, message: Message) -> bool:
    return served.tenant.state == "open" or (isinstance(message, TellOutcome) and in_flight_only(served.tenant))


async def _over_quota(served: Served, order: IssueOrder, now: datetime) -> bool:
    day = now.astimezone(JST).date().isoformat()
    return await served.store.read(over_quota, order.request_id, len(order.papers), day, served.tenant.papers_per_day_max)
