"""A tenant whose every register came by upload, and a desk that issues from it: who is refused which paper now."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from bcl_cloud.feeds.bars import bars
from bcl_cloud.feeds.fast_lane import Event, take
from certificates.kinds import KINDS
from issuer.desk import Desk
from issuer.press import InlinePress
from messages.orders import ChoicesOffered
from messages.refusals import Refusal
from registers.population import Population
from registers.residents.households import assembled
from tests.bcl_cloud.feeds.feeding import town
from tests.issuer import books
from tests.issuer.town import ADDRESS, CENTER, DECLARED, FATHER, MOTHER, PEOPLE, ask, hands, issuer

EVERY = frozenset(KINDS)
HOUSE = (FATHER, MOTHER)


@cache
def papers_town() -> Population:
    """The people of `tests.issuer.town` with all their books."""
    people = PEOPLE
    residents, households = assembled(people, [ADDRESS] * len(people))
    return replace(
        town(), residents=residents, households=households, koseki=books.koseki(), fuhyo=books.fuhyo(), seals=books.seals(), tax=books.taxes()
    )


def desk_of(store: Any) -> Desk:
    return Desk(issuer(), store, InlinePress(hands()), DECLARED, bars=bars)


async def refused(store: Any, who: int, now: datetime) -> frozenset[str]:
    """The kinds of which this person is offered nothing."""
    desk = desk_of(store)
    answers = {kind: await desk.answer(ask(who, f"{who}-{place}", kind), CENTER, now) for place, kind in enumerate(KINDS)}
    assert all(isinstance(answer, ChoicesOffered | Refusal) for answer in answers.values())
    return frozenset(kind for kind, answer in answers.items() if isinstance(answer, Refusal))


async def happens(store: Any, kind: str, subject: str, at: datetime, now: datetime | None = None, **more: Any) -> str:
    """An event of the fast lane, told now; its outcome."""
    event = Event(id=f"{kind} {subject} {at.isoformat()}"[:64], kind=kind, at=at, subject=subject, **more)  # type: ignore[arg-type]
    outcome: str = await store.write(take, event, now or at)
    return outcome
