"""Uploads of a serving process, each in a process of its own: never on its event loop, so many at once and one of a tenant at a time.

Decides nothing about the data. Whoever gives up, or stops the cloud, ends the process; the old registers stand then or the new ones, and the next upload clears away what had waited.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import msgspec

from bcl_cloud.feeds.uploading import UploadReport

AT_ONCE = 2
REPORT_BYTES_MAX = 256 * 1024 * 1024
"""The longest line a process may answer: a report with a thousand faults of each file is far below."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenants' rows are (`locating.places_of`), the tenant, the registers it keeps in the cloud, the path of its archive; `crash_points` is a folder for rehearsals."""

    tenants: str
    passwords: str = ""
    tenant: str
    registers: tuple[str, ...]
    archive: str
    crash_points: str | None = None


class Phase(msgspec.Struct, frozen=True, tag="phase"):
    """A line the process says while it works: what it does now (`feeds.uploading`)."""

    name: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    """Its last line."""

    report: UploadReport


def _nobody(_phase: str) -> None:
    """Nobody listens."""


class UploadBroken(Exception):
    """The process ended without a report: upload the same archive again."""


class UploadSeats:
    """Room for `at_once` uploads beside one serving process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._seats = asyncio.Semaphore(at_once)
        self._of_tenant: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def upload_beside(self, job: Job, tell: Callable[[str], None] = _nobody) -> UploadReport:
        """The report of this upload, carried out in its turn; `tell` hears each phase. Raises `UploadBroken`. Cancelled, it kills the process and waits for its end."""
        async with self._of_tenant[job.tenant], self._seats:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bcl_cloud.uploads.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # a trace could hold a line of the file
                limit=REPORT_BYTES_MAX,
            )
            try:
                report = await _heard(process, job, tell)
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await asyncio.shield(process.wait())
        if report is None:
            raise UploadBroken(f"ended with {process.returncode}")
        return report


async def _heard(process: asyncio.subprocess.Process, job: Job, tell: Callable[[str], None]) -> UploadReport | None:
    assert process.stdin is not None and process.stdout is not None
    with suppress(ConnectionError):
        process.stdin.write(msgspec.json.encode(job))
        await process.stdin.drain()
        process.stdin.close()
    report = None
    while line := await process.stdout.readline():
        try:
            said = msgspec.json.decode(line, type=Phase | Done)
        except msgspec.MsgspecError:
            continue  # it died in the middle of a line
        if isinstance(said, Done):
            report = said.report
        else:
            tell(said.name)
    await process.wait()
    return report
