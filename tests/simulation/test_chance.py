"""All chance of a town comes from one seed, in streams that know nothing of each other."""

import os
import subprocess
import sys

from simulation.chance import Chance
from simulation.faults import LEVELS, Faults
from simulation.trace import Trace
from tests.structure.sources import ROOT


def _drawn(chance: Chance, name: str, count: int = 20) -> list[float]:
    return [chance.stream(name).random() for _ in range(count)]


def test_the_same_seed_and_name_draw_the_same() -> None:
    assert _drawn(Chance(7), "network") == _drawn(Chance(7), "network")
    assert Chance(7).token("keys")(32) == Chance(7).token("keys")(32)


def test_another_seed_or_another_name_draws_something_else() -> None:
    drawn = {tuple(_drawn(Chance(seed), name)) for seed in (0, 1, -1, 10, 2**70) for name in ("a", "b", "a b", "")}
    assert len(drawn) == 20


def test_a_seed_and_a_name_cannot_run_into_each_other() -> None:
    assert _drawn(Chance(1), "1 a") != _drawn(Chance(11), " a")
    assert _drawn(Chance(1), "1a") != _drawn(Chance(11), "a")


def test_what_one_stream_draws_never_changes_what_another_draws() -> None:
    alone, beside = Chance(7), Chance(7)
    expected = _drawn(alone, "center")
    found = []
    for _ in range(20):
        beside.stream("kiosk").random()
        found.append(beside.stream("center").random())
        beside.token("fees")(5)
    assert found == expected


def test_a_stream_asked_for_again_goes_on_where_it_was() -> None:
    chance = Chance(7)
    assert _drawn(chance, "a", 3) + _drawn(chance, "a", 3) == _drawn(Chance(7), "a", 6)


def test_streams_are_the_same_in_every_process() -> None:
    asked = "from simulation.chance import Chance; c = Chance(7); print(c.token('center 1')(16).hex(), c.stream('network').random())"
    said = {
        subprocess.run(
            [sys.executable, "-c", asked], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": salt}, capture_output=True, text=True, check=True
        ).stdout
        for salt in ("1", "2")
    }
    chance = Chance(7)
    assert said == {f"{chance.token('center 1')(16).hex()} {chance.stream('network').random()}\n"}


def test_a_trace_is_another_one_for_another_event_another_order_or_another_moment() -> None:
    def trace(*events: tuple[float, str]) -> str:
        now = [0.0]
        kept = Trace(lambda: now[0], keep=2)
        for now[0], what in events:
            kept.note(what)
        assert kept.count == len(events) and len(kept.last) == min(2, len(events))
        return kept.sha256()

    hashes = [
        trace(),
        trace((1.0, "a"), (2.0, "b")),
        trace((1.0, "b"), (2.0, "a")),
        trace((1.0, "a"), (2.000001, "b")),
        trace((1.0, "a"), (2.0, "c")),
        trace((1.0, "a"), (2.0, "b"), (2.0, "b")),
    ]
    assert len(set(hashes)) == len(hashes)
    assert trace((1.0, "a"), (2.0, "b")) == hashes[1]


def test_the_levels_of_faults_grow_and_none_means_none() -> None:
    none, light, heavy = (LEVELS[level] for level in ("none", "light", "heavy"))
    chances = ("lost", "doubled", "late", "commit_fails_before", "commit_fails_after", "device_fault")
    assert {getattr(none, name) for name in chances} == {0.0} and none.kill_every_seconds is None
    for name in chances:
        assert 0.0 < getattr(light, name) < getattr(heavy, name) < 0.5
    assert heavy.kill_every_seconds is not None and light.kill_every_seconds is not None and heavy.kill_every_seconds < light.kill_every_seconds
    assert isinstance(none, Faults)
