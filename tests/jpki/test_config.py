import json
from pathlib import Path

import pytest

from jpki.config import ConfigInvalid, accounts_of, load_config
from screens.sign_in import StaffAccount

WHOLE = {
    "name": "jpki",
    "ocsp": {"host": "127.0.0.1", "port": 9080},
    "office": {"host": "127.0.0.1", "port": 9081},
    "database": "sqlite:////var/lib/konbini/jpki.db",
    "authority_certificate": "ca.pem",
    "responder_certificate": "/etc/konbini/responder.pem",
    "responder_key": "keys/responder.key",
    "staff": [{"name": "officer 1", "password_hash": "$argon2id$", "roles": ["officer"]}],
}


def written(folder, **changes):
    file = folder / "jpki.json"
    content = {name: value for name, value in (WHOLE | changes).items() if value is not ...}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_configuration_is_read_and_its_paths_stand_beside_it(tmp_path):
    config = load_config(written(tmp_path, crash_points="points"))
    assert config.authority_certificate == tmp_path / "ca.pem"
    assert config.responder_certificate == Path("/etc/konbini/responder.pem")
    assert config.responder_key == tmp_path / "keys/responder.key"
    assert (config.answer_seconds, config.crash_points) == (300, tmp_path / "points")
    assert load_config(written(tmp_path)).crash_points is None
    assert accounts_of(config) == (StaffAccount("officer 1", "$argon2id$", ("officer",)),)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ocps": {}}, "ocps"),
        ({"staff": ...}, "staff"),
        ({"name": " "}, "name"),
        ({"ocsp": {"host": "127.0.0.1", "port": 99_999}}, "port"),
        ({"office": {"host": "127.0.0.1", "port": "9081"}}, "office"),
        ({"responder_key": ""}, "responder_key"),
        ({"responder_key": 5}, "responder_key"),
        ({"answer_seconds": 0}, "answer_seconds"),
        ({"staff": WHOLE["staff"] * 2}, "staff"),
        ({"staff": [WHOLE["staff"][0] | {"roles": ["king"]}]}, "role"),
    ],
)
def test_a_wrong_configuration_is_refused_and_the_field_named(tmp_path, changes, named):
    with pytest.raises(ConfigInvalid, match=named):
        load_config(written(tmp_path, **changes))


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(ConfigInvalid):
        load_config(tmp_path / "missing.json")
    (tmp_path / "text.json").write_bytes(b"\xff{")
    with pytest.raises(ConfigInvalid):
        load_config(tmp_path / "text.json")
