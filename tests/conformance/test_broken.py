from pathlib import Path

import pytest

from conformance.broken.faults import DESKS
from conformance.broken.slips import SLIPS
from conformance.cases import CASES
from conformance.findings import Finding
from conformance.report import incidents
from conformance.run import tried
from tests.conformance.house import trial

EVERY_CLASS = [f"I{number}" for number in range(1, 8)]


OF_INCIDENTS = tuple(case.id for case in CASES.values() if case.incident)


async def rehearsal(folder: Path, fault: str, seed: int = 1, only: tuple[str, ...] = (), load: int = 16) -> tuple[Finding, ...]:
    async with trial(folder, fault, seed, load) as one:
        return await tried(one, only)


def failed(findings: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.case, found.evidence) for found in findings if found.verdict == "failed"]


def test_there_is_a_broken_issuer_and_a_case_for_each_class() -> None:
    assert sorted(DESKS) == [*EVERY_CLASS, "none"]
    assert sorted({case.incident for case in CASES.values()} - {""}) == EVERY_CLASS


async def test_a_broken_issuer_fails_in_its_class_and_in_no_other(tmp_path: Path) -> None:
    """One of the seven; the sweep has all of them."""
    findings = await rehearsal(tmp_path, "I2", only=OF_INCIDENTS, load=4)
    assert incidents(findings) == ("I2",)
    assert {found.incident for found in findings if found.verdict == "failed"} == {"I2"}, failed(findings)


BESIDE = ("P1", "P8", "A1", "A2", "A3", "A4", "A5", "A6", "A8", "A9")
"""What a broken promise about copies or choices must not be taken for."""


@pytest.mark.parametrize("case", sorted(SLIPS))
async def test_a_server_that_breaks_one_promise_fails_in_its_case_and_in_no_other(tmp_path: Path, case: str) -> None:
    """Among what lies near it; the sweep has all cases."""
    assert [one for one, _ in failed(await rehearsal(tmp_path, case, only=BESIDE, load=2))] == [case]


async def test_the_sound_one_passes_every_case(tmp_path: Path) -> None:
    assert [found for found in await rehearsal(tmp_path, "none", load=4) if found.verdict != "passed"] == []


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize("fault", EVERY_CLASS)
async def test_each_of_the_seven_is_named_whatever_the_seed(tmp_path: Path, fault: str, seed: int) -> None:
    findings = await rehearsal(tmp_path, fault, seed)
    assert {found.incident for found in findings if found.verdict == "failed"} == {fault}, failed(findings)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(2, 5))
@pytest.mark.parametrize("case", sorted(SLIPS))
async def test_each_slip_is_named_by_its_case_alone_whatever_the_seed(tmp_path: Path, case: str, seed: int) -> None:
    assert [one for one, _ in failed(await rehearsal(tmp_path, case, seed))] == [case]


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(10))
async def test_our_own_issuer_passes_with_every_seed(tmp_path: Path, seed: int) -> None:
    assert failed(await rehearsal(tmp_path, "none", seed)) == []
