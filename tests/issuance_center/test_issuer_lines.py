"""The lines to the issuers on virtual time, with twins that hang, err or are slow: one bad line costs the others nothing, nobody is kept waiting for a line that is cut off."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec
import pytest

from issuance_center.config import Limits
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, LineState, Unavailable, breaker
from issuance_center.issuer_lines.breaker import Breaker, Pass, Rules
from issuance_center.issuer_lines.lane import Lane, LaneFull, Places, places
from messages.conditions import AskCondition, Condition
from messages.link import NoAnswer
from messages.orders import Build
from messages.refusals import refuse
from messages.wire import Message
from simulation.virtual_time import VirtualLoop, run_virtual
from tests.issuance_center.founding import NOW

LIMITS = Limits(
    issuer_at_once=8, issuer_waiting=8, breaker_failures=5, breaker_open_seconds=15.0, issuer_try_seconds=10.0, issuer_deadline_seconds=28.0
)
TOWNS = tuple(f"99{number:04d}" for number in range(12))


class Twin:
    """An issuer of a few words: `manner` decides how it answers a municipality; `asked` are the instants at which it was."""

    def __init__(self) -> None:
        self.manner: dict[str, Callable[[], Awaitable[Message | None]]] = {}
        self.asked: list[tuple[float, str]] = []
        self.busiest = 0
        self._now = 0

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        assert isinstance(message, AskCondition)
        self.asked.append((asyncio.get_running_loop().time(), message.municipality))
        self._now += 1
        self.busiest = max(self.busiest, self._now)
        try:
            async with asyncio.timeout(timeout_seconds):
                said = await self.manner.get(message.municipality, well)()
        except TimeoutError:
            raise NoAnswer("timeout") from None
        finally:
            self._now -= 1
        return said or Condition(municipality=message.municipality, declared=Build(program="p", topology="t"), kinds=(), registers=())


async def well() -> None:
    await asyncio.sleep(0.05)


async def hangs() -> None:
    await asyncio.sleep(3600.0)


async def slow() -> None:
    await asyncio.sleep(8.0)


async def is_away() -> None:
    raise NoAnswer("refused")


async def errs() -> Message:
    return refuse("failed")


async def is_busy() -> Message:
    return refuse("busy")


async def waits_for_data() -> Message:
    return refuse("data_stale")


async def declines() -> Message:
    return refuse("no_seal")


class Lines:
    """Twins by the names of their lines, and the lines to them."""

    def __init__(self, *names: str, **limits: Any) -> None:
        self.twins = {name: Twin() for name in names}
        self.lines = IssuerLines(self.twins, msgspec.structs.replace(LIMITS, **limits))

    async def ask(self, issuer: str, municipality: str | None = None, **given: Any) -> tuple[str, float]:
        """What came back, in a word, and after how many seconds."""
        began = now()
        heard = await self.lines.ask(issuer, AskCondition(municipality=municipality or issuer), Condition, **given)
        return word(heard), now() - began

    async def ask_at_length(self, issuer: str) -> tuple[str, float]:
        began = now()
        return word(await self.lines.ask_at_length(issuer, AskCondition(municipality=issuer), Condition)), now() - began

    def state(self, issuer: str, municipality: str | None = None) -> LineState:
        return next(line for line in self.lines.states() if (line.issuer, line.municipality) == (issuer, municipality or issuer))


def word(heard: object) -> str:
    match heard:
        case Declined(refusal):
            return f"declined {refusal.code}"
        case Unavailable(refusal, asked):
            return refusal.code if asked else f"{refusal.code} unasked"
        case Failed():
            return "failed"
    return "answered"


def now() -> float:
    return asyncio.get_running_loop().time()


def virtually(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_virtual(VirtualLoop(NOW), test())


# --- the others ---


@pytest.mark.parametrize("manner", [hangs, errs, slow, is_away, is_busy])
def test_a_third_of_the_issuers_gone_bad_leaves_the_rest_at_full_service(manner: Callable[[], Awaitable[Message | None]]) -> None:
    virtually(lambda: scene_with_room(manner))


async def scene_with_room(manner: Callable[[], Awaitable[Message | None]]) -> None:
    lines = Lines(*TOWNS, issuer_waiting=64)
    for bad in TOWNS[:4]:
        lines.twins[bad].manner[bad] = manner
    asked = [(town, asyncio.create_task(lines.ask(town))) for _ in range(20) for town in TOWNS]
    heard = [(town, await task) for town, task in asked]
    good = [answer for town, answer in heard if town not in TOWNS[:4]]
    assert {what for what, _ in good} == {"answered"}
    assert max(seconds for _, seconds in good) == pytest.approx(0.15), "twenty at once on eight places of 0.05 s: the third row waits for two"
    assert {what for town, (what, _) in heard if town in TOWNS[:4]} <= {
        "issuer_unavailable",
        "issuer_unavailable unasked",
        "busy",
        "failed",
        "answered",
    }


# --- bounds ---


def test_no_more_than_the_places_are_asked_at_once_and_no_more_than_the_queue_wait() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        lines.twins["990010"].manner["990010"] = slow
        tasks = [asyncio.create_task(lines.ask("990010")) for _ in range(17)]
        heard = [await task for task in tasks]
        assert lines.twins["990010"].busiest == 8
        assert heard[:8] == [("answered", pytest.approx(8.0))] * 8
        assert heard[8:16] == [("answered", pytest.approx(16.0))] * 8
        assert heard[16] == ("busy unasked", 0.0), "the one too many is told at once"
        assert lines.state("990010").counts == {"answered": 16, "full": 1}

    virtually(scene)


def test_whoever_goes_away_gives_the_place_back() -> None:
    async def scene() -> None:
        lane = Lane(Places(1, 2, 1, 2))
        order: list[str] = []

        async def work(name: str, seconds: float) -> None:
            async with lane.place("990010"):
                order.append(name)
                await asyncio.sleep(seconds)

        first, second, third = (asyncio.create_task(work(name, 5.0)) for name in ("first", "second", "third"))
        await asyncio.sleep(1.0)
        with pytest.raises(LaneFull):
            await work("fourth", 0.0)
        second.cancel()
        await asyncio.sleep(0)
        assert (lane.under_way("990010"), lane.waiting("990010")) == (1, 1)
        first.cancel()
        third.cancel()  # in the same turn in which it is given the place
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert (lane.under_way("990010"), lane.waiting("990010"), order) == (0, 0, ["first"])
        await work("last", 0.0)

    virtually(scene)


def test_a_message_that_waited_its_whole_patience_for_a_place_was_never_asked() -> None:
    async def scene() -> None:
        lines = Lines("990010", issuer_at_once=1)
        async with lines.lines._line("990010", "990010").lane.place("990010"):
            assert await lines.ask("990010") == ("busy unasked", pytest.approx(28.0))
        assert lines.twins["990010"].asked == []

    virtually(scene)


# --- fairness on a shared line ---


def test_one_slow_tenant_never_takes_all_places_of_a_shared_line() -> None:
    async def scene() -> None:
        lines = Lines("bcl", issuer_waiting=64)
        twin = lines.twins["bcl"]
        twin.manner["990019"] = slow
        crowd = [asyncio.create_task(lines.ask("bcl", "990019")) for _ in range(12)]
        await asyncio.sleep(0.0)
        heard = [await lines.ask("bcl", town) for town in TOWNS for _ in range(3)]
        assert heard == [("answered", pytest.approx(0.05))] * 36
        assert lines.state("bcl", "990019").under_way == 2, "a quarter of eight"
        for task in crowd:
            task.cancel()

    virtually(scene)


def test_a_line_of_one_municipality_gives_it_all_places() -> None:
    assert places(32, 64, shared=False) == Places(32, 64, 32, 64)
    assert places(32, 64, shared=True) == Places(32, 64, 8, 16)
    assert places(2, 3, shared=True) == Places(2, 3, 1, 1)


def test_those_who_wait_on_a_shared_line_come_in_turn() -> None:
    async def scene() -> None:
        lane = Lane(Places(1, 9, 1, 9))
        order: list[str] = []

        async def work(municipality: str) -> None:
            async with lane.place(municipality):
                order.append(municipality)
                await asyncio.sleep(1.0)

        await asyncio.gather(*(work(name) for name in ("a", "a", "a", "a", "b", "c", "b")))
        assert order == ["a", "a", "b", "c", "a", "b", "a"], "one each in turn, not four before all others"

    virtually(scene)


def test_a_tenant_that_hangs_is_cut_off_alone() -> None:
    async def scene() -> None:
        lines = Lines("bcl", breaker_failures=3)
        lines.twins["bcl"].manner["990019"] = hangs
        await asyncio.gather(*(lines.ask("bcl", "990019") for _ in range(2)))
        assert lines.state("bcl", "990019").state == "open"
        assert await lines.ask("bcl", "990019") == ("issuer_unavailable unasked", 0.0)
        assert await lines.ask("bcl", "990027") == ("answered", pytest.approx(0.05))

    virtually(scene)


# --- the breaker ---


def test_after_failures_in_a_row_nobody_waits_and_one_probe_finds_out() -> None:
    async def scene() -> None:
        lines = Lines("990010", retry_seconds=1.0)
        twin = lines.twins["990010"]
        twin.manner["990010"] = is_away
        what, seconds = await lines.ask("990010")
        assert (what, seconds) == ("issuer_unavailable", pytest.approx(5.0)), "five tries a second apart, not the whole patience of 28 s"
        assert len(twin.asked) == 5
        assert await lines.ask("990010") == ("issuer_unavailable unasked", 0.0)
        assert len(twin.asked) == 5
        state = lines.state("990010")
        assert (state.state, state.failures, state.opens_in_seconds) == ("open", 5, pytest.approx(14.0))
        await asyncio.sleep(14.5)
        twin.manner["990010"] = slow
        asked = [asyncio.create_task(lines.ask("990010")) for _ in range(3)]
        heard = [await task for task in asked]
        assert heard == [("answered", pytest.approx(8.0)), ("issuer_unavailable unasked", 0.0), ("issuer_unavailable unasked", 0.0)]
        assert len(twin.asked) == 6, "one probe, not three"
        assert (lines.state("990010").state, lines.state("990010").failures) == ("closed", 0)

    virtually(scene)


def test_a_probe_that_fails_keeps_the_line_cut_off_for_another_while() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        twin = lines.twins["990010"]
        twin.manner["990010"] = is_away
        await lines.ask("990010")
        await asyncio.sleep(15.0)
        await lines.ask("990010")
        assert len(twin.asked) == 6
        await asyncio.sleep(10.0)
        assert await lines.ask("990010") == ("issuer_unavailable unasked", 0.0)

    virtually(scene)


def test_a_probe_whose_asker_goes_away_leaves_the_right_to_the_next() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        twin = lines.twins["990010"]
        twin.manner["990010"] = is_away
        await lines.ask("990010")
        await asyncio.sleep(15.0)
        twin.manner["990010"] = slow
        probe = asyncio.create_task(lines.ask("990010"))
        await asyncio.sleep(1.0)
        probe.cancel()
        await asyncio.sleep(0)
        assert await lines.ask("990010") == ("answered", pytest.approx(8.0))

    virtually(scene)


@pytest.mark.parametrize(("manner", "heard"), [(is_busy, "busy"), (waits_for_data, "data_stale"), (declines, "declined no_seal")])
def test_an_issuer_that_says_something_is_alive_and_is_not_cut_off(manner: Callable[[], Awaitable[Message]], heard: str) -> None:
    async def scene() -> None:
        lines = Lines("990010")
        lines.twins["990010"].manner["990010"] = manner
        for _ in range(3):
            assert (await lines.ask("990010"))[0] == heard
        assert lines.state("990010").state == "closed"

    virtually(scene)


def test_an_issuer_that_waits_for_data_is_not_asked_again_within_the_patience() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        lines.twins["990010"].manner["990010"] = waits_for_data
        assert await lines.ask("990010") == ("data_stale", 0.0)
        assert len(lines.twins["990010"].asked) == 1

    virtually(scene)


def test_an_issuer_that_errs_is_cut_off_too() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        lines.twins["990010"].manner["990010"] = errs
        assert [(await lines.ask("990010"))[0] for _ in range(7)] == ["failed"] * 5 + ["issuer_unavailable unasked"] * 2

    virtually(scene)


def test_tries_that_were_no_answer_are_named_to_whoever_wants_to_know() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        told = [is_away, is_busy, well]

        async def better_each_time() -> Message | None:
            return await told.pop(0)()

        lines.twins["990010"].manner["990010"] = better_each_time
        troubles: list[str] = []
        assert (await lines.ask("990010", troubles=troubles))[0] == "answered"
        assert troubles == ["issuer_unavailable", "busy"]

    virtually(scene)


def test_a_check_asks_once_even_where_the_line_is_cut_off() -> None:
    async def scene() -> None:
        lines = Lines("990010")
        lines.twins["990010"].manner["990010"] = is_away
        await lines.ask("990010")
        assert await lines.ask("990010", probe=True) == ("issuer_unavailable", 0.0)
        lines.twins["990010"].manner["990010"] = well
        assert await lines.ask("990010", probe=True) == ("answered", pytest.approx(0.05))
        assert lines.state("990010").state == "closed"

    virtually(scene)


def test_a_name_without_a_line_is_no_answer() -> None:
    async def scene() -> None:
        assert await Lines("990010").ask("990027") == ("issuer_unavailable unasked", 0.0)
        assert await Lines("990010").ask_at_length("990027") == ("issuer_unavailable unasked", 0.0)


def test_a_question_that_takes_long_is_waited_for_and_nobody_is_kept_waiting_or_cut_off_by_it() -> None:
    async def counts() -> None:
        await asyncio.sleep(90.0)

    async def scene() -> None:
        lines = Lines("990010", issuer_at_once=1, issuer_waiting=0, breaker_failures=1, inventory_seconds=100.0)
        lines.twins["990010"].manner["990010"] = counts
        long = asyncio.create_task(lines.ask_at_length("990010"))
        await asyncio.sleep(10.0)
        lines.twins["990010"].manner["990010"] = hangs
        too_long = asyncio.create_task(lines.ask_at_length("990010"))
        await asyncio.sleep(10.0)
        lines.twins["990010"].manner["990010"] = well
        assert await lines.ask("990010") == ("answered", pytest.approx(0.05))
        assert await long == ("answered", pytest.approx(90.0))
        assert await too_long == ("issuer_unavailable", pytest.approx(100.0))
        assert await lines.ask("990010") == ("answered", pytest.approx(0.05))

    virtually(scene)

    virtually(scene)


def test_the_breaker_as_a_table() -> None:
    rules = Rules(failures=2, open_seconds=10.0)
    one = breaker.failed(Breaker(), Pass(), 1.0, rules)
    assert (one, breaker.state(one, 1.0, rules)) == (Breaker(1), "closed")
    opened = breaker.failed(one, Pass(), 2.0, rules)
    assert opened == Breaker(2, 2.0)
    assert [breaker.state(opened, at, rules) for at in (2.0, 11.9, 12.0)] == ["open", "open", "half_open"]
    assert breaker.failed(opened, Pass(), 9.0, rules) == opened, "those who had asked before change nothing"
    probing, given = breaker.admit(opened, 12.0, rules)
    assert given == Pass(probe=True)
    assert breaker.admit(probing, 12.0, rules) == (probing, None)
    assert breaker.failed(probing, Pass(), 13.0, rules) == probing, "an old one's failure is not the probe's"
    assert breaker.failed(probing, given, 13.0, rules) == Breaker(3, 13.0)
    assert breaker.dropped(probing, given) == opened
    assert breaker.heard(probing) == Breaker()
