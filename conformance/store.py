"""One store as the kit plays it: asks for choices, orders, tells outcomes, and keeps what a paper must be held against.

What a real center would know of a visit stands in `Asked` and `Ordered`; nothing is decided here about what comes back.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from certificates.binding import binding
from certificates.fingerprint import KEY_BYTES
from certificates.kinds import KINDS
from conformance.line import Line, Silent
from conformance.profile import MayHave, Member, Person, Profile
from messages.ids import time_ordered_id
from messages.link import NoAnswer, understand
from messages.orders import Build, ChoicesOffered, Issued, IssueOrder, OfferChoices, OutcomeNoted, PaperOrder, TellOutcome
from messages.refusals import Refusal
from messages.routes import BY_MESSAGE
from messages.wire import Message, encode

Now = Callable[[], datetime]
Token = Callable[[int], bytes]
_PLAIN = re.compile(r"[!-~]{1,64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")

Outcome = Literal["printed", "void", "unresolved", "stopped"]


@dataclass
class Heard:
    """What all stores of a run heard: how many answers, how many papers were held against their orders, and the builds that were declared, each with where first."""

    answers: int = 0
    papers: int = 0
    builds: dict[Build, str] = field(default_factory=dict)


class Unexpected(Exception):
    """Something else was answered than the protocol says here; `str()` says what, without personal data."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Choices that were offered: to whom, of which kind, under which visit's key."""

    person: Person
    have: MayHave
    visit_key: bytes
    offered: ChoicesOffered
    foreign_marks: tuple[str, ...] = ()
    """Texts that stand on other people's papers and never on this person's."""
    certifier: tuple[str, ...] = ()
    """Title and name of who certifies, as far as the profile says."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order, and the people who must stand on its papers, in the paper's order."""

    asked: Asked
    order: IssueOrder
    members: tuple[Member, ...]

    @property
    def everybody(self) -> bool:
        """Whether all who can be listed are."""
        return len(self.members) == len(self.asked.have.members)


class Store:
    """A store's terminal and the center behind it, as one asker on one line."""

    def __init__(self, profile: Profile, line: Line, now: Now, token: Token, heard: Heard | None = None) -> None:
        self.heard = heard or Heard()
        self.profile = profile
        self.line = line
        self._now = now
        self._token = token

    def new_id(self) -> str:
        """An id that was never used."""
        return time_ordered_id(self._now(), self._token)

    def now(self) -> datetime:
        """The real time."""
        return self._now()

    async def ask(self, message: Message, patience_seconds: float = 20.0) -> Message:
        """The reply or refusal; raises `Silent`, or `Unexpected` for an answer that is neither in the form the protocol gives it."""
        route = BY_MESSAGE[type(message)]
        answer = await self.line.send(route.path, encode(message), patience_seconds=patience_seconds)
        self.heard.answers += 1
        try:
            reply = understand(answer.status, answer.body, route.reply)
        except NoAnswer as reason:
            raise Unexpected(
                f"{type(message).__name__}: an answer that is no {route.reply.__name__} and no refusal (status {answer.status}, {reason})"
            ) from None
        declared = getattr(reply, "declared", None)
        if declared is not None:
            self.heard.builds.setdefault(declared, type(reply).__name__)
        return reply

    def question(self, serial: str, kind: str, **changed: object) -> tuple[OfferChoices, bytes]:
        """A question for choices under a new visit, and the visit's key."""
        key = self._token(KEY_BYTES)
        asked = {"visit_id": self.new_id(), "visit_key": key, "serial": serial, "municipality": self.profile.municipality, "kind": kind} | changed
        return OfferChoices(**asked), key  # type: ignore[arg-type]

    async def choices(self, person: Person, kind: str) -> Asked:
        """What this person may choose; `Unexpected` for a refusal."""
        have = person.have(kind)
        assert have is not None
        question, key = self.question(person.serial, kind)
        reply = await self.ask(question)
        if not isinstance(reply, ChoicesOffered):
            raise Unexpected(f"{person.id} {kind}: refused {word(reply)} instead of offered choices")
        problem = next(iter(_offer_problems(reply, question, have)), None)
        if problem is not None:
            raise Unexpected(f"{person.id} {kind}: {problem}")
        return Asked(person, have, key, reply, self._marks_of_others(person), self.profile.certifier)

    def _marks_of_others(self, person: Person) -> tuple[str, ...]:
        own = set(person.marks)
        return tuple(mark for other in self.profile.people for mark in other.marks if mark not in own)

    def order(
        self, asked: Asked, *, members: tuple[int, ...] = (), form: str = "", show: tuple[str, ...] = (), copies: int = 1, year: int | None = None
    ) -> Ordered:
        """An order from these choices: `members` by their places (none: the holder alone), the first form, no option, the latest year."""
        offered, have = asked.offered, asked.have
        chosen = members or tuple(at for at, member in enumerate(have.members) if member.holder)
        request = self.new_id()
        digest = sha256(request.encode()).hexdigest()
        papers = tuple(
            PaperOrder(issuance_id=one, binding=binding(one, asked.person.serial, digest)) for one in (self.new_id() for _ in range(copies))
        )
        order = IssueOrder(
            request_id=request,
            visit_id=offered.visit_id,
            serial=asked.person.serial,
            municipality=self.profile.municipality,
            kind=offered.kind,
            form=form or offered.forms[0],
            year=year or next(iter(offered.years), None),
            members=tuple(offered.members[at].member_id for at in chosen),
            show=show,
            register_version=offered.register_version,
            papers=papers,
            ordered_at=self._now(),
        )
        return Ordered(asked, order, tuple(have.members[at] for at in sorted(chosen)))

    async def issue(self, ordered: Ordered, patience_seconds: float = 20.0) -> Issued:
        """The order's papers; `Unexpected` for a refusal."""
        reply = await self.ask(ordered.order, patience_seconds)
        if not isinstance(reply, Issued):
            raise Unexpected(f"{ordered.asked.person.id} {ordered.order.kind}: order refused {word(reply)}")
        if not reply.papers:
            raise Unexpected(f"{ordered.asked.person.id} {ordered.order.kind}: an answer without a paper")
        return reply

    async def tell(self, order: IssueOrder, outcome: Outcome, copy: int = 0) -> Message:
        """What is answered to this outcome of one paper."""
        return await self.ask(
            TellOutcome(
                issuance_id=order.papers[copy].issuance_id,
                request_id=order.request_id,
                municipality=order.municipality,
                outcome=outcome,
                at=self._now(),
            )
        )

    async def discard(self, *ordered: Ordered) -> None:
        """Tell of every paper that it was never handed out, as a center would; what is answered is other cases' business."""
        for one in ordered:
            for copy in range(len(one.order.papers)):
                try:
                    await self.tell(one.order, "void", copy)
                except (Silent, Unexpected):
                    return


def _offer_problems(offered: ChoicesOffered, question: OfferChoices, have: MayHave) -> Iterator[str]:
    """What is wrong with an offer before anything is ordered from it."""
    ids = [member.member_id for member in offered.members]
    if (offered.visit_id, offered.kind) != (question.visit_id, question.kind):
        yield "an offer for another question"
    if len(ids) != len(have.members):
        yield f"{len(ids)} people offered instead of {len(have.members)}"
    elif [member.holder for member in offered.members] != [member.holder for member in have.members]:
        yield "another holder than the profile's"
    if len(set(ids)) != len(ids) or not all(_PLAIN.fullmatch(one) for one in ids):
        yield "member ids that are not 1 to 64 printable characters, each of its own"
    if not all(_FINGERPRINT.fullmatch(member.fingerprint) for member in offered.members):
        yield "a fingerprint that is not 64 lower-case hex digits"
    kind = KINDS[have.kind]
    if not offered.forms or not set(offered.forms) <= {form.code for form in kind.forms}:
        yield "no form, or one that the kind has not"
    if not set(offered.options) <= {option.code for option in kind.options}:
        yield "an option that the kind has not"
    if kind.yearly is not bool(offered.years):
        yield "years where none belong, or none where some do"
    if offered.copies_max < 1:
        yield "no copies"
    if not _PLAIN.fullmatch(offered.register_version):
        yield "a register_version that is not 1 to 64 printable characters"


def word(reply: Message) -> str:
    """What came, in a word: a refusal's row, or the name of the message."""
    return reply.code if isinstance(reply, Refusal) else type(reply).__name__


def noted(reply: Message) -> bool:
    """Whether an outcome was taken."""
    return isinstance(reply, OutcomeNoted)
