"""Delivers what the center owes: facts to the fee office, outcomes to the issuers; and closes visits that nobody closed.

At least once, in order, until acknowledged: the other side tells a repeat from news. Nothing is lost by a crash, because what is owed was written with the step that owes it. Each of the others
has a courier of its own, so that one who is silent, slow or refuses holds up nobody else; on a line that several municipalities share, the outcomes of each go
beside those of the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from issuance_center.config import Config
from issuance_center.records import cases, endings, outgoing, visits
from issuance_center.records.cases import Alarm
from issuance_center.records.outgoing import OwedOutcome
from messages.facts import FactMetered, FactsMetered, FeeFact, MeterFacts
from messages.link import Link, NoAnswer
from messages.orders import OutcomeNoted
from messages.refusals import TABLE, Refusal
from storage.store import Store, StoreFailed

SWEEP_SECONDS = 30.0

TENANTS_AT_ONCE = 8
"""Municipalities of one shared line that hear outcomes at the same time."""

FINAL_REFUSALS = frozenset({"request_altered"})
"""What an issuer refuses an outcome with when telling it again would change nothing: its log says something else."""


class Delivery:
    """The center's deliveries; `run` works until it is cancelled."""

    def __init__(self, config: Config, store: Store, *, fees: Link, issuers: Mapping[str, Link], now: Callable[[], datetime]) -> None:
        self._config = config
        self._limits = config.limits
        self._store = store
        self._fees = fees
        self._issuers = issuers
        self._now = now
        self._rounds: tuple[Callable[[], Awaitable[None]], ...] = (
            self._deliver_facts,
            *(partial(self._deliver_outcomes, name) for name in sorted(issuers)),
        )
        self._bells = tuple(asyncio.Event() for _ in self._rounds)
        self._log = structlog.get_logger()

    def wake(self) -> None:
        """Something is owed."""
        for bell in self._bells:
            bell.set()

    async def run(self) -> None:
        """Deliver and sweep for ever."""
        async with asyncio.TaskGroup() as tasks:
            for bell, deliver in zip(self._bells, self._rounds, strict=True):
                tasks.create_task(self._deliver_for_ever(bell, deliver))
            tasks.create_task(self._sweep_for_ever())

    async def _deliver_for_ever(self, bell: asyncio.Event, deliver: Callable[[], Awaitable[None]]) -> None:
        bell.set()
        while True:
            await bell.wait()
            bell.clear()
            try:
                await deliver()
            except (NotDelivered, NoAnswer, StoreFailed, SQLAlchemyError):
                await asyncio.sleep(self._limits.retry_seconds)
                bell.set()
            except Exception:  # noqa: BLE001 - what is owed must be delivered: whatever failed, the courier goes again
                self._log.exception("delivery_failed")
                await asyncio.sleep(self._limits.retry_seconds)
                bell.set()

    async def _deliver_facts(self) -> None:
        while owed := await self._store.read(outgoing.owed_facts):
            answer = await self._fees.ask(MeterFacts(center=self._config.name, facts=owed), self._limits.fees_seconds)
            if not isinstance(answer, FactsMetered) or [fact.number for fact in answer.facts] != [fact.number for fact in owed]:
                self._log.error("facts_not_metered", first=owed[0].number, count=len(owed))
                await self._complain("facts_refused", answer if isinstance(answer, Refusal) else None, f"facts from number {owed[0].number}")
                raise NotDelivered
            await self._store.write(_note_metered, owed, answer.facts, self._now())

    async def _deliver_outcomes(self, issuer: str) -> None:
        """A round of all municipalities on this line, each as far as it gets: whose outcomes are not taken is tried again with the next round."""
        owing = await self._store.read(outgoing.owed_municipalities, issuer)
        at_once = asyncio.Semaphore(TENANTS_AT_ONCE)

        async def told(municipality: str) -> None:
            async with at_once:
                await self._deliver_outcomes_of(issuer, municipality)

        for failure in await asyncio.gather(*map(told, owing), return_exceptions=True):
            if isinstance(failure, BaseException):
                raise failure

    async def _deliver_outcomes_of(self, issuer: str, municipality: str) -> None:
        while batch := await self._store.read(outgoing.owed_outcomes, issuer, municipality):
            for owed in batch:
                answer = await self._issuers[issuer].ask(owed.message, self._limits.issuer_try_seconds)
                if isinstance(answer, OutcomeNoted) and answer.issuance_id == owed.message.issuance_id:
                    await self._store.write(outgoing.outcome_told, owed.outcome_no, self._now())
                elif isinstance(answer, Refusal) and answer.code in FINAL_REFUSALS:
                    self._log.error("outcome_contradicted", issuer=issuer, issuance_id=owed.message.issuance_id)
                    await self._store.write(_note_contradicted, owed, answer.code, self._now())
                else:
                    self._log.error("outcome_refused", issuer=issuer, issuance_id=owed.message.issuance_id)
                    await self._complain(
                        "outcomes_refused", answer if isinstance(answer, Refusal) else None, f"outcomes to {issuer} of {municipality}"
                    )
                    raise NotDelivered

    async def _complain(self, code: str, refusal: Refusal | None, what: str) -> None:
        """An operator must know of an answer that waiting will not better."""
        if refusal is not None and TABLE[refusal.code].status == 503:
            return
        said = "an answer to something else" if refusal is None else refusal.code
        await self._store.write(cases.raise_once, Alarm(code, f"{what}: {said}"), self._now())

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._now()
            try:
                for visit_id in await self._store.read(visits.overdue, now - timedelta(seconds=self._limits.overdue_seconds)):
                    await self._store.write(endings.close_visit, visit_id, "overdue", now)
                    self.wake()
            except (StoreFailed, SQLAlchemyError):
                continue


class NotDelivered(Exception):
    """An answer came, but not the one that ends the debt: it will be tried again."""


def _note_metered(connection: Connection, owed: tuple[FeeFact, ...], answers: tuple[FactMetered, ...], now: datetime) -> None:
    outgoing.facts_metered(connection, answers, now)
    for fact, answer in zip(owed, answers, strict=True):
        if answer.metered == "contradiction":
            alarm = Alarm("fact_contradicts", f"fact {fact.number} ({fact.step})", None, fact.issuance_id, fact.kiosk_id, fact.municipality)
            cases.raise_alarm(connection, alarm, now)


def _note_contradicted(connection: Connection, owed: OwedOutcome, code: str, now: datetime) -> None:
    """Told, and contradicted: the issuer's log says something else of this paper. A person must look; the other outcomes go on."""
    outgoing.outcome_told(connection, owed.outcome_no, now)
    detail = f"{owed.issuer} answers {code} to the outcome {owed.message.outcome}"
    cases.raise_once(connection, Alarm("outcome_contradicts", detail, None, owed.message.issuance_id), now)
