"""One probe of one tenant from its first question to its verdict.

Decides the order: first the tenant's rows, of which everything else is made, then its own canary's papers, then its report of itself, then its neighbours' canaries, a bounded number of them
in turn. Changes nothing but a canary that was never planted, or a part of one: a tenant that joined before there were canaries, has come to offer papers of another register, or has come into another
year gets it here. What was planted once and is gone is not put back: that is what a probe is to find.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog
from cryptography import x509
from sqlalchemy import Connection

from bcl_cloud.probing import questions
from bcl_cloud.probing.asking import Visit
from bcl_cloud.probing.counting import people_of
from bcl_cloud.probing.own_papers import own_papers
from bcl_cloud.probing.rows import look_through
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.own_session import demand_own
from bcl_cloud.tenancy.probe_signs import Leak, NotProbed
from bcl_cloud.tenancy.unkept import Unkept
from bcl_cloud.tenants.canaries import Canary
from bcl_cloud.tenants.canaries_planted import (
    address_of,
    canaries,
    canary_of,
    enter,
    note_parts,
    parts_noted,
    parts_standing,
    plant,
    plant_parts,
    stands,
)
from bcl_cloud.tenants.canary_papers import parts_wanted
from bcl_cloud.tenants.entries import Tenant, find
from bcl_cloud.tenants.probes_recorded import WATCH, Verdict
from bcl_cloud.tenants.terms import terms_of
from messages.orders import ChoicesOffered
from messages.refusals import Refusal
from messages.wire import Message
from storage.instants import JST
from storage.store import Store

PROBE_SECONDS = 60.0
"""How long one probe may take; beyond, it could not be carried out."""
OTHERS_MAX = 16
"""How many neighbours one probe asks for; the others have their turn in the next ones."""

BUSY_TRIES, BUSY_SECONDS = 100, 0.2
"""A crowd is no reason to stop a tenant: a probe that hears `busy` asks again, so many times, after so long."""

_log = structlog.get_logger("probe")


class Probe:
    """See the module's text. `ask` is the cloud's desk, as a probe asks it (`bcl_cloud.desk.PROBE`)."""

    def __init__(
        self,
        cloud: Store,
        tenancy: Tenancy,
        ask: Callable[[Message, datetime], Awaitable[Message]],
        token: Callable[[int], bytes],
        roots: tuple[x509.Certificate, ...] = (),
        others_max: int = OTHERS_MAX,
        seconds: float = PROBE_SECONDS,
    ) -> None:
        self._cloud = cloud
        self._tenancy = tenancy
        self._ask = ask
        self._token = token
        self._roots = roots
        self._others_max = others_max
        self._seconds = seconds
        self._next: dict[str, int] = {}

    async def probe(self, code: str, now: datetime) -> Verdict:
        """What is found at the tenant `code`. Raises nothing but a cancellation: what goes wrong is a verdict too."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._probed(code, now)
        except Leak as leak:
            return Verdict("leak", tuple(dict.fromkeys((code, *leak.concerned))), str(leak))
        except NotProbed as failure:
            return Verdict("failed", (), str(failure))
        except Exception as failure:  # noqa: BLE001 - whatever keeps a probe from being carried out is its verdict; the text of a stranger's exception might hold a name
            _log.error("not_probed", tenant=code, kind=type(failure).__name__)
            return Verdict("failed", (), type(failure).__name__)

    async def _probed(self, code: str, now: datetime) -> Verdict:
        tenant, terms = await self._cloud.read(find, code), await self._cloud.read(terms_of, code)
        if tenant is None or terms is None:
            raise NotProbed("no such tenant")
        store = Unkept(self._tenancy.store(code), partial(demand_own, code=code))
        own = await self._cloud.read(canary_of, code) or await self._planted(tenant, now)
        tables = await store.read(look_through, own)
        await store.write(demand_own, code)  # writes may go another way than reads
        kinds, others = tuple(terms.settings), await self._neighbours(code)
        wanted = await self._given(tenant, own, parts_wanted(kinds, now.astimezone(JST).date()), now)
        stand = await store.read(stands, own) and wanted <= frozenset(await store.read(parts_standing, own))
        visit = Visit(f"probe-{self._token(12).hex()}", self._token(32), now, self._roots)

        async def ask(message: Message) -> Message:
            reply = await self._ask(message, now)
            for _ in range(BUSY_TRIES):
                if not isinstance(reply, Refusal) or reply.code != "busy":
                    break
                await asyncio.sleep(BUSY_SECONDS)
                reply = await self._ask(message, now)
            return reply

        offered: dict[str, ChoicesOffered] = {}
        not_probed = None if stand else NotProbed("rows: the own canary does not stand in the registers")
        try:
            offered = await own_papers(ask, tenant, own, kinds, visit)
            await questions.own_report(ask, tenant, kinds, lambda: store.read(people_of, kinds), visit)
        except NotProbed as failure:
            not_probed = not_probed or failure  # whoever does not know its own may still know its neighbours': that is asked first
        for other in others:
            await questions.strangers(ask, tenant, own, other, kinds, offered, visit)
        if not_probed is not None:
            raise not_probed
        return Verdict("passed", (), f"{tables} tables, {len(offered)} papers, {len(others)} neighbours")

    async def _neighbours(self, code: str) -> tuple[Canary, ...]:
        others = tuple(canary for canary in await self._cloud.read(canaries) if canary.code != code)
        begin = self._next.get(code, 0) % max(1, len(others))
        self._next[code] = begin + self._others_max
        return (*others[begin:], *others[:begin])[: self._others_max]

    async def _planted(self, tenant: Tenant, now: datetime) -> Canary:
        canary = await self._cloud.write(enter, tenant.code, self._token, WATCH, "", now)
        await self._tenancy.store(tenant.code).write(plant, canary, address_of(tenant), now)
        return canary

    async def _given(self, tenant: Tenant, own: Canary, wanted: tuple[str, ...], now: datetime) -> frozenset[str]:
        """What the canary must have in the other registers; what was never planted is."""
        noted = await self._cloud.read(parts_noted, tenant.code)
        new = tuple(part for part in wanted if part not in noted)
        if new:
            await self._tenancy.store(tenant.code).write(_plant_own, own, tenant, new, now)
            await self._cloud.write(note_parts, tenant.code, new)
        return frozenset(wanted)


def _plant_own(connection: Connection, own: Canary, tenant: Tenant, parts: tuple[str, ...], now: datetime) -> None:
    demand_own(connection, tenant.code)
    plant_parts(connection, own, tenant, parts, now)
