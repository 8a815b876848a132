"""An upload in a process of its own: killed anywhere, the old registers stand or the new ones, and the next upload goes through."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.switching import WAITING
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.uploads.beside import Job, UploadBroken, UploadSeats
from tests.bcl_cloud.feeds.feeding import AS_OF, changed_town, everything, send, town
from tests.bcl_cloud.tenants import A

REGISTERS = ("residents", "koseki", "seal", "tax")
SWITCHED = len(WAITING)
"""So many tables are cleared before anything is read, and so many after the switch."""
STEPS = (("begin", 1), ("clear", 1), ("let_wait", 1), ("let_wait", 3), ("switch", 1), ("clear", SWITCHED + 1))
POINTS = [(f"commit:{step}:{when}", time) for step, time in STEPS for when in ("before", "after")]


@pytest.fixture
async def job(tmp_path: Path, folder: Path, tenancy: Tenancy) -> Job:
    """The second upload of a tenant, not begun."""
    await send(tenancy.store(A), pack(town(), A, 1, AS_OF), A)
    archive = tmp_path / "upload.zip"
    archive.write_bytes(pack(changed_town(), A, 2, AS_OF + timedelta(hours=1)))
    points = tmp_path / "points"
    points.mkdir()
    return Job(tenants=str(folder), tenant=A, registers=REGISTERS, archive=str(archive), crash_points=str(points))


async def killed_at(point: str, time: int, job: Job, tenancy: Tenancy) -> None:
    """The upload dies when it is at this point for the so-manieth time; afterwards what stands is whole, and the same archive brings the new state and leaves nothing waiting."""
    store = tenancy.store(A)
    before = await everything(store)  # type: ignore[arg-type]
    assert job.crash_points is not None
    (Path(job.crash_points) / f"upload-{A}.armed").write_text(f"{point} {time}", encoding="utf-8")
    with pytest.raises(UploadBroken):
        await UploadSeats().upload_beside(job)
    died = await everything(store)  # type: ignore[arg-type]
    report = await send(store, Path(job.archive).read_bytes(), A)
    after = await everything(store)  # type: ignore[arg-type]
    assert before != after
    assert died == (after if point == "commit:switch:after" or ("clear" in point and time > SWITCHED) else before)
    assert report.outcome == ("repeated" if died == after else "applied")
    if report.outcome == "applied":
        for table in WAITING.values():
            assert await store.read(lambda connection, table=table: connection.execute(select(table)).first()) is None


@pytest.mark.parametrize(("point", "time"), [("commit:let_wait:after", 2), ("commit:switch:before", 1), ("commit:switch:after", 1)])
async def test_killed_while_it_waits_or_around_the_switch_the_old_state_or_the_new_one_stands(
    point: str, time: int, job: Job, tenancy: Tenancy
) -> None:
    await killed_at(point, time, job, tenancy)


@pytest.mark.sweep
@pytest.mark.parametrize(("point", "time"), POINTS)
async def test_killed_at_any_point_the_old_state_or_the_new_one_stands(point: str, time: int, job: Job, tenancy: Tenancy) -> None:
    await killed_at(point, time, job, tenancy)


async def test_whoever_gives_up_ends_the_process_and_changes_nothing(job: Job, tenancy: Tenancy) -> None:
    before = await everything(tenancy.store(A))  # type: ignore[arg-type]
    assert job.crash_points is not None
    (Path(job.crash_points) / "record").touch()
    passed = Path(job.crash_points) / f"upload-{A}.points"
    running = asyncio.ensure_future(UploadSeats().upload_beside(job))
    async with asyncio.timeout(30):
        while not passed.exists():
            await asyncio.sleep(0.002)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    said = passed.read_text(encoding="utf-8")
    await asyncio.sleep(0.3)
    assert passed.read_text(encoding="utf-8") == said and "commit:switch:before" not in said
    assert await everything(tenancy.store(A)) == before  # type: ignore[arg-type]
