"""Where the coins are: the tables of the coin box, and the one way in which a coin goes from a place to another.

Every movement is a line of an append-only journal and a change of both holdings in the same transaction, so coins are neither made nor lost; a holding can never fall below zero.
The functions run inside the caller's transaction and decide nothing.
"""

import sqlite3
from collections.abc import Mapping
from typing import Literal, cast

from kiosk.coin_outcomes import Place, TransactionState

TABLES = (
    """CREATE TABLE movement (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, txn TEXT NOT NULL, ref TEXT NOT NULL, step TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
        denomination INTEGER NOT NULL, count INTEGER NOT NULL CHECK (count > 0))""",
    "CREATE TRIGGER movement_stays BEFORE UPDATE ON movement BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER movement_remains BEFORE DELETE ON movement BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    # txn is '' but in escrow
    """CREATE TABLE holding (
        place TEXT NOT NULL, txn TEXT NOT NULL, denomination INTEGER NOT NULL, count INTEGER NOT NULL CHECK (count >= 0),
        PRIMARY KEY (place, txn, denomination)) WITHOUT ROWID""",
    """CREATE TABLE deal (
        txn TEXT PRIMARY KEY, outcome TEXT NOT NULL, inserted_yen INTEGER NOT NULL DEFAULT 0, collected_yen INTEGER NOT NULL DEFAULT 0,
        change_yen INTEGER NOT NULL DEFAULT 0, refunded_yen INTEGER NOT NULL DEFAULT 0, given_back_yen INTEGER NOT NULL DEFAULT 0,
        CHECK (refunded_yen <= collected_yen)) WITHOUT ROWID""",
    "CREATE TABLE refund (txn TEXT NOT NULL, refund_id TEXT NOT NULL, yen INTEGER NOT NULL, PRIMARY KEY (txn, refund_id)) WITHOUT ROWID",
    "CREATE TABLE service (service_id TEXT PRIMARY KEY) WITHOUT ROWID",
)
HELD: frozenset[Place] = frozenset({"escrow", "cash", "tray"})
_Deal = tuple[Literal["unknown", "open", "collected", "given_back"], int, int, int, int, int]


def move(connection: sqlite3.Connection, step: str, source: Place, target: Place, coins: Mapping[int, int], txn: str = "", ref: str = "") -> None:
    """Coins go from one place to another: a line of the journal each, and both holdings, in the same transaction."""
    for denomination, count in sorted(coins.items(), reverse=True):
        if count == 0:
            continue
        connection.execute(
            "INSERT INTO movement (txn, ref, step, source, target, denomination, count) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (txn, ref, step, source, target, denomination, count),
        )
        for place, more in ((source, -count), (target, count)):
            if place in HELD:
                _hold(connection, place, txn, denomination, more)


def _hold(connection: sqlite3.Connection, place: Place, txn: str, denomination: int, more: int) -> None:
    key = (place, txn if place == "escrow" else "", denomination)
    connection.execute("INSERT OR IGNORE INTO holding VALUES (?, ?, ?, 0)", key)
    connection.execute("UPDATE holding SET count = count + ? WHERE place = ? AND txn = ? AND denomination = ?", (more, *key))
    if place == "escrow":
        connection.execute("DELETE FROM holding WHERE place = ? AND txn = ? AND denomination = ? AND count = 0", key)


def held(connection: sqlite3.Connection, place: Place, txn: str = "") -> dict[int, int]:
    """The coins at a place; `txn` only for escrow."""
    rows = connection.execute(
        "SELECT denomination, count FROM holding WHERE place = ? AND txn = ? AND count > 0 ORDER BY denomination DESC", (place, txn)
    )
    return dict(rows.fetchall())


def count_of(connection: sqlite3.Connection, denomination: int) -> int:
    """Pieces of one denomination in the cash box and in all escrow, which may become cash."""
    row = connection.execute(
        "SELECT COALESCE(SUM(count), 0) FROM holding WHERE place IN ('cash', 'escrow') AND denomination = ?", (denomination,)
    ).fetchone()
    return int(row[0])


def deal_of(connection: sqlite3.Connection, txn: str) -> TransactionState:
    """What is known of a transaction; `unknown` when nothing is."""
    row = connection.execute(
        "SELECT outcome, inserted_yen, collected_yen, change_yen, refunded_yen, given_back_yen FROM deal WHERE txn = ?", (txn,)
    ).fetchone()
    outcome, inserted, collected, change, refunded, given_back = cast("_Deal", row or ("unknown", 0, 0, 0, 0, 0))
    return TransactionState(txn, outcome, inserted, worth(held(connection, "escrow", txn)), collected, change, refunded, given_back)


def note(connection: sqlite3.Connection, txn: str, **columns: str | int) -> None:
    """Set columns of a transaction, which comes into being when it is new."""
    connection.execute("INSERT OR IGNORE INTO deal (txn, outcome) VALUES (?, 'open')", (txn,))
    assignments = ", ".join(f"{column} = ?" for column in columns)  # names of this module's own
    connection.execute(f"UPDATE deal SET {assignments} WHERE txn = ?", (*columns.values(), txn))  # noqa: S608


def refund_of(connection: sqlite3.Connection, txn: str, refund_id: str) -> int | None:
    """The yen of an earlier refund under this id."""
    row = connection.execute("SELECT yen FROM refund WHERE txn = ? AND refund_id = ?", (txn, refund_id)).fetchone()
    return None if row is None else int(row[0])


def worth(coins: Mapping[int, int]) -> int:
    """The coins' sum in yen."""
    return sum(denomination * count for denomination, count in coins.items())
