"""How a probe asks: the center's own messages, under ids and a key of the probe's.

Decides nothing about an answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from certificates.binding import binding
from certificates.kinds import KINDS
from messages.orders import AskReferral, ChoicesOffered, IssueOrder, OfferChoices, PaperOrder
from messages.refusals import Refusal
from messages.wire import Message

Ask = Callable[[Message], Awaitable[Message]]
KIND = "juminhyo"
"""Of the register from which every kind starts: a probe is offered it by every tenant."""
SHOWN = ("my_number", "juminhyo_code")
"""Items of a resident's paper that speak of its person by numbers."""
YEARLY = next(kind.code for kind in KINDS.values() if kind.yearly)
_ALL_KINDS = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the questions of one probe bear: ids and a key of its own, the instant, and the authorities of documents' signers (none: a paper's signer is not looked at)."""

    id: str
    key: bytes
    now: datetime
    roots: tuple[x509.Certificate, ...] = ()


def offer_of(code: str, serial: str, *, kind: str, visit: Visit) -> OfferChoices:
    """What may this card's holder choose?"""
    return OfferChoices(visit_id=visit.id, visit_key=visit.key, serial=serial, municipality=code, kind=kind)


def order_of(code: str, serial: str, offered: ChoicesOffered, members: tuple[str, ...], visit: Visit) -> IssueOrder:
    """One paper of what was offered, about these people."""
    request = f"{visit.id}-{_ALL_KINDS.index(offered.kind)}"
    issuance = f"{request}-1"
    return IssueOrder(
        request_id=request,
        visit_id=visit.id,
        serial=serial,
        municipality=code,
        kind=offered.kind,
        form=offered.forms[0],
        year=offered.years[0] if offered.years else None,
        members=members,
        show=SHOWN if offered.kind == KIND else (),
        register_version=offered.register_version,
        papers=(PaperOrder(issuance_id=issuance, binding=binding(issuance, serial, "0" * 64)),),
        ordered_at=visit.now,
    )


def referral_of(code: str, serial: str, to: str, visit: Visit) -> AskReferral:
    """A word for another municipality."""
    return AskReferral(visit_id=visit.id, serial=serial, municipality=code, to=to, kind=YEARLY, year=visit.now.year, recipient="")


def said(answer: Message) -> str:
    """An answer in a word, without anything of anybody."""
    return answer.code if isinstance(answer, Refusal) else type(answer).__name__
