"""`konbini conformance` as a vendor types it: what it says and its exit status, 0 passed, 1 failed, 2 could not run."""

import asyncio
import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.broken.town import write_town
from conformance.line import Silent
from konbini import conformance as command
from konbini.conformance import Errand, check_report, try_server
from simulation.key_ring import rsa_ring
from storage.instants import JST
from tests.conformance.house import trial
from tests.structure.sources import ROOT

NOBODY_THERE = "https://127.0.0.1:9"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    write_town(folder, "http://127.0.0.1:9", datetime.now(JST), secrets.token_bytes, rsa_ring()[:3])
    return folder


def errand(folder: Path, issuer: str = NOBODY_THERE, profile: str = "profile.json", **more: Any) -> Errand:
    told = {"strict": False, "seed": 1, "load": 4, "key": None} | more
    return Errand(issuer, folder / profile, folder / "out", **told)


def ended(one: Errand, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[int | str | None, str]:
    with pytest.raises(SystemExit) as stopped:
        try_server(one, as_json=as_json)
    said = capsys.readouterr()
    return stopped.value.code, said.err or said.out


async def test_some_cases_against_a_broken_server_end_as_failed_with_a_report_that_can_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with trial(tmp_path, "I5") as one:
        made = errand(tmp_path, one.url, only=("P1", "D2"))
        status, said = await asyncio.to_thread(ended, made, capsys)
    assert status == 1 and "D2  不適合" in said and "I5" in said and "M1" not in said
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert (report["outcome"], report["incidents"], [case["case"] for case in report["cases"]]) == ("failed", ["I5"], ["P1", "D2"])
    assert "--case P1,D2" in report["repeat"] and report["builds"]
    texts = (tmp_path / "out" / "report.html").read_text() + json.dumps(report, ensure_ascii=False)
    assert not any(name in texts for name in ("太郎", "四郎", "中央", "cf00")), "nothing of a person but the ids of the profile"
    check_report(tmp_path / "out", None, as_json=False)
    assert "書き換えられていません" in capsys.readouterr().out
    (tmp_path / "out" / "report.json").write_text(json.dumps(report | {"outcome": "passed"}))
    with pytest.raises(SystemExit) as stopped:
        check_report(tmp_path / "out", None, as_json=True)
    assert stopped.value.code == 1 and json.loads(capsys.readouterr().out)["error"] == "report_altered"


async def test_some_cases_against_the_sound_one_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with trial(tmp_path) as one:
        assert (await asyncio.to_thread(ended, errand(tmp_path, one.url, only=("P1", "O2")), capsys))[0] == 0


def test_a_report_that_is_not_there_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        check_report(tmp_path, None, as_json=False)
    assert stopped.value.code == 2 and "report.html が読めません" in capsys.readouterr().err


def changed(folder: Path, change: Callable[[dict[str, Any]], object], name: str) -> str:
    profile = json.loads((folder / "profile.json").read_bytes())
    change(profile)
    (folder / name).write_text(json.dumps(profile))
    return name


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda p: p.pop("municipality"), "municipality"),
        (lambda p: p["people"][0].update(serial=7), "people[0].serial"),
        (lambda p: p["tls"].update(surprise=1), "surprise"),
        (lambda p: p["people"][0]["may"][0].update(kind="passport"), "passport"),
        (lambda p: p.pop("referrals"), "referrals"),
        (lambda p: p["referrals"]["residents"][0].update(person="nobody"), "nobody"),
        (lambda p: p["tls"].update(key="lost.key"), "lost.key"),
        (lambda p: p["tls"].update(key="kiosk.key"), "tls"),
        (lambda p: p["documents"].update(key_list="profile.json"), "documents.key_list"),
        (lambda p: p["documents"].update(authority="profile.json"), "profile.json"),
    ],
    ids=["missing", "type", "unknown", "kind", "referrals", "resident", "file", "pair", "list", "certificate"],
)
def test_a_mistake_in_the_profile_is_named(
    town: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], object], named: str
) -> None:
    status, said = ended(errand(town, profile=changed(town, change, "other.json")), capsys)
    assert status == 2 and named in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("issuer", "only", "said"),
    [
        ("http://127.0.0.1", (), "https://"),
        (NOBODY_THERE, ("Z9",), "Z9"),
        (NOBODY_THERE, (), "つながりません"),
    ],
    ids=["http", "case", "nobody"],
)
def test_what_cannot_be_tried_is_said(town: Path, capsys: pytest.CaptureFixture[str], issuer: str, only: tuple[str, ...], said: str) -> None:
    status, sentence = ended(errand(town, issuer, only=only), capsys)
    assert status == 2 and said in sentence


def test_a_port_that_does_not_speak_tls_is_said(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        answering = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import socket\ns = socket.socket(fileno={plain.fileno()})\nc, _ = s.accept()\nc.recv(9)\nc.sendall(b'HTTP/1.1 400\\r\\n\\r\\n')\nc.close()",
            ],
            pass_fds=(plain.fileno(),),
        )
        status, sentence = ended(errand(town, f"https://127.0.0.1:{plain.getsockname()[1]}"), capsys)
        answering.wait()
    assert status == 2 and "TLS" in sentence


async def test_a_server_of_another_name_or_authority_and_one_that_does_not_know_the_center_are_said(
    tmp_path: Path, town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with trial(tmp_path) as one:
        other = changed(tmp_path, lambda p: p["tls"].update(server_name="other.invalid"), "name.json")
        assert "tls.server_name" in (await asyncio.to_thread(ended, errand(tmp_path, one.url, other), capsys))[1]
        untrusted = changed(tmp_path, lambda p: p["tls"].update(authority=str(town / "parties.pem")), "authority.json")
        assert "tls.authority" in (await asyncio.to_thread(ended, errand(tmp_path, one.url, untrusted), capsys))[1]
        theirs = {"certificate": str(town / "center.pem"), "key": str(town / "center.key")}
        status, said = await asyncio.to_thread(
            ended, errand(tmp_path, one.url, changed(tmp_path, lambda p: p["tls"].update(theirs), "center.json")), capsys
        )
        assert status == 2 and "tls.certificate" in said


def test_every_sentence_about_silence_can_be_said(town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for reason in (*command.SILENCES, "SomethingElse"):
        monkeypatch.setattr(command.Line, "send", _silent(reason))
        status, said = ended(errand(town), capsys, as_json=True)
        assert status == 2 and "{" not in said, reason


def _silent(reason: str) -> Any:
    async def send(*_: Any, **__: Any) -> None:
        raise Silent(reason)

    return send


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "konbini", "conformance", *words], cwd=ROOT, check=False, capture_output=True, text=True)


def test_the_program_wants_one_of_its_three_ways() -> None:
    badly_asked = run("--issuer", NOBODY_THERE, "--report", "out")
    assert badly_asked.returncode == 2 and "--profile" in badly_asked.stderr


@pytest.mark.sweep
@pytest.mark.parametrize(("fault", "status"), [("I3", 0), ("none", 0), ("I9", 2)])
def test_the_command_rehearses(tmp_path: Path, fault: str, status: int) -> None:
    ended = run("--rehearse", fault, "--report", str(tmp_path / "out"), "--load", "12", "--json")
    assert ended.returncode == status
    assert json.loads(ended.stdout), "one object and nothing else"
