import json
import re
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.cases import CASES
from conformance.findings import EVIDENCE_MAX, Finding, told_once
from conformance.report import DEMANDED_IN_STRICT, Run, checked, incidents, outcome, report_json, write_report
from conformance.report_page import INCIDENTS, report_page
from conformance.tried import TRIED
from storage.instants import JST
from tests.structure.sources import ROOT
from trust.signing import public_pem

RUN = Run(
    program="konbini 1", issuer="https://issuer.invalid", municipality="990019", seed=7, load=24, strict=True, at=datetime(2026, 11, 23, 12, tzinfo=JST),
    seconds=31, repeat="konbini conformance --issuer https://issuer.invalid --profile p.json --report out --seed 7 --load 24 --strict", builds=("yours/1.0 (one)",),
)  # fmt: skip
GOOD = tuple(Finding(case, "passed", answers=2) for case in CASES)


def with_one(case: str, verdict: str, *evidence: str, incident: str = "") -> tuple[Finding, ...]:
    return tuple(replace(one, verdict=verdict, evidence=evidence, incident=incident) if one.case == case else one for one in GOOD)  # type: ignore[arg-type]


def written(folder: Path, findings: tuple[Finding, ...] = GOOD) -> ec.EllipticCurvePrivateKey:
    page, key = report_page(findings, RUN), ec.generate_private_key(ec.SECP256R1())
    write_report(folder, page, report_json(findings, RUN, page), key)
    return key


def test_every_case_says_what_is_tried_and_every_class_what_it_is() -> None:
    assert sorted(TRIED) == sorted(CASES)
    assert set(INCIDENTS) == {case.incident for case in CASES.values()} - {""}


def test_one_failure_is_a_failure_and_names_its_class() -> None:
    assert outcome(GOOD, strict=True) == "passed"
    failed = with_one("M1", "failed", "binding: sheet 1", incident="I3")
    assert (outcome(failed, strict=True), incidents(failed)) == ("failed", ("I3",))
    silent = with_one("M1", "failed", "no answer: hung-up")
    assert (outcome(silent, strict=False), incidents(silent)) == ("failed", ()), "whoever does not answer has mixed nobody up"


@pytest.mark.parametrize("case", sorted(DEMANDED_IN_STRICT))
def test_in_strict_mode_what_was_not_tried_is_not_passed(case: str) -> None:
    findings = with_one(case, "not_tried", "nobody to try it with")
    assert (outcome(findings, strict=True), outcome(findings, strict=False)) == ("incomplete", "passed")
    assert outcome(findings, strict=True, only=("P1",)) == "passed"


def test_nothing_tried_is_never_passed() -> None:
    assert outcome(tuple(Finding(case, "not_tried") for case in CASES), strict=False) == "incomplete"


def test_a_page_says_what_was_tried_what_was_seen_what_is_asked_and_how_to_repeat() -> None:
    page = report_page(with_one("P2", "failed", "another content: Issued instead of request_altered"), RUN)
    case = CASES["P2"]
    for text in (
        case.ja,
        case.en,
        *TRIED["P2"],
        f"docs/protocol の {case.section} 節",
        "request_altered のはずが 証明書",
        f"{RUN.repeat} --case P2",
        "不適合",
    ):
        assert text in page, text
    assert "直すところ" not in report_page(GOOD, RUN) and "適合" in report_page(GOOD, RUN)


def test_what_a_server_declares_cannot_write_into_the_page() -> None:
    page = report_page(with_one("P9", "failed", "<script>alert(1)</script>"), replace(RUN, builds=("<b>x</b>",)))
    assert "<script" not in page and "<b>x</b>" not in page


def test_evidence_is_told_once_and_not_without_end() -> None:
    assert told_once(["a", "b", "a"]) == ("a", "b")
    assert told_once([str(at) for at in range(EVIDENCE_MAX + 5)])[-1] == "and 5 more"


def test_a_report_is_genuine_as_it_was_signed_and_openssl_agrees(tmp_path: Path) -> None:
    key = written(tmp_path)
    assert checked(tmp_path) == "genuine" == checked(tmp_path, public_pem(key.public_key()).encode())
    words = ["openssl", "dgst", "-sha256", "-verify", "report-key.pem", "-signature", "report.json.sig", "report.json"]
    assert subprocess.run(words, cwd=tmp_path, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("report.json", b'"verdict": "failed"', b'"verdict": "passed"', "report_altered"),
        ("report.json", b'"seed": 7', b'"seed": 8', "report_altered"),
        ("report.html", "不適合".encode(), "適合".encode(), "page_altered"),
    ],
)
def test_a_tampered_report_is_named(tmp_path: Path, file: str, before: bytes, after: bytes, named: str) -> None:
    written(tmp_path, with_one("P1", "failed", "x"))
    raw = (tmp_path / file).read_bytes()
    assert before in raw
    (tmp_path / file).write_bytes(raw.replace(before, after))
    assert checked(tmp_path) == named


def test_a_report_signed_anew_is_not_by_the_key_that_is_believed(tmp_path: Path) -> None:
    believed = public_pem(written(tmp_path / "kit").public_key()).encode()
    written(tmp_path / "forged")
    assert checked(tmp_path / "forged") == "genuine", "by the key beside it"
    assert checked(tmp_path / "forged", believed) == "another_key"
    (tmp_path / "forged" / "report-key.pem").write_bytes(believed)
    assert checked(tmp_path / "forged", believed) == "report_altered"
    (tmp_path / "forged" / "report-key.pem").write_bytes(b"no key")
    assert checked(tmp_path / "forged") == "another_key"


def test_an_incomplete_report_says_what_is_still_to_be_tried() -> None:
    page = report_page(with_one("D1", "not_tried", "the profile names no change of what a register says"), RUN)
    assert "試験不足" in page and "適合とするために試すもの" in page and "内容の変更（before と after）がプロファイルにありません" in page


def test_a_part_that_was_not_tried_is_told_plainly_on_the_page_and_in_the_json() -> None:
    part = "two of three: nobody of people has a 戸籍 or 附票 of three"
    findings = tuple(replace(one, left_out=(part,)) if one.case == "P8" else one for one in GOOD)
    page = report_page(findings, RUN)
    assert "試せなかった部分" in page and page.count(part) == 2 and "3人以上の戸籍・附票がプロファイルにありません" in page
    assert outcome(findings, strict=True) == "passed" and "試せなかった部分" not in report_page(GOOD, RUN)
    rows = {one["case"]: one["left_out"] for one in json.loads(report_json(findings, RUN, page))["cases"]}
    assert rows["P8"] == [part] and rows["P1"] == []


def test_every_part_that_may_be_left_out_is_told_in_japanese() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "conformance").glob("*_deeds.py"))
    parts = re.findall(r'f?"([^"]+: [^"]+)"', "".join(re.findall(r"left_out(?: \+= |\.append\().*", sources)))
    assert len(parts) > 9
    for part in parts:
        page = report_page(tuple(replace(one, left_out=(part,)) if one.case == "P8" else one for one in GOOD), RUN)
        assert re.search(r'試せなかった部分：[^<]+。 <span class="en">', page), part


def test_a_page_says_how_it_is_checked() -> None:
    page = report_page(GOOD, RUN)
    for text in ("konbini conformance --check", "openssl dgst -sha256 -verify report-key.pem -signature report.json.sig report.json", "page_sha256"):
        assert text in page


def test_every_reason_for_not_trying_is_told_in_japanese() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "conformance").glob("*.py")]
    reasons = [found for text in sources for found in re.findall(r'NotTried\(\s*f?"([^"]+)"', text)]
    assert len(reasons) > 12
    for reason in reasons:
        page = report_page(with_one("X1", "not_tried", reason), RUN)
        assert re.search(r'<p class="not_tried">[^<]*。 <span', page), reason
