"""The whole ledger as a plain-text journal that hledger accepts under its strict checks (`hledger check -s ordereddates`).

Writes what the ledger holds, page by page, so that memory does not grow with the books; decides nothing. An account's code is its name with `:` for `/`; the number of a posting is the
transaction's code. A transaction is dated with the day it was posted on, because a closed month takes nothing more and dates must not run back; the day on which the step happened is its second date.
At the end of every month, and at the end, the balance of every account is asserted, as the ledger's own sum says it and not as this journal adds up.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date, datetime

from fees.booking.accounts import Account, Class, Names, title
from fees.booking.ledger import Balance, JournalEntry, balances, journal, last_number
from storage.instants import stamp
from storage.store import Store

PAGE = 2_000
"""Postings that are read at a time."""
_TYPES: Mapping[Class, str] = {"asset": "A", "liability": "L", "revenue": "R", "expense": "X"}


async def hledger_journal(store: Store, names: Names, now: datetime) -> AsyncIterator[str]:
    """The journal of all postings there are when it begins, in pieces of text."""
    newest = await store.read(last_number)
    yield opening(await store.read(balances, newest), names, newest, now)
    day, after = "", 0
    while after < newest:
        pieces: list[str] = []
        for entry in await store.read(journal, after, min(PAGE, newest - after)):
            booked = max(day, entry.posted_at[:10])
            if day and booked[:7] != day[:7]:
                pieces.append(assertions(month_end(day), await store.read(balances, after)))
            pieces.append(transaction(entry, booked))
            day, after = booked, entry.number
        yield "".join(pieces)
    if day:
        yield assertions(day, await store.read(balances, newest))
    yield f"\n; {newest} postings. End of the ledger.\n"


def opening(found: Iterable[Balance], names: Names, newest: int, now: datetime) -> str:
    """The commodity and every account that was posted to, with its class and title."""
    lines = [
        f"; 見本 手数料管理の総勘定元帳 — general ledger of the fee office (SAMPLE), postings 1 to {newest}, written {stamp(now)}",
        "decimal-mark .",
        "commodity 1000. JPY",
        "",
    ]
    for balance in found:
        called = title(balance.account, names)
        lines += [
            f"account {name_of(balance.account)}  ; type:{_TYPES[called.account_class]}",
            f"    ; {called.book_ja} {called.ja} / {called.book_en} {called.en}",
        ]
    return "\n".join(lines) + "\n"


def transaction(entry: JournalEntry, booked: str) -> str:
    """A posting, dated `booked` (ISO). One that moves no money is a transaction without lines."""
    priced = "" if entry.revision is None else f", revision:{entry.revision}"
    head = f"\n{booked}={entry.at[:10]} ({entry.number}) {entry.event}  ; cause:{entry.cause}, at:{entry.at}, posted:{entry.posted_at}{priced}, issuance:{entry.issuance_id}\n"
    return head + "".join(f"    {name_of(leg.account)}  {leg.yen} JPY\n" for leg in entry.legs)


def assertions(day: str, found: Iterable[Balance]) -> str:
    """What every account stands at, at the end of `day` (ISO)."""
    return f"\n{day} 残高 balances\n" + "".join(f"    {name_of(balance.account)}  0 JPY = {balance.balance_yen} JPY\n" for balance in found)


def name_of(account: Account) -> str:
    """The account's name in the journal: `operator:seven:till`."""
    return account.code.replace("/", ":")


def month_end(day: str) -> str:
    """The last day of the month of `day`, both ISO."""
    at = date.fromisoformat(day)
    following = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).isoformat()
