"""After a cut: what became of money and paper, asked of the devices, and every open visit brought to an end.

The journal says what was about to happen; coin box and printer say what did happen. Coins kept or in escrow and nothing printed: the money comes
back. All sheets of a paper out: the fee stands. A sheet that was fed and that nobody saw come out: unresolved, the money stays and the center
opens a case. The papers themselves did not survive, so nothing is printed here.

Every step is journalled before it is made and may be repeated: a crash in here is recovered from by the same function.
"""

import asyncio
from collections.abc import Mapping
from itertools import groupby

import structlog

from kiosk import journal
from kiosk.handover import REASON_UNCERTAIN, refund
from kiosk.journal import Paper, PaperState, issuance_ids
from kiosk.machine import Machine
from kiosk.printer import PaperState as Printed
from kiosk.receipt import reference_of
from kiosk.session import Outcome, Session, Settled
from kiosk.visit import Event

_log = structlog.get_logger()

REASON = "restarted"

_OUTCOMES: Mapping[Outcome, frozenset[PaperState]] = {
    "unresolved": frozenset({"unresolved"}),
    "returned": frozenset({"returned"}),
    "printed": frozenset({"printed", "taken"}),
    "void": frozenset({"void"}),
}


async def settle_all(machine: Machine, session: Session) -> Event:
    """Settle, and again until it succeeds: a terminal that cannot settle stays out of service."""
    while True:
        try:
            session.settled = await settle(machine)
        except Exception:  # noqa: BLE001 - the store or a device fails: wait, and settle again
            _log.exception("settling_failed", terminal=machine.terminal_id)
            await asyncio.sleep(machine.seconds.settle_pause)
            continue
        return Event.SETTLED if session.settled else Event.NOTHING_OPEN


async def settle(machine: Machine) -> tuple[Settled, ...]:
    """Finish every visit of this terminal that the journal holds open; what is to be told to the person who may still stand there, oldest first.

    What was settled before, and was cut off again before somebody had read it, is told once more: `note_said` ends that.
    """
    for visit_id in await machine.store.read(journal.open_visits, machine.terminal_id):
        for request_id, papers in await _requests_of(machine, visit_id):
            await _settle_request(machine, request_id, papers)
        await machine.write(journal.close_visit, visit_id, "restarted", machine.now())
    visits = await machine.store.read(journal.to_be_said, machine.terminal_id)
    told = {visit_id: [each for request in await _requests_of(machine, visit_id) for each in _told(machine, *request)] for visit_id in visits}
    silent = tuple(visit_id for visit_id in visits if not told[visit_id])
    if silent:
        await machine.write(journal.said, silent, machine.now())
    return tuple(each for visit_id in visits for each in told[visit_id])


async def note_said(machine: Machine) -> None:
    """What was settled has stood on the screen, and the person has gone on."""
    await machine.write(journal.said, await machine.store.read(journal.to_be_said, machine.terminal_id), machine.now())


async def _requests_of(machine: Machine, visit_id: str) -> list[tuple[str, tuple[Paper, ...]]]:
    papers = await machine.store.read(journal.papers_of, visit_id)
    return [(request_id, tuple(group)) for request_id, group in groupby(papers, key=lambda paper: paper.request_id)]


async def _settle_request(machine: Machine, request_id: str, papers: tuple[Paper, ...]) -> None:
    await _settle_money(machine, request_id, papers)
    for paper in await _again(machine, papers):
        await _settle_paper(machine, request_id, paper)


async def _settle_money(machine: Machine, request_id: str, papers: tuple[Paper, ...]) -> None:
    """Bring the papers from `ready` and `collecting` to `void` (nothing kept) or `paid` (kept)."""
    box = machine.coin_box.state(request_id)
    waiting = [paper for paper in papers if paper.state in ("ready", "collecting")]
    collecting = [paper for paper in waiting if paper.state == "collecting"]
    free = sum(paper.fee_yen for paper in papers) == 0
    if collecting and (box.outcome == "collected" or free):
        await machine.write(journal.paid, issuance_ids(collecting), machine.now())
        return
    if waiting:
        await machine.write(journal.void, issuance_ids(waiting), machine.now())
    if box.outcome == "open":
        machine.coin_box.give_back(request_id)


async def _settle_paper(machine: Machine, request_id: str, paper: Paper) -> None:
    if paper.state in ("paid", "returning"):
        await refund(machine, request_id, paper.issuance_id, paper.fee_yen, REASON)
    elif paper.state == "printing":
        await _settle_printing(machine, request_id, paper)
    elif paper.state == "printed":
        await _settle_printed(machine, request_id, paper)


async def _settle_printing(machine: Machine, request_id: str, paper: Paper) -> None:
    seen = _seen(machine, request_id, paper)
    if seen is not None and seen.complete:
        await machine.write(journal.printed, paper.issuance_id, machine.now())
        await _settle_printed(machine, request_id, paper)
    elif seen is not None and seen.uncertain:
        await machine.write(journal.unresolved, (paper.issuance_id,), REASON_UNCERTAIN, machine.now())
    else:
        await refund(machine, request_id, paper.issuance_id, paper.fee_yen, REASON)


async def _settle_printed(machine: Machine, request_id: str, paper: Paper) -> None:
    seen = _seen(machine, request_id, paper)
    if seen is not None and seen.complete and seen.taken == seen.sheets:
        await machine.write(journal.taken, (paper.issuance_id,), machine.now())


def _seen(machine: Machine, request_id: str, paper: Paper) -> Printed | None:
    return next((each for each in machine.printer.job(request_id).papers if each.paper_id == paper.issuance_id), None)


async def _again(machine: Machine, papers: tuple[Paper, ...]) -> tuple[Paper, ...]:
    request_id = papers[0].request_id
    return tuple(paper for paper in await machine.store.read(journal.papers_of, papers[0].visit_id) if paper.request_id == request_id)


def _told(machine: Machine, request_id: str, papers: tuple[Paper, ...]) -> tuple[Settled, ...]:
    if all(paper.state == "taken" for paper in papers):
        return ()  # who has the papers needs no word
    escrow_yen = machine.coin_box.state(request_id).given_back_yen
    told: list[Settled] = []
    for outcome, states in _OUTCOMES.items():
        of_this = [paper for paper in papers if paper.state in states]
        yen = escrow_yen if outcome == "void" else sum(paper.fee_yen for paper in of_this)
        if of_this and (yen > 0 or outcome != "void"):
            told.append(Settled(reference_of(request_id), outcome, len(of_this), yen))
    return tuple(told)
