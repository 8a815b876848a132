"""The lines to the issuers: asked again under the same ids until there is an answer or the patience ends.

Decides what counts as an answer: the reply, or a refusal for one of the issuer's own reasons. Silence and "not now" are none yet; anything else is a failure of the issuer, and is never shown
to a resident as if it were a reason.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog

from issuance_center.config import Limits
from messages.link import Link, NoAnswer
from messages.refusals import Refusal, refuse
from messages.wire import Message

R = TypeVar("R", bound=Message)

REASONS = frozenset(
    {
        "not_registered",
        "not_usable_yet",
        "under_15",
        "moved_out",
        "not_issuable",
        "register_changed",
        "order_void",
        "members_invalid",
        "options_invalid",
        "copies_invalid",
        "form_invalid",
        "year_invalid",
        "kind_unknown",
        "no_seal",
        "koseki_not_here",
        "koseki_pending",
        "tax_not_here",
        "tax_undeclared",
    }
)
"""The rows an issuer may refuse with: it has answered, and nothing of the order is or will be handed out by it."""

NOT_NOW = frozenset({"busy", "issuer_unavailable"})
"""Rows that ask to be asked again."""

UNREADABLE = frozenset({"garbage", "too-large"})
"""Kinds of `NoAnswer` that are an answer nobody can understand."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The issuer refuses, for a reason of its own."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer within the patience: it may or may not have acted, and the same message may be sent again."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Failed:
    """It answered, but nothing an issuer may answer. `what` names codes only."""

    what: str


class IssuerLines:
    """The lines by the issuers' names."""

    def __init__(self, issuers: Mapping[str, Link], limits: Limits) -> None:
        self._issuers = issuers
        self._limits = limits
        self._log = structlog.get_logger()

    async def ask(self, issuer: str, message: Message, reply: type[R]) -> R | Declined | Unavailable | Failed:
        """The issuer's reply to `message`, or why there is none."""
        last = "issuer_unavailable"
        try:
            async with asyncio.timeout(self._limits.issuer_deadline_seconds):
                while True:
                    heard = await self._ask_once(issuer, message, reply)
                    if not isinstance(heard, str):
                        return heard
                    last = heard
                    await asyncio.sleep(self._limits.retry_seconds)
        except TimeoutError:
            self._log.warning("issuer_silent", issuer=issuer, message=type(message).__name__, last=last)
            return Unavailable(refuse(last))

    async def _ask_once(self, issuer: str, message: Message, reply: type[R]) -> R | Declined | Failed | str:
        """As `ask`; a row of `NOT_NOW` when it must be asked again."""
        try:
            answer = await self._issuers[issuer].ask(message, self._limits.issuer_try_seconds)
        except NoAnswer as silence:
            return Failed("an answer that cannot be understood") if str(silence) in UNREADABLE else "issuer_unavailable"
        if isinstance(answer, reply):
            return answer
        if not isinstance(answer, Refusal):
            return Failed("an answer to another question")
        if answer.code in NOT_NOW:
            return answer.code
        # The table's own words: an issuer's free text goes no further.
        return Declined(refuse(answer.code)) if answer.code in REASONS else Failed(f"refused with {answer.code}")
