"""What may come back from an issuer, and what it means. Pure."""

from dataclasses import dataclass
from typing import TypeVar

from messages.issuer_refusals import ISSUERS_ROWS
from messages.refusals import Refusal, refuse
from messages.wire import Message

R = TypeVar("R", bound=Message)

ABOUT_THE_ORDER = frozenset({"members_invalid", "options_invalid", "copies_invalid", "form_invalid", "year_invalid", "kind_unknown", "stopped_now"})
"""Rows of the center's own that an issuer may refuse with as well."""

REASONS = ABOUT_THE_ORDER | {row.code for row in ISSUERS_ROWS if row.status != 503}
"""The rows an issuer may refuse with: it has answered, and nothing of the order is or will be handed out by it."""

NOT_NOW = frozenset({"busy", "issuer_unavailable"})
"""Rows that ask to be asked again."""

NOT_TODAY = frozenset(row.code for row in ISSUERS_ROWS if row.status == 503)
"""Rows that are no answer either (decision 7), but asking again within the patience would change nothing."""

UNREADABLE = frozenset({"garbage", "too-large"})
"""Kinds of `NoAnswer` that are an answer nobody can understand."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The issuer refuses, for a reason of its own."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer within the patience: it may or may not have acted, and the same message may be sent again. Not `asked`: this time nothing was sent, the line was full or cut off."""

    refusal: Refusal
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """It answered, but nothing an issuer may answer. `what` names codes only."""

    what: str


@dataclass(frozen=True, slots=True)
class Again:
    """No answer yet: ask again. `silent`: nothing came at all, so the line itself is in doubt; a party that says `busy` is alive."""

    code: str
    silent: bool


def understood(answer: Message, reply: type[R]) -> R | Declined | Unavailable | Failed | Again:
    """What an issuer's answer to a question is whose right reply is a `reply`."""
    if isinstance(answer, reply):
        return answer
    if not isinstance(answer, Refusal):
        return Failed("an answer to another question")
    if answer.code in NOT_NOW:
        return Again(answer.code, silent=answer.code != "busy")
    if answer.code in NOT_TODAY:
        return Unavailable(refuse(answer.code))
    # The table's own words: an issuer's free text goes no further.
    return Declined(refuse(answer.code)) if answer.code in REASONS else Failed(f"refused with {answer.code}")


def silence(kind: str) -> Failed | Again:
    """What it is when no answer came; `kind` is the word of the `NoAnswer`."""
    return Failed("an answer that cannot be understood") if kind in UNREADABLE else Again("issuer_unavailable", silent=True)
