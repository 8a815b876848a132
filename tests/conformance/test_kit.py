"""Whatever a server answers, the kit goes on to its end: each answer that is not as described is a finding, and none names a class of incident."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from certificates.fingerprint import fingerprint
from conformance.broken.town import write_town
from conformance.findings import Finding
from conformance.line import Answer, Line, Silent
from conformance.profile_reading import load_profile
from conformance.run import tried
from simulation.key_ring import rsa_ring
from storage.instants import JST
from tests.conformance.foreign_papers import drawn, sound
from tests.conformance.house import trial_of

TOUCHED = ("P2", "P8", "R1", "A1", "A2", "A7", "A9", "M3", "M6", "X2", "X6")
"""Cases that take an answer apart in every way that there is."""
Answering = Callable[[str, dict[str, Any]], tuple[int, bytes]]
DECLARED = {"program": "p", "topology": "t"}


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    return write_town(folder, "http://127.0.0.1:9", datetime.now(JST), secrets.token_bytes, rsa_ring()[:3]).profile


async def answered(monkeypatch: pytest.MonkeyPatch, file: Path, answer: Answering, only: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The findings of a run, of all cases or of these, against a server that answers like this."""

    async def send(_: Line, path: str, body: bytes, **__: Any) -> Answer:
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = {}
        return Answer(*answer(path, said if isinstance(said, dict) else {}), seconds=0.0)

    async def half_sent(_: Line, path: str) -> None:
        raise Silent("refused")

    monkeypatch.setattr(Line, "send", send)
    monkeypatch.setattr(Line, "half_sent", half_sent)
    return await tried(trial_of(load_profile(file), "https://127.0.0.1:9", load=2), only)


def unforeseen(findings: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.case, one.evidence[0]) for one in findings if any("could not go on" in text for text in one.evidence)]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"null"),
        (418, b'{"type": "refusal", "code": "no_such_row", "ja": "", "en": "", "detail": ""}'),
        (200, b'{"type": "refusal", "code": "busy", "ja": "", "en": "", "detail": ""}'),
        (200, b"[" * 100_000),
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_a_finding(monkeypatch: pytest.MonkeyPatch, profile: Path, status: int, body: bytes) -> None:
    findings = await answered(monkeypatch, profile, lambda _, __: (status, body))
    assert unforeseen(findings) == [] and {one.incident for one in findings} == {""}
    assert {one.case for one in findings if one.verdict == "passed"} <= {"P9"}, "P9 has nothing to compare"


def people(file: Path) -> dict[tuple[str, str], list[dict[str, Any]]]:
    return {(one["serial"], may["kind"]): may["members"] for one in json.loads(file.read_bytes())["people"] for may in one.get("may", ())}


def plausible(file: Path, **spoilt: Any) -> Answering:
    """A server that offers what the profile says, and issues the same file to everybody; `spoilt` are fields of its answers."""
    known, face = people(file), drawn(sound())

    def answer(path: str, said: dict[str, Any]) -> tuple[int, bytes]:
        if path == "/v1/choices":
            members = [
                {
                    "member_id": str(at), "name": one["name"], "relation": "", "holder": one.get("holder", False), "choosable": True,
                    "fingerprint": fingerprint(b"k" * 32, one["name"], one["birth"]),
                }
                for at, one in enumerate(known.get((said.get("serial", ""), said.get("kind", "")), []))
            ]  # fmt: skip
            head = {"visit_id": said.get("visit_id", ""), "kind": said.get("kind", ""), "members": members, "forms": [said.get("kind", "")]}
            reply = head | {"years": [], "options": [], "copies_max": 10, "register_version": "1", "declared": DECLARED}
        elif path == "/v1/orders":
            given = {"number": "1", "sheets": 1, "face": face, "codes": []} | {
                name: spoilt[name] for name in ("number", "sheets", "face", "codes") if name in spoilt
            }
            papers = [{"issuance_id": one["issuance_id"]} | given for one in said.get("papers", ()) if isinstance(one, dict)]
            reply = {"request_id": said.get("request_id", ""), "papers": spoilt.get("papers", papers), "declared": DECLARED}
        else:
            reply = {"issuance_id": said.get("issuance_id", "")}
        return 200, _json(reply | spoilt.get(path, {}))

    return answer


def _json(value: Any) -> bytes:
    import base64

    return json.dumps(value, default=lambda raw: base64.b64encode(raw).decode()).encode()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"/v1/choices": {"members": []}},
        {"/v1/choices": {"forms": ["no_such_form"]}},
        {"papers": []},
        {"face": b"%PDF-1.7"},
        {"number": "\u3000"},
        {"codes": [b"\x01" * 200]},
        {},
    ],
)
async def test_an_odd_answer_of_the_right_form_is_a_finding(monkeypatch: pytest.MonkeyPatch, profile: Path, spoilt: dict[str, Any]) -> None:
    findings = await answered(monkeypatch, profile, plausible(profile, **spoilt), TOUCHED if spoilt else ())
    assert not unforeseen(findings), unforeseen(findings)
    assert {one.verdict for one in findings if one.case in {"A1", "A2", "A9", "P2", "P8", "R1"}} == {"failed"}


async def test_what_a_case_did_not_foresee_is_its_finding_and_no_end_of_the_run(monkeypatch: pytest.MonkeyPatch, profile: Path) -> None:
    def answer(path: str, said: dict[str, Any]) -> tuple[int, bytes]:
        raise ZeroDivisionError

    findings = await answered(monkeypatch, profile, answer)
    assert {one.evidence for one in findings if one.verdict == "failed"} >= {("the kit could not go on with this answer: ZeroDivisionError",)}
