"""From an order to its papers: reserve the numbers, draw, log as made, hand out; and the same papers again while nobody has told how they ended.

Decides whether an order may (still) be answered with papers. Nothing personal is kept to answer twice: the face is made again from the register, drawn again for the logged instant and
number, and handed out only if its SHA-256 is the logged one. Time, drawing and the database are given.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection

from certificates.back.code import TooMuch
from certificates.drawing import DoesNotFit, NoGlyph
from certificates.entitlement import NOT_ISSUABLE, Declined
from certificates.face import Face
from certificates.issuing import Wanted, issue
from certificates.kinds import KINDS
from certificates.printing import Printed
from certificates.sources import Sources
from issuer.admissions import admitted_for, use_up
from issuer.issue_log import DrawnPaper, LoggedOrder, LoggedPaper, NewOrder, NewPaper, Reserved, cancel, find_order, note_drawn, reserve
from issuer.press import Press, PressFull
from issuer.register_view import Bars, barred, find_sources
from issuer.terms import Issuer
from messages.orders import Build, Issued, IssuedPaper, IssueOrder
from messages.wire import hash_of
from storage.instants import JST
from storage.store import Store

NO_NUMBER_YET = NewPaper(issuance_id="", binding="-")


class Maker:
    """Makes the papers of one issuer."""

    def __init__(self, issuer: Issuer, store: Store, press: Press, declared: Build, bars: Bars | None = None) -> None:
        self._issuer = issuer
        self._bars = bars
        self._store = store
        self._press = press
        self._declared = declared

    async def make(self, order: IssueOrder, asked_by: str, now: datetime) -> Issued | Declined:
        """The order's papers. Raises `PressFull`, `PressBroken` or `StoreFailed` where the same order must be given again."""
        known, found = await self._store.read(survey, order, self._bars, now)
        if known is None:
            known = await self._begin(order, found, asked_by, now)
        if isinstance(known, Declined):
            return known
        return settled(known, hash_of(order)) or await self._finish(order, known, found, now)

    async def _begin(self, order: IssueOrder, found: Sources | Declined | None, asked_by: str, now: datetime) -> LoggedOrder | Declined:
        allowed = self._face(order, found, NO_NUMBER_YET.binding, "-", now)
        if isinstance(allowed, Declined):
            return allowed
        assert isinstance(found, Sources)
        if self._press.state == "full":
            raise PressFull  # before numbers are taken
        new = _new_order(order, found, asked_by)
        reserved = await self._store.write(reserve_if_unchanged, new, order, self._issuer, self._bars, now)
        return REFUSED_AT_RESERVING[reserved] if isinstance(reserved, str) else reserved

    async def _finish(self, order: IssueOrder, known: LoggedOrder, found: Sources | Declined | None, now: datetime) -> Issued | Declined:
        faces = self._faces(order, known, found, now)
        drawn = faces if isinstance(faces, Declined) else await self._drawn(faces, known)
        if isinstance(drawn, Declined):
            return await self._cancelled(known, drawn, now)
        made = tuple(DrawnPaper(paper.issuance_id, one.sheets, sha256(one.face).hexdigest()) for paper, one in zip(known.papers, drawn, strict=True))
        stood = await self._store.write(note_drawn, order.request_id, made, now)
        declined = settled(stood, known.order_hash)
        if declined is not None:
            return declined
        papers = tuple(_issued(paper, one) for paper, one in zip(stood.papers, drawn, strict=True))
        return Issued(request_id=order.request_id, papers=papers, declared=self._declared)

    async def _drawn(self, faces: tuple[Face, ...], known: LoggedOrder) -> tuple[Printed, ...] | Declined:
        form = self._issuer.form_on(known.issued_at.astimezone(JST).date())
        try:
            return tuple([await self._press.print(face, form, known.issued_at) for face in faces])
        except (DoesNotFit, NoGlyph, TooMuch) as problem:
            return Declined(NOT_ISSUABLE, unprintable(problem))

    async def _cancelled(self, known: LoggedOrder, why: Declined, now: datetime) -> Declined:
        # Its numbers stay in the log as void. A paper that was never made is declined for its own reason; one that was made before, as void.
        stood = await self._store.write(cancel, known.request_id, why.code, now)
        made_before = any(paper.pdf_sha256 is not None for paper in stood.papers)
        declined = settled(stood, known.order_hash)
        return declined if declined is not None and (made_before or declined.code != "order_void") else why

    def _faces(self, order: IssueOrder, known: LoggedOrder, found: Sources | Declined | None, now: datetime) -> tuple[Face, ...] | Declined:
        # A paper bears the instant of its number; whether it may be handed out is decided anew, now (of an order that got its numbers just now, that is one instant).
        allowed = self._face(order, found, NO_NUMBER_YET.binding, "-", now) if known.issued_at != now else None
        if isinstance(allowed, Declined):
            return allowed
        faces = [self._face(order, found, paper.binding, paper.number or "", known.issued_at) for paper in known.papers]
        declined = next((face for face in faces if isinstance(face, Declined)), None)
        return declined or tuple(face for face in faces if isinstance(face, Face))

    def _face(self, order: IssueOrder, found: Sources | Declined | None, binding: str, number: str, at: datetime) -> Face | Declined:
        if found is None:
            return Declined("not_registered", "serial unknown")
        if isinstance(found, Declined):
            return found
        day = at.astimezone(JST).date()
        policy = self._issuer.policy_on(order.kind, day)
        if policy is None:
            return Declined("kind_unknown", "not offered on this day")
        if not 0 < len(order.papers) <= policy.copies_max:
            return Declined("copies_invalid", "copies")
        wanted = Wanted(order.members, order.show, order.form, order.year, order.register_version)
        return issue(found, KINDS[order.kind], policy, wanted, self._issuer.form_on(day), number, binding, at)


REFUSED_AT_RESERVING: dict[Literal["closed", "reused", "changed"], Declined] = {
    "closed": Declined("request_closed", "the outcome was told before the order came"),
    "reused": Declined("request_altered", "an issuance id of another order"),
    "changed": Declined("register_changed", "changed while the order was being looked at"),
}


def unprintable(problem: DoesNotFit | NoGlyph | TooMuch) -> str:
    """The inward reason of a paper that cannot be drawn: what is wrong and in which cell, never the text."""
    match problem:
        case DoesNotFit():
            return f"does not fit: {problem.cell}"
        case NoGlyph():
            return f"glyph missing: {problem.cell}"
    return "too much for a 2-D code"


def survey(
    connection: Connection, order: IssueOrder, bars: Bars | None, now: datetime
) -> tuple[LoggedOrder | Declined | None, Sources | Declined | None]:
    """What the log knows of the order and the registers of the holder, at one instant."""
    known = find_order(connection, order.request_id)
    return REFUSED_AT_RESERVING[known] if isinstance(known, str) else known, sources_of(connection, order, bars, now)


def sources_of(connection: Connection, order: IssueOrder, bars: Bars | None, now: datetime) -> Sources | Declined | None:
    """The registers of whom the order is for: of the card's holder, or of the former resident who was admitted by a referral in this visit."""
    found = admitted_for(connection, order, now) if order.by_referral else find_sources(connection, order.serial, order.kind, now)
    return barred(connection, order.kind, order.year, found, bars, now)


def reserve_if_unchanged(
    connection: Connection, new: NewOrder, order: IssueOrder, issuer: Issuer, bars: Bars | None, now: datetime
) -> Reserved | Literal["changed"]:
    """`issue_log.reserve` if the registers are still as they were when the choice was made: between looking and numbering a stop, a protection or a 廃印 may have come.

    A referral is used up in the same transaction as the numbers are taken.
    """
    found = sources_of(connection, order, bars, now)
    if not isinstance(found, Sources) or found.version != new.register_version:
        return find_order(connection, new.request_id) or "changed"
    if order.by_referral:
        use_up(connection, order, now)
    return reserve(connection, new, issuer.municipality, issuer.number_prefix, now)


def number_of(found: Sources | Declined | None) -> str | None:
    """By which number the log knows the holder: the 宛名番号, or for somebody known by 利用登録 alone the person's number in the 戸籍."""
    if not isinstance(found, Sources):
        return None
    return found.person_no if found.holder is None else found.holder.atena_no


def settled(order: LoggedOrder, order_hash: str) -> Declined | None:
    """Why this order's papers are not to be had (any more); None while they are."""
    if order.order_hash != order_hash:
        return Declined("request_altered", "the same id with another order")
    if any(paper.state in ("printed", "disposed") for paper in order.papers):
        return Declined("already_printed", "printed")
    if any(paper.outcome is not None for paper in order.papers):
        return Declined("request_closed", "its outcome was told")
    if any(paper.state == "void" for paper in order.papers):
        return Declined("order_void", "the register no longer gives the same paper")
    return None


def _new_order(order: IssueOrder, found: Sources, asked_by: str) -> NewOrder:
    return NewOrder(
        request_id=order.request_id,
        order_hash=hash_of(order),
        visit_id=order.visit_id,
        kind=order.kind,
        form=order.form,
        year=order.year,
        holder_no=number_of(found) or "",
        register_version=found.version,
        members=order.members,
        shown=order.show,
        asked_by=asked_by,
        papers=tuple(NewPaper(paper.issuance_id, paper.binding) for paper in order.papers),
    )


def _issued(paper: LoggedPaper, drawn: Printed) -> IssuedPaper:
    assert paper.number is not None and paper.state == "made"
    return IssuedPaper(issuance_id=paper.issuance_id, number=paper.number, sheets=drawn.sheets, face=drawn.face, codes=drawn.codes)
