"""Uploads of a serving process, each in a process of its own: never on its event loop, so many at once and one of a tenant at a time.

Decides nothing about the data. Whoever gives up, or stops the cloud, ends the process; the old registers stand then or the new ones, and the next upload clears away what had waited.
"""

import asyncio
import sys
from collections import defaultdict
from contextlib import suppress

import msgspec

from bcl_cloud.feeds.uploading import UploadReport

AT_ONCE = 2


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Paths: the folder of the tenants' files, the tenant, the registers it keeps in the cloud, its archive; `crash_points` is a folder for rehearsals."""

    tenants: str
    tenant: str
    registers: tuple[str, ...]
    archive: str
    crash_points: str | None = None


class UploadBroken(Exception):
    """The process ended without a report: upload the same archive again."""


class UploadSeats:
    """Room for `at_once` uploads beside one serving process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._seats = asyncio.Semaphore(at_once)
        self._of_tenant: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def upload_beside(self, job: Job) -> UploadReport:
        """The report of this upload, carried out in its turn. Raises `UploadBroken`. Cancelled, it kills the process and waits for its end."""
        async with self._of_tenant[job.tenant], self._seats:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bcl_cloud.upload_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # a trace could hold a line of the file
            )
            try:
                answer, _ = await process.communicate(msgspec.json.encode(job))
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await asyncio.shield(process.wait())
        try:
            return msgspec.json.decode(answer, type=UploadReport)
        except msgspec.MsgspecError:
            raise UploadBroken(f"ended with {process.returncode}") from None
