"""What the ledger appends, and what is counted of it: unknown accounts, patterns that are written once, balances until a posting, tallies that add up to the balances."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from fees.booking.accounts import Account
from fees.booking.booking import book_facts
from fees.booking.ledger import append, balances, journal_of, last_number, pattern_legs
from fees.booking.posting import Leg, Posting
from fees.booking.records import patterns, posted_legs
from fees.booking.tallies import tallies
from fees.config import rules_of
from tests.fees.office import CITY, NOW, OTHER_CITY, SEVEN, config, fact, transaction

RULES = rules_of(config())
BOOK = f"operator/{SEVEN}"


@pytest.fixture
def connection() -> Iterator[Connection]:
    with transaction() as opened:
        yield opened


def moving(cause: str, debit: str, credit: str, yen: int) -> Posting:
    return Posting(cause, None, "i", "corrected", NOW, (Leg(Account(BOOK, debit), yen), Leg(Account(BOOK, credit), -yen)))


def test_an_account_that_is_not_in_the_chart_is_never_posted_to(connection: Connection) -> None:
    with pytest.raises(KeyError):
        append(connection, moving("x", "till", "pocket", 250), NOW)
    assert last_number(connection) == 0


def test_the_same_legs_are_written_once_and_a_cause_is_posted_once(connection: Connection) -> None:
    assert [append(connection, moving(cause, "till", "pending", 250), NOW) for cause in "abc"] == [1, 2, 3]
    append(connection, moving("d", "till", "pending", 251), NOW)
    assert connection.execute(select(func.count()).select_from(patterns)).scalar_one() == 2
    assert connection.execute(select(func.count()).select_from(posted_legs)).scalar_one() == 8
    assert [entry.cause for entry in journal_of(connection, "i")] == ["a", "b", "c", "d"]
    with pytest.raises(IntegrityError):
        append(connection, moving("a", "till", "pending", 9), NOW)


def test_balances_can_be_asked_for_as_they_were_after_any_posting(connection: Connection) -> None:
    book_facts(connection, (fact(1, "i", "paid"), fact(2, "i", "returned")), RULES, NOW)
    till = [{each.account.item: each.balance_yen for each in balances(connection, until)}.get("till") for until in (0, 1, 2)]
    assert till == [None, 250, 0]


def test_tallies_tell_apart_what_statements_do_and_add_up_to_the_balances(connection: Connection) -> None:
    other = {"municipality": OTHER_CITY, "fee_yen": 400, "rule": "other-base"}
    early = {"visited_at": NOW.replace(month=10), "at": NOW.replace(month=10)}
    told = (
        *(fact(number, f"a{number}", "paid") for number in (1, 2, 3)),
        *(fact(number + 3, f"a{number}", "printed") for number in (1, 2)),
        fact(6, "a3", "returned"),
        fact(7, "b", "paid", **other),
        fact(8, "c", "paid", **early),
    )
    book_facts(connection, told, RULES, NOW)
    append(connection, moving("correction", "till", "pending", 9), NOW)
    found = tallies(connection, 0, 8)
    assert [(each.municipality, each.service_day, each.event, each.fee_yen, each.rule, each.revision, each.count) for each in found] == [
        (CITY, "2026-10-23", "paid", 250, "juminhyo-reduction", 1, 1),
        (CITY, "2026-11-23", "paid", 250, "juminhyo-reduction", 1, 3),
        (CITY, "2026-11-23", "printed", 250, "juminhyo-reduction", 1, 2),
        (CITY, "2026-11-23", "returned", 250, "juminhyo-reduction", 1, 1),
        (OTHER_CITY, "2026-11-23", "paid", 400, "other-base", 1, 1),
    ]
    moved, sums = pattern_legs(connection), Counter[Account]()
    for each in found:
        for leg in moved[each.pattern]:
            sums[leg.account] += leg.yen * each.count
    assert sums == {balance.account: balance.balance_yen for balance in balances(connection, 8)}
    assert sum(each.count for each in tallies(connection, 3, 6)) == 3
