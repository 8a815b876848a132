"""The simulated network: the bytes and the admission of the real one, and everything that can go wrong on the way."""

import asyncio

import pytest

from messages.facts import AskPrices
from messages.link import NoAnswer
from messages.refusals import Refusal, refuse
from messages.routes import BY_MESSAGE
from messages.visits import CloseVisit, VisitClosed
from messages.wire import Message, encode
from simulation.network import Host, SimulatedLink
from simulation.party_life import Incarnation
from simulation.world import World
from storage.store import StoreFailed
from tests.messages.builds import NOW
from tests.simulation.weather import DeskAsTold, host_with, in_world, weather
from trust.parties import Peer

KIOSK = Peer("kiosk", "kiosk")


def _ask(visit: str = "v") -> CloseVisit:
    return CloseVisit(visit_id=visit, kiosk_id="k", at=NOW, reason="idle")


async def _reply(message: Message) -> Message:
    assert isinstance(message, CloseVisit)
    return VisitClosed(visit_id=message.visit_id)


def _link(world: World, host: Host, peer: Peer = KIOSK, life: Incarnation | None = None) -> SimulatedLink:
    return SimulatedLink(life or Incarnation(peer.role, 1), peer, host, world)


def test_a_message_arrives_as_it_was_said_and_its_reply_comes_back_after_a_while() -> None:
    async def main(world: World) -> float:
        desk = DeskAsTold(_reply)
        assert await _link(world, host_with(desk)).ask(_ask()) == VisitClosed(visit_id="v")
        ((message, peer, now),) = desk.heard
        assert (message, peer) == (_ask(), KIOSK) and message is not _ask()
        assert world.loop.now() > now
        return world.loop.time()

    seconds, world = in_world(main)
    assert 0.0 < seconds < 1.0
    assert [line.split()[1] for line in world.trace.last] == ["ask", "answer"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [(StoreFailed("after"), "busy"), (ValueError("himitsu"), "failed"), (None, "visit_unknown")],
)
def test_a_refusal_and_a_failure_inside_come_back_as_at_the_real_door(failure: Exception | None, code: str) -> None:
    async def act(_message: Message) -> Message:
        if failure is not None:
            raise failure
        return refuse("visit_unknown")

    async def main(world: World) -> Message:
        return await _link(world, host_with(DeskAsTold(act))).ask(_ask())

    reply, world = in_world(main)
    assert isinstance(reply, Refusal) and reply == refuse(code)
    assert not any("himitsu" in line for line in world.trace.last)


def test_who_may_say_what_is_decided_as_at_the_real_door() -> None:
    async def main(world: World) -> tuple[Message, int]:
        desk = DeskAsTold(_reply)
        return await _link(world, host_with(desk), Peer("center", "center")).ask(_ask()), len(desk.heard)

    (reply, heard), _ = in_world(main)
    assert isinstance(reply, Refusal) and (reply.code, heard) == ("role_not_admitted", 0)


def test_a_message_lost_on_its_way_is_never_heard_and_one_whose_answer_is_lost_is() -> None:
    async def main(world: World) -> list[tuple[str, bool]]:
        fates = []
        for number in range(60):
            desk = DeskAsTold(_reply)
            try:
                await _link(world, host_with(desk)).ask(_ask(str(number)), 5.0)
                fates.append(("answered", bool(desk.heard)))
            except NoAnswer as silence:
                fates.append((str(silence), bool(desk.heard)))
        return fates

    fates, world = in_world(main, weather(lost=0.3))
    assert set(fates) == {("answered", True), ("timeout", False), ("timeout", True)}
    said = [line.split(" ", 1)[1] for line in world.trace.last]
    assert sum(line.startswith("lost ") for line in said) == fates.count(("timeout", False))
    assert sum(line.startswith("answer lost ") for line in said) == fates.count(("timeout", True))


def test_a_doubled_message_is_heard_twice_and_answered_once() -> None:
    async def main(world: World) -> tuple[Message, list[Message]]:
        desk = DeskAsTold(_reply)
        reply = await _link(world, host_with(desk)).ask(_ask())
        await asyncio.sleep(10.0)
        return reply, [message for message, _, _ in desk.heard]

    (reply, heard), _ = in_world(main, weather(doubled=1.0))
    assert reply == VisitClosed(visit_id="v")
    assert heard == [_ask(), _ask()]


def test_the_copy_of_a_message_arrives_even_if_its_sender_has_died() -> None:
    async def main(world: World) -> int:
        desk = DeskAsTold(_reply)
        life = Incarnation("kiosk", 1)
        life.spawn(_swallowed(_link(world, host_with(desk), life=life).ask(_ask())))
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        life.kill()
        await asyncio.sleep(30.0)
        return len(desk.heard)

    assert in_world(main, weather(doubled=1.0))[0] == 1


async def _swallowed(asking: object) -> None:
    assert asyncio.iscoroutine(asking)
    await asking


def test_late_messages_are_overtaken() -> None:
    async def main(world: World) -> list[str]:
        desk = DeskAsTold(_reply)
        host = host_with(desk)
        await asyncio.gather(*(_link(world, host).ask(_ask(f"{number:02d}"), 60.0) for number in range(30)))
        return [message.visit_id for message, _, _ in desk.heard if isinstance(message, CloseVisit)]

    arrived, _ = in_world(main, weather(late=0.5, late_seconds=20.0))
    assert sorted(arrived) == [f"{number:02d}" for number in range(30)]
    assert arrived != sorted(arrived)


def test_a_party_that_dies_while_it_serves_cuts_the_line_and_what_it_had_begun_ends() -> None:
    async def main(world: World) -> tuple[str, list[str]]:
        done: list[str] = []

        async def slowly(_message: Message) -> Message:
            await asyncio.sleep(2.0)
            done.append("served")
            return VisitClosed(visit_id="v")

        host = host_with(DeskAsTold(slowly))
        assert host.life is not None
        world.loop.call_later(1.0, host.life.kill)
        with pytest.raises(NoAnswer) as caught:
            await _link(world, host).ask(_ask())
        await asyncio.sleep(10.0)
        return str(caught.value), done

    assert in_world(main)[0] == ("cut", [])


@pytest.mark.parametrize(("points", "heard"), [(1, 0), (2, 1)])
def test_a_party_can_die_just_before_and_just_after_it_served(points: int, heard: int) -> None:
    async def main(world: World) -> int:
        desk = DeskAsTold(_reply)
        host = host_with(desk)
        assert host.life is not None
        host.life.doomed_after = points
        with pytest.raises(NoAnswer, match="cut"):
            await _link(world, host).ask(_ask())
        return len(desk.heard)

    assert in_world(main)[0] == heard


def test_a_slow_party_is_given_up_on_and_serves_to_the_end_all_the_same() -> None:
    async def main(world: World) -> list[str]:
        done: list[str] = []

        async def slowly(_message: Message) -> Message:
            await asyncio.sleep(20.0)
            done.append("served")
            return VisitClosed(visit_id="v")

        with pytest.raises(NoAnswer, match="timeout"):
            await _link(world, host_with(DeskAsTold(slowly))).ask(_ask(), 5.0)
        assert done == []
        await asyncio.sleep(60.0)
        return done

    assert in_world(main)[0] == ["served"]


def test_a_message_that_does_not_belong_to_the_desk_is_the_desks_to_refuse() -> None:
    async def act(_message: Message) -> Message:
        return refuse("not_found")

    async def main(world: World) -> Message:
        ask = AskPrices(municipality="1", channel="c", day=NOW.date())
        return await _link(world, host_with(DeskAsTold(act)), Peer("center", "center")).ask(ask)

    assert in_world(main)[0] == refuse("not_found")


def test_bytes_that_are_no_message_are_refused_before_the_desk() -> None:
    async def main(world: World) -> tuple[bytes, int]:
        desk = DeskAsTold(_reply)
        link = _link(world, host_with(desk))
        answer = await link.carry("CloseVisit", b"{", lambda raw: link._answered(BY_MESSAGE[CloseVisit], raw), 5.0)
        return answer, len(desk.heard)

    (answer, heard), _ = in_world(main)
    assert (answer, heard) == (b"400 " + encode(refuse("malformed", "not JSON")), 0)


def test_the_same_seed_has_the_same_fates() -> None:
    async def main(world: World) -> None:
        host = host_with(DeskAsTold(_reply))
        for number in range(40):
            try:
                await _link(world, host).ask(_ask(str(number)), 5.0)
            except NoAnswer:
                continue

    rough = weather(lost=0.2, doubled=0.2, late=0.2, late_seconds=10.0)
    traces = [in_world(main, rough, seed)[1].trace.sha256() for seed in (1, 1, 2)]
    assert traces[0] == traces[1] != traces[2]
