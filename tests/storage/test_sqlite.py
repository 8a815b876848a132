"""What a store promises, on the real SQLite: whole or not at all, in order, on the disk when it says so, one state for a read."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import DDL, Column, Connection, Integer, MetaData, Table, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

import storage.sqlite
from storage.sqlite import GROUP_MAX, AlreadyServed, SqliteStore
from storage.sqlite_readers import READERS
from storage.store import StoreFailed
from tests.storage import boxes
from tests.storage.boxes import Gate, contents, count, label_nothing, put, put_and_fail, put_two
from tests.structure.sources import ROOT

# --- whole or not at all ---


async def test_a_write_returns_what_its_step_returned_and_reads_see_it(store: SqliteStore) -> None:
    assert await store.write(put, "a") == 1
    assert await store.write(put, content="b") == 2
    assert await store.read(contents) == ["a", "b"]


async def test_a_step_that_fails_leaves_nothing_behind_and_its_own_exception_comes_back(store: SqliteStore) -> None:
    with pytest.raises(LookupError, match="changed my mind"):
        await store.write(put_and_fail, "a")
    await store.write(put, "b")
    with pytest.raises(IntegrityError):
        await store.write(put_two, "c", "b")
    assert await store.read(contents) == ["b"]


async def test_one_that_fails_takes_nothing_of_those_with_it_that_share_its_commit(store: SqliteStore) -> None:
    gate = Gate()
    holding = await gate.closed_on(store)
    steps = [store.write(put, "a"), store.write(put_and_fail, "b"), store.write(put, "c"), store.write(put_two, "d", "a"), store.write(put, "e")]
    waiting = [asyncio.ensure_future(step) for step in steps]
    await asyncio.sleep(0)
    gate.go.set()
    await holding
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, LookupError, int, IntegrityError, int]
    assert await store.read(contents) == ["a", "c", "e"]


async def test_those_who_wait_together_share_one_commit_but_never_more_than_so_many(store: SqliteStore) -> None:
    statements: list[str] = []

    def listen(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)  # type: ignore[attr-defined]

    await store.write(listen)
    gate = Gate()
    holding = await gate.closed_on(store)
    waiting = [asyncio.ensure_future(store.write(put, str(number))) for number in range(GROUP_MAX + 10)]
    await asyncio.sleep(0)
    statements.clear()
    gate.go.set()
    await asyncio.gather(holding, *waiting)
    assert statements.count("BEGIN IMMEDIATE") == 2
    assert sum(statement.startswith("INSERT") for statement in statements) == GROUP_MAX + 10


async def test_a_commit_that_is_not_confirmed_is_said_to_everybody_in_it_and_the_store_goes_on(store: SqliteStore) -> None:
    gate = Gate()
    holding = await gate.closed_on(store)
    waiting = [asyncio.ensure_future(work) for work in (store.write(put, "a"), store.write(label_nothing), store.write(put, "b"))]
    await asyncio.sleep(0)
    gate.go.set()
    await holding
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreFailed] * 3
    assert await store.read(contents) == []
    await store.write(put, "c")
    assert await store.read(contents) == ["c"]


async def test_a_step_that_wants_to_end_the_program_ends_neither_the_writer_nor_the_callers_loop(store: SqliteStore) -> None:
    def leave(_connection: Connection) -> None:
        raise SystemExit(3)

    with pytest.raises(StoreFailed, match="SystemExit"):
        await store.write(leave)
    assert await store.write(put, "a") == 1


async def test_a_writer_that_lost_its_file_fails_every_write_and_leaves_nobody_waiting(tmp_path: Path) -> None:
    def lose(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.close()

    store = await boxes.opened(tmp_path)
    async with asyncio.timeout(10):
        for step in (lose, count, count):
            with pytest.raises(StoreFailed):
                await store.write(step)
        await store.close()


async def test_what_a_statement_was_given_never_stands_in_its_errors_text(store: SqliteStore) -> None:
    await store.write(put, "山田 花子 himitsu")
    with pytest.raises(IntegrityError) as twice:
        await store.write(put, "山田 花子 himitsu")

    def mistaken(connection: Connection) -> None:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "himitsu"})

    with pytest.raises(OperationalError) as read:
        await store.read(mistaken)
    assert "himitsu" not in str(twice.value) and "himitsu" not in str(read.value)


# --- in order ---


async def test_writes_happen_in_the_order_in_which_they_were_asked_for(store: SqliteStore) -> None:
    asked = [f"{number:03d}" for number in range(300)]
    await asyncio.gather(*(store.write(put, content) for content in asked))
    assert await store.read(contents) == asked


async def test_whoever_has_been_answered_is_before_everybody_who_asks_later(store: SqliteStore) -> None:
    async def somebody(name: str) -> None:
        for number in range(20):
            await store.write(put, f"{name}{number:02d}")
            assert f"{name}{number:02d}" in await store.read(contents)

    await asyncio.gather(*(somebody(name) for name in "abcde"))
    written = await store.read(contents)
    assert len(written) == 100
    assert all(
        [content for content in written if content[0] == name] == sorted(content for content in written if content[0] == name) for name in "abcde"
    )


# --- whoever gives up ---


async def test_a_caller_who_gives_up_does_not_take_the_write_back(store: SqliteStore) -> None:
    gate = Gate()
    holding = await gate.closed_on(store)
    impatient = asyncio.ensure_future(store.write(put, "a"))
    doomed = asyncio.ensure_future(store.write(put_and_fail, "b"))
    await asyncio.sleep(0)
    impatient.cancel()
    doomed.cancel()
    outcomes = await asyncio.gather(impatient, doomed, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    gate.go.set()
    await holding
    await store.write(put, "c")
    assert await store.read(contents) == ["a", "c"]


async def test_readers_of_callers_who_gave_up_read_for_others_again(store: SqliteStore) -> None:
    gates = [Gate() for _ in range(READERS)]
    impatient = [asyncio.ensure_future(store.read(gate.hold)) for gate in gates]
    for gate in gates:
        await asyncio.to_thread(gate.entered.wait, 20)
    for reading in impatient:
        reading.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)
    for gate in gates:
        gate.go.set()
    async with asyncio.timeout(10):
        assert await asyncio.gather(*(store.read(count) for _ in range(4 * READERS))) == [0] * (4 * READERS)


def test_a_loop_that_is_gone_does_not_stop_the_writer(tmp_path: Path) -> None:
    gate = Gate()

    async def begin() -> SqliteStore:
        store = await boxes.opened(tmp_path, sole=False)
        await gate.closed_on(store)
        return store

    async def go_on(store: SqliteStore) -> list[str]:
        await store.write(put, "a")
        return await store.read(contents)

    store = asyncio.run(begin())
    gate.go.set()
    assert asyncio.run(go_on(store)) == ["a"]
    asyncio.run(store.close())


# --- reads ---


async def test_a_read_sees_one_state_from_beginning_to_end(store: SqliteStore) -> None:
    await store.write(put, "a")
    gate = Gate()

    def twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        gate.hold(connection)
        return before, count(connection)

    reading = asyncio.ensure_future(store.read(twice))
    await asyncio.to_thread(gate.entered.wait, 20)
    await store.write(put, "b")
    assert await store.read(count) == 2
    gate.go.set()
    assert await reading == (1, 1)


async def test_nobody_reads_what_is_not_committed_and_nobody_waits_for_it(store: SqliteStore) -> None:
    gate = Gate()

    def slowly(connection: Connection) -> None:
        put(connection, "a")
        gate.hold(connection)

    writing = asyncio.ensure_future(store.write(slowly))
    await asyncio.to_thread(gate.entered.wait, 20)
    assert await store.read(count) == 0
    gate.go.set()
    await writing
    assert await store.read(count) == 1


async def test_a_read_cannot_write(store: SqliteStore) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await store.read(put, "a")
    assert await store.read(contents) == []


async def test_a_read_that_fails_gives_its_exception_back_and_its_reader_to_the_next(store: SqliteStore) -> None:
    def fails(_connection: Connection) -> None:
        raise LookupError("not here")

    for _ in range(2 * READERS):
        with pytest.raises(LookupError):
            await store.read(fails)
    assert await store.read(count) == 0


# --- on the disk ---

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.storage import boxes

async def main():
    store = await boxes.opened(Path(sys.argv[1]))
    async def somebody(name):
        for number in range(100_000):
            await store.write(boxes.put, f"{name} {number}")
            print(f"{name} {number}", flush=True)
    await asyncio.gather(*(somebody(name) for name in "abcdefgh"))

asyncio.run(main())
"""


def test_whatever_was_acknowledged_before_a_kill_is_there_and_nothing_by_halves(tmp_path: Path) -> None:
    party = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert party.stdout is not None
    acknowledged = [party.stdout.readline() for _ in range(300)]
    party.send_signal(signal.SIGKILL)
    acknowledged += party.stdout.readlines()
    party.wait()
    party.stdout.close()
    said = {line.removesuffix("\n") for line in acknowledged if line.endswith("\n")}
    assert len(said) >= 300

    async def found() -> list[str]:
        store = await boxes.opened(tmp_path)  # the lock of a dead process is nobody's
        try:
            return await store.read(contents)
        finally:
            await store.close()

    written = asyncio.run(found())
    assert said <= set(written)
    for name in "abcdefgh":
        numbers = [int(content.split()[1]) for content in written if content.startswith(name)]
        assert numbers == list(range(len(numbers)))
    with sqlite3.connect(tmp_path / "boxes.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


async def test_every_commit_is_flushed_to_the_disk_itself(store: SqliteStore) -> None:
    def settings(connection: Connection) -> tuple[object, ...]:
        names = ("synchronous", "journal_mode", "foreign_keys")
        return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)

    assert await store.write(settings) == (2, "wal", 1)  # 2 is FULL


async def test_closing_finishes_what_waits_and_then_takes_nothing_more(tmp_path: Path) -> None:
    store = await boxes.opened(tmp_path)
    gate = Gate()
    holding = await gate.closed_on(store)
    waiting = [asyncio.ensure_future(store.write(put, str(number))) for number in range(100)]
    reading = asyncio.ensure_future(store.read(count))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(store.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreFailed, match="closed"):
        await store.write(put, "late")
    gate.go.set()
    await closing
    assert all(each.done() for each in (*waiting, reading))
    assert [await each for each in waiting] == list(range(1, 101))
    assert await reading == 0
    await holding
    with pytest.raises(StoreFailed, match="closed"):
        await store.read(count)
    await store.close()
    again = await boxes.opened(tmp_path)
    assert await again.read(count) == 100
    await again.close()


async def test_the_files_are_their_owners_alone(store: SqliteStore, tmp_path: Path) -> None:
    await store.write(put, "a")
    files = sorted(tmp_path.iterdir())
    assert {file.name for file in files} >= {"boxes.db", "boxes.db-wal", "boxes.db.lock"}
    assert [file.name for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077] == []


# --- one process serves ---


async def test_a_second_process_is_not_let_in_until_the_first_has_closed(store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(AlreadyServed, match=r"boxes\.db"):
        await boxes.opened(tmp_path)
    asked = "import asyncio,sys; from pathlib import Path; from tests.storage import boxes; asyncio.run(boxes.opened(Path(sys.argv[1])))"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", asked, str(tmp_path), cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    _, complaint = await other.communicate()
    assert other.returncode == 1 and b"AlreadyServed" in complaint
    await store.close()
    again = await boxes.opened(tmp_path)
    await again.close()


async def test_a_command_beside_the_serving_process_writes_in_its_turn(store: SqliteStore, tmp_path: Path) -> None:
    gate = Gate()
    holding = await gate.closed_on(store)
    beside = await boxes.opened(tmp_path, sole=False)
    imports = asyncio.ensure_future(beside.write(put, "beside"))
    await asyncio.sleep(0.05)
    assert not imports.done()
    gate.go.set()
    await holding
    await imports
    await store.write(put, "a")
    assert await store.read(contents) == await beside.read(contents) == ["beside", "a"]
    await beside.close()
    with pytest.raises(AlreadyServed):
        await boxes.opened(tmp_path)


async def test_a_file_that_stays_locked_is_a_failure_that_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.sqlite, "BUSY_SECONDS", 0)
    store = await boxes.opened(tmp_path)
    somebody = sqlite3.connect(tmp_path / "boxes.db", isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")  # at once: the writer must be connected when the opening returns
    with pytest.raises(StoreFailed, match="OperationalError"):
        await store.write(put, "a")
    somebody.execute("ROLLBACK")
    assert await store.write(put, "b") == 1
    somebody.close()
    await store.close()


async def test_an_opening_that_fails_leaves_the_door_open_for_the_next(tmp_path: Path) -> None:
    file = tmp_path / "boxes.db"
    file.write_bytes(b"not a database, but long enough to be looked at" * 10)
    for _ in range(2):
        with pytest.raises(Exception, match="not a database"):
            await boxes.opened(tmp_path)
    os.truncate(file, 0)
    store = await boxes.opened(tmp_path)
    assert await store.read(count) == 0
    await store.close()


async def test_a_layout_that_breaks_off_between_two_tables_leaves_none(tmp_path: Path) -> None:
    broken = MetaData()
    for name in ("first", "second"):
        Table(name, broken, Column("place", Integer, primary_key=True))
    event.listen(broken.tables["second"], "before_create", DDL("CREATE NONSENSE"))
    with pytest.raises(OperationalError, match="syntax error"):
        await SqliteStore.open(tmp_path / "half.db", broken)
    with closing(sqlite3.connect(tmp_path / "half.db")) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_a_second_opening_keeps_what_is_there(tmp_path: Path) -> None:
    first = await boxes.opened(tmp_path / "deeper" / "still")
    await first.write(put, "a")
    await first.close()
    second = await boxes.opened(tmp_path / "deeper" / "still")
    assert await second.read(contents) == ["a"]
    await second.close()


# --- what is forgotten ---


async def test_what_is_forgotten_is_overwritten(store: SqliteStore) -> None:
    def setting(connection: Connection) -> int:
        return int(connection.execute(text("PRAGMA secure_delete")).scalar_one())

    assert await store.write(setting) == 1
