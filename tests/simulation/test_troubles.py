"""What goes wrong in a simulated town goes wrong where it is meant to: databases of a third of the municipalities, clocks, issuers that come back; and nothing is left of it in clear weather."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from simulation import demonstration as demo
from simulation import run
from simulation.audited_papers import issuing
from simulation.auditor import Findings
from simulation.clocks import Clock
from simulation.faults import LEVELS
from simulation.foundation import found
from simulation.party_life import Incarnation, adopt_tasks
from simulation.store import Ailing, Illness, SimulatedStore, open_database
from simulation.troubles import Troubles
from simulation.virtual_time import run_virtual
from simulation.workload import Came
from simulation.world import START, World, make_world
from tests.simulation.weather import in_world

AWAY = frozenset({"issuer_unavailable", "issuer_failed", "busy", "failed", "center_unavailable", "fees_unavailable", "credential_unverifiable"})


def test_a_clock_that_was_put_wrong_tells_another_time_until_it_is_put_right() -> None:
    clock = Clock(lambda: START)
    clock.put(-30.5)
    assert clock.now() == START - timedelta(seconds=30.5)
    clock.put(0.0)
    assert clock.now() == START


def test_an_ill_database_is_slow_or_fails_and_a_well_one_does_neither() -> None:
    async def main(world: World) -> tuple[float, float, int]:
        illness = Illness(slow_seconds=10.0)
        store = SimulatedStore(open_database(), Incarnation("bcl", 1), world, illness, "bcl-993018")
        before = world.loop.time()
        for _ in range(20):
            await store.read(lambda _: None)
        slow = world.loop.time() - before
        illness.heal()
        before = world.loop.time()
        await store.read(lambda _: None)
        well = world.loop.time() - before
        illness.error_share = 0.5
        answers = await asyncio.gather(*(store.read(lambda _: None) for _ in range(100)), return_exceptions=True)
        return slow, well, sum(isinstance(answer, Ailing) for answer in answers)

    (slow, well, failed), _ = in_world(main)
    assert slow > 20.0 and well < 0.1 and 20 < failed < 80


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, ...], list[Came], Findings]:
    """Forty-four people in a town where nothing is wrong but a third of the municipalities' issuers: which those are, who came, what was found."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simulation.troubles.WELL_SECONDS", (0.0, 1.0))
        patched.setattr("simulation.day.STOP_SECONDS", (1e9, 1e9))
        patched.setattr("simulation.day.OTHER", demo.DECLARED)
        faults = replace(LEVELS["none"], ailing_share=1 / 3, ailing_slow_seconds=60.0, ailing_error_share=0.9)
        world = make_world(1, faults)
        adopt_tasks(world.loop)
        foundation = found(world, 1, 160, 16, tmp_path_factory.mktemp("third"), 12)
        town, crowd, _, findings, owed = run_virtual(world.loop, run._live(world, foundation, 44))
        assert owed == ()
        for devices in town.devices.values():
            for device in devices:
                device.close()
    world = make_world(1, faults)
    ailing = Troubles(world, town).ailing()
    world.loop.close()
    return ailing, crowd.came, findings


def test_a_third_of_the_municipalities_is_ill_and_nobody_gets_a_wrong_paper(third: tuple[tuple[str, ...], list[Came], Findings]) -> None:
    ailing, came, findings = third
    assert len(ailing) == 4 and findings.complaints == ()
    theirs = [visit for visit in came if issuing(visit) in ailing]
    assert any(visit.visited.refusal in AWAY for visit in theirs), "they were really ill"


def test_whoever_has_to_do_with_none_of_the_ill_is_served_as_on_any_day(third: tuple[tuple[str, ...], list[Came], Findings]) -> None:
    ailing, came, _ = third
    healthy = [visit for visit in came if not {issuing(visit), visit.holder.municipality} & set(ailing)]
    assert len(healthy) > 20
    assert not [visit.visited.refusal for visit in healthy if visit.visited.refusal in AWAY]
    assert max(visit.ended_at - visit.began_at for visit in healthy) < 10.0 < max(visit.ended_at - visit.began_at for visit in came)
