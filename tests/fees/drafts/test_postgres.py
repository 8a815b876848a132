"""The same promises where rules stand on PostgreSQL: drafted, previewed, approved, kept; two approvals at once are one revision after another."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from itertools import count

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from fees.booking.booking import book_facts
from fees.booking.records import METADATA as BOOKS
from fees.config import rules_of
from fees.drafts import drafting, recording
from fees.drafts.chain import Sound
from fees.drafts.changes import ChangesRefused
from fees.drafts.history import last_revision, seed
from fees.drafts.preview import sold
from fees.drafts.records import METADATA
from fees.drafts.shelf import RuleShelf
from fees.rules.tariff import Price, price
from storage.postgres import PostgresStore
from tests.fees.drafts.people import APPROVER, EDITOR, KNOWN, NOW, text
from tests.fees.office import CITY, SEVEN, config, fact, rule
from tests.postgres_server import Server

_DATABASES = count(1)
SECOND = rule("inkan-base", "base", 300, "2027-01-01", fee_class="inkan")


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new_database(f"rules_{next(_DATABASES)}")


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(url, BOOKS, METADATA)
    await opened.write(seed, rules_of(config()), NOW)
    yield opened
    await opened.close()


async def submitted(store: PostgresStore, *rules: object) -> int:
    number = await store.write(drafting.create, EDITOR, text(*rules), KNOWN, NOW)  # type: ignore[arg-type]
    await store.write(drafting.submit, EDITOR, number, 1, KNOWN, NOW)
    return number


async def test_a_campaign_is_drafted_previewed_and_in_force(store: PostgresStore) -> None:
    shelf = RuleShelf(store)
    book = await shelf.book()
    told = tuple(fact(number, "i", step) for number, step in enumerate(("paid", "printed"), start=1))
    await store.write(book_facts, told, book, NOW)
    assert await store.read(sold, CITY, date(2026, 11, 23), date(2026, 11, 24)) == {(CITY, "juminhyo", "store", SEVEN, date(2026, 11, 23)): 1}
    await store.write(drafting.approve, APPROVER, await submitted(store), 2, KNOWN, NOW)
    assert await shelf.book() is not book
    assert price((await shelf.book()).tariff, CITY, "juminhyo", "store", date(2027, 1, 1)) == Price(10, "ten-yen-2027")
    assert isinstance(await store.read(recording.checked, CITY), Sound)


async def test_two_processes_that_approve_at_once_make_two_revisions_or_one(store: PostgresStore, url: str) -> None:
    other = await PostgresStore.open(url)
    apart = [await submitted(store), await submitted(store, SECOND)]
    await asyncio.gather(*(each.write(drafting.approve, APPROVER, number, 2, KNOWN, NOW) for each, number in zip((store, other), apart, strict=True)))
    assert await store.read(last_revision) == 3
    at_odds = [await submitted(store, rule(f"c{number}", "campaign", 50, "2027-06-01", "2027-07-01")) for number in range(2)]
    ends = await asyncio.gather(
        *(each.write(drafting.approve, APPROVER, number, 2, KNOWN, NOW) for each, number in zip((store, other), at_odds, strict=True)),
        return_exceptions=True,
    )
    assert sorted(isinstance(end, ChangesRefused) for end in ends) == [False, True]
    assert await store.read(last_revision) == 4
    assert isinstance(await store.read(recording.checked, CITY), Sound)
    await other.close()


def attacked(connection: Connection, attack: str) -> None:
    connection.execute(sql(attack))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE rule_changes SET content = NULL",
        "DELETE FROM rule_revisions",
        "UPDATE rule_record SET line = ''",
        "DELETE FROM rule_record",
        "TRUNCATE rule_record",
        "DELETE FROM rule_drafts",
        "UPDATE rule_drafts SET changes = '[]'",
    ],
)
async def test_the_database_refuses_to_forget(store: PostgresStore, attack: str) -> None:
    await store.write(drafting.approve, APPROVER, await submitted(store), 2, KNOWN, NOW)
    with pytest.raises(IntegrityError):
        await store.write(attacked, attack)
