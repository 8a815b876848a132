"""The simulated store keeps the promises of the real one, and fails in both ways: before a commit took effect, and after."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from simulation.faults import Faults
from simulation.party_life import Incarnation
from simulation.store import SimulatedStore, open_database
from simulation.world import World
from storage.store import StoreFailed
from tests.simulation.weather import CALM, in_world, weather
from tests.storage.boxes import METADATA, contents, put, put_and_fail, put_two


@pytest.mark.parametrize(
    ("faults", "reason", "written"), [(weather(commit_fails_before=1.0), "before", []), (weather(commit_fails_after=1.0), "after", ["a"])]
)
def test_a_commit_fails_before_or_after_it_took_effect(faults: Faults, reason: str, written: list[str]) -> None:
    async def main(world: World) -> list[str]:
        engine = open_database(METADATA)
        store = SimulatedStore(engine, Incarnation("center", 1), world)
        with pytest.raises(StoreFailed, match=reason):
            await store.write(put, "a")
        return await store.read(contents)

    found, world = in_world(main, faults)
    assert found == written
    assert world.trace.last[-1].endswith(f"failed {reason}")


def test_in_calm_weather_every_commit_holds_and_takes_its_time() -> None:
    async def main(world: World) -> tuple[list[str], float]:
        store = SimulatedStore(open_database(METADATA), Incarnation("center", 1), world)
        for number in range(50):
            assert await store.write(put, f"{number:02d}") == number + 1
        return await store.read(contents), world.loop.time()

    (written, seconds), _ = in_world(main)
    assert written == [f"{number:02d}" for number in range(50)]
    assert 0.0 < seconds <= 101 * CALM.commit_seconds


def test_with_faults_between_both_ways_what_was_confirmed_is_always_there() -> None:
    async def main(world: World) -> tuple[set[str], set[str], set[str]]:
        store = SimulatedStore(open_database(METADATA), Incarnation("center", 1), world)
        confirmed, failed = set(), {"before": set[str](), "after": set[str]()}
        for number in range(300):
            try:
                await store.write(put, str(number))
                confirmed.add(str(number))
            except StoreFailed as failure:
                failed[str(failure)].add(str(number))
        assert all(failed.values())
        assert set(await store.read(contents)) == confirmed | failed["after"]
        return confirmed, failed["before"], failed["after"]

    first, _ = in_world(main, weather(commit_fails_before=0.2, commit_fails_after=0.2))
    again, _ = in_world(main, weather(commit_fails_before=0.2, commit_fails_after=0.2))
    other, _ = in_world(main, weather(commit_fails_before=0.2, commit_fails_after=0.2), seed=2)
    assert first == again != other


def test_a_step_that_fails_leaves_nothing_and_its_own_exception_comes_back() -> None:
    async def main(world: World) -> list[str]:
        store = SimulatedStore(open_database(METADATA), Incarnation("center", 1), world)
        with pytest.raises(LookupError):
            await store.write(put_and_fail, "a")
        await store.write(put, "b")
        with pytest.raises(IntegrityError):
            await store.write(put_two, "c", "b")
        return await store.read(contents)

    assert in_world(main)[0] == ["b"]


def test_writes_of_several_tasks_interleave_so_that_races_can_show() -> None:
    async def main(world: World) -> list[str]:
        store = SimulatedStore(open_database(METADATA), Incarnation("center", 1), world)

        async def somebody(name: str) -> None:
            for number in range(5):
                await store.write(put, f"{name}{number}")

        await asyncio.gather(somebody("a"), somebody("b"))
        return await store.read(contents)

    written = in_world(main)[0]
    assert sorted(written) == [f"{name}{number}" for name in "ab" for number in range(5)]
    assert written not in (sorted(written), [f"{name}{number}" for number in range(5) for name in "ab"])


def test_foreign_keys_are_held_as_on_the_real_store() -> None:
    engine = open_database(METADATA)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO labels VALUES (999)"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM labels")).scalar_one() == 0
