"""Requests at the center's door on a fixed schedule, as a kiosk sends them: whoever is slow is waited for by nobody, so that the offered load is the same whatever the answers take.

Times are from the instant at which a request was due, not from when it was sent: a driver that falls behind does not hide it.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kiosk.card import load_card
from kiosk.reader import Slot, Verified, read_certificate, sign_digest, verify_pin
from messages.ids import time_ordered_id
from messages.link import HttpLink, NoAnswer
from messages.refusals import Refusal
from messages.visits import (
    Admitted,
    Application,
    Apply,
    AskChoices,
    AskKinds,
    Authenticate,
    CertificateReady,
    Choices,
    KindsOffered,
    OpenVisit,
    VisitOpened,
)
from messages.wire import Message, encode
from simulation.town.authorities import server_name
from simulation.town.description import HolderEntry, KioskEntry, Town
from simulation.town.folders import Folders
from storage.instants import JST
from trust.parties import Peer, client_context
from trust.signing import load_signing_key, sign

PATIENCE_SECONDS = 60.0
WHOLE = "ready"
"""The word for a request that was answered with what was asked for; any other is a row of the table of refusals or the kind of a silence."""


class NotAdmitted(Exception):
    """A visit that was to be the load could not be begun; `str()` says at which message."""


@dataclass(frozen=True, slots=True)
class OpenVisitor:
    """Somebody whom the center knows for some minutes, and what is asked for: this kind of their own municipality."""

    visit_id: str
    kiosk_id: str
    municipality: str
    kind: str


@dataclass(slots=True)
class Answered:
    """What became of the requests of one kind: seconds of those that were answered whole, and all by their words."""

    seconds: list[float] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)


class KioskLine:
    """A kiosk's line to the center, with connections of its own."""

    def __init__(self, town: Town, folders: Folders, kiosk: KioskEntry) -> None:
        own = folders.party("kiosk")
        context = client_context(own / "party.pem", own / "party.key", Path(town.ca["parties"]))
        self._link = HttpLink(town.parties["center"].url, context, server_name(Peer("center", "center")))
        self._key = load_signing_key(own / f"{kiosk.id}.key")
        self._kiosk_id = kiosk.id

    async def close(self) -> None:
        """Let go of the connections."""
        await self._link.close()

    async def begin(self, holder: HolderEntry, kind: str) -> OpenVisitor:
        """A visit up to the list of kinds. Raises `NotAdmitted`."""
        now = datetime.now(JST)
        visit_id = time_ordered_id(now, secrets.token_bytes)
        opened = await self._link.ask(OpenVisit(visit_id=visit_id, kiosk_id=self._kiosk_id, opened_at=now), PATIENCE_SECONDS)
        if not isinstance(opened, VisitOpened):
            raise NotAdmitted(f"opening: {opened!r}")
        slot = Slot()
        slot.insert(load_card(Path(holder.card)))
        if not isinstance(verify_pin(slot, holder.pin), Verified):
            raise NotAdmitted("PIN")
        shown = Authenticate(visit_id=visit_id, certificate=read_certificate(slot), signature=sign_digest(slot, encode(opened.challenge)))
        admitted = await self._link.ask(shown, PATIENCE_SECONDS)
        kinds = await self._link.ask(AskKinds(visit_id=visit_id, municipality=holder.municipality), PATIENCE_SECONDS)
        if not isinstance(admitted, Admitted) or not isinstance(kinds, KindsOffered):
            raise NotAdmitted(f"{type(admitted).__name__}, {type(kinds).__name__}")
        return OpenVisitor(visit_id, self._kiosk_id, holder.municipality, kind)

    async def choices(self, visitor: OpenVisitor) -> Message:
        """What may stand on the paper: the issuer is asked."""
        return await self._link.ask(AskChoices(visit_id=visitor.visit_id, municipality=visitor.municipality, kind=visitor.kind), PATIENCE_SECONDS)

    async def order(self, visitor: OpenVisitor, choices: Choices) -> Message:
        """An application for everything that was offered, on the first form: a paper is made, examined and handed out. Nobody pays for it."""
        application = Application(
            request_id=secrets.token_hex(16),
            visit_id=visitor.visit_id,
            kiosk_id=visitor.kiosk_id,
            municipality=visitor.municipality,
            kind=visitor.kind,
            form=choices.forms[0].form,
            year=None,
            members=tuple(member.member_id for member in choices.members),
            show=(),
            copies=1,
            fee_yen=choices.forms[0].fee_yen,
            register_version=choices.register_version,
            applied_at=datetime.now(JST),
        )
        return await self._link.ask(Apply(application=application, signature=sign(self._key, encode(application))), PATIENCE_SECONDS)


async def on_schedule(line: KioskLine, visitors: Sequence[OpenVisitor], rate: float, seconds: float, order_every: int) -> dict[str, Answered]:
    """`rate` requests a second for so many seconds, the visitors in turn: their choices, and every `order_every`th time (0: never) an order of a paper. What is not answered at the end is waited for.

    Cancelled, it leaves what is under way.
    """
    answered = {"choices": Answered(), "order": Answered()}
    known: dict[str, Choices] = {}
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(
                _one(line, visitors[number % len(visitors)], due, known, answered, order=bool(order_every) and number % order_every == 0)
            )
    return answered


async def _one(line: KioskLine, visitor: OpenVisitor, due: float, known: dict[str, Choices], answered: dict[str, Answered], *, order: bool) -> None:
    choices = known.get(visitor.visit_id)
    what = "order" if order and choices is not None else "choices"
    try:
        reply = await (line.order(visitor, choices) if order and choices is not None else line.choices(visitor))
        word = reply.code if isinstance(reply, Refusal) else WHOLE if isinstance(reply, Choices | CertificateReady) else type(reply).__name__
    except NoAnswer as silence:
        reply, word = None, f"no answer: {silence}"
    if isinstance(reply, Choices):
        known[visitor.visit_id] = reply
    answered[what].words[word] += 1
    if word == WHOLE:
        answered[what].seconds.append(time.perf_counter() - due)
