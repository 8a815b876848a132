"""One fault each, as published, put into the sound issuer (`issuer`): where it is answered, kept or printed. `DESKS` makes the desks of a server that has it.

Each fault is kept to what its class is known by, so that one case names it; those that mix up any two people are kept to 住民票の写し.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from types import MappingProxyType
from typing import Any

from certificates.face import Face, Piece
from certificates.issuer_form import IssuerForm
from certificates.printing import Hands, Printed, printed
from certificates.sources import Sources
from issuer.desk import Desk
from issuer.issue_log import reserve
from issuer.making import reserve_if_unchanged
from issuer.press import InlinePress, Press
from issuer.referring import Referrals
from issuer.terms import Issuer
from messages.door import Desk as Answering
from messages.orders import Build, Issued, IssuedPaper, IssueOrder
from messages.wire import Message
from storage.store import Store
from trust.parties import Peer

ONLY = ("juminhyo", "kojinhyo")
"""The forms of the kind to which a fault is kept."""


class LetGoTooEarly(InlinePress):
    """I1: the lock of the print file is let go by force when the wait is too long, and the job takes the next file. A job holds the lock for four times as long as drawing takes, and
    waits for six others: what is too long goes with the machine's speed.
    """

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands)
        self._lock, self._files = asyncio.Lock(), list[Printed]()

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`."""
        clock = asyncio.get_running_loop().time
        began = clock()
        own = printed(face, form, now, self._hands)
        holds = min(0.5, max(0.1, 4 * (clock() - began)))
        self._files.append(own)
        try:
            async with asyncio.timeout(6 * holds):
                await self._lock.acquire()
        except TimeoutError:
            return self._files.pop()
        try:
            await asyncio.sleep(holds)
            return self._files.pop(self._files.index(own) if own in self._files else 0)
        finally:
            self._lock.release()


class BySecond(InlinePress):
    """I3: the print image lies under the second of the request, and is fetched a moment later."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands)
        self._images: dict[int, Printed] = {}

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`."""
        paper = await super().print(face, form, now)
        if face.form not in ONLY:
            return paper
        self._images[int(now.timestamp())] = paper
        await asyncio.sleep(0.1)
        return self._images[int(now.timestamp())]


class SecondSheets(InlinePress):
    """I4: the second sheet of a long paper is the one that the paper before it left."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands)
        self._left: dict[str, tuple[Piece, ...]] = {}

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`."""
        paper = await super().print(face, form, now)
        if paper.sheets < 3:
            return paper
        per_sheet = -(-len(face.pieces) // paper.sheets)
        own = face.pieces[per_sheet : 2 * per_sheet]
        other = self._left.get(face.form, own)
        self._left[face.form] = own
        return await super().print(replace(face, pieces=(*face.pieces[:per_sheet], *other, *face.pieces[2 * per_sheet :])), form, now)


class _Faulty(ABC):
    """A store that reads otherwise than it should, and takes numbers without looking again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[tuple[str, str], Sources] = {}

    async def read(self, step: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """See `Store.read`."""
        found = await self._store.read(step, *args, **more)
        asked = args[0] if args else None
        if not hasattr(asked, "serial"):
            return found
        key = (getattr(asked, "serial", ""), getattr(asked, "kind", ""))
        if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Sources):
            return found[0], self.seen(key, found[1])
        return self.seen(key, found) if isinstance(found, Sources) else found

    @abstractmethod
    def seen(self, key: tuple[str, str], found: Sources) -> Sources:
        """What is taken for the register's word."""

    async def write(self, step: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """See `Store.write`."""
        if step is reserve_if_unchanged and not args[1].by_referral:
            new, _, issuer, _, now = args
            return await self._store.write(reserve, new, issuer.municipality, issuer.number_prefix, now)
        return await self._store.write(step, *args, **more)

    async def close(self) -> None:
        """See `Store.close`."""
        await self._store.close()


class HalfUpdated(_Faulty):
    """I2: a live update that arrives with the order is taken for the address alone; the people are still those read before."""

    def seen(self, key: tuple[str, str], found: Sources) -> Sources:
        """The household as it was, at the address as it is."""
        last, self._seen[key] = self._seen.get(key, found), found
        if last.household is None or found.household is None or last.household.address == found.household.address:
            return found
        return replace(last, household=replace(last.household, address=found.household.address))


class SealNeverEnds(_Faulty):
    """I5: what is known of a seal came once; its cancellation is not linked."""

    def seen(self, key: tuple[str, str], found: Sources) -> Sources:
        """The seal as it was read first."""
        if found.seal is None:
            return found
        first = self._seen.setdefault(key, found)
        return replace(found, seal=first.seal, version=first.version)


class HandsOnTheLast:
    """I6: what was made for somebody who has gone lies ready, and the next one gets it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._left: tuple[IssuedPaper, ...] = ()
        self._finishing: set[asyncio.Task[Message]] = set()

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """See `messages.door.Desk`."""
        if not isinstance(message, IssueOrder) or message.form not in ONLY:
            return await self._desk.answer(message, peer, now)
        making = asyncio.ensure_future(self._slowly(message, peer, now))
        try:
            reply = await asyncio.shield(making)
        except asyncio.CancelledError:
            self._finishing.add(making)
            making.add_done_callback(self._leave)
            raise
        if not isinstance(reply, Issued) or not self._left:
            return reply
        left, self._left = self._left, ()
        return _as_of(message, reply, left)

    async def _slowly(self, message: IssueOrder, peer: Peer, now: datetime) -> Message:
        await asyncio.sleep(0.05)
        return await self._desk.answer(message, peer, now)

    def _leave(self, made: "asyncio.Task[Message]") -> None:
        self._finishing.discard(made)
        reply = None if made.cancelled() or made.exception() else made.result()
        if isinstance(reply, Issued):
            self._left = reply.papers


SLOTS = 2


class OneServerOfTwo:
    """I7: made for a single server: the papers of its orders lie in two slots, filled in turn, in a place that the other server fills too. A repeat is handed what lies in its slot: its own
    papers while no more than two orders are under way.
    """

    def __init__(self, desk: Desk, slots: dict[int, tuple[IssuedPaper, ...]], turns: "count[int]") -> None:
        self._desk = desk
        self._slots = slots
        self._turns = turns
        self._mine: dict[str, int] = {}

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """See `messages.door.Desk`."""
        reply = await self._desk.answer(message, peer, now)
        if not isinstance(message, IssueOrder) or not isinstance(reply, Issued) or message.form not in ONLY:
            return reply
        if message.request_id in self._mine:
            return _as_of(message, reply, self._slots[self._mine[message.request_id]])
        self._mine[message.request_id] = slot = next(self._turns) % SLOTS
        self._slots[slot] = reply.papers
        return reply


def _as_of(order: IssueOrder, reply: Issued, papers: tuple[IssuedPaper, ...]) -> Issued:
    """Another's papers under the ids of this order: an issuer that believes that they are its own says so."""
    ids = [one.issuance_id for one in order.papers]
    return Issued(
        request_id=order.request_id,
        papers=tuple(
            IssuedPaper(issuance_id=one, number=paper.number, sheets=paper.sheets, face=paper.face, codes=paper.codes)
            for one, paper in zip(ids, papers, strict=False)
        ),
        declared=reply.declared,
    )


@dataclass(frozen=True, slots=True)
class Town:
    """What a server of the little town is made of."""

    issuer: Issuer
    store: Store
    hands: Hands
    declared: Build
    referrals: Referrals

    def desk(self, press: Press | None = None, store: Store | None = None) -> Desk:
        """The sound desk, with another press or store where a fault lies there."""
        return Desk(self.issuer, store or self.store, press or InlinePress(self.hands), self.declared, referrals=self.referrals)


def _two_servers(town: Town) -> tuple[Answering, ...]:
    slots, turns = dict[int, tuple[IssuedPaper, ...]](), count()
    return tuple(OneServerOfTwo(town.desk(), slots, turns) for _ in range(2))


Desks = Callable[[Town], tuple[Answering, ...]]

DESKS: Mapping[str, Desks] = MappingProxyType(
    {
        "none": lambda town: (town.desk(),),
        "I1": lambda town: (town.desk(LetGoTooEarly(town.hands)),),
        "I2": lambda town: (town.desk(store=HalfUpdated(town.store)),),
        "I3": lambda town: (town.desk(BySecond(town.hands)),),
        "I4": lambda town: (town.desk(SecondSheets(town.hands)),),
        "I5": lambda town: (town.desk(store=SealNeverEnds(town.store)),),
        "I6": lambda town: (HandsOnTheLast(town.desk()),),
        "I7": _two_servers,
    }
)
"""Class -> the desks of a server with that fault, as many as it has processes; `none` is the sound issuer."""
