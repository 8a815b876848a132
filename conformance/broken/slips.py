"""Servers that break one promise which is of no class of incident: the kit must name each by exactly its case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from msgspec import structs

from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Printed
from conformance.broken.faults import Desks
from issuer.desk import Desk
from issuer.press import InlinePress
from messages.orders import ChoicesOffered, IssueOrder
from messages.wire import Message
from trust.parties import Peer


class AnotherRest(InlinePress):
    """A9: what every other paper says of where somebody lived before is another's word: a copy differs in more than its number and binding."""

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`."""
        odd = int(face.number[-1]) % 2 == 1
        pieces = tuple(replace(piece, cells=tuple(_elsewhere(cell) for cell in piece.cells)) for piece in face.pieces) if odd else face.pieces
        return await super().print(replace(face, pieces=pieces), form, now)


def _elsewhere(cell: tuple[str, str]) -> tuple[str, str]:
    return ("previous_address", "見本県よその町二丁目２番２号") if cell[0] == "previous_address" else cell


class SomeOfAll:
    """P8: whoever asks for two people of a 戸籍 gets the paper about everybody."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._everybody: dict[str, tuple[str, ...]] = {}

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """See `messages.door.Desk`."""
        if isinstance(message, IssueOrder) and message.kind == "koseki" and len(message.members) == 2:
            message = structs.replace(message, members=self._everybody.get(message.visit_id, message.members))
        reply = await self._desk.answer(message, peer, now)
        if isinstance(reply, ChoicesOffered):
            self._everybody[reply.visit_id] = tuple(one.member_id for one in reply.members)
        return reply


SLIPS: Mapping[str, Desks] = MappingProxyType(
    {
        "A9": lambda town: (town.desk(AnotherRest(town.hands)),),
        "P8": lambda town: (SomeOfAll(town.desk()),),
    }
)
"""Case -> the desks of a server that breaks this one promise, which is of no class of incident."""
