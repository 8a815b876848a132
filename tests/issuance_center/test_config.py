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


def whole() -> dict[str, Any]:
    """A configuration that uses every field of the directory, and contradicts nothing."""
    content = raw()
    content["issuers"].append({**content["issuers"][0], "name": "bcl"})
    content["issuers"].append({**content["issuers"][0], "name": "990027"})
    hours = {"opens": "09:00", "closes": "17:00", "weekdays_only": True}
    content["municipalities"][0] |= {
        "kinds": {
            "juminhyo": {"issuer": CITY, "hours": {}, "options": ["relation", "honseki"]},
            "koseki": {"issuer": "bcl", "hours": hours},
            "kazei": {"issuer": "bcl", "hours": {}},
        },
        "certifiers": [
            {"since": "2019-05-01", "title": "みほん市長", "name": "見本　一郎"},
            {"since": "2026-04-01", "title": "みほん市長", "name": "例　二郎"},
        ],
        "seal_sha256": "0f" * 32,
        "windows": [
            {"starts": "2026-10-04T17:30:00+09:00", "ends": "2026-10-05T09:00:00+09:00", "kinds": ["koseki"]},
            {"starts": "2026-10-05T09:00:00+09:00", "ends": None, "kinds": ["koseki"], "note": "機器の更新"},
            {"starts": "2026-10-04T17:30:00+09:00", "ends": "2026-10-05T09:00:00+09:00", "kinds": ["juminhyo"]},
        ],
        "closures": [{"first": "2027-01-04", "last": "2027-01-04"}, {"first": "2027-01-05", "last": "2027-01-08"}],
        "years": {"years": 2, "openings": [{"year": 2026, "opens": "2026-06-03", "switch_days": 3}, {"year": 2025, "opens": "2025-06-04"}]},
        "wide": {"joined": True},
        "use": True,
        "key_statement": "eyJh.eyJi.c2ln",
        "aliases": [
            {"code": "991015", "name": "ひがし区", "name_en": "Higashi-ku", "what": "ward"},
            {"code": "990027", "name": "しずか市", "name_en": "Shizuka", "what": "former", "since": "2027-01-01"},
        ],
    }
    other = {"code": "990027", "prefecture": "見本県", "name": "しずか市", "name_en": "", "kinds": {"juminhyo": {"issuer": "990027", "hours": {}}}}
    content["municipalities"].append({**other, "wide": {"joined": False, "write_to": "税務課"}})
    content["kiosks"][0] |= {"only": "991015", "hours": hours}
    content["builds"] = {"bcl": [{"program": "konbini/1", "topology": "processes=1 press_workers=0 database=sqlite"}], CITY: []}
    content["staff"] = [
        {"name": "花子", "password_hash": "x", "roles": ["operator"]},
        {"name": "次郎", "password_hash": "x", "roles": ["municipality"], "of": CITY},
    ]
    return content


def test_everything_the_directory_can_begin_with_is_taken(tmp_path: Path) -> None:
    config = loaded(tmp_path, whole())
    assert config.municipalities[0].windows[1].ends is None
    assert config.builds[CITY] == ()


OVERLAPS = {"starts": "2026-10-05T08:59:00+09:00", "ends": "2026-10-05T10:00:00+09:00", "kinds": ["fuhyo", "koseki"]}


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("municipalities.0.name", "　", "municipalities[0].name"),
        ("municipalities.1.prefecture", "", "municipalities[1].prefecture"),
        ("municipalities.0.kinds.juminhyo.issuer", "990027", "municipalities[0].kinds.juminhyo.issuer"),
        ("municipalities.0.kinds.juminhyo.options", ["relation", "shoe_size"], "municipalities[0].kinds.juminhyo.options"),
        ("municipalities.0.kinds.juminhyo.options", ["relation", "relation"], "municipalities[0].kinds.juminhyo.options"),
        ("municipalities.0.certifiers.0.name", "", "municipalities[0].certifiers[0]"),
        ("municipalities.0.certifiers.0.since", "2026-04-01", "municipalities[0].certifiers"),
        ("municipalities.0.seal_sha256", "0F" * 32, "municipalities[0].seal_sha256"),
        ("municipalities.0.key_statement", "no statement", "municipalities[0].key_statement"),
        ("municipalities.0.windows.0", OVERLAPS, "municipalities[0].windows[1]"),
        ("municipalities.0.windows.2.kinds", [], "municipalities[0].windows[2]"),
        ("municipalities.0.windows.0.ends", "2026-10-04T17:30:00+09:00", "municipalities[0].windows[0].ends"),
        ("municipalities.0.windows.0.starts", "2026-10-04T17:30:00", "municipalities[0].windows[0]"),
        ("municipalities.0.windows.0.kinds", ["passport"], "municipalities[0].windows[0].kinds"),
        ("municipalities.0.windows.1.note", "あ" * 201, "municipalities[0].windows[1].note"),
        ("municipalities.0.closures.0.last", "2027-01-05", "municipalities[0].closures[1]"),
        ("municipalities.0.closures.0.last", "2027-01-03", "municipalities[0].closures[0].last"),
        ("municipalities.0.years.years", 0, "municipalities[0].years.years"),
        ("municipalities.0.years.openings", [], "municipalities[0].years.openings"),
        ("municipalities.0.years.openings.1.year", 2026, "municipalities[0].years.openings"),
        ("municipalities.0.years.openings.1.year", 26, "municipalities[0].years.openings[1].year"),
        ("municipalities.0.years.openings.1.opens", "2026-06-03", "municipalities[0].years.openings[0].opens"),
        ("municipalities.0.years.openings.1.opens", "2026-05-31", "municipalities[0].years.openings[0].opens"),
        ("municipalities.0.years.openings.0.switch_days", -1, "municipalities[0].years.openings[0].switch_days"),
        ("municipalities.1.wide.write_to", " ", "municipalities[1].wide.write_to"),
        ("municipalities.1.wide.joined", True, "municipalities[1].wide.joined"),
        ("municipalities.1.use", True, "municipalities[1].use"),
        ("municipalities.0.aliases.0.code", "991016", "municipalities[0].aliases[0].code"),
        ("municipalities.0.aliases.0.name", "", "municipalities[0].aliases[0].name"),
        ("municipalities.0.aliases.1.since", None, "municipalities[0].aliases[1]"),
        ("municipalities.0.aliases.1.what", "ward", "municipalities[0].aliases[1]"),
        ("municipalities.0.aliases.0.code", CITY, "municipalities[0].aliases[0]"),
        (
            "municipalities.1.aliases",
            [{"code": CITY, "name": "逆", "name_en": "", "what": "former", "since": "2027-01-01"}],
            "municipalities[1].aliases[0]",
        ),
        ("municipalities.1.aliases", [{"code": "991015", "name": "区", "name_en": "", "what": "ward"}], "municipalities"),
        ("kiosks.0.only", "131016", "kiosks[0].only"),
        ("kiosks.0.hours.opens", "9:00", "kiosks[0].hours"),
        ("kiosks.0.place", "", "kiosks[0].place"),
        ("builds", {"nobody": []}, "builds"),
        ("builds.bcl.0.program", "店 1", "builds.bcl[0]"),
        ("builds.bcl", [{"program": "p", "topology": "t"}] * 2, "builds.bcl"),
        ("staff.1.of", "131016", "staff[1].of"),
        ("staff.1.of", None, "staff[1].of"),
        ("staff.0.of", CITY, "staff[0].of"),
    ],
)
def test_what_contradicts_itself_in_the_directory_s_part_is_refused_with_its_field(tmp_path: Path, path: str, value: Any, field: str) -> None:
    content = whole()
    set_at(content, path, value)
    with pytest.raises(ConfigInvalid, match=re.escape(f"`$.{field}`")):
        loaded(tmp_path, content)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    content = whole()
    set_at(content, "municipalities.0.seal_sha256", "x")
    set_at(content, "kiosks.0.only", "131016")
    with pytest.raises(ConfigInvalid, match=r"seal_sha256.*kiosks\[0\]\.only"):
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
