"""Hands at a machine that dies: a sheet of paper is in the tray or in the hand, never in both and never in neither."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from kiosk.printer import Printer
from kiosk.printer_outcomes import Sides, TakenPaper
from kiosk.terminal import Terminal
from simulation.hands import SimulatedHands
from simulation.party_life import Incarnation
from simulation.wishes import MachineDown, NotServed, Paper
from simulation.world import World
from tests.simulation.weather import in_world

PAPERS = (Paper("a", 2, b"%PDF a", b"%PDF back a"), Paper("b", 1, b"%PDF b", b"%PDF back b"))


@dataclass
class Machine:
    printer: Printer


@dataclass
class TrayOnly:
    """The part of a terminal that is a printer's tray; after it was emptied the machine still has to write that down."""

    machine: Machine

    async def take_papers(self) -> tuple[TakenPaper, ...]:
        taken = self.machine.printer.take()
        await asyncio.sleep(1.0)
        return taken


def _printed(folder: Path, life: Incarnation) -> Printer:
    printer = Printer.open(folder, life.reach)
    for paper in PAPERS:
        for sheet in range(1, paper.sheets + 1):
            printer.print_sheet("job", paper.issuance_id, sheet, paper.sheets, Sides(paper.face or b"", paper.back or b""))
    return printer


def _held(found: tuple[TakenPaper, ...]) -> list[Paper]:
    return [Paper(paper.paper_id, paper.sheets, paper.sides.face, paper.sides.back) for paper in found if paper.sides is not None]


@pytest.mark.parametrize("point", range(1, 12))
def test_paper_is_in_the_hand_or_in_the_tray_wherever_the_machine_dies(tmp_path: Path, point: int) -> None:
    async def main(world: World) -> tuple[list[Paper], list[Paper]]:
        life = Incarnation("kiosk", 1)
        printer = _printed(tmp_path, life)
        hands = SimulatedHands(lambda: (life, cast("Terminal", TrayOnly(Machine(printer)))), _no_card)
        life.doomed_after = point
        world.loop.call_later(0.5, life.kill)
        with pytest.raises(MachineDown) as down:
            await hands.do("POST", "tray/take", None)
        printer.close()
        again = Printer.open(tmp_path)
        left = _held(again.take())
        again.close()
        return list(down.value.in_hand), left

    in_hand, left = in_world(main)[0]
    assert sorted(in_hand + left, key=lambda paper: paper.issuance_id) == list(PAPERS)


def _no_card() -> Any:
    raise AssertionError("nobody lays down a card here")


def test_at_a_dark_machine_hands_find_nothing() -> None:
    async def main(_world: World) -> tuple[Paper, ...]:
        hands = SimulatedHands(lambda: None, _no_card)
        with pytest.raises(MachineDown):
            await hands.look(None)
        with pytest.raises(MachineDown) as down:
            await hands.do("POST", "tray/take", None)
        return down.value.in_hand

    assert in_world(main)[0] == ()


def test_a_deed_that_no_machine_knows_is_refused(tmp_path: Path) -> None:
    async def main(_world: World) -> str:
        life = Incarnation("kiosk", 1)
        printer = _printed(tmp_path, life)
        hands = SimulatedHands(lambda: (life, cast("Terminal", TrayOnly(Machine(printer)))), _no_card)
        with pytest.raises(NotServed) as caught:
            await hands.do("POST", "drawer/open", None)
        printer.close()
        return caught.value.code

    assert in_world(main)[0] == "not_found"
