"""`konbini verify`: what can be said of a paper offline, from its file or from a scan of its back."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.back.content import SheetContent
from konbini.answers import fail, print_json
from receiving.originality import Originality
from receiving.scan import Problem, read_upload
from receiving.signed_file import SignedFile, looks_signed, told_of
from receiving.telling import lines_of
from receiving.trust_file import NoTrust, Trust, read_trust
from receiving.upload import LARGEST_FILE, NotOpened, Why
from receiving.verdict import Content, Standing, Verdict, on_scan
from storage.instants import JST

TRUST_FILE = Path("var/town/authorities/trust.json")
"""Where `make run` leaves the demonstration town's."""

CONTENT_WORDS = {
    Content.UNALTERED: "発行されたときのままです（電子署名で確認）",
    Content.NO_CODE: "わかりません（2次元コードを読み取れません）",
    Content.NOT_OURS: "確かめられません（証明書の電子署名や2次元コードではありません）",
    Content.UNKNOWN_KEY: "確かめられません（知られた発行者の署名ではないか、有効期間の外です）",
    Content.ALTERED: "署名と合いません（書き換えられています）",
}
ORIGINAL_WORDS = {
    Originality.LIKELY: "おそらく原本です（地紋による推定。証明ではありません）",
    Originality.UNLIKELY: "おそらく複写です（地紋による推定。証明ではありません）",
    Originality.CANNOT_TELL: "判定できません",
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
    Why.TOO_LARGE: "ファイルが大きすぎます（30MBまで）。",
    Why.WRONG_TYPE: "PNG、JPEG、PDFのいずれでもありません。",
    Why.TOO_MANY_PIXELS: "画像が大きすぎます。",
    Why.TOO_MANY_PAGES: "ページが多すぎます。",
    Why.NO_SCANNED_PAGE: "署名された証明書でも、読み取った画像でもないPDFです。",
    Why.ENCRYPTED: "暗号化されたPDFは読めません。",
    Why.BROKEN: "壊れていて読み取れません。",
}
WHAT_WORDS = {"face": "証明書の表面（電子文書）", "back": "証明書の裏面（電子文書）", "document": "電子署名のあるPDF", "scan": "読み取った画像"}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a scan, or a whole file: what it was taken for, the verdict, the signer's name, the sheets' contents, and what else is known of it."""

    what: str
    verdict: Verdict
    signer: str
    sheets: tuple[SheetContent, ...]
    problems: tuple[Problem, ...]
    more: dict[str, Any]


def verify_file(file: Path, trust: Path | None, *, as_json: bool) -> None:
    """Say what can be said; exit status 0 only when the content of every page is proven unaltered, 1 when not, 2 when it could not be looked at."""
    believed = _believed(trust, as_json=as_json)
    try:
        found = findings(_content(file), believed, datetime.now(JST))
    except OSError as error:
        fail("not_readable", f"{file}: {error.strerror}", as_json=as_json, status=2)
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
    """What `data` is found to be: a signed face or back, or the pages of a scan. Raises `receiving.upload.NotOpened`."""
    if looks_signed(data):
        return (_of_file(told_of(data, (trust.authority,), trust.keys, now)),)
    readings = read_upload(data, lambda _code: None)  # the key of a picture is the center's alone
    verdicts = [(reading, on_scan(reading, trust.keys, Standing.NOT_ASKED)) for reading in readings]
    return tuple(
        Found("scan", verdict, "", (verdict.sheet,) if verdict.sheet else (), reading.problems, {"dpi": reading.resolution_dpi})
        for reading, verdict in verdicts
    )


def _of_file(file: SignedFile) -> Found:
    known = {"face_sha256": file.face_sha256, "issuance_id": file.issuance_id}
    return Found(str(file.what), file.verdict, file.signer, file.sheets, (), {name: value for name, value in known.items() if value})


def _content(file: Path) -> bytes:
    """The file's bytes; no more are read than may be."""
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise NotOpened(Why.TOO_LARGE)
    return data


def _believed(trust: Path | None, *, as_json: bool) -> Trust:
    file = trust or TRUST_FILE
    try:
        return read_trust(file.read_bytes())
    except OSError:
        sentence = f"{file}: 信頼する認証局と鍵のファイルがありません。--trust で示してください（見本の町では STATE/authorities/trust.json）。"
        fail("no_trust", sentence, as_json=as_json, status=2)
    except NoTrust as error:
        fail("no_trust", f"{file}: 信頼する認証局と鍵のファイルとして読めません（{error}）。", as_json=as_json, status=2)


def _json(found: Found) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "what": found.what,
        "content": str(verdict.content),
        "signed_by": None if verdict.signer is None else verdict.signer.name,
        "signer": found.signer or None,
        "made_at": None if verdict.signer is None else verdict.signer.at.astimezone(JST).isoformat(),
        "standing": str(verdict.standing),
        "original": str(verdict.original),
        "problems": [str(one) for one in found.problems],
        "sheets": [_sheet_json(sheet) for sheet in found.sheets],
        **found.more,
    }


def _sheet_json(sheet: SheetContent) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "number": sheet.number,
        "part": sheet.part,
        "parts": sheet.parts,
        "binding": sheet.binding,
        "made_at": sheet.made_at.astimezone(JST).isoformat(),
        "texts": sheet.texts,
    }


def _lines(file: Path, found: Sequence[Found]) -> Iterator[str]:
    for page, one in enumerate(found, 1):
        yield f"{file}{f' {page}ページ目' if len(found) > 1 else ''}: {WHAT_WORDS[one.what]}"
        yield from aligned(tuple(_answers(one)), "  ")
        for sheet in one.sheets:
            yield f"  {sheet.title}  発行番号 {sheet.number} {sheet.part}/{sheet.parts}"
            yield from aligned(lines_of(sheet), "    ")


def _answers(one: Found) -> Iterator[tuple[str, str]]:
    verdict = one.verdict
    yield "内容", CONTENT_WORDS[verdict.content]
    if verdict.signer is not None:
        yield "署名した者", f"{one.signer} {verdict.signer.name}".strip()
        yield "署名の日時", f"{verdict.signer.at.astimezone(JST):%Y-%m-%d %H:%M}（日本時間）"
    yield "有効な交付か", "確かめていません（発行センターの確認ページで確かめられます）"
    if one.what == "scan":
        yield "原本か", ORIGINAL_WORDS[verdict.original]
        if verdict.proven:
            yield "注意", "お手元の表面は見ていません。下の内容と1文字ずつ見比べてください。"
    yield from (("注意", PROBLEM_WORDS[code]) for code in one.problems)


LABELS_WIDEST = 24
"""Columns; a longer label has a line of its own width."""


def aligned(lines: Sequence[tuple[str, str]], margin: str) -> Iterator[str]:
    """Labels set flush right in one column, as wide as the widest of them within reason, and the texts beside it; a text without a label begins at the margin."""
    column = min(max((width_of(label) for label, _ in lines), default=0), LABELS_WIDEST)
    for label, text in lines:
        yield f"{margin}{' ' * (column - width_of(label))}{label}  {text}" if label else f"{margin}{text}"


def width_of(text: str) -> int:
    """Columns on a terminal: two for a wide character, none for one that joins the one before (variation selectors, combining marks)."""
    return sum(
        0 if unicodedata.combining(one) or unicodedata.category(one) == "Mn" else 2 if unicodedata.east_asian_width(one) in "FWA" else 1
        for one in text
    )
