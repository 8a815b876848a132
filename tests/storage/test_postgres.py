"""What a store promises, on a real PostgreSQL server (where one is installed): the same as on SQLite, and with several processes at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count as numbers

import pytest
from sqlalchemy import Connection, Table, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from storage.opening import UnknownDatabase, open_store
from storage.postgres import PostgresStore
from storage.store import StoreFailed
from tests.postgres_server import Server
from tests.storage.boxes import METADATA, contents, count, put, put_and_fail, put_two

_DATABASES = numbers(1)


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new_database(f"boxes_{next(_DATABASES)}")


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(url, METADATA)
    yield opened
    await opened.close()


async def test_a_write_returns_what_its_step_returned_and_reads_see_it(store: PostgresStore) -> None:
    assert await store.write(put, "a") == 1
    assert await store.write(put, content="b") == 2
    assert await store.read(contents) == ["a", "b"]


async def test_a_step_that_fails_leaves_nothing_behind_and_its_own_exception_comes_back(store: PostgresStore) -> None:
    with pytest.raises(LookupError, match="changed my mind"):
        await store.write(put_and_fail, "a")
    await store.write(put, "b")
    with pytest.raises(IntegrityError):
        await store.write(put_two, "c", "b")
    assert await store.read(contents) == ["b"]


async def test_what_a_statement_was_given_never_stands_in_its_errors_text(store: PostgresStore) -> None:
    await store.write(put, "山田 花子 himitsu")
    with pytest.raises(IntegrityError) as twice:
        await store.write(put, "山田 花子 himitsu")
    with pytest.raises(SQLAlchemyError) as read:
        await store.read(lambda connection: connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "himitsu"}))
    assert "himitsu" not in str(read.value)
    assert "himitsu" not in str(twice.value)


async def test_writes_happen_in_the_order_in_which_they_were_asked_for(store: PostgresStore) -> None:
    asked = [f"{number:03d}" for number in range(60)]
    await asyncio.gather(*(store.write(put, content) for content in asked))
    assert await store.read(contents) == asked


async def test_a_caller_who_gives_up_does_not_take_the_write_back(store: PostgresStore) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: Connection) -> int:
        loop.call_soon_threadsafe(begun.set)
        connection.execute(text("SELECT pg_sleep(0.2)"))
        return put(connection, "a")

    impatient = asyncio.ensure_future(store.write(slow))
    await begun.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    await store.write(put, "b")
    assert await store.read(contents) == ["a", "b"]


async def test_a_read_sees_one_state_and_changes_nothing(store: PostgresStore) -> None:
    with pytest.raises(DBAPIError):
        await store.read(put, "a")
    inside = asyncio.Event()
    loop = asyncio.get_running_loop()

    def twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        loop.call_soon_threadsafe(inside.set)
        connection.execute(text("SELECT pg_sleep(0.3)"))
        return before, count(connection)

    reading = asyncio.ensure_future(store.read(twice))
    await inside.wait()
    await store.write(put, "meanwhile")
    assert await reading == (0, 0)
    assert await store.read(count) == 1


async def test_two_processes_that_meet_lose_and_double_nothing(url: str, store: PostgresStore) -> None:
    """Each step reads what is there and writes what follows from it: without serializability two that meet would count one."""
    other = await PostgresStore.open(url)
    boxes: Table = METADATA.tables["boxes"]
    await store.write(put, "0")

    def one_more(connection: Connection) -> int:
        known = int(contents(connection)[0])
        connection.execute(text("SELECT pg_sleep(0.002)"))
        connection.execute(update(boxes).values(content=str(known + 1)))
        return known + 1

    try:
        made = await asyncio.gather(*(one.write(one_more) for _ in range(12) for one in (store, other)))
    finally:
        await other.close()
    assert sorted(made) == list(range(1, 25))
    assert await store.read(contents) == ["24"]


async def test_a_connection_that_is_cut_is_said_as_unconfirmed_and_the_store_goes_on(postgres: Server, store: PostgresStore) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def long(connection: Connection) -> None:
        put(connection, "a")
        loop.call_soon_threadsafe(begun.set)
        connection.execute(text("SELECT pg_sleep(5)"))

    for asked in (store.write, store.read):
        begun.clear()
        waiting = asyncio.ensure_future(asked(long if asked == store.write else _sleep_and_tell(begun)))
        await begun.wait()
        await asyncio.to_thread(
            postgres.sql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%' AND pid <> pg_backend_pid()"
        )
        with pytest.raises(StoreFailed):
            await waiting
    assert await store.write(put, "b") >= 1
    assert await store.read(contents) == ["b"]


def _sleep_and_tell(begun: asyncio.Event) -> Callable[[Connection], None]:
    loop = asyncio.get_running_loop()

    def sleep(connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        connection.execute(text("SELECT pg_sleep(5)"))

    return sleep


async def test_a_closed_store_takes_nothing(url: str) -> None:
    opened = await PostgresStore.open(url, METADATA)
    await opened.close()
    await opened.close()
    for work in (opened.write(put, "a"), opened.read(count)):
        with pytest.raises(StoreFailed):
            await work


async def test_an_address_of_a_server_is_opened_and_one_that_is_not_there_is_said_without_its_password(url: str) -> None:
    opened = await open_store(url, METADATA, servers=True)
    assert await opened.write(put, "a") == 1
    await opened.close()
    with pytest.raises(UnknownDatabase) as caught:
        await open_store("postgresql+asyncpg://me:himitsu@127.0.0.1:1/nowhere", METADATA, servers=True)
    assert "himitsu" not in str(caught.value)
