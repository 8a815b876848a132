"""The coin box (硬貨・紙幣収納部): what a person puts in, what the shop keeps, what comes back. Durable in its own folder; outlives the kiosk's process.

A transaction `txn` is any text of the caller's (its visit's or request's id). Coins put in lie in escrow until they are collected or given back. Coins are conserved: what was put in and the
float equal cash, escrow and what went to the return tray, at every instant and after a crash at any write. The box knows no prices, no visits and no certificates.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from kiosk.change import COINS, NOTE, gives_every_change, pay_out
from kiosk.coin_outcomes import (
    DENOMINATIONS,
    Accepted,
    AlreadyGivenBack,
    CoinRefused,
    Collected,
    Contradiction,
    Counters,
    GivenBack,
    Movement,
    NoChange,
    NotEnough,
    Place,
    Refunded,
    RefundRefused,
    TransactionState,
)
from kiosk.coin_places import TABLES, count_of, deal_of, held, move, note, refund_of, worth
from kiosk.device_memory import DeviceMemory, OnPoint

__all__ = [
    "DENOMINATIONS",
    "Accepted",
    "AlreadyGivenBack",
    "CoinBox",
    "CoinRefused",
    "Collected",
    "Contradiction",
    "Counters",
    "GivenBack",
    "Movement",
    "NoChange",
    "NotEnough",
    "Place",
    "RefundRefused",
    "Refunded",
    "TransactionState",
]

_WHOLE = ""  # the refund id of `give_back`


class CoinBox:
    """See the module's text. Every method is one durable write (or none); none blocks for long."""

    def __init__(self, memory: DeviceMemory, capacity: int) -> None:
        """Use `CoinBox.open`."""
        self._memory = memory
        self._capacity = capacity

    @classmethod
    def open(cls, folder: Path, float_yen: Mapping[int, int], on_point: OnPoint | None = None, capacity: int = 2000) -> "CoinBox":
        """The box in `folder`, made with the float (釣銭準備金; denomination to count) when it is new. `capacity`: coins of one denomination that the cash box holds."""
        _demand_denominations(float_yen)
        memory = DeviceMemory(folder, "coin_box", on_point)
        memory.prepare(TABLES, lambda connection: move(connection, "float", "float", "cash", float_yen))
        return cls(memory, capacity)

    def close(self) -> None:
        """Let go of the files."""
        self._memory.close()

    def insert(self, txn: str, denomination: int) -> Accepted | CoinRefused:
        """A person puts in one coin or note."""
        if denomination not in DENOMINATIONS:
            return CoinRefused("not_accepted")
        with self._memory.write("insert") as connection:
            deal = deal_of(connection, txn)
            if deal.outcome in ("collected", "given_back"):
                return CoinRefused("closed")
            if count_of(connection, denomination) >= self._capacity:
                return CoinRefused("full")
            move(connection, "insert", "person", "escrow", {denomination: 1}, txn)
            inserted_yen = deal.inserted_yen + denomination
            note(connection, txn, outcome="open", inserted_yen=inserted_yen)
            return Accepted(inserted_yen)

    def collect(self, txn: str, amount_yen: int) -> Collected | NotEnough | NoChange | AlreadyGivenBack:
        """Take `amount_yen` out of escrow and pay the rest out as change, whole or not at all. Repeated: the first answer, and nothing moves.

        Raises `Contradiction` when the transaction was collected with another amount.
        """
        _demand_yen(amount_yen)
        with self._memory.write("collect") as connection:
            deal = deal_of(connection, txn)
            if deal.outcome == "given_back":
                return AlreadyGivenBack()
            if deal.outcome == "collected":
                if deal.collected_yen != amount_yen:
                    raise Contradiction(f"collected as {deal.collected_yen} yen, asked again as {amount_yen}")
                return Collected(deal.collected_yen, deal.change_yen)
            if deal.escrow_yen < amount_yen:
                return NotEnough(amount_yen - deal.escrow_yen)
            change_yen = deal.escrow_yen - amount_yen
            if not _settle(connection, txn, change_yen):
                return NoChange(change_yen)
            note(connection, txn, outcome="collected", collected_yen=amount_yen, change_yen=change_yen)
            return Collected(amount_yen, change_yen)

    def give_back(self, txn: str) -> GivenBack | NoChange:
        """Give back everything: the very coins in escrow, or, when collected, what was not refunded yet. Repeated: the first answer, and nothing moves."""
        with self._memory.write("give_back") as connection:
            deal = deal_of(connection, txn)
            if deal.outcome == "given_back":
                return GivenBack(deal.given_back_yen)
            if deal.outcome == "collected":
                earlier = refund_of(connection, txn, _WHOLE)
                if earlier is not None:
                    return GivenBack(earlier)
                rest_yen = deal.collected_yen - deal.refunded_yen
                return GivenBack(rest_yen) if _pay_back(connection, deal, _WHOLE, rest_yen) else NoChange(rest_yen)
            move(connection, "give_back", "escrow", "tray", held(connection, "escrow", txn), txn)
            note(connection, txn, outcome="given_back", given_back_yen=deal.escrow_yen)
            return GivenBack(deal.escrow_yen)

    def refund(self, txn: str, refund_id: str, yen: int) -> Refunded | RefundRefused | NoChange:
        """Give back `yen` of what was collected, e.g. for one of several copies. Repeated under its `refund_id`: nothing moves. Raises `Contradiction`."""
        _demand_yen(yen)
        if refund_id == _WHOLE:
            raise ValueError("a refund has an id")
        with self._memory.write("refund") as connection:
            earlier = refund_of(connection, txn, refund_id)
            if earlier is not None:
                if earlier != yen:
                    raise Contradiction(f"refunded as {earlier} yen, asked again as {yen}")
                return Refunded(yen)
            deal = deal_of(connection, txn)
            refundable_yen = deal.collected_yen - deal.refunded_yen
            if yen > refundable_yen:
                return RefundRefused(refundable_yen)
            return Refunded(yen) if _pay_back(connection, deal, refund_id, yen) else NoChange(yen)

    def state(self, txn: str) -> TransactionState:
        """What the box knows of this transaction."""
        with self._memory.read() as connection:
            return deal_of(connection, txn)

    def return_tray(self) -> int:
        """Yen in the return tray."""
        with self._memory.read() as connection:
            return worth(held(connection, "tray"))

    def take_return(self) -> int:
        """The person empties the return tray; the yen taken."""
        with self._memory.write("take_return") as connection:
            coins = held(connection, "tray")
            move(connection, "take", "tray", "person", coins)
            return worth(coins)

    def counters(self) -> Counters:
        """Sums and counts since the box was first opened."""
        with self._memory.read() as connection:
            rows = connection.execute(
                "SELECT source, target, SUM(denomination * count) FROM movement GROUP BY source, target ORDER BY source, target"
            )
            flows = {(source, target): yen for source, target, yen in rows}
            escrow = connection.execute("SELECT COALESCE(SUM(denomination * count), 0) FROM holding WHERE place = 'escrow'").fetchone()[0]
            return Counters(
                float_yen=flows.get(("float", "cash"), 0),
                inserted_yen=flows.get(("person", "escrow"), 0),
                brought_yen=flows.get(("staff", "cash"), 0),
                carried_yen=flows.get(("cash", "staff"), 0),
                returned_yen=sum(yen for (_, target), yen in flows.items() if target == "tray"),
                escrow_yen=escrow,
                cash=held(connection, "cash"),
            )

    def movements(self, after: int = 0) -> tuple[Movement, ...]:
        """The journal's lines with `seq` above `after`, in order."""
        with self._memory.read() as connection:
            rows = connection.execute(
                "SELECT seq, txn, ref, step, source, target, denomination, count FROM movement WHERE seq > ? ORDER BY seq", (after,)
            )
            return tuple(Movement(*row) for row in rows)

    def full(self) -> bool:
        """The box cannot take a coin of every denomination any more; staff must come."""
        with self._memory.read() as connection:
            return any(count_of(connection, denomination) >= self._capacity for denomination in DENOMINATIONS)

    def exact_only(self) -> bool:
        """釣銭切れ: the box cannot give every change below 1,000 yen."""
        with self._memory.read() as connection:
            return not gives_every_change(held(connection, "cash"))

    def service(self, service_id: str, counts: Mapping[int, int]) -> None:
        """Staff open the box and leave exactly `counts` in the cash box. Repeated under its id: nothing moves."""
        _demand_denominations(counts)
        with self._memory.write("service") as connection:
            if connection.execute("SELECT 1 FROM service WHERE service_id = ?", (service_id,)).fetchone():
                return
            connection.execute("INSERT INTO service VALUES (?)", (service_id,))
            lying = held(connection, "cash")
            more = {each: counts.get(each, 0) - lying.get(each, 0) for each in DENOMINATIONS}
            move(connection, "service", "cash", "staff", {each: -count for each, count in more.items() if count < 0}, ref=service_id)
            move(connection, "service", "staff", "cash", {each: count for each, count in more.items() if count > 0}, ref=service_id)


def _settle(connection: sqlite3.Connection, txn: str, change_yen: int) -> bool:
    """Escrow into the cash box, change into the tray. Notes are given back out of escrow alone: the box cannot reach the ones it has stacked."""
    escrow = held(connection, "escrow", txn)
    cash = held(connection, "cash")
    change = pay_out(change_yen, {NOTE: escrow.get(NOTE, 0)} | {each: cash.get(each, 0) + escrow.get(each, 0) for each in COINS})
    if change is None:
        return False
    notes = {NOTE: change.pop(NOTE, 0)}
    move(connection, "change", "escrow", "tray", notes, txn)
    move(connection, "collect", "escrow", "cash", {each: count - notes.get(each, 0) for each, count in escrow.items()}, txn)
    move(connection, "change", "cash", "tray", change, txn)
    return True


def _pay_back(connection: sqlite3.Connection, deal: TransactionState, refund_id: str, yen: int) -> bool:
    cash = held(connection, "cash")
    coins = pay_out(yen, {each: cash.get(each, 0) for each in COINS})
    if coins is None:
        return False
    move(connection, "refund", "cash", "tray", coins, deal.txn, refund_id)
    connection.execute("INSERT INTO refund VALUES (?, ?, ?)", (deal.txn, refund_id, yen))
    note(connection, deal.txn, refunded_yen=deal.refunded_yen + yen)
    return True


def _demand_yen(yen: int) -> None:
    if yen < 0:
        raise ValueError("a negative sum of yen")


def _demand_denominations(counts: Mapping[int, int]) -> None:
    if not all(denomination in DENOMINATIONS and count >= 0 for denomination, count in counts.items()):
        raise ValueError("not coins of this box")
