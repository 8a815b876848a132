import asyncio
import json
import secrets
import sys
from pathlib import Path

from conformance.broken.town import write_town
from conformance.profile import load_profile
from conformance.run import tried
from messages.refusals import TABLE
from simulation.key_ring import rsa_ring
from tests.conformance.house import now, trial_of
from tests.structure.sources import ROOT

SERVER = Path(__file__).parent / "stranger" / "server.py"
GATE_ONLY = {"A6", "A8"}
"""What a foreign drawing is not tried for: the demonstration center's own gate and its 2-D codes."""

WRITTEN_BEFORE = {"A4", "P13"}
"""The server was written before the description said which 認証文 is whose, and that deep nesting is malformed."""


def settings_of(folder: Path) -> Path:
    """The stranger's own settings from the town's profile, which then offers what the stranger does."""
    profile = json.loads((folder / "profile.json").read_bytes())
    profile["changes"], profile["optional"] = [], []
    profile["kinds"] = [{"kind": one, "forms": [one]} for one in ("juminhyo", "inkan")]
    (folder / "profile.json").write_text(json.dumps(profile))
    register = {
        person["serial"]: {
            "kinds": {may["kind"]: may["members"] for may in person.get("may", ())},
            "address": next((may["texts"][0] for may in person.get("may", ())), ""),
            "refused": {refused["kind"]: refused["code"] for refused in person["refused"]},
        }
        for person in profile["people"]
        if person["id"] != "unknown"
    }
    files = {
        "certificate": "server.pem",
        "key": "server.key",
        "authority": "parties.pem",
        "signer_key": "municipality.key",
        "signer_certificate": "municipality.pem",
    }
    settings = {name: str(folder / file) for name, file in files.items()} | {
        "municipality": profile["municipality"],
        "kinds": ["juminhyo", "inkan"],
        "register": register,
        "font": str(ROOT / "certificates" / "fonts" / "BIZUDMincho-Regular.ttf"),
        "status": {code: row.status for code, row in TABLE.items()},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    return folder / "settings.json"


def test_the_stranger_imports_nothing_of_the_project() -> None:
    names = {line.split()[1].partition(".")[0] for line in SERVER.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert names <= set(sys.stdlib_module_names) | {"pyhanko", "reportlab"}


async def test_an_issuer_written_from_the_description_passes(tmp_path: Path) -> None:
    files = write_town(tmp_path, "http://127.0.0.1:9", now(), secrets.token_bytes, rsa_ring()[:3])
    settings = settings_of(tmp_path)
    server = await asyncio.create_subprocess_exec(sys.executable, str(SERVER), str(settings), cwd=tmp_path, stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        port = int(await server.stdout.readline())
        profile = load_profile(files.profile)
        findings = await tried(trial_of(profile, f"https://127.0.0.1:{port}", load=4))
    finally:
        server.kill()
        await server.wait()
    assert [(one.case, one.evidence) for one in findings if one.verdict == "failed" and one.case not in WRITTEN_BEFORE] == []
    assert {one.case for one in findings if one.verdict == "not_tried"} == GATE_ONLY | {"D1", "D2", "D3"} | {f"X{number}" for number in range(1, 7)}
