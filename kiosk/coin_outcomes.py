"""What the coin box answers, and what it tells of itself: values only. Yen are whole yen; coins are denomination to count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kiosk.change import COINS, NOTE

DENOMINATIONS = (NOTE, *COINS)
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
