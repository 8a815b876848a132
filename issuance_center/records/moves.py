"""Planned moves of a municipality's kinds from one issuer to another: who planned them, what the comparisons said, what became of them. Rows change their state only; nothing is deleted."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from issuance_center.comparing import Difference
from issuance_center.records.tables import move_checks, moves
from storage.instants import instant, stamp

State = Literal["planned", "ready", "moved", "blocked", "withdrawn"]
"""Planned and compared once / entered in the directory after the last comparison / in force / a comparison failed / taken back by staff."""


@dataclass(frozen=True, slots=True)
class Move:
    """`kinds` of `municipality` go from the issuer `old` to `new` at the minute `at`."""

    move_no: int
    municipality: str
    kinds: tuple[str, ...]
    old: str
    new: str
    at: datetime
    planned_by: str
    planned_at: datetime
    reason: str
    state: State


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what differed, or in `failure` why there was none (a word)."""

    at: datetime
    differences: tuple[Difference, ...]
    failure: str


def plan(
    connection: Connection, municipality: str, kinds: tuple[str, ...], old: str, new: str, at: datetime, staff: str, reason: str, now: datetime
) -> int:
    """A new move; its number."""
    row = {
        "municipality": municipality,
        "kinds": " ".join(kinds),
        "old_issuer": old,
        "new_issuer": new,
        "at": stamp(at),
        "planned_by": staff,
        "planned_at": stamp(now),
        "reason": reason,
        "state": "planned",
    }
    return int(connection.execute(insert(moves).values(row).returning(moves.c.move_no)).scalar_one())


def note_check(connection: Connection, move_no: int, differences: tuple[Difference, ...], failure: str, now: datetime) -> None:
    """Write a comparison down."""
    found = json.dumps([[one.section, one.old, one.new] for one in differences])
    connection.execute(insert(move_checks).values(move_no=move_no, at=stamp(now), differences=found, failure=failure))


def set_state(connection: Connection, move_no: int, before: tuple[State, ...], state: State, now: datetime) -> bool:
    """Move on, if it stands in one of `before`; whether it did."""
    changed = connection.execute(
        update(moves).where(moves.c.move_no == move_no, moves.c.state.in_(before)).values(state=state, changed_at=stamp(now))
    )
    return changed.rowcount == 1


def state_of(connection: Connection, move_no: int) -> State | None:
    """Where it stands now."""
    found: State | None = connection.execute(select(moves.c.state).where(moves.c.move_no == move_no)).scalar_one_or_none()
    return found


def underway(connection: Connection) -> tuple[Move, ...]:
    """Moves that are planned or ready, the next first."""
    waiting = moves.c.state.in_(("planned", "ready"))
    return tuple(_move(row) for row in connection.execute(select(moves).where(waiting).order_by(moves.c.at, moves.c.move_no)))


def underway_of(connection: Connection, municipality: str) -> tuple[Move, ...]:
    """Those of one municipality."""
    return tuple(move for move in underway(connection) if move.municipality == municipality)


def listed(connection: Connection, municipality: str | None = None, limit: int = 200) -> tuple[Move, ...]:
    """The newest first; of one municipality, or all."""
    query = select(moves).order_by(moves.c.move_no.desc()).limit(limit)
    return tuple(_move(row) for row in connection.execute(query if municipality is None else query.where(moves.c.municipality == municipality)))


def find(connection: Connection, move_no: int) -> tuple[Move, tuple[Check, ...]] | None:
    """One move and its comparisons, the newest first."""
    row = connection.execute(select(moves).where(moves.c.move_no == move_no)).one_or_none()
    if row is None:
        return None
    checks = connection.execute(select(move_checks).where(move_checks.c.move_no == move_no).order_by(move_checks.c.check_no.desc()).limit(50))
    return _move(row), tuple(
        Check(instant(one.at), tuple(Difference(*difference) for difference in json.loads(one.differences)), one.failure) for one in checks
    )


def _move(row: Row[Any]) -> Move:
    return Move(
        move_no=row.move_no,
        municipality=row.municipality,
        kinds=tuple(row.kinds.split()),
        old=row.old_issuer,
        new=row.new_issuer,
        at=instant(row.at),
        planned_by=row.planned_by,
        planned_at=instant(row.planned_at),
        reason=row.reason,
        state=row.state,
    )
