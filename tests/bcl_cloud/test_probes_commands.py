"""`konbini bcl probe` and `konbini bcl restart` on a cloud's files: a leak stops, a good probe and two operators with their own passwords bring it back."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bcl_cloud.config import OPERATOR
from bcl_cloud.tenants.canaries_planted import canary_of, plant
from storage.instants import JST
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.watched import canary, cloud_in, copied
from tests.konbini.told import Told, konbini

PASSWORD = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("himitsu")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    copied(tmp_path)
    told = {
        "name": "bcl",
        "door": {"host": "127.0.0.1", "port": 0},
        "office": {"host": "127.0.0.1", "port": 0},
        "tls": {name: str(tmp_path / "none.pem") for name in ("certificate", "key", "authority")},
        "database": f"sqlite:///{tmp_path / 'cloud.db'}",
        "tenants": str(tmp_path / "tenants"),
        "keys": str(tmp_path / "keys"),
        "probes": {"probe_seconds": 3600.0},
        "staff": [{"name": name, "password_hash": PASSWORD, "roles": [OPERATOR]} for name in ("sato", "suzuki")],
    }
    (tmp_path / "bcl.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path / "bcl.json"


def bcl(config: Path, command: str, *words: object) -> Told:
    return konbini("bcl", command, "--config", config, *words, "--json")


def restart(config: Path, who: str, password: str = "himitsu") -> Told:
    return bcl(config, "restart", "--tenant", A, "--operator", who, "--password", password, "--why", "取り除いた")


def replanted(config: Path, whose: str) -> None:
    """Put somebody's canary where A's stands."""

    async def put() -> None:
        async with cloud_in(config.parent) as cloud:
            assert await cloud.database.read(canary_of, whose) is not None
            await cloud.tenancy.store(A).write(plant, await canary(cloud, whose), "見本県みほん市一丁目", datetime.now(JST))

    asyncio.run(put())


def test_from_a_leak_to_the_restart(config: Path) -> None:
    found = bcl(config, "probe")
    assert found.status == 0 and [(one["tenant"], one["outcome"]) for one in found.answer["probes"]] == [(A, "passed"), (B, "passed"), (C, "passed")]
    replanted(config, B)
    found = bcl(config, "probe", "--tenant", A)
    assert found.status == 1 and found.answer["probes"][0]["outcome"] == "leak"
    states = {row["tenant"]: (row["state"], row["reason"].partition(":")[0]) for row in bcl(config, "status").answer["tenants"]}
    assert states == {A: ("stopped", "leak"), B: ("stopped", "leak"), C: ("open", "")}
    assert restart(config, "sato").answer["error"] == "probe_missing"
    replanted(config, A)
    assert bcl(config, "probe", "--tenant", A).status == 0
    assert restart(config, "sato", "wrong").answer["error"] == "password_wrong"
    assert restart(config, "nobody").answer["error"] == "password_wrong"
    assert restart(config, "sato").answer == {"tenant": A, "state": "stopped", "asked": True}
    assert restart(config, "sato").answer["error"] == "same_operator"
    assert restart(config, "suzuki").answer == {"tenant": A, "state": "open", "asked": False}
    assert restart(config, "suzuki").answer["error"] == "not_stopped"


def test_an_unknown_tenant_is_not_looked_at_and_words_are_japanese(config: Path) -> None:
    assert bcl(config, "probe", "--tenant", "990043").answer["error"] == "unknown"
    said = konbini("bcl", "probe", "--config", config, "--tenant", C)
    assert said.status == 0 and "異常なし" in said.out
