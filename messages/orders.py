"""Issuance center and certificate issuer (a municipality's own server, or the shared cloud).

The issuer answers from its register at one instant. An order repeated under its id gets the same bytes until the outcome is told; afterwards its outcome, not a paper.
"""

from typing import Literal

from messages.visits import MemberChoice
from messages.wire import Instant, Message


class Build(Message, frozen=True, kw_only=True):
    """What the answering issuer is: its program (name, release and a digest of its files), and how it is set up (`topology`, e.g. `processes=1 database=sqlite`).

    An issuer that declares otherwise than was registered is not served any more: a program for one layout on another has handed out strangers' papers (domain facts 7.1, I7).
    """

    program: str
    topology: str


class AskReferral(Message, frozen=True, kw_only=True):
    """課税証明書の広域交付: vouch for this resident towards the municipality `to`, where they say that they lived on January 1 of `year`. `recipient` is that municipality's signed key statement."""

    visit_id: str
    serial: str
    municipality: str
    to: str
    kind: str
    year: int
    recipient: str


class Referred(Message, frozen=True, kw_only=True):
    """The sealed referral: a JWS of the present municipality inside a JWE for the other (compact). The center cannot read it and keeps none."""

    visit_id: str
    sealed: str


class OfferChoices(Message, frozen=True, kw_only=True):
    """Who and what may stand on a certificate for the holder of this 利用者証明用 certificate. `serial` is its serial number in lower-case hex.

    With a `referral` the holder is a former resident: known by what it says, not by the serial. `year` is then its 年度, `vouched_by` the municipality that must have signed it.
    """

    visit_id: str
    visit_key: bytes
    serial: str
    municipality: str
    kind: str
    referral: str | None = None
    year: int | None = None
    vouched_by: str | None = None


class ChoicesOffered(Message, frozen=True, kw_only=True):
    """See `visits.Choices`; the issuer's word."""

    visit_id: str
    kind: str
    members: tuple[MemberChoice, ...]
    forms: tuple[str, ...]
    years: tuple[int, ...]
    options: tuple[str, ...]
    copies_max: int
    register_version: str
    declared: Build


class PaperOrder(Message, frozen=True, kw_only=True):
    """One copy to be made, and the binding that must stand on each of its sheets."""

    issuance_id: str
    binding: str


class IssueOrder(Message, frozen=True, kw_only=True):
    """Make these papers. `request_id` is the application's; the same id always means the same order. `by_referral`: for whom the referral shown in this visit named; it is used up by this."""

    request_id: str
    visit_id: str
    serial: str
    municipality: str
    kind: str
    form: str
    year: int | None
    members: tuple[str, ...]
    show: tuple[str, ...]
    register_version: str
    papers: tuple[PaperOrder, ...]
    ordered_at: Instant
    by_referral: bool = False


class IssuedPaper(Message, frozen=True, kw_only=True):
    """One paper: the finished face, signed, its 発行番号 (without the page part), and the content of each sheet's 2-D code, signed with the issuer's code key."""

    issuance_id: str
    number: str
    sheets: int
    face: bytes
    codes: tuple[bytes, ...]


class Issued(Message, frozen=True, kw_only=True):
    """All papers of the order, in the order's order."""

    request_id: str
    papers: tuple[IssuedPaper, ...]
    declared: Build


class TellOutcome(Message, frozen=True, kw_only=True):
    """What became of a paper: `printed`, or `void` (never handed out), for the 発行履歴; `stopped` when the center's gate refused it."""

    issuance_id: str
    request_id: str
    municipality: str
    outcome: Literal["printed", "void", "unresolved", "stopped"]
    at: Instant


class OutcomeNoted(Message, frozen=True, kw_only=True):
    """The outcome is in the issue log."""

    issuance_id: str
