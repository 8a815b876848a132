from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from certificates.signature.signing import Signer
from municipal_server.config import ConfigInvalid, hands_of, issuer_of, load
from tests.issuer.town import document_keys, hands, seal
from trust.authority import save_certificate, save_key

JUMINHYO: dict[str, Any] = {
    "since": "2020-01-01",
    "options": ["relation", "honseki", "my_number"],
    "forms": ["juminhyo", "kojinhyo"],
    "copies_max": 10,
    "leaving_blocks": "person",
}


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
        "signing": {
            "certificate": str(folder / "documents.pem"),
            "key": str(folder / "documents.key"),
            "code_key": str(folder / "codes.key"),
        },
        "policies": {"juminhyo": [JUMINHYO]},
        "refusal_seconds": 0,
        "staff": [],
    } | changes


def written(folder: Path, **changes: Any) -> Path:
    file = folder / "municipal.json"
    file.write_bytes(msgspec.json.encode(settings(folder, **changes)))
    return file


def save_signing(folder: Path) -> None:
    """What `settings` names: the municipality's certificate and keys."""
    keys = document_keys()
    save_certificate(keys.municipality_certificate, folder / "documents.pem")
    save_key(keys.municipality_key, folder / "documents.key")
    save_key(keys.code_key, folder / "codes.key")


def test_a_whole_file_is_read_and_the_certifier_goes_by_the_day(tmp_path: Path) -> None:
    issuer = issuer_of(load(written(tmp_path)), seal())
    assert issuer.form_on(date(2026, 12, 31)).certifier_name == "見本　市長"
    assert issuer.form_on(date(2027, 1, 1)).certifier_title == "見本県みほん市長職務代理者"
    assert issuer.form_on(date(2019, 1, 1)).certifier_name == "見本　市長"
    policy = issuer.policy_on("juminhyo", date(2026, 11, 23))
    assert policy is not None and policy.copies_max == 10


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"municipality": "990018"}, "municipality"),
        ({"surprise": 1}, "surprise"),
        ({"certifiers": []}, "certifiers"),
        ({"certifiers": [{"since": "2020-01-01", "title": "見本県みほん市長", "name": " "}]}, "certifiers"),
        ({"certifiers": [{"since": "2020-01-01", "title": "みほん市長", "name": "見本　市長"}]}, "certifiers"),
        ({"policies": {"passport": [JUMINHYO]}}, "policies"),
        ({"policies": {"juminhyo": [JUMINHYO | {"options": ["shoe size"]}]}}, "options"),
        ({"policies": {"juminhyo": [JUMINHYO | {"forms": ["kazei"]}]}}, "forms"),
        ({"policies": {"juminhyo": [JUMINHYO | {"forms": []}]}}, "forms"),
        ({"policies": {"juminhyo": [JUMINHYO, JUMINHYO | {"copies_max": 2}]}}, "policies: juminhyo: two settings"),
        ({"policies": {"juminhyo": [JUMINHYO | {"years": 0}]}}, "years"),
        ({"refusal_seconds": -0.1}, "refusal_seconds"),
        ({"refusal_seconds": 6}, "refusal_seconds"),
        ({"policies": {"juminhyo": [JUMINHYO | {"copies_max": 0}]}}, "copies_max"),
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


def test_what_is_offered_goes_by_the_day(tmp_path: Path) -> None:
    later = JUMINHYO | {"since": "2026-12-01", "copies_max": 3}
    issuer = issuer_of(load(written(tmp_path, policies={"juminhyo": [later, JUMINHYO | {"since": "2026-04-01"}]})), seal())
    assert issuer.policy_on("juminhyo", date(2026, 3, 31)) is None
    assert [issuer.policy_on("juminhyo", day).copies_max for day in (date(2026, 11, 30), date(2026, 12, 1))] == [10, 3]  # type: ignore[union-attr]
    assert issuer.policy_on("koseki", date(2026, 12, 1)) is None


def test_the_keys_in_the_files_are_the_municipalitys(tmp_path: Path) -> None:
    save_signing(tmp_path)
    read = hands_of(load(written(tmp_path)))
    assert isinstance(read.signer, Signer) and read.signer.certificate == hands().signer.certificate
    assert read.code_key.private_numbers() == hands().code_key.private_numbers()


def test_a_certificate_of_somebody_else_signs_nothing(tmp_path: Path) -> None:
    save_signing(tmp_path)
    save_certificate(document_keys().center_certificate, tmp_path / "documents.pem")
    with pytest.raises(ConfigInvalid, match="not this municipality's"):
        hands_of(load(written(tmp_path)))


def test_a_key_that_is_not_the_certificates_signs_nothing(tmp_path: Path) -> None:
    save_signing(tmp_path)
    save_key(document_keys().center_key, tmp_path / "documents.key")
    with pytest.raises(ConfigInvalid, match="signing"):
        hands_of(load(written(tmp_path)))


def test_a_key_of_the_wrong_kind_signs_nothing(tmp_path: Path) -> None:
    save_signing(tmp_path)
    save_key(document_keys().code_key, tmp_path / "documents.key")
    with pytest.raises(ConfigInvalid, match="an RSA key"):
        hands_of(load(written(tmp_path)))
