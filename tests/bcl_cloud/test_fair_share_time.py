"""Fair share in simulated seconds: whatever one tenant floods in, another's question waits no longer than its share of turns allows. Nothing sleeps; hours pass at once."""

import asyncio
from datetime import datetime
from random import Random

import pytest

from bcl_cloud.fair_share import Busy, FairShare
from simulation.virtual_time import VirtualLoop, run_virtual
from storage.instants import JST

START = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
WORK = 0.1
"""Seconds of one question at work."""
FLOOD, QUIET = "990019", tuple(f"99{number:04d}" for number in range(5))


def waits(in_work_max: int, tenant_max: int, flood: int, quiet: tuple[str, ...], weight: int, seed: int) -> dict[str, list[float]]:
    """How long each question of each quiet tenant waited for its turn, while one tenant floods: `flood` questions at once, and again whenever one of them is done."""
    loop = VirtualLoop(START)
    chance = Random(seed)
    share = FairShare(in_work_max, tenant_max, flood)
    waited: dict[str, list[float]] = {code: [] for code in quiet}

    async def flooding(until: float) -> None:
        while loop.time() < until:
            try:
                async with share.turn(FLOOD, weight):
                    await asyncio.sleep(WORK)
            except Busy:
                await asyncio.sleep(WORK)

    async def asking(code: str) -> None:
        for _ in range(10):
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            came = loop.time()
            async with share.turn(code):
                waited[code].append(loop.time() - came)
                await asyncio.sleep(WORK)

    async def main() -> None:
        crowd = [asyncio.ensure_future(flooding(25.0)) for _ in range(flood)]
        await asyncio.gather(*(asking(code) for code in quiet))
        await asyncio.gather(*crowd)

    run_virtual(loop, main())
    return waited


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("in_work_max", "tenant_max"), [(8, 2), (8, 8), (2, 1), (1, 1)])
def test_a_flood_delays_another_tenants_question_by_no_more_than_its_share_of_turns(in_work_max: int, tenant_max: int, seed: int) -> None:
    chance = Random(f"{in_work_max} {tenant_max} {seed}")
    quiet, weight, flood = QUIET[: chance.randint(1, 5)], chance.randint(1, 4), chance.choice((20, 100, 300))
    waited = waits(in_work_max, tenant_max, flood, quiet, weight, seed)
    # Whoever comes is called after at most one whole round: everybody before it has its weight of turns, and a place becomes free every WORK seconds at each place.
    round_of_turns = weight + len(quiet)
    bound = WORK * (1 + -(-round_of_turns // in_work_max))
    assert all(len(found) == 10 for found in waited.values())
    assert max(max(found) for found in waited.values()) <= bound + 1e-9
    if in_work_max - tenant_max >= len(quiet):  # the flood never holds all places: whoever else comes finds one
        assert max(max(found) for found in waited.values()) == 0.0


def test_the_flood_itself_is_served_with_whatever_the_others_leave() -> None:
    loop, share, done = VirtualLoop(START), FairShare(4, 2, 1000), []

    async def one() -> None:
        async with share.turn(FLOOD):
            await asyncio.sleep(WORK)
            done.append(loop.time())

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(100)))

    run_virtual(loop, main())
    assert len(done) == 100 and max(done) == pytest.approx(100 / 2 * WORK) and share.use(FLOOD) == (0, 0)
