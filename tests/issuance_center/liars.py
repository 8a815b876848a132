"""Issuers that lie: a wrapper around the honest desk, and one lie each. What a lie draws is a real paper by the real hand: only what it says is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from certificates.binding import binding
from certificates.face import Face, Piece
from certificates.form.catalogue import FORMS
from certificates.printing import printed
from certificates.reading import face_of, read
from messages.door import Desk
from messages.orders import ChoicesOffered, Issued, IssuedPaper, IssueOrder
from messages.wire import Message
from registers.residents.tables import household_of, resident_by_serial
from simulation.people import CardMade
from tests.issuance_center.founding import document_keys, foundation, issuer
from tests.issuance_center.town import Town
from tests.issuer.town import DECLARED
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


def face_on(paper: IssuedPaper) -> Face:
    """What the paper says."""
    return face_of(read(paper.face))


def redrawn(paper: IssuedPaper, change: Callable[[Face], Face], later: timedelta = timedelta(0)) -> IssuedPaper:
    """The paper drawn, signed and coded again by the municipality's own hand, with another face or at another time; its metadata says what is drawn."""
    made = read(paper.face)
    face = change(face_of(made))
    drawn = printed(face, issuer().forms[0][1], made.made_at + later, document_keys().hands)
    return msgspec.structs.replace(paper, face=drawn.face, sheets=drawn.sheets, codes=drawn.codes, number=face.number)


def blocks(face: Face) -> tuple[tuple[Piece, ...], tuple[tuple[Piece, ...], ...]]:
    """The pieces before the first person's, and then those of each person."""
    starts = [at for at, piece in enumerate(face.pieces) if FORMS[face.form].strip(piece.strip).person]
    ends = [*starts[1:], len(face.pieces)]
    return face.pieces[: starts[0]], tuple(face.pieces[start:end] for start, end in zip(starts, ends, strict=True))


def with_people(face: Face, change: Callable[[tuple[tuple[Piece, ...], ...]], tuple[tuple[Piece, ...], ...]]) -> Face:
    """The face with other people's blocks."""
    before, people = blocks(face)
    return replace(face, pieces=(*before, *(piece for block in change(people) for piece in block)))


def person(face: Face, at: int, **texts: str) -> Face:
    """The face with other texts in one person's cells."""

    def changed(people: tuple[tuple[Piece, ...], ...]) -> tuple[tuple[Piece, ...], ...]:
        first, *rest = people[at]
        piece = Piece(first.strip, tuple((code, texts.get(code, text)) for code, text in first.cells))
        return (*people[:at], (piece, *rest), *people[at + 1 :])

    return with_people(face, changed)


def with_text(face: Face, code: str, text: str) -> Face:
    """The face with another text in a cell of its head or closing."""
    head, closing = (tuple((one, text if one == code else said) for one, said in cells) for cells in (face.head, face.closing))
    return replace(face, head=head, closing=closing)


def with_cell(face: Face, strip: str, code: str, text: str) -> Face:
    """The face with another text in a cell of the last piece on this strip."""
    at = max(at for at, piece in enumerate(face.pieces) if piece.strip == strip)
    assert code in dict(face.pieces[at].cells)
    piece = Piece(strip, tuple((one, text if one == code else said) for one, said in face.pieces[at].cells))
    return replace(face, pieces=(*face.pieces[:at], piece, *face.pieces[at + 1 :]))


def lie_about(paper_lie: Callable[[IssuedPaper], IssuedPaper], name: str) -> Lie:
    """The lie of changing each of the right papers so."""

    async def lie(liar: Liar, order: IssueOrder) -> Issued:
        return with_papers(await liar.make(order), paper_lie)

    lie.__name__ = name
    return lie


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
    return Issued(request_id=order.request_id, papers=tuple(papers), declared=DECLARED)


async def an_older_paper_of_the_same_person(liar: Liar, order: IssueOrder) -> Issued:
    """What was issued to the same person before, under an order of its own."""
    older = tuple(
        msgspec.structs.replace(paper, issuance_id="e" * 31 + str(at), binding=binding("e" * 31 + str(at), order.serial, "0" * 64))
        for at, paper in enumerate(order.papers)
    )
    earlier = await liar.make(msgspec.structs.replace(order, request_id="f" * 32, papers=older))
    papers = (msgspec.structs.replace(made, issuance_id=asked.issuance_id) for made, asked in zip(earlier.papers, order.papers, strict=True))
    return Issued(request_id=order.request_id, papers=tuple(papers), declared=DECLARED)


async def pages_of_two_people(liar: Liar, order: IssueOrder) -> Issued:
    """The holder's sheet first, a stranger's behind it, drawn as one paper with one binding and one number."""
    own = await liar.make(order)
    asked = msgspec.structs.replace(order_for(liar, order, stranger_to(order.serial)), request_id="f" * 32)
    asked = msgspec.structs.replace(asked, papers=(msgspec.structs.replace(order.papers[0], issuance_id="e" * 32),))
    theirs = blocks(face_on((await liar.make(asked)).papers[0]))[1]
    return with_papers(own, lambda paper: redrawn(paper, lambda face: with_people(face, lambda people: (*people, *theirs))))


async def right_metadata_with_a_wrong_face(liar: Liar, order: IssueOrder) -> Issued:
    """The metadata of the right paper beside a drawing that names somebody else in one place."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, face=redrawn(paper, lambda face: person(face, 0, name="見本　他人")).face))


async def another_birth_date(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: person(face, 0, birth="昭和５０年１月１日")))


async def the_members_in_another_order(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_people(face, lambda people: people[::-1])))


async def one_person_left_out(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_people(face, lambda people: people[:-1])))


async def one_person_too_many(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_people(face, lambda people: (*people, people[0]))))


async def a_number_that_was_not_asked_for(liar: Liar, order: IssueOrder) -> Issued:
    """A right face with one item too many: 個人番号."""
    return await liar.make(msgspec.structs.replace(order, show=(*order.show, "my_number")))


async def the_head_that_was_not_asked_for(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_text(face, "head_name", face.pieces[0].text("name"))))


async def the_whole_household_said_to_be_a_part(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    words = FORMS["juminhyo"].statement
    assert words is not None
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_text(face, "statement", face.text("statement").replace(*words))))


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
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, face=paper.face + b"\n% more\n"))


async def no_paper_at_all(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, face=b"%PDF-1.4 not a paper"))


async def someone_elses_issuance_id(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: msgspec.structs.replace(paper, issuance_id="0" * 32))


async def two_copies_with_one_number(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    first = right.papers[0].number
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, number=first)))


async def one_face_for_two_copies(liar: Liar, order: IssueOrder) -> Issued:
    """The first copy's paper handed over as the second as well."""
    right = await liar.make(order)
    first = right.papers[0]
    return with_papers(right, lambda paper: msgspec.structs.replace(first, issuance_id=paper.issuance_id))


async def one_face_under_two_numbers(liar: Liar, order: IssueOrder) -> Issued:
    """As before, with the second copy's own number beside it."""
    right = await liar.make(order)
    first = right.papers[0]
    return with_papers(right, lambda paper: msgspec.structs.replace(first, issuance_id=paper.issuance_id, number=paper.number))


async def another_form(liar: Liar, order: IssueOrder) -> Issued:
    """個人票 instead of 世帯連記式."""
    return await liar.make(msgspec.structs.replace(order, form="kojinhyo"))


async def another_year(liar: Liar, order: IssueOrder) -> Issued:
    """The paper of the year before, right in itself."""
    assert order.year is not None
    return await liar.make(msgspec.structs.replace(order, year=order.year - 1))


async def a_title_that_the_tax_belies(liar: Liar, order: IssueOrder) -> Issued:
    """Tax is due, and the paper is headed as if none were."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: replace(face, title="非課税証明書")))


async def one_person_of_the_koseki_exchanged(liar: Liar, order: IssueOrder) -> Issued:
    """Somebody of another 戸籍 with all that is recorded of them, in the second person's place."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: person(face, 1, name="【名】他人", birth="【生年月日】昭和５０年１月１日")))


async def one_person_of_the_koseki_missing(liar: Liar, order: IssueOrder) -> Issued:
    return await one_person_left_out(liar, order)


async def one_person_of_the_koseki_too_many(liar: Liar, order: IssueOrder) -> Issued:
    return await one_person_too_many(liar, order)


async def an_item_of_the_fuhyo_that_was_not_asked_for(liar: Liar, order: IssueOrder) -> Issued:
    """本籍・筆頭者 on a 附票 asked for without."""
    return await liar.make(msgspec.structs.replace(order, show=("honseki",)))


async def an_invented_amount(liar: Liar, order: IssueOrder) -> Issued:
    """Another 年税額 than the register's."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_cell(face, "levy", "levy_total", "９９９，９００")))


async def an_invented_event(liar: Liar, order: IssueOrder) -> Issued:
    """Another date behind the first label of a person's 身分事項."""
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_cell(face, "row", "value", "令和元年５月１日")))


async def an_invented_address(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return with_papers(right, lambda paper: redrawn(paper, lambda face: with_text(face, "address", "見本県みほん市どこにもない一丁目")))


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
