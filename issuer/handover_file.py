"""The file of a hand-over: a ZIP of `manifest.json` and `handover.json`, written for the one who issues next and read without believing it.

Decides whether a file is whole, of the form and of whom it says: names, sizes, SHA-256. There is personal data in it and nothing else: whoever writes it to a disk lets nobody else read it.
"""

import io
import zipfile
import zlib
from datetime import datetime
from hashlib import sha256

import msgspec

from issuer.handover import Handover

FORMAT = 1
MANIFEST, CONTENT = "manifest.json", "handover.json"
CONTENT_BYTES_MAX = 256 * 1024 * 1024
ARCHIVE_BYTES_MAX = 64 * 1024 * 1024
"""What a page takes in: the content of any municipality packs to far less."""
MANIFEST_BYTES_MAX = 64 * 1024
_AT = (1980, 1, 1, 0, 0, 0)

SENTENCES: dict[str, tuple[str, str]] = {
    "not_handover": ("引継ぎデータの ZIP として読めません。", "This is no ZIP of a hand-over."),
    "damaged": ("引継ぎデータが壊れているか、書き出された後で変えられています。", "The hand-over is damaged or was changed after it was written."),
    "form": ("引継ぎデータの内容が決められた形ではありません。", "The content of the hand-over does not follow its form."),
    "wrong_municipality": ("別の市区町村の引継ぎデータです。", "The hand-over is that of another municipality."),
    "doubled": (
        "同じ電子証明書、受付番号などが引継ぎデータに2度あります。",
        "A certificate, an application or a number stands twice in the hand-over.",
    ),
    "older": (
        "すでに取り込んだ引継ぎデータより前のものです。書き出し直してください。",
        "It is older than what was taken over already. Write a new one.",
    ),
    "as_of_future": ("引継ぎデータの基準時点が未来です。", "The hand-over is of the future."),
    "reserved_number": (
        "監視に用いる架空の住民の番号が含まれています。住民の番号として取り込むことはできません。",
        "It names a fictional resident by whom the cloud watches itself. It cannot be anybody's.",
    ),
    "unknown_people": (
        "台帳にない人の利用登録、抑止、支援措置などが含まれています。先に台帳のデータを取り込んでください。",
        "It names people who are not in the registers here. Upload the registers first.",
    ),
    "contradicted": (
        "同じ電子証明書か同じ人に、別の利用登録がここで有効です。どちらが正しいか確かめて、誤りのほうを終了してください。",
        "Another registration of the same certificate or person is in force here. Find out which is right and end the other.",
    ),
    "unchecked": (
        "この引継ぎデータは、24時間以内に検査されていません。先にほかの職員が検査してください。",
        "Nobody has checked this hand-over within 24 hours. Another clerk must check it first.",
    ),
    "same_person": (
        "検査した人とは別の職員が取り込んでください。",
        "It must be entered by another clerk than the one who checked it.",
    ),
}
"""Why a hand-over is not taken: nothing was changed."""


class HandoverRefused(Exception):
    """Nothing was changed; `code` is one of `SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`manifest.json`: whose hand-over, as of when, for which kinds, how many of each part, and the SHA-256 of the content in hex."""

    format: int
    municipality: str
    as_of: datetime
    kinds: tuple[str, ...]
    counts: dict[str, int]
    sha256: str


def packed(handover: Handover) -> tuple[bytes, str]:
    """The ZIP, and the digest of its content. The same hand-over gives the same bytes."""
    content = msgspec.json.encode(handover)
    digest = sha256(content).hexdigest()
    note = Note(FORMAT, handover.municipality, handover.as_of, handover.kinds, handover.counts(), digest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in ((MANIFEST, msgspec.json.encode(note)), (CONTENT, content)):
            made.writestr(zipfile.ZipInfo(name, _AT), text, zipfile.ZIP_DEFLATED)
    return out.getvalue(), digest


def unpacked(data: bytes) -> tuple[Handover, str]:
    """What stands in a file, and its digest. Raises `HandoverRefused` (`not_handover`, `damaged`, `form`)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as found:
            if sorted(found.namelist()) != sorted((MANIFEST, CONTENT)):
                raise HandoverRefused("not_handover")
            told, content = _read(found, MANIFEST, MANIFEST_BYTES_MAX), _read(found, CONTENT, CONTENT_BYTES_MAX)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise HandoverRefused("not_handover") from None
    try:
        note = msgspec.json.decode(told, type=Note)
    except msgspec.MsgspecError:
        raise HandoverRefused("form") from None
    digest = sha256(content).hexdigest()
    if digest != note.sha256:
        raise HandoverRefused("damaged")
    try:
        handover = msgspec.json.decode(content, type=Handover)
    except msgspec.MsgspecError:
        raise HandoverRefused("form") from None
    said = (note.municipality, note.as_of, note.kinds, note.counts)
    if note.format != FORMAT or handover.as_of.tzinfo is None or said != (handover.municipality, handover.as_of, handover.kinds, handover.counts()):
        raise HandoverRefused("form")
    return handover, digest


def _read(found: zipfile.ZipFile, name: str, most: int) -> bytes:
    with found.open(name) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise HandoverRefused("not_handover")
    return content
