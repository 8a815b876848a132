"""Money against paper: keep the coins, print, give back what could not be printed. Data is in hand before any of it begins.

Each movement is journalled before it is made, and each device keeps its own record under the same ids (the request's for coins and job, the
issuance's for paper and refund), so that any step may be repeated after a crash and moves nothing twice.
"""

import asyncio

from kiosk import journal
from kiosk.coin_box import Accepted, CoinRefused, Collected, Refunded
from kiosk.machine import Machine
from kiosk.printer import Ejected, Jammed, OutOfPaper, Sides
from kiosk.receipt import receipt, title_of
from kiosk.selection import lists_everybody
from kiosk.session import Notice, Session
from kiosk.visit import Event
from messages.visits import ReadyPaper

REASON_JAM = "jam"
REASON_NO_PAPER = "out_of_paper"
REASON_NO_CHANGE = "no_change"
REASON_UNCERTAIN = "sheet_uncertain"


def insert(machine: Machine, session: Session, yen: int) -> Accepted | CoinRefused:
    """A coin or note is put in while the slot is open. One that could not be changed falls through."""
    assert session.ready is not None
    state = machine.coin_box.state(session.request_id)
    if machine.coin_box.exact_only() and state.escrow_yen + yen > session.ready.total_yen:
        return CoinRefused("not_accepted")
    result = machine.coin_box.insert(session.request_id, yen)
    if isinstance(result, Accepted):
        session.inserted_yen = result.inserted_yen
    return result


def covered(session: Session) -> bool:
    """Whether the escrow covers the total."""
    return session.ready is not None and session.inserted_yen >= session.ready.total_yen


async def collect(machine: Machine, session: Session) -> Event:
    """Keep the coins in escrow and pay the change out. The center is told that each paper is paid."""
    assert session.ready is not None
    ids = _ids(session)
    await machine.write(journal.collecting, ids, machine.now())
    if session.ready.total_yen > 0:
        result = machine.coin_box.collect(session.request_id, session.ready.total_yen)
        if not isinstance(result, Collected):
            session.notice = Notice(REASON_NO_CHANGE, yen=session.inserted_yen)
            session.returned_yen = session.inserted_yen
            return Event.NOT_COLLECTED
    await machine.write(journal.paid, ids, machine.now())
    return Event.PAID


async def give_back_escrow(machine: Machine, session: Session) -> None:
    """The visit ends before anything was kept: the very coins fall into the return tray."""
    await machine.write(journal.void, _ids(session), machine.now())
    machine.coin_box.give_back(session.request_id)
    session.ready = None


async def print_papers(machine: Machine, session: Session) -> Event:
    """Print every copy; from the first that cannot be printed on, give the money back copy by copy."""
    assert session.ready is not None
    papers = session.ready.papers
    session.progress.sheets = sum(paper.sheets for paper in papers)
    reason = ""
    for place, paper in enumerate(papers):
        reason = await _print_paper(machine, session, paper)
        if reason:
            await _settle_unprinted(machine, session, papers[place:], reason)
            break
        session.printed = (*session.printed, paper.issuance_id)
    session.ready = None  # the papers are wiped as soon as the printer has them
    if session.owed_yen:
        session.notice = Notice("money_open", yen=session.owed_yen)
    elif reason:
        session.notice = Notice(reason, yen=session.returned_yen)
    return Event.PRINTED if session.printed else Event.NOT_PRINTED


async def _print_paper(machine: Machine, session: Session, paper: ReadyPaper) -> str:
    await machine.write(journal.printing, paper.issuance_id, machine.now())
    for sheet in range(1, paper.sheets + 1):
        await asyncio.sleep(machine.seconds.sheet)
        result = machine.printer.print_sheet(session.request_id, paper.issuance_id, sheet, paper.sheets, Sides(paper.face, paper.back))
        if not isinstance(result, Ejected):
            return REASON_JAM if isinstance(result, Jammed) else REASON_NO_PAPER if isinstance(result, OutOfPaper) else REASON_UNCERTAIN
        session.progress.sheets_done += 1
        session.changed()
    await machine.write(journal.printed, paper.issuance_id, machine.now())
    return ""


async def _settle_unprinted(machine: Machine, session: Session, papers: tuple[ReadyPaper, ...], reason: str) -> None:
    for place, paper in enumerate(papers):
        returned_yen = 0
        if reason == REASON_UNCERTAIN and place == 0:
            await machine.write(journal.unresolved, (paper.issuance_id,), reason, machine.now())
        else:
            returned_yen = await refund(machine, session.request_id, paper.issuance_id, session.fee_yen, reason)
        session.returned_yen += returned_yen
        session.owed_yen += session.fee_yen - returned_yen


async def refund(machine: Machine, request_id: str, issuance_id: str, fee_yen: int, reason: str) -> int:
    """Give back the fee of one paper that was paid and not printed; the yen given back. Where the box cannot pay it out, the case is left open
    for the operator (unresolved).
    """
    await machine.write(journal.returning, (issuance_id,), reason, machine.now())
    result = machine.coin_box.refund(request_id, issuance_id, fee_yen) if fee_yen > 0 else Refunded(0)
    if isinstance(result, Refunded):
        await machine.write(journal.returned, (issuance_id,), reason, machine.now())
        return fee_yen
    await machine.write(journal.unresolved, (issuance_id,), REASON_NO_CHANGE, machine.now())
    return 0


async def note_taken(machine: Machine, session: Session) -> None:
    """The printed papers were taken from the tray. The center is told."""
    await machine.write(journal.taken, session.printed, machine.now())


def issue_receipt(machine: Machine, session: Session) -> None:
    """The receipt for what was printed."""
    selection = session.selection
    assert selection.offer is not None
    session.receipt = receipt(
        operator=machine.operator,
        place=machine.place_ja,
        terminal_id=machine.terminal_id,
        request_id=session.request_id,
        title=title_of(selection.offer.kind, selection.form, everybody=lists_everybody(selection)),
        year=selection.year,
        copies=len(session.printed),
        fee_yen=session.fee_yen,
        inserted_yen=session.inserted_yen,
        returned_yen=session.returned_yen,
        now=machine.now(),
    )


def _ids(session: Session) -> tuple[str, ...]:
    return () if session.ready is None else tuple(paper.issuance_id for paper in session.ready.papers)
