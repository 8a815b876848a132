"""The kiosk's journal: what is about to happen, what happened, and what the center has yet to be told.

Every step is written here before it is taken, so that a terminal that was killed knows at its next start what it knows and what it cannot know.
The journal holds ids, yen, states and instants; it must never hold a name, a PIN, a key, a register number of a person or a byte of a paper.

All functions run inside `store.write` or `store.read` and may be repeated with the same arguments: the second time changes nothing. What the
center is told (the outbox) is written in the same commit as the step it tells of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, MetaData, String, Table, and_, bindparam, exists, func, insert, select, update

from messages.visits import CloseVisit, Event, ReportedStep
from messages.wire import encode
from storage.instants import stamp

PaperState = Literal["ready", "collecting", "paid", "printing", "printed", "taken", "returning", "returned", "unresolved", "void"]
CloseReason = Literal["finished", "cancelled", "idle", "refused", "restarted", "failed"]

FROM: Mapping[PaperState, frozenset[PaperState]] = {
    "ready": frozenset(),
    "collecting": frozenset({"ready"}),
    "paid": frozenset({"collecting"}),
    "printing": frozenset({"paid"}),
    "printed": frozenset({"printing"}),
    "taken": frozenset({"printed"}),
    "returning": frozenset({"collecting", "paid", "printing"}),
    "returned": frozenset({"returning"}),
    "unresolved": frozenset({"printing", "returning"}),
    "void": frozenset({"ready", "collecting"}),
}
"""The life of one paper: which states each state may follow."""

SETTLED: frozenset[PaperState] = frozenset({"printed", "taken", "returned", "unresolved", "void"})
"""The states in which nothing is left to decide about a paper's money."""

_REPORTED: Mapping[PaperState, ReportedStep] = {step: step for step in get_args(ReportedStep)}

metadata = MetaData()

VISITS = Table(
    "kiosk_visits",
    metadata,
    Column("visit_id", String(64), primary_key=True),
    Column("terminal_id", String(64), nullable=False),
    Column("opened_at", String(40), nullable=False),
    Column("closed_at", String(40)),
    Column("reason", String(20)),
    Index("kiosk_visits_open", "terminal_id", "closed_at"),
)

PAPERS = Table(
    "kiosk_papers",
    metadata,
    Column("issuance_id", String(64), primary_key=True),
    Column("request_id", String(64), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("terminal_id", String(64), nullable=False),
    Column("place", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("fee_yen", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", String(40), nullable=False),
    Index("kiosk_papers_visit", "visit_id"),
)

STEPS = Table(
    "kiosk_steps",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("terminal_id", String(64), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("step", String(32), nullable=False),
    Column("yen", Integer, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    Index("kiosk_steps_once", "visit_id", "subject", "step", "at"),
)

OUTBOX = Table(
    "kiosk_outbox",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("terminal_id", String(64), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("about", String(120), nullable=False, unique=True),
    Column("seq", Integer),  # reports alone are numbered
    Column("body", LargeBinary, nullable=False),
    Column("told_at", String(40)),
    Column("answer", String(40)),
    Index("kiosk_outbox_waiting", "terminal_id", "told_at"),
)


# The statements of a visit, built once: building one anew each time costs four times what running it does.
_VISIT = select(VISITS).where(VISITS.c.visit_id == bindparam("the_visit"))
_CLOSE_VISIT = update(VISITS).where(VISITS.c.visit_id == bindparam("the_visit"))
_PAPER = select(PAPERS).where(PAPERS.c.issuance_id == bindparam("the_paper"))
_MOVE_PAPER = update(PAPERS).where(PAPERS.c.issuance_id == bindparam("the_paper"))
_SAME_STEP = select(STEPS.c.n).where(
    and_(STEPS.c.visit_id == bindparam("the_visit"), STEPS.c.subject == bindparam("the_subject"), STEPS.c.step == bindparam("the_step")),
    STEPS.c.at == bindparam("the_time"),
)
_LAST_SEQ = select(func.max(OUTBOX.c.seq)).where(OUTBOX.c.terminal_id == bindparam("the_terminal"))
_FIRST_UNTOLD = (
    select(OUTBOX.c.n, OUTBOX.c.seq, OUTBOX.c.body)
    .where(and_(OUTBOX.c.terminal_id == bindparam("the_terminal"), OUTBOX.c.told_at.is_(None)))
    .order_by(OUTBOX.c.n)
    .limit(1)
)
_TOLD = update(OUTBOX).where(and_(OUTBOX.c.n == bindparam("the_line"), OUTBOX.c.told_at.is_(None)))
_SAID = "said"
_ADD_VISIT, _ADD_PAPER, _ADD_STEP, _ADD_LINE = insert(VISITS), insert(PAPERS), insert(STEPS), insert(OUTBOX)


class Contradiction(Exception):
    """A step that the life of a paper does not allow; a fault of the program, never of the resident."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One copy as the journal knows it."""

    issuance_id: str
    request_id: str
    visit_id: str
    sheets: int
    fee_yen: int
    state: PaperState


@dataclass(frozen=True, slots=True)
class Untold:
    """One line of the outbox that the center has not acknowledged: a report (`seq` is its number) or, without a number, the close of a visit."""

    n: int
    seq: int | None
    body: bytes


def open_visit(connection: Connection, terminal_id: str, visit_id: str, now: datetime) -> None:
    """A card was placed and the center is about to be asked for a challenge."""
    if connection.execute(_VISIT, {"the_visit": visit_id}).first() is None:
        connection.execute(_ADD_VISIT, {"visit_id": visit_id, "terminal_id": terminal_id, "opened_at": stamp(now)})
        _step(connection, terminal_id, visit_id, visit_id, "opened", 0, "", now)


def note(connection: Connection, terminal_id: str, visit_id: str, subject: str, step: str, reason: str, now: datetime) -> None:
    """A step without money or paper: applied, stopped, an alarm."""
    _step(connection, terminal_id, visit_id, subject, step, 0, reason, now)


def papers_ready(connection: Connection, terminal_id: str, papers: tuple[Paper, ...], now: datetime) -> None:
    """The papers are in hand and have been checked; coins may be taken from now on. All papers are of one request."""
    for place, paper in enumerate(papers):
        if connection.execute(_PAPER, {"the_paper": paper.issuance_id}).first() is not None:
            continue
        row = {
            "issuance_id": paper.issuance_id,
            "request_id": paper.request_id,
            "visit_id": paper.visit_id,
            "terminal_id": terminal_id,
            "place": place,
            "sheets": paper.sheets,
            "fee_yen": paper.fee_yen,
            "state": "ready",
            "at": stamp(now),
        }
        connection.execute(_ADD_PAPER, row)
        _step(connection, terminal_id, paper.visit_id, paper.issuance_id, "ready", paper.fee_yen, "", now)


def move_papers(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], state: PaperState, reason: str, now: datetime) -> None:
    """Move these papers to `state`; a state that the center is to hear of goes into the outbox in the same commit. Raises `Contradiction`."""
    for issuance_id in issuance_ids:
        _move(connection, terminal_id, issuance_id, state, reason, now)


def collecting(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], now: datetime) -> None:
    """The coins in escrow are about to be kept."""
    move_papers(connection, terminal_id, issuance_ids, "collecting", "", now)


def paid(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], now: datetime) -> None:
    """The coins are kept. The center is told."""
    move_papers(connection, terminal_id, issuance_ids, "paid", "", now)


def printing(connection: Connection, terminal_id: str, issuance_id: str, now: datetime) -> None:
    """The paper is about to be given to the printer."""
    move_papers(connection, terminal_id, (issuance_id,), "printing", "", now)


def printed(connection: Connection, terminal_id: str, issuance_id: str, now: datetime) -> None:
    """All sheets of the paper lie in the tray. The center is told."""
    move_papers(connection, terminal_id, (issuance_id,), "printed", "", now)


def taken(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], now: datetime) -> None:
    """The papers were taken from the tray. The center is told."""
    move_papers(connection, terminal_id, issuance_ids, "taken", "", now)


def returning(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], reason: str, now: datetime) -> None:
    """The money for these papers is about to be given back."""
    move_papers(connection, terminal_id, issuance_ids, "returning", reason, now)


def returned(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], reason: str, now: datetime) -> None:
    """The money lies in the return tray. The center is told."""
    move_papers(connection, terminal_id, issuance_ids, "returned", reason, now)


def unresolved(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], reason: str, now: datetime) -> None:
    """Nobody can know whether these papers were handed out; the money stays. The center is told."""
    move_papers(connection, terminal_id, issuance_ids, "unresolved", reason, now)


def void(connection: Connection, terminal_id: str, issuance_ids: tuple[str, ...], now: datetime) -> None:
    """The papers will not be printed and no coin was kept for them."""
    move_papers(connection, terminal_id, issuance_ids, "void", "", now)


def close_visit(connection: Connection, terminal_id: str, visit_id: str, reason: CloseReason, now: datetime) -> None:
    """The visit is over; the center is told after everything that came before."""
    visit = connection.execute(_VISIT, {"the_visit": visit_id}).first()
    if visit is None or visit.closed_at is not None:
        return
    connection.execute(_CLOSE_VISIT, {"the_visit": visit_id, "closed_at": stamp(now), "reason": reason})
    _step(connection, terminal_id, visit_id, visit_id, "closed", 0, reason, now)
    body = encode(CloseVisit(visit_id=visit_id, kiosk_id=terminal_id, at=now, reason=reason))
    connection.execute(_ADD_LINE, {"terminal_id": terminal_id, "visit_id": visit_id, "about": f"{visit_id} closed", "seq": None, "body": body})


def told(connection: Connection, n: int, answer: str, now: datetime) -> None:
    """The center answered line `n` of the outbox; `answer` is `acknowledged` or the code of a refusal that no repetition will change."""
    connection.execute(_TOLD, {"the_line": n, "told_at": stamp(now), "answer": answer})


def first_untold(connection: Connection, terminal_id: str) -> Untold | None:
    """The oldest line of the outbox that the center has not answered, or None."""
    row = connection.execute(_FIRST_UNTOLD, {"the_terminal": terminal_id}).first()
    return None if row is None else Untold(n=row.n, seq=row.seq, body=row.body)


def count_untold(connection: Connection, terminal_id: str) -> int:
    """How many lines wait."""
    waiting = select(func.count()).select_from(OUTBOX).where(and_(OUTBOX.c.terminal_id == terminal_id, OUTBOX.c.told_at.is_(None)))
    return int(connection.execute(waiting).scalar_one())


def open_visits(connection: Connection, terminal_id: str) -> tuple[str, ...]:
    """The visits of this terminal that were never closed, oldest first."""
    rows = select(VISITS.c.visit_id).where(and_(VISITS.c.terminal_id == terminal_id, VISITS.c.closed_at.is_(None)))
    return tuple(connection.execute(rows.order_by(VISITS.c.opened_at, VISITS.c.visit_id)).scalars())


def to_be_said(connection: Connection, terminal_id: str) -> tuple[str, ...]:
    """The visits that a restart closed, and of whose end nobody at the terminal has been told on a screen yet, oldest first."""
    said = exists().where(and_(STEPS.c.visit_id == VISITS.c.visit_id, STEPS.c.step == _SAID))
    rows = select(VISITS.c.visit_id).where(and_(VISITS.c.terminal_id == terminal_id, VISITS.c.reason == "restarted", ~said))
    return tuple(connection.execute(rows.order_by(VISITS.c.opened_at, VISITS.c.visit_id)).scalars())


def said(connection: Connection, terminal_id: str, visit_ids: tuple[str, ...], now: datetime) -> None:
    """What became of these visits has stood on the screen until somebody left it, or there was nothing to say."""
    for visit_id in visit_ids:
        _step(connection, terminal_id, visit_id, visit_id, _SAID, 0, "", now)


def papers_of(connection: Connection, visit_id: str) -> tuple[Paper, ...]:
    """The visit's papers in the order in which they were made (request ids sort by time)."""
    rows = connection.execute(select(PAPERS).where(PAPERS.c.visit_id == visit_id).order_by(PAPERS.c.request_id, PAPERS.c.place))
    return tuple(
        Paper(issuance_id=row.issuance_id, request_id=row.request_id, visit_id=row.visit_id, sheets=row.sheets, fee_yen=row.fee_yen, state=row.state)
        for row in rows
    )


def _move(connection: Connection, terminal_id: str, issuance_id: str, state: PaperState, reason: str, now: datetime) -> None:
    row = connection.execute(_PAPER, {"the_paper": issuance_id}).first()
    if row is not None and row.state == state:
        return
    if row is None or row.state not in FROM[state]:
        raise Contradiction(f"{None if row is None else row.state} cannot become {state}")
    connection.execute(_MOVE_PAPER, {"the_paper": issuance_id, "state": state, "at": stamp(now)})
    _step(connection, terminal_id, row.visit_id, issuance_id, state, row.fee_yen, reason, now)
    if state in _REPORTED:
        _report(connection, terminal_id, row.visit_id, row.request_id, issuance_id, _REPORTED[state], row.fee_yen, reason, now)


def _report(
    connection: Connection,
    terminal_id: str,
    visit_id: str,
    request_id: str,
    issuance_id: str,
    step: ReportedStep,
    yen: int,
    reason: str,
    now: datetime,
) -> None:
    last = connection.scalar(_LAST_SEQ, {"the_terminal": terminal_id})
    event = Event(
        kiosk_id=terminal_id,
        seq=(last or 0) + 1,
        visit_id=visit_id,
        request_id=request_id,
        issuance_id=issuance_id,
        step=step,
        yen=yen,
        at=now,
        reason=reason,
    )
    line = {"terminal_id": terminal_id, "visit_id": visit_id, "about": f"{issuance_id} {step}", "seq": event.seq, "body": encode(event)}
    connection.execute(_ADD_LINE, line)


def _step(connection: Connection, terminal_id: str, visit_id: str, subject: str, step: str, yen: int, reason: str, now: datetime) -> None:
    at = stamp(now)
    if connection.scalar(_SAME_STEP, {"the_visit": visit_id, "the_subject": subject, "the_step": step, "the_time": at}) is None:
        row = {"terminal_id": terminal_id, "visit_id": visit_id, "subject": subject, "step": step, "yen": yen, "reason": reason, "at": at}
        connection.execute(_ADD_STEP, row)


def issuance_ids(papers: Iterable[Paper]) -> tuple[str, ...]:
    """The ids of these papers, in their order."""
    return tuple(paper.issuance_id for paper in papers)
