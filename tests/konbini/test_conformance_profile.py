"""`konbini conformance profile`: the skeleton, the check, and a working profile for the issuers of an open town."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.template import TEMPLATE
from konbini.conformance_profile import check_profile, write_template, write_town_profile
from tests.konbini.towns import town_at
from tests.structure.sources import ROOT
from tests.town.open_town import OpenTown


def test_the_skeleton_is_written_once_and_checked_to_its_last_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.json"
    write_template(file, as_json=False)
    assert file.read_text(encoding="utf-8") == TEMPLATE and str(file) in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        check_profile(file, as_json=False)
    assert stopped.value.code == 2 and "center.pem" in capsys.readouterr().err
    for name in ("center.pem", "center.key", "parties.pem", "kiosk.pem", "kiosk.key", "documents.pem", "keys.json"):
        (tmp_path / name).touch()
    check_profile(file, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"good": True, "people": 7, "kinds": ["juminhyo", "inkan"], "changes": 2}
    file.write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        write_template(file, as_json=True)
    assert stopped.value.code == 2 and file.read_text() == "mine", "what a vendor wrote is left alone"


def test_a_mistake_is_said_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.json"
    file.write_text(TEMPLATE.replace('"holder": true', '"holder": 1', 1), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        check_profile(file, as_json=True)
    line = TEMPLATE[: TEMPLATE.index('"holder": true')].count("\n") + 1
    assert stopped.value.code == 2 and f"{file}:{line}: " in json.loads(capsys.readouterr().out)["sentence"]


def test_without_an_open_town_it_is_said_how_to_open_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        write_town_profile(tmp_path / "town", "", tmp_path / "p.json", as_json=False)
    assert stopped.value.code == 2 and "konbini town --state" in capsys.readouterr().err


def test_a_municipality_that_the_town_has_not_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town_at(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        write_town_profile(tmp_path / "town.json", "999997", tmp_path / "p.json", as_json=True)
    assert stopped.value.code == 2 and json.loads(capsys.readouterr().out)["error"] == "not_there" and not (tmp_path / "p.json").exists()


def konbini(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "konbini", "conformance", *words]
    return subprocess.run(command, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True)


@pytest.mark.sweep
def test_three_commands_give_a_passing_strict_report_for_an_own_server_and_for_a_tenant(tmp_path: Path) -> None:
    """From an empty folder: a town, a profile, a run; twice against the same town, because all that was changed has been put back."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with OpenTown(tmp_path / "state", residents=200, municipalities=6, terminals=1) as town:
        for code in (town.city, "972011"):
            made = konbini("profile", "--town", str(tmp_path / "state"), "--issuer", code, "--out", f"{code}.json", "--json", cwd=elsewhere)
            assert made.returncode == 0, made.stderr
            said = json.loads(made.stdout)
            assert said["not_tried"] == []
            for seed in ("1", "2"):
                words = (
                    "--issuer",
                    said["issuer"],
                    "--profile",
                    said["profile"],
                    "--strict",
                    "--report",
                    f"{code}-{seed}",
                    "--seed",
                    seed,
                    "--load",
                    "8",
                )
                run = konbini(*words, "--json", cwd=elsewhere)
                report = json.loads(run.stdout)
                assert run.returncode == 0, [(one["case"], one["evidence"]) for one in report["cases"] if one["verdict"] == "failed"]
                assert {one["case"] for one in report["cases"] if one["verdict"] == "not_tried"} <= {"X3"}
