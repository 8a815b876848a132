"""From a fact to a posting (仕訳): which account is debited and which is credited, in every party's own book.

Decides the legs of a posting, and nothing about whether the fact is new (`metering`) or what it costs (`pricing`). Pure.

Each entry debits and credits the same amount inside one book, so a posting sums to zero in total and in each book by construction. What a step posts does not
depend on what came before, with one exception: when a case that was `unresolved` has also an outcome (printed or returned), the one of the two that arrives
later takes the money out of suspense again. Facts in any order therefore end in the same balances.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

import msgspec

from fees.booking.accounts import Account, Holder
from fees.rules.collection import Route
from messages.facts import FactStep, FeeFact

Amount = Literal["fee", "commission"]

REMEMBERED = 16_384
"""How many different sets of legs are kept at hand (some 30 MB at most): a country's facts move money in few ways, and the same way is the same tuple."""

OUTCOMES: frozenset[FactStep] = frozenset({"printed", "returned"})
"""What an issuance can end in; one of them, once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the posting table: in the book of `holder`, debit (借方) and credit (貸方) the same amount. Braces stand for the parties of the fact."""

    holder: Holder
    debit: str
    credit: str
    amount: Amount


_COMMISSION = (
    Entry("municipality", "commission", "payable/{operator}", "commission"),
    Entry("operator", "receivable/{municipality}", "commission", "commission"),
)


def _taken_by(holder: Holder, *printed: Entry) -> Mapping[FactStep, tuple[Entry, ...]]:
    return {
        "paid": (Entry(holder, "till", "pending", "fee"),),
        "printed": printed,
        "returned": (Entry(holder, "pending", "till", "fee"),),
        "unresolved": (Entry(holder, "pending", "suspense", "fee"),),
    }


ENTRIES: Mapping[Route, Mapping[FactStep, tuple[Entry, ...]]] = {
    "through_center": _taken_by(
        "operator",
        Entry("operator", "pending", "payable/center", "fee"),
        Entry("center", "receivable/{operator}", "payable/{municipality}", "fee"),
        Entry("municipality", "receivable/center", "fee", "fee"),
        *_COMMISSION,
    ),
    "own_contract": _taken_by(
        "operator",
        Entry("operator", "pending", "remittance/{municipality}", "fee"),
        Entry("municipality", "due/{operator}", "fee", "fee"),
        *_COMMISSION,
    ),
    "direct": _taken_by("municipality", Entry("municipality", "pending", "fee", "fee")),
}
"""What each step posts on each route, whatever came before or comes after it."""

CLEARING: Mapping[Route, tuple[Entry, ...]] = {
    "through_center": (Entry("operator", "suspense", "pending", "fee"),),
    "own_contract": (Entry("operator", "suspense", "pending", "fee"),),
    "direct": (Entry("municipality", "suspense", "pending", "fee"),),
}
"""What is added, once, when an issuance is both `unresolved` and ended: the case has been closed."""


class Leg(msgspec.Struct, frozen=True, gc=False):
    """One side of an entry: debit positive, credit negative; never zero."""

    account: Account
    yen: int


class Posting(msgspec.Struct, frozen=True, gc=False):
    """A posting to be appended. `cause` names what is posted: nothing is posted twice for one cause. It is `fact/<number>` where a `fact` is posted. `at` is when the step happened.

    A posting may be without legs: a step that moves no money (a certificate for 0 yen was "paid") is still in the journal.
    """

    cause: str
    fact: int | None
    issuance_id: str
    event: str
    at: datetime
    legs: tuple[Leg, ...]


def posting_of(fact: FeeFact, commission_yen: int, before: frozenset[FactStep], route: Route) -> Posting:
    """The posting of a new fact whose fee goes by `route`. `before` are the steps of the same issuance that have been posted already, in whatever order they happened."""
    legs = _moved(fact.step, _closes_case(fact.step, before), route, fact.operator, fact.municipality, fact.fee_yen, commission_yen)
    return Posting(f"fact/{fact.number}", fact.number, fact.issuance_id, fact.step, fact.at, legs)


def entries_of(step: FactStep, before: frozenset[FactStep], route: Route) -> tuple[Entry, ...]:
    """The lines of the posting table for this step, clearing included where it closes a case."""
    return _entries(step, _closes_case(step, before), route)


def _entries(step: FactStep, closes: bool, route: Route) -> tuple[Entry, ...]:
    entries = ENTRIES[route][step]
    return (*CLEARING[route], *entries) if closes else entries


def _closes_case(step: FactStep, before: frozenset[FactStep]) -> bool:
    return ("unresolved" in before and step in OUTCOMES) or (step == "unresolved" and bool(before & OUTCOMES))


@lru_cache(maxsize=REMEMBERED)
def _moved(step: FactStep, closes: bool, route: Route, operator: str, municipality: str, fee_yen: int, commission_yen: int) -> tuple[Leg, ...]:
    books: Mapping[Holder, str] = {"operator": f"operator/{operator}", "center": "center", "municipality": f"municipality/{municipality}"}
    amounts_yen: Mapping[Amount, int] = {"fee": fee_yen, "commission": commission_yen}
    legs: list[Leg] = []
    for entry in _entries(step, closes, route):
        yen = amounts_yen[entry.amount]
        if yen != 0:
            debit, credit = (item.format(operator=operator, municipality=municipality) for item in (entry.debit, entry.credit))
            legs += (Leg(Account(books[entry.holder], debit), yen), Leg(Account(books[entry.holder], credit), -yen))
    return tuple(legs)
