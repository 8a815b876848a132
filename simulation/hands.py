"""Eyes and hands at a terminal of the simulated town: the views and answers of the kiosk's own door, without sockets."""

import base64
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from kiosk.card import Card
from kiosk.coin_box import Accepted
from kiosk.printer import TakenPaper
from kiosk.terminal import Terminal
from kiosk.touches import read_touch
from kiosk.view import view_of
from messages.refusals import Refusal
from simulation.party_life import Dead, Incarnation
from simulation.wishes import Json, MachineDown, NotServed, Paper

Place = Callable[[], tuple[Incarnation, Terminal] | None]
"""The terminal as it lives now, or None while it is dark."""


class SimulatedHands:
    """The hands of somebody at one place; `card` gives their card."""

    def __init__(self, place: Place, card: Callable[[], Card]) -> None:
        self._place = place
        self._card = card

    async def look(self, seen: int | None) -> Json:
        """See `visitor.Hands.look`."""
        return await self._with_terminal(lambda terminal: self._look(terminal, seen))

    async def do(self, method: str, path: str, body: Json | None) -> Json:
        """See `visitor.Hands.do`."""
        if (method, path) == ("POST", "tray/take"):
            return await self._reach_into_tray()
        return await self._with_terminal(lambda terminal: self._do(terminal, f"{method} {path}", body or {}))

    async def _with_terminal(self, act: Callable[[Terminal], Coroutine[Any, Any, Json]]) -> Json:
        here = self._place()
        if here is None:
            raise MachineDown
        life, terminal = here
        try:
            # The machine's part of the deed dies with the machine; the person stays.
            return await life.answered(act(terminal))
        except Dead:
            raise MachineDown from None

    async def _look(self, terminal: Terminal, seen: int | None) -> Json:
        if seen is not None:
            await terminal.watchers.newer_than(seen)
        return view_of(terminal)

    async def _do(self, terminal: Terminal, deed: str, body: Json) -> Json:
        match deed:
            case "POST events":
                touch = read_touch(msgspec.json.encode(body))
                refusal = touch if isinstance(touch, Refusal) else await terminal.touch(*touch)
                if refusal is not None:
                    raise NotServed(refusal.code, detail=refusal.detail)
                return {"view": view_of(terminal)}
            case "POST card":
                await terminal.place_card(self._card())
                return {"view": view_of(terminal)}
            case "DELETE card":
                await terminal.remove_card()
                return {"view": view_of(terminal)}
            case "POST coins":
                result = await terminal.insert_coin(body["yen"])
                taken = {"accepted": True} if isinstance(result, Accepted) else {"accepted": False, "reason": result.reason}
                return {**taken, "view": view_of(terminal)}
            case "POST return-tray/take":
                return {"yen": await terminal.take_return(), "view": view_of(terminal)}
            case _:
                raise NotServed("not_found", detail=deed)

    async def _reach_into_tray(self) -> Json:
        here = self._place()
        if here is None:
            raise MachineDown
        printer = here[1].machine.printer
        found = printer.lying()
        try:
            return await self._with_terminal(self._take_papers)
        except MachineDown:
            # Paper that has left the tray is in the hand, whatever has become of the machine.
            left = {paper.paper_id for paper in printer.lying()}
            raise MachineDown(tuple(_paper(paper) for paper in found if paper.paper_id not in left)) from None

    async def _take_papers(self, terminal: Terminal) -> Json:
        handed = await terminal.take_papers()
        papers = [{"issuance_id": paper.paper_id, "sheets": paper.sheets, **_sides_json(paper)} for paper in handed.papers]
        return {"papers": papers, "receipt": None if handed.receipt is None else handed.receipt.text, "view": view_of(terminal)}


def _paper(taken: TakenPaper) -> Paper:
    sides = taken.sides
    return Paper(taken.paper_id, taken.sheets, sides.face if sides else None, sides.back if sides else None)


def _sides_json(taken: TakenPaper) -> Json:
    sides = taken.sides
    return {"face": sides and base64.b64encode(sides.face).decode(), "back": sides and base64.b64encode(sides.back).decode()}
