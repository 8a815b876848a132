"""`konbini bcl`: tenants of the shared cloud prepared, opened, stopped and looked at, also beside a serving process."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bcl_cloud.config import Config, load
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import STEPS, Cloud, Description, count_people
from bcl_cloud.joining.opening import close_cloud, open_cloud
from bcl_cloud.joining.trial_issue import Specimen, draw_trial, signed_by, specimen
from bcl_cloud.offices.overview import Overview, overviews
from bcl_cloud.offices.refusal_words import REFUSED
from bcl_cloud.offices.trial_pages import STATES as TRIAL_STATES
from bcl_cloud.offices.trial_pages import form_name
from bcl_cloud.tenancy.door import ForeignRows, NoSuchTenant, NoTenantCode, Tenancy
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenancy.locating import places_of
from bcl_cloud.tenants import restarts, trials
from bcl_cloud.tenants.entries import TenantRefused
from bcl_cloud.tenants.trials import Look, TrialLine
from konbini.answers import fail, print_json
from konbini.bcl_status import print_table, status_row
from messages.configuration import ConfigInvalid, read_config
from storage.instants import JST
from storage.opening import UnknownDatabase
from storage.sqlite import AlreadyServed
from storage.store import Store, StoreFailed
from trust.authority import KeyUnusable
from trust.authority import load as load_authority

T = TypeVar("T")


def onboard(config: Path, description: Path, authority: Path | None, authority_key: Path | None, who: str, why: str, *, as_json: bool) -> None:
    """Every step but the data, and what is still missing."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        told = read_config(description, Description)
        signer = load_authority(authority, authority_key) if authority is not None and authority_key is not None else None
        return await onboarding.onboard(cloud, told, signer, who, why, datetime.now(JST), secrets.token_bytes)

    lacking = run(config, work, as_json=as_json)
    if as_json:
        print_json({"missing": list(lacking)})
    else:
        print("準備が済みました。" if not lacking else f"まだ済んでいない準備: {_steps(lacking)}")


def open_one(config: Path, code: str, who: str, why: str, *, as_json: bool) -> None:
    """Let a tenant issue; exit status 1 while something is missing."""

    async def work(cloud: Cloud) -> tuple[tuple[str, ...], tuple[TrialLine, ...]]:
        now = datetime.now(JST)
        lacking = await onboarding.open_tenant(cloud, code, who, why, now)
        return lacking, trials.still_due((await onboarding.trial_of(cloud, code, now))[1])

    lacking, due = run(config, work, as_json=as_json)
    if lacking:
        unlooked = [_trial_row(line) for line in due]
        papers = "、".join(dict.fromkeys(form_name(line)[0] for line in due))
        sentence = f"まだ済んでいない準備があります: {_steps(lacking)}" + (f"（未確認の見本: {papers}）" if papers else "")
        fail("not_ready", sentence, as_json=as_json, missing=list(lacking), papers=unlooked)
    _done({"tenant": code, "state": "open"}, f"{code} の発行を始めました。", as_json=as_json)


def close_one(config: Path, code: str, who: str, why: str, *, as_json: bool) -> None:
    """Stop a tenant."""

    async def work(cloud: Cloud) -> None:
        await cloud.database.write(onboarding.set_closed, code, who, why, datetime.now(JST))

    run(config, work, as_json=as_json)
    _done({"tenant": code, "state": "stopped"}, f"{code} の発行を止めました。", as_json=as_json)


def to_upload(config: Path, code: str, archive: Path, who: str, why: str, *, as_json: bool) -> tuple[Callable[[], Awaitable[Store]], tuple[str, ...]]:
    """What opens a tenant's rows, and the registers it keeps in the cloud. The journal has that an upload was begun and by whom; the tenant's own rows will have how it ended."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        registers = await onboarding.registers_of(cloud, code)
        await cloud.tenancy.store(code).read(count_people)
        await cloud.database.write(onboarding.note_upload, code, archive.name, who, why, datetime.now(JST))
        return registers

    registers = run(config, work, as_json=as_json)
    return _opening(config, code), registers


def for_event(config: Path, code: str, *, as_json: bool) -> Callable[[], Awaitable[Store]]:
    """What opens a tenant's rows, after it was found that there is such a tenant."""

    async def work(cloud: Cloud) -> None:
        await onboarding.registers_of(cloud, code)
        await cloud.tenancy.store(code).read(count_people)

    run(config, work, as_json=as_json)
    return _opening(config, code)


def _opening(config: Path, code: str) -> Callable[[], Awaitable[Store]]:
    async def opened() -> Store:
        read = load(config)
        return Tenancy(places_of(read.tenants, read.keys), sole=False).store(code)

    return opened


def trial(config: Path, code: str, who: str, why: str, out: Path | None, *, as_json: bool) -> None:
    """Draw what is due of a tenant's trial issue, and put every specimen into a folder, face and back. Exit status 1 where one cannot be drawn."""

    async def work(cloud: Cloud) -> tuple[TrialLine, ...]:
        now = datetime.now(JST)
        lines = await draw_trial(cloud, code, who, why, now)
        for line in lines if out is not None else ():
            made = await specimen(cloud, code, line.due.kind, line.due.form, line.due.terms, now)
            if made is not None and out is not None:
                await asyncio.to_thread(_put, out, line, made)
        return lines

    lines = run(config, work, as_json=as_json)
    if as_json:
        print_json({"tenant": code, "papers": [_trial_row(line) for line in lines]})
    for line in lines if not as_json else ():
        print(f"{TRIAL_STATES[line.state][1]}  {form_name(line)[0]}  {line.due.since.isoformat()}から  {line.problem or line.remark}".rstrip())
    if any(line.state == "undrawable" for line in lines):
        raise SystemExit(1)


def look(config: Path, code: str, kind: str, form: str, name: str, password: str, remark: str, *, good: bool, as_json: bool) -> None:
    """A clerk of the tenant, who signs with name and password, says of one specimen (under every term in which it is due) that it is good, or what is wrong."""

    async def work(cloud: Cloud) -> tuple[str, ...]:
        now = datetime.now(JST)
        await signed_by(cloud, code, name, password, now)
        _, lines = await onboarding.trial_of(cloud, code, now)
        meant = [line for line in lines if (line.due.kind, line.due.form) == (kind, form) and line.drawn_at is not None]
        if not meant:
            raise TenantRefused("trial_other")
        for line in meant:
            said = Look(kind, form, line.due.terms, line.pdf_sha256, good, remark)
            await cloud.database.write(trials.look, code, said, name, now)
        return await onboarding.missing(cloud, code, now)

    lacking = run(config, work, as_json=as_json)
    sentence = "確認済みにしました。" if good else "誤りがあると記録しました。"
    _done({"tenant": code, "kind": kind, "form": form, "verdict": "good" if good else "faulty", "missing": list(lacking)}, sentence, as_json=as_json)


def show_status(config: Path, *, as_json: bool) -> None:
    """All tenants as a table: state, people, age of the data and their sequence, papers of today against the day's quota, last upload and probe, what is missing."""
    now = datetime.now(JST)

    async def work(cloud: Cloud) -> tuple[Overview, ...]:
        return await overviews(cloud, now)

    found = run(config, work, as_json=as_json)
    if as_json:
        print_json({"tenants": [status_row(one, now) for one in found]})
    else:
        print_table(found, now)


def show_statement(config: Path, code: str, days: int, *, as_json: bool) -> None:
    """The tenant's own word about the key to which referrals for it are sealed (compact JWS), good from now on."""

    async def work(cloud: Cloud) -> str:
        await onboarding.registers_of(cloud, code)
        now = datetime.now(JST)
        return cloud.keys.referrals(code, (), secrets.token_bytes).statement(code, now, now + timedelta(days=days))

    statement = run(config, work, as_json=as_json)
    _done({"tenant": code, "statement": statement}, statement, as_json=as_json)


def run(config_file: Path, work: Callable[[Cloud], Awaitable[T]], *, as_json: bool) -> T:
    """What `work` makes of the opened cloud. A refusal ends the program with status 1 and its sentence, anything that could not be done with 2."""
    try:
        return asyncio.run(_with_cloud(load(config_file), work))
    except TenantRefused as refused:
        fail(refused.code, (REFUSED.get(refused.code) or restarts.REFUSED[refused.code])[0], as_json=as_json)
    except (
        AlreadyServed,
        ConfigInvalid,
        ForeignRows,
        KeysMissing,
        KeyUnusable,
        NoSuchTenant,
        NoTenantCode,
        OSError,
        StoreFailed,
        UnknownDatabase,
    ) as error:
        fail("not_done", str(error), as_json=as_json, status=2)


async def _with_cloud(config: Config, work: Callable[[Cloud], Awaitable[T]]) -> T:
    cloud = await open_cloud(config, sole=False)
    try:
        return await work(cloud)
    finally:
        await close_cloud(cloud)


def _steps(lacking: Any) -> str:
    return "、".join(STEPS[step][0] for step in lacking)


def _put(folder: Path, line: TrialLine, made: Specimen) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{line.due.kind}-{line.due.form}-{line.due.since.isoformat()}"
    (folder / f"{name}-face.pdf").write_bytes(made.face)
    (folder / f"{name}-back.pdf").write_bytes(made.back)


def _trial_row(line: TrialLine) -> dict[str, Any]:
    due = {"kind": line.due.kind, "form": line.due.form, "since": line.due.since.isoformat(), "state": line.state}
    return due | {"sheets": line.sheets, "sha256": line.pdf_sha256, "problem": line.problem, "looked_by": line.looked_by, "remark": line.remark}


def _done(answer: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        print(sentence)
