"""One upload in a process of its own: told on the standard input whose archive it is, it says each phase and at last the report on the standard output, a line each.

Started by `upload_beside`; wires, and decides nothing.
"""

import asyncio
import gc
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from bcl_cloud.feeds.uploading import UploadReport, upload
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.locating import places_of
from bcl_cloud.uploads.beside import Done, Job, Phase
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST

COLLECT_AFTER = 50_000
"""Values that are made between two looks for cycles: millions are made and hardly any is in one, and what is must not add up either."""


async def carried_out(job: Job) -> UploadReport:
    """The upload, beside the process that serves. Raises what `upload` and the tenancy raise."""
    tenancy = Tenancy(places_of(job.tenants, Path(job.passwords)), sole=False)
    points = None if job.crash_points is None else Path(job.crash_points)
    try:
        store = RehearsedStore(tenancy.store(job.tenant), CrashPoints(points, f"upload-{job.tenant}"))
        return await upload(store, Path(job.archive), job.tenant, job.registers, lambda: datetime.now(JST), tell=lambda name: say(Phase(name)))
    finally:
        await tenancy.close()


def say(line: Phase | Done) -> None:
    """One line to whoever started this."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Exit status 0 with a report, whatever it says."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    say(Done(asyncio.run(carried_out(job))))


if __name__ == "__main__":
    main()
