"""What a killed process did not do, it never does, whatever its code tries on the way out."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.coin_box import CoinBox
from kiosk.printer import Printer, Sides
from messages.link import NoAnswer
from messages.visits import CloseVisit, VisitClosed
from messages.wire import Message
from simulation.network import SimulatedLink
from simulation.party_life import Dead, Incarnation
from simulation.store import SimulatedStore, open_database
from simulation.world import World
from storage.store import StoreFailed
from tests.messages.builds import NOW
from tests.simulation.weather import DeskAsTold, host_with, in_world
from tests.storage.boxes import METADATA, contents, put
from trust.parties import Peer

ASK = CloseVisit(visit_id="v", kiosk_id="k", at=NOW, reason="idle")


async def _reply(_message: Message) -> Message:
    return VisitClosed(visit_id="v")


def test_a_dead_partys_tasks_end_where_they_stand_and_so_do_those_they_started() -> None:
    async def main(_world: World) -> list[str]:
        done: list[str] = []

        async def child() -> None:
            await asyncio.sleep(2.0)
            done.append("child")

        async def work() -> None:
            asyncio.get_running_loop().create_task(child())
            await asyncio.sleep(1.0)
            done.append("one second")
            await asyncio.sleep(5.0)
            done.append("six seconds")

        async def somebody_else() -> None:
            await asyncio.sleep(3.0)
            done.append("somebody else")

        life = Incarnation("kiosk", 1)
        life.spawn(work())
        asyncio.get_running_loop().create_task(somebody_else())
        await asyncio.sleep(1.5)
        life.kill()
        await asyncio.sleep(10.0)
        return done

    assert in_world(main)[0] == ["one second", "somebody else"]


def test_code_that_refuses_to_die_has_no_effect_through_any_door_it_holds(tmp_path: Path) -> None:
    async def main(world: World) -> tuple[list[str], int, list[object]]:
        life = Incarnation("kiosk", 1)
        engine = open_database(METADATA)
        store = SimulatedStore(engine, life, world)
        desk = DeskAsTold(_reply)
        link = SimulatedLink(life, Peer("kiosk", "kiosk"), host_with(desk), world)
        box = CoinBox.open(tmp_path / "box", {100: 10}, life.reach)
        printer = Printer.open(tmp_path / "printer", life.reach, paper=10)
        coins_before = box.counters()
        tried: list[object] = []

        async def stubborn() -> None:
            with suppress(BaseException):  # it swallows its own death
                await asyncio.sleep(100.0)
            for deed in (lambda: store.write(put, "a"), lambda: store.read(contents), lambda: link.ask(ASK)):
                try:
                    await deed()
                    tried.append("done")
                except BaseException as ending:  # noqa: BLE001
                    tried.append(type(ending))
            for machine in (lambda: box.insert("t", 100), lambda: printer.print_sheet("j", "p", 1, 1, Sides(b"x", b"y"))):
                try:
                    machine()
                    tried.append("done")
                except BaseException as ending:  # noqa: BLE001
                    tried.append(type(ending))

        life.spawn(stubborn())
        await asyncio.sleep(1.0)
        life.kill()
        await asyncio.sleep(60.0)
        assert box.counters() == coins_before
        box.close()
        printer.close()
        with engine.begin() as connection:
            return contents(connection), len(desk.heard), tried

    written, heard, tried = in_world(main)[0]
    assert (written, heard) == ([], 0)
    assert set(tried) == {Dead} and len(tried) == 5


def test_no_handler_of_a_partys_takes_its_death_for_a_fault_it_can_deal_with() -> None:
    assert not issubclass(Dead, Exception)


def test_a_party_that_is_marked_dies_at_exactly_that_point() -> None:
    life = Incarnation("center", 1)
    deaths: list[str] = []
    life.on_death = deaths.append
    life.reach("one")
    life.doomed_after = 3
    life.reach("two")
    life.reach("three")
    with pytest.raises(Dead):
        life.reach("four")
    assert (life.alive, deaths) == (False, ["four"])
    with pytest.raises(Dead):
        life.reach("five")
    assert deaths == ["four"]


@pytest.mark.parametrize(("points", "written"), [(1, []), (2, ["a"])])
def test_a_death_before_a_commit_leaves_nothing_of_it_and_one_after_it_leaves_it_whole(points: int, written: list[str]) -> None:
    async def main(world: World) -> list[str]:
        life = Incarnation("center", 1)
        life.doomed_after = points
        engine = open_database(METADATA)
        with pytest.raises(Dead):
            await life.answered(SimulatedStore(engine, life, world).write(put, "a"))
        # The next life finds what was on the disk.
        return await SimulatedStore(engine, Incarnation("center", 2), world).read(contents)

    assert in_world(main)[0] == written


def test_whoever_asked_a_dying_party_hears_that_it_was_cut_off_and_its_work_goes_on_without_a_caller() -> None:
    async def main(_world: World) -> list[str]:
        done: list[str] = []

        async def work(name: str) -> str:
            await asyncio.sleep(2.0)
            done.append(name)
            return name

        doomed, living = Incarnation("center", 1), Incarnation("fees", 1)
        asking = asyncio.ensure_future(doomed.answered(work("never")))
        impatient = asyncio.ensure_future(living.answered(work("all the same")))
        await asyncio.sleep(1.0)
        doomed.kill()
        impatient.cancel()
        with pytest.raises(Dead):
            await asking
        with pytest.raises(asyncio.CancelledError):
            await impatient
        await asyncio.sleep(5.0)
        with pytest.raises(Dead):
            await doomed.answered(work("too late"))
        return done

    assert in_world(main)[0] == ["all the same"]


def test_what_a_dead_party_answers_all_the_same_is_heard_by_nobody() -> None:
    async def main(_world: World) -> None:
        async def stubborn() -> str:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(2.0)
            return "an answer"

        life = Incarnation("center", 1)
        asking = asyncio.ensure_future(life.answered(stubborn()))
        await asyncio.sleep(1.0)
        life.kill()
        with pytest.raises(Dead):
            await asking

    in_world(main)


def test_a_failure_of_a_partys_code_reaches_its_caller_as_it_was() -> None:
    async def main(_world: World) -> None:
        async def fails() -> None:
            raise StoreFailed("before")

        with pytest.raises(StoreFailed, match="before"):
            await Incarnation("center", 1).answered(fails())

    in_world(main)


def test_a_task_belongs_to_the_life_whose_code_started_it_and_to_no_other() -> None:
    async def main(_world: World) -> list[str]:
        done: list[str] = []
        first, second = Incarnation("center", 1), Incarnation("fees", 1)

        async def ticks(name: str) -> None:
            while True:
                await asyncio.sleep(1.0)
                done.append(name)

        async def served() -> None:
            asyncio.get_running_loop().create_task(ticks("second's"))

        async def asks() -> None:
            await second.answered(served())
            asyncio.get_running_loop().create_task(ticks("first's"))

        await first.answered(asks())
        await asyncio.sleep(1.5)
        first.kill()
        await asyncio.sleep(1.0)
        second.kill()
        await asyncio.sleep(5.0)
        return done

    assert sorted(in_world(main)[0]) == ["first's", "second's", "second's"]


def test_asking_somebody_dead_is_no_answer() -> None:
    async def main(world: World) -> None:
        host = host_with(DeskAsTold(_reply))
        assert host.life is not None
        host.life.kill()
        with pytest.raises(NoAnswer, match="refused"):
            await SimulatedLink(Incarnation("kiosk", 1), Peer("kiosk", "kiosk"), host, world).ask(ASK)

    in_world(main)


def test_a_database_outlives_its_party() -> None:
    async def main(world: World) -> list[str]:
        engine = open_database(METADATA)
        first, second = Incarnation("center", 1), Incarnation("center", 2)
        await SimulatedStore(engine, first, world).write(put, "a")
        first.kill()
        await SimulatedStore(engine, second, world).write(put, "b")
        with engine.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM boxes")).scalar_one() == 2
        return await SimulatedStore(engine, second, world).read(contents)

    assert in_world(main)[0] == ["a", "b"]
