"""One message of the issuance center, served from top to bottom.

Decides nothing by itself: who may stand on a paper is `certificates.issuing`, what was made already is `issue_log`, where it is drawn is `press`. A paper is known by its request id and
issuance id alone. The visit key lives in the one call that uses it; the inward reason of a refusal goes to `refusal_log` and nowhere else.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import Connection

from certificates.entitlement import Declined
from certificates.fingerprint import KEY_BYTES
from certificates.issuing import Offered, OfferedMember, offer
from certificates.kinds import KINDS
from certificates.sources import Sources
from certificates.wareki import day_in_japan
from issuer.admissions import MadeReferral, admit, forget, note_made
from issuer.issue_log import Noted, note_outcome
from issuer.issue_states import Happening
from issuer.making import Maker, number_of, sources_of
from issuer.press import Press, PressBroken, PressFull
from issuer.referring import Referrals, opened_for, referred
from issuer.refusal_log import Refused, note_refused
from issuer.register_view import Bars, barred, find_sources
from issuer.self_report import Ages, SelfReport
from issuer.terms import Issuer
from issuer.use_desk import UseDesk
from messages.conditions import AskCondition, AskInventory
from messages.orders import AskReferral, Build, ChoicesOffered, Issued, IssueOrder, OfferChoices, OutcomeNoted, Referred, TellOutcome
from messages.refusals import Refusal, refuse
from messages.uses import AskRegisteredUse, RegisterUse
from messages.visits import MemberChoice
from messages.wire import Message
from storage.store import Store, StoreFailed
from trust.parties import Peer

_ID = re.compile(r"[0-9A-Za-z-]{1,36}")
_IDS = ("visit_id", "request_id", "issuance_id", "application_id")
_BINDING = re.compile(r"[!-~]{1,64}")

_log = structlog.get_logger("desk")

MESSAGES: tuple[type[Message], ...] = (OfferChoices, IssueOrder, TellOutcome, AskReferral, RegisterUse, AskRegisteredUse, AskCondition, AskInventory)
"""What an issuer is asked."""


class Desk:
    """The municipal server's answers. `answer` is the whole of it."""

    def __init__(
        self,
        issuer: Issuer,
        store: Store,
        press: Press,
        declared: Build,
        ages: Ages | None = None,
        referrals: Referrals | None = None,
        bars: Bars | None = None,
        log: structlog.typing.FilteringBoundLogger = _log,
    ) -> None:
        self._issuer = issuer
        self._log = log
        self._bars = bars
        self._referrals = referrals
        self._declared = declared
        self._store = store
        self._maker = Maker(issuer, store, press, declared, bars)
        self._uses = UseDesk(issuer, store)
        self._report = SelfReport(issuer, store, declared, ages, referrals)

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """The reply, or a `Refusal`. When the database or the press gave no certain answer the center is told to ask again under the same id."""
        began = asyncio.get_running_loop().time()
        if not all(_ID.fullmatch(one) for one in _ids(message)):
            return refuse("malformed", "ids are 1 to 36 letters, digits and hyphens")
        try:
            match message:
                case OfferChoices():
                    return await self._offer(message, began, now)
                case AskReferral():
                    return await self._refer(message, began, now)
                case IssueOrder():
                    return await self._issue(message, peer, began, now)
                case TellOutcome():
                    return await self._note(message, peer, now)
                case RegisterUse():
                    return await self._uses.receive(message, now)
                case AskRegisteredUse():
                    return await self._uses.standing(message, now)
                case AskCondition():
                    return await self._report.condition(message, now)
                case AskInventory():
                    return await self._report.inventory(message, now)
            return refuse("not_found")
        except PressFull:
            return refuse("busy")
        except (PressBroken, StoreFailed) as failure:
            _log.error("not_answered", kind=type(failure).__name__)
            return refuse("issuer_unavailable")

    async def _offer(self, message: OfferChoices, began: float, now: datetime) -> Message:
        unserved = self._unserved(message.municipality, message.kind) or _malformed_key(message)
        if unserved is not None:
            return unserved
        sources = await self._found(message, now)
        offered = self._offered(message, sources, now)
        if isinstance(offered, Declined):
            return await self._declined(
                Refused(message.visit_id, "choices", message.kind, number_of(sources), offered.code, offered.reason), began, now
            )
        return ChoicesOffered(
            visit_id=message.visit_id,
            kind=message.kind,
            members=tuple(_choice(member) for member in offered.members),
            forms=offered.forms,
            years=offered.years,
            options=offered.options,
            copies_max=offered.copies_max,
            register_version=offered.register_version,
            declared=self._declared,
        )

    async def _found(self, message: OfferChoices, now: datetime) -> Sources | Declined | None:
        if message.referral is None:
            return await self._store.read(looked, message, self._bars, now)
        referral = opened_for(message, self._issuer, self._referrals, now)
        if isinstance(referral, Declined):
            return referral
        found = await self._store.write(admit, referral, message.visit_id, now)
        return await self._store.read(barred, message.kind, referral.year, found, self._bars, now)

    async def _refer(self, message: AskReferral, began: float, now: datetime) -> Message:
        if message.municipality != self._issuer.municipality:
            return refuse("municipality_unknown")
        if message.kind not in KINDS or not KINDS[message.kind].yearly:
            return refuse("kind_unknown")
        sources = await self._store.read(looked_for_referral, message.serial, self._bars, now)
        sealed = sources if isinstance(sources, Declined) else referred(message, sources, self._issuer, self._referrals, now)
        if isinstance(sealed, Declined):
            refused = Refused(message.visit_id, "referral", message.kind, number_of(sources), sealed.code, sealed.reason)
            return await self._declined(refused, began, now)
        holder_no = number_of(sources) or ""
        await self._store.write(note_made, MadeReferral(message.visit_id, holder_no, message.to, message.kind, message.year, now))
        return Referred(visit_id=message.visit_id, sealed=sealed)

    def _offered(self, message: OfferChoices, sources: Sources | Declined | None, now: datetime) -> Offered | Declined:
        if sources is None:
            return Declined("not_registered", "serial unknown")
        if isinstance(sources, Declined):
            return sources
        policy = self._issuer.policy_on(message.kind, day_in_japan(now))
        return (
            Declined("kind_unknown", "not offered today") if policy is None else offer(sources, KINDS[message.kind], policy, message.visit_key, now)
        )

    async def _issue(self, order: IssueOrder, peer: Peer, began: float, now: datetime) -> Message:
        unserved = self._unserved(order.municipality, order.kind) or _malformed(order)
        if unserved is not None:
            return unserved
        made = await self._maker.make(order, f"{peer.role}:{peer.name}", now)
        if isinstance(made, Issued):
            return made
        sources = await self._store.read(sources_of, order, None, now)
        return await self._declined(Refused(order.request_id, "order", order.kind, number_of(sources), made.code, made.reason), began, now)

    async def _note(self, told: TellOutcome, peer: Peer, now: datetime) -> Message:
        noted = await self._store.write(note_and_forget, told.request_id, told.issuance_id, told.outcome, told.at, f"{peer.role}:{peer.name}", now)
        if noted in ("unasked", "contradicted") and told.outcome != "void":
            _log.error("outcome_" + noted, issuance_id=told.issuance_id, outcome=told.outcome)
        return refuse("request_altered") if noted == "contradicted" else OutcomeNoted(issuance_id=told.issuance_id)

    def _unserved(self, municipality: str, kind: str) -> Refusal | None:
        if municipality != self._issuer.municipality:
            return refuse("municipality_unknown")
        return None if kind in self._issuer.policies else refuse("kind_unknown")

    async def _declined(self, refused: Refused, began: float, now: datetime) -> Refusal:
        # One way for every reason: the same write, the same words for the same code, at the same instant after the question. How long the answer took must not say that somebody is protected.
        await self._store.write(note_refused, refused, now)
        self._log.info("declined", asked_for=refused.asked_for, asked_id=refused.asked_id, code=refused.code)
        await asyncio.sleep(began + self._issuer.refusal_seconds - asyncio.get_running_loop().time())
        return refuse(refused.code)


def _choice(member: OfferedMember) -> MemberChoice:
    return MemberChoice(
        member_id=member.id,
        name=member.name,
        relation=member.relation,
        holder=member.holder,
        choosable=member.choosable,
        fingerprint=member.fingerprint,
    )


def _ids(message: Message) -> Iterator[str]:
    """Every id in the message, wherever it stands in it."""
    yield from (getattr(message, name) for name in _IDS if hasattr(message, name))
    if isinstance(message, IssueOrder):
        yield from (paper.issuance_id for paper in message.papers)
    if isinstance(message, RegisterUse):
        yield from _ids(message.application)


def _malformed(order: IssueOrder) -> Refusal | None:
    ids = [paper.issuance_id for paper in order.papers]
    if len(set(ids)) != len(ids):
        return refuse("malformed", "each issuance id is of its own")
    if not all(_BINDING.fullmatch(paper.binding) for paper in order.papers):
        return refuse("malformed", "a binding is 1 to 64 printable ASCII characters")
    return None


def _malformed_key(message: OfferChoices) -> Refusal | None:
    return None if len(message.visit_key) == KEY_BYTES else refuse("malformed", f"{KEY_BYTES} bytes - at `$.visit_key`")


def looked(connection: Connection, message: OfferChoices, bars: Bars | None, now: datetime) -> Sources | Declined | None:
    """One step: the registers of the card's holder, or what else stands between them and a paper."""
    return barred(connection, message.kind, message.year, find_sources(connection, message.serial, message.kind, now), bars, now)


def looked_for_referral(connection: Connection, serial: str, bars: Bars | None, now: datetime) -> Sources | Declined | None:
    """One step: the resident register's part on the card's holder, of whom nothing is vouched for while something stands in the way."""
    return barred(connection, "juminhyo", None, find_sources(connection, serial, "juminhyo", now), bars, now)


def note_and_forget(connection: Connection, request_id: str, issuance_id: str, outcome: Happening, at: datetime, teller: str, now: datetime) -> Noted:
    """One step: the outcome, and who was known only until there was one."""
    noted = note_outcome(connection, request_id, issuance_id, outcome, at, teller, now)
    forget(connection, now)
    return noted
