"""Reconciliation (照合): what in the books waits, and what does not fit.

Looks at the ledger and the facts and names differences; changes nothing. An empty `Sums.faults` means that every posting belongs to a new fact, every new fact is posted,
each pattern's legs are those of its digest, and each party's book sums to zero.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from fees.booking.accounts import Account
from fees.booking.ledger import balances, digest_of, pattern_legs
from fees.booking.records import facts, legs, patterns, postings
from storage.instants import stamp

Waiting = Literal["pending", "suspense"]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Money of one issuance that waits in an account. `yen` is the balance (a credit is negative: money was taken; a debit: its payment has not been reported). `since` is the first step's time."""

    account: Account
    issuance_id: str
    yen: int
    since: str


@dataclass(frozen=True, slots=True)
class Sums:
    """The whole ledger added up, and each party's book; `faults` says in English what should be zero or equal and is not."""

    total_yen: int
    books_yen: tuple[tuple[str, int], ...]
    postings: int
    faults: tuple[str, ...]


def open_items(connection: Connection, waiting: Waiting, before: datetime | None = None) -> tuple[OpenItem, ...]:
    """What waits in 仮受金（交付前） (`pending`) or 仮受金（要調査） (`suspense`), oldest first; with `before`, only what has waited since then or longer."""
    # What each pattern does to the waiting account, first: patterns are few, and the postings are then read once.
    per_posting = select(legs.c.pattern, legs.c.book, legs.c.item, func.sum(legs.c.yen).label("yen")).where(legs.c.item == waiting)
    does = per_posting.group_by(legs.c.pattern, legs.c.book, legs.c.item).cte("does")
    since, yen = func.min(postings.c.at), func.sum(does.c.yen)
    query = (
        select(does.c.book, does.c.item, postings.c.issuance_id, yen, since)
        .join_from(postings, does, does.c.pattern == postings.c.pattern)
        .group_by(does.c.book, does.c.item, postings.c.issuance_id)
        .having(yen != 0)
        .order_by(since, postings.c.issuance_id)
    )
    if before is not None:
        query = query.having(since <= stamp(before))
    return tuple(OpenItem(Account(book, item), issuance_id, int(waits), at) for book, item, issuance_id, waits, at in connection.execute(query))


def sums(connection: Connection) -> Sums:
    """Add everything up and compare facts with postings."""
    yen_of: dict[str, int] = {}
    for balance in balances(connection):
        yen_of[balance.account.book] = yen_of.get(balance.account.book, 0) + balance.balance_yen
    books_yen = tuple(yen_of.items())
    posted = int(connection.execute(select(func.count()).select_from(postings)).scalar_one())
    faults = [f"book {book} is off by {yen} yen" for book, yen in books_yen if yen != 0]
    faults += [f"the legs of pattern {number} are not those of its digest" for number in _altered(connection)]
    faults += [f"fact {number} is new and not posted" for number in _unposted(connection)]
    faults += [f"posting {number} is of a contradictory fact" for number in _disputed(connection)]
    return Sums(sum(yen for _, yen in books_yen), books_yen, posted, tuple(faults))


def _unposted(connection: Connection) -> tuple[int, ...]:
    query = select(facts.c.number).outerjoin(postings, postings.c.fact == facts.c.number).where(facts.c.metered == "new", postings.c.number.is_(None))
    return tuple(connection.execute(query.order_by(facts.c.number)).scalars())


def _disputed(connection: Connection) -> tuple[int, ...]:
    query = select(postings.c.number).join(facts, postings.c.fact == facts.c.number).where(facts.c.metered == "contradiction")
    return tuple(connection.execute(query.order_by(postings.c.number)).scalars())


def _altered(connection: Connection) -> tuple[int, ...]:
    digests = select(patterns.c.number, patterns.c.sha256).order_by(patterns.c.number)
    found = pattern_legs(connection)
    return tuple(row.number for row in connection.execute(digests) if digest_of(found.get(row.number, ())) != row.sha256)
