"""kill -9 of a party before and after a commit, a message or a movement of a device: every visit ends as paper and fee, as the money back, or as an open case."""

import random
from collections.abc import Iterable

import aiohttp
import pytest

from simulation.town.folders import PARTIES
from tests.town.errands import BUY, CANCEL, CLOUD, FAMILY, JAM, OTHER, WIDE, Errand
from tests.town.open_town import OpenTown
from tests.town.rehearsal import Point, Rehearsals, Rehearsed

SEED = 20_261_123
SAMPLE = 7
FEW = 2

UNKNOWABLE = Point("kiosk", "printer.land.before")
"""A sheet is on its way from the roller to the tray: nobody can know."""

CUT = (UNKNOWABLE, Point("kiosk", "commit:paid:after"), Point("kiosk", "coin_box.insert.after"), Point("kiosk", "printer.ejected.after", 4))
"""Crashes whose recovery is recorded, and crashed into, itself."""


@pytest.fixture
async def rehearsals(town: OpenTown, hands: aiohttp.ClientSession) -> Rehearsals:
    fresh = Rehearsals(town, hands)
    await fresh.begin()
    return fresh


@pytest.fixture
async def world_rehearsals(world: OpenTown, hands: aiohttp.ClientSession) -> Rehearsals:
    fresh = Rehearsals(world, hands)
    await fresh.begin()
    return fresh


async def test_a_sample_of_crashes_leaves_paper_and_fee_or_neither(rehearsals: Rehearsals) -> None:
    table = await rehearsals.record(BUY)
    await _judge([await rehearsals.rehearse(BUY, point) for point in _sample(table)])


async def test_a_crash_leaves_a_family_register_and_its_own_fee_or_neither(rehearsals: Rehearsals) -> None:
    table = [point for point in await rehearsals.record(FAMILY) if point.party in ("center", "kiosk")]
    await _judge([await rehearsals.rehearse(FAMILY, point) for point in random.Random(SEED).sample(table, FEW)])


async def test_a_sheet_that_nobody_saw_come_out_is_unresolved_and_only_that(rehearsals: Rehearsals) -> None:
    rehearsed = await rehearsals.rehearse(BUY, UNKNOWABLE)
    await _judge([rehearsed])
    assert sorted(rehearsed.endings) == ["none", "unknown"]


async def test_a_crash_in_the_cloud_leaves_paper_and_fee_or_neither(world_rehearsals: Rehearsals) -> None:
    await _judge([await _one_of(world_rehearsals, CLOUD, "bcl")])


async def test_a_crash_at_either_end_of_a_referral_or_between_leaves_paper_and_fee_or_neither_and_no_referral_used_twice(
    world_rehearsals: Rehearsals,
) -> None:
    """Who vouches is an own server, who issues a tenant."""
    table = await world_rehearsals.record(WIDE[2])
    points = [_one_point(table, party) for party in ("municipal", "center", "bcl")]
    await _judge([await _said(world_rehearsals, WIDE[2], point) for point in points])


@pytest.mark.sweep
@pytest.mark.parametrize("errand", [CLOUD, OTHER, *WIDE], ids=lambda errand: errand.name)
@pytest.mark.parametrize("party", ["issuers", "center", "kiosk"])
async def test_every_point_of_a_visit_to_another_municipality(world_rehearsals: Rehearsals, errand: Errand, party: str) -> None:
    """At the issuers, who vouches and who issues; at the center, between the two as well; at the kiosk."""
    parties = ("municipal", "bcl") if party == "issuers" else (party,)
    table = [point for point in await world_rehearsals.record(errand, cold=True) if point.party.startswith(parties)]
    assert len({point.party for point in table}) == (2 if party == "issuers" and errand in WIDE[:3] else 1)
    await _judge([await _said(world_rehearsals, errand, point) for point in table])


@pytest.mark.sweep
@pytest.mark.parametrize("party", PARTIES)
async def test_every_point_of_a_visit(rehearsals: Rehearsals, party: str) -> None:
    table = [point for point in await rehearsals.record(BUY, cold=True) if point.party == party]
    assert table
    await _judge([await _said(rehearsals, BUY, point) for point in table])


@pytest.mark.sweep
@pytest.mark.parametrize("errand", [JAM, CANCEL], ids=lambda errand: errand.name)
async def test_every_point_that_only_an_unhappy_visit_passes(rehearsals: Rehearsals, errand: Errand) -> None:
    usual = {(point.party, point.name) for point in await rehearsals.record(BUY)}
    table = [point for point in await rehearsals.record(errand) if (point.party, point.name) not in usual]
    assert table
    await _judge([await _said(rehearsals, errand, point) for point in table])


@pytest.mark.sweep
@pytest.mark.parametrize("first", CUT, ids=str)
async def test_every_point_of_a_recovery(rehearsals: Rehearsals, first: Point) -> None:
    table = await rehearsals.record(BUY, first)
    assert table
    await _judge([await _said(rehearsals, BUY, first, point) for point in table])


def _sample(table: Iterable[Point]) -> list[Point]:
    chance = random.Random(SEED)
    points = sorted(set(table))
    one_each = [chance.choice([point for point in points if point.party == party]) for party in PARTIES]
    return one_each + chance.sample([point for point in points if point not in one_each], SAMPLE - len(one_each))


async def _one_of(rehearsals: Rehearsals, errand: Errand, party: str) -> Rehearsed:
    return await _said(rehearsals, errand, _one_point(await rehearsals.record(errand), party))


def _one_point(table: Iterable[Point], party: str) -> Point:
    return random.Random(f"{SEED} {party}").choice(sorted(point for point in table if point.party == party))


async def _said(rehearsals: Rehearsals, errand: Errand, *points: Point) -> Rehearsed:
    rehearsed = await rehearsals.rehearse(errand, *points)
    print(errand.name, *points, rehearsed.endings, *rehearsed.complaints, sep="  ", flush=True)
    return rehearsed


async def _judge(rehearsed: Iterable[Rehearsed]) -> None:
    wrong = [f"{' + '.join(map(str, one.points))}: {complaint}" for one in rehearsed for complaint in one.complaints]
    assert not wrong, "\n".join(wrong)
