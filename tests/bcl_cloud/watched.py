"""Three tenants with people who look alike: the same names, birth dates and 宛名番号 in each town, other cards and other persons. Prepared once for a run of tests, copied for each."""

import asyncio
import atexit
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, text

from bcl_cloud.config import Probes
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud, Description
from bcl_cloud.probing.watch import Watch, WatchedDesk, under_watch
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants.canaries import Canary
from bcl_cloud.tenants.canaries_planted import canary_of
from bcl_cloud.tenants.tables import METADATA
from certificates.kinds import KINDS
from issuer.terms import Certifier, PolicySetting
from messages.refusals import Refusal
from messages.wire import Message
from registers.numbers import juminhyo_code_digit, my_number_digit
from registers.residents.households import assembled
from registers.residents.resident import Resident
from registers.residents.tables import load
from simulation.key_ring import rsa_ring, signing_key
from storage.sqlite import SqliteStore
from tests.bcl_cloud.opened import opened
from tests.bcl_cloud.tenants import A, B, C
from tests.issuer.town import CENTER, DECLARED, NOW, PEOPLE, SINCE, document_keys, seal, serial

CODES = (A, B, C)
TOWNS = {A: "みほん市", B: "となり市", C: "むかい市"}
HOUR = 3600.0
"""No probe of these tests ends because the machine is busy."""
ROOTS = (document_keys().authority.certificate,)
OFFERED = ("juminhyo", "kazei", "koseki")


def number_in(code: str, who: int) -> int:
    """By which number the cards and persons of a town are made: `who` of one town is another person than `who` of the next."""
    return who + 1000 * (1 + CODES.index(code))


def people_of(code: str) -> tuple[Resident, ...]:
    """Everybody of one town."""
    return tuple(_look_alike(person, code) for person in PEOPLE)


def _look_alike(person: Resident, code: str) -> Resident:
    who = int(person.atena_no[:9])
    number = f"{number_in(code, who):010d}"
    return replace(
        person,
        previous_address="別県よその市一丁目１番１号",
        honseki="別県よその市中央一丁目２番",
        serial=None if person.serial is None else serial(number_in(code, who)),
        my_number=f"0{number}" + my_number_digit(f"0{number}"),
        juminhyo_code=number + juminhyo_code_digit(number),
    )


def settle(connection: Connection, code: str) -> None:
    """Let the town's people live in it, at an address that speaks of no other town."""
    people = people_of(code)
    load(connection, *assembled(people, [f"見本県{TOWNS[code]}中央一丁目２番３号"] * len(people)), now=NOW)


def description(code: str, folder: Path) -> Description:
    """What the town hands over when it joins."""
    (folder / "seal.png").write_bytes(seal())
    settings = {
        kind: PolicySetting(since=SINCE, options=(), forms=(KINDS[kind].forms[0].code,), copies_max=10, years=3 if KINDS[kind].yearly else 1)
        for kind in OFFERED
    }
    return Description(
        municipality=code,
        prefecture="見本県",
        municipality_name=TOWNS[code],
        municipality_name_en=code,
        number_prefix=TOWNS[code],
        certifiers=(Certifier(since=SINCE, title=f"見本県{TOWNS[code]}長", name="見本　市長"),),
        policies={kind: (setting,) for kind, setting in settings.items()},
        seal=folder / "seal.png",
        wide_tax_since=SINCE,
    )


@cache
def template() -> Path:
    """The folder of a cloud whose three tenants are open and filled."""
    folder = Path(mkdtemp(prefix="konbini-cloud-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with ThreadPoolExecutor(1) as apart:  # whoever asks first may be in a loop of its own
        apart.submit(asyncio.run, _prepare(folder)).result()
    return folder


async def _prepare(folder: Path) -> None:
    async with cloud_in(folder) as cloud:
        for place, code in enumerate(CODES):
            cloud.keys.install(code, rsa_ring()[1 + place], signing_key(1 + place), signing_key(5 + place))
            token = Random(code).randbytes
            await onboarding.onboard(cloud, description(code, folder), document_keys().authority, "op", "参加", NOW, token)
            await cloud.tenancy.store(code).write(settle, code)
            await opened(cloud, code)


class KeptKeys(KeyFolders):
    """Keys that are taken apart once for all tests: checking an RSA key costs more than a whole probe."""

    def _load(self, code: str, name: str) -> object:
        file = self.folder(code) / f"{name}.key"
        return _key(file.read_bytes()) if file.is_file() else super()._load(code, name)


@cache
def _key(pem: bytes) -> object:
    return load_pem_private_key(pem, None)


@asynccontextmanager
async def cloud_in(folder: Path, tenancy: Callable[[Path], Tenancy] | None = None) -> AsyncIterator[Cloud]:
    """The cloud whose files lie in this folder."""
    database = await SqliteStore.open(folder / "cloud.db", METADATA)
    door = Tenancy(TenantFiles(folder / "tenants"), sole=False) if tenancy is None else tenancy(folder / "tenants")
    try:
        yield Cloud(database, door, KeptKeys(folder / "keys"))
    finally:
        await door.close()
        await database.close()


def copied(folder: Path) -> Path:
    """A copy of the prepared cloud."""
    shutil.copytree(template(), folder, dirs_exist_ok=True)
    return folder


@dataclass
class Watched:
    """A cloud under watch: everybody asks `desk`, which looks at the tenants by `watch`; the clock is `clock[0]`."""

    cloud: Cloud
    desk: WatchedDesk
    watch: Watch
    clock: list[datetime]
    registry: CollectorRegistry

    async def said(self, message: Message) -> Message | str:
        """The answer to the center, a refusal as its code."""
        reply = await self.desk.answer(message, CENTER, self.clock[0])
        return reply.code if isinstance(reply, Refusal) else reply

    def metric(self, name: str, **labels: str) -> float:
        """A number of the watch's; 0 where it was never set."""
        return self.registry.get_sample_value(name, labels) or 0.0


def serving_of(cloud: Cloud) -> Serving:
    """The tenants as they are served."""
    return Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0, ROOTS, Random(5).randbytes)


def watched(cloud: Cloud, desk: Callable[[Cloud], CloudDesk] | None = None, settings: Probes | None = None) -> Watched:
    """The cloud put under watch; `desk` makes what answers, a true one by default."""
    clock, registry = [NOW], CollectorRegistry()
    made = CloudDesk(serving_of(cloud), FairShare(64, 32, 64)) if desk is None else desk(cloud)
    token = Random("probes").randbytes
    door, watch = under_watch(made, cloud.database, cloud.tenancy, settings or Probes(probe_seconds=HOUR), lambda: clock[0], token, registry, ROOTS)
    return Watched(cloud, door, watch, clock, registry)


async def canary(cloud: Cloud, code: str) -> Canary:
    """The tenant's canary."""
    found = await cloud.database.read(canary_of, code)
    assert found is not None
    return found


async def rows_of_tenant(cloud: Cloud, code: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a tenant."""

    def read(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")).scalars().all()
        )
        return {name: sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))), key=repr) for name in names}

    return await cloud.tenancy.store(code).read(read)
