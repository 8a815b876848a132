"""`konbini verify`: what can be said of a paper offline, from its file or from a scan of its back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.back.reading import read_back
from certificates.plain_file import Unreadable
from certificates.reading import read
from certificates.signature.chain import SignerRole
from certificates.signature.strict import SignedBy, Unsigned, verify
from konbini.answers import fail, print_json
from receiving.scan import Problem, read_upload
from receiving.telling import lines_of
from receiving.trust_file import NoTrust, Trust, read_trust
from receiving.upload import NotOpened, Why
from receiving.verdict import Content, Standing, Verdict, on_file, on_scan
from storage.instants import JST

TRUST_FILE = Path("var/town/authorities/trust.json")
"""Where `make run` leaves the demonstration town's."""

CONTENT_WORDS = {
    Content.UNALTERED: "発行されたときのままです（署名で確認）",
    Content.NO_CODE: "わかりません（2次元コードを読み取れません）",
    Content.NOT_OURS: "この証明書の電子署名や2次元コードではありません",
    Content.UNKNOWN_KEY: "知られた発行者の署名ではないか、有効期間の外です",
    Content.ALTERED: "署名と合いません（書き換えられています）",
}
ORIGINAL_WORDS = {
    "likely": "おそらく原本（地紋による推定。証明ではありません）",
    "unlikely": "おそらく複写（地紋による推定。証明ではありません）",
    "cannot_tell": "判定できません",
}
PROBLEM_WORDS = {
    Problem.NO_SHEET: "裏面の四隅の印が見つかりません。裏面の全体を読み取ってください。",
    Problem.SCAN_FINER_FOR_CODE: "解像度が足りません。150 dpi以上で読み取り直してください。",
    Problem.SCAN_FINER_FOR_PICTURE: "表面の画像を見るには300 dpi以上で読み取り、発行センターの確認ページに送ってください。",
    Problem.NO_CODE: "2次元コードを読み取れません。",
    Problem.NO_KEY: "表面の画像は、発行センターの確認ページでだけ復元できます。",
    Problem.OTHER_PICTURE: "裏面の画像が2次元コードと合いません。",
}
WHY_WORDS = {
    Why.TOO_LARGE: "ファイルが大きすぎます。",
    Why.WRONG_TYPE: "PNG、JPEG、PDFのいずれでもありません。",
    Why.TOO_MANY_PIXELS: "画像が大きすぎます。",
    Why.TOO_MANY_PAGES: "ページが多すぎます。",
    Why.NO_SCANNED_PAGE: "署名された証明書でも、読み取った画像でもないPDFです。",
    Why.ENCRYPTED: "暗号化されたPDFは読めません。",
    Why.BROKEN: "壊れていて読み取れません。",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a scan, or a whole file: the verdict, what it was taken for, and what else is known of it."""

    what: str
    verdict: Verdict
    more: dict[str, Any]


def verify_file(file: Path, trust: Path | None, *, as_json: bool) -> None:
    """Say what can be said; exit status 0 only when the content of every page is proven unaltered, 1 when not, 2 when it could not be looked at."""
    believed = _believed(trust, as_json=as_json)
    try:
        data = file.read_bytes()
    except OSError as error:
        fail("not_readable", f"{file}: {error.strerror}", as_json=as_json, status=2)
    try:
        found = findings(data, believed, datetime.now(JST))
    except NotOpened as refused:
        fail(str(refused.why), f"{file}: {WHY_WORDS[refused.why]}", as_json=as_json, status=2)
    proven = bool(found) and all(one.verdict.proven for one in found)
    if as_json:
        print_json({"file": str(file), "proven": proven, "pages": [_json(one) for one in found]})
    else:
        for line in _lines(file, found):
            print(line)
    raise SystemExit(0 if proven else 1)


def findings(data: bytes, trust: Trust, now: datetime) -> tuple[Found, ...]:
    """What `data` is found to be: a signed face or back, or a scan. Raises `receiving.upload.NotOpened`."""
    if data.startswith(b"%PDF-") and b"/ByteRange" in data:
        return (_document(data, trust, now),)
    readings = read_upload(data, lambda _code: None)
    return tuple(
        Found(
            "scan",
            on_scan(reading, trust.keys, Standing.NOT_ASKED),
            {"dpi": reading.resolution_dpi, "problems": [str(one) for one in reading.problems]},
        )
        for reading in readings
    )


def _document(data: bytes, trust: Trust, now: datetime) -> Found:
    verdict = on_file(data, (trust.authority,), now, Standing.NOT_ASKED)
    if not verdict.proven:
        return Found("document", verdict, {})
    signed = _signed(data, trust, now)
    return _face(data, verdict, signed) if signed.role is SignerRole.MUNICIPALITY else _back(data, verdict, signed)


def _signed(data: bytes, trust: Trust, now: datetime) -> SignedBy:
    try:
        return verify(data, (trust.authority,), now)
    except Unsigned as error:  # `on_file` has just said otherwise
        raise AssertionError from error


def _face(data: bytes, verdict: Verdict, signed: SignedBy) -> Found:
    try:
        sheets = read(data).sheets
    except Unreadable:
        # Signed by a municipality, but not a paper of this release: its content is the signer's, only it cannot be told here.
        return Found("face", verdict, {"signer": signed.common_name})
    return Found("face", verdict, {"signer": signed.common_name, "title": sheets[0].text("title"), "number": sheets[0].number, "sheets": len(sheets)})


def _back(data: bytes, verdict: Verdict, signed: SignedBy) -> Found:
    try:
        back = read_back(data)
    except Unreadable:
        return Found("back", verdict, {"signer": signed.common_name})
    more = {"signer": signed.common_name, "issuance_id": back.text.issuance_id, "face_sha256": back.text.face_sha256, "sheets": back.sheets}
    return Found("back", verdict, more)


def _believed(trust: Path | None, *, as_json: bool) -> Trust:
    file = trust or TRUST_FILE
    try:
        return read_trust(file.read_bytes())
    except OSError:
        sentence = f"{file}: 信頼する認証局と鍵のファイルがありません。--trust で示してください（見本の町では STATE/authorities/trust.json）。"
        fail("no_trust", sentence, as_json=as_json, status=2)
    except NoTrust as error:
        fail("no_trust", f"{file}: {error}", as_json=as_json, status=2)


def _json(found: Found) -> dict[str, Any]:
    verdict, sheet = found.verdict, found.verdict.sheet
    said = None if sheet is None else {"title": sheet.title, "number": sheet.number, "part": sheet.part, "parts": sheet.parts, "texts": sheet.texts}
    return {
        "what": found.what,
        "content": str(verdict.content),
        "signed_by": None if verdict.signer is None else verdict.signer.name,
        "made_at": None if verdict.signer is None else verdict.signer.at.isoformat(),
        "standing": str(verdict.standing),
        "original": str(verdict.original),
        "sheet": said,
        **found.more,
    }


_NAMES = {"face": "証明書の表面（電子文書）", "back": "証明書の裏面（電子文書）", "document": "電子署名のあるPDF", "scan": "裏面を読み取った画像"}


def _lines(file: Path, found: Sequence[Found]) -> list[str]:
    lines: list[str] = []
    for page, one in enumerate(found, 1):
        lines.append(f"{file}{f' {page}ページ目' if len(found) > 1 else ''}: {_NAMES[one.what]}")
        lines.append(f"  内容      {CONTENT_WORDS[one.verdict.content]}")
        if one.verdict.signer is not None:
            who = one.more.get("signer") or one.verdict.signer.name
            lines.append(f"  署名した者  {who}  {one.verdict.signer.at.astimezone(JST):%Y-%m-%d %H:%M}")
        if one.what == "scan":
            lines.append(f"  原本か    {ORIGINAL_WORDS[str(one.verdict.original)]}")
        lines.extend(f"  注意      {PROBLEM_WORDS[Problem(code)]}" for code in one.more.get("problems", ()))
        lines.append("  有効な交付か  確かめていません（発行センターの確認ページで確かめられます）")
        if one.verdict.sheet is not None:
            sheet = one.verdict.sheet
            lines.append(f"  記載      {sheet.title}  発行番号 {sheet.number} {sheet.part}/{sheet.parts}")
            lines.extend(f"            {f'{label}: ' if label else ''}{text}" for label, text in lines_of(sheet))
        elif "title" in one.more:
            lines.append(f"  証明書     {one.more['title']}  発行番号 {one.more['number']}（{one.more['sheets']}枚）")
    return lines
