"""`konbini bcl upload` and `konbini bcl fast`: a tenant's data, whole or in part, and one event that must stop a paper. The store of the tenant is handed in by whoever knows the shared cloud."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import msgspec

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.uploading import UploadReport, upload
from konbini.answers import fail, print_json
from storage.instants import JST
from storage.store import Store, StoreFailed

OpenStore = Callable[[], Awaitable[Store]]


def upload_archive(open_store: OpenStore, archive: Path, tenant: str, registers: tuple[str, ...], *, as_json: bool) -> None:
    """Upload it, or name every bad line and change nothing. Exit status 0 applied or repeated, 1 rejected, 2 not carried out (the same archive may be uploaded again)."""
    try:
        report = asyncio.run(_uploaded(open_store, archive, tenant, registers))
    except (OSError, StoreFailed) as error:
        fail("not_uploaded", f"{type(error).__name__}: {archive.name}", as_json=as_json, status=2)
    if as_json:
        print_json(report)
    else:
        _tell(report)
    raise SystemExit(1 if report.outcome == "rejected" else 0)


def take_event(open_store: OpenStore, file: Path, *, as_json: bool) -> None:
    """Put one event of the fast lane in force. Exit status 0 unless its id was used for another event or it has no lawful form (1), or it was not carried out (2)."""
    try:
        event = msgspec.json.decode(file.read_bytes(), type=Event)
        outcome = asyncio.run(_taken(open_store, event))
    except msgspec.MsgspecError as error:
        fail("malformed", str(error), as_json=as_json, status=1)
    except (OSError, StoreFailed) as error:
        fail("not_taken", f"{type(error).__name__}: {file.name}", as_json=as_json, status=2)
    print_json({"id": event.id, "outcome": outcome})
    raise SystemExit(1 if outcome in ("contradicted", "malformed") else 0)


async def _uploaded(open_store: OpenStore, archive: Path, tenant: str, registers: tuple[str, ...]) -> UploadReport:
    store = await open_store()
    try:
        return await upload(store, archive, tenant, registers, lambda: datetime.now(JST))
    finally:
        await store.close()


async def _taken(open_store: OpenStore, event: Event) -> str:
    store = await open_store()
    try:
        return await store.write(take, event, datetime.now(JST))
    finally:
        await store.close()


def _tell(report: UploadReport) -> None:
    for line in report.faults:
        sys.stderr.write(f"{line.file}:{line.line}: {line.column}: {line.reason}\n")
    if report.outcome == "rejected":
        print(f"{report.fault_count}か所に誤りがあります。何も変えていません。")
        return
    done = "適用しました" if report.outcome == "applied" else "すでに適用されています"
    print(f"連番{report.sequence}を{done}。変わったもの{sum(report.changed.values())}件、取り除いたもの{sum(report.removed.values())}件。")
    for register, units in report.left_out.items():
        print(f"隔離（{register}）: {' '.join(units)}")
