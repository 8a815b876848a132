"""kill -9 while somebody applies for 本籍地利用登録 and while a clerk accepts: never bound twice, never lost after the receipt was shown."""

import random
from functools import partial

import aiohttp
import pytest

from simulation.town.description import HolderEntry
from tests.town.applicants import Clerk, UseErrand, applications, bindings, returned, somebody, unbound, wrong_with_application
from tests.town.errands import KOKOROMI, MIHON, REIJI
from tests.town.open_town import OpenTown
from tests.town.rehearsal import Point, Rehearsals
from tests.town.rows import rows

SEED = 20_261_124
PLACES = {"own server": REIJI, "tenant": KOKOROMI}


@pytest.fixture
async def rehearsals(world: OpenTown, hands: aiohttp.ClientSession) -> Rehearsals:
    fresh = Rehearsals(world, hands)
    await fresh.begin()
    return fresh


async def test_a_sample_of_crashes_loses_no_application_and_makes_no_second_one(world: OpenTown, rehearsals: Rehearsals) -> None:
    errand = _errand(world, REIJI)
    table = await _applied(world, rehearsals, errand)
    for party in (f"municipal-{REIJI}", "kiosk"):
        # What is passed at or after the step that counts is what can be lost.
        later = [point for point in table if point.party == party and any(name in point.name for name in ("receive", "RegisterUse", "ApplyForUse"))]
        await _rehearse_application(world, rehearsals, errand, random.Random(SEED).choice(later))


async def test_a_crash_while_a_clerk_accepts_binds_once(world: OpenTown, rehearsals: Rehearsals) -> None:
    errand = _errand(world, REIJI)
    await _applied(world, rehearsals, errand, leave=True)
    await _rehearse_acceptance(world, rehearsals, errand, Point(f"municipal-{REIJI}", "commit:accept:after"))


@pytest.mark.sweep
@pytest.mark.parametrize("at", PLACES)
async def test_every_point_of_an_application(world: OpenTown, rehearsals: Rehearsals, at: str) -> None:
    errand = _errand(world, PLACES[at])
    for point in await _applied(world, rehearsals, errand):
        await _rehearse_application(world, rehearsals, errand, point)


@pytest.mark.sweep
@pytest.mark.parametrize("at", PLACES)
async def test_every_point_of_an_acceptance(world: OpenTown, rehearsals: Rehearsals, at: str) -> None:
    errand = _errand(world, PLACES[at])
    await _applied(world, rehearsals, errand, leave=True)
    table = await rehearsals.passed(partial(_accept, world, errand))
    await unbound(world, errand.at, _serial(world, _who(world)))
    for point in table:
        await _applied(world, rehearsals, errand, leave=True)
        await _rehearse_acceptance(world, rehearsals, errand, point)


def _who(town: OpenTown) -> HolderEntry:
    """Lives in みほん市; nobody knows them at the municipalities of their 本籍."""
    return [one for one in town.town.holders if one.municipality == MIHON and "juminhyo" in one.kinds and not one.note][-1]


def _serial(town: OpenTown, holder: HolderEntry) -> str:
    return str(rows(town.folders.database("municipal"), "SELECT serial FROM residents WHERE atena_no = ?", holder.atena_no)[0]["serial"])


def _errand(town: OpenTown, at: str) -> UseErrand:
    return UseErrand("use", at=at, birth=somebody(town, at)[1], who=_who)


async def _applied(town: OpenTown, rehearsals: Rehearsals, errand: UseErrand, *, leave: bool = False) -> tuple[Point, ...]:
    """The points of an application that nothing disturbs; it is returned afterwards, unless it is left with the clerk."""
    serial = _serial(town, _who(town))
    await returned(town, errand.at, serial)
    passed = await rehearsals.passed(partial(rehearsals.visit, errand))
    assert wrong_with_application(town, errand, serial) == []
    if not leave:
        await returned(town, errand.at, serial)
    return passed


async def _rehearse_application(town: OpenTown, rehearsals: Rehearsals, errand: UseErrand, point: Point) -> None:
    serial = _serial(town, _who(town))
    rehearsed = await rehearsals.rehearse(errand, point)
    await rehearsals.visit(errand)  # asks how it stands, and applies if nobody knows of it
    await town.quiet()
    wrong = [*rehearsed.complaints, *wrong_with_application(town, errand, serial)]
    print(errand.name, errand.at, point, *wrong, sep="  ", flush=True)
    assert not wrong, f"{point}: {wrong}"
    await returned(town, errand.at, serial)


async def _rehearse_acceptance(town: OpenTown, rehearsals: Rehearsals, errand: UseErrand, point: Point) -> None:
    """The clerk's page breaks off; signed in again, the clerk does what still waits. The certificate is bound to that person, once, and nothing waits."""
    serial = _serial(town, _who(town))
    assert await rehearsals.died(point, partial(_accept, town, errand)), point
    await _accept(town, errand)
    states = [row["state"] for row in applications(town, errand.at, serial)]
    bound = bindings(town, errand.at, serial)
    print("accept", errand.at, point, states[-1], len(bound), sep="  ", flush=True)
    assert (states[-1], [row["person_no"] for row in bound]) == ("accepted", [somebody(town, errand.at)[0]]), point
    assert "received" not in states
    told = await rehearsals.visit(errand)
    assert told.use["state"] == "accepted", point
    await unbound(town, errand.at, serial)


async def _accept(town: OpenTown, errand: UseErrand) -> None:
    """The clerk's side, as far as the office answers."""
    serial = _serial(town, _who(town))
    mine = {row["application_id"] for row in applications(town, errand.at, serial) if row["state"] == "received"}
    try:
        async with Clerk(town, errand.at) as clerk:
            for application in mine & set(await clerk.waiting()):
                await clerk.post(f"/uses/{application}/accept", person=somebody(town, errand.at)[0])
    except aiohttp.ClientError:
        return
