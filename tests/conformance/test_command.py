import asyncio
import json
import sys
from pathlib import Path

from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Printed
from conformance.report import incidents
from conformance.run import tried
from issuer.press import InlinePress
from storage.sqlite import SqliteStore
from tests.conformance.house import trial
from tests.issuer.conftest import residents_only, store  # noqa: F401 - fixtures
from tests.issuer.town import hands
from tests.structure.sources import ROOT


class LetGoTooEarly(InlinePress):
    """I1 as published: the lock of the print file is let go by force when the wait is too long, and the job takes the next file."""

    def __init__(self) -> None:
        super().__init__(hands())
        self._lock, self._files = asyncio.Lock(), list[Printed]()

    async def print(self, face: Face, form: IssuerForm, now: object) -> Printed:
        own = await super().print(face, form, now)  # type: ignore[arg-type]
        self._files.append(own)
        try:
            async with asyncio.timeout(0.6):
                await self._lock.acquire()
        except TimeoutError:
            return self._files.pop()
        try:
            await asyncio.sleep(0.1)
            return self._files.pop(self._files.index(own) if own in self._files else 0)
        finally:
            self._lock.release()


async def test_a_lock_let_go_at_the_time_out_fails_under_load_and_nowhere_else(tmp_path: Path, store: SqliteStore) -> None:  # noqa: F811
    async with trial(tmp_path, store, LetGoTooEarly()) as one:
        findings = await tried(one)
    assert [found.case for found in findings if found.verdict == "failed"] == ["M4"]
    assert incidents(findings) == ("I1",)


async def test_the_command_tests_a_server_and_says_so_by_its_exit_status(tmp_path: Path, store: SqliteStore) -> None:  # noqa: F811
    async with trial(tmp_path, store) as one:
        words = [
            "conformance",
            "--issuer",
            one.url,
            "--profile",
            str(tmp_path / "profile.json"),
            "--report",
            str(tmp_path / "out"),
            "--load",
            "6",
            "--json",
        ]
        run = await asyncio.create_subprocess_exec(sys.executable, "-m", "konbini", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        said, _ = await run.communicate()
        assert run.returncode == 0 and json.loads(said)["passed"] is True
        await one.close()
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report-key.pem", "report.html", "report.json", "report.json.sig"]
    gone = await asyncio.create_subprocess_exec(sys.executable, "-m", "konbini", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert json.loads((await gone.communicate())[0])["error"] == "no_server" and gone.returncode == 2
