import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.broken.faults import DESKS
from conformance.cases import CASES
from conformance.findings import Finding
from conformance.report import incidents, report_json, report_page, write_report
from conformance.run import tried
from tests.conformance.house import now, trial
from tests.structure.sources import ROOT

EVERY_CLASS = [f"I{number}" for number in range(1, 8)]


async def rehearsal(folder: Path, fault: str, seed: int = 1) -> tuple[Finding, ...]:
    async with trial(folder, fault, seed) as one:
        return await tried(one)


def failed(findings: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.case, found.evidence) for found in findings if found.verdict == "failed"]


def test_there_is_a_broken_issuer_and_a_case_for_each_class() -> None:
    assert sorted(DESKS) == [*EVERY_CLASS, "none"]
    assert sorted({case.incident for case in CASES.values()} - {""}) == EVERY_CLASS


@pytest.mark.parametrize("fault", ["I2", "I7"])
async def test_a_broken_issuer_fails_in_its_class_and_nowhere_else(tmp_path: Path, fault: str) -> None:
    findings = await rehearsal(tmp_path, fault)
    assert incidents(findings) == (fault,)
    assert {CASES[case].incident for case, _ in failed(findings)} == {fault}, failed(findings)
    report, page = report_json(findings, "990019", 1, True, now()), report_page(findings, "990019", 1, True, now())
    write_report(tmp_path / "report", page, report, ec.generate_private_key(ec.SECP256R1()))
    checked = ["openssl", "dgst", "-sha256", "-verify", "report-key.pem", "-signature", "report.json.sig", "report.json"]
    assert subprocess.run(checked, cwd=tmp_path / "report", check=False, capture_output=True).returncode == 0
    assert fault in page and not any(name in page + report.decode() for name in ("太郎", "次郎", "移動", "古町", "新町"))


async def test_the_sound_one_passes_every_case(tmp_path: Path) -> None:
    assert [found for found in await rehearsal(tmp_path, "none") if found.verdict != "passed"] == []


async def test_the_command_says_by_its_exit_status_what_it_found(tmp_path: Path) -> None:
    async with trial(tmp_path, "I5") as one:
        words = ["conformance", "--issuer", one.url, "--profile", str(tmp_path / "profile.json"), "--report", str(tmp_path / "out"), "--load", "6"]
        run = await asyncio.create_subprocess_exec(sys.executable, "-m", "konbini", *words, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
        assert await run.wait() == 1
        assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report-key.pem", "report.html", "report.json", "report.json.sig"]
    gone = await asyncio.create_subprocess_exec(sys.executable, "-m", "konbini", *words, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL)
    assert await gone.wait() == 2


@pytest.mark.sweep
@pytest.mark.parametrize("fault", EVERY_CLASS)
async def test_each_of_the_seven_is_named_whatever_the_seed(tmp_path: Path, fault: str) -> None:
    for seed in (2, 3):
        findings = await rehearsal(tmp_path / str(seed), fault, seed)
        assert {CASES[case].incident for case, _ in failed(findings)} == {fault}, failed(findings)


@pytest.mark.sweep
async def test_our_own_issuer_passes_with_ten_seeds(tmp_path: Path) -> None:
    for seed in range(10):
        assert failed(await rehearsal(tmp_path / str(seed), "none", seed)) == []


@pytest.mark.sweep
@pytest.mark.parametrize(("fault", "status"), [("I3", 0), ("none", 0), ("I9", 2)])
def test_the_command_rehearses(tmp_path: Path, fault: str, status: int) -> None:
    words = ["conformance", "--rehearse", fault, "--report", str(tmp_path / "out"), "--load", "12", "--json"]
    assert subprocess.run([sys.executable, "-m", "konbini", *words], cwd=ROOT, check=False, capture_output=True).returncode == status
