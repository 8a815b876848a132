"""The kiosk's way to the issuance center: what is asked in a visit, and the patience with which it is asked.

A message that got no answer is sent again as it was, under its id, until an answer comes or the deadline has passed; then the visit is refused
politely, and nothing has been charged. It decides nothing about the answers, and never sees a PIN.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from messages.link import Link, NoAnswer
from messages.refusals import Refusal, refuse
from messages.uses import ApplyForUse, AskUse, Use, UseApplication, UseReceived
from messages.visits import (
    Acknowledged,
    Admitted,
    Application,
    Apply,
    AskChoices,
    AskDirectory,
    AskKinds,
    Authenticate,
    CertificateReady,
    Challenge,
    Choices,
    CloseVisit,
    Directory,
    Event,
    KindsOffered,
    OpenVisit,
    Report,
    VisitClosed,
    VisitOpened,
)
from messages.wire import Message, decode, encode
from trust.signing import sign

R = TypeVar("R", bound=Message)

WORTH_REPEATING = frozenset({"busy"})
"""Refusals that say `not now` rather than `no`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one answer is waited for, how long all repetitions together may take, and the pauses between them (the last one is used again)."""

    answer_seconds: float = 12.0
    deadline_seconds: float = 45.0
    pauses_seconds: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)


class CenterDoor:
    """One terminal's conversation with the center."""

    def __init__(self, link: Link, kiosk_id: str, key: ec.EllipticCurvePrivateKey, patience: Patience) -> None:
        self._link = link
        self._kiosk_id = kiosk_id
        self._key = key
        self._patience = patience
        self._directory: Directory | None = None

    async def directory(self, now: datetime) -> Directory | Refusal:
        """The municipalities that take part; kept until it is no longer valid."""
        if self._directory is None or self._directory.valid_until <= now:
            answer = await self._ask(AskDirectory(kiosk_id=self._kiosk_id), Directory)
            if isinstance(answer, Refusal):
                return answer
            self._directory = answer
        return self._directory

    async def open(self, visit_id: str, now: datetime) -> Challenge | Refusal:
        """A challenge for the card. One that was made for another visit or kiosk is no answer."""
        answer = await self._ask(OpenVisit(visit_id=visit_id, kiosk_id=self._kiosk_id, opened_at=now), VisitOpened)
        if isinstance(answer, Refusal):
            return answer
        challenge = answer.challenge
        if challenge.visit_id != visit_id or challenge.kiosk_id != self._kiosk_id or challenge.expires_at <= now:
            return refuse("failed", "the challenge is not for this visit")
        return challenge

    async def admit(self, visit_id: str, certificate: bytes, signature: bytes) -> Admitted | Refusal:
        """Show the card's certificate and its signature over the challenge."""
        answer = await self._ask(Authenticate(visit_id=visit_id, certificate=certificate, signature=signature), Admitted)
        if isinstance(answer, Admitted) and (answer.visit_id != visit_id or len(answer.visit_key) != 32):
            return refuse("failed", "the admission is not for this visit")
        return answer

    async def kinds(self, visit_id: str, municipality: str) -> KindsOffered | Refusal:
        """What the municipality offers here and now."""
        answer = await self._ask(AskKinds(visit_id=visit_id, municipality=municipality), KindsOffered)
        if isinstance(answer, KindsOffered) and answer.municipality != municipality:
            return refuse("failed", "the kinds are not of this municipality")
        return answer

    async def choices(self, visit_id: str, municipality: str, kind: str, vouched_by: str | None = None, year: int | None = None) -> Choices | Refusal:
        """Who and what may stand on a certificate of this kind. 課税証明書の広域交付: `vouched_by` the municipality where the holder lives now, of `year`."""
        asked = AskChoices(visit_id=visit_id, municipality=municipality, kind=kind, vouched_by=vouched_by, year=year)
        answer = await self._ask(asked, Choices)
        if isinstance(answer, Choices) and answer.kind != kind:
            return refuse("failed", "the choices are not of this kind")
        return answer

    async def apply(self, application: Application) -> CertificateReady | Refusal:
        """Hand in the application under this kiosk's own signature."""
        message = Apply(application=application, signature=sign(self._key, encode(application)))
        answer = await self._ask(message, CertificateReady)
        if isinstance(answer, CertificateReady) and answer.request_id != application.request_id:
            return refuse("failed", "the papers are not of this request")
        return answer

    async def use(self, visit_id: str, municipality: str) -> Use | Refusal:
        """How the 利用登録 of the card at this municipality stands."""
        answer = await self._ask(AskUse(visit_id=visit_id, municipality=municipality), Use)
        if isinstance(answer, Use) and (answer.visit_id, answer.municipality) != (visit_id, municipality):
            return refuse("failed", "the answer is not of this visit and municipality")
        return answer

    async def apply_for_use(self, application: UseApplication) -> UseReceived | Refusal:
        """Hand in an application for 利用登録 under this kiosk's own signature."""
        answer = await self._ask(ApplyForUse(application=application, signature=sign(self._key, encode(application))), UseReceived)
        of = (application.visit_id, application.municipality)
        if isinstance(answer, UseReceived) and (answer.visit_id, answer.municipality) != of:
            return refuse("failed", "the receipt is not for this application")
        return answer

    async def tell(self, body: bytes, *, report: bool) -> str | None:
        """Tell the center one line of the outbox, once: `acknowledged`, the code of a refusal that repeating will not change, or None when it
        must be told again.
        """
        message: Message
        if report:
            event = decode(body, Event)
            message = Report(event=event, signature=sign(self._key, body))
        else:
            message = decode(body, CloseVisit)
        try:
            answer = await self._link.ask(message, self._patience.answer_seconds)
        except NoAnswer:
            return None
        return _told(answer)

    async def _ask(self, message: Message, reply: type[R]) -> R | Refusal:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._patience.deadline_seconds
        answer: R | Refusal | None = None
        pauses = chain(self._patience.pauses_seconds, repeat(self._patience.pauses_seconds[-1]))
        while (left_seconds := ends_at - loop.time()) > 0:
            answer = await self._ask_once(message, reply, left_seconds)
            if answer is not None and not (isinstance(answer, Refusal) and answer.code in WORTH_REPEATING):
                return answer
            pause = next(pauses)
            if loop.time() + pause >= ends_at:
                break
            await asyncio.sleep(pause)
        return answer if answer is not None else refuse("center_unavailable")

    async def _ask_once(self, message: Message, reply: type[R], left_seconds: float) -> R | Refusal | None:
        try:
            answer = await self._link.ask(message, min(self._patience.answer_seconds, left_seconds))
        except NoAnswer:
            return None
        return answer if isinstance(answer, reply | Refusal) else None


def _told(answer: Message) -> str | None:
    if isinstance(answer, Acknowledged | VisitClosed):
        return "acknowledged"
    if isinstance(answer, Refusal) and answer.code not in _TRY_AGAIN:
        return answer.code
    return None


_TRY_AGAIN = frozenset({"busy", "failed", "center_unavailable", "fees_unavailable", "issuer_unavailable"})
