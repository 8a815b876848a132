"""One message served from top to bottom: looked at (intake), proven (identity), routed, stored, asked for, examined (sealing), answered.

The desk decides nothing itself: rooms decide, records remember, links ask. What it adds is the order. What happens between an application and its papers is `ordering`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.kinds import KINDS
from issuance_center import identity, intake, offering, routing, sealing
from issuance_center.backs import Documents
from issuance_center.builds import Builds
from issuance_center.config import Config
from issuance_center.identity import Presented, Unproven
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, Unavailable
from issuance_center.ordering import Ordering
from issuance_center.prices import PriceLists
from issuance_center.records import cases, endings, reports, stops, visits
from issuance_center.records.findings import Occurrence
from issuance_center.records.visits import Visit
from issuance_center.shelf import Shelf
from issuance_center.stopping import Occasion
from issuance_center.vouching import with_referral
from messages import visits as said
from messages.facts import Price
from messages.link import Link, NoAnswer
from messages.orders import ChoicesOffered, OfferChoices
from messages.refusals import TABLE, Refusal, refuse
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
        self._builds = Builds(store)
        self._ordering = Ordering(config, store, self._issuers, documents, new_id, wake)
        self._prices = prices
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

    # --- who and where ---

    async def _directory(self, asked: said.AskDirectory, peer: Peer, now: datetime) -> Message:
        book = await self._shelf.book(now)
        kiosk = intake.kiosk_for(book, asked.kiosk_id, peer, now)
        return refuse("kiosk_unknown") if kiosk is None or kiosk.retired else routing.directory(book, kiosk.id, now)

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
        visit = await self._visit(asked.visit_id, peer, now)
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None:
            return refuse(refused or "visit_unknown")
        book = await self._shelf.book(now)
        place = routing.place_for(book, asked.municipality, visit.kiosk_id, now)
        if isinstance(place, routing.NoRoute):
            return refuse(place.code)
        kiosk = routing.kiosk_at(book, visit.kiosk_id, now)
        quote = await self._store.read(visits.quoted, visit.visit_id, place)
        if quote is None:
            fresh = await self._prices.prices(place, kiosk.channel if kiosk is not None else "", now)
            if fresh is None:
                return refuse("fees_unavailable")
            quote = await self._store.write(visits.quote, visit.visit_id, place, fresh, now)
        stopped = await self._stopped_kinds(book, place, visit, now)
        return offering.kinds_offered(book, place, visit.kiosk_id, quote.prices, stopped, now)

    async def _stopped_kinds(self, book: routing.DirectoryBook, municipality: str, visit: Visit, now: datetime) -> frozenset[str]:
        routes = ((kind, routing.route(book, municipality, kind, visit.kiosk_id, now)) for kind in KINDS)
        operator = routing.operator_of(book, visit.kiosk_id, now)
        found = tuple(
            Occasion(municipality, kind, one.issuer, operator, visit.kiosk_id, None) for kind, one in routes if isinstance(one, routing.Route)
        )
        return await self._store.read(stops.kinds_stopped, found)

    async def _choices(self, asked: said.AskChoices, peer: Peer, now: datetime) -> Message:
        visit = await self._visit(asked.visit_id, peer, now)
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None or visit.visit_key is None or visit.serial is None:
            return refuse(refused or "visit_unknown")
        book = await self._shelf.book(now)
        issuer = routing.open_issuer(book, asked.municipality, asked.kind, visit.kiosk_id, now)
        if isinstance(issuer, Refusal):
            return issuer
        operator = routing.operator_of(book, visit.kiosk_id, now)
        occasion = Occasion(asked.municipality, asked.kind, issuer, operator, visit.kiosk_id, None)
        if await self._store.read(stops.refusing, occasion) is not None:
            return refuse("stopped_now")
        quote = await self._store.read(visits.quoted, visit.visit_id, asked.municipality)
        if quote is None:
            # What costs nobody knows how much cannot be chosen; nor is the issuer asked about anybody for nothing.
            return refuse("fees_unavailable", "the kinds of this municipality were not asked for in this visit")
        if not offering.fees_of(KINDS[asked.kind], quote.prices):
            return refuse("kind_unknown", "no form of it has a price")
        question = OfferChoices(
            visit_id=visit.visit_id, visit_key=visit.visit_key, serial=visit.serial, municipality=asked.municipality, kind=asked.kind
        )
        vouched = await with_referral(asked, question, book, visit.kiosk_id, self._issuers, now)
        if isinstance(vouched, Refusal):
            return vouched
        question = vouched
        offered = await self._issuers.ask(issuer, question, ChoicesOffered)
        match offered:
            case Declined(refusal) | Unavailable(refusal):
                return refusal
            case Failed(what):
                return refuse("issuer_failed", what)
        wrong = sealing.wrong_with_offer(offered, question)
        if wrong is not None:
            return refuse("issuer_failed", wrong)
        where = Occurrence(asked.municipality, issuer, asked.kind, visit.kiosk_id, None)
        if await self._builds.wrong(offered.declared, routing.registered_build(book, issuer, now), where, now):
            return refuse("stopped_now")
        declared = replace(occasion, build=stops.printable(offered.declared).program)
        if await self._store.read(stops.refusing, declared) is not None:
            return refuse("stopped_now")
        options, years = routing.cut(book, asked.municipality, offered, now)
        if offered.years and not years:
            return refuse("year_not_open")
        cut = msgspec.structs.replace(offered, options=options, years=years)
        return await self._offer(cut, question, visit.visit_key, quote.prices, now)

    async def _offer(self, offered: ChoicesOffered, question: OfferChoices, visit_key: bytes, prices: tuple[Price, ...], now: datetime) -> Message:
        """Keep what was offered, and hand it on: the forms that have a price."""
        fees = offering.form_fees(offered.forms, KINDS[offered.kind], prices)
        if not fees:
            return refuse("kind_unknown", "no form of it that is offered has a price")
        digests = tuple(sealing.member_digest(visit_key, member.member_id) for member in offered.members)
        kept = msgspec.structs.replace(offered, forms=tuple(fee.form for fee in fees))
        visit = await self._store.write(visits.note_offer, question.municipality, kept, digests, now, question.vouched_by)
        if visit.closed:
            return refuse("visit_closed")
        return said.Choices(
            kind=offered.kind,
            members=offered.members,
            forms=fees,
            years=offered.years,
            options=offered.options,
            copies_max=offered.copies_max,
            register_version=offered.register_version,
        )

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
