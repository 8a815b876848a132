"""One message served from top to bottom: looked at (intake), proven (identity), routed, stored, asked for, examined (sealing), answered.

The desk decides nothing itself: rooms decide, records remember, links ask. What it adds is the order: intent is stored before anything is made, and nothing is handed out that the gate has not passed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from cryptography import x509
from sqlalchemy import Connection

from certificates.binding import binding
from certificates.kinds import KINDS
from issuance_center import identity, intake, routing, sealing
from issuance_center.config import Config, Kiosk
from issuance_center.issuance import Impossible, State, Step
from issuance_center.prices import PriceLists
from issuance_center.records import cases, issuances, visits
from issuance_center.records.cases import Alarm
from issuance_center.records.issuances import Intent, Request
from issuance_center.records.visits import Visit
from messages import visits as said
from messages.facts import Price
from messages.link import Link, NoAnswer
from messages.orders import ChoicesOffered, Issued, IssueOrder, OfferChoices, PaperOrder
from messages.refusals import TABLE, Refusal, refuse
from messages.wire import Message, encode, hash_of
from storage.store import Store
from trust.ocsp import Unverifiable, check, request_for
from trust.parties import Peer
from trust.signing import public_from_pem, verified

T = TypeVar("T")
OcspLine = Callable[[bytes], Awaitable[bytes]]
"""Carries one DER request to the authority and brings its answer back; raises `NoAnswer`."""

DIRECTORY_SECONDS = 60.0


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
        token: Callable[[int], bytes],
        new_id: Callable[[datetime], str],
        wake: Callable[[], None],
    ) -> None:
        self._config = config
        self._limits = config.limits
        self._book = routing.book_of(config)
        self._keys = {kiosk.id: public_from_pem(kiosk.public_key) for kiosk in config.kiosks}
        self._store = store
        self._issuers = issuers
        self._prices = prices
        self._ocsp = ocsp
        self._roots = roots
        self._token = token
        self._new_id = new_id
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
        reply = await self._answers[type(message)](message, peer, now)
        if isinstance(reply, Refusal):
            await self._note_refusal(message, reply, now)
        return reply

    # --- who and where ---

    async def _directory(self, asked: said.AskDirectory, peer: Peer, now: datetime) -> Message:
        if intake.kiosk_for(self._book, asked.kiosk_id, peer) is None:
            return refuse("kiosk_unknown")
        entries = tuple(
            said.MunicipalityEntry(code=entry.code, prefecture=entry.prefecture, name=entry.name, name_en=entry.name_en)
            for entry in self._book.municipalities.values()
        )
        return said.Directory(municipalities=entries, valid_until=now + timedelta(seconds=DIRECTORY_SECONDS))

    async def _open(self, asked: said.OpenVisit, peer: Peer, now: datetime) -> Message:
        if intake.kiosk_for(self._book, asked.kiosk_id, peer) is None:
            return refuse("kiosk_unknown")
        if not intake.well_formed(asked.visit_id) or intake.stale(asked.opened_at, now, self._limits):
            return refuse("request_stale")
        expires_at = now + timedelta(seconds=self._limits.challenge_seconds)
        visit = await self._store.write(visits.open_visit, asked, self._token(32).hex(), self._token(32), expires_at, now)
        if (visit.kiosk_id, visit.opened_at) != (asked.kiosk_id, asked.opened_at):
            return refuse("request_altered")
        if visit.closed:
            return refuse("visit_closed")
        return said.VisitOpened(challenge=identity.challenge_of(visit, self._config.name))

    async def _authenticate(self, asked: said.Authenticate, peer: Peer, now: datetime) -> Message:
        visit = await self._visit(asked.visit_id, peer)
        if visit is None:
            return refuse("visit_unknown")
        if visit.closed:
            return refuse("visit_closed")
        proof = identity.presented(asked, visit, self._config.name, self._roots, now)
        if isinstance(proof, identity.Unproven):
            return refuse(proof.code)
        if visit.serial is None:
            refused = await self._ask_authority(proof.certificate, now)
            if refused is not None:
                return refuse(refused)
            ends = identity.closes_at(proof.certificate, now, self._limits)
            visit = await self._store.write(visits.admit_card, visit.visit_id, proof.serial, proof.certificate_sha256, ends, now)
        if visit.closed or visit.closes_at is None or visit.visit_key is None:
            return refuse("visit_closed")
        if visit.certificate_sha256 != proof.certificate_sha256:
            return refuse("request_altered")
        return said.Admitted(visit_id=visit.visit_id, visit_key=visit.visit_key, closes_at=visit.closes_at)

    async def _ask_authority(self, certificate: x509.Certificate, now: datetime) -> str | None:
        """The authority's word for this visit, asked for afresh; the row of the refusal, or None."""
        root = next(root for root in self._roots if root.subject == certificate.issuer)
        nonce = self._token(16)
        try:
            der = await self._ocsp(request_for(certificate, root, nonce))
        except NoAnswer as silence:
            return identity.refused_by(Unverifiable(str(silence)))
        return identity.refused_by(check(der, certificate, root, nonce, now, int(self._limits.ocsp_age_seconds)))

    # --- what can be had ---

    async def _kinds(self, asked: said.AskKinds, peer: Peer, now: datetime) -> Message:
        visit = await self._visit(asked.visit_id, peer)
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None:
            return refuse(refused or "visit_unknown")
        entry = self._book.municipalities.get(asked.municipality)
        if entry is None:
            return refuse("municipality_unknown")
        quote = await self._store.read(visits.quoted, visit.visit_id, asked.municipality)
        if quote is None:
            fresh = await self._prices.prices(asked.municipality, self._book.kiosks[visit.kiosk_id].channel, now)
            if fresh is None:
                return refuse("fees_unavailable")
            quote = await self._store.write(visits.quote, visit.visit_id, asked.municipality, fresh, now)
        return said.KindsOffered(municipality=asked.municipality, kinds=self._offers(asked.municipality, quote.prices, now))

    def _offers(self, municipality: str, prices: tuple[Price, ...], now: datetime) -> tuple[said.KindOffer, ...]:
        offers: list[said.KindOffer] = []
        for kind in KINDS.values():
            found = routing.route(self._book, municipality, kind.code, now)
            price = intake.price_for(prices, kind.fee_class)
            if isinstance(found, routing.NoRoute) or price is None:
                continue
            opens_at = found.hours.opens_at if isinstance(found.hours, routing.Closed) else None
            offers.append(said.KindOffer(kind=kind.code, fee_yen=price.fee_yen, open=isinstance(found.hours, routing.Open), opens_at=opens_at))
        return tuple(offers)

    async def _choices(self, asked: said.AskChoices, peer: Peer, now: datetime) -> Message:
        visit = await self._visit(asked.visit_id, peer)
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None or visit.visit_key is None or visit.serial is None:
            return refuse(refused or "visit_unknown")
        issuer = self._open_issuer(asked.municipality, asked.kind, now)
        if isinstance(issuer, Refusal):
            return issuer
        question = OfferChoices(
            visit_id=visit.visit_id, visit_key=visit.visit_key, serial=visit.serial, municipality=asked.municipality, kind=asked.kind
        )
        offered = await self._ask_issuer(issuer, question)
        if isinstance(offered, Refusal):
            return offered
        assert isinstance(offered, ChoicesOffered)
        if (offered.visit_id, offered.kind) != (visit.visit_id, asked.kind) or not offered.members:
            return refuse("issuer_failed")
        digests = tuple(sealing.member_digest(visit.visit_key, member.member_id) for member in offered.members)
        if len(set(digests)) != len(digests):
            return refuse("issuer_failed")
        await self._store.write(visits.note_offer, asked.municipality, offered, digests, now)
        return said.Choices(
            kind=offered.kind,
            members=offered.members,
            options=offered.options,
            copies_max=offered.copies_max,
            register_version=offered.register_version,
        )

    # --- the paper ---

    async def _apply(self, asked: said.Apply, peer: Peer, now: datetime) -> Message:
        application = asked.application
        kiosk = intake.kiosk_for(self._book, application.kiosk_id, peer)
        if kiosk is None:
            return refuse("kiosk_unknown")
        if not verified(self._keys[kiosk.id], asked.signature, encode(application)):
            return refuse("kiosk_signature_bad")
        request_hash = hash_of(application)
        request = await self._store.read(issuances.find_request, application.request_id)
        if request is None:
            visit = await self._visit(application.visit_id, peer)
            accepted = await self._accept(application, kiosk, visit, request_hash, now)
            if isinstance(accepted, Refusal):
                return accepted
            request = accepted
        if request.request_hash != request_hash:
            return refuse("request_altered")
        ended = _ended(request)
        if ended is not None:
            return refuse(ended)
        visit = await self._visit(application.visit_id, peer)
        refused = intake.visit_refused(visit, application.kiosk_id, now)
        if visit is None or refused is not None:
            return refuse(refused or "visit_unknown")
        return await self._make(application, request, visit, now)

    async def _accept(self, application: said.Application, kiosk: Kiosk, visit: Visit | None, request_hash: str, now: datetime) -> Request | Refusal:
        refused = intake.visit_refused(visit, application.kiosk_id, now)
        if visit is None or refused is not None or visit.visit_key is None or visit.serial is None:
            return refuse(refused or "visit_unknown")
        issuer = self._open_issuer(application.municipality, application.kind, now)
        if isinstance(issuer, Refusal):
            return issuer
        offer = await self._store.read(visits.find_offer, visit.visit_id, application.municipality, application.kind)
        quote = await self._store.read(visits.quoted, visit.visit_id, application.municipality)
        price = intake.price_for(quote.prices if quote else (), KINDS[application.kind].fee_class)
        digests = tuple(sealing.member_digest(visit.visit_key, member) for member in application.members)
        reason = intake.application_refused(application, offer, price, digests, now, self._limits)
        if reason is not None or price is None or quote is None:
            return refuse(reason or "visit_not_authenticated")
        papers = tuple(self._paper(visit.serial, request_hash, now) for _ in range(application.copies))
        intent = Intent(application, request_hash, issuer, kiosk.operator, kiosk.channel, price, quote.quoted_at, papers)
        return await self._store.write(issuances.accept, intent, now)

    def _paper(self, serial: str, request_hash: str, now: datetime) -> tuple[str, str]:
        issuance_id = self._new_id(now)
        return issuance_id, binding(issuance_id, serial, request_hash)

    async def _make(self, application: said.Application, request: Request, visit: Visit, now: datetime) -> Message:
        assert visit.serial is not None
        order = IssueOrder(
            request_id=request.request_id,
            visit_id=request.visit_id,
            serial=visit.serial,
            municipality=request.municipality,
            kind=request.kind,
            members=application.members,
            show=application.show,
            register_version=application.register_version,
            papers=tuple(PaperOrder(issuance_id=paper.issuance_id, binding=paper.binding) for paper in request.papers),
            ordered_at=request.ordered_at,
        )
        issued = await self._ask_issuer(request.issuer, order)
        if isinstance(issued, Refusal):
            if TABLE[issued.code].status != 503:
                # A refusal is an answer: the issuer has made nothing and will not. Silence and "busy" are none: the order stands and may be repeated.
                await self._store.write(issuances.step_all, request.request_id, Step.DECLINED, now, issued.code)
            return issued
        assert isinstance(issued, Issued)
        offer = await self._store.read(visits.find_offer, visit.visit_id, request.municipality, request.kind)
        if offer is None:
            return refuse("visit_closed")
        verdict = sealing.examine(issued, application, request, visit, offer)
        if isinstance(verdict, sealing.Stopped):
            return await self._stop(request, verdict.differences, now)
        sealed = await self._store.write(issuances.seal, request.request_id, verdict.sealings, now)
        ended = _ended(sealed)
        if ended is not None:
            return refuse(ended)
        if any(paper.pdf_sha256 != sealing_of.pdf_sha256 for paper, sealing_of in zip(sealed.papers, verdict.sealings, strict=True)):
            return await self._stop(sealed, ("paper: other bytes than before",), now)
        papers = tuple(
            said.ReadyPaper(issuance_id=made.issuance_id, binding=known.binding, number=made.number, sheets=made.sheets, pdf=made.pdf)
            for made, known in zip(issued.papers, sealed.papers, strict=True)
        )
        return said.CertificateReady(request_id=request.request_id, papers=papers, total_yen=sum(paper.fee_yen for paper in sealed.papers))

    async def _stop(self, request: Request, differences: tuple[str, ...], now: datetime) -> Refusal:
        await self._store.write(_stop_request, request, "; ".join(differences), now)
        self._log.error("paper_stopped", request_id=request.request_id, issuer=request.issuer, differences=differences[:20])
        self._wake()
        return refuse("paper_stopped")

    # --- what became of it ---

    async def _report(self, asked: said.Report, peer: Peer, now: datetime) -> Message:
        event = asked.event
        kiosk = intake.kiosk_for(self._book, event.kiosk_id, peer)
        if kiosk is None:
            return refuse("kiosk_unknown")
        if not verified(self._keys[kiosk.id], asked.signature, encode(event)):
            return refuse("kiosk_signature_bad")
        code = await self._store.write(_note_report, event, hash_of(event), now)
        self._wake()
        return refuse(code) if code is not None else said.Acknowledged(kiosk_id=event.kiosk_id, seq=event.seq)

    async def _close(self, asked: said.CloseVisit, peer: Peer, now: datetime) -> Message:
        if intake.kiosk_for(self._book, asked.kiosk_id, peer) is None:
            return refuse("kiosk_unknown")
        visit = await self._visit(asked.visit_id, peer)
        if visit is not None and visit.kiosk_id != asked.kiosk_id:
            return refuse("visit_unknown")
        if visit is not None and not visit.closed:
            await self._store.write(close_visit, visit.visit_id, asked.reason, now)
            self._wake()
        # A visit that was never heard of is closed too: the kiosk opened it, and the center never learned.
        return said.VisitClosed(visit_id=asked.visit_id)

    # --- asking others ---

    async def _visit(self, visit_id: str, peer: Peer) -> Visit | None:
        visit = await self._store.read(visits.find_visit, visit_id)
        if visit is None or intake.kiosk_for(self._book, visit.kiosk_id, peer) is None:
            return None
        return visit

    def _open_issuer(self, municipality: str, kind: str, now: datetime) -> str | Refusal:
        found = routing.route(self._book, municipality, kind, now)
        if isinstance(found, routing.NoRoute):
            return refuse(found.code)
        if isinstance(found.hours, routing.Closed):
            return refuse("closed_now", f"opens at {found.hours.opens_at.isoformat()}" if found.hours.opens_at else "")
        return found.issuer

    async def _ask_issuer(self, issuer: str, message: Message) -> Message:
        """The issuer's reply or refusal. Asked again, under the same ids, until the deadline; garbage is a failure of the issuer, silence its absence."""
        silence = "timeout"
        try:
            async with asyncio.timeout(self._limits.issuer_deadline_seconds):
                while True:
                    try:
                        return await self._issuers[issuer].ask(message, self._limits.issuer_try_seconds)
                    except NoAnswer as error:
                        silence = str(error)
                        if silence == "garbage":
                            return refuse("issuer_failed")
                    await asyncio.sleep(self._limits.retry_seconds)
        except TimeoutError:
            self._log.warning("issuer_silent", issuer=issuer, message=type(message).__name__, reason=silence)
            return refuse("issuer_unavailable")

    async def _note_refusal(self, message: Message, refusal: Refusal, now: datetime) -> None:
        content = message.application if isinstance(message, said.Apply) else message.event if isinstance(message, said.Report) else message
        kiosk_id, visit_id = getattr(content, "kiosk_id", None), getattr(content, "visit_id", None)
        row = TABLE[refusal.code]
        self._log.info("refused", code=refusal.code, message=type(message).__name__, visit_id=visit_id, kiosk_id=kiosk_id)
        await self._store.write(_note_refusal, row.code, type(message).__name__, row.alarm, kiosk_id, visit_id, refusal.detail, now)


def _ended(request: Request) -> str | None:
    """What a request answers once its papers have their outcome; a sealed or accepted one may still be asked for, a paid one too until it is printed."""
    states = {paper.state for paper in request.papers}
    if states & {State.PRINTED, State.TAKEN, State.UNRESOLVED}:
        return "already_printed"
    if states & {State.DECLINED, State.STOPPED, State.LAPSED, State.RETURNED}:
        return "request_closed"
    return None


def _stop_request(connection: Connection, request: Request, differences: str, now: datetime) -> None:
    issuances.step_all(connection, request.request_id, Step.STOPPED, now, differences)
    for paper in request.papers:
        cases.raise_alarm(
            connection,
            Alarm("paper_stopped", differences, request.visit_id, paper.issuance_id, request.kiosk_id, request.municipality),
            now,
        )


def _note_report(connection: Connection, event: said.Event, event_hash: str, now: datetime) -> str | None:
    """Make the reported step; the row of a refusal, or None. A step that cannot be is acknowledged and becomes an alarm and a case: a kiosk must not repeat it for ever."""
    if issuances.claim_report(connection, event.kiosk_id, event.seq, event_hash, now) != event_hash:
        return "request_altered"
    found = issuances.find_issuance(connection, event.issuance_id)
    if found is None or found[1].kiosk_id != event.kiosk_id or found[1].request_id != event.request_id:
        cases.raise_alarm(connection, Alarm("report_unknown", f"{event.step} for an issuance of nobody's", event.visit_id, None, event.kiosk_id), now)
        return None
    issuance, request = found
    made = issuances.take_step(connection, issuance, request, Step(event.step), event.at, now, event.reason)
    if isinstance(made, Impossible) or event.yen != issuance.fee_yen:
        detail = f"{event.step} reported in state {issuance.state}, {event.yen} yen reported for a fee of {issuance.fee_yen} yen"
        cases.raise_alarm(
            connection, Alarm("report_contradicts", detail, event.visit_id, issuance.issuance_id, event.kiosk_id, request.municipality), now
        )
        cases.open_case(connection, issuance.issuance_id, "contradiction", event.yen, now)
    return None


def close_visit(connection: Connection, visit_id: str, reason: str, now: datetime) -> None:
    """End a visit: what nobody paid for lapses, what identifies somebody is forgotten."""
    for request_id in issuances.requests_of(connection, visit_id):
        issuances.step_all(connection, request_id, Step.LAPSED, now, reason)
    visits.mark_closed(connection, visit_id, reason, now)


def _note_refusal(
    connection: Connection, code: str, message: str, alarm: bool, kiosk_id: str | None, visit_id: str | None, detail: str, now: datetime
) -> None:
    cases.note_refusal(connection, code, message, alarm, kiosk_id, visit_id, now)
    if alarm and code != "paper_stopped":  # that one has its own alarm, with the issuance it stopped
        cases.raise_alarm(connection, Alarm(code, detail or message, visit_id, None, kiosk_id), now)
