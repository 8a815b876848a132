"""乗り換え of a municipality of an open town, from its own server to the shared cloud: a new tenant with the keys it has, its registers uploaded, its bindings carried, its kinds moved at a minute."""

import asyncio
import json
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from sqlalchemy import create_engine

from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.switching import stands
from bcl_cloud.joining.onboarding import Cloud, Description, StaffSetting, onboard, open_tenant, registers_of
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants.entries import set_forms
from bcl_cloud.tenants.tables import METADATA
from certificates.kinds import KINDS
from issuer.terms import Certifier, PolicySetting
from registers.koseki.usage import bind_serial
from registers.population import Population
from registers.residents.tables import residents_in_order
from screens.sign_in import hash_password
from simulation import demonstration as demo
from simulation.municipalities import BCL, PLACES, Place, issuer_at, wide_since
from simulation.registers_filled import approve_tax_year
from simulation.town.cloud import database_url, keys_folder, policy_setting, tenants_folder
from simulation.town.folders import own_server
from simulation.town.referral_keys import referral_key_file
from storage.instants import JST
from storage.opening import open_store
from storage.sqlite import SqliteStore
from tests.town.open_town import OpenTown
from tests.town.register_truth import people_of
from tests.town.told import issuer_files

WHO, WHY = demo.CLOUD_OPERATOR, "BCLへの乗り換え（見本）"
CLERK = "市民課 桜（見本）"
PASSWORD = secrets.token_hex(8)
FIELDS = {"koseki": ("koseki", "fuhyo"), "seal": ("seals",), "tax": ("tax",)}
"""What a register is of, among people made up."""
SERIES = "Ｂ"
"""What the cloud's 発行番号 begin with after the municipality's name: two issuers of one municipality must not number alike."""


@dataclass(frozen=True, slots=True)
class Household:
    """Kinds of one municipality that go from its own server to the shared cloud. `files` are for what is handed over."""

    town: OpenTown
    code: str
    kinds: tuple[str, ...]
    files: Path

    @property
    def place(self) -> Place:
        """What the municipality decides."""
        return next(place for place in PLACES if place.code == self.code)

    @property
    def party(self) -> str:
        """Its own server."""
        return own_server(self.code, self.town.city)

    @property
    def old(self) -> Path:
        """The own server's database."""
        return self.town.folders.database(self.party)

    @property
    def new(self) -> Path:
        """The tenant's rows."""
        return issuer_files(self.town)[BCL, self.code]

    @property
    def series(self) -> dict[str, str]:
        """What the 発行番号 of its issuers begin with after the day, by the issuers' names at the center."""
        own = issuer_at(self.place, self.place.own_kinds).number_prefix
        return {self.code: own, BCL: issuer_at(self.place, self.place.bcl_kinds).number_prefix if self.place.bcl_kinds else f"{own}{SERIES}"}

    # --- a tenant ---

    async def become_tenant(self) -> None:
        """Onboarded with the keys that its papers are signed with already; nothing is in its registers yet."""
        self._take_keys_along()
        (self.files / "seal.png").write_bytes(self.place.seal_png)
        told = Description(
            municipality=self.code,
            prefecture=self.place.city.prefecture,
            municipality_name=self.place.city.name,
            municipality_name_en=self.place.city.name_en,
            number_prefix=self.series[BCL],
            certifiers=(Certifier(since=demo.OFFERED_FROM, title=self.place.title, name=demo.CERTIFIER),),
            policies=self._policies(self.kinds),
            seal=self.files / "seal.png",
            staff=(StaffSetting(name=CLERK, password_hash=hash_password(PASSWORD), roles=("clerk",)),),
            wide_tax_since=wide_since(self.place, self.kinds),
        )
        async with self.cloud() as cloud:
            await onboard(cloud, told, None, WHO, WHY, datetime.now(JST), secrets.token_bytes)

    async def open(self) -> None:
        """The tax section approves the fiscal year there too, specimens are drawn and looked at, and the tenant may issue."""
        async with self.cloud() as cloud:
            issuer = issuer_at(self.place, self.kinds)
            await cloud.tenancy.store(self.code).write(approve_tax_year, self.place, issuer, "税務課 楓（見本）", datetime.now(JST))
            await self._try_out(cloud, CLERK)
            lacking = await open_tenant(cloud, self.code, WHO, WHY, datetime.now(JST))
            assert lacking == ()

    async def offer_there_too(self) -> None:
        """Of a tenant that has other kinds in the cloud already: these are offered as well."""
        clerk = next(member.name for member in self.town.town.staff if member.municipality == self.code and member.role == "clerk")
        async with self.cloud() as cloud:
            policies = self._policies((*self.place.bcl_kinds, *self.kinds))
            await cloud.database.write(set_forms, self.code, policies, WHO, WHY, datetime.now(JST))
            await self._send_what_is_new(cloud)
            await self._try_out(cloud, clerk)

    async def _send_what_is_new(self, cloud: Cloud) -> None:
        """The registers that only these kinds read: a differential with every line of theirs, after the upload that stands."""
        now_kept = await registers_of(cloud, self.code)
        standing = await cloud.tenancy.store(self.code).read(stands)
        assert standing is not None
        population = people_of(self.town).of(self.code)
        nothing: dict[str, Any] = {field: () for kind in self.kinds for field in FIELDS[KINDS[kind].register]}
        sequence, file = standing.sequence + 1, self.files / f"{self.code}-new.zip"
        file.write_bytes(
            pack(
                population,
                self.code,
                sequence,
                datetime.now(JST),
                before=replace(population, **nothing),
                registers=now_kept,
                based_on=standing.sequence,
            )
        )
        report, _ = await asyncio.to_thread(self.upload, file)
        assert report["outcome"] == "applied", report

    async def _try_out(self, cloud: Cloud, clerk: str) -> None:
        await draw_trial(cloud, self.code, WHO, WHY, datetime.now(JST))
        assert await look_at_all(cloud, self.code, clerk, datetime.now(JST)) == ()

    def _policies(self, kinds: Iterable[str]) -> dict[str, tuple[PolicySetting, ...]]:
        return {kind: (msgspec.convert(policy_setting(self.place, kind, real_hours=False), PolicySetting),) for kind in kinds}

    def _take_keys_along(self) -> None:
        folder = keys_folder(self.town.folders) / self.code
        folder.mkdir(mode=0o700)
        own = self.town.folders.party(self.party)
        for name, file in {
            "documents.key": None,
            "documents.pem": None,
            "codes.key": None,
            "referral.key": referral_key_file(self.town.folders, self.party),
        }.items():
            shutil.copy(file or own / name, folder / name)

    @asynccontextmanager
    async def cloud(self) -> AsyncIterator[Cloud]:
        """The cloud's databases and keys, beside the process that serves them."""
        folders = self.town.folders
        database = await open_store(database_url(folders), METADATA, sole=False)
        tenancy = Tenancy(TenantFiles(tenants_folder(folders)), sole=False)
        try:
            yield Cloud(database, tenancy, KeyFolders(keys_folder(folders)))
        finally:
            await tenancy.close()
            await database.close()

    # --- its registers ---

    def registers(self) -> Population:
        """As the own server has them: the people made up once more, with what its register says of their cards and codes."""
        engine = create_engine(f"sqlite:///file:{self.old}?mode=ro&uri=true")
        with engine.connect() as connection:
            known = residents_in_order(connection)
        engine.dispose()
        return replace(people_of(self.town).of(self.code), residents=known)

    def packed(self, population: Population, sequence: int) -> Path:
        """連携用データ as of now."""
        file = self.files / f"{self.code}-{sequence}.zip"
        file.write_bytes(pack(population, self.code, sequence, datetime.now(JST)))
        return file

    def uploading(self, archive: Path) -> "subprocess.Popen[bytes]":
        """`konbini bcl upload`, under way."""
        return self._command("upload", "--archive", str(archive), "--who", WHO)

    def upload(self, archive: Path) -> tuple[dict[str, Any], float]:
        """Its report, and the seconds it took."""
        began = time.perf_counter()
        said, _ = self.uploading(archive).communicate()
        return json.loads(said), time.perf_counter() - began

    def take_event(self, event: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """One event by `konbini bcl fast`: what it answers, and the seconds it took."""
        file = self.files / f"event-{event['id']}.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        began = time.perf_counter()
        said, _ = self._command("fast", "--event", str(file)).communicate()
        return json.loads(said), time.perf_counter() - began

    @asynccontextmanager
    async def office(self) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
        """The tenant's clerk, signed in at its pages in the cloud, and their address. The cloud tells its tenants apart by the host's name."""
        port = self.town.town.parties[BCL].office_url.rpartition(":")[2]
        host, address = f"{self.code}.localhost:{port}", f"http://127.0.0.1:{port}"
        headers = {"Host": host, "Origin": f"http://{host}"}
        async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            form = {"name": CLERK, "password": PASSWORD, "next": "/"}
            async with session.post(f"{address}/sign-in", data=form, allow_redirects=False) as answer:
                assert answer.status in (302, 303), answer.status
            yield session, address

    def _command(self, word: str, *more: str) -> "subprocess.Popen[bytes]":
        config = str(self.town.folders.config(BCL))
        words = (sys.executable, "-m", "konbini", "bcl", word, "--config", config, "--tenant", self.code, *more, "--json")
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    # --- what was set at the own server's desk ---

    async def bind(self, serial: str, person_no: str, since: date) -> None:
        """本籍地利用登録 as the own server's clerk has accepted it."""
        store = await SqliteStore.open(self.old, sole=False)
        await store.write(bind_serial, serial, person_no, since=since)
        await store.close()

    def hand_over(self) -> dict[str, Any]:
        """What its own server's clerks have set, by `konbini municipal handover` and `konbini bcl takeover`, as anybody would: what the second one answers."""
        archive = self.files / f"handover-{datetime.now(JST):%H%M%S%f}.zip"
        own = ("municipal", "handover", "--config", str(self.town.folders.config(self.party)), "--kinds", ",".join(self.kinds), "--out", str(archive))
        subprocess.run((sys.executable, "-m", "konbini", *own, "--who", WHO, "--json"), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        said, _ = self._command("takeover", "--archive", str(archive), "--who", WHO).communicate()
        answer: dict[str, Any] = json.loads(said)
        assert answer.get("outcome") == "entered", answer
        return answer
