"""発行履歴: what this municipality has numbered, made and handed out, and how each paper ended.

Decides whether an order is new, known or closed, and which 発行番号 a paper has; `issue_states` is the table it moves by. It keeps ids, 宛名番号 and the SHA-256 of a paper, never a
name and never the paper. Rows of `issue_events` are only ever added. Every function here is one step of a transaction, for `Store.write` or `Store.read`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, func, insert, select, update

from municipal_server import numbering
from municipal_server.issue_states import Happening, State, after
from municipal_server.issue_tables import EVENTS, ORDERS, PAPERS, SUBJECTS
from storage.instants import JST, instant, stamp


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper as ordered: its id and the binding of its sheets."""

    issuance_id: str
    binding: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that was found good, before it has numbers. `members` are 宛名番号 in the order's order, `shown` the option codes asked for."""

    request_id: str
    order_hash: str
    visit_id: str
    kind: str
    holder_no: str
    household_no: str
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
    household_no: str
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
    papers = _papers(connection, request_id)
    row = connection.execute(select(ORDERS).where(ORDERS.c.request_id == request_id)).mappings().one_or_none()
    if row is None:
        return "closed" if papers else None
    return LoggedOrder(
        request_id=request_id,
        order_hash=row["order_hash"],
        kind=row["kind"],
        holder_no=row["holder_no"],
        household_no=row["household_no"],
        register_version=row["register_version"],
        issued_at=instant(row["issued_at"]),
        papers=papers,
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
    _insert_order(connection, order, now)
    for position, (paper, number) in enumerate(zip(order.papers, running, strict=True)):
        _insert_paper(connection, order, position, paper, numbering.number_text(prefix, day, number), now)
    logged = find_order(connection, order.request_id)
    assert isinstance(logged, LoggedOrder)
    return logged


def note_drawn(connection: Connection, request_id: str, drawn: tuple[DrawnPaper, ...], now: datetime) -> LoggedOrder:
    """Log that these papers were drawn; the order as it stands now. Handing the papers out is allowed only if all of them stand as `made`.

    A paper that was drawn before with other bytes cancels the whole order, and so does one that was cancelled meanwhile.
    """
    order = _known(connection, request_id)
    if any(_differs(paper, made) for paper, made in zip(order.papers, drawn, strict=True)):
        return cancel(connection, request_id, "redrawn with other bytes", now)
    for paper, made in zip(order.papers, drawn, strict=True):
        if paper.state == "reserved":
            values = {"sheets": made.sheets, "pdf_sha256": made.pdf_sha256, "made_at": stamp(now)}
            _move(connection, paper.issuance_id, "made", values, now, "issuer", "")
    return _known(connection, request_id)


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
    row = connection.execute(select(PAPERS).where(PAPERS.c.issuance_id == issuance_id)).mappings().one_or_none()
    if row is None:
        _insert_unasked(connection, request_id, issuance_id, outcome, at, teller, now)
        return "unasked"
    if row["request_id"] != request_id:
        return "contradicted"
    if row["outcome"] == outcome:
        return "repeated"
    state = after(cast("State", row["state"]), outcome)
    if state is None or row["outcome"] in ("printed", "void", "stopped"):
        return "contradicted"
    _move(connection, issuance_id, state, {"outcome": outcome, "outcome_at": stamp(at)}, now, teller, "", at)
    return "noted"


def dispose(connection: Connection, issuance_id: str, clerk: str, note: str, now: datetime) -> bool:
    """処分: a clerk records that a paper wrongly issued was taken back and destroyed. False where the paper's state does not allow it."""
    row = connection.execute(select(PAPERS.c.state).where(PAPERS.c.issuance_id == issuance_id)).one_or_none()
    state = None if row is None else after(cast("State", row.state), "disposed")
    if state is None:
        return False
    _move(connection, issuance_id, state, {}, now, clerk, note)
    return True


def _papers(connection: Connection, request_id: str) -> tuple[LoggedPaper, ...]:
    rows = connection.execute(select(PAPERS).where(PAPERS.c.request_id == request_id).order_by(PAPERS.c.position, PAPERS.c.issuance_id)).mappings()
    return tuple(
        LoggedPaper(
            issuance_id=row["issuance_id"],
            number=row["number"],
            binding=row["binding"] or "",
            state=cast("State", row["state"]),
            sheets=row["sheets"],
            pdf_sha256=row["pdf_sha256"],
            outcome=row["outcome"],
        )
        for row in rows
    )


def _known(connection: Connection, request_id: str) -> LoggedOrder:
    order = find_order(connection, request_id)
    if not isinstance(order, LoggedOrder):
        raise LookupError("this order was never logged")
    return order


def _any_known(connection: Connection, papers: tuple[NewPaper, ...]) -> bool:
    ids = [paper.issuance_id for paper in papers]
    return connection.execute(select(func.count()).select_from(PAPERS).where(PAPERS.c.issuance_id.in_(ids))).scalar_one() > 0


def _differs(paper: LoggedPaper, drawn: DrawnPaper) -> bool:
    if paper.issuance_id != drawn.issuance_id:
        raise LookupError("a drawn paper stands at another paper's place")
    return paper.pdf_sha256 is not None and paper.pdf_sha256 != drawn.pdf_sha256


def _insert_order(connection: Connection, order: NewOrder, now: datetime) -> None:
    connection.execute(
        insert(ORDERS).values(
            request_id=order.request_id,
            order_hash=order.order_hash,
            visit_id=order.visit_id,
            kind=order.kind,
            holder_no=order.holder_no,
            household_no=order.household_no,
            register_version=order.register_version,
            shown=" ".join(order.shown),
            issued_at=stamp(now),
            asked_by=order.asked_by,
        )
    )
    subjects = [{"request_id": order.request_id, "position": place, "atena_no": number} for place, number in enumerate(order.members)]
    connection.execute(insert(SUBJECTS), subjects)


def _insert_paper(connection: Connection, order: NewOrder, position: int, paper: NewPaper, number: str, now: datetime) -> None:
    connection.execute(
        insert(PAPERS).values(
            issuance_id=paper.issuance_id,
            request_id=order.request_id,
            position=position,
            number=number,
            binding=paper.binding,
            state="reserved",
            logged_at=stamp(now),
        )
    )
    _append_event(connection, paper.issuance_id, "reserved", now, now, "issuer", "")


def _insert_unasked(connection: Connection, request_id: str, issuance_id: str, outcome: Happening, at: datetime, teller: str, now: datetime) -> None:
    connection.execute(
        insert(PAPERS).values(
            issuance_id=issuance_id,
            request_id=request_id,
            position=0,
            state=outcome,
            outcome=outcome,
            outcome_at=stamp(at),
            logged_at=stamp(now),
        )
    )
    _append_event(connection, issuance_id, outcome, at, now, teller, "no order under this id was received")


def _move(
    connection: Connection, issuance_id: str, state: State, values: dict[str, Any], now: datetime, actor: str, note: str, at: datetime | None = None
) -> None:
    connection.execute(update(PAPERS).where(PAPERS.c.issuance_id == issuance_id).values(state=state, **values))
    _append_event(connection, issuance_id, state, at or now, now, actor, note)


def _append_event(connection: Connection, issuance_id: str, state: str, at: datetime, now: datetime, actor: str, note: str) -> None:
    last = connection.execute(select(func.max(EVENTS.c.seq)).where(EVENTS.c.issuance_id == issuance_id)).scalar_one()
    connection.execute(
        insert(EVENTS).values(
            issuance_id=issuance_id, seq=(last or 0) + 1, state=state, at=stamp(at), noted_at=stamp(now), actor=actor, note=note
        )
    )
