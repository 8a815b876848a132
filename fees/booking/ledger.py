"""The ledger (総勘定元帳): postings that are appended once, balanced, and never changed.

Remembers what was posted and adds it up; decides nothing about what to post. A mistake is corrected by another posting.

A posting's legs are written first and its header last: the header's arrival is what the database checks (`guards`), and a posting without its header cannot be
committed. `SUM` over all legs is zero at every commit, in total and in each party's book.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, text

from fees.booking.accounts import Account, heading
from fees.booking.posting import Leg, Posting
from fees.booking.records import legs, postings
from storage.instants import stamp

_LAST_NUMBER = select(func.coalesce(func.max(postings.c.number), 0))
_ADD_LEGS, _ADD_HEADER = insert(legs), insert(postings)

WRITER_LOCK = 20_260_401
"""PostgreSQL advisory lock that makes postings of several processes wait for each other: their numbers have no gaps."""


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance: debits minus credits, in yen."""

    account: Account
    balance_yen: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A posting as it stands in the journal (仕訳帳): its number, when the step happened (`at`) and when it was posted, and its legs in their order."""

    number: int
    cause: str
    issuance_id: str
    event: str
    at: str
    posted_at: str
    legs: tuple[Leg, ...]


def take_turn(connection: Connection) -> None:
    """Let no other process post until this transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def append(connection: Connection, posting: Posting, now: datetime) -> int:
    """Append a posting and return its number. Raises KeyError for an account that is not in the chart, IntegrityError when its cause has been posted already."""
    for leg in posting.legs:
        heading(leg.account)
    number = last_number(connection) + 1
    if posting.legs:
        rows = [
            {"posting": number, "line": line, "book": leg.account.book, "item": leg.account.item, "yen": leg.yen}
            for line, leg in enumerate(posting.legs, start=1)
        ]
        connection.execute(_ADD_LEGS, rows)
    header = {"number": number, "cause": posting.cause, "fact": posting.fact, "issuance_id": posting.issuance_id, "event": posting.event}
    connection.execute(_ADD_HEADER, {**header, "at": stamp(posting.at), "posted_at": stamp(now), "legs": len(posting.legs)})
    return number


def last_number(connection: Connection) -> int:
    """The number of the newest posting; 0 when there is none."""
    return int(connection.execute(_LAST_NUMBER).scalar_one())


def balances(connection: Connection) -> tuple[Balance, ...]:
    """The balance of every account that was ever posted to, zero balances included, by account."""
    query = select(legs.c.book, legs.c.item, func.sum(legs.c.yen)).group_by(legs.c.book, legs.c.item).order_by(legs.c.book, legs.c.item)
    return tuple(Balance(Account(book, item), int(yen)) for book, item, yen in connection.execute(query))


def journal(connection: Connection, after: int, limit: int) -> tuple[JournalEntry, ...]:
    """Up to `limit` postings with numbers above `after`, in their order."""
    return _entries(connection, connection.execute(select(postings).where(postings.c.number > after).order_by(postings.c.number).limit(limit)).all())


def journal_of(connection: Connection, issuance_id: str) -> tuple[JournalEntry, ...]:
    """All postings of one issuance, in their order."""
    return _entries(connection, connection.execute(select(postings).where(postings.c.issuance_id == issuance_id).order_by(postings.c.number)).all())


def _entries(connection: Connection, headers: Sequence[Row[tuple[object, ...]]]) -> tuple[JournalEntry, ...]:
    found: dict[int, list[Leg]] = {header.number: [] for header in headers}
    query = select(legs).where(legs.c.posting.in_(list(found))).order_by(legs.c.posting, legs.c.line)
    for row in connection.execute(query):
        found[row.posting].append(Leg(Account(row.book, row.item), row.yen))
    return tuple(JournalEntry(h.number, h.cause, h.issuance_id, h.event, h.at, h.posted_at, tuple(found[h.number])) for h in headers)
