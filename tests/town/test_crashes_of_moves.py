"""kill -9 while kinds move from one issuer to another: all of them move or none, and whoever comes then gets a paper from whom the directory names."""

import asyncio
import random
from datetime import datetime
from functools import partial

import aiohttp
import pytest

from simulation.municipalities import BCL
from simulation.visitor import Visitor
from storage.instants import JST
from tests.town.errands import wish
from tests.town.moved import ordered
from tests.town.moves import Moving
from tests.town.open_town import OpenTown, eventually
from tests.town.rehearsal import Point, Rehearsals
from tests.town.test_moving_house import FAMILY, KARIZUMI, next_minute

SEED = 20_261_125
SOON_SECONDS = 25.0
"""Until the minute of a rehearsed switch: the center is started anew twice in it."""

STEPS = ("_planned", "_checked", "_concluded", "AskInventory")


@pytest.fixture(scope="module")
def house(world: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> Moving:
    made = Moving(world, KARIZUMI, FAMILY, tmp_path_factory.mktemp("moving"))
    asyncio.run(made.offer_there_too())
    made.hand_over()
    return made


@pytest.fixture
async def rehearsals(world: OpenTown, hands: aiohttp.ClientSession) -> Rehearsals:
    fresh = Rehearsals(world, hands)
    await fresh.begin()
    return fresh


async def test_a_plan_that_breaks_off_is_there_or_not_and_can_be_made_again(house: Moving, rehearsals: Rehearsals) -> None:
    table = await _points_of_a_plan(house, rehearsals)
    await _rehearse_plan(house, rehearsals, random.Random(SEED).choice([point for point in table if point.party == "center"]))


@pytest.mark.sweep
async def test_every_point_of_a_plan_at_the_center_and_at_both_issuers(house: Moving, rehearsals: Rehearsals) -> None:
    table = await _points_of_a_plan(house, rehearsals)
    assert {point.party for point in table} == {"center", BCL, house.party}
    for point in table:
        await _rehearse_plan(house, rehearsals, point)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "point", ["ask:AskInventory:before", "ask:AskInventory:after", *(f"commit:{step}:{when}" for step in STEPS[1:3] for when in ("before", "after"))]
)
async def test_every_point_of_the_last_comparison_and_of_the_switch(
    house: Moving, rehearsals: Rehearsals, hands: aiohttp.ClientSession, point: str
) -> None:
    """There, and back without a crash, so that every rehearsal begins alike."""
    for old, new, dies in ((KARIZUMI, BCL, True), (BCL, KARIZUMI, False)):
        before = len(house.moves())
        assert house.issuers() == {old}
        at = await house.plan_within_the_minute(SOON_SECONDS, old, new, compare=False)
        concluding = "_concluded" in point
        if dies and not concluding:
            rehearsals.arm(Point("center", point))
        await asyncio.to_thread(house.town.restart, "center")  # it looks at the moves as soon as it is there
        await eventually(lambda: house.moves()[-1]["state"] == "ready", "the last comparison", SOON_SECONDS)
        assert datetime.now(JST) < at and house.issuers() == {old}, "nothing has moved before the minute"
        await eventually(lambda at=at: datetime.now(JST) >= at, "the minute")  # type: ignore[misc]
        if dies and concluding:
            rehearsals.arm(Point("center", point))
        await asyncio.to_thread(house.town.restart, "center")
        await eventually(lambda: house.moves()[-1]["state"] == "moved", "the center to say so")
        await house.town.quiet()
        assert not (house.town.folders.crash_points / "center.armed").exists(), f"{point} was never reached"
        assert len(house.moves()) == before + 1 and house.issuers() == {new}
        await _one_comes(house, hands, new)


async def _points_of_a_plan(house: Moving, rehearsals: Rehearsals) -> list[Point]:
    table = await rehearsals.passed(partial(house.plan, next_minute()))
    await house.take_back()
    return [point for point in table if any(step in point.name for step in STEPS)]


async def _rehearse_plan(house: Moving, rehearsals: Rehearsals, point: Point) -> None:
    """The page breaks off, or says that the comparison was none: what is written down is one whole move, or none; and another one can be planned when it has been taken back."""
    before = len(house.moves())
    assert await rehearsals.died(point, partial(_planned, house)), point
    made = house.moves()[before:]
    print(point, [move["state"] for move in made], sep="  ", flush=True)
    assert len(made) <= 1 and all(move["state"] in ("planned", "ready", "blocked") for move in made), point
    assert house.issuers() == {KARIZUMI}
    await house.take_back()
    await house.plan(next_minute())
    assert house.moves()[-1]["state"] in ("planned", "ready"), point
    await house.take_back()


async def _planned(house: Moving) -> None:
    try:
        await house.plan(next_minute())
    except aiohttp.ClientError:
        return


async def _one_comes(house: Moving, hands: aiohttp.ClientSession, issuer: str) -> None:
    holder = next(one for one in house.town.town.holders if one.municipality == house.code and "koseki" in one.kinds)
    visited = await Visitor(hands, house.town.town.kiosks[0].url, wish(holder, kind="koseki")).visit()
    assert visited.refusal is None and ordered(house.town)[visited.papers[0].issuance_id]["issuer"] == issuer
