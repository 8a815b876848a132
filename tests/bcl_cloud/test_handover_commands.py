"""A whole move by command: registers and hand-over written by an own server, entered at the cloud, and both then answer the same; and back."""

import asyncio
import json
import stat
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from bcl_cloud.config import load
from bcl_cloud.joining.opening import close_cloud, open_cloud
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.locating import places_of
from bcl_cloud.tenants.journal import entries
from certificates.kinds import KINDS
from issuer.doings import doings
from issuer.handover import gather
from issuer.handover_file import packed
from issuer.inventory import sections
from issuer.issue_tables import METADATA
from messages.conditions import InventorySection
from registers.koseki import schema as koseki_schema
from registers.residents import schema as resident_schema
from registers.residents.tables import METADATA as REGISTER
from storage.instants import JST
from storage.opening import open_store
from tests.bcl_cloud.tenants import A
from tests.bcl_cloud.test_commands import bcl, config
from tests.issuer.books import fill_all
from tests.issuer.test_taking_over import at_the_desk
from tests.issuer.town import NOW, PEOPLE, UNPRINTABLE, atena, issuer, populate
from tests.konbini.told import Told, konbini
from tests.municipal_server.test_config import written
from tests.town.rows import rows
from trust.authority import load_key
from trust.referrals import key_name, stated_key

__all__ = ["config"]

WHO = ("--who", "移行 担当")


@pytest.fixture
def own(config: Path) -> Path:
    """An own server of the same municipality, at whose desk everything was set that no file of a register has."""
    folder = config.parent / "own"
    folder.mkdir()

    async def fill() -> None:
        store = await open_store(f"sqlite:///{folder / 'municipal.db'}", METADATA, REGISTER)
        for step in (filled, fill_all, at_the_desk):
            await store.write(step)
        await store.close()

    asyncio.run(fill())
    return written(folder)


def filled(connection: Connection) -> None:
    populate(connection, tuple(one for one in PEOPLE if one.atena_no != atena(UNPRINTABLE)))  # the upload would ask for their character


@pytest.fixture
def joined(config: Path) -> Path:
    folder = config.parent
    signer = ("--authority", folder / "root.pem", "--authority-key", folder / "root.key")
    assert bcl(config, "onboard", "--description", folder / "town.json", *signer, "--who", "op").status == 0
    return config


def municipal(own: Path, command: str, *words: object) -> Told:
    return konbini("municipal", command, "--config", own, *WHO, *words, "--json")


def inventory(config: Path, own: Path | None) -> dict[str, InventorySection]:
    """What the tenant's rows, or the own server's, say of every kind."""

    async def asked() -> tuple[InventorySection, ...]:
        question = (issuer(), tuple(KINDS), "nonce", NOW.date())
        if own is not None:
            store = await open_store(f"sqlite:///{own.parent / 'municipal.db'}", METADATA, REGISTER)
            try:
                return await store.read(sections, *question)
            finally:
                await store.close()
        tenancy = Tenancy(places_of(json.loads(config.read_text(encoding="utf-8"))["tenants"], config.parent / "keys"), sole=True)
        try:
            return await tenancy.store(A).read(sections, *question)
        finally:
            await tenancy.close()

    return {one.section: one for one in asyncio.run(asked())}


def test_a_municipality_moves_to_the_cloud_by_two_files_and_back_by_one(joined: Path, own: Path) -> None:
    folder, tenant = joined.parent, ("--tenant", A)
    handed, data = folder / "handed.zip", folder / "data.zip"
    told = municipal(own, "handover", "--out", handed, "--data", data, "--sequence", 3)
    assert (told.status, told.answer["uses"], told.answer["stops"]) == (0, 2, 2)
    assert [stat.S_IMODE(file.stat().st_mode) for file in (handed, data)] == [0o600, 0o600]
    assert municipal(own, "handover", "--out", handed).status == 2, "a file that is there is not written over"

    early = bcl(joined, "takeover", *tenant, *WHO, "--archive", handed)
    assert (early.status, early.answer["error"]) == (1, "unknown_people")
    uploaded = bcl(joined, "upload", *tenant, "--archive", data, "--who", "op")
    assert (uploaded.status, uploaded.answer["outcome"]) == (0, "applied"), uploaded.answer
    before, after = inventory(joined, own), inventory(joined, None)
    assert {name for name in before if before[name] != after[name]} == {"bindings", "stops"}
    assert brought(joined) == brought(own), "of what forbids, the upload has what files brought and nothing that a clerk set"
    done = bcl(joined, "takeover", *tenant, *WHO, "--archive", handed)
    assert (done.status, done.answer["outcome"]) == (0, "entered"), done.answer
    assert inventory(joined, None) == before
    assert bcl(joined, "takeover", *tenant, *WHO, "--archive", handed).answer["outcome"] == "repeated"

    told = bcl(joined, "handover", *tenant, *WHO, "--out", folder / "back.zip")
    assert told.status == 0
    assert municipal(own, "takeover", "--archive", folder / "back.zip").answer == {"outcome": "entered", "written": {}, "newer_here": {}}
    assert inventory(joined, own) == before
    assert asyncio.run(journalled(joined, own)) == (["take_over", "take_over", "take_over", "hand_over"], ["hand_over", "take_over"])


def test_a_tenants_statement_of_its_key_is_for_the_directory(joined: Path) -> None:
    told = bcl(joined, "statement", "--tenant", A)
    key = load_key(joined.parent / "keys" / A / "referral.key")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert (told.status, stated_key(told.answer["statement"])) == (0, key_name(key.public_key())) and stated_key("a.b.c") is None


def brought(config: Path) -> list[int]:
    """How many protections and stops a file set, by register."""
    file = config.parent / ("municipal.db" if config.name == "municipal.json" else f"tenants/{A}.db")
    tables = (resident_schema.PROTECTIONS, resident_schema.SUPPRESSIONS, koseki_schema.PROTECTIONS, koseki_schema.SUPPRESSIONS)
    return [rows(file, f"SELECT COUNT(*) AS n FROM {table.name} WHERE source = 'file'")[0]["n"] for table in tables]


async def journalled(joined: Path, own: Path) -> tuple[list[str], list[str]]:
    """What the cloud's journal and the own server's record have of it, in order."""
    cloud = await open_cloud(load(joined), sole=False)
    store = await open_store(f"sqlite:///{own.parent / 'municipal.db'}", METADATA, REGISTER)
    said = [one.entry.doing for one in reversed(await cloud.database.read(entries, A)) if one.entry.who == WHO[1]]
    own_said = [one.doing.doing for one in reversed(await store.read(doings)) if one.doing.clerk == WHO[1]]
    await close_cloud(cloud)
    await store.close()
    return said, own_said


def test_a_stop_of_a_clerk_outlives_the_next_upload(joined: Path, own: Path) -> None:
    """Which knows nothing of it: it is no part of the registers' files, also where these are written out of the database."""
    folder, tenant = joined.parent, ("--tenant", A)
    for sequence in (1, 2):
        municipal(own, "handover", "--out", folder / f"{sequence}.zip", "--data", folder / f"data-{sequence}.zip", "--sequence", sequence)
    bcl(joined, "upload", *tenant, "--archive", folder / "data-1.zip", "--who", "op")
    assert bcl(joined, "takeover", *tenant, *WHO, "--archive", folder / "1.zip").status == 0
    stops = inventory(joined, None)["stops"]
    assert bcl(joined, "upload", *tenant, "--archive", folder / "data-2.zip", "--who", "op").answer["outcome"] == "applied"
    assert inventory(joined, None)["stops"] == stops == inventory(joined, own)["stops"]


def test_of_another_municipality_damaged_or_of_a_canary_nothing_goes_in(joined: Path, own: Path) -> None:
    folder, tenant = joined.parent, ("--tenant", A)
    municipal(own, "handover", "--out", folder / "handed.zip", "--data", folder / "data.zip")
    bcl(joined, "upload", *tenant, "--archive", folder / "data.zip", "--who", "op")
    before = inventory(joined, None)
    (folder / "half.zip").write_bytes((folder / "handed.zip").read_bytes()[:200])
    assert bcl(joined, "takeover", *tenant, *WHO, "--archive", folder / "half.zip").answer["error"] == "not_handover"
    for name, of, serial, error in (("other", "990027", "ce0001", "wrong_municipality"), ("canary", A, f"facade990027{'0' * 28}", "reserved_number")):
        (folder / f"{name}.zip").write_bytes(asyncio.run(changed(own, of, serial)))
        told = bcl(joined, "takeover", *tenant, *WHO, "--archive", folder / f"{name}.zip")
        assert (told.status, told.answer["error"]) == (1, error)
    assert inventory(joined, None) == before
    unknown = bcl(joined, "takeover", "--tenant", "990035", *WHO, "--archive", folder / "handed.zip")
    assert (unknown.status, unknown.answer["error"]) == (1, "unknown")
    assert municipal(own, "handover", "--out", folder / "x.zip", "--kinds", "koseki,no_such").answer["error"] == "kind_unknown"


async def changed(own: Path, municipality: str, serial: str) -> bytes:
    """The own server's hand-over under another name, with another serial on its 利用登録."""
    store = await open_store(f"sqlite:///{own.parent / 'municipal.db'}", METADATA, REGISTER)
    found = await store.read(gather, municipality, "x", tuple(KINDS), datetime.now(JST))
    await store.close()
    return packed(msgspec.structs.replace(found, uses=(msgspec.structs.replace(found.uses[0], serial=serial),)))[0]
