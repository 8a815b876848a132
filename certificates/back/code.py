"""The bytes of a sheet's 2-D code: its content, packed, and signed by the issuer, so that paper can be verified offline.

    version (1 byte) │ key id (8) │ content, deflated │ signature (64: r and s, P-256 over SHA-256 of all that stands before)

The key id is how the authority's key list names a key (`signature.key_list`). Signing is deterministic (RFC 6979), `s` is the lower of its two values, so a sheet has one signature.
The content is lines of UTF-8: form, title, number, n/m, made at (seconds since 1970), binding, imprint, how many pieces; then the head's cell codes and texts, each piece's strip
(at its first use with its cell codes) and texts, the closing's cell codes and texts. It is deflated with a preset dictionary of the words that papers have in common (`words`),
which belongs to version 1 and never changes. Reading is strict: only what writing the content again gives is read.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from certificates.back.content import SheetContent
from certificates.back.words import WORDS_1
from certificates.face import Piece, Texts
from certificates.signature.key_list import KEY_ID_BYTES, code_key_id

VERSION = b"\x01"
SIGNATURE_BYTES = 64
LARGEST_CODE = 2951
"""What a QR code of version 40-L holds (`matrix`)."""
LARGEST_CONTENT = 60_000
"""Bytes of the lines; ten times what the fullest sheet has."""

_LABEL = b"konbini sheet code\x00"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HASH = ECDSA(SHA256(), deterministic_signing=True)
_START = len(VERSION) + KEY_ID_BYTES
_COUNT = re.compile(r"0|[1-9]\d{0,11}", re.ASCII)


class NoCode(ValueError):
    """These bytes are no sheet's code, or not one that is signed by this key. The message names what is wrong, never a text."""


class TooMuch(ValueError):
    """A sheet says more than a 2-D code can hold; the paper is declined before it is drawn."""


@dataclass(frozen=True, slots=True)
class SheetCode:
    """A code taken apart, not yet verified."""

    content: SheetContent
    key_id: bytes
    signature: bytes


def sheet_code(sheet: SheetContent, key: EllipticCurvePrivateKey) -> bytes:
    """The bytes of this sheet's code, the same for the same sheet and key. `TooMuch` when no 2-D code holds it; ValueError for a key that is not P-256."""
    _p256(key.public_key())
    signed = VERSION + code_key_id(key.public_key()) + _packed("\n".join(_lines(sheet)).encode("utf-8"))
    if len(signed) + SIGNATURE_BYTES > LARGEST_CODE:
        raise TooMuch("the sheet says more than a 2-D code holds")
    r, s = decode_dss_signature(key.sign(_LABEL + signed, _HASH))
    return signed + r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


def read_code(code: bytes) -> SheetCode:
    """The content of a code, its key id and signature; `NoCode` unless it is one. Proves nothing: who believes a code asks `verify_code`."""
    if not _START + SIGNATURE_BYTES < len(code) <= LARGEST_CODE or not code.startswith(VERSION):
        raise NoCode("not a sheet's code")
    lines = _unpacked(code[_START:-SIGNATURE_BYTES])
    try:
        text = lines.decode("utf-8")
        content = _content(iter(text.split("\n")))
    except (ValueError, StopIteration, OverflowError):
        raise NoCode("not a sheet's content") from None
    if "\n".join(_lines(content)) != text:
        raise NoCode("a content that is not in its one form")
    return SheetCode(content, code[len(VERSION) : _START], code[-SIGNATURE_BYTES:])


def verify_code(code: bytes, key: EllipticCurvePublicKey) -> SheetContent:
    """What the sheet says, proven to be signed by `key`; `NoCode` for anything else. ValueError for a key that is not P-256."""
    _p256(key)
    read = read_code(code)
    if read.key_id != code_key_id(key):
        raise NoCode("signed by another key")
    r, s = int.from_bytes(read.signature[:32], "big"), int.from_bytes(read.signature[32:], "big")
    if not (0 < r < _ORDER and 0 < s <= _ORDER // 2):
        raise NoCode("the signature is not in its one form")
    try:
        key.verify(encode_dss_signature(r, s), _LABEL + code[:-SIGNATURE_BYTES], _HASH)
    except InvalidSignature:
        raise NoCode("the signature is wrong") from None
    return read.content


def _p256(key: EllipticCurvePublicKey) -> None:
    if not isinstance(key.curve, SECP256R1):
        raise ValueError("a code is signed with a P-256 key")


def _lines(sheet: SheetContent) -> Iterator[str]:
    seconds = int(sheet.made_at.timestamp())
    yield from (
        sheet.form,
        sheet.title,
        sheet.number,
        f"{sheet.part}/{sheet.parts}",
        str(seconds),
        sheet.binding,
        sheet.imprint,
        str(len(sheet.pieces)),
    )
    yield from _group(sheet.head)
    known: set[str] = set()
    for piece in sheet.pieces:
        yield " ".join((piece.strip, *(() if piece.strip in known else (code for code, _ in piece.cells))))
        yield from (text for _, text in piece.cells)
        known.add(piece.strip)
    yield from _group(sheet.closing)


def _group(texts: Texts) -> Iterator[str]:
    yield " ".join(code for code, _ in texts)
    yield from (text for _, text in texts)


def _content(lines: Iterator[str]) -> SheetContent:
    """The sheet of these lines; ValueError or StopIteration when they are not a sheet's. That they are in their one form, and that none follows, is left to the caller."""
    form, title, number = next(lines), next(lines), next(lines)
    part, _, parts = next(lines).partition("/")
    made_at = datetime.fromtimestamp(_count(next(lines)), UTC)
    binding, imprint, pieces = next(lines), next(lines), _count(next(lines))
    head = _texts(next(lines), lines)
    known: dict[str, str] = {}
    stack: list[Piece] = []
    for _ in range(pieces):
        strip, _, codes = next(lines).partition(" ")
        stack.append(Piece(strip, _texts(known.setdefault(strip, codes), lines)))
    closing = _texts(next(lines), lines)
    return SheetContent(form, title, number, binding, _count(part), _count(parts), made_at, head, tuple(stack), closing, imprint)


def _texts(codes: str, lines: Iterator[str]) -> Texts:
    return tuple([(code, next(lines)) for code in codes.split(" ")]) if codes else ()


def _count(digits: str) -> int:
    if not _COUNT.fullmatch(digits):
        raise ValueError("not a number in its one form")
    return int(digits)


def _packed(lines: bytes) -> bytes:
    if len(lines) > LARGEST_CONTENT:
        raise TooMuch("the sheet says more than a 2-D code holds")
    packing = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, WORDS_1)
    return packing.compress(lines) + packing.flush()


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(-15, WORDS_1)
    try:
        lines = unpacking.decompress(packed, LARGEST_CONTENT)
    except zlib.error:
        raise NoCode("a broken content") from None
    if not unpacking.eof or unpacking.unused_data:
        raise NoCode("a broken content")
    return lines
