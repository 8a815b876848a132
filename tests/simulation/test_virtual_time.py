"""A loop that owns time: hours pass at once, in the right order, and waiting for nothing is said so."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from simulation.virtual_time import NothingLeft, VirtualLoop, run_virtual
from storage.instants import JST

START = datetime(2026, 11, 2, 6, 30, tzinfo=JST)

T = TypeVar("T")


def _run(main: Coroutine[Any, Any, T]) -> T:
    return run_virtual(VirtualLoop(START), main)


def _loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def test_a_day_of_waiting_passes_and_the_clock_shows_it() -> None:
    async def main() -> tuple[float, datetime]:
        await asyncio.sleep(24 * 3600)
        return _loop().time(), _loop().now()

    assert _run(main()) == (24 * 3600.0, START + timedelta(days=1))


def test_without_waiting_no_time_passes() -> None:
    async def main() -> datetime:
        for _ in range(1000):
            await asyncio.sleep(0)
        return _loop().now()

    assert _run(main()) == START


def test_those_who_wait_wake_in_the_order_of_their_times_and_then_of_their_asking() -> None:
    async def main() -> list[tuple[str, float]]:
        woken: list[tuple[str, float]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append((name, _loop().time()))

        await asyncio.gather(*(sleeper(name, seconds) for name, seconds in (("a", 3.0), ("b", 1.0), ("c", 2.0), ("d", 1.0), ("e", 0.5))))
        return woken

    assert _run(main()) == [("e", 0.5), ("b", 1.0), ("d", 1.0), ("c", 2.0), ("a", 3.0)]


def test_time_outs_and_timers_run_on_the_same_clock() -> None:
    async def main() -> list[float]:
        called: list[float] = []
        _loop().call_later(5.0, lambda: called.append(_loop().time()))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10.0):
                await asyncio.sleep(10.5)
        called.append(_loop().time())
        return called

    assert _run(main()) == [5.0, 10.0]


def test_a_loop_in_which_everybody_waits_for_nothing_says_so() -> None:
    async def main() -> None:
        await asyncio.sleep(1.0)
        await asyncio.Event().wait()

    loop = VirtualLoop(START)
    with pytest.raises(NothingLeft):
        run_virtual(loop, main())
    assert loop.is_closed()


def test_the_clock_has_microseconds_and_never_goes_back() -> None:
    async def main() -> list[datetime]:
        seen = []
        for seconds in (0.000001, 0.1, 1e-9, 0.3):
            await asyncio.sleep(seconds)
            seen.append(_loop().now())
        return seen

    seen = _run(main())
    assert seen == sorted(seen)
    assert seen[0] == START + timedelta(microseconds=1)
    assert seen[-1].utcoffset() == timedelta(hours=9)


def test_what_main_raises_comes_out_and_what_it_returns_too() -> None:
    async def fails() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        _run(fails())


def test_what_is_still_under_way_at_the_end_is_ended_in_order() -> None:
    ended: list[str] = []

    async def lingers(name: str) -> None:
        try:
            await asyncio.sleep(1e9)
        finally:
            ended.append(name)

    async def main() -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(lingers(name), name=name) for name in ("a", "b", "c")]
        await asyncio.sleep(1.0)
        return tasks

    tasks = _run(main())
    assert all(task.cancelled() for task in tasks)
    assert ended == ["a", "b", "c"]
