"""The kiosk's configuration."""

import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import load_config
from messages.configuration import ConfigInvalid

GOOD: dict[str, Any] = {
    "name": "kiosk", "certificate_file": "tls/kiosk.pem", "key_file": "tls/kiosk.key", "ca_file": "/etc/ca.pem", "documents_authority": "papers/ca.pem", "center_url": "https://127.0.0.1:9443",
    "center_name": "center", "state": "state", "operator": "見本マート",
    "terminals": [{"id": "K-0001", "signing_key_file": "keys/K-0001.pem"}],
    "holders": [{"id": "0", "name": "見本　太郎", "card_file": "cards/0.json"}],
}  # fmt: skip


def load(folder: Path, **changes: Any) -> Any:
    file = folder / "kiosk.json"
    file.write_text(json.dumps({name: value for name, value in (GOOD | changes).items() if value is not None}), encoding="utf-8")
    return load_config(file)


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert config.key_file == tmp_path / "tls" / "kiosk.key"
    assert config.ca_file == Path("/etc/ca.pem")
    assert config.documents_authority == tmp_path / "papers" / "ca.pem"
    assert config.terminals[0].signing_key_file == tmp_path / "keys" / "K-0001.pem"
    assert config.holders[0].card_file == tmp_path / "cards" / "0.json"
    assert (config.host, config.terminals[0].profile) == ("127.0.0.1", "store")


@pytest.mark.parametrize(
    "changes",
    [
        {"terminals": []},
        {"terminals": [GOOD["terminals"][0]] * 2},
        {"holders": [GOOD["holders"][0]] * 2},
        {"center_url": "http://127.0.0.1"},
        {"operator": None},
        {"documents_authority": None},
        {"port": "80"},
        {"colour": "red"},
        {"seconds": {"idle_warning": "long"}},
        {"terminals": [{"id": "K", "signing_key_file": "k", "profile": "spaceship"}]},
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid):
        load(tmp_path, **changes)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="nowhere"):
        load_config(tmp_path / "nowhere.json")
