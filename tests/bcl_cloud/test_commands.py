"""A tenant by command, from its row to a paper: each command tried on files, and then what the cloud's desk says."""

import asyncio
import json
import stat
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import pack
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants.tables import METADATA
from certificates.kinds import KINDS
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from registers.residents.changes import bind_card
from simulation.key_ring import rsa_ring, signing_key
from storage.instants import JST
from storage.opening import open_store
from tests.bcl_cloud.feeds.feeding import healthy, town
from tests.bcl_cloud.tenants import A
from tests.issuer.town import CENTER, DECLARED, FATHER, ask, document_keys, order, seal, serial
from tests.konbini.told import Told, konbini
from tests.postgres_server import Server
from trust.authority import save_certificate, save_key

_DATABASES = count(1)
CLERK, PASSWORD = "suzuki", "himitsu no kotoba"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "seal.png").write_bytes(seal())
    authority = document_keys().authority
    save_certificate(authority.certificate, tmp_path / "root.pem")
    save_key(authority.key, tmp_path / "root.key")
    told = {
        "municipality": A,
        "prefecture": "見本県",
        "municipality_name": "みほん市",
        "municipality_name_en": "Mihon",
        "number_prefix": "みほん市",
        "certifiers": [{"since": "2020-01-01", "title": "見本県みほん市長", "name": "見本　市長"}],
        "policies": {kind: [{"since": "2020-01-01", "options": [], "forms": [KINDS[kind].forms[0].code], "copies_max": 10}] for kind in KINDS},
        "seal": str(tmp_path / "seal.png"),
        "wide_tax_since": "2024-06-01",
        "staff": [{"name": CLERK, "password_hash": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD), "roles": ["clerk"]}],
    }
    (tmp_path / "town.json").write_text(json.dumps(told), encoding="utf-8")
    cloud = {
        "name": "bcl",
        "door": {"host": "127.0.0.1", "port": 0},
        "office": {"host": "127.0.0.1", "port": 0},
        "tls": {name: str(tmp_path / "root.pem") for name in ("certificate", "key", "authority")},
        "database": f"sqlite:///{tmp_path / 'cloud.db'}",
        "tenants": str(tmp_path / "tenants"),
        "keys": str(tmp_path / "keys"),
    }
    KeyFolders(tmp_path / "keys").install(A, rsa_ring()[1], signing_key(1), signing_key(3))
    (tmp_path / "bcl.json").write_text(json.dumps(cloud), encoding="utf-8")
    return tmp_path / "bcl.json"


def bcl(config: Path, command: str, *words: object) -> Told:
    return konbini("bcl", command, "--config", config, *words, "--json")


def look(config: Path, paper: dict[str, Any], clerk: str, password: str, *more: object) -> Told:
    words = ("--tenant", A, "--kind", paper["kind"], "--form", paper["form"], "--clerk", clerk, "--password", password)
    return bcl(config, "look", *words, *more)


def said(config: Path, *, hours: float | None = None, make: bool = False) -> Any:
    """What the desk says of a resident of the uploaded register; with `hours` after the tenant set that as the age its residents may have."""

    async def asked() -> Any:
        now = datetime.now(JST)
        cloud = await open_store(f"sqlite:///{config.parent / 'cloud.db'}", METADATA)
        tenancy = Tenancy(TenantFiles(config.parent / "tenants"), sole=True)
        try:
            await tenancy.store(A).write(bind_card, healthy().atena_no, serial(FATHER), date(2026, 1, 1), now=now)
            if hours is not None:
                await tenancy.store(A).write(decide, FeedTerms(max_age_hours={"residents": hours}), "op", now)
            desk = CloudDesk(Serving(cloud, tenancy, KeyFolders(config.parent / "keys"), DECLARED, 0.0), FairShare(4, 4, 4))
            mine = {"municipality": A, "serial": serial(FATHER)}
            offered = await desk.answer(msgspec.structs.replace(ask(FATHER), **mine), CENTER, now)
            if not make or not isinstance(offered, ChoicesOffered):
                return offered.code if isinstance(offered, Refusal) else type(offered)
            issued = await desk.answer(msgspec.structs.replace(order("r1", FATHER, offered), **mine), CENTER, now)
            return issued.code if isinstance(issued, Refusal) else type(issued)
        finally:
            await tenancy.close()
            await cloud.close()

    return asyncio.run(asked())


def test_from_onboarding_to_a_paper_and_an_event_that_stops_it(config: Path) -> None:
    folder = config.parent
    who = ("--who", "op")
    tenant = ("--tenant", A)
    signer = ("--authority", folder / "root.pem", "--authority-key", folder / "root.key")
    assert bcl(config, "onboard", "--description", folder / "town.json", *signer, *who).answer == {"missing": ["data", "trial"]}
    refused = bcl(config, "open", *tenant, *who)
    assert refused.status == 1 and refused.answer["missing"] == ["data", "trial"]
    assert {(one["kind"], one["form"]) for one in refused.answer["papers"]} == {(kind, KINDS[kind].forms[0].code) for kind in KINDS}

    as_of = (datetime.now(JST) - timedelta(hours=2)).replace(microsecond=0)
    (folder / "bad.zip").write_bytes(b"no archive")
    assert bcl(config, "upload", *tenant, "--archive", folder / "bad.zip", *who).status == 1
    (folder / "full.zip").write_bytes(pack(town(), A, 7, as_of))
    uploaded = bcl(config, "upload", *tenant, "--archive", folder / "full.zip", *who)
    assert (uploaded.status, uploaded.answer["outcome"]) == (0, "applied")
    assert bcl(config, "upload", *tenant, "--archive", folder / "full.zip", *who).answer["outcome"] == "repeated"

    assert said(config) == "municipality_unknown"
    drawn = bcl(config, "trial", *tenant, *who, "--out", folder / "specimens").answer["papers"]
    assert {one["state"] for one in drawn} == {"drawn"}
    assert len(list((folder / "specimens").glob("*-face.pdf"))) == len(list((folder / "specimens").glob("*-back.pdf"))) == len(drawn)
    assert bcl(config, "open", *tenant, *who).answer["missing"] == ["trial"]
    for place, paper in enumerate(drawn):
        heard = look(config, paper, CLERK, PASSWORD)
        assert (heard.status, heard.answer["missing"]) == (0, ["trial"] if place + 1 < len(drawn) else [])
    assert bcl(config, "open", *tenant, *who).status == 0
    (row,) = bcl(config, "status").answer["tenants"]
    assert (row["state"], row["sequence"], row["people"], row["missing"]) == ("open", 7, len(town().residents), [])
    assert {datetime.fromisoformat(one) for one in row["data_as_of"].values()} == {as_of}
    assert (row["data_age"], row["last_upload"], row["papers_today"]) == ("fresh", "applied", 0)
    table = konbini("bcl", "status", "--config", config).out.splitlines()
    assert len(table) == 2 and all(word in table[1] for word in (A, "見本県みほん市", "発行中", "新しい", "適用", "0/20000"))

    assert said(config, make=True) is Issued
    assert said(config, hours=1) == "data_stale"
    assert said(config, hours=3) is ChoicesOffered

    event = {"id": "e1", "kind": "protect", "at": datetime.now(JST).isoformat(), "subject": healthy().atena_no, "on": as_of.date().isoformat()}
    (folder / "event.json").write_text(json.dumps(event | {"level": "support"}), encoding="utf-8")
    assert bcl(config, "fast", *tenant, "--event", folder / "event.json").answer == {"id": "e1", "outcome": "applied"}
    assert said(config) == "not_issuable"


@pytest.mark.parametrize("command", ["upload", "fast"])
def test_nothing_is_taken_for_a_tenant_that_there_is_not(config: Path, command: str) -> None:
    file = config.parent / "root.pem"
    words = ("--archive", file, "--who", "op") if command == "upload" else ("--event", file)
    told = bcl(config, command, "--tenant", "990035", *words)
    assert told.status == 1 and told.answer["error"] == "unknown"
    assert not (config.parent / "tenants" / "990035.db").exists()


@pytest.fixture
def served(config: Path, postgres: Server) -> Path:
    """The same cloud on PostgreSQL."""
    url = postgres.new_database(f"commanded_{next(_DATABASES)}")
    config.write_text(json.dumps(json.loads(config.read_text(encoding="utf-8")) | {"database": url, "tenants": url}), encoding="utf-8")
    return config


def test_on_postgresql_the_same_commands_prepare_a_tenant_whose_password_its_owner_alone_may_read(served: Path) -> None:
    folder, tenant, who = served.parent, ("--tenant", A), ("--who", "op")
    signer = ("--authority", folder / "root.pem", "--authority-key", folder / "root.key")
    assert bcl(served, "onboard", "--description", folder / "town.json", *signer, *who).answer == {"missing": ["data", "trial"]}
    password = folder / "keys" / A / "database.password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600 and stat.S_IMODE(password.parent.stat().st_mode) == 0o700
    assert len(password.read_text(encoding="ascii")) >= 32 and not (folder / "tenants").exists()
    (folder / "full.zip").write_bytes(pack(town(), A, 7, datetime.now(JST) - timedelta(hours=2)))
    assert bcl(served, "upload", *tenant, "--archive", folder / "full.zip", *who).answer["outcome"] == "applied"
    (row,) = bcl(served, "status").answer["tenants"]
    assert (row["state"], row["sequence"], row["people"], row["missing"]) == ("preparing", 7, len(town().residents), ["trial"])


def test_a_specimen_is_called_good_by_nobody_but_the_tenants_own_staff_with_their_password(config: Path) -> None:
    folder, tenant = config.parent, ("--tenant", A)
    signer = ("--authority", folder / "root.pem", "--authority-key", folder / "root.key")
    bcl(config, "onboard", "--description", folder / "town.json", *signer, "--who", "op")
    paper = bcl(config, "trial", *tenant, "--who", "op").answer["papers"][0]
    for clerk, password in (("op", PASSWORD), (CLERK, "wrong"), ("", "")):
        assert look(config, paper, clerk, password).answer["error"] == "password_wrong"
    assert look(config, paper, CLERK, PASSWORD, "--faulty").answer["error"] == "remark_missing"
    assert look(config, paper, CLERK, PASSWORD, "--faulty", "--remark", "公印が薄い").answer["verdict"] == "faulty"
    states = {(one["kind"], one["form"]): one["state"] for one in bcl(config, "open", *tenant, "--who", "op").answer["papers"]}
    assert states[(paper["kind"], paper["form"])] == "faulty"
