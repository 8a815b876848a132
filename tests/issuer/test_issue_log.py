"""The 発行履歴 by itself: what a step hands back is what the log then holds, and its events are numbered without a gap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, select

from issuer.issue_log import DrawnPaper, LoggedOrder, NewOrder, NewPaper, cancel, dispose, find_order, note_drawn, note_outcome, reserve
from issuer.issue_tables import EVENTS
from storage.sqlite import SqliteStore
from tests.issuer.town import MUNICIPALITY, NOW, atena

ORDER = NewOrder(
    request_id="r1",
    order_hash="0" * 64,
    visit_id="visit-1",
    kind="juminhyo",
    form="juminhyo",
    year=None,
    holder_no=atena(1),
    register_version="1",
    members=(atena(1), atena(2)),
    shown=("relation",),
    asked_by="center:center",
    papers=(NewPaper("p1", "binding-1"), NewPaper("p2", "binding-2")),
)
DRAWN = (DrawnPaper("p1", 1, "a" * 64), DrawnPaper("p2", 2, "b" * 64))
LATER = NOW + timedelta(minutes=1)


def reserved(connection: Connection, order: NewOrder = ORDER, now: datetime = NOW) -> LoggedOrder:
    logged = reserve(connection, order, MUNICIPALITY, "みほん市", now)
    assert isinstance(logged, LoggedOrder)
    return logged


def lives(connection: Connection) -> list[tuple[str, int, str]]:
    rows = connection.execute(select(EVENTS.c.issuance_id, EVENTS.c.seq, EVENTS.c.state).order_by(EVENTS.c.issuance_id, EVENTS.c.seq))
    return [(row.issuance_id, row.seq, row.state) for row in rows]


@pytest.mark.parametrize("now", [NOW, NOW.astimezone(UTC).replace(microsecond=123_456)])
async def test_a_reserved_order_is_handed_back_as_the_log_holds_it(store: SqliteStore, now: datetime) -> None:
    def step(connection: Connection) -> None:
        given = reserved(connection, now=now)
        assert given == find_order(connection, "r1")
        assert given == reserve(connection, ORDER, MUNICIPALITY, "みほん市", LATER), "asked again, it keeps its numbers and its instant"
        assert given.issued_at.isoformat() == find_order(connection, "r1").issued_at.isoformat(), "the same text on the paper"  # type: ignore[union-attr]

    await store.write(step)


async def test_a_drawn_order_is_handed_back_as_the_log_holds_it(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        reserved(connection)
        made = note_drawn(connection, "r1", DRAWN, LATER)
        assert made == find_order(connection, "r1")
        assert [(paper.state, paper.sheets, paper.pdf_sha256) for paper in made.papers] == [("made", 1, "a" * 64), ("made", 2, "b" * 64)]
        assert note_drawn(connection, "r1", DRAWN, LATER) == made
        assert lives(connection) == [("p1", 1, "reserved"), ("p1", 2, "made"), ("p2", 1, "reserved"), ("p2", 2, "made")]

    await store.write(step)


async def test_other_bytes_void_every_paper_and_are_handed_back_as_the_log_holds_them(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        reserved(connection)
        note_drawn(connection, "r1", DRAWN, LATER)
        void = note_drawn(connection, "r1", (DRAWN[0], replace(DRAWN[1], pdf_sha256="c" * 64)), LATER)
        assert void == find_order(connection, "r1")
        assert {paper.state for paper in void.papers} == {"void"}

    await store.write(step)


async def test_a_paper_that_was_voided_while_it_was_drawn_stays_void(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        reserved(connection)
        assert note_outcome(connection, "r1", "p2", "void", LATER, "center:center", LATER) == "noted"
        made = note_drawn(connection, "r1", DRAWN, LATER)
        assert made == find_order(connection, "r1")
        assert [(paper.state, paper.outcome) for paper in made.papers] == [("made", None), ("void", "void")]

    await store.write(step)


async def test_every_step_of_a_papers_life_has_the_next_number(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        reserved(connection, replace(ORDER, papers=ORDER.papers[:1]))
        note_drawn(connection, "r1", DRAWN[:1], LATER)
        for _ in range(2):
            note_outcome(connection, "r1", "p1", "unresolved", LATER, "center:center", LATER)
        note_outcome(connection, "r1", "p1", "printed", LATER, "center:center", LATER)
        assert dispose(connection, "p1", "clerk", "returned to the office", LATER)
        assert not dispose(connection, "p1", "clerk", "once more", LATER)
        assert lives(connection) == [("p1", seq, state) for seq, state in enumerate(("reserved", "made", "unresolved", "printed", "disposed"), 1)]

    await store.write(step)


async def test_an_order_whose_end_was_told_first_is_closed_and_takes_no_number(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        assert note_outcome(connection, "r1", "p1", "void", NOW, "center:center", NOW) == "unasked"
        assert find_order(connection, "r1") == "closed"
        assert reserve(connection, ORDER, MUNICIPALITY, "みほん市", NOW) == "closed"
        assert reserve(connection, replace(ORDER, request_id="r2"), MUNICIPALITY, "みほん市", NOW) == "reused"
        other = reserved(connection, replace(ORDER, request_id="r3", papers=(NewPaper("p3", "binding-3"),)))
        assert [paper.number for paper in other.papers] == ["20261123 みほん市 000001"]

    await store.write(step)


async def test_cancelling_leaves_what_was_printed(store: SqliteStore) -> None:
    def step(connection: Connection) -> None:
        reserved(connection)
        note_drawn(connection, "r1", DRAWN, NOW)
        note_outcome(connection, "r1", "p1", "printed", LATER, "center:center", LATER)
        assert [paper.state for paper in cancel(connection, "r1", "register changed", LATER).papers] == ["printed", "void"]

    await store.write(step)


async def test_an_ordinary_order_takes_few_statements(store: SqliteStore) -> None:
    """So that a read that nobody needs does not creep in."""

    def step(connection: Connection) -> dict[str, int]:
        counts, name = {"reserve": 0, "note_drawn": 0, "note_outcome": 0}, "reserve"

        def count(*_: object) -> None:
            counts[name] += 1

        event.listen(connection, "before_cursor_execute", count)
        reserved(connection, replace(ORDER, papers=ORDER.papers[:1]))
        name = "note_drawn"
        note_drawn(connection, "r1", DRAWN[:1], LATER)
        name = "note_outcome"
        note_outcome(connection, "r1", "p1", "printed", LATER, "center:center", LATER)
        event.remove(connection, "before_cursor_execute", count)
        return counts

    assert await store.write(step) == {"reserve": 9, "note_drawn": 3, "note_outcome": 3}
