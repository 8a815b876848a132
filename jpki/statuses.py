"""The status of every certificate that was issued, and how it came to be: one row a certificate, one appended row a change.

A certificate is known by its serial number (lower-case hex without leading zeros) and by nothing else. What is not in the table was never issued: unknown.
Every function runs in one transaction of a store.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import CheckConstraint, Column, Connection, Index, Integer, MetaData, Select, String, Table, bindparam, func, insert, select, update

from jpki.reasons import MOVES, NEVER_CHANGED, REASONS, Action, Standing
from storage.instants import instant, stamp
from trust.ocsp import Good, Revoked, Status, Suspended, Unknown

METADATA = MetaData()
SERIAL_MAX = 40
SERIAL = re.compile(rf"[1-9a-f][0-9a-f]{{0,{SERIAL_MAX - 1}}}")
NOTE_MAX = 200
_AT_ONCE = 400

STATUSES = Table(
    "statuses",
    METADATA,
    Column("serial", String(SERIAL_MAX), primary_key=True),
    Column("standing", String(9), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("since", String(32), nullable=False),
    CheckConstraint("standing IN ('good', 'suspended', 'revoked')", name="standing_known"),
)
HISTORY = Table(
    "status_history",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("serial", String(SERIAL_MAX), nullable=False),
    Column("before", String(9), nullable=False),
    Column("after", String(9), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("note", String(NOTE_MAX), nullable=False),
    Column("staff", String(100), nullable=False),
    Column("at", String(32), nullable=False),
    Index("history_of_a_serial", "serial", "number"),
)

# Every OCSP answer asks this; building it anew each time would cost four times what running it does.
_STATUS = select(STATUSES).where(STATUSES.c.serial == bindparam("the_serial"))


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate to be registered: `serial` in hex, and the standing it starts with. Anything but good needs a reason of `reasons`."""

    serial: str
    standing: Standing = "good"
    reason: str = NEVER_CHANGED


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one certificate."""

    serial: str
    standing: Standing
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made: by whom, why, when."""

    number: int
    serial: str
    before: Standing
    after: Standing
    reason: str
    note: str
    staff: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change somebody asks for. `reason` is a code of `reasons`."""

    serial: str
    action: Action
    reason: str
    note: str
    staff: str


@dataclass(frozen=True, slots=True)
class NotChanged:
    """Nothing was changed: the certificate is `unknown`, its standing does not allow it (`not_now`), or the `reason` or the `note` does not do."""

    code: str


def load_serials(connection: Connection, rows: Iterable[Issued], now: datetime) -> int:
    """Register certificates in bulk; how many were new. A serial number that is there already keeps its status, so that loading twice changes nothing."""
    new, waiting = 0, iter(rows)
    while batch := list(islice(waiting, _AT_ONCE)):
        by_serial = {row.serial: row for row in batch}
        known = set(connection.scalars(select(STATUSES.c.serial).where(STATUSES.c.serial.in_(by_serial)).order_by(STATUSES.c.serial)))
        added = [row for serial, row in by_serial.items() if serial not in known]
        if added:
            connection.execute(insert(STATUSES), [_first_row(row, now) for row in added])
        new += len(added)
    return new


def status_of(connection: Connection, serial: str) -> Status:
    """What an OCSP answer says about this serial number."""
    record = record_of(connection, serial)
    if record is None:
        return Unknown()
    if record.standing == "good":
        return Good()
    if record.standing == "suspended":
        return Suspended(record.since)
    return Revoked(record.since, REASONS[record.reason].flag)


def record_of(connection: Connection, serial: str) -> Record | None:
    """The certificate's row; None when it was never issued."""
    row = connection.execute(_STATUS, {"the_serial": serial}).one_or_none()
    return None if row is None else Record(row.serial, row.standing, row.reason, instant(row.since))


def change(connection: Connection, wanted: Wanted, now: datetime) -> Change | NotChanged:
    """Carry out a change and append it to the history, both or neither."""
    reason, move = REASONS.get(wanted.reason), MOVES[wanted.action]
    if reason is None or reason.action != wanted.action:
        return NotChanged("reason")
    if len(wanted.note) > NOTE_MAX or (reason.needs_note and not wanted.note):
        return NotChanged("note")
    record = record_of(connection, wanted.serial)
    if record is None:
        return NotChanged("unknown")
    if record.standing not in move.before:
        return NotChanged("not_now")
    moved = (
        update(STATUSES)
        .where(STATUSES.c.serial == wanted.serial, STATUSES.c.standing == record.standing)
        .values(standing=move.after, reason=wanted.reason, since=stamp(now))
    )
    if connection.execute(moved).rowcount != 1:  # somebody else was faster (PostgreSQL)
        return NotChanged("not_now")
    return _append(connection, wanted, record.standing, move.after, now)


def history_of(connection: Connection, serial: str) -> tuple[Change, ...]:
    """The changes of one certificate, the newest first."""
    return _changes(connection, select(HISTORY).where(HISTORY.c.serial == serial).order_by(HISTORY.c.number.desc()))


def newest_changes(connection: Connection, limit: int) -> tuple[Change, ...]:
    """The last `limit` changes, the newest first."""
    return _changes(connection, select(HISTORY).order_by(HISTORY.c.number.desc()).limit(limit))


def counts(connection: Connection) -> dict[str, int]:
    """How many certificates have each standing."""
    rows = connection.execute(select(STATUSES.c.standing, func.count().label("rows")).group_by(STATUSES.c.standing).order_by(STATUSES.c.standing))
    return {"good": 0, "suspended": 0, "revoked": 0} | {row.standing: row.rows for row in rows}


def _first_row(row: Issued, now: datetime) -> dict[str, str]:
    if SERIAL.fullmatch(row.serial) is None:
        raise ValueError("a serial number is written in lower-case hex without leading zeros")
    if row.standing != "good" and (row.reason not in REASONS or MOVES[REASONS[row.reason].action].after != row.standing):
        raise ValueError(f"not a reason for {row.standing}")
    return {"serial": row.serial, "standing": row.standing, "reason": row.reason, "since": stamp(now)}


def _append(connection: Connection, wanted: Wanted, before: Standing, after: Standing, now: datetime) -> Change:
    values = {
        "serial": wanted.serial,
        "before": before,
        "after": after,
        "reason": wanted.reason,
        "note": wanted.note,
        "staff": wanted.staff,
        "at": stamp(now),
    }
    number = connection.execute(insert(HISTORY).values(values)).inserted_primary_key
    assert number is not None
    return Change(number[0], wanted.serial, before, after, wanted.reason, wanted.note, wanted.staff, now)


def _changes(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[Change, ...]:
    return tuple(
        Change(row.number, row.serial, row.before, row.after, row.reason, row.note, row.staff, instant(row.at)) for row in connection.execute(query)
    )
