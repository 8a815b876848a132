"""The coin box (硬貨・紙幣収納部): what a person puts in, what the shop keeps, what comes back. Durable in its own folder; outlives the kiosk's process.

A transaction `txn` is any text of the caller's (its visit's or request's id). Coins put in lie in escrow until they are collected or given back. Coins are conserved: what was put in and the
float equal cash, escrow and what went to the return tray, at every instant and after a crash at any write. The box knows no prices, no visits and no certificates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DENOMINATIONS = (1000, 500, 100, 50, 10)
"""Yen; 1000 is a note and is never paid out once it lies in the cash box. 1 and 5 yen coins are refused."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The coin lies in escrow; `inserted_yen` is the transaction's total so far."""

    inserted_yen: int


@dataclass(frozen=True, slots=True)
class CoinRefused:
    """The coin fell straight through: it was never in the box. `closed`: the transaction was already collected or given back."""

    reason: Literal["not_accepted", "full", "closed"]


@dataclass(frozen=True, slots=True)
class Collected:
    """The price is in the cash box and the change in the return tray."""

    amount_yen: int
    change_yen: int


@dataclass(frozen=True, slots=True)
class NotEnough:
    """Nothing was collected: `missing_yen` more are needed."""

    missing_yen: int


@dataclass(frozen=True, slots=True)
class NoChange:
    """Nothing was moved: the box has not the coins to pay out `yen`."""

    yen: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """`yen` in all were given back for this transaction (escrow, or what had been collected and not yet refunded)."""

    yen: int


@dataclass(frozen=True, slots=True)
class AlreadyGivenBack:
    """Nothing was collected: the transaction was given back before."""


@dataclass(frozen=True, slots=True)
class Refunded:
    """`yen` of what was collected lie in the return tray (or have lain there, when the refund is an old one)."""

    yen: int


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """Nothing was moved: only `refundable_yen` of this transaction could still be refunded."""

    refundable_yen: int


@dataclass(frozen=True, slots=True)
class TransactionState:
    """One transaction, as the box knows it. `unknown`: it never saw it. Escrow is above zero only while `open`."""

    txn: str
    outcome: Literal["unknown", "open", "collected", "given_back"]
    inserted_yen: int
    escrow_yen: int
    collected_yen: int
    change_yen: int
    refunded_yen: int  # of what was collected, so far
    given_back_yen: int  # out of escrow, uncollected


@dataclass(frozen=True, slots=True)
class Counters:
    """Yen since the box was first opened. `float + inserted + brought = cash + escrow + returned + carried`."""

    float_yen: int
    inserted_yen: int
    brought_yen: int  # by staff
    carried_yen: int  # away, by staff
    returned_yen: int  # ever put into the return tray
    escrow_yen: int
    cash: Mapping[int, int]  # denomination to count

    @property
    def cash_yen(self) -> int:
        """What lies in the cash box."""
        return sum(denomination * count for denomination, count in self.cash.items())


Place = Literal["float", "person", "escrow", "cash", "tray", "staff"]


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the box's own journal: `count` coins of one denomination went from one place to another. `ref` is a refund's or a service's id."""

    seq: int
    txn: str
    ref: str
    step: Literal["float", "insert", "collect", "change", "give_back", "refund", "take", "service"]
    source: Place
    target: Place
    denomination: int
    count: int


class Contradiction(Exception):
    """An id was used again for another amount."""


class CoinBox:
    """See the module's text. Every method is one durable write (or none); none blocks for long."""

    @classmethod
    def open(cls, folder: Path, float_yen: Mapping[int, int], on_point: Callable[[str], None] | None = None, capacity: int = 2000) -> "CoinBox":
        """The box in `folder`, made with the float (釣銭準備金; denomination to count) when it is new. `capacity`: coins of one denomination that the cash box holds."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the files."""
        raise NotImplementedError

    def insert(self, txn: str, denomination: int) -> Accepted | CoinRefused:
        """A person puts in one coin or note."""
        raise NotImplementedError

    def collect(self, txn: str, amount_yen: int) -> Collected | NotEnough | NoChange | AlreadyGivenBack:
        """Take `amount_yen` out of escrow and pay the rest out as change, whole or not at all. Repeated: the first answer, and nothing moves.

        Raises `Contradiction` when the transaction was collected with another amount.
        """
        raise NotImplementedError

    def give_back(self, txn: str) -> GivenBack | NoChange:
        """Give back everything: the very coins in escrow, or, when collected, what was not refunded yet. Repeated: the first answer, and nothing moves."""
        raise NotImplementedError

    def refund(self, txn: str, refund_id: str, yen: int) -> Refunded | RefundRefused | NoChange:
        """Give back `yen` of what was collected, e.g. for one of several copies. Repeated under its `refund_id`: nothing moves. Raises `Contradiction`."""
        raise NotImplementedError

    def state(self, txn: str) -> TransactionState:
        """What the box knows of this transaction."""
        raise NotImplementedError

    def return_tray(self) -> int:
        """Yen in the return tray."""
        raise NotImplementedError

    def take_return(self) -> int:
        """The person empties the return tray; the yen taken."""
        raise NotImplementedError

    def counters(self) -> Counters:
        """Sums and counts since the box was first opened."""
        raise NotImplementedError

    def movements(self, after: int = 0) -> tuple[Movement, ...]:
        """The journal's lines with `seq` above `after`, in order."""
        raise NotImplementedError

    def full(self) -> bool:
        """The cash box cannot take a coin of every denomination any more."""
        raise NotImplementedError

    def exact_only(self) -> bool:
        """釣銭切れ: the box cannot give every change below 1,000 yen."""
        raise NotImplementedError

    def service(self, service_id: str, counts: Mapping[int, int]) -> None:
        """Staff open the box and leave exactly `counts` in the cash box. Repeated under its id: nothing moves."""
        raise NotImplementedError
