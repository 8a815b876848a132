"""Archives that come through a page: written to disk piece by piece up to a bound, read by a process beside this one, and forgotten when they have been.

Decides that a tenant has one upload under way at a time, that its journal says who began it and who gave it up, and that no archive outlives its reading. What is in an archive only the
process beside this one looks at.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from bcl_cloud.feeds.history import abandon, uploads
from bcl_cloud.feeds.uploading import UploadReport
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.uploads.beside import Job, UploadBroken, UploadSeats

ARCHIVE_BYTES_MAX = 512 * 1024 * 1024
"""What one archive may have. A town of 500,000 people is a quarter of it."""

_log = structlog.get_logger("bcl")


class TooLarge(Exception):
    """The archive is larger than `ARCHIVE_BYTES_MAX`; nothing of it was kept."""


class AnotherRuns(Exception):
    """This tenant has an upload under way."""


@dataclass(slots=True)
class Running:
    """An upload under way: its archive's name as it was sent, who began it and when, what is being done (`waiting`, or a phase of `feeds.uploading`)."""

    name: str
    who: str
    begun_at: datetime
    phase: str = "waiting"
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last one of this process ended: `applied`, `repeated`, `rejected`, `broken`, `abandoned`; `upload_no` is its report's."""

    name: str
    outcome: str
    upload_no: int | None


class UploadDesk:
    """See the module's text. `tenants` and `passwords` say the other process where the rows are; `folder` holds archives while they are read and nothing else."""

    def __init__(
        self, cloud: Cloud, tenants: str, passwords: Path, folder: Path, now: Callable[[], datetime], token: Callable[[int], bytes],
        *, seats: UploadSeats | None = None, crash_points: Path | None = None, bytes_max: int = ARCHIVE_BYTES_MAX,
    ) -> None:  # fmt: skip
        self._cloud, self._tenants, self._passwords, self._folder = cloud, tenants, passwords, folder
        self._now, self._token = now, token
        self._seats = seats or UploadSeats()
        self._crash_points = crash_points
        self.bytes_max = bytes_max
        self._running: dict[str, Running] = {}
        self._ended: dict[str, Ended] = {}

    def running(self, code: str) -> Running | None:
        """What is under way for a tenant."""
        return self._running.get(code)

    def ended(self, code: str) -> Ended | None:
        """How a tenant's last one ended, since this process began."""
        return self._ended.get(code)

    def sweep(self) -> None:
        """Remove what a process that died left behind. Call when the process starts."""
        if self._folder.is_dir():
            for file in self._folder.glob("*.zip"):
                file.unlink(missing_ok=True)

    async def received(self, pieces: AsyncIterator[bytes]) -> Path:
        """The file into which these pieces were written, readable by its owner alone. Raises `TooLarge`; what was written is removed then, and when the sender breaks off."""
        file = self._folder / f"{self._token(12).hex()}.zip"
        await asyncio.to_thread(_make, file)
        written = 0
        try:
            async for piece in pieces:
                written += len(piece)
                if written > self.bytes_max:
                    raise TooLarge
                await asyncio.to_thread(_append, file, piece)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return file

    async def forget(self, archive: Path) -> None:
        """Remove an archive."""
        await asyncio.to_thread(archive.unlink, missing_ok=True)

    async def begin(self, code: str, archive: Path, name: str, who: str, why: str) -> None:
        """Read this archive for a tenant, in the background. Raises `AnotherRuns` (the archive is removed), `TenantRefused` (`unknown`)."""
        if code in self._running:
            await self.forget(archive)
            raise AnotherRuns
        running = self._running[code] = Running(name, who, self._now())
        try:
            registers = await onboarding.registers_of(self._cloud, code)
            await self._cloud.database.write(onboarding.note_upload, code, name, who, why, self._now())
        except BaseException:
            del self._running[code]
            await self.forget(archive)
            raise
        running.task = asyncio.create_task(self._read(code, running, archive, registers), name=f"upload {code}")

    async def give_up(self, code: str, who: str, why: str) -> bool:
        """End what is under way for a tenant: nothing of it is put in place, unless it was already. Whether anything was under way."""
        running = self._running.get(code)
        if running is None or running.task is None:
            return False
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        await self._cloud.database.write(note, Entry(who, code, "upload", f"{running.name} abandoned", why), self._now())
        return True

    async def close(self) -> None:
        """End whatever is under way: the process ends."""
        tasks = [running.task for running in self._running.values() if running.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, code: str, running: Running, archive: Path, registers: tuple[str, ...]) -> None:
        points = None if self._crash_points is None else str(self._crash_points)
        job = Job(tenants=self._tenants, passwords=str(self._passwords), tenant=code, registers=registers, archive=str(archive), crash_points=points)
        outcome, report = "abandoned", None
        try:
            report = await self._seats.upload_beside(job, lambda phase: setattr(running, "phase", phase))
            outcome = report.outcome
        except UploadBroken as broken:
            _log.error("upload_broken", tenant=code, reason=str(broken))
            outcome = "broken"
        finally:
            # Shielded: what was being read is to be called abandoned also when it is this task that is ended.
            await asyncio.shield(self._settled(code, running, archive, outcome, report))

    async def _settled(self, code: str, running: Running, archive: Path, outcome: str, report: UploadReport | None) -> None:
        number = report.upload_no if report is not None else None
        try:
            await self.forget(archive)
            if report is None:
                store = self._cloud.tenancy.store(code)
                await store.write(abandon, self._now())
                last = next(iter(await store.read(uploads, 1)), None)
                if last is not None and last.begun_at >= running.begun_at:
                    number, outcome = (
                        last.upload_no,
                        "applied" if last.state == "applied" else outcome,
                    )  # it had been put in place before it was ended
        finally:
            self._ended[code] = Ended(running.name, outcome, number)
            self._running.pop(code, None)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600, exist_ok=False)


def _append(file: Path, piece: bytes) -> None:
    with file.open("ab") as out:
        out.write(piece)
