"""From an application to papers that may be handed out: accepted (intent first), ordered from the issuer, examined at the gate, given their backs, sealed.

The same again however often it is asked for. A request id is remembered for ever: it gives the same bytes until the papers have their outcome, and one and the same refusal afterwards.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from certificates.binding import binding
from certificates.checking import Signature
from issuance_center import intake, routing, sealing
from issuance_center.backs import Documents, NoBack, back_of
from issuance_center.builds import Builds
from issuance_center.config import Config
from issuance_center.entries import Kiosk
from issuance_center.issuance import State
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, Unavailable
from issuance_center.records import endings, findings, issuances, stops, visits
from issuance_center.records.findings import Occurrence
from issuance_center.records.issuances import Intent, Request
from issuance_center.records.visits import Offer, Visit
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Stop
from messages.orders import Issued, IssueOrder, PaperOrder
from messages.refusals import Refusal, refuse
from messages.visits import Application, CertificateReady, ReadyPaper
from messages.wire import Message, hash_of
from storage.store import Store


class Ordering:
    """Serves applications of known kiosks. `wake` is called when something is owed to others."""

    def __init__(
        self,
        config: Config,
        store: Store,
        issuers: IssuerLines,
        documents: Documents,
        new_id: Callable[[datetime], str],
        wake: Callable[[], None],
    ) -> None:
        self._limits = config.limits
        self._store = store
        self._issuers = issuers
        self._builds = Builds(store)
        self._documents = documents
        self._new_id = new_id
        self._wake = wake
        self._log = structlog.get_logger()

    async def apply(self, application: Application, kiosk: Kiosk, book: DirectoryBook, visit: Visit | None, now: datetime) -> Message:
        """The papers, or a refusal. `visit` is the application's, if this kiosk's party has one of that id; `book` is the directory for this message."""
        request_hash = hash_of(application)
        request = await self._store.read(issuances.find_request, application.request_id)
        if request is None:
            accepted = await self._accept(application, kiosk, book, visit, request_hash, now)
            if isinstance(accepted, Refusal):
                return accepted
            request = accepted
        if request.request_hash != request_hash:
            return refuse("request_altered")
        ended = ended_with(request)
        if ended is not None:
            return refuse(ended)
        if await self._store.read(stops.refusing, issuances.occasion_of(request), now) is not None:
            # A paid paper too: whoever lost it gives the money back and reports so. What nobody paid for was ended by the stop itself.
            return refuse("stopped_now")
        refused = intake.visit_refused(visit, application.kiosk_id, now)
        if visit is None or refused is not None:
            return refuse(refused or "visit_unknown")
        return await self._make(application, request, visit, book, now)

    async def _accept(
        self, application: Application, kiosk: Kiosk, book: DirectoryBook, visit: Visit | None, request_hash: str, now: datetime
    ) -> Request | Refusal:
        refused = intake.visit_refused(visit, application.kiosk_id, now)
        if visit is None or refused is not None or visit.visit_key is None or visit.serial is None:
            return refuse(refused or "visit_unknown")
        typed, application = application.municipality, intake.meaning(application, book, now)
        opened = routing.open_issuer(book, application.municipality, application.kind, kiosk.id, now, application.vouched_by)
        if isinstance(opened, Refusal):
            return opened
        offer, quote = await self._store.read(visits.seen, visit.visit_id, application.municipality, application.kind)
        if offer is None and await self._store.read(visits.find_offer, visit.visit_id, typed, application.kind) is not None:
            return refuse("register_changed", "what was offered was another municipality's, which has become part of this one since")
        price = intake.price_for(quote.prices if quote else (), intake.fee_class_of(application))
        digests = tuple(sealing.member_digest(visit.visit_key, member) for member in application.members)
        reason = intake.application_refused(application, offer, price, digests, now, self._limits)
        # What was offered may have been taken off the directory since.
        reason = reason or routing.not_offered(book, application.municipality, application.kind, application.show, application.year, now)
        if reason is not None or price is None or quote is None or offer is None:
            return refuse(reason or "form_invalid")
        papers = tuple(self._paper(visit.serial, request_hash, now) for _ in range(application.copies))
        # Whoever offered also issues, though the kind may have moved to another issuer in between: a visit finishes where it began.
        intent = Intent(application, request_hash, offer.issuer, kiosk.operator, kiosk.channel, price, quote.quoted_at, papers)
        accepted = await self._store.write(issuances.accept, intent, now)
        if isinstance(accepted, Stop):
            return refuse("stopped_now")
        return accepted or refuse("visit_closed")

    def _paper(self, serial: str, request_hash: str, now: datetime) -> tuple[str, str]:
        issuance_id = self._new_id(now)
        return issuance_id, binding(issuance_id, serial, request_hash)

    async def _make(self, application: Application, request: Request, visit: Visit, book: DirectoryBook, now: datetime) -> Message:
        troubles: list[str] = []
        answer = await self._issuers.ask(request.issuer, _order(application, request, visit), Issued, troubles)
        if isinstance(answer, Unavailable):
            if answer.asked:
                error = (request.visit_id, request.municipality, request.kind, answer.refusal.code)
                await self._store.write(findings.note_error, *error, now)
            # Silence and "not now" are no answer: the order stands and may be repeated.
            return answer.refusal
        # While the issuer worked, the visit may have been closed: then its word no longer matters.
        request, offer = await self._store.read(_standing, request)
        ended = ended_with(request)
        if ended is not None:
            return refuse(ended)
        match answer:
            case Declined(refusal):
                stood = await self._store.write(endings.decline, request.request_id, refusal.code, now)
                return refuse(ended_with(stood) or refusal.code)
            case Failed(what):
                return await self._stop(request, "issuer_failed", (f"issuer: {what}",), now)
        where = Occurrence(request.municipality, request.issuer, request.kind, request.kiosk_id, request.request_id)
        if await self._builds.wrong(answer.declared, routing.registered_build(book, request.issuer, now), where, now):
            return refuse("stopped_now")
        return await self._seal(answer, application, request, visit, offer, self._marks(request, book, now), now, tuple(troubles))

    def _marks(self, request: Request, book: DirectoryBook, now: datetime) -> sealing.Marks:
        signature = Signature(request.municipality, self._documents.roots, now)
        return sealing.Marks(signature, self._documents.code_keys, *routing.marks(book, request.municipality, request.ordered_at))

    async def _seal(
        self,
        issued: Issued,
        application: Application,
        request: Request,
        visit: Visit,
        offer: Offer,
        marks: sealing.Marks,
        now: datetime,
        troubles: tuple[str, ...],
    ) -> Message:
        program = stops.printable(issued.declared).program
        wrong = sealing.not_ordered(issued, request) or await self._examined(issued, application, request, visit, offer, marks)
        if wrong:
            return await self._stop(request, "paper_stopped", wrong, now, build=program)
        try:
            backs = await self._backs(issued, request)
        except NoBack as problem:
            return await self._stop(request, "not_issuable", (f"back: {problem}",), now, alarm="back_impossible")
        sealings = sealing.sealings_of(issued, backs)
        sealed = await self._store.write(issuances.seal, request.request_id, sealings, now, program, troubles)
        if isinstance(sealed, Stop):
            self._wake()
            return refuse("stopped_now")
        ended = ended_with(sealed)
        if ended is not None:
            return refuse(ended)
        changed = sealing.changed(sealed, sealings)
        if changed:
            return await self._stop(sealed, "paper_stopped", changed, now, build=program)
        return _ready(issued, sealed, backs)

    async def _examined(
        self, issued: Issued, application: Application, request: Request, visit: Visit, offer: Offer, marks: sealing.Marks
    ) -> tuple[str, ...]:
        found: list[str] = []
        for paper, known in zip(issued.papers, request.papers, strict=True):
            found.extend(sealing.examine(paper, known, application, visit, offer, marks))
            await asyncio.sleep(0)  # others are waiting, and a request of many copies takes long
        return tuple(found)

    async def _backs(self, issued: Issued, request: Request) -> tuple[bytes, ...]:
        """The backs of papers that have passed the gate, of the instant of their order: the same bytes at every repetition. Raises `NoBack`."""
        backs: list[bytes] = []
        for paper in issued.papers:
            backs.append(back_of(paper.face, paper.issuance_id, paper.codes, self._documents, request.ordered_at))
            await asyncio.sleep(0)
        return tuple(backs)

    async def _stop(
        self, request: Request, code: str, differences: tuple[str, ...], now: datetime, alarm: str | None = None, build: str | None = None
    ) -> Refusal:
        stood = await self._store.write(endings.stop, request.request_id, code, "; ".join(differences), now, alarm, build)
        self._log.error(alarm or code, request_id=request.request_id, issuer=request.issuer, differences=differences[:20])
        self._wake()
        return refuse(stood.refused_code or code)


def _ready(issued: Issued, request: Request, backs: tuple[bytes, ...]) -> CertificateReady:
    papers = tuple(
        ReadyPaper(issuance_id=made.issuance_id, binding=known.binding, number=made.number, sheets=made.sheets, face=made.face, back=back)
        for made, known, back in zip(issued.papers, request.papers, backs, strict=True)
    )
    return CertificateReady(request_id=request.request_id, papers=papers, total_yen=sum(paper.fee_yen for paper in request.papers))


def ended_with(request: Request) -> str | None:
    """What a request answers once its papers have their outcome; a sealed or accepted one may still be asked for, a paid one too until it is printed."""
    states = {paper.state for paper in request.papers}
    if states & {State.PRINTED, State.TAKEN, State.UNRESOLVED}:
        return "already_printed"
    if request.refused_code is not None:
        return request.refused_code
    return "request_closed" if states & {State.DECLINED, State.STOPPED, State.LAPSED, State.RETURNED} else None


def _standing(connection: Connection, request: Request) -> tuple[Request, Offer]:
    """The request as it stands now, and what was offered for it."""
    offer = visits.find_offer(connection, request.visit_id, request.municipality, request.kind)
    assert offer is not None  # without one it was not accepted, and offers are only replaced
    return issuances.found_request(connection, request.request_id), offer


def _order(application: Application, request: Request, visit: Visit) -> IssueOrder:
    assert visit.serial is not None
    return IssueOrder(
        request_id=request.request_id,
        visit_id=request.visit_id,
        serial=visit.serial,
        municipality=request.municipality,
        kind=request.kind,
        form=application.form,
        year=application.year,
        members=application.members,
        show=application.show,
        register_version=application.register_version,
        papers=tuple(PaperOrder(issuance_id=paper.issuance_id, binding=paper.binding) for paper in request.papers),
        ordered_at=request.ordered_at,
        by_referral=application.vouched_by is not None,
    )
