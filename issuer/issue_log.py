"""発行履歴: what this municipality has numbered, made and handed out, and how each paper ended.

Decides whether an order is new, known or closed, and which 発行番号 a paper has; `issue_states` is the table it moves by. It keeps ids, 宛名番号 and the SHA-256 of a paper, never a
name and never the paper. Rows of `issue_events` are only ever added. Every function here is one step of a transaction, for `Store.write` or `Store.read`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, bindparam, func, insert, select, update

from issuer import numbering
from issuer.issue_states import Happening, State, after
from issuer.issue_tables import EVENTS, ORDERS, PAPERS, SUBJECTS
from storage.instants import JST, instant, stamp

# The statements of an order, built once: building one anew each time costs four times what running it does.
_PAPERS_OF_ORDER = (
    select(PAPERS, *(ORDERS.c[name] for name in ("order_hash", "kind", "holder_no", "register_version", "issued_at")))
    .select_from(PAPERS.outerjoin(ORDERS, PAPERS.c.request_id == ORDERS.c.request_id))
    .where(PAPERS.c.request_id == bindparam("the_request"))
    .order_by(PAPERS.c.position, PAPERS.c.issuance_id)
)
_PAPER = select(PAPERS).where(PAPERS.c.issuance_id == bindparam("the_paper"))
_HOW_MANY_KNOWN = select(func.count()).select_from(PAPERS).where(PAPERS.c.issuance_id.in_(bindparam("the_papers", expanding=True)))
_MOVE_PAPER = update(PAPERS).where(PAPERS.c.issuance_id == bindparam("the_paper"))
_NEXT_SEQ = select(func.coalesce(func.max(EVENTS.c.seq), 0) + 1).where(EVENTS.c.issuance_id == bindparam("the_paper")).scalar_subquery()
_ADD_EVENT = insert(EVENTS).values(seq=_NEXT_SEQ).inline()
_ADD_ORDER, _ADD_SUBJECTS, _ADD_PAPER = insert(ORDERS), insert(SUBJECTS), insert(PAPERS)


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper as ordered: its id and the binding of its sheets."""

    issuance_id: str
    binding: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that was found good, before it has numbers; at least one paper.

    `members` are 宛名番号 (of a 戸籍: the people's numbers there) in the order's order, `shown` the option codes asked for.
    """

    request_id: str
    order_hash: str
    visit_id: str
    kind: str
    form: str
    year: int | None
    holder_no: str
    register_version: str
    members: tuple[str, ...]
    shown: tuple[str, ...]
    asked_by: str
    papers: tuple[NewPaper, ...]


@dataclass(frozen=True, slots=True)
class LoggedPaper:
    """One paper of the log. `number` is None where the center told an outcome of a paper that was never ordered here."""

    issuance_id: str
    number: str | None
    binding: str
    state: State
    sheets: int | None
    pdf_sha256: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class LoggedOrder:
    """An order of the log and its papers in order. `issued_at` is the instant that stands on its papers, taken with the numbers."""

    request_id: str
    order_hash: str
    kind: str
    holder_no: str
    register_version: str
    issued_at: datetime
    papers: tuple[LoggedPaper, ...]


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """What the press made of one paper."""

    issuance_id: str
    sheets: int
    pdf_sha256: str


Reserved = LoggedOrder | Literal["closed", "reused"]
Noted = Literal["noted", "repeated", "unasked", "contradicted"]


def find_order(connection: Connection, request_id: str) -> LoggedOrder | Literal["closed"] | None:
    """The order under this id; `closed` where its outcome was told before it came (it must not be made any more); None if the log has never heard of it."""
    rows = connection.execute(_PAPERS_OF_ORDER, {"the_request": request_id}).all()
    if not rows:
        return None
    order = rows[0]
    if order.order_hash is None:
        return "closed"
    return LoggedOrder(
        request_id=request_id,
        order_hash=order.order_hash,
        kind=order.kind,
        holder_no=order.holder_no,
        register_version=order.register_version,
        issued_at=instant(order.issued_at),
        papers=tuple(LoggedPaper(row.issuance_id, row.number, row.binding or "", row.state, row.sheets, row.pdf_sha256, row.outcome) for row in rows),
    )


def reserve(connection: Connection, order: NewOrder, municipality: str, prefix: str, now: datetime) -> Reserved:
    """Log the order and give each paper its 発行番号, or hand back what the log has under this id already.

    `reused`: one of the issuance ids belongs to another order.
    """
    day = now.astimezone(JST).date()
    numbering.hold(connection, municipality, day)  # first, so that the same order twice at once waits here and then finds itself
    known = find_order(connection, order.request_id)
    if known is not None:
        return known
    if _any_known(connection, order.papers):
        return "reused"
    running = numbering.take(connection, municipality, day, len(order.papers))
    return _logged(connection, order, tuple(numbering.number_text(prefix, day, number) for number in running), now)


def note_drawn(connection: Connection, request_id: str, drawn: tuple[DrawnPaper, ...], now: datetime) -> LoggedOrder:
    """Log that these papers were drawn; the order as it stands now. Handing the papers out is allowed only if all of them stand as `made`.

    A paper that was drawn before with other bytes cancels the whole order, and so does one that was cancelled meanwhile.
    """
    order = _known(connection, request_id)
    if any(_differs(paper, made) for paper, made in zip(order.papers, drawn, strict=True)):
        return cancel(connection, request_id, "redrawn with other bytes", now)
    return replace(order, papers=tuple(_made(connection, paper, made, now) for paper, made in zip(order.papers, drawn, strict=True)))


def cancel(connection: Connection, request_id: str, reason: str, now: datetime) -> LoggedOrder:
    """The register no longer gives this order's papers: every paper whose outcome is open becomes void. `reason` is for the log and holds no name."""
    for paper in _known(connection, request_id).papers:
        if paper.state in ("reserved", "made"):
            _move(connection, paper.issuance_id, "void", {}, now, "issuer", reason)
    return _known(connection, request_id)


def note_outcome(connection: Connection, request_id: str, issuance_id: str, outcome: Happening, at: datetime, teller: str, now: datetime) -> Noted:
    """Log what the center says became of a paper.

    `unasked`: the log does not know the paper; the outcome is kept, and an order that comes after it is closed. `contradicted`: another ending was told before, or the paper
    belongs to another order; nothing is changed.
    """
    row = connection.execute(_PAPER, {"the_paper": issuance_id}).one_or_none()
    if row is None:
        _insert_unasked(connection, request_id, issuance_id, outcome, at, teller, now)
        return "unasked"
    if row.request_id != request_id:
        return "contradicted"
    if row.outcome == outcome:
        return "repeated"
    state = after(cast("State", row.state), outcome)
    # After the center's own `void` there may be later news: the visit had lapsed for want of word from the kiosk, and money had been taken after all.
    if state is None or row.outcome in ("printed", "stopped"):
        return "contradicted"
    _move(connection, issuance_id, state, {"outcome": outcome, "outcome_at": stamp(at)}, now, teller, "", at)
    return "noted"


def dispose(connection: Connection, issuance_id: str, clerk: str, note: str, now: datetime) -> bool:
    """処分: a clerk records that a paper wrongly issued was taken back and destroyed. False where the paper's state does not allow it."""
    row = connection.execute(_PAPER, {"the_paper": issuance_id}).one_or_none()
    state = None if row is None else after(cast("State", row.state), "disposed")
    if state is None:
        return False
    _move(connection, issuance_id, state, {}, now, clerk, note)
    return True


def _known(connection: Connection, request_id: str) -> LoggedOrder:
    order = find_order(connection, request_id)
    if not isinstance(order, LoggedOrder):
        raise LookupError("this order was never logged")
    return order


def _any_known(connection: Connection, papers: tuple[NewPaper, ...]) -> bool:
    ids = [paper.issuance_id for paper in papers]
    return connection.execute(_HOW_MANY_KNOWN, {"the_papers": ids}).scalar_one() > 0


def _differs(paper: LoggedPaper, drawn: DrawnPaper) -> bool:
    if paper.issuance_id != drawn.issuance_id:
        raise LookupError("a drawn paper stands at another paper's place")
    return paper.pdf_sha256 is not None and paper.pdf_sha256 != drawn.pdf_sha256


def _logged(connection: Connection, order: NewOrder, numbers: tuple[str, ...], now: datetime) -> LoggedOrder:
    _insert_order(connection, order, now)
    for position, (paper, number) in enumerate(zip(order.papers, numbers, strict=True)):
        _insert_paper(connection, order, position, paper, number, now)
    return LoggedOrder(
        request_id=order.request_id,
        order_hash=order.order_hash,
        kind=order.kind,
        holder_no=order.holder_no,
        register_version=order.register_version,
        issued_at=instant(stamp(now)),  # as it will be read: the papers must come out the same then
        papers=tuple(
            LoggedPaper(paper.issuance_id, number, paper.binding, "reserved", None, None, None)
            for paper, number in zip(order.papers, numbers, strict=True)
        ),
    )


def _insert_order(connection: Connection, order: NewOrder, now: datetime) -> None:
    row = {
        "request_id": order.request_id,
        "order_hash": order.order_hash,
        "visit_id": order.visit_id,
        "kind": order.kind,
        "holder_no": order.holder_no,
        "form": order.form,
        "year": order.year,
        "register_version": order.register_version,
        "shown": " ".join(order.shown),
        "issued_at": stamp(now),
        "asked_by": order.asked_by,
    }
    connection.execute(_ADD_ORDER, row)
    subjects = [{"request_id": order.request_id, "position": place, "subject_no": number} for place, number in enumerate(order.members)]
    connection.execute(_ADD_SUBJECTS, subjects)


def _insert_paper(connection: Connection, order: NewOrder, position: int, paper: NewPaper, number: str, now: datetime) -> None:
    row = {
        "issuance_id": paper.issuance_id,
        "request_id": order.request_id,
        "position": position,
        "number": number,
        "binding": paper.binding,
        "state": "reserved",
        "logged_at": stamp(now),
    }
    connection.execute(_ADD_PAPER, row)
    _append_event(connection, paper.issuance_id, "reserved", now, now, "issuer", "")


def _made(connection: Connection, paper: LoggedPaper, drawn: DrawnPaper, now: datetime) -> LoggedPaper:
    if paper.state != "reserved":
        return paper
    values = {"sheets": drawn.sheets, "pdf_sha256": drawn.pdf_sha256, "made_at": stamp(now)}
    _move(connection, paper.issuance_id, "made", values, now, "issuer", "")
    return replace(paper, state="made", sheets=drawn.sheets, pdf_sha256=drawn.pdf_sha256)


def _insert_unasked(connection: Connection, request_id: str, issuance_id: str, outcome: Happening, at: datetime, teller: str, now: datetime) -> None:
    row = {
        "issuance_id": issuance_id,
        "request_id": request_id,
        "position": 0,
        "state": outcome,
        "outcome": outcome,
        "outcome_at": stamp(at),
        "logged_at": stamp(now),
    }
    connection.execute(_ADD_PAPER, row)
    _append_event(connection, issuance_id, outcome, at, now, teller, "no order under this id was received")


def _move(
    connection: Connection, issuance_id: str, state: State, values: dict[str, Any], now: datetime, actor: str, note: str, at: datetime | None = None
) -> None:
    connection.execute(_MOVE_PAPER, {"the_paper": issuance_id, "state": state, **values})
    _append_event(connection, issuance_id, state, at or now, now, actor, note)


def _append_event(connection: Connection, issuance_id: str, state: str, at: datetime, now: datetime, actor: str, note: str) -> None:
    row = {"issuance_id": issuance_id, "state": state, "at": stamp(at), "noted_at": stamp(now), "actor": actor, "note": note}
    connection.execute(_ADD_EVENT, {"the_paper": issuance_id, **row})
