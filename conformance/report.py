"""The report of a run: a page to read, a JSON object, and the signature over the JSON's bytes.

`openssl dgst -sha256 -verify report-key.pem -signature report.json.sig report.json` checks it. What a report says of people are the ids of the profile.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conformance.cases import CASES, CHAPTERS
from conformance.findings import Finding
from trust.signing import sign

WORDS = {"passed": ("適合", "passed"), "failed": ("不適合", "failed"), "not_tried": ("未実施", "not tried")}

_STYLE = """
body { font: 15px/1.7 "Noto Sans JP", "Hiragino Sans", sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem } table { border-collapse: collapse; width: 100% }
th:first-child { width: 3rem } th:last-child { width: 6rem }
td, th { border-bottom: 1px solid #ccc; padding: .5rem .6rem; text-align: left; vertical-align: top } .en { color: #555; font-size: .85em }
.verdict { white-space: nowrap; font-weight: 700 } .passed { color: #1b6e3c } .failed { color: #b3261e } .not_tried { color: #666 }
.evidence { font-size: .85em; color: #444; overflow-wrap: anywhere } @media print { body { margin: 0; font-size: 11px } tr { break-inside: avoid } }
"""


def passed(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed, and anything was tried."""
    return all(one.verdict != "failed" for one in findings) and any(one.verdict == "passed" for one in findings)


def incidents(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The classes of incident that were found."""
    return tuple(sorted({CASES[one.case].incident for one in findings if one.verdict == "failed"} - {""}))


def report_json(findings: Sequence[Finding], municipality: str, seed: int, strict: bool, at: datetime) -> bytes:
    """The report as JSON in one spelling."""
    rows = [
        {"case": one.case, "verdict": one.verdict, "incident": CASES[one.case].incident, "promise": CASES[one.case].en, "evidence": one.evidence}
        for one in findings
    ]
    head = {"municipality": municipality, "seed": seed, "strict": strict, "at": at, "passed": passed(findings), "incidents": incidents(findings)}
    return msgspec.json.format(msgspec.json.encode(head | {"cases": rows}, order="sorted"), indent=1) + b"\n"


def report_page(findings: Sequence[Finding], municipality: str, seed: int, strict: bool, at: datetime) -> str:
    """The report as a page, Japanese first."""
    return "\n".join(_page(findings, municipality, seed, strict, at))


def _page(findings: Sequence[Finding], municipality: str, seed: int, strict: bool, at: datetime) -> Iterator[str]:
    word, en = WORDS["passed" if passed(findings) else "failed"]
    yield f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>適合性試験の結果</title><style>{_STYLE}</style>'
    yield f'<h1>証明書発行サーバ 適合性試験の結果：<span class="{"passed" if passed(findings) else "failed"}">{word}</span> <span class="en">{en}</span></h1>'
    yield f"<p>市区町村コード {escape(municipality)}　{at:%Y年%m月%d日 %H:%M}　種 {seed}　{'厳格' if strict else '通常'}</p>"
    if incidents(findings):
        yield f'<p class="failed">公表された誤交付と同じ種類の不具合：{"、".join(incidents(findings))}</p>'
    for chapter, (ja, english) in CHAPTERS.items():
        yield f'<h2>{ja} <span class="en">{english}</span></h2><table><tr><th>番号</th><th>約束</th><th>結果</th></tr>'
        for one in findings:
            case = CASES[one.case]
            if case.chapter == chapter:
                evidence = "".join(f'<div class="evidence">{escape(text)}</div>' for text in one.evidence)
                yield f'<tr><td>{case.id}</td><td>{case.ja}<div class="en">{case.en} ({case.section})</div>{evidence}</td>'
                yield f'<td class="verdict {one.verdict}">{WORDS[one.verdict][0]}<div class="en">{WORDS[one.verdict][1]}</div></td></tr>'
        yield "</table>"
    yield "</html>"


def write_report(folder: Path, page: str, report: bytes, key: EllipticCurvePrivateKey) -> None:
    """Write page, JSON, signature and public key into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "report.json").write_bytes(report)
    (folder / "report.json.sig").write_bytes(sign(key, report))
    (folder / "report-key.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
