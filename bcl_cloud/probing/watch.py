"""The watch over all tenants: each in its turn around the clock, and at once where something may have changed, that is before it is served for the first time and after every upload.

Decides when a tenant is looked at and when it may be served. A tenant is served from registers that were probed: until a probe has passed in this process and since the latest upload, its
messages wait for one, or hear that the issuer is not available. What a verdict does is `probes_recorded`'s, in one transaction; the alarm follows it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from cryptography import x509
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection, func, select

from bcl_cloud.config import Probes
from bcl_cloud.desk import PROBE, CloudDesk, municipality_of
from bcl_cloud.feeds.tables import UPLOADS
from bcl_cloud.probing.probe import Probe
from bcl_cloud.tenancy.door import ForeignRows, NoSuchTenant, Tenancy
from bcl_cloud.tenants.entries import find, tenants
from bcl_cloud.tenants.probes_recorded import Verdict, record
from messages.refusals import refuse
from messages.wire import Message
from storage.store import Store
from trust.parties import Peer

WATCHED = ("trial", "open", "stopped")
"""The states in which a tenant is looked at: one in preparation may lack what a paper needs, and issues nothing."""

_log = structlog.get_logger("watch")


class Watch:
    """See the module's text."""

    def __init__(
        self, probe: Probe, cloud: Store, tenancy: Tenancy, settings: Probes, now: Callable[[], datetime], registry: CollectorRegistry
    ) -> None:
        self._probe = probe
        self._cloud = cloud
        self._tenancy = tenancy
        self._settings = settings
        self._now = now
        self._cleared: dict[str, int] = {}
        self._failed_at: dict[str, datetime] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._probes = Counter("konbini_bcl_probes", "Probes of tenants by what they found", ("outcome",), registry=registry)
        self._leaking = Gauge("konbini_bcl_leaking", "Tenants that a leak keeps stopped", registry=registry)
        self._unprobed = Gauge("konbini_bcl_not_probed", "Tenants whose latest probe could not be carried out", registry=registry)
        self._not_probed: set[str] = set()

    async def cleared(self, code: str) -> bool:
        """Whether the tenant's registers, as they are now, were probed and found good; probes them where they were not. Of a tenant that issues nothing there is nothing to clear."""
        tenant = await self._cloud.read(find, code)
        if tenant is None or tenant.state != "open":
            return True
        if await self._is_cleared(code):
            return True
        async with self._turns[code]:
            if await self._is_cleared(code):
                return True
            failed_at = self._failed_at.get(code)
            if failed_at is not None and self._now() < failed_at + timedelta(seconds=self._settings.again_seconds):
                return False
            return (await self._looked(code)).outcome == "passed"

    async def look(self, code: str) -> Verdict:
        """Probe one tenant now, whatever was found before; what follows from it has happened when this returns."""
        async with self._turns[code]:
            return await self._looked(code)

    async def keep_watch(self) -> None:
        """Look at all tenants in turn, for ever: the first round at once, then one tenant every `turn_seconds`."""
        first = True
        while True:
            try:
                codes = [tenant.code for tenant in await self._cloud.read(tenants) if tenant.state in WATCHED]
                for code in codes:
                    if not first or not await self._is_cleared(code):
                        await self.look(code)
                    await asyncio.sleep(0 if first else self._settings.turn_seconds)
                if first or not codes:
                    await asyncio.sleep(self._settings.turn_seconds)
                first = False
            except Exception as failure:  # noqa: BLE001 - the watch outlives whatever goes wrong in one of its turns
                _log.error("watch_interrupted", kind=type(failure).__name__)
                await asyncio.sleep(self._settings.turn_seconds)

    async def _is_cleared(self, code: str) -> bool:
        return code in self._cleared and self._cleared[code] == await self._upload(code)

    async def _upload(self, code: str) -> int:
        try:
            return await self._tenancy.store(code).read(latest_upload)
        except (ForeignRows, NoSuchTenant):
            return -1  # the probe will say so

    async def _looked(self, code: str) -> Verdict:
        upload, now = await self._upload(code), self._now()
        verdict = await self._probe.probe(code, now)
        stopped = await self._cloud.write(record, code, verdict, self._settings.failures_max, now)
        if verdict.outcome == "passed":
            self._cleared[code] = upload
            self._failed_at.pop(code, None)
        else:
            self._failed_at[code] = now
        if verdict.outcome == "leak":
            for one in verdict.concerned:
                self._cleared.pop(one, None)
        await self._tell(code, verdict, stopped)
        return verdict

    async def _tell(self, code: str, verdict: Verdict, stopped: tuple[str, ...]) -> None:
        self._probes.labels(outcome=verdict.outcome).inc()
        (self._not_probed.add if verdict.outcome == "failed" else self._not_probed.discard)(code)
        self._unprobed.set(len(self._not_probed))
        self._leaking.set(sum(one.state == "stopped" and one.reason.startswith("leak") for one in await self._cloud.read(tenants)))
        if verdict.outcome == "leak":
            _log.critical("leak", tenant=code, concerned=verdict.concerned, stopped=stopped, detail=verdict.detail)
        elif verdict.outcome == "failed":
            _log.error("probe_failed", tenant=code, stopped=stopped, detail=verdict.detail)


class WatchedDesk:
    """The cloud's desk under watch: nothing is answered from registers that were not probed, and nothing is handed out once a leak was found, though it was being made then."""

    def __init__(self, desk: CloudDesk, watch: Watch, cloud: Store) -> None:
        self._desk = desk
        self._watch = watch
        self._cloud = cloud

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """See `CloudDesk.answer`."""
        code = municipality_of(message)
        if code is None or not await self._known(code):
            return await self._desk.answer(message, peer, now)
        if not await self._watch.cleared(code):
            return refuse("stopped_now" if await self._leaks(code) else "issuer_unavailable")
        reply = await self._desk.answer(message, peer, now)
        return refuse("stopped_now") if await self._leaks(code) else reply

    async def _known(self, code: str) -> bool:
        return await self._cloud.read(find, code) is not None

    async def _leaks(self, code: str) -> bool:
        tenant = await self._cloud.read(find, code)
        return tenant is not None and tenant.state == "stopped" and tenant.reason.startswith("leak")


def under_watch(
    desk: CloudDesk,
    cloud: Store,
    tenancy: Tenancy,
    settings: Probes,
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    registry: CollectorRegistry,
    roots: tuple[x509.Certificate, ...] = (),
) -> tuple[WatchedDesk, Watch]:
    """This desk under watch, and the watch, which keeps its rounds once somebody runs `keep_watch`."""
    probe = Probe(cloud, tenancy, asking(desk), token, roots, settings.others_max, settings.probe_seconds)
    watch = Watch(probe, cloud, tenancy, settings, now, registry)
    return WatchedDesk(desk, watch, cloud), watch


def asking(desk: CloudDesk) -> Callable[[Message, datetime], Awaitable[Message]]:
    """This desk as a probe asks it."""

    async def ask(message: Message, now: datetime) -> Message:
        return await desk.answer(message, PROBE, now)

    return ask


def latest_upload(connection: Connection) -> int:
    """The number of the upload that was put in place last; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(UPLOADS.c.upload_no), 0)).where(UPLOADS.c.state == "applied")).scalar_one())
