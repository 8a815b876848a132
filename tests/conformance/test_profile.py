import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.profile_reading import load_profile
from conformance.template import TEMPLATE
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


def lines_named(file: Path) -> list[int]:
    with pytest.raises(ConfigInvalid) as invalid:
        load_profile(file)
    return [int(one) for one in re.findall(rf"^{re.escape(str(file))}:(\d+): ", str(invalid.value), re.MULTILINE)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"serial": "cf0000000b"', '"serial": 7'),
        ('"serial": "cf0000000b"', '"serial": "cf0000000b", "surprise": 1'),
        ('{"name": "試験　桜"', '{"name": null'),
        ('{"name": "試験　桜", "birth": "昭和５６年７月８日"}', '{"name": "試験　桜"}'),
        ('"id": "family-b"', '"id": "family-a"'),
        ('{"kind": "inkan", "forms": ["inkan"]}', '{"kind": "inkan", "forms": ["kazei"]}'),
        ('"code": "not_registered"', '"code": "nonsense"'),
        ('"server_name": "issuer.invalid",', '"server_name": "issuer.invalid"'),
        ('"optional": ["conditions"]', '"optional": ["conditions", "referrals"]'),
        ('"optional": ["conditions"]', '"optional": ["condition"]'),
    ],
)
def test_a_mistake_is_named_by_its_line(tmp_path: Path, before: str, after: str) -> None:
    assert TEMPLATE.count(before) == 1
    file = tmp_path / "profile.json"
    file.write_text(TEMPLATE.replace(before, after), encoding="utf-8")
    at = TEMPLATE[: TEMPLATE.index(before)].count("\n") + 1
    (line,) = lines_named(file)
    assert line == at or ("server_name" in before and line == at + 1), "a comma that is missing is seen at the next word"


def test_all_that_contradicts_itself_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text(
        TEMPLATE.replace('"refused": "no_seal"', '"refused": "no_row"').replace('"person": "mover"', '"person": "nobody-at-all"'), encoding="utf-8"
    )
    assert len(lines_named(file)) == 2


def test_the_skeleton_can_be_read_as_it_is_and_lacks_nothing_but_its_files(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(TEMPLATE, encoding="utf-8")
    profile = load_profile(tmp_path / "profile.json")
    assert len([one for one in profile.people if any(len(may.members) > 2 for may in one.may)]) == 2, "two households of three"
    assert {refused.protected for one in profile.people for refused in one.refused if refused.code == "not_issuable"} == {True, False}
    assert {bool(change.refused) for change in profile.changes} == {True, False}
    assert sorted(file.name for file in profile.files()) == [
        "center.key",
        "center.pem",
        "documents.pem",
        "keys.json",
        "kiosk.key",
        "kiosk.pem",
        "parties.pem",
    ]


def test_a_remark_is_a_whole_line_and_what_looks_like_one_in_a_text_is_none(tmp_path: Path) -> None:
    hooked = TEMPLATE.replace('"./change-register", "move"]', '"./change-register", "// move"]')
    (tmp_path / "profile.json").write_text(hooked, encoding="utf-8")
    assert load_profile(tmp_path / "profile.json").changes[0].do.command[1] == "// move"
