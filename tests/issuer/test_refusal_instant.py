"""How long a refusal takes says nothing: on virtual time, whatever the look-ups cost, every refusal comes at one instant after its question."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.pool import StaticPool

from certificates.fitting import DoesNotFit
from issuer.desk import Desk
from issuer.issue_tables import METADATA, ORDERS, REFUSALS
from issuer.press import InlinePress
from messages.orders import ChoicesOffered, IssueOrder, OfferChoices
from messages.refusals import TABLE, Refusal
from messages.wire import Message, encode
from registers.koseki import changes as koseki_changes
from registers.residents.changes import suppress
from registers.residents.tables import METADATA as REGISTER
from simulation.virtual_time import VirtualLoop, run_virtual
from tests.issuer import books, town
from tests.issuer.books import person_no
from tests.issuer.town import (
    ALONE,
    BESIDE_PROTECTED,
    CENTER,
    DECLARED,
    FATHER,
    KINDS,
    MOTHER,
    MUNICIPALITY,
    NOW,
    PENDING,
    PROTECTED,
    SECOND_TWIN,
    STOPPED,
    TWIN,
    UNPRINTABLE,
    ask,
    atena,
    hands,
    issuer,
    order,
    populate,
    serial,
)

INSTANT = 0.7
NOBODY = 999


class Slow:
    """A database whose every answer takes as long as `seconds` says for what was asked: protected people may be slower to find, or quicker."""

    def __init__(self, engine: Engine, seconds: Callable[[str], float]) -> None:
        self._engine, self._seconds = engine, seconds

    async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        await asyncio.sleep(self._seconds(step.__name__))
        with self._engine.begin() as connection:
            return step(connection, *args, **kwargs)

    read = write

    async def close(self) -> None:
        return None


@pytest.fixture
def engine() -> Engine:
    made = create_engine("sqlite://", poolclass=StaticPool)
    with made.begin() as connection:
        METADATA.create_all(connection)
        REGISTER.create_all(connection)
        populate(connection)
        books.fill_all(connection)
        suppress(connection, atena(STOPPED), since=date(2026, 11, 1), until=date(2026, 11, 2), household=False, reason="紛失", now=NOW)
        koseki_changes.suppress(connection, person_no(TWIN), since=date(2026, 11, 1), until=None, reason="確認中", now=NOW)
    return made


async def timed(desk: Desk, message: Message) -> tuple[float, Message]:
    """How many virtual seconds the answer took, and the answer."""
    loop = asyncio.get_running_loop()
    asked = loop.time()
    reply = await desk.answer(message, CENTER, NOW)
    return round(loop.time() - asked, 6), reply


def on_virtual_time(main: Coroutine[Any, Any, Any]) -> Any:
    return run_virtual(VirtualLoop(NOW), main)


def order_of(number: int, kind: str, version: str, **changes: Any) -> IssueOrder:
    """An order whose sender guessed what would have been offered."""
    offered = ChoicesOffered(
        visit_id="v",
        kind=kind,
        members=(),
        forms=(KINDS[kind].forms[0].code,),
        years=(2026,) if KINDS[kind].yearly else (),
        options=(),
        copies_max=1,
        register_version=version,
        declared=DECLARED,
    )
    return order(f"r-{number}", number, offered, **({"members": (number,)} | changes))


HIDDEN: list[tuple[int, str]] = [
    *((PROTECTED, kind) for kind in KINDS),
    (STOPPED, "juminhyo"),
    (STOPPED, "inkan"),
    (PENDING, "juminhyo"),
    (PENDING, "kazei"),
    (UNPRINTABLE, "juminhyo"),
]
OPEN: list[tuple[int, str, str]] = [
    (NOBODY, "juminhyo", "not_registered"),
    (NOBODY, "koseki", "not_registered"),
    (MOTHER, "inkan", "no_seal"),
    (ALONE, "inkan", "no_seal"),
    (SECOND_TWIN, "koseki", "koseki_not_here"),
    (ALONE, "koseki", "koseki_pending"),
    (SECOND_TWIN, "kazei", "tax_not_here"),
    (ALONE, "kazei", "tax_undeclared"),
]


def test_choices_that_are_refused_are_refused_at_one_instant_whatever_the_reason(engine: Engine) -> None:
    costs = iter([0.01 * (index % 29) for index in range(1000)])  # no two look-ups cost the same
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: next(costs)), InlinePress(hands()), DECLARED)

    async def main() -> None:
        row = TABLE["not_issuable"]
        hidden = encode(Refusal(code=row.code, ja=row.ja, en=row.en))
        for index, (number, kind) in enumerate(HIDDEN):
            took, reply = await timed(desk, ask(number, f"visit-{index}", kind))
            assert (took, encode(reply)) == (INSTANT, hidden), (number, kind)
        for index, (number, kind, code) in enumerate(OPEN):
            took, reply = await timed(desk, ask(number, f"visit-o{index}", kind))
            assert took == INSTANT and isinstance(reply, Refusal) and reply.code == code, (number, kind)
        assert row.status == TABLE["no_seal"].status == TABLE["not_registered"].status == 403

    on_virtual_time(main())


def test_orders_that_are_refused_are_refused_at_the_same_instant(engine: Engine) -> None:
    costs = iter([0.01 * (index % 17) for index in range(1000)])
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: next(costs)), InlinePress(hands()), DECLARED)

    async def main() -> None:
        row = TABLE["not_issuable"]
        hidden = encode(Refusal(code=row.code, ja=row.ja, en=row.en))
        for number, kind in HIDDEN:
            took, reply = await timed(desk, order_of(number, kind, "1"))
            assert (took, encode(reply)) == (INSTANT, hidden), (number, kind)
        offered = await desk.answer(ask(BESIDE_PROTECTED, "v", "koseki"), CENTER, NOW)
        assert isinstance(offered, ChoicesOffered)
        both = order("r-both", BESIDE_PROTECTED, offered, members=tuple(member.member_id for member in offered.members))
        took, reply = await timed(desk, both)
        assert (took, encode(reply)) == (INSTANT, hidden), "somebody else of the 戸籍"
        for number, kind, code in OPEN:
            took, reply = await timed(desk, order_of(number, kind, "1"))
            assert took == INSTANT and isinstance(reply, Refusal) and reply.code == code, (number, kind)
        for change in ({"form": "inkan"}, {"year": 2026}, {"members": (MOTHER, MOTHER)}):
            took, reply = await timed(desk, order_of(FATHER, "juminhyo", "1", **change))
            assert took == INSTANT and isinstance(reply, Refusal), change

    on_virtual_time(main())


def test_a_paper_that_cannot_be_drawn_is_refused_at_that_instant_too(engine: Engine) -> None:
    class Narrow(InlinePress):
        async def print(self, face, form, now):  # type: ignore[no-untyped-def]
            await asyncio.sleep(0.3)
            raise DoesNotFit("name")

    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: 0.02), Narrow(hands()), DECLARED)

    async def main() -> None:
        offered = await desk.answer(ask(FATHER), CENTER, NOW)
        assert isinstance(offered, ChoicesOffered)
        took, reply = await timed(desk, order("r1", FATHER, offered))
        assert took == INSTANT and isinstance(reply, Refusal) and reply.code == "not_issuable"

    on_virtual_time(main())


def test_what_is_given_is_given_at_once(engine: Engine) -> None:
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: 0.02), InlinePress(hands()), DECLARED)

    async def main() -> None:
        took, offered = await timed(desk, ask(FATHER))
        assert took == 0.02 and isinstance(offered, ChoicesOffered)
        took, _ = await timed(desk, order("r1", FATHER, offered))
        assert took == 0.06

    on_virtual_time(main())


def test_refusals_at_once_do_not_wait_for_each_other(engine: Engine) -> None:
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: 0.02), InlinePress(hands()), DECLARED)

    async def main() -> None:
        replies = await asyncio.gather(*(timed(desk, ask(number, f"visit-{number}")) for number in (PROTECTED, PENDING, UNPRINTABLE, NOBODY)))
        assert {took for took, _ in replies} == {INSTANT}

    on_virtual_time(main())


def test_a_database_slower_than_the_instant_delays_a_refusal_and_breaks_nothing(engine: Engine) -> None:
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: 2.0), InlinePress(hands()), DECLARED)

    async def main() -> None:
        for number in (PROTECTED, NOBODY):
            took, reply = await timed(desk, ask(number, f"visit-{number}"))
            assert took == 4.0 and isinstance(reply, Refusal)

    on_virtual_time(main())


def test_a_question_given_up_before_its_instant_leaves_one_line_of_the_refusal_log_and_nothing_else(engine: Engine) -> None:
    desk = Desk(issuer(refusal_seconds=INSTANT), Slow(engine, lambda _: 0.1), InlinePress(hands()), DECLARED)
    left = order_of(PROTECTED, "juminhyo", "1")

    async def main() -> None:
        for seconds in (0.05, 0.25, 0.5):  # while looking, while logging, while waiting
            task = asyncio.create_task(desk.answer(left, CENTER, NOW))
            await asyncio.sleep(seconds)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        took, reply = await timed(desk, left)
        assert took == INSTANT and isinstance(reply, Refusal) and reply.code == "not_issuable"

    on_virtual_time(main())
    with engine.begin() as connection:
        assert rows(connection, ORDERS) == 0 and rows(connection, REFUSALS) == 1


async def test_on_the_real_clock_a_refusal_is_not_answered_before_its_instant(engine: Engine) -> None:
    async def answered(desk: Desk) -> float:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        reply = await desk.answer(ask(PROTECTED), CENTER, NOW)
        assert isinstance(reply, Refusal)
        return loop.time() - asked

    assert await answered(Desk(issuer(refusal_seconds=0.15), Slow(engine, lambda _: 0.0), InlinePress(hands()), DECLARED)) >= 0.149
    # The instant is over before the look-up is: answered at once, with no negative wait.
    assert await answered(Desk(issuer(refusal_seconds=0.0), Slow(engine, lambda _: 0.01), InlinePress(hands()), DECLARED)) >= 0.0


@pytest.mark.parametrize("question", [{"municipality": "990027"}, {"kind": "passport"}])
async def test_what_is_refused_without_a_look_at_anybody_may_be_refused_at_once(engine: Engine, question: dict[str, str]) -> None:
    class Untouched(Slow):
        async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
            raise AssertionError("nobody was to be looked up")

        read = write

    desk = Desk(issuer(refusal_seconds=INSTANT), Untouched(engine, lambda _: 0.0), InlinePress(hands()), DECLARED)
    message = OfferChoices(
        **({"visit_id": "v", "visit_key": town.KEY, "serial": serial(PROTECTED), "municipality": MUNICIPALITY, "kind": "juminhyo"} | question)
    )  # type: ignore[arg-type]
    assert isinstance(await desk.answer(message, CENTER, NOW), Refusal)


def rows(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
