"""One message served from top to bottom: looked at (intake), proven (identity), routed, stored, asked for, examined (sealing), answered.

The desk decides nothing itself: rooms decide, records remember, links ask. What it adds is the order. What happens between an application and its papers is `ordering`.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from issuance_center import identity, intake, routing
from issuance_center.backs import Documents
from issuance_center.builds import Builds
from issuance_center.choosing import Choosing
from issuance_center.config import Config
from issuance_center.identity import Presented, Unproven
from issuance_center.issuer_lines import IssuerLines
from issuance_center.ordering import Ordering
from issuance_center.prices import PriceLists
from issuance_center.records import cases, endings, reports, visits
from issuance_center.records.visits import Visit
from issuance_center.shelf import Shelf
from issuance_center.use_relay import UseRelay
from messages import visits as said
from messages.link import Link, NoAnswer
from messages.refusals import TABLE, Refusal, refuse
from messages.uses import ApplyForUse, AskUse
from messages.wire import Message, encode
from storage.store import Store
from trust.ocsp import Status, Unverifiable, check, request_for
from trust.parties import Peer
from trust.signing import public_from_pem, verified

OcspLine = Callable[[bytes], Awaitable[bytes]]
"""Carries one DER request to the authority and brings its answer back; raises `NoAnswer`."""


class Desk:
    """The center's desk. `issuers` are the lines by name; `wake` is called when something is owed to others."""

    def __init__(
        self,
        config: Config,
        store: Store,
        *,
        issuers: Mapping[str, Link],
        prices: PriceLists,
        ocsp: OcspLine,
        roots: tuple[x509.Certificate, ...],
        documents: Documents,
        token: Callable[[int], bytes],
        new_id: Callable[[datetime], str],
        wake: Callable[[], None],
        shelf: Shelf | None = None,
    ) -> None:
        self._config = config
        self._limits = config.limits
        self._shelf = shelf or Shelf(config, store)
        self._store = store
        self._issuers = IssuerLines(issuers, config.limits)
        self._choosing = Choosing(store, self._issuers, prices, Builds(store))
        self._ordering = Ordering(config, store, self._issuers, documents, new_id, wake)
        self._uses = UseRelay(config.limits, store, self._issuers)
        self._ocsp = ocsp
        self._roots = roots
        self._token = token
        self._wake = wake
        self._log = structlog.get_logger()
        self._answers: dict[type[Message], Callable[[Any, Peer, datetime], Awaitable[Message]]] = {
            said.AskDirectory: self._directory,
            said.OpenVisit: self._open,
            said.Authenticate: self._authenticate,
            said.AskKinds: self._kinds,
            said.AskChoices: self._choices,
            said.Apply: self._apply,
            ApplyForUse: self._apply_for_use,
            AskUse: self._ask_use,
            said.Report: self._report,
            said.CloseVisit: self._close,
        }

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """See `messages.door.Desk`. Every refusal given is noted; those that are alarms are raised."""
        wrong = intake.malformed(message)
        reply = await self._answers[type(message)](message, peer, now) if wrong is None else refuse("malformed", wrong)
        if isinstance(reply, Refusal):
            await self._note_refusal(message, reply, now)
        return reply

    @property
    def lines(self) -> IssuerLines:
        """The lines to the issuers, for the pages that show them and check an issuer."""
        return self._issuers

    async def book(self, now: datetime) -> routing.DirectoryBook:
        """The directory as the desk reads it."""
        return await self._shelf.book(now)

    # --- who and where ---

    async def _directory(self, asked: said.AskDirectory, peer: Peer, now: datetime) -> Message:
        book = await self._shelf.book(now)
        kiosk = intake.kiosk_for(book, asked.kiosk_id, peer, now)
        return refuse("kiosk_unknown") if kiosk is None or kiosk.retired else self._shelf.listed(book, kiosk.id, now)

    async def _open(self, asked: said.OpenVisit, peer: Peer, now: datetime) -> Message:
        kiosk = intake.kiosk_for(await self._shelf.book(now), asked.kiosk_id, peer, now)
        if kiosk is None or kiosk.retired:
            return refuse("kiosk_unknown")
        if intake.stale(asked.opened_at, now, self._limits) and await self._visit(asked.visit_id, peer, now) is None:
            return refuse("request_stale")
        expires_at = now + timedelta(seconds=self._limits.challenge_seconds)
        visit = await self._store.write(visits.open_visit, asked, self._token(32).hex(), self._token(32), expires_at, now)
        if (visit.kiosk_id, visit.opened_at) != (asked.kiosk_id, asked.opened_at):
            return refuse("request_altered")
        if visit.closed:
            return refuse("visit_closed")
        return said.VisitOpened(challenge=identity.challenge_of(visit, self._config.name))

    async def _authenticate(self, asked: said.Authenticate, peer: Peer, now: datetime) -> Message:
        visit = await self._visit(asked.visit_id, peer, now)
        if visit is None:
            return refuse("visit_unknown")
        if visit.closed:
            return refuse("visit_closed")
        proof = identity.presented(asked, visit, self._config.name, self._roots, now)
        if isinstance(proof, Unproven):
            return refuse(proof.code)
        if visit.serial is None:
            refused = await self._ask_authority(proof, now)
            if refused is not None:
                return refuse(refused)
            ends = identity.closes_at(proof.certificate, now, self._limits)
            visit = await self._store.write(visits.admit_card, visit.visit_id, proof.serial, proof.certificate_sha256, ends, now)
        if visit.closed or visit.closes_at is None or visit.visit_key is None:
            return refuse("visit_closed")
        if visit.certificate_sha256 != proof.certificate_sha256:
            return refuse("request_altered")
        return said.Admitted(visit_id=visit.visit_id, visit_key=visit.visit_key, closes_at=visit.closes_at)

    async def _ask_authority(self, proof: Presented, now: datetime) -> str | None:
        """The authority's word for this visit, asked for afresh; the row of the refusal, or None. What says nothing that may be relied on is asked for again, a few times."""
        word: Status | Unverifiable = Unverifiable("not asked")
        for _ in range(self._limits.ocsp_tries):
            nonce = self._token(16)
            try:
                der = await self._ocsp(request_for(proof.certificate, proof.issuer, nonce))
            except NoAnswer as silence:
                word = Unverifiable(str(silence))
                continue
            word = check(der, proof.certificate, proof.issuer, nonce, now, int(self._limits.ocsp_age_seconds))
            if not isinstance(word, Unverifiable):
                break
        return identity.refused_by(word)

    # --- what can be had ---

    async def _kinds(self, asked: said.AskKinds, peer: Peer, now: datetime) -> Message:
        book = await self._shelf.book(now)
        return await self._choosing.kinds(intake.meaning(asked, book, now), await self._visit(asked.visit_id, peer, now), book, now)

    async def _choices(self, asked: said.AskChoices, peer: Peer, now: datetime) -> Message:
        book = await self._shelf.book(now)
        return await self._choosing.choices(intake.meaning(asked, book, now), await self._visit(asked.visit_id, peer, now), book, now)

    # --- 本籍地利用登録 ---

    async def _apply_for_use(self, asked: ApplyForUse, peer: Peer, now: datetime) -> Message:
        application, book = asked.application, await self._shelf.book(now)
        kiosk = intake.kiosk_for(book, application.kiosk_id, peer, now)
        if kiosk is None:
            return refuse("kiosk_unknown")
        if not verified(_public_key(kiosk.public_key), asked.signature, encode(application)):
            return refuse("kiosk_signature_bad")
        return await self._uses.apply(intake.meaning(application, book, now), await self._visit(application.visit_id, peer, now), book, now)

    async def _ask_use(self, asked: AskUse, peer: Peer, now: datetime) -> Message:
        book = await self._shelf.book(now)
        return await self._uses.standing(intake.meaning(asked, book, now), await self._visit(asked.visit_id, peer, now), book, now)

    # --- the paper ---

    async def _apply(self, asked: said.Apply, peer: Peer, now: datetime) -> Message:
        application, book = asked.application, await self._shelf.book(now)
        kiosk = intake.kiosk_for(book, application.kiosk_id, peer, now)
        if kiosk is None:
            return refuse("kiosk_unknown")
        if not verified(_public_key(kiosk.public_key), asked.signature, encode(application)):
            return refuse("kiosk_signature_bad")
        return await self._ordering.apply(application, kiosk, book, await self._visit(application.visit_id, peer, now), now)

    # --- what became of it ---

    async def _report(self, asked: said.Report, peer: Peer, now: datetime) -> Message:
        event = asked.event
        kiosk = intake.kiosk_for(await self._shelf.book(now), event.kiosk_id, peer, now)
        if kiosk is None:
            return refuse("kiosk_unknown")
        if not verified(_public_key(kiosk.public_key), asked.signature, encode(event)):
            return refuse("kiosk_signature_bad")
        if intake.impossible_time(event.at, now):
            return refuse("request_stale")
        code = await self._store.write(reports.note_report, event, now)
        self._wake()
        return refuse(code) if code is not None else said.Acknowledged(kiosk_id=event.kiosk_id, seq=event.seq)

    async def _close(self, asked: said.CloseVisit, peer: Peer, now: datetime) -> Message:
        if intake.kiosk_for(await self._shelf.book(now), asked.kiosk_id, peer, now) is None:
            return refuse("kiosk_unknown")
        visit = await self._store.read(visits.find_visit, asked.visit_id)
        if visit is not None and visit.kiosk_id != asked.kiosk_id:
            return refuse("visit_unknown")
        if visit is not None and not visit.closed:
            await self._store.write(endings.close_visit, visit.visit_id, asked.reason, now)
            self._wake()
        # A visit that was never heard of is closed too: the kiosk opened it, and the center never learned.
        return said.VisitClosed(visit_id=asked.visit_id)

    async def _visit(self, visit_id: str, peer: Peer, now: datetime) -> Visit | None:
        visit = await self._store.read(visits.find_visit, visit_id)
        if visit is None or intake.kiosk_for(await self._shelf.book(now), visit.kiosk_id, peer, now) is None:
            return None
        return visit

    async def _note_refusal(self, message: Message, refusal: Refusal, now: datetime) -> None:
        kiosk_id, visit_id = intake.heard_ids(message)
        row, name = TABLE[refusal.code], type(message).__name__
        self._log.info("refused", code=refusal.code, message=name, visit_id=visit_id, kiosk_id=kiosk_id)
        await self._store.write(cases.note_refusal_given, row.code, name, row.alarm, kiosk_id, visit_id, refusal.detail, now)


@lru_cache(maxsize=4096)
def _public_key(pem: str) -> ec.EllipticCurvePublicKey:
    """A kiosk's key, read once."""
    return public_from_pem(pem)
