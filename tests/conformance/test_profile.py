import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.profile_reading import load_profile
from messages.configuration import ConfigInvalid
from tests.structure.sources import ROOT

PERSON: dict[str, Any] = {
    "id": "taro",
    "serial": "ab01",
    "may": [{"kind": "juminhyo", "members": [{"name": "見本　太郎", "birth": "昭和５５年４月１日", "holder": True}]}],
}
CHANGE: dict[str, Any] = {"id": "c", "person": "taro", "kind": "juminhyo", "do": {"command": ["true"]}, "refused": "moved_out"}


def written(folder: Path, **changes: Any) -> Path:
    values = {
        "municipality": "990019",
        "tls": {"certificate": "c.pem", "key": "c.key", "authority": "ca.pem", "server_name": "issuer.invalid"},
        "documents": {"authority": "d.pem", "key_list": "k.json"},
        "kinds": [{"kind": "juminhyo", "forms": ["juminhyo"]}],
        "people": [PERSON],
    } | changes
    (folder / "profile.json").write_bytes(msgspec.json.encode(values))
    return folder / "profile.json"


def test_a_profile_is_read_with_its_files_beside_it(tmp_path: Path) -> None:
    profile = load_profile(written(tmp_path, changes=[CHANGE]))
    assert profile.tls.certificate == tmp_path / "c.pem"
    assert profile.person("taro").have("juminhyo") is not None and profile.person("taro").have("inkan") is None
    assert profile.kind("juminhyo") is not None and profile.kind("inkan") is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"surprise": 1}, "surprise"),
        ({"people": []}, "people"),
        ({"people": [PERSON, PERSON]}, "two with one id"),
        ({"kinds": [{"kind": "passport", "forms": []}]}, "passport"),
        ({"kinds": [{"kind": "juminhyo", "forms": ["koseki"]}]}, "no such form"),
        ({"kinds": []}, "not served"),
        ({"people": [PERSON | {"refused": [{"kind": "inkan", "code": "nonsense"}]}]}, "a row that does not exist"),
        ({"people": [PERSON | {"may": [PERSON["may"][0] | {"members": []}]}]}, "one holder"),
        ({"changes": [CHANGE | {"person": "hanako"}]}, "no such person"),
        ({"changes": [CHANGE | {"do": {}}]}, "a program or a URL"),
        ({"changes": [CHANGE | {"before": ["a"], "after": ["b"]}]}, "a row, or texts"),
        ({"changes": [CHANGE | {"refused": "nonsense"}]}, "the row does not exist"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_place(tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigInvalid, match=named):
        load_profile(written(tmp_path, **changed))


def test_a_program_beside_the_profile_is_found_there_and_any_other_is_as_it_is_named(tmp_path: Path) -> None:
    hooks = {"do": {"command": ["./move", "on"]}, "undo": {"command": ["true"]}}
    (change,) = load_profile(written(tmp_path, changes=[CHANGE | hooks])).changes
    assert change.undo is not None
    assert (change.do.command, change.undo.command) == ((str(tmp_path / "move"), "on"), ("true",))


REFERRALS: dict[str, Any] = {
    "as_municipality": "990027", "certificate": "n.pem", "key": "n.key", "statement": "s.jws",
    "residents": [{"person": "taro", "year": 2026, "juminhyo_code": "00000000013", "birth": "1980-04-01"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"optional": ["referrals"]}, "the profile has no referrals"),
        ({"referrals": REFERRALS | {"as_municipality": "990019"}}, "cannot play the municipality under test"),
        ({"referrals": REFERRALS | {"kind": "juminhyo"}}, "of a year"),
        ({"referrals": REFERRALS | {"residents": [{"person": "taro", "year": 2026}]}}, "a row, or"),
        ({"referrals": REFERRALS | {"residents": [{"person": "taro", "year": 2026, "refused": "nonsense"}]}}, "does not exist"),
        ({"referrals": REFERRALS | {"residents": [{"person": "jiro", "year": 2026, "refused": "moved_out"}]}}, "nobody of people"),
    ],
)
def test_what_contradicts_itself_about_referrals_is_refused_by_its_place(tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    load_profile(written(tmp_path, optional=["referrals"], referrals=REFERRALS))
    with pytest.raises(ConfigInvalid, match=named):
        load_profile(written(tmp_path, **changed))


def test_the_profile_that_the_description_shows_can_be_loaded(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "protocol" / "profile.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "profile.json").write_text(shown, encoding="utf-8")
    profile = load_profile(tmp_path / "profile.json")
    assert {one.person for one in profile.changes} == {"mover", "seal-owner"} and profile.declared is not None
