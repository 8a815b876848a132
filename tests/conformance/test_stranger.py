import asyncio
import json
import re
import secrets
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.broken.town import write_town
from conformance.profile_reading import load_profile
from conformance.run import tried
from simulation.key_ring import rsa_ring
from tests.conformance.house import now, trial_of
from tests.structure.sources import ROOT

SERVER = Path(__file__).parent / "stranger" / "server.py"
PROTOCOL = ROOT / "docs" / "protocol"
GATE_ONLY = {"A6", "A8"}
"""What a foreign drawing is not tried for: the demonstration center's own gate and its 2-D codes."""

EDIT = """
import json, pathlib, sys
path, serial, kind, entry = sys.argv[1:]
register = json.loads(pathlib.Path(path).read_bytes())
next(one for one in register["people"] if one["serial"] == serial)["kinds"][kind] = json.loads(entry)
pathlib.Path(path + ".new").write_text(json.dumps(register))
pathlib.Path(path + ".new").replace(path)
"""
"""The municipality's system, for the hooks of the profile: it writes the whole register beside and renames it."""


def entry_of(may: dict[str, Any], serial: str) -> dict[str, Any]:
    members = [one | {"id": f"{serial}-{place}", "holder": one.get("holder", False)} for place, one in enumerate(may["members"])]
    holder = next(one for one in members if one["holder"])
    return {"texts": may.get("texts", []), "members": [one | {"items": may.get("items", {})} if one is holder else one for one in members]}


def register_of(profile: dict[str, Any]) -> dict[str, Any]:
    people = {}
    for person in profile["people"]:
        kinds = {may["kind"]: entry_of(may, person["serial"]) for may in person.get("may", ())}
        for refused in person.get("refused", ()):
            if refused.get("at") == "order":
                next(one for one in kinds[refused["kind"]]["members"] if not one["holder"])["refused"] = refused["code"]
            else:
                kinds[refused["kind"]] = {"refused": refused["code"]}
        if {entry.get("refused") for entry in kinds.values()} != {"not_registered"}:
            people[person["id"]] = {"serial": person["serial"], "kinds": kinds}
    for resident in profile["referrals"]["residents"]:
        days = {"juminhyo_code_changed": "code_since", "abroad_on_january_1": "from_abroad_since"}
        known = people[resident["person"]].setdefault("resident", {})
        known.update({name: resident[name] for name in ("juminhyo_code", "birth") if name in resident})
        if resident.get("refused") in days:
            known[days[resident["refused"]]] = f"{resident['year']}-06-01"
    former = [one | {"kinds": {one["may"]["kind"]: entry_of(one["may"], one["id"])}} for one in profile["referrals"]["former"]]
    return {"people": list(people.values()), "former": former}


def changes_of(profile: dict[str, Any], register: dict[str, Any], path: Path) -> None:
    for change in profile["changes"]:
        serial = next(person["serial"] for person in profile["people"] if person["id"] == change["person"])
        before = next(one for one in register["people"] if one["serial"] == serial)["kinds"][change["kind"]]
        after = json.dumps(before)
        for old, new in zip(change.get("before", ()), change.get("after", ()), strict=True):
            after = after.replace(json.dumps(old), json.dumps(new))
        states = {"do": json.dumps({"refused": change["refused"]}) if "refused" in change else after, "undo": json.dumps(before)}
        for hook in states.keys() & change.keys():
            change[hook] = {"command": [sys.executable, "-I", "-S", "-c", EDIT, str(path), serial, change["kind"], states[hook]]}


def settings_of(folder: Path) -> Path:
    """The stranger's own settings and register from the town's profile, whose changes are then made in that register."""
    profile = json.loads((folder / "profile.json").read_bytes())
    profile["kinds"] = [
        one | {"forms": one["forms"][:1], "options": one["options"][:2], "copies_max": 2 if one["kind"] == "juminhyo" else 1}
        for one in profile["kinds"]
    ]  # fewer papers: the run's time
    for person in profile["people"][1:]:  # two people of one kind are enough to be mixed up
        person["may"] = [
            may for may in person.get("may", []) if may["kind"] != "inkan" or person["id"] in {one["person"] for one in profile["changes"]}
        ]
    forms = {one["kind"]: one for one in json.loads((PROTOCOL / "forms.json").read_bytes())["kinds"]}
    years = sorted({one["year"] for one in profile["referrals"]["former"]})
    served = {
        one["kind"]: one for one in ({"kind": "koseki"}, {"kind": profile["referrals"].get("kind", "kazei"), "years": years}, *profile["kinds"])
    }
    rows = re.findall(r"^\| `(\w+)`(?: \*)? \| (\d+) \| (.+?) \| (.+?) \|$", (PROTOCOL / "README.md").read_text(), re.MULTILINE)
    register = register_of(profile)
    sealing = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "sealing.key").write_bytes(sealing)
    settings = {
        "port": 0,
        "municipality": profile["municipality"],
        "series": "みほん市",
        "certifier": ["見本県みほん市長", "見本　市長"],
        "tls": {"certificate": "server.pem", "key": "server.key", "authority": "parties.pem"},
        "signer": {"certificate": "municipality.pem", "key": "municipality.key", "authority": "documents.pem"},
        "register": "register.json",
        "state": "state.sqlite",
        "font": str(ROOT / "certificates" / "fonts" / "BIZUDMincho-Regular.ttf"),
        "refused_after": 0.02,
        "sealing": ["sealing.key"],
        "statement": profile["referrals"]["statement"],
        "kinds": [
            {
                "kind": one["kind"],
                "people": forms[one["kind"]]["people"],
                "yearly": forms[one["kind"]]["yearly"],
                "forms": {form["form"]: form["titles"] for form in forms[one["kind"]]["forms"] if form["form"] in one.get("forms", form["form"])},
                "options": {option: forms[one["kind"]]["options"][option] for option in one.get("options", ())},
                "years": one.get("years", []),
                "copies_max": one.get("copies_max", 10),
            }
            for one in served.values()
        ],
        "refusals": {code: {"status": int(status), "ja": ja, "en": en} for code, status, ja, en in rows},
    }
    changes_of(profile, register, folder / "register.json")
    (folder / "register.json").write_text(json.dumps(register))
    (folder / "profile.json").write_text(json.dumps(profile))
    (folder / "settings.json").write_text(json.dumps(settings))
    return folder / "settings.json"


def test_the_stranger_imports_nothing_of_the_project() -> None:
    files = sorted(SERVER.parent.glob("*.py"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    names = {line.split()[1].partition(".")[0] for line in lines if line.lstrip().startswith(("import ", "from "))}
    assert names <= set(sys.stdlib_module_names) | {"cryptography", "pyhanko", "reportlab"} | {file.stem for file in files}


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
    assert [(one.case, one.evidence) for one in findings if one.verdict == "failed"] == []
    assert {one.case for one in findings if one.verdict == "not_tried"} == GATE_ONLY
