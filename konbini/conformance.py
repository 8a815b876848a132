"""`konbini conformance`: a certificate server tested from outside, and the report of it."""

import asyncio
import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.signature.key_list import NoKeyList, read_key_list
from conformance.broken.faults import DESKS
from conformance.broken.serving import rehearsed
from conformance.cases import CASES
from conformance.chance import Chance
from conformance.contexts import FileContexts
from conformance.findings import Finding
from conformance.line import Line, Silent
from conformance.papers import Believed
from conformance.profile import Profile, load_profile
from conformance.report import WORDS, passed, report_json, report_page, write_report
from conformance.run import tried
from conformance.trial import Trial
from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
from storage.instants import JST
from trust.authority import KeyUnusable, load_certificate, load_key


@dataclass(frozen=True, slots=True)
class Errand:
    """What the command was told."""

    issuer: str
    profile: Path
    report: Path
    strict: bool
    seed: int
    load: int
    key: Path | None


def try_server(errand: Errand, *, as_json: bool) -> None:
    """Run every case and write the report; exit status 0 passed, 1 failed, 2 could not run."""
    findings = _told(errand, as_json=as_json)
    raise SystemExit(0 if passed(findings) else 1)


def rehearse_fault(fault: str, folder: Path, *, seed: int, load: int, strict: bool, as_json: bool) -> None:
    """Let the kit try a server with this fault (`none`: the sound one) in a little town of its own; exit status 0 when exactly that class was named, otherwise 1; 2 for an unknown class."""
    if fault not in DESKS:
        fail("fault_unknown", f"{fault} という種類はありません（{'、'.join(DESKS)}）。", as_json=as_json, status=2)

    async def rehearsal(town: Path) -> tuple[Finding, ...]:
        async with rehearsed(town, fault, lambda: datetime.now(JST), secrets.token_bytes) as made:
            errand = Errand(made.url, made.files.profile, folder, strict, seed, load, None)
            return await asyncio.to_thread(_told, errand, as_json=as_json)

    with TemporaryDirectory() as town:
        findings = asyncio.run(rehearsal(Path(town)))
    failed = {one.case for one in findings if one.verdict == "failed"}
    named = {case for case in failed if CASES[case].incident == fault}
    raise SystemExit(0 if failed == named and bool(named) is (fault != "none") else 1)


def _told(errand: Errand, *, as_json: bool) -> tuple[Finding, ...]:
    """Every case tried, the report written, the outcome printed."""
    try:
        profile, at = load_profile(errand.profile), datetime.now(JST)
        key = ec.generate_private_key(ec.SECP256R1()) if errand.key is None else load_key(errand.key)
        root = load_certificate(profile.documents.authority)
        believed = Believed(root, read_key_list(profile.documents.key_list.read_bytes(), root))
        findings = asyncio.run(_findings(errand, profile, believed))
    except (ConfigInvalid, KeyUnusable, NoKeyList, OSError, ssl.SSLError) as error:
        fail("could_not_run", f"試験できません: {error}", as_json=as_json, status=2)
    except Silent as error:
        fail("no_server", f"{errand.issuer} につながりません（{error}）。", as_json=as_json, status=2)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        fail("key", "--key は P-256 の鍵です。", as_json=as_json, status=2)
    report = report_json(findings, profile.municipality, errand.seed, errand.strict, at)
    write_report(errand.report, report_page(findings, profile.municipality, errand.seed, errand.strict, at), report, key)
    if as_json:
        print_json(msgspec.json.decode(report))
    else:
        for one in findings:
            print(f"{one.case:3} {WORDS[one.verdict][0]}  {' / '.join(one.evidence)}".rstrip())
        print(f"{WORDS['passed' if passed(findings) else 'failed'][0]}  {errand.report / 'report.html'}")
    return findings


async def _findings(errand: Errand, profile: Profile, believed: Believed) -> tuple[Finding, ...]:
    contexts = FileContexts(profile, lambda: datetime.now(JST), secrets.token_bytes)
    probe = Line(errand.issuer, contexts.center(), profile.tls.server_name)
    try:
        await probe.send("/", b"{}", patience_seconds=10.0)  # whatever is answered: somebody is there
    finally:
        await probe.close()
    chance = Chance(errand.seed)
    trial = Trial(
        profile, errand.issuer, contexts, believed, lambda: datetime.now(JST), secrets.token_bytes, chance, strict=errand.strict, load=errand.load
    )
    return await tried(trial)
