"""`konbini municipal handover`, `konbini bcl handover` and the two `takeover`: what an issuer has of a municipality beside its registers' files, written for the next one and entered there."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bcl_cloud.feeds.exporting import export
from bcl_cloud.feeds.manifest import REGISTERS
from bcl_cloud.joining.onboarding import Cloud, note_handover, registers_of
from bcl_cloud.tenants.canaries import is_canarys_serial
from bcl_cloud.tenants.entries import demanded
from certificates.kinds import KINDS
from issuer.handover import WORDS, Handover, gather
from issuer.handover import registers_of as registers_behind
from issuer.handover_file import CONTENT_BYTES_MAX, SENTENCES, HandoverRefused, packed, unpacked
from issuer.handover_record import file_digest, note
from issuer.issue_tables import METADATA
from issuer.taking_over import TakenOver, take_over
from konbini.answers import fail, print_json
from konbini.bcl import run
from messages.configuration import ConfigInvalid
from municipal_server.config import load
from registers.residents.tables import METADATA as REGISTER
from storage.instants import JST
from storage.opening import UnknownDatabase, open_store
from storage.store import Store, StoreFailed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """What a hand-over is written for and to: `data` a file for the registers as 連携用データ of this `sequence`, where they are wanted as well."""

    kinds: tuple[str, ...]
    out: Path
    data: Path | None
    sequence: int
    who: str
    why: str


def kinds_of(typed: str) -> tuple[str, ...]:
    """The kinds of a comma-separated list; all where it is empty."""
    return tuple(dict.fromkeys(kind.strip() for kind in typed.split(",") if kind.strip())) or tuple(KINDS)


def hand_over_own(config: Path, written: Written, *, as_json: bool) -> None:
    """Out of an own server's database, also beside the serving process."""

    async def work(store: Store, municipality: str, series: str) -> dict[str, object]:
        return await _hand_over(store, municipality, series, written)

    _told_written(_own(config, work, as_json=as_json, kinds=written.kinds), written, as_json=as_json)


def hand_over_tenant(config: Path, code: str, written: Written, *, as_json: bool) -> None:
    """Out of a tenant's rows: the way back."""
    _demand_kinds(written.kinds, as_json=as_json)

    async def work(cloud: Cloud) -> dict[str, object]:
        await registers_of(cloud, code)
        told = await _hand_over(cloud.tenancy.store(code), code, (await cloud.database.read(demanded, code)).number_prefix, written)
        await cloud.database.write(note_handover, code, "hand_over", str(told["sha256"]), written.who, written.why, datetime.now(JST))
        return told

    _told_written(_refusable(lambda: run(config, work, as_json=as_json), as_json=as_json), written, as_json=as_json)


def take_over_own(config: Path, archive: Path, who: str, why: str, *, as_json: bool) -> None:
    """Into an own server's database."""

    async def work(store: Store, municipality: str, series: str) -> TakenOver:
        data = _read(archive)
        handover, digest = unpacked(data)
        entered = (handover, digest, municipality, series, who, why, datetime.now(JST), is_canarys_serial, file_digest(data))
        return await store.write(take_over, *entered)

    _told_entered(_own(config, work, as_json=as_json), as_json=as_json)


def take_over_tenant(config: Path, code: str, archive: Path, who: str, why: str, *, as_json: bool) -> None:
    """Into a tenant's rows. The journal has that it was begun and by whom; the tenant's own rows have how it ended."""

    async def work(cloud: Cloud) -> TakenOver:
        await registers_of(cloud, code)
        data = _read(archive)
        handover, digest = unpacked(data)
        series, store = (await cloud.database.read(demanded, code)).number_prefix, cloud.tenancy.store(code)
        await cloud.database.write(note_handover, code, "take_over", digest, who, why, datetime.now(JST))
        return await store.write(take_over, handover, digest, code, series, who, why, datetime.now(JST), is_canarys_serial, file_digest(data))

    _told_entered(_refusable(lambda: run(config, work, as_json=as_json), as_json=as_json), as_json=as_json)


async def _hand_over(store: Store, municipality: str, series: str, written: Written) -> dict[str, object]:
    """One state of the database in both files; nothing is on the disk before it is whole, and nobody else may read it."""
    now = datetime.now(JST)
    registers = tuple(register for register in REGISTERS if register in registers_behind(written.kinds))
    if written.data is None:
        handover, data = await store.read(gather, municipality, series, written.kinds, now), None
    else:
        handover, data = await store.read(_both, municipality, series, written, registers, now)
    content, digest = packed(handover)
    await asyncio.to_thread(_put, written.out, content)
    if written.data is not None and data is not None:
        await asyncio.to_thread(_put, written.data, data)
    file_sha256 = file_digest(content)
    await store.write(note, "hand_over", handover, digest, file_sha256, written.who, written.why, now)
    return {"municipality": municipality, "as_of": now.isoformat(), "sha256": digest, "file_sha256": file_sha256, **handover.counts()}


def _both(
    connection: Connection, municipality: str, series: str, written: Written, registers: tuple[str, ...], now: datetime
) -> tuple[Handover, bytes]:
    return gather(connection, municipality, series, written.kinds, now), export(connection, registers, municipality, written.sequence, now)


def _put(file: Path, content: bytes) -> None:
    """A new file that only its owner reads; one that is there already is never written over."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _read(file: Path) -> bytes:
    if file.stat().st_size > CONTENT_BYTES_MAX:
        raise HandoverRefused("not_handover")
    return file.read_bytes()


def _own(config_file: Path, work: Callable[[Store, str, str], Awaitable[T]], *, as_json: bool, kinds: tuple[str, ...] = ()) -> T:
    """What `work` makes of an own server's database, municipality and series."""
    _demand_kinds(kinds, as_json=as_json)

    async def with_store() -> T:
        config = load(config_file)
        store = await open_store(config.database, METADATA, REGISTER, sole=False)
        try:
            return await work(store, config.municipality, config.number_prefix)
        finally:
            await store.close()

    try:
        return _refusable(lambda: asyncio.run(with_store()), as_json=as_json)
    except (ConfigInvalid, UnknownDatabase, OSError, StoreFailed) as error:
        fail("not_done", str(error), as_json=as_json, status=2)


def _refusable(work: Callable[[], T], *, as_json: bool) -> T:
    """Ends the program with status 1 and the sentence of a refused hand-over."""
    try:
        return work()
    except HandoverRefused as refused:
        fail(refused.code, SENTENCES[refused.code][0], as_json=as_json)


def _demand_kinds(kinds: tuple[str, ...], *, as_json: bool) -> None:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        fail("kind_unknown", f"この種類の証明書はありません: {'、'.join(unknown)}", as_json=as_json, status=2)


def _told_written(told: dict[str, object], written: Written, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    print(f"引継ぎデータを {written.out} に書き出しました。{_counted(told)}")
    print(f"ファイルの SHA-256: {told['file_sha256']}")
    if written.data is not None:
        print(f"台帳を連携用データ（連番{written.sequence}）として {written.data} に書き出しました。先にこれを取り込んでください。")


def _told_entered(done: TakenOver, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    print(
        ("引継ぎデータを取り込みました。" if done.outcome == "entered" else "この引継ぎデータはすでに取り込まれています。") + _counted(done.written)
    )
    if any(done.newer_here.values()):
        print(f"こちらのほうが新しいため、そのままにしたもの: {_counted(done.newer_here)}")


def _counted(counts: Mapping[str, object]) -> str:
    return "、".join(f"{WORDS[name][0]}{count}件" for name, count in counts.items() if name in WORDS and count) or "引き継ぐものはありません。"
