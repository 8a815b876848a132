"""The books as a reader sees them: one consistent state of balances, journal and everything that waits, and its JSON form for programs.

Reads and arranges; decides nothing. `konbini books` and other scripts rely on the names in `as_json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from fees.booking.accounts import Names, title
from fees.booking.fact_log import Contradiction, Counts, contradictory, counts
from fees.booking.ledger import Balance, JournalEntry, balances, journal, last_number
from fees.booking.self_check import OpenItem, Sums, open_items, sums

CONTRADICTIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class Books:
    """Everything at one instant. `journal` begins after the posting that was asked for; `last_posting` is the newest there is."""

    balances: tuple[Balance, ...]
    journal: tuple[JournalEntry, ...]
    last_posting: int
    sums: Sums
    counts: Counts
    pending: tuple[OpenItem, ...]
    suspense: tuple[OpenItem, ...]
    contradictions: tuple[Contradiction, ...]


def read_books(connection: Connection, after: int | None, limit: int) -> Books:
    """The books, with `limit` postings of the journal above number `after`; None gives the newest ones."""
    newest = last_number(connection)
    return Books(
        balances=balances(connection),
        journal=journal(connection, max(0, newest - limit) if after is None else after, limit),
        last_posting=newest,
        sums=sums(connection),
        counts=counts(connection),
        pending=open_items(connection, "pending"),
        suspense=open_items(connection, "suspense"),
        contradictions=contradictory(connection, CONTRADICTIONS_MAX),
    )


def as_json(books: Books, names: Names, answered: Mapping[str, int], now: datetime) -> dict[str, object]:
    """The books as JSON values. `answered` are the desk's answers since its start, which are the only trace of repeats."""
    rest = books.journal and books.journal[-1].number < books.last_posting
    return {
        "as_of": now.isoformat(),
        "accounts": [_account(balance, names) for balance in books.balances],
        "journal": [_entry(entry) for entry in books.journal],
        "next_after": books.journal[-1].number if rest else None,
        "totals": {
            "balance_yen": books.sums.total_yen,
            "books": [{"book": book, "balance_yen": yen} for book, yen in books.sums.books_yen],
            "postings": books.sums.postings,
            "faults": list(books.sums.faults),
        },
        "facts": {
            "new": books.counts.new,
            "repeat": answered.get("repeat", 0),
            "contradiction": books.counts.contradiction,
            "highest_number": books.counts.highest_number,
            "missing": books.counts.missing,
        },
        "pending": [_open_item(item) for item in books.pending],
        "suspense": [_open_item(item) for item in books.suspense],
    }


def _account(balance: Balance, names: Names) -> dict[str, object]:
    called = title(balance.account, names)
    return {
        "code": balance.account.code,
        "book": balance.account.book,
        "class": called.account_class,
        "title_ja": f"{called.book_ja} {called.ja}",
        "title_en": f"{called.book_en} {called.en}",
        "balance_yen": balance.balance_yen,
    }


def _entry(entry: JournalEntry) -> dict[str, object]:
    return {
        "posting": entry.number,
        "cause": entry.cause,
        "issuance_id": entry.issuance_id,
        "event": entry.event,
        "at": entry.at,
        "posted_at": entry.posted_at,
        "revision": entry.revision,
        "legs": [{"account": leg.account.code, "yen": leg.yen} for leg in entry.legs],
    }


def _open_item(item: OpenItem) -> dict[str, object]:
    return {"account": item.account.code, "issuance_id": item.issuance_id, "balance_yen": item.yen, "since": item.since}
