"""What a resident may choose in a visit: the kinds of a municipality with their prices, then who and what may stand on a paper.

Decides nothing itself: the directory says who issues and whether it is open, stops say what is not, the issuer says who; what was offered is kept, since an application is held against it.
"""

from dataclasses import replace
from datetime import datetime

import msgspec

from certificates.kinds import KINDS
from issuance_center import intake, offering, routing, sealing
from issuance_center.builds import Builds
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, Unavailable
from issuance_center.prices import PriceLists
from issuance_center.records import findings, stops, visits
from issuance_center.records.findings import Occurrence
from issuance_center.records.visits import Visit
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Occasion
from issuance_center.vouching import with_referral
from messages import visits as said
from messages.facts import Price
from messages.orders import ChoicesOffered, OfferChoices
from messages.refusals import Refusal, refuse
from messages.wire import Message
from storage.store import Store


class Choosing:
    """Serves the two questions of a visit before an application."""

    def __init__(self, store: Store, issuers: IssuerLines, prices: PriceLists, builds: Builds) -> None:
        self._store = store
        self._issuers = issuers
        self._prices = prices
        self._builds = builds

    async def kinds(self, asked: said.AskKinds, visit: Visit | None, book: DirectoryBook, now: datetime) -> Message:
        """The kinds of a municipality with their fees, open or closed until when."""
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None:
            return refuse(refused or "visit_unknown")
        home = routing.home_of(book, asked.municipality, visit.kiosk_id, now)
        place = routing.place_for(book, asked.municipality, visit.kiosk_id, now, home)
        if isinstance(place, routing.NoRoute):
            return refuse(place.code)
        kiosk = routing.kiosk_at(book, visit.kiosk_id, now)
        quote = await self._store.read(visits.quoted, visit.visit_id, place)
        if quote is None:
            fresh = await self._prices.prices(place, kiosk.channel if kiosk is not None else "", now)
            if fresh is None:
                return refuse("fees_unavailable")
            quote = await self._store.write(visits.quote, visit.visit_id, place, fresh, now)
        stopped = await self._stopped_kinds(book, place, visit, home, now)
        return offering.kinds_offered(book, place, visit.kiosk_id, quote.prices, stopped, now, home)

    async def _stopped_kinds(self, book: DirectoryBook, municipality: str, visit: Visit, home: str | None, now: datetime) -> frozenset[str]:
        routes = ((kind, routing.route(book, municipality, kind, visit.kiosk_id, now, home)) for kind in KINDS)
        operator = routing.operator_of(book, visit.kiosk_id, now)
        found = tuple(
            Occasion(municipality, kind, one.issuer, operator, visit.kiosk_id, None) for kind, one in routes if isinstance(one, routing.Route)
        )
        return await self._store.read(stops.kinds_stopped, found, now)

    async def choices(self, asked: said.AskChoices, visit: Visit | None, book: DirectoryBook, now: datetime) -> Message:
        """Who and what may stand on a paper, as the issuer offers it and the directory allows."""
        refused = intake.visit_refused(visit, None, now)
        if visit is None or refused is not None or visit.visit_key is None or visit.serial is None:
            return refuse(refused or "visit_unknown")
        issuer = routing.open_issuer(book, asked.municipality, asked.kind, visit.kiosk_id, now, asked.vouched_by)
        if isinstance(issuer, Refusal):
            return issuer
        operator = routing.operator_of(book, visit.kiosk_id, now)
        occasion = Occasion(asked.municipality, asked.kind, issuer, operator, visit.kiosk_id, None)
        if await self._store.read(stops.refusing, occasion, now) is not None:
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
        vouched = await with_referral(asked, question, book, visit.kiosk_id, self._store, self._issuers, now)
        if isinstance(vouched, Refusal):
            return vouched
        offered = await self._offered(vouched, occasion, book, now)
        return offered if isinstance(offered, Refusal) else await self._keep(offered, vouched, issuer, quote.prices, now)

    async def _offered(self, question: OfferChoices, occasion: Occasion, book: DirectoryBook, now: datetime) -> ChoicesOffered | Refusal:
        """The issuer's offer, if it is one to this question, of a build that may issue, cut to what the directory has."""
        offered = await self._issuers.ask(occasion.issuer, question, ChoicesOffered)
        match offered:
            case Declined(refusal):
                return refusal
            case Unavailable(refusal, was_asked):
                if was_asked:
                    await self._note_error(question, refusal.code, now)
                return refusal
            case Failed(what):
                await self._note_error(question, "issuer_failed", now)
                return refuse("issuer_failed", what)
        wrong = sealing.wrong_with_offer(offered, question)
        if wrong is not None:
            await self._note_error(question, "issuer_failed", now)
            return refuse("issuer_failed", wrong)
        where = Occurrence(question.municipality, occasion.issuer, question.kind, occasion.kiosk, None)
        if await self._builds.wrong(offered.declared, routing.registered_build(book, occasion.issuer, now), where, now):
            return refuse("stopped_now")
        declared = replace(occasion, build=stops.printable(offered.declared).program)
        if await self._store.read(stops.refusing, declared, now) is not None:
            return refuse("stopped_now")
        options, years = routing.cut(book, question.municipality, offered, now)
        if offered.years and not years:
            return refuse("year_not_open")
        return msgspec.structs.replace(offered, options=options, years=years)

    async def _note_error(self, question: OfferChoices, code: str, now: datetime) -> None:
        """A paper of this kind that is made later in this visit is a near miss (domain facts 7.1, I5)."""
        await self._store.write(findings.note_error, question.visit_id, question.municipality, question.kind, code, now)

    async def _keep(self, offered: ChoicesOffered, question: OfferChoices, issuer: str, prices: tuple[Price, ...], now: datetime) -> Message:
        """Keep what was offered, and hand it on: the forms that have a price."""
        fees = offering.form_fees(offered.forms, KINDS[offered.kind], prices)
        if not fees:
            return refuse("kind_unknown", "no form of it that is offered has a price")
        digests = tuple(sealing.member_digest(question.visit_key, member.member_id) for member in offered.members)
        kept = msgspec.structs.replace(offered, forms=tuple(fee.form for fee in fees))
        visit = await self._store.write(visits.note_offer, question.municipality, kept, digests, issuer, now, question.vouched_by)
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
