"""The ledger (総勘定元帳): postings that are appended once, balanced, and never changed.

Remembers what was posted and adds it up; decides nothing about what to post. A mistake is corrected by another posting.

The legs of a posting are its pattern (`records`): they are written once, before their header, whose arrival is what the database checks (`guards`). `SUM` over all legs of all postings is zero
at every commit, in total and in each party's book.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Row, func, or_, select, text

from fees.booking.accounts import Account, heading
from fees.booking.bulk import Columns, insert_columns, one_of
from fees.booking.posting import Leg, Posting
from fees.booking.records import facts, legs, patterns, postings
from storage.instants import stamp

_LAST_NUMBER = select(func.coalesce(func.max(postings.c.number), 0))
_LAST_PATTERN = select(func.coalesce(func.max(patterns.c.number), 0))


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance: debits minus credits, in yen."""

    account: Account
    balance_yen: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A posting as it stands in the journal (仕訳帳): its number, when the step happened (`at`) and when it was posted, the rule book's `revision` that priced it, and its legs in their order."""

    number: int
    cause: str
    issuance_id: str
    event: str
    at: str
    posted_at: str
    revision: int | None
    legs: tuple[Leg, ...]


def take_turn(connection: Connection) -> None:
    """Let no other process post until this transaction ends: numbers have no gaps. Has to be the transaction's first statement. SQLite has one writer anyway.

    A lock of a table, because PostgreSQL takes it before the transaction's snapshot: who waited sees what the other has posted. A function that locks (an advisory lock) is a query, and its snapshot
    is older than its wait.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE turns IN EXCLUSIVE MODE"))


def append(connection: Connection, posting: Posting, now: datetime, revision: int | None = None) -> int:
    """Append a posting and return its number. Raises KeyError for an account that is not in the chart, IntegrityError when its cause has been posted already."""
    return append_all(connection, (posting,), now, revision)


def append_all(connection: Connection, batch: Sequence[Posting], now: datetime, revision: int | None = None) -> int:
    """Append postings in their order and return the last one's number. `revision` is that of the rule book by which they were priced. Raises as `append` does, and then none is there."""
    first, posted_at = last_number(connection) + 1, stamp(now)
    pattern = _patterns(connection, batch)
    columns: Columns = {
        "number": list(range(first, first + len(batch))),
        "cause": [posting.cause for posting in batch],
        "fact": [posting.fact for posting in batch],
        "issuance_id": [posting.issuance_id for posting in batch],
        "event": [posting.event for posting in batch],
        "at": [stamp(posting.at) for posting in batch],
        "posted_at": [posted_at] * len(batch),
        "pattern": [pattern[id(posting.legs)] for posting in batch],
        "revision": [revision] * len(batch),
    }
    insert_columns(connection, postings, columns)
    return first + len(batch) - 1


def digest_of(moved: Iterable[Leg]) -> str:
    """SHA-256 (hex) of legs in their order: what a pattern stands under."""
    return sha256("\n".join(f"{leg.account.code} {leg.yen}" for leg in moved).encode()).hexdigest()


def last_number(connection: Connection) -> int:
    """The number of the newest posting; 0 when there is none."""
    return int(connection.execute(_LAST_NUMBER).scalar_one())


def balances(connection: Connection, until: int | None = None) -> tuple[Balance, ...]:
    """The balance of every account that was ever posted to, zero balances included, by account; after posting number `until`, or now."""
    posted = select(postings.c.pattern, func.count().label("times")).group_by(postings.c.pattern)
    times = (posted if until is None else posted.where(postings.c.number <= until)).subquery()
    moved = select(legs.c.book, legs.c.item, func.sum(legs.c.yen * times.c.times)).join_from(times, legs, legs.c.pattern == times.c.pattern)
    query = moved.group_by(legs.c.book, legs.c.item).order_by(legs.c.book, legs.c.item)
    return tuple(Balance(Account(book, item), int(yen)) for book, item, yen in connection.execute(query))


def journal(connection: Connection, after: int, limit: int) -> tuple[JournalEntry, ...]:
    """Up to `limit` postings with numbers above `after`, in their order."""
    return _entries(connection, connection.execute(select(postings).where(postings.c.number > after).order_by(postings.c.number).limit(limit)).all())


def journal_of(connection: Connection, issuance_id: str) -> tuple[JournalEntry, ...]:
    """All postings of one issuance, in their order."""
    told = select(facts.c.number).where(facts.c.issuance_id == issuance_id)
    mine = or_(postings.c.fact.in_(told), (postings.c.fact.is_(None)) & (postings.c.issuance_id == issuance_id))
    return _entries(connection, connection.execute(select(postings).where(mine).order_by(postings.c.number)).all())


def pattern_legs(connection: Connection, numbers: Sequence[int] | None = None) -> Mapping[int, tuple[Leg, ...]]:
    """The legs of these patterns, or of all, in their order; a pattern without legs (a step that moves no money) is not among them."""
    query = select(legs).order_by(legs.c.pattern, legs.c.line)
    moved: dict[int, list[Leg]] = {}
    for row in connection.execute(query if numbers is None else query.where(one_of(connection, legs.c.pattern, numbers))):
        moved.setdefault(row.pattern, []).append(Leg(Account(row.book, row.item), row.yen))
    return {number: tuple(lines) for number, lines in moved.items()}


def _entries(connection: Connection, headers: Sequence[Row[tuple[object, ...]]]) -> tuple[JournalEntry, ...]:
    found = pattern_legs(connection, sorted({header.pattern for header in headers}))
    return tuple(JournalEntry(h.number, h.cause, h.issuance_id, h.event, h.at, h.posted_at, h.revision, found.get(h.pattern, ())) for h in headers)


def _patterns(connection: Connection, batch: Iterable[Posting]) -> Mapping[int, int]:
    """The pattern number of each tuple of legs, by its identity; patterns that are not there yet are written. Postings that move the same mostly share one tuple (`posting`)."""
    by_identity = {id(posting.legs): posting.legs for posting in batch}
    digests = {identity: digest_of(moved) for identity, moved in by_identity.items()}
    by_digest = {digests[identity]: moved for identity, moved in by_identity.items()}
    there = select(patterns.c.sha256, patterns.c.number).where(one_of(connection, patterns.c.sha256, list(by_digest)))
    known: dict[str, int] = {row.sha256: row.number for row in connection.execute(there)}
    new = {digest: moved for digest, moved in by_digest.items() if digest not in known}
    if new:
        known |= _write_patterns(connection, new)
    return {identity: known[digest] for identity, digest in digests.items()}


def _write_patterns(connection: Connection, new: Mapping[str, tuple[Leg, ...]]) -> Mapping[str, int]:
    first = int(connection.execute(_LAST_PATTERN).scalar_one()) + 1
    numbers = {digest: number for number, digest in enumerate(new, start=first)}
    lines = [(numbers[digest], line, leg) for digest, moved in new.items() for line, leg in enumerate(moved, start=1)]
    for _, _, leg in lines:
        heading(leg.account)
    columns: Columns = {
        "pattern": [pattern for pattern, _, _ in lines],
        "line": [line for _, line, _ in lines],
        "book": [leg.account.book for _, _, leg in lines],
        "item": [leg.account.item for _, _, leg in lines],
        "yen": [leg.yen for _, _, leg in lines],
    }
    insert_columns(connection, legs, columns)
    insert_columns(connection, patterns, {"number": list(numbers.values()), "sha256": list(new), "legs": [len(moved) for moved in new.values()]})
    return numbers
