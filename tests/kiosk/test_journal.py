"""The journal: repeated writes change nothing, impossible moves are refused, the outbox keeps its order."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk import journal
from kiosk.journal import FROM, SETTLED, Contradiction, Paper
from messages.visits import Event
from messages.wire import decode
from storage.sqlite import SqliteStore
from tests.certificates.people import NOW

T = "K-0001"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "journal.db", journal.metadata)
    yield store
    await store.close()


async def with_papers(store: SqliteStore, terminal: str = T, visit: str = "v1", copies: int = 2) -> tuple[str, ...]:
    await store.write(journal.open_visit, terminal, visit, NOW)
    papers = tuple(Paper(f"{visit}-{copy}", f"{visit}-r", visit, 1, 300, "ready") for copy in range(copies))
    await store.write(journal.papers_ready, terminal, papers, NOW)
    return journal.issuance_ids(papers)


async def steps(store: SqliteStore) -> int:
    return int(await store.read(lambda connection: connection.execute(select(func.count()).select_from(journal.STEPS)).scalar_one()))


async def test_a_write_repeated_after_an_unconfirmed_commit_changes_nothing(store: SqliteStore) -> None:
    ids = await with_papers(store)
    await with_papers(store)
    for _ in range(2):
        await store.write(journal.collecting, T, ids, NOW)
    for _ in range(2):
        await store.write(journal.paid, T, ids, NOW)
    for _ in range(2):
        await store.write(journal.close_visit, T, "v1", "failed", NOW)
    assert await steps(store) == 1 + 2 + 2 + 2 + 1
    assert await store.read(journal.count_untold, T) == 3


async def test_reports_are_numbered_without_gaps_and_told_in_order(store: SqliteStore) -> None:
    for visit in ("v1", "v2"):
        ids = await with_papers(store, visit=visit)
        await store.write(journal.collecting, T, ids, NOW)
        await store.write(journal.paid, T, ids, NOW)
        await store.write(journal.close_visit, T, visit, "failed", NOW)
    other = await with_papers(store, terminal="K-0002", visit="v3")
    await store.write(journal.collecting, "K-0002", other, NOW)
    await store.write(journal.paid, "K-0002", other, NOW)
    told = []
    while (line := await store.read(journal.first_untold, T)) is not None:
        told.append(line.seq)
        if line.seq is not None:
            event = decode(line.body, Event)
            assert (event.seq, event.kiosk_id, event.step, event.yen) == (line.seq, T, "paid", 300)
        await store.write(journal.told, line.n, "acknowledged", NOW)
    assert told == [1, 2, None, 3, 4, None]
    first = await store.read(journal.first_untold, "K-0002")
    assert first is not None
    assert first.seq == 1


@pytest.mark.parametrize("before", list(FROM))
async def test_a_paper_moves_only_as_its_life_allows(store: SqliteStore, before: journal.PaperState) -> None:
    (paper,) = await with_papers(store, copies=1)
    await store.write(lambda connection: connection.execute(journal.PAPERS.update().values(state=before)))
    for state, allowed in FROM.items():
        if state == before or before in allowed:
            continue
        with pytest.raises(Contradiction):
            await store.write(journal.move_papers, T, (paper,), state, "", NOW)
    assert (await store.read(journal.papers_of, "v1"))[0].state == before


def test_every_life_of_a_paper_ends_settled() -> None:
    for state in FROM:
        leads_on = {after for after, before in FROM.items() if state in before}
        assert leads_on or state in SETTLED


async def test_a_visit_that_was_never_journalled_is_not_closed(store: SqliteStore) -> None:
    await store.write(journal.close_visit, T, "nobody", "cancelled", NOW)
    assert await store.read(journal.count_untold, T) == 0


async def test_a_line_is_answered_once(store: SqliteStore) -> None:
    await store.write(journal.open_visit, T, "v1", NOW)
    await store.write(journal.close_visit, T, "v1", "cancelled", NOW)
    line = await store.read(journal.first_untold, T)
    assert line is not None
    await store.write(journal.told, line.n, "acknowledged", NOW)
    await store.write(journal.told, line.n, "failed", NOW + timedelta(seconds=1))
    assert await store.read(lambda connection: connection.scalar(select(journal.OUTBOX.c.answer))) == "acknowledged"
