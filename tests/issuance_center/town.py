"""The center among real neighbours in one process: the municipal server, the fee office, the authority, each with its own database; and kiosks that speak to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from fees.booking.records import METADATA as BOOKS
from fees.desk import Desk as FeesDesk
from fees.drafts.history import seed
from fees.rules.rule_book import RuleBook
from issuance_center import routing
from issuance_center.config import Config, Limits
from issuance_center.delivery import Delivery
from issuance_center.desk import Desk
from issuance_center.prices import PriceLists
from issuance_center.records import directory, tables
from issuer.desk import Desk as MunicipalDesk
from issuer.issue_tables import PAPERS
from issuer.press import InlinePress
from jpki.desk import Desk as JpkiDesk
from messages import visits as said
from messages.door import Desk as AnyDesk
from messages.ids import time_ordered_id
from messages.refusals import TABLE, Refusal
from messages.wire import Message, encode
from simulation.key_ring import signing_key
from simulation.people import CardMade
from tests.issuance_center.founding import (
    CENTER,
    CITY,
    FEE_YEN,
    KIOSK_IDS,
    KIOSK_PARTY,
    NOW,
    OTHER_PARTY,
    SILENT_CITY,
    center_config,
    document_keys,
    documents,
    foundation,
    issuer,
    stream,
)
from tests.issuance_center.founding import rates as all_rates
from tests.issuance_center.stores import InlineStore
from tests.issuance_center.wires import Wire
from tests.issuer.town import DECLARED
from trust.parties import Peer


class Town:
    """`at` is the time on every clock. `liar` may wrap the municipal desk; the wires take faults."""

    def __init__(self, config: Config | None = None, rates: RuleBook | None = None) -> None:
        made = foundation()
        self.at = NOW
        self.config = config or center_config()
        self.center_store = InlineStore(made.center)
        self.center_store.do(directory.seed, routing.seeds(self.config), NOW)
        self.municipal_store = InlineStore(made.municipal)
        self.jpki_store = InlineStore(made.jpki)
        self.fees_store = InlineStore(made.fees)
        self.fees_store.do(seed, rates or all_rates(), NOW)
        self.municipal: AnyDesk = MunicipalDesk(issuer(), self.municipal_store, InlinePress(document_keys().hands), DECLARED)
        self.jpki = JpkiDesk(self.jpki_store, made.responder)
        codes = frozenset({CITY, SILENT_CITY})
        self.fees = FeesDesk(CENTER, codes, self.fees_store, CollectorRegistry())
        me = Peer("center", CENTER)
        self.to_fees = Wire(me, lambda: self.fees, self.now)
        self.to_city = Wire(me, lambda: self.municipal, self.now)
        self.to_silent_city = Wire(me, lambda: self.municipal, self.now)
        self.roots = (made.authority.certificate,)
        self.documents = documents()
        self.ocsp_asked = 0
        self.woken = 0
        self.token = stream("town")
        self.center = self._center()

    async def close(self) -> None:
        for store in (self.center_store, self.municipal_store, self.jpki_store, self.fees_store):
            await store.close()

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **time: float) -> None:
        self.at += timedelta(**time)

    def restart(self, limits: Limits | None = None) -> None:
        """The center's process dies and begins again on its database, with other limits if there are some."""
        if limits is not None:
            self.config = msgspec.structs.replace(self.config, limits=limits)
        self.center = self._center()

    def kiosk(self, number: int = 0, party: str | None = None) -> "Kiosk":
        peer = Peer("kiosk", party or (OTHER_PARTY if number == 2 else KIOSK_PARTY))
        return Kiosk(self, KIOSK_IDS[number], signing_key(number), Wire(peer, lambda: self.center, self.now))

    def delivery(self) -> Delivery:
        issuers = {CITY: self.to_city, SILENT_CITY: self.to_silent_city}
        return Delivery(self.config, self.center_store, fees=self.to_fees, issuers=issuers, now=self.now)

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[Delivery]:
        """Deliveries go on while the block runs."""
        delivery = self.delivery()
        life = asyncio.create_task(delivery.run())
        try:
            yield delivery
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    async def deliver(self) -> None:
        """Deliver until nothing is owed that can be delivered."""
        async with self.delivering():
            await until(lambda: not self.owed())

    # --- what is on record ---

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """The center's rows."""
        return self.center_store.rows(table)

    def states(self) -> list[str]:
        """The states of all issuances, in the order of their ids."""
        return [row["state"] for row in self.rows(tables.issuances)]

    def alarms(self) -> list[str]:
        return [row["code"] for row in self.rows(tables.alarms)]

    def facts(self) -> list[str]:
        """The steps of the facts owed or told, by number."""
        return [row["step"] for row in self.rows(tables.facts)]

    def outcomes(self) -> list[str]:
        """The outcomes owed or told to the issuers."""
        return [encoded["body"].split(b'"outcome":"')[1].split(b'"')[0].decode() for encoded in self.rows(tables.outcomes)]

    def owed(self) -> int:
        facts = sum(row["metered"] is None for row in self.rows(tables.facts))
        return facts + sum(row["told_at"] is None for row in self.rows(tables.outcomes))

    def issue_log(self) -> list[str]:
        """The states of the papers in the municipality's 発行履歴."""
        return [row["state"] for row in self.municipal_store.rows(PAPERS)]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of the center but the record of refusals, and every row of its neighbours: what a repetition must not change."""
        kept = {name: self.rows(table) for name, table in tables.METADATA.tables.items() if name not in ("refusals", "directory_entries")}
        kept |= {f"fees {name}": self.fees_store.rows(table) for name, table in BOOKS.tables.items()}
        return kept | {"issue log": self.municipal_store.rows(PAPERS)}

    # --- its making ---

    def _center(self) -> Desk:
        return Desk(
            self.config,
            self.center_store,
            issuers={CITY: self.to_city, SILENT_CITY: self.to_silent_city},
            prices=PriceLists(self.to_fees, self.config.limits.fees_seconds),
            ocsp=self._ocsp,
            roots=self.roots,
            documents=self.documents,
            token=self.token,
            new_id=lambda now: time_ordered_id(now, self.token),
            wake=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def _ocsp(self, der: bytes) -> bytes:
        self.ocsp_asked += 1
        return await self.jpki.ocsp(der, self.at)


@dataclass
class Kiosk:
    """A kiosk's side of a visit, message by message; it remembers the visit and numbers its reports."""

    town: Town
    id: str
    key: ec.EllipticCurvePrivateKey
    wire: Wire
    visit_id: str = ""
    challenge: said.Challenge | None = None
    choices_heard: said.Choices | None = None
    seq: int = 0
    municipality: str = CITY
    sent: list[Message] = field(default_factory=list)

    async def say(self, message: Message) -> Message:
        self.sent.append(message)
        return await self.wire.ask(message)

    def new_id(self) -> str:
        return time_ordered_id(self.town.at, self.town.token)

    # --- the messages of a visit ---

    async def open(self) -> Message:
        self.visit_id = self.new_id()
        reply = await self.say(said.OpenVisit(visit_id=self.visit_id, kiosk_id=self.id, opened_at=self.town.at))
        self.challenge = reply.challenge if isinstance(reply, said.VisitOpened) else None
        return reply

    def proof(self, card: CardMade) -> said.Authenticate:
        """The card's certificate and its signature over the challenge."""
        assert self.challenge is not None
        signature = card.key.sign(encode(self.challenge), padding.PKCS1v15(), hashes.SHA256())
        return said.Authenticate(visit_id=self.visit_id, certificate=card.authentication.public_bytes(Encoding.DER), signature=signature)

    async def authenticate(self, card: CardMade) -> Message:
        return await self.say(self.proof(card))

    async def kinds(self) -> Message:
        return await self.say(said.AskKinds(visit_id=self.visit_id, municipality=self.municipality))

    async def choices(self, kind: str = "juminhyo") -> Message:
        reply = await self.say(said.AskChoices(visit_id=self.visit_id, municipality=self.municipality, kind=kind))
        self.choices_heard = reply if isinstance(reply, said.Choices) else None
        return reply

    def application(self, **changes: Any) -> said.Application:
        """One copy of what was offered last, for everybody without options, on the first form, of the latest year, unless `changes` say otherwise."""
        heard = self.choices_heard
        values: dict[str, Any] = {
            "request_id": self.new_id(),
            "visit_id": self.visit_id,
            "kiosk_id": self.id,
            "municipality": self.municipality,
            "kind": heard.kind if heard else "juminhyo",
            "form": heard.forms[0].form if heard else "juminhyo",
            "year": next(iter(heard.years), None) if heard else None,
            "members": tuple(member.member_id for member in heard.members) if heard else (),
            "show": (),
            "copies": 1,
            "register_version": heard.register_version if heard else "",
            "applied_at": self.town.at,
        } | changes
        fees = {fee.form: fee.fee_yen for fee in heard.forms} if heard else {}
        return said.Application(**{"fee_yen": fees.get(values["form"], FEE_YEN)} | values)

    def signed(self, application: said.Application) -> said.Apply:
        return said.Apply(application=application, signature=self._sign(application))

    async def apply(self, application: said.Application | None = None, **changes: Any) -> Message:
        return await self.say(self.signed(application or self.application(**changes)))

    def event(self, paper: said.ReadyPaper | str, step: str, **changes: Any) -> said.Event:
        """The next report, of a paper of the last request."""
        self.seq += 1
        applied = next(message.application for message in reversed(self.sent) if isinstance(message, said.Apply))
        values: dict[str, Any] = {
            "kiosk_id": self.id,
            "seq": self.seq,
            "visit_id": self.visit_id,
            "request_id": applied.request_id,
            "issuance_id": paper if isinstance(paper, str) else paper.issuance_id,
            "step": step,
            "yen": applied.fee_yen,
            "at": self.town.at,
        }
        return said.Event(**values | changes)

    def reported(self, event: said.Event) -> said.Report:
        return said.Report(event=event, signature=self._sign(event))

    async def report(self, paper: said.ReadyPaper | str, *steps: str, **changes: Any) -> Message:
        """Report these steps one after the other; the last answer."""
        reply: Message = said.Acknowledged(kiosk_id=self.id, seq=0)
        for step in steps:
            reply = await self.say(self.reported(self.event(paper, step, **changes)))
        return reply

    async def close(self, reason: str = "finished") -> Message:
        return await self.say(said.CloseVisit(visit_id=self.visit_id, kiosk_id=self.id, at=self.town.at, reason=reason))

    # --- several in turn ---

    async def admitted(self, card: CardMade) -> said.Admitted:
        """Open and authenticate."""
        await self.open()
        reply = await self.authenticate(card)
        assert isinstance(reply, said.Admitted), reply
        return reply

    async def quoted(self, card: CardMade) -> said.KindsOffered:
        """Up to the kinds and their fees."""
        await self.admitted(card)
        reply = await self.kinds()
        assert isinstance(reply, said.KindsOffered), reply
        return reply

    async def choosing(self, card: CardMade, kind: str = "juminhyo") -> said.Choices:
        """Up to the choices."""
        await self.quoted(card)
        reply = await self.choices(kind)
        assert isinstance(reply, said.Choices), reply
        return reply

    async def ready(self, card: CardMade, kind: str = "juminhyo", **changes: Any) -> said.CertificateReady:
        """Up to the papers."""
        await self.choosing(card, kind)
        reply = await self.apply(**changes)
        assert isinstance(reply, said.CertificateReady), reply
        return reply

    def _sign(self, message: Message) -> bytes:
        return self.key.sign(encode(message), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


async def until(met: Callable[[], bool]) -> None:
    """Give way to others until this is so."""
    async with asyncio.timeout(10.0):
        while not met():
            await asyncio.sleep(0.002)


def code(reply: Message) -> str:
    """The code of a refusal; the name of any other answer."""
    return reply.code if isinstance(reply, Refusal) else type(reply).__name__


async def refused(town: Town, asking: Awaitable[Message]) -> str:
    """The code of the refusal; fails if it left anything behind but the record of refusals and, where its row says so, one alarm."""
    before, known = town.everything(), len(town.rows(tables.refusals))
    reply = await asking
    assert isinstance(reply, Refusal), reply
    after = town.everything()
    for kept in (before, after):
        kept.pop("errors")  # like the record of refusals: what near misses are told by
    alarms = [row["code"] for row in after.pop("alarms")[len(before.pop("alarms")) :]]
    assert after == before
    assert alarms == ([reply.code] if TABLE[reply.code].alarm else [])
    assert [row["code"] for row in town.rows(tables.refusals)[known:]] == [reply.code]
    assert (reply.ja, reply.en) == (TABLE[reply.code].ja, TABLE[reply.code].en)
    return reply.code
