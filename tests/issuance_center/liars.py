"""Issuers that lie: a wrapper around the honest desk, and one lie each. What a lie draws is a real paper by the real hand: only what it says is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from certificates.binding import binding
from certificates.drawing import draw
from certificates.face import Face, MemberFace
from certificates.juminhyo_content import STATEMENT_PART, STATEMENT_WHOLE
from certificates.reading import face_of, open_paper, read
from messages.door import Desk
from messages.orders import ChoicesOffered, Issued, IssuedPaper, IssueOrder
from messages.wire import Message
from registers.residents.tables import household_of, resident_by_serial
from simulation.people import CardMade
from tests.issuance_center.founding import foundation, issuer
from tests.issuance_center.town import Town
from trust.parties import Peer

Lie = Callable[["Liar", IssueOrder], Awaitable[Issued]]


@dataclass
class Liar:
    """`lie` answers the orders, `forge` changes what is offered; everything else is answered honestly."""

    town: Town
    honest: Desk
    lie: Lie | None = None
    forge: Callable[["Liar", ChoicesOffered], ChoicesOffered] | None = None
    peer: Peer | None = None
    now: datetime | None = None

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        self.peer, self.now = peer, now
        if isinstance(message, IssueOrder) and self.lie is not None:
            return await self.lie(self, message)
        reply = await self.honest.answer(message, peer, now)
        if isinstance(reply, ChoicesOffered) and self.forge is not None:
            return self.forge(self, reply)
        return reply

    async def make(self, order: IssueOrder) -> Issued:
        """What the honest desk makes of an order."""
        assert self.peer is not None and self.now is not None
        reply = await self.honest.answer(order, self.peer, self.now)
        assert isinstance(reply, Issued), reply
        return reply


def stranger_to(card_serial: str) -> CardMade:
    """Somebody of another household, who may have everything."""
    own = next(card for card in foundation().cards.values() if card.serial == card_serial).resident.household_no
    made = foundation()
    return next(made.cards[number] for number in made.population.ordinary if made.is_good(number) and made.cards[number].resident.household_no != own)


def order_for(liar: Liar, order: IssueOrder, card: CardMade, **changes: Any) -> IssueOrder:
    """The same order, for another holder and that household."""
    store = liar.town.municipal_store
    holder = store.do(resident_by_serial, card.serial)
    assert holder is not None
    household = store.do(household_of, holder.household_no)
    assert household is not None
    values = {"serial": card.serial, "members": tuple(who.atena_no for who in household.members), "register_version": household.version}
    return msgspec.structs.replace(order, **values | changes)


def with_papers(issued: Issued, change: Callable[[IssuedPaper], IssuedPaper]) -> Issued:
    return msgspec.structs.replace(issued, papers=tuple(change(paper) for paper in issued.papers))


def redrawn(paper: IssuedPaper, change: Callable[[Face], Face], later: timedelta = timedelta(0)) -> IssuedPaper:
    """The paper drawn again with another face, or at another time; its metadata says what is drawn."""
    made = open_paper(paper.pdf)
    face = change(face_of(read(paper.pdf)))
    drawn = draw(face, issuer().forms[0][1], made.made_at + later)
    return msgspec.structs.replace(paper, pdf=drawn.pdf, sheets=drawn.sheets, number=face.number)


def member(face: Face, at: int, **texts: str) -> Face:
    """The face with other texts in one person's cells."""
    cells = tuple((code, texts.get(code, text)) for code, text in face.members[at].cells)
    return replace(face, members=(*face.members[:at], MemberFace(cells), *face.members[at + 1 :]))


# --- the lies ---


async def another_persons_paper_for_this_order(liar: Liar, order: IssueOrder) -> Issued:
    """Another person's valid paper, with the binding, the ids and a number of this very order: what went wrong in the world."""
    return await liar.make(order_for(liar, order, stranger_to(order.serial)))


async def another_persons_own_paper(liar: Liar, order: IssueOrder) -> Issued:
    """Another person's valid paper as it was made for them, under this order's ids."""
    foreign = msgspec.structs.replace(
        order_for(liar, order, stranger_to(order.serial)),
        request_id="f" * 32,
        papers=tuple(msgspec.structs.replace(paper, issuance_id="e" * 31 + str(at), binding="other") for at, paper in enumerate(order.papers)),
    )
    theirs = await liar.make(foreign)
    papers = (msgspec.structs.replace(made, issuance_id=asked.issuance_id) for made, asked in zip(theirs.papers, order.papers, strict=True))
    return Issued(request_id=order.request_id, papers=tuple(papers))


async def an_older_paper_of_the_same_person(liar: Liar, order: IssueOrder) -> Issued:
    """What was issued to the same person before, under an order of its own."""
    older = tuple(
        msgspec.structs.replace(paper, issuance_id="e" * 31 + str(at), binding=binding("e" * 31 + str(at), order.serial, "0" * 64))
        for at, paper in enumerate(order.papers)
    )
    earlier = await liar.make(msgspec.structs.replace(order, request_id="f" * 32, papers=older))
    papers = (msgspec.structs.replace(made, issuance_id=asked.issuance_id) for made, asked in zip(earlier.papers, order.papers, strict=True))
    return Issued(request_id=order.request_id, papers=tuple(papers))


async def pages_of_two_people(liar: Liar, order: IssueOrder) -> Issued:
    """The holder's sheet first, a stranger's behind it, drawn as one paper with one binding and one number."""
    own = await liar.make(order)
    asked = msgspec.structs.replace(order_for(liar, order, stranger_to(order.serial)), request_id="f" * 32)
    asked = msgspec.structs.replace(asked, papers=(msgspec.structs.replace(order.papers[0], issuance_id="e" * 32),))
    theirs = face_of(read((await liar.make(asked)).papers[0].pdf))
    return with_papers(own, lambda paper: redrawn(paper, lambda face: replace(face, members=(*face.members, *theirs.members))))


async def right_metadata_with_a_wrong_face(liar: Liar, order: IssueOrder) -> Issued:
    """The metadata of the right paper beside a drawing that names somebody else in one place."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, pdf=redrawn(paper, lambda face: member(face, 0, name="見本　他人")).pdf))


async def another_birth_date(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: member(face, 0, birth="昭和５０年１月１日")))


async def the_members_in_another_order(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, members=face.members[::-1])))


async def one_person_left_out(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, members=face.members[:-1])))


async def one_person_too_many(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, members=(*face.members, face.members[0]))))


async def a_number_that_was_not_asked_for(liar: Liar, order: IssueOrder) -> Issued:
    """A right face with one item too many: 個人番号."""
    return await liar.make(msgspec.structs.replace(order, show=(*order.show, "my_number")))


async def the_head_that_was_not_asked_for(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, head_name=face.members[0].text("name"))))


async def the_whole_household_said_to_be_a_part(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    other = {STATEMENT_WHOLE: STATEMENT_PART, STATEMENT_PART: STATEMENT_WHOLE}
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, statement=other[face.statement])))


async def another_title(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, title="戸籍の附票の写し")))


async def the_binding_of_another_request(liar: Liar, order: IssueOrder) -> Issued:
    bound = tuple(msgspec.structs.replace(paper, binding=paper.binding[:-1] + ("A" if paper.binding[-1] != "A" else "B")) for paper in order.papers)
    return await liar.make(msgspec.structs.replace(order, papers=bound))


async def a_number_that_is_not_on_the_paper(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, number=paper.number + "9"))


async def something_behind_the_end_of_the_file(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, pdf=paper.pdf + b"\n% more\n"))


async def no_paper_at_all(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, pdf=b"%PDF-1.4 not a paper"))


async def someone_elses_issuance_id(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, issuance_id="0" * 32))


async def two_copies_with_one_number(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    first = right.papers[0].number
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, number=first)))


async def other_bytes_when_asked_again(liar: Liar, order: IssueOrder) -> Issued:
    """The same paper of a second later: everything on it is right."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: face, timedelta(seconds=1)))


def fingerprints_of_someone_else(liar: Liar, offered: ChoicesOffered) -> ChoicesOffered:
    """The right names on the screen, over the fingerprints of strangers."""
    members = tuple(msgspec.structs.replace(each, fingerprint=f"{at:064x}") for at, each in enumerate(offered.members))
    return msgspec.structs.replace(offered, members=members)


def two_fingerprints_exchanged(liar: Liar, offered: ChoicesOffered) -> ChoicesOffered:
    first, second, *rest = offered.members
    exchanged = (
        msgspec.structs.replace(first, fingerprint=second.fingerprint),
        msgspec.structs.replace(second, fingerprint=first.fingerprint),
    )
    return msgspec.structs.replace(offered, members=(*exchanged, *rest))
