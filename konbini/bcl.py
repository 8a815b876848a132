"""`konbini bcl`: tenants of the shared cloud prepared, opened, stopped and looked at, also beside a serving process."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bcl_cloud import onboarding
from bcl_cloud.cloud_tables import METADATA
from bcl_cloud.config import Config, load
from bcl_cloud.feeds.ages import ages
from bcl_cloud.feeds.history import uploads
from bcl_cloud.key_folders import KeyFolders
from bcl_cloud.onboarding import STEPS, Cloud, Description, count_people
from bcl_cloud.tenancy import ForeignRows, NoSuchTenant, NoTenantCode, Tenancy
from bcl_cloud.tenant_files import TenantFiles
from bcl_cloud.tenant_states import WORDS
from bcl_cloud.tenants import TenantRefused, tenants
from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid, read_config
from storage.instants import JST
from storage.opening import UnknownDatabase, open_store
from storage.store import Store, StoreFailed
from trust.authority import KeyUnusable
from trust.authority import load as load_authority

T = TypeVar("T")

REFUSED = {
    "unknown": "この団体コードの参加団体はありません。",
    "exists": "この団体コードの参加団体はすでにあります。",
    "prefix_taken": "発行番号の頭につく名前を、ほかの参加団体が使っています。",
    "name_missing": "都道府県名、団体名、発行番号の頭につく名前のどれかが空です。",
    "certifiers_invalid": "認証者は1人以上、日ごとに1人、都道府県名で始まる職名と氏名が要ります。",
    "forms_invalid": "証明書の設定が正しくありません。",
    "seal_invalid": "公印の画像が使えません。",
    "staff_invalid": "職員の名前が重なっているか、役割がありません。",
    "limits_invalid": "1日の通数か配分の重みが範囲の外です。",
    "wide_invalid": "広域交付の照会の有効時間（秒）が範囲の外です。",
    "not_now": "いまの状態ではできません。",
    "why_missing": "理由を書いてください。",
}


def onboard(config: Path, description: Path, authority: Path | None, authority_key: Path | None, who: str, why: str, *, as_json: bool) -> None:
    """Every step but the data, and what is still missing."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        told = read_config(description, Description)
        signer = load_authority(authority, authority_key) if authority is not None and authority_key is not None else None
        return await onboarding.onboard(cloud, told, signer, who, why, datetime.now(JST), secrets.token_bytes)

    lacking = _run(config, work, as_json=as_json)
    if as_json:
        print_json({"missing": list(lacking)})
    else:
        print("準備が済みました。" if not lacking else f"まだ済んでいない準備: {_steps(lacking)}")


def open_one(config: Path, code: str, who: str, why: str, *, as_json: bool) -> None:
    """Let a tenant issue; exit status 1 while something is missing."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        return await onboarding.open_tenant(cloud, code, who, why, datetime.now(JST))

    lacking = _run(config, work, as_json=as_json)
    if lacking:
        fail("not_ready", f"まだ済んでいない準備があります: {_steps(lacking)}", as_json=as_json, missing=list(lacking))
    _done({"tenant": code, "state": "open"}, f"{code} の発行を始めました。", as_json=as_json)


def close_one(config: Path, code: str, who: str, why: str, *, as_json: bool) -> None:
    """Stop a tenant."""

    async def work(cloud: Cloud) -> None:
        await cloud.database.write(onboarding.set_closed, code, who, why, datetime.now(JST))

    _run(config, work, as_json=as_json)
    _done({"tenant": code, "state": "stopped"}, f"{code} の発行を止めました。", as_json=as_json)


def to_upload(config: Path, code: str, archive: Path, who: str, why: str, *, as_json: bool) -> tuple[Callable[[], Awaitable[Store]], tuple[str, ...]]:
    """What opens a tenant's rows, and the registers it keeps in the cloud. The journal has that an upload was begun and by whom; the tenant's own rows will have how it ended."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        registers = await onboarding.registers_of(cloud, code)
        await cloud.tenancy.store(code).read(count_people)
        await cloud.database.write(onboarding.note_upload, code, archive.name, who, why, datetime.now(JST))
        return registers

    registers = _run(config, work, as_json=as_json)
    return _opening(config, code), registers


def for_event(config: Path, code: str, *, as_json: bool) -> Callable[[], Awaitable[Store]]:
    """What opens a tenant's rows, after it was found that there is such a tenant."""

    async def work(cloud: Cloud) -> None:
        await onboarding.registers_of(cloud, code)
        await cloud.tenancy.store(code).read(count_people)

    _run(config, work, as_json=as_json)
    return _opening(config, code)


def _opening(config: Path, code: str) -> Callable[[], Awaitable[Store]]:
    async def opened() -> Store:
        return Tenancy(TenantFiles(load(config).tenants), sole=False).store(code)

    return opened


def show_status(config: Path, *, as_json: bool) -> None:
    """All tenants: state, people, of when its oldest data are and their sequence, papers of today against the day's quota, what is missing."""
    rows = _run(config, _status, as_json=as_json)
    if as_json:
        print_json({"tenants": rows})
        return
    for row in rows:
        lacking = f"  未了: {_steps(row['missing'])}" if row["missing"] else ""
        age = min(row["data_as_of"].values(), default=None)
        data = "データなし" if age is None else f"データ {age[:16].replace('T', ' ')} 現在（連番{row['sequence']}）"
        print(
            f"{row['tenant']}  {row['name']}  {WORDS[row['state']][0]}  住民 {row['people']}人  {data}  本日 {row['papers_today']}/{row['papers_per_day_max']}通{lacking}"
        )


async def _status(cloud: Cloud) -> list[dict[str, Any]]:
    now = datetime.now(JST)
    rows: list[dict[str, Any]] = []
    for tenant in await cloud.database.read(tenants):
        store = cloud.tenancy.store(tenant.code)
        past = await store.read(uploads)
        rows.append(
            {
                "tenant": tenant.code,
                "name": tenant.prefecture + tenant.name,
                "state": tenant.state,
                "reason": tenant.reason,
                "since": tenant.since.isoformat(),
                "people": await store.read(count_people),
                "data_as_of": {age.register: age.as_of.isoformat() for age in await store.read(ages) if age.as_of is not None},
                "sequence": next((one.sequence for one in past if one.state == "applied"), None),
                "last_upload": past[0].state if past else None,
                "papers_today": await store.read(onboarding.papers_of_day, now),
                "papers_per_day_max": tenant.papers_per_day_max,
                "missing": list(await onboarding.missing(cloud, tenant.code, now)),
            }
        )
    return rows


def _run(config_file: Path, work: Callable[[Cloud], Awaitable[T]], *, as_json: bool) -> T:
    try:
        return asyncio.run(_with_cloud(load(config_file), work))
    except TenantRefused as refused:
        fail(refused.code, REFUSED[refused.code], as_json=as_json)
    except (ConfigInvalid, ForeignRows, KeyUnusable, NoSuchTenant, NoTenantCode, OSError, StoreFailed, UnknownDatabase) as error:
        fail("not_done", str(error), as_json=as_json, status=2)


async def _with_cloud(config: Config, work: Callable[[Cloud], Awaitable[T]]) -> T:
    database = await open_store(config.database, METADATA, sole=False)
    tenancy = Tenancy(TenantFiles(config.tenants), sole=False)
    try:
        return await work(Cloud(database, tenancy, KeyFolders(config.keys)))
    finally:
        await tenancy.close()
        await database.close()


def _steps(lacking: Any) -> str:
    return "、".join(STEPS[step][0] for step in lacking)


def _done(answer: dict[str, str], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        print(sentence)
