"""The center's configuration: strict, and refused where it could stop the center later."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from issuance_center.config import Hours, Limits, load_config
from messages.configuration import ConfigInvalid
from simulation.key_ring import signing_key
from tests.issuance_center.founding import CITY
from trust.signing import public_pem


def raw() -> dict[str, Any]:
    line = {"url": "https://127.0.0.1:1", "server_name": "localhost"}
    return {
        "name": "center",
        "door": {"host": "127.0.0.1", "port": 0, "certificate_file": "c.pem", "key_file": "c.key", "ca_file": "ca.pem"},
        "office": {"host": "127.0.0.1", "port": 0},
        "receivers": {"host": "127.0.0.1", "port": 0},
        "database": "sqlite:////tmp/center.db",
        "jpki": {"authority": "jpki.pem", "ocsp_url": "http://127.0.0.1:1/ocsp"},
        "documents": {
            "authority": "documents.pem",
            "key_list": "keys.json",
            "certificate": "signer.pem",
            "key": "signer.key",
            "secret": "backs.secret",
            "url": "https://kakunin.example/",
            "name_ja": "証明書交付センター（見本）",
        },
        "fees": {"name": "fees", **line},
        "issuers": [{"name": CITY, **line}],
        "municipalities": [
            {"code": CITY, "prefecture": "見本県", "name": "みほん市", "name_en": "Mihon", "kinds": {"juminhyo": {"issuer": CITY, "hours": {}}}}
        ],
        "kiosks": [
            {
                "id": "K-1",
                "party": "kiosk",
                "operator": "store",
                "channel": "store",
                "place": "見本",
                "public_key": public_pem(signing_key(0).public_key()),
            }
        ],
    }


def loaded(folder: Path, content: dict[str, Any]) -> Any:
    file = folder / "center.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return load_config(file)


def test_a_configuration_is_read_with_its_defaults(tmp_path: Path) -> None:
    config = loaded(tmp_path, raw())
    assert config.municipalities[0].kinds["juminhyo"].hours == Hours("06:30", "23:00", False, ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03"))
    assert config.limits == Limits()
    assert (config.staff, config.crash_points) == ((), None)
    assert config.door.ca_file == tmp_path / "ca.pem"


def set_at(content: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        content = content[int(step)] if isinstance(content, list) else content[step]
    content[int(last) if isinstance(content, list) else last] = value


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("surprise", 1, "surprise"),
        ("office.port", "80", "int"),
        ("limits", {"visit_seconds": 0}, "$.limits.visit_seconds"),
        ("limits", {"retry_seconds": -1.0}, "$.limits.retry_seconds"),
        ("municipalities.0.code", "992010", "check digit"),
        ("municipalities.0.code", "99201", "check digit"),
        ("documents.url", "ftp://kakunin.example/", "$.documents.url"),
        ("documents.url", "https://確認.example/", "$.documents.url"),
        ("documents.url", "https://kakunin.example/" + "W" * 90, "$.documents.url"),
        ("documents.name_ja", "　", "$.documents.name_ja"),
        ("documents.surprise", 1, "surprise"),
        ("municipalities.0.kinds.passport", {"issuer": CITY, "hours": {}}, "no such kind"),
        ("municipalities.0.kinds.juminhyo.issuer", "nobody", "no issuer named nobody"),
        ("municipalities.0.kinds.juminhyo.hours", {"opens": "6:30"}, "HH:MM"),
        ("municipalities.0.kinds.juminhyo.hours", {"opens": "23:00", "closes": "06:30"}, "HH:MM"),
        ("municipalities.0.kinds.juminhyo.hours", {"closes": "24:30"}, "HH:MM"),
        ("municipalities.0.kinds.juminhyo.hours", {"closed_days": ["1-1"]}, "MM-DD"),
        ("kiosks.0.id", "端末1", "printable ASCII"),
        ("kiosks.0.operator", "見本ストア", "printable ASCII"),
        ("kiosks.0.channel", "", "printable ASCII"),
        ("kiosks.0.public_key", "no key", "P-256"),
        ("kiosks.0.public_key", "鍵", "P-256"),
    ],
)
def test_what_could_not_work_is_refused_by_its_place(tmp_path: Path, path: str, value: Any, says: str) -> None:
    content = raw()
    set_at(content, path, value)
    with pytest.raises(ConfigInvalid, match=re.escape(says)):
        loaded(tmp_path, content)


@pytest.mark.parametrize("name", ["issuers", "municipalities", "kiosks", "staff"])
def test_nothing_stands_twice(tmp_path: Path, name: str) -> None:
    content = raw()
    content["staff"] = [{"name": "花子", "password_hash": "x", "roles": []}]
    content[name] = content[name] * 2
    with pytest.raises(ConfigInvalid, match="stands twice"):
        loaded(tmp_path, content)


def test_a_file_that_is_missing_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load_config(tmp_path / "none.json")
    (tmp_path / "bad.json").write_bytes(b"\xff{")
    with pytest.raises(ConfigInvalid):
        load_config(tmp_path / "bad.json")
