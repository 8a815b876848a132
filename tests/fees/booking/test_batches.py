"""Facts in any order, any number of times, in any batches, end in the same balances; a crash leaves a fact kept and posted, or neither; on SQLite and on PostgreSQL."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select

from fees.booking import fact_log, ledger
from fees.booking.booking import book_facts
from fees.booking.bulk import Columns, insert_columns
from fees.booking.fact_log import contradictory
from fees.booking.ledger import balances, journal, last_number
from fees.booking.records import METADATA, facts, legs, patterns, postings
from fees.booking.self_check import open_items, sums
from fees.config import rules_of
from messages.facts import FactMetered, FactStep, FeeFact, Metered
from storage import postgres as postgres_store
from storage.postgres import PostgresStore
from tests.fees.office import CITY, NOW, OTHER_CITY, SEVEN, config, engine, fact
from tests.postgres_server import Server

RULES = rules_of(config())
LIVES: tuple[tuple[FactStep, ...], ...] = (
    ("paid",),
    ("paid", "printed"),
    ("paid", "returned"),
    ("paid", "unresolved"),
    ("paid", "unresolved", "printed"),
    ("paid", "unresolved", "returned"),
)


def book(connection: Connection, *told: FeeFact) -> list[Metered]:
    return [answer.metered for answer in book_facts(connection, told, RULES, NOW)]


def balances_of(connection: Connection) -> dict[str, int]:
    return {balance.account.code: balance.balance_yen for balance in balances(connection) if balance.balance_yen}


def expected(lives: list[tuple[FactStep, ...]]) -> dict[str, int]:
    """Books kept by counting outcomes, without postings."""
    paid = len(lives)
    printed, returned = (sum(life[-1] == outcome for life in lives) for outcome in ("printed", "returned"))
    unresolved = sum(life[-1] == "unresolved" for life in lives)
    sums = {
        f"operator/{SEVEN}/till": 250 * (paid - returned),
        f"operator/{SEVEN}/pending": -250 * (paid - printed - returned - unresolved),
        f"operator/{SEVEN}/suspense": -250 * unresolved,
        f"operator/{SEVEN}/payable/center": -250 * printed,
        f"operator/{SEVEN}/receivable/{CITY}": 117 * printed,
        f"operator/{SEVEN}/commission": -117 * printed,
        f"center/receivable/{SEVEN}": 250 * printed,
        f"center/payable/{CITY}": -250 * printed,
        f"municipality/{CITY}/receivable/center": 250 * printed,
        f"municipality/{CITY}/fee": -250 * printed,
        f"municipality/{CITY}/commission": 117 * printed,
        f"municipality/{CITY}/payable/{SEVEN}": -117 * printed,
    }
    return {code: yen for code, yen in sums.items() if yen}


def told(lives: list[tuple[FactStep, ...]]) -> list[FeeFact]:
    steps = [(f"i{n}", step) for n, life in enumerate(lives) for step in life]
    return [fact(number, issuance, step) for number, (issuance, step) in enumerate(steps, start=1)]


@pytest.fixture(scope="module")
def empty() -> Iterator[Engine]:
    """A database that nothing is ever committed to: examples roll back."""
    made = engine()
    yield made
    made.dispose()


@contextmanager
def rolled_back(made: Engine) -> Iterator[Connection]:
    with made.connect() as connection, connection.begin() as transaction_:
        yield connection
        transaction_.rollback()


Fate = Literal["answered", "crashed", "answer lost"]
FATES: tuple[Fate, ...] = ("answered", "answered", "crashed", "answer lost")


def told_until_answered(connection: Connection, batch: list[FeeFact], fate: Fate) -> list[Metered]:
    """The center tells a batch again until it hears an answer: after a crash nothing was kept, after a lost answer everything was."""
    before = last_number(connection)
    if fate == "crashed":
        savepoint = connection.begin_nested()
        book(connection, *batch)
        savepoint.rollback()
        assert last_number(connection) == before
    elif fate == "answer lost":
        book(connection, *batch)
    return book(connection, *batch)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(LIVES), min_size=1, max_size=6), st.data())
def test_facts_in_any_order_repeated_lost_and_crashed_upon_end_in_the_same_balances(
    empty: Engine, lives: list[tuple[FactStep, ...]], data: st.DataObject
) -> None:
    in_order = told(lives)
    heard = data.draw(st.permutations(in_order + data.draw(st.lists(st.sampled_from(in_order), max_size=8))))
    with rolled_back(empty) as connection:
        while heard:
            cut = data.draw(st.integers(1, len(heard)))
            answers = told_until_answered(connection, heard[:cut], data.draw(st.sampled_from(FATES)))
            assert set(answers) <= {"new", "repeat"}
            heard = heard[cut:]
        assert balances_of(connection) == expected(lives)
        entries = journal(connection, 0, 1000)
        assert [entry.number for entry in entries] == list(range(1, len(in_order) + 1))
        for entry in entries:
            assert all(sum(leg.yen for leg in entry.legs if leg.account.book == book_) == 0 for book_ in {x.account.book for x in entry.legs})
        assert sums(connection).total_yen == 0
        assert sums(connection).faults == ()
        assert len(open_items(connection, "suspense")) == sum(life[-1] == "unresolved" for life in lives)


ANY_FACT = st.builds(
    lambda number, issuance, step, changes: fact(number, issuance, step, **changes),
    st.integers(1, 6),
    st.sampled_from("ab"),
    st.sampled_from(("paid", "printed", "returned", "unresolved")),
    st.sampled_from(
        (
            {},
            {},
            {},
            {"kiosk_id": "K002"},
            {"fee_yen": 300},
            {"operator": "nobody"},
            {"visited_at": NOW - timedelta(days=1)},
            {"municipality": OTHER_CITY, "fee_yen": 400, "rule": "other-base"},
        )
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANY_FACT, min_size=1, max_size=14), st.data())
def test_a_batch_is_booked_as_its_facts_one_by_one_would_be_however_it_is_cut(empty: Engine, heard: list[FeeFact], data: st.DataObject) -> None:
    def books_after(batches: list[list[FeeFact]]) -> tuple[object, ...]:
        with rolled_back(empty) as connection:
            answers = [metered for batch in batches for metered in book(connection, *batch)]
            kept = [tuple(row) for row in connection.execute(select(facts).order_by(facts.c.number))]
            return answers, kept, journal(connection, 0, 100), contradictory(connection, 100), balances(connection), sums(connection)

    cuts = sorted(data.draw(st.sets(st.integers(1, len(heard)))) | {0, len(heard)})
    cut = [heard[begin:end] for begin, end in pairwise(cuts)]
    assert books_after(cut) == books_after([[each] for each in heard])


def killed_after(inserts: int, work: Callable[[], object]) -> None:
    """`work` in a process of its own that is killed (kill -9) after so many inserts."""
    pid = os.fork()
    if pid == 0:
        left = inserts

        def insert_and_perhaps_die(connection: Connection, table: Table, columns: Columns) -> None:
            nonlocal left
            insert_columns(connection, table, columns)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            ledger.insert_columns = fact_log.insert_columns = insert_and_perhaps_die
            work()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


INSERTS = {"facts": 1, "legs": 2, "patterns": 3, "postings": 4}
BATCH = (fact(1, "i", "paid"), fact(2, "i", "printed"))


@pytest.mark.parametrize("written", INSERTS)
def test_a_process_killed_after_any_insert_leaves_nothing_and_the_batch_is_booked_again(tmp_path: Path, written: str) -> None:
    made = create_engine(f"sqlite:///{tmp_path / 'fees.db'}")
    METADATA.create_all(made)
    made.dispose()

    def work() -> None:
        with made.begin() as connection:
            book(connection, *BATCH)

    killed_after(INSERTS[written], work)
    with made.begin() as connection:
        assert [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (facts, postings, legs, patterns)] == [0] * 4
        assert book(connection, *BATCH) == ["new", "new"]
        assert balances_of(connection) == expected([("paid", "printed")])
    made.dispose()


def test_on_postgresql_a_process_killed_in_its_turn_leaves_nothing_and_lets_the_next_have_its_turn(postgres: Server) -> None:
    url = postgres.new_database("killed_booking")
    asyncio.run(booked_on(url))
    for inserts in INSERTS.values():
        killed_after(inserts, lambda: asyncio.run(booked_on(url, BATCH)))
    assert [answer.metered for answer in asyncio.run(booked_on(url, BATCH))] == ["new", "new"]
    assert [answer.metered for answer in asyncio.run(booked_on(url, BATCH))] == ["repeat", "repeat"]
    assert postgres.sql("SELECT count(*), min(number), max(number) FROM postings", database="killed_booking").strip() == "2|1|2"


async def booked_on(url: str, batch: tuple[FeeFact, ...] = ()) -> tuple[FactMetered, ...]:
    store = await PostgresStore.open(url, METADATA)
    try:
        return await store.write(book_facts, batch, RULES, NOW)
    finally:
        await store.close()


def test_on_postgresql_processes_that_book_at_once_leave_no_gap_and_end_in_the_same_balances(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who waits for a turn sees what was posted meanwhile: nobody has to begin again.
    monkeypatch.setattr(postgres_store, "ATTEMPTS", 1)
    url = postgres.new_database("booking_at_once")
    lives = [LIVES[index % len(LIVES)] for index in range(30)]
    heard = told(lives)

    async def at_once() -> tuple[list[int], dict[str, int], tuple[str, ...]]:
        stores = [await PostgresStore.open(url, METADATA) for _ in range(3)]
        shares = [heard[start::2] + heard[start::5] for start in range(3)]

        async def one(store: PostgresStore, share: list[FeeFact]) -> None:
            for begin in range(0, len(share), 4):
                answers = await store.write(book_facts, tuple(share[begin : begin + 4]), RULES, NOW)
                assert {answer.metered for answer in answers} <= {"new", "repeat"}

        await asyncio.gather(*(one(store, share) for store, share in zip(stores, shares, strict=True)))
        entries = await stores[0].read(journal, 0, 1000)
        found = await stores[0].read(balances_of), (await stores[0].read(sums)).faults
        for store in stores:
            await store.close()
        return [entry.number for entry in entries], *found

    numbers, found, faults = asyncio.run(at_once())
    assert numbers == list(range(1, len(heard) + 1))
    assert found == expected(lives) and faults == ()


def test_on_postgresql_what_was_heard_before_is_found_without_reading_the_whole_log(postgres: Server) -> None:
    """With scans priced out of question, each half of the look has to go down its own index; a statement that leaves no such way shows itself."""

    def plan(connection: Connection) -> list[str]:
        asked: list[tuple[str, Any]] = []
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(connection, "before_cursor_execute", lambda _c, _k, statement, given, _x, _m: asked.append((statement, given)))
        fact_log.heard_before(connection, BATCH)
        ((statement, given),) = asked
        return list(connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars())

    async def planned() -> list[str]:
        store = await PostgresStore.open(postgres.new_database("heard_before"), METADATA)
        try:
            return await store.read(plan)
        finally:
            await store.close()

    lines = " ".join(asyncio.run(planned()))
    assert "Index Cond: (number = " in lines and "Index Cond: (issuance_id = " in lines
    assert "Seq Scan on facts" not in lines and "Filter: ((hashed" not in lines
