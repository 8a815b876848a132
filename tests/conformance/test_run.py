import asyncio
import subprocess
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Printed
from conformance.report import incidents, passed, report_json, report_page, write_report
from conformance.run import tried
from issuer.press import InlinePress
from storage.sqlite import SqliteStore
from tests.conformance.house import now, trial
from tests.issuer.conftest import residents_only, store  # noqa: F401 - fixtures
from tests.issuer.town import hands

SAID_NOTHING = {"M3"}  # one household of three


class BySecond(InlinePress):
    """I3 as published: the print image lies under the second of the request, and is fetched a moment later."""

    def __init__(self) -> None:
        super().__init__(hands())
        self._images: dict[int, Printed] = {}

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        paper = await super().print(face, form, now)
        self._images[int(now.timestamp())] = paper
        await asyncio.sleep(0.1)
        return self._images[int(now.timestamp())]


async def test_our_own_issuer_passes_in_strict_mode(tmp_path: Path, store: SqliteStore) -> None:  # noqa: F811
    async with trial(tmp_path, store) as one:
        findings = await tried(one)
    assert [(found.case, found.evidence) for found in findings if found.verdict == "failed"] == []
    assert {found.case for found in findings if found.verdict == "not_tried"} == SAID_NOTHING
    assert passed(findings)


async def test_a_key_by_the_second_fails_as_the_mix_up_of_kawasaki_and_as_nothing_else(tmp_path: Path, store: SqliteStore) -> None:  # noqa: F811
    async with trial(tmp_path, store, BySecond()) as one:
        findings = await tried(one)
    assert [found.case for found in findings if found.verdict == "failed"] == ["M1"]
    assert incidents(findings) == ("I3",) and not passed(findings)
    at, key = now(), ec.generate_private_key(ec.SECP256R1())
    report = report_json(findings, "990019", 1, True, at)
    page = report_page(findings, "990019", 1, True, at)
    write_report(tmp_path / "report", page, report, key)
    checked = ["openssl", "dgst", "-sha256", "-verify", "report-key.pem", "-signature", "report.json.sig", "report.json"]
    assert subprocess.run(checked, cwd=tmp_path / "report", check=False, capture_output=True).returncode == 0
    assert "I3" in page and not any(name in page + report.decode() for name in ("太郎", "花子", "佐藤", "中央一丁目"))
