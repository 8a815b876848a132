"""The configuration file is strict: what is unknown, missing or contradictory is named, and nothing of it is used."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fees.config import ConfigInvalid, accounts_of, load_config, names_of, rules_of
from fees.rules.dated import service_day
from fees.rules.tariff import Price, price
from tests.fees.office import CITY, NOW, SEVEN, TARIFF, raw_config, rule


def written(tmp_path: Path, **changes: Any) -> Path:
    file = tmp_path / "fees.json"
    file.write_text(json.dumps(raw_config(**changes), default=str), encoding="utf-8")
    return file


def test_a_sound_file_gives_rates_names_and_accounts(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, staff=[{"name": "finance", "password_hash": "x", "roles": ["finance"]}]))
    assert price(rules_of(config).tariff, CITY, "juminhyo", "store", service_day(NOW)) == Price(250, "juminhyo-reduction")
    assert names_of(config).operators[SEVEN] == ("ひだまりストア", "Hidamari Store")
    assert [account.name for account in accounts_of(config)] == ["finance"]
    assert config.door.certificate_file == tmp_path / "fees.crt"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"surprise": 1}, "surprise"),
        ({"municipalities": [{"id": "990018", "name": "見本市", "name_en": "Mihon City"}]}, "990018"),
        ({"municipalities": [{"id": CITY, "name": "見本市", "name_en": "Mihon City"}] * 2}, f"{CITY} stands twice"),
        ({"municipalities": []}, f"no municipality {CITY}"),
        ({"operators": []}, f"no operator {SEVEN}"),
        ({"pending_seconds": -1}, "pending_seconds"),
        ({"staff": [{"name": "x", "password_hash": "x", "roles": [], "of": "990035"}]}, "no municipality 990035"),
        (
            {"routes": [{"rule": "r", "channel": "store", "municipality": "990035", "route": "direct", "since": "2020-04-01"}]},
            "no municipality 990035",
        ),
        ({"routes": [{"rule": "r", "channel": "counter", "route": "direct", "since": "2020-04-01"}]}, "$.routes[0].channel"),
        ({"tariff": [{**msgspec.to_builtins(TARIFF[0]), "channel": "street"}]}, "$.tariff[0].channel"),
        ({"tariff": [{**msgspec.to_builtins(TARIFF[0]), "yen": 250.5}]}, "$.tariff[0].yen"),
        ({"tariff": [{**msgspec.to_builtins(TARIFF[0]), "yen": -1}]}, "$.tariff[0].yen"),
        ({"tariff": [{**msgspec.to_builtins(TARIFF[0]), "yen": "250"}]}, "$.tariff[0].yen"),
        ({"tariff": msgspec.to_builtins((*TARIFF, rule("base-2", "base", 350, "2026-04-01")))}, "overlap: juminhyo-base / base-2"),
    ],
)
def test_what_cannot_be_used_is_refused_and_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load_config(written(tmp_path, **changes))
    assert named in str(refused.value)
