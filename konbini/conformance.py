"""`konbini conformance`: a certificate server tested from outside, the report of it, and the check of a report."""

import asyncio
import logging
import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.signature.key_list import NoKeyList, read_key_list
from conformance.broken.faults import DESKS
from conformance.broken.serving import rehearsed
from conformance.broken.slips import SLIPS
from conformance.cases import CASES
from conformance.chance import Chance
from conformance.contexts import FileContexts
from conformance.findings import Finding
from conformance.line import Line, Silent
from conformance.papers import Believed
from conformance.profile import Profile
from conformance.profile_reading import load_profile
from conformance.report import Run, checked, incidents, key_digest, outcome, report_json, write_report
from conformance.report_page import WORDS, report_page
from conformance.run import tried
from conformance.trial import Trial
from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
from storage.instants import JST
from trust.authority import KeyUnusable, load_certificate, load_key

SILENCES = {
    "refused": "{issuer} につながりません。サーバが動いているか、ホスト名とポートを確かめてください。",
    "unknown-host": "{issuer} のホスト名が見つかりません。",
    "certificate-not-trusted": "サーバの証明書は、プロファイルの tls.authority（{tls.authority}）の認証局のものではありません。",
    "hostname-mismatch": "サーバの証明書に、プロファイルの tls.server_name（{tls.server_name}）の名がありません。",
    "no-tls": "{issuer} は TLS 1.3 で応じません。証明書発行サーバの通信用のポートかを確かめてください。",
    "not-admitted": "サーバが、プロファイルの tls.certificate（{tls.certificate}）を受け付けません。両方の認証局が同じかを確かめてください。",
    "ServerDisconnectedError": "サーバが何も答えずに接続を切りました。プロファイルの tls.certificate（{tls.certificate}）を発行した認証局を、サーバが信じているかを確かめてください。",
    "hung-up": "{issuer} は20秒待っても答えません。",
}
"""Why nobody answered the first question -> what to look at."""

ALTERED = {
    "report_altered": "report.json は署名の後で書き換えられています。",
    "page_altered": "report.html は report.json のものではありません（書き換えられています）。",
    "another_key": "署名の鍵が、信じる鍵と違います。",
}


@dataclass(frozen=True, slots=True)
class Errand:
    """What the command was told. `only` are the cases to try, none for all; `rehearsed` is the fault where the server is one of our own."""

    issuer: str
    profile: Path
    report: Path
    strict: bool
    seed: int
    load: int
    key: Path | None
    only: tuple[str, ...] = ()
    rehearsed: str = ""

    @property
    def repeat(self) -> str:
        """The command that tries the same again."""
        against = f"--rehearse {self.rehearsed}" if self.rehearsed else f"--issuer {self.issuer} --profile {self.profile}"
        words = [against, f"--report {self.report}", f"--seed {self.seed}", f"--load {self.load}"]
        words += ["--strict"] if self.strict else []
        words += [f"--case {','.join(self.only)}"] if self.only else []
        return f"konbini conformance {' '.join(words)}"


def try_server(errand: Errand, *, as_json: bool) -> None:
    """Run the cases and write the report; exit status 0 passed, 1 failed (or incomplete in strict mode), 2 could not run."""
    findings = _told(errand, as_json=as_json)
    raise SystemExit(0 if outcome(findings, strict=errand.strict, only=errand.only) == "passed" else 1)


def check_report(folder: Path, key: Path | None, *, as_json: bool) -> None:
    """Say whether a report is as it was signed; exit status 0 when it is, 1 when it is not, 2 when it cannot be read."""
    try:
        found = checked(folder, None if key is None else key.read_bytes())
        digest = key_digest((folder / "report-key.pem").read_bytes())
        said = msgspec.json.decode((folder / "report.json").read_bytes()) if found == "genuine" else {}
    except OSError as error:
        fail("unreadable", f"{error.filename} が読めません。", as_json=as_json, status=2)
    except ValueError:
        fail("unreadable", f"{folder} の鍵または結果が読めません。", as_json=as_json, status=2)
    if found != "genuine":
        fail(found, ALTERED[found], as_json=as_json)
    if as_json:
        print_json({"genuine": True, "key_sha256": digest, "outcome": said["outcome"], "issuer": said["issuer"], "at": said["at"]})
    else:
        print(f"署名は正しく、結果は書き換えられていません：{WORDS[said['outcome']][0]}（{said['issuer']}、{said['at']}）")
        print(f"署名の鍵 SHA-256 {digest}")


def rehearse_fault(fault: str, folder: Path, *, seed: int, load: int, strict: bool, as_json: bool) -> None:
    """Let the kit try a server with this fault (`none`: the sound one) in a little town of its own; exit status 0 when exactly that class, or exactly that case, was named, otherwise 1; 2 for an
    unknown one.
    """
    if fault not in DESKS and fault not in SLIPS:
        fail("fault_unknown", f"{fault} という種類はありません（{'、'.join((*DESKS, *SLIPS))}）。", as_json=as_json, status=2)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # what the broken server itself logs is no part of the answer

    async def rehearsal(town: Path) -> tuple[Finding, ...]:
        async with rehearsed(town, fault, lambda: datetime.now(JST), secrets.token_bytes) as made:
            errand = Errand(made.url, made.files.profile, folder, strict, seed, load, None, rehearsed=fault)
            return await asyncio.to_thread(_told, errand, as_json=as_json)

    with TemporaryDirectory() as town:
        findings = asyncio.run(rehearsal(Path(town)))
    failed = {one.case if fault in SLIPS else one.incident for one in findings if one.verdict == "failed"}
    raise SystemExit(0 if failed == ({fault} - {"none"}) else 1)


def _told(errand: Errand, *, as_json: bool) -> tuple[Finding, ...]:
    """The cases tried, the report written, the outcome printed."""
    _asked_rightly(errand, as_json=as_json)
    at = datetime.now(JST)
    try:
        profile = load_profile(errand.profile)
        key = ec.generate_private_key(ec.SECP256R1()) if errand.key is None else load_key(errand.key)
        root = load_certificate(profile.documents.authority)
        believed = Believed(root, read_key_list(profile.documents.key_list.read_bytes(), root))
        findings, trial = asyncio.run(_findings(errand, profile, believed))
    except ConfigInvalid as error:
        fail("profile", f"プロファイルに誤りがあります: {error}", as_json=as_json, status=2)
    except NoKeyList as error:
        fail("key_list", f"documents.key_list を使えません（{error}）。", as_json=as_json, status=2)
    except ssl.SSLError as error:
        fail("tls", f"プロファイルの tls の証明書と鍵を使えません（{error.reason or error}）。", as_json=as_json, status=2)
    except OSError as error:
        fail("unreadable", f"{error.filename or ''} が読めません（{error.strerror or error}）。", as_json=as_json, status=2)
    except KeyUnusable as error:
        fail("key", f"鍵または証明書を使えません: {error}", as_json=as_json, status=2)
    except Silent as error:
        sentence = SILENCES.get(str(error), "{issuer} と話せません（" + str(error) + "）。")
        fail("no_server", sentence.format(issuer=errand.issuer, tls=profile.tls), as_json=as_json, status=2)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        fail("key", "--key は P-256 の鍵です。", as_json=as_json, status=2)
    _write(errand, trial, findings, at, key, as_json=as_json)
    return findings


def _asked_rightly(errand: Errand, *, as_json: bool) -> None:
    if not errand.issuer.startswith("https://"):
        fail("issuer", f"--issuer は https:// で始まるURLです: {errand.issuer}", as_json=as_json, status=2)
    unknown = [one for one in errand.only if one not in CASES]
    if unknown:
        fail("case_unknown", f"{'、'.join(unknown)} という番号はありません（docs/protocol/cases.md）。", as_json=as_json, status=2)


def _write(errand: Errand, trial: Trial, findings: tuple[Finding, ...], at: datetime, key: ec.EllipticCurvePrivateKey, *, as_json: bool) -> None:
    run = Run(
        program=f"konbini {version('konbini')}",
        issuer=errand.issuer,
        municipality=trial.profile.municipality,
        seed=errand.seed,
        load=errand.load,
        strict=errand.strict,
        at=at,
        seconds=round((datetime.now(JST) - at).total_seconds()),
        repeat=errand.repeat,
        builds=tuple(f"{one.program} ({one.topology})" for one in trial.heard.builds),
        only=errand.only,
    )
    page = report_page(findings, run)
    report = report_json(findings, run, page)
    write_report(errand.report, page, report, key)
    if as_json:
        print_json(msgspec.json.decode(report))
        return
    for one in findings:
        print(f"{one.case:3} {WORDS[one.verdict][0]}  {' / '.join(one.evidence)}".rstrip())
        for part in one.left_out:
            print(f"      試せなかった部分: {part}")
    named = "、".join(incidents(findings))
    print(
        f"{WORDS[outcome(findings, strict=errand.strict, only=errand.only)][0]}  {errand.report / 'report.html'}"
        + (f"  （{named}）" if named else "")
    )


async def _findings(errand: Errand, profile: Profile, believed: Believed) -> tuple[tuple[Finding, ...], Trial]:
    contexts = FileContexts(profile, lambda: datetime.now(JST), secrets.token_bytes)
    probe = Line(errand.issuer, contexts.center(), profile.tls.server_name)
    try:
        await probe.send("/", b"{}", patience_seconds=20.0)  # whatever is answered: somebody is there
    finally:
        await probe.close()
    chance = Chance(errand.seed)
    trial = Trial(
        profile, errand.issuer, contexts, believed, lambda: datetime.now(JST), secrets.token_bytes, chance, strict=errand.strict, load=errand.load
    )
    return await tried(trial, errand.only), trial
