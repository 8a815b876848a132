"""Whether an issuer is what it was registered as, each time it answers with something that would be used (domain facts 7.1, I6, I7). Of another build's answer nothing is used: it is stopped.

The judgement is `stopping.judged`; here it is asked for and written down.
"""

from datetime import datetime

import structlog

from issuance_center import stopping
from issuance_center.records import endings, stops
from issuance_center.records.findings import Occurrence
from messages.orders import Build
from storage.store import Store


class Builds:
    """Remembers what each issuer declared last, so that only a change is written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._latest: dict[str, Build] = {}
        self._log = structlog.get_logger()

    async def wrong(self, declared: Build, allowed: tuple[tuple[str, str], ...], where: Occurrence, now: datetime) -> bool:
        """Whether this answer of `where.issuer` must not be used; then the issuer is stopped already. `allowed` are its registered builds."""
        declared = stops.printable(declared)
        first = None if allowed else await self._store.read(stops.first_declared, where.issuer)
        judged = stopping.judged(declared, allowed, first)
        if judged == "wrong":
            self._log.error("other_build", issuer=where.issuer, program=declared.program, topology=declared.topology)
            await self._store.write(endings.trip_build, where, declared, now)
            return True
        if where.issuer not in self._latest:
            latest = await self._store.read(stops.last_declared, where.issuer)
            if latest is not None:
                self._latest[where.issuer] = latest
        if self._latest.get(where.issuer) != declared:
            await self._store.write(endings.note_build, where.issuer, declared, now, unregistered=judged == "first")
            self._latest[where.issuer] = declared
        return False
