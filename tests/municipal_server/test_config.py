from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from municipal_server.config import ConfigInvalid, issuer_of, load
from tests.municipal_server.town import seal


def settings(folder: Path, **changes: Any) -> dict[str, Any]:
    """A whole configuration as JSON values."""
    return {
        "name": "990019",
        "municipality": "990019",
        "prefecture": "見本県",
        "municipality_name": "みほん市",
        "municipality_name_en": "Mihon City",
        "door": {"host": "127.0.0.1", "port": 0},
        "office": {"host": "127.0.0.1", "port": 0},
        "tls": {"certificate": str(folder / "own.pem"), "key": str(folder / "own.key"), "authority": str(folder / "ca.pem")},
        "database": f"sqlite:///{folder}/municipal.db",
        "certifiers": [
            {"since": "2027-01-01", "title": "見本県みほん市長職務代理者", "name": "副市　長子"},
            {"since": "2020-01-01", "title": "見本県みほん市長", "name": "見本　市長"},
        ],
        "seal": str(folder / "seal.png"),
        "number_prefix": "みほん市",
        "policies": {"juminhyo": {"options": ["relation", "honseki", "my_number"], "copies_max": 10, "leaving_blocks": "person"}},
        "staff": [],
    } | changes


def written(folder: Path, **changes: Any) -> Path:
    file = folder / "municipal.json"
    file.write_bytes(msgspec.json.encode(settings(folder, **changes)))
    return file


def test_a_whole_file_is_read_and_the_certifier_goes_by_the_day(tmp_path: Path) -> None:
    issuer = issuer_of(load(written(tmp_path)), seal())
    assert issuer.form_on(date(2026, 12, 31)).certifier_name == "見本　市長"
    assert issuer.form_on(date(2027, 1, 1)).certifier_title == "見本県みほん市長職務代理者"
    assert issuer.form_on(date(2019, 1, 1)).certifier_name == "見本　市長"
    assert issuer.policies["juminhyo"].copies_max == 10


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"municipality": "990018"}, "municipality"),
        ({"surprise": 1}, "surprise"),
        ({"certifiers": []}, "certifiers"),
        ({"certifiers": [{"since": "2020-01-01", "title": "見本県みほん市長", "name": " "}]}, "certifiers"),
        ({"certifiers": [{"since": "2020-01-01", "title": "みほん市長", "name": "見本　市長"}]}, "certifiers"),
        ({"policies": {"koseki": {"options": [], "copies_max": 1, "leaving_blocks": "person"}}}, "policies"),
        ({"policies": {"juminhyo": {"options": ["shoe size"], "copies_max": 1, "leaving_blocks": "person"}}}, "options"),
        ({"policies": {"juminhyo": {"options": [], "copies_max": 0, "leaving_blocks": "person"}}}, "copies_max"),
        ({"press_workers": 65}, "press_workers"),
        ({"staff": [{"name": "a", "password_hash": "x", "roles": ["mayor"]}]}, "staff"),
        ({"number_prefix": ""}, "number_prefix"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigInvalid, match=named):
        load(written(tmp_path, **change))


def test_a_file_that_is_no_seal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="seal"):
        issuer_of(load(written(tmp_path)), b"not a png")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"nowhere\.json"):
        load(tmp_path / "nowhere.json")
