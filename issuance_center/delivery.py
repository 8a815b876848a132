"""Delivers what the center owes: facts to the fee office, outcomes to the issuers; and closes visits that nobody closed.

At least once, in order, until acknowledged: the other side tells a repeat from news. Nothing is lost by a crash, because what is owed was written with the step that owes it.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from issuance_center.config import Config
from issuance_center.desk import close_visit
from issuance_center.records import cases, outgoing, visits
from issuance_center.records.cases import Alarm
from messages.facts import FactMetered, FactsMetered, FeeFact, MeterFacts
from messages.link import Link, NoAnswer
from messages.orders import OutcomeNoted
from storage.store import Store, StoreFailed

SWEEP_SECONDS = 30.0


class Delivery:
    """The center's deliveries; `run` works until it is cancelled."""

    def __init__(self, config: Config, store: Store, *, fees: Link, issuers: Mapping[str, Link], now: Callable[[], datetime]) -> None:
        self._config = config
        self._store = store
        self._fees = fees
        self._issuers = issuers
        self._now = now
        self._owed = asyncio.Event()
        self._log = structlog.get_logger()

    def wake(self) -> None:
        """Something is owed."""
        self._owed.set()

    async def run(self) -> None:
        """Deliver and sweep for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver_for_ever())
            tasks.create_task(self._sweep_for_ever())

    async def _deliver_for_ever(self) -> None:
        self._owed.set()
        while True:
            await self._owed.wait()
            self._owed.clear()
            if not await self._deliver_all():
                await asyncio.sleep(self._config.limits.retry_seconds)
                self._owed.set()

    async def _deliver_all(self) -> bool:
        """Whether nothing is owed any more."""
        try:
            facts_done = await self._deliver_facts()
            return await self._deliver_outcomes() and facts_done
        except (NoAnswer, StoreFailed):
            return False

    async def _deliver_facts(self) -> bool:
        while owed := await self._store.read(outgoing.owed_facts):
            answer = await self._fees.ask(MeterFacts(center=self._config.name, facts=owed), self._config.limits.fees_seconds)
            if not isinstance(answer, FactsMetered) or [fact.number for fact in answer.facts] != [fact.number for fact in owed]:
                self._log.error("facts_not_metered", first=owed[0].number, count=len(owed))
                return False
            await self._store.write(_note_metered, owed, answer.facts, self._now())
        return True

    async def _deliver_outcomes(self) -> bool:
        """Each issuer's outcomes in order; an issuer that does not answer holds up nobody else's."""
        silent: set[str] = set()
        for owed in await self._store.read(outgoing.owed_outcomes):
            if owed.issuer in silent:
                continue
            try:
                answer = await self._issuers[owed.issuer].ask(owed.message, self._config.limits.issuer_try_seconds)
            except NoAnswer:
                silent.add(owed.issuer)
                continue
            if not isinstance(answer, OutcomeNoted):
                self._log.error("outcome_refused", issuer=owed.issuer, issuance_id=owed.message.issuance_id)
                silent.add(owed.issuer)
                continue
            await self._store.write(outgoing.outcome_told, owed.outcome_no, self._now())
        return not silent and not await self._store.read(outgoing.owed_outcomes)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._now()
            try:
                for visit_id in await self._store.read(visits.overdue, now - timedelta(seconds=self._config.limits.overdue_seconds)):
                    await self._store.write(close_visit, visit_id, "overdue", now)
                    self.wake()
            except StoreFailed:
                continue


def _note_metered(connection: Connection, owed: tuple[FeeFact, ...], answers: tuple[FactMetered, ...], now: datetime) -> None:
    outgoing.facts_metered(connection, answers, now)
    for fact, answer in zip(owed, answers, strict=True):
        if answer.metered == "contradiction":
            alarm = Alarm("fact_contradicts", f"fact {fact.number} ({fact.step})", None, fact.issuance_id, fact.kiosk_id, fact.municipality)
            cases.raise_alarm(connection, alarm, now)
