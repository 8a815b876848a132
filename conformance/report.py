"""The report of a run as values: what came of it, as JSON in one spelling, and the signature over its bytes. What a report says of people are the ids of the profile.

`openssl dgst -sha256 -verify report-key.pem -signature report.json.sig report.json` checks it as `checked` does; the page belongs to it by its SHA-256.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from conformance.cases import CASES
from conformance.findings import Finding
from conformance.tried import TRIED
from trust.signing import sign, verified

Outcome = Literal["passed", "failed", "incomplete"]
Checked = Literal["genuine", "report_altered", "page_altered", "another_key"]

DEMANDED_IN_STRICT = frozenset(case.id for case in CASES.values() if case.incident) | {"R1", "R2", "R3"}
"""What must have been tried before a server may be called 適合 in strict mode."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: against whom, how, when and for how long (seconds); `builds` are what the server declared, `only` the cases that were asked for (none: all), `repeat` the command that tries
    the same again.
    """

    program: str
    issuer: str
    municipality: str
    seed: int
    load: int
    strict: bool
    at: datetime
    seconds: int
    repeat: str
    builds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def outcome(findings: Sequence[Finding], *, strict: bool, only: Sequence[str] = ()) -> Outcome:
    """Failed when anything failed. In strict mode incomplete when what must be tried was not; a run of some cases speaks of these alone."""
    if any(one.verdict == "failed" for one in findings):
        return "failed"
    missing = {one.case for one in findings if one.verdict == "not_tried"} & (DEMANDED_IN_STRICT if strict and not only else set())
    return "incomplete" if missing or not any(one.verdict == "passed" for one in findings) else "passed"


def incidents(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The classes of incident that were found."""
    return tuple(sorted({one.incident for one in findings if one.verdict == "failed"} - {""}))


def report_json(findings: Sequence[Finding], run: Run, page: str) -> bytes:
    """The report as JSON in one spelling; it names its page by its SHA-256."""
    head: dict[str, Any] = {name: getattr(run, name) for name in run.__slots__}
    head |= {
        "outcome": outcome(findings, strict=run.strict, only=run.only),
        "incidents": incidents(findings),
        "page_sha256": sha256(page.encode()).hexdigest(),
        "cases": [_row(one) for one in findings],
    }
    return msgspec.json.format(msgspec.json.encode(head, order="sorted"), indent=1) + b"\n"


def _row(one: Finding) -> dict[str, Any]:
    case = CASES[one.case]
    said = {"promise": case.en, "section": case.section, "tried": TRIED[case.id][1]}
    return said | {name: getattr(one, name) for name in one.__slots__}


def write_report(folder: Path, page: str, report: bytes, key: EllipticCurvePrivateKey) -> None:
    """Write page, JSON, signature and public key into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "report.json").write_bytes(report)
    (folder / "report.json.sig").write_bytes(sign(key, report))
    (folder / "report-key.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def key_digest(pem: bytes) -> str:
    """SHA-256 in hex over the DER of a public key (PEM); ValueError for what is none."""
    return sha256(load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def checked(folder: Path, believed: bytes | None = None) -> Checked:
    """Whether the report in `folder` is as it was signed, by the key that lies beside it or, where it is given, by `believed` (PEM). OSError for a file that is missing."""
    page, report, signature = ((folder / name).read_bytes() for name in ("report.html", "report.json", "report.json.sig"))
    pem = (folder / "report-key.pem").read_bytes()
    try:
        if believed is not None and key_digest(pem) != key_digest(believed):
            return "another_key"
        key = load_pem_public_key(pem)
    except ValueError:
        return "another_key"
    if not isinstance(key, EllipticCurvePublicKey):
        return "another_key"
    if not verified(key, signature, report):
        return "report_altered"
    return "genuine" if msgspec.json.decode(report).get("page_sha256") == sha256(page).hexdigest() else "page_altered"
