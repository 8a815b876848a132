"""Orders that meet each other, and crashes between the steps."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from certificates.drawing import DoesNotFit
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Printed
from issuer.desk import Desk
from issuer.issue_history import Search, find
from issuer.issue_tables import PAPERS, SERIES
from issuer.press import InlinePress, PressBroken, PressFull
from messages.orders import ChoicesOffered, Issued, IssueOrder
from messages.refusals import Refusal
from registers.residents.changes import suppress
from storage.sqlite import SqliteStore
from storage.store import StoreFailed
from tests.issuer.town import (
    ALONE,
    CENTER,
    DECLARED,
    FATHER,
    MOTHER,
    NOW,
    SECOND_TWIN,
    TWIN,
    ask,
    atena,
    drawn_text,
    faces,
    hands,
    issuer,
    order,
    tell,
)


async def ordered(desk: Desk, request: str, number: int, copies: int = 1) -> IssueOrder:
    offered = await desk.answer(ask(number, f"visit-{request}"), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    return order(request, number, offered, copies=copies)


async def numbers(store: SqliteStore) -> list[tuple[str, str]]:
    rows = await store.read(lambda connection: connection.execute(select(PAPERS.c.number, PAPERS.c.state).order_by(PAPERS.c.number)).all())
    return [(row.number, row.state) for row in rows]


class SlowPress(InlinePress):
    """Lets everybody else go first before it draws."""

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        for _ in range(5):
            await asyncio.sleep(0)
        return await super().print(face, form, now)


class FailingPress(InlinePress):
    """Fails with `failure` at the drawings in `at`, counted from 1."""

    def __init__(self, failure: Exception, at: tuple[int, ...]) -> None:
        super().__init__(hands())
        self.failure, self.at, self.drawn = failure, at, 0

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        self.drawn += 1
        if self.drawn in self.at:
            raise self.failure
        return await super().print(face, form, now)


class Faulty:
    """A store whose commit of `step` fails once: before it took effect, or after."""

    def __init__(self, store: SqliteStore, step: str, when: str) -> None:
        self._store, self._step, self._when = store, step, when

    async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        if step.__name__ != self._step:
            return await self._store.write(step, *args, **kwargs)
        self._step = ""
        if self._when == "after":
            await self._store.write(step, *args, **kwargs)
        raise StoreFailed("rehearsed")

    async def read(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()


async def test_fifty_orders_at_once_get_fifty_numbers_without_a_gap(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, SlowPress(hands()), DECLARED)
    people = (FATHER, MOTHER, ALONE, TWIN, SECOND_TWIN)
    orders = [await ordered(desk, f"r{index}", people[index % 5]) for index in range(50)]
    replies = await asyncio.gather(*(desk.answer(one, CENTER, NOW) for one in orders))
    given = [reply.papers[0].number for reply in replies if isinstance(reply, Issued)]
    assert sorted(given) == [f"20261123 みほん市 {running:06d}" for running in range(1, 51)]
    assert [state for _, state in await numbers(store)] == ["made"] * 50
    for one, reply in zip(orders, replies, strict=True):
        assert isinstance(reply, Issued) and reply.papers[0].issuance_id == one.papers[0].issuance_id
        assert one.papers[0].binding in drawn_text(reply.papers[0].face)


async def test_two_strangers_of_one_name_in_the_same_instant_get_their_own_papers(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, SlowPress(hands()), DECLARED)
    shown = [await ordered(desk, f"r{number}", number) for number in (TWIN, SECOND_TWIN)]
    replies = await asyncio.gather(*(desk.answer(one, CENTER, NOW) for one in shown))
    for one, reply in zip(shown, replies, strict=True):
        said = drawn_text(faces(reply)[0])
        assert one.papers[0].binding in said
        line = (await store.read(find, Search(text=one.papers[0].issuance_id)))[0]
        assert isinstance(reply, Issued) and line.holder_no == one.members[0] and line.number == reply.papers[0].number


async def test_the_same_order_twice_at_once_is_one_paper(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, SlowPress(hands()), DECLARED)
    one = await ordered(desk, "r1", FATHER, copies=2)
    replies = await asyncio.gather(*(desk.answer(one, CENTER, NOW) for _ in range(8)))
    assert all(reply == replies[0] for reply in replies) and isinstance(replies[0], Issued)
    assert [state for _, state in await numbers(store)] == ["made", "made"]


@pytest.mark.parametrize("failure", [RuntimeError("crash"), PressBroken(), PressFull(hands())])
async def test_a_crash_between_reserved_and_made_leaves_one_number_that_the_repeat_takes_up(store: SqliteStore, failure: Exception) -> None:
    broken = Desk(issuer(), store, FailingPress(failure, (2,)), DECLARED)
    one = await ordered(broken, "r1", FATHER, copies=2)
    try:
        reply = await broken.answer(one, CENTER, NOW)
        assert isinstance(reply, Refusal) and reply.code in ("busy", "issuer_unavailable")
    except RuntimeError:
        pass
    assert [state for _, state in await numbers(store)] == ["reserved", "reserved"]
    whole = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    reply = await whole.answer(one, CENTER, NOW + timedelta(seconds=3))
    assert isinstance(reply, Issued) and [paper.number[-6:] for paper in reply.papers] == ["000001", "000002"]
    assert [state for _, state in await numbers(store)] == ["made", "made"]


@pytest.mark.parametrize("step", ["reserve_if_unchanged", "note_drawn"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_commit_that_failed_or_only_seemed_to_is_repeated_to_the_same_paper(store: SqliteStore, step: str, when: str) -> None:
    desk = Desk(issuer(), Faulty(store, step, when), InlinePress(hands()), DECLARED)
    one = await ordered(desk, "r1", FATHER)
    first = await desk.answer(one, CENTER, NOW)
    assert isinstance(first, Refusal) and first.code == "issuer_unavailable"
    reply = await desk.answer(one, CENTER, NOW + timedelta(seconds=1))
    assert isinstance(reply, Issued) and reply.papers[0].number.endswith("000001")
    assert await numbers(store) == [("20261123 みほん市 000001", "made")]


async def test_an_outcome_told_while_the_paper_is_drawn_keeps_it_in(store: SqliteStore) -> None:
    reply = await interrupted(store, lambda desk, one: desk.answer(tell(one, "void"), CENTER, NOW))
    assert isinstance(reply, Refusal) and reply.code == "request_closed"
    assert [state for _, state in await numbers(store)] == ["void"]


async def test_a_stop_set_between_looking_and_numbering_stops_the_paper(store: SqliteStore) -> None:
    class Late(Faulty):
        async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
            if step.__name__ == "reserve_if_unchanged":
                await self._store.write(suppress, atena(FATHER), since=NOW.date(), until=None, household=False, reason="紛失", now=NOW)
            return await self._store.write(step, *args, **kwargs)

    desk = Desk(issuer(), Late(store, "", ""), InlinePress(hands()), DECLARED)
    reply = await desk.answer(await ordered(desk, "r1", FATHER), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "register_changed"
    assert await numbers(store) == []


async def test_a_stop_whose_first_day_came_since_the_paper_was_made_stops_the_repeat(store: SqliteStore) -> None:
    tomorrow = NOW + timedelta(days=1)
    await store.write(suppress, atena(FATHER), since=tomorrow.date(), until=None, household=False, reason="紛失", now=NOW)
    desk = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    one = await ordered(desk, "r1", FATHER)
    assert isinstance(await desk.answer(one, CENTER, NOW), Issued)
    assert isinstance(await desk.answer(one, CENTER, NOW + timedelta(hours=1)), Issued)
    reply = await desk.answer(one, CENTER, tomorrow)
    assert isinstance(reply, Refusal) and reply.code == "order_void"
    assert [state for _, state in await numbers(store)] == ["void"]


async def test_a_text_that_does_not_fit_is_declined_and_its_number_is_logged_as_void(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, FailingPress(DoesNotFit("name"), (1,)), DECLARED)
    reply = await desk.answer(await ordered(desk, "r1", FATHER), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "not_issuable"
    assert [state for _, state in await numbers(store)] == ["void"]


async def test_a_full_press_takes_no_number(store: SqliteStore) -> None:
    class Full(InlinePress):
        state = "full"

    desk = Desk(issuer(), store, Full(hands()), DECLARED)
    reply = await desk.answer(await ordered(desk, "r1", FATHER), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "busy"
    assert await numbers(store) == []


async def test_every_number_of_the_series_stands_in_the_log(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, FailingPress(RuntimeError("crash"), (2, 5)), DECLARED)
    for index in range(6):
        one = await ordered(desk, f"r{index}", FATHER)
        try:
            await desk.answer(one, CENTER, NOW)
        except RuntimeError:
            continue
    last = await store.read(lambda connection: connection.execute(select(SERIES.c.last)).scalar_one())
    assert [number for number, _ in await numbers(store)] == [f"20261123 みほん市 {running:06d}" for running in range(1, last + 1)]
    assert last == 6


async def test_the_series_begins_anew_each_day(store: SqliteStore) -> None:
    desk = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    for index, now in enumerate((NOW, NOW.replace(hour=23, minute=59), NOW + timedelta(days=1))):
        await desk.answer(await ordered(desk, f"r{index}", FATHER), CENTER, now)
    assert [number for number, _ in await numbers(store)] == ["20261123 みほん市 000001", "20261123 みほん市 000002", "20261124 みほん市 000001"]


async def interrupted(store: SqliteStore, meanwhile: Callable[..., object]) -> object:
    """The reply to an order during whose drawing `meanwhile` happens."""

    class Interrupted(InlinePress):
        async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
            await meanwhile(Desk(issuer(), store, InlinePress(hands()), DECLARED), one)  # type: ignore[misc]
            return await super().print(face, form, now)

    desk = Desk(issuer(), store, Interrupted(hands()), DECLARED)
    one = await ordered(desk, "r1", FATHER)
    return await desk.answer(one, CENTER, NOW)
