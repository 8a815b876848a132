from dataclasses import replace

import pytest

from konbini import simulate as simulating
from simulation.auditor import Findings
from simulation.run import Report
from tests.konbini.told import konbini

QUIET = Report(
    seed=7,
    visits=3,
    faults="light",
    municipalities=12,
    findings=Findings(issued=2, mismatches=0, unresolved=1, refused={"jam": 1}, ledger_imbalance_yen=0, complaints=()),
    deaths={"center": 1},
    stranded=(),
    events=9,
    trace_sha256="ab" * 32,
    simulated_seconds=12.5,
    wall_seconds=1.0,
    cpu_seconds=0.5,
    last_events=("1.0 ask", "2.0 answer"),
)
LOUD = replace(QUIET, findings=replace(QUIET.findings, mismatches=1, complaints=("visit 2: somebody else's address",)), stranded=("visit 1: no_end",))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the simulation was asked for; it answers `QUIET`, and `LOUD` for seed 13."""
    asked: list[tuple[object, ...]] = []

    def simulate(*wanted: object) -> Report:
        asked.append(wanted)
        return LOUD if wanted[0] == 13 else QUIET

    monkeypatch.setattr(simulating, "simulate", simulate)
    return asked


def test_a_quiet_run_is_one_object_that_scripts_can_rely_on(ran: list[tuple[object, ...]]) -> None:
    told = konbini("simulate", "--seed", 7, "--visits", 3, "--json")
    assert ran == [(7, 3, "light", 12)]
    assert (told.status, told.errors) == (0, "")
    keys = ("seed", "visits", "issued", "mismatches", "unresolved", "refused", "ledger_imbalance_yen", "complaints", "trace_sha256", "wall_seconds")
    assert {key: told.answer[key] for key in keys} == {
        "seed": 7,
        "visits": 3,
        "issued": 2,
        "mismatches": 0,
        "unresolved": 1,
        "refused": {"jam": 1},
        "ledger_imbalance_yen": 0,
        "complaints": [],
        "trace_sha256": "ab" * 32,
        "wall_seconds": 1.0,
    }


def test_a_run_with_complaints_ends_with_1_and_shows_what_happened_last(ran: list[tuple[object, ...]]) -> None:
    told = konbini("simulate", "--seed", 13, "--visits", 3, "--faults", "heavy", "--json")
    assert ran == [(13, 3, "heavy", 12)]
    assert (told.status, told.answer["complaints"]) == (1, ["visit 2: somebody else's address", "visit 1: no_end"])
    assert told.errors.splitlines() == ["visit 2: somebody else's address", "visit 1: no_end", "--", "1.0 ask", "2.0 answer"]


def test_people_are_told_in_words(ran: list[tuple[object, ...]]) -> None:
    told = konbini("simulate", "--seed", 13, "--visits", 3)
    assert told.status == 1 and len(ran) == 1
    for words in ("他人の紙        1", "監査の指摘      2", "ab" * 32):
        assert words in told.out


def test_an_unknown_weather_is_refused(ran: list[tuple[object, ...]]) -> None:
    told = konbini("simulate", "--seed", 1, "--visits", 1, "--faults", "storm", "--json")
    assert (told.status, told.answer["error"], ran) == (2, "faults_unknown", [])
