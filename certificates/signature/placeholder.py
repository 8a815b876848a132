"""The room a document leaves for its signature, and where that room is in a finished file.

One signature field with an invisible widget on the last sheet; its signature dictionary has a /Contents of zeros and a /ByteRange of fixed width. All of it is written in one fixed form,
so that whoever reads a file needs no PDF library to find the signature, and can find no second one. Must never know how a signature is made.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObjectReference

from certificates.fonts.writing import Written

CONTENTS_BYTES = 4096
"""Room for the DER of a signature: one of RSA-2048 with three certificates of 1.2 kB takes it. Every paper has the same, so that a paper drawn again is the same paper."""

LARGEST_SIGNED = 9_999_999
"""Bytes of a document that can be signed."""

_WIDTH = len(b"[0 %d %d %d]" % ((LARGEST_SIGNED,) * 3))
_MARK = b"/ByteRange"
_BEGINNING = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached " + _MARK + b" "
_OPENING = b" /Contents "
_RANGE = re.compile(re.escape(_BEGINNING) + rb"(\[0 (\d{1,7}) (\d{1,7}) (\d{1,7})\] *)" + re.escape(_OPENING))
_CLOSING = re.compile(rb" /M \(D:(\d{14}[+-]\d\d'\d\d)'\) /Name <FEFF((?:[0-9A-F]{4}){0,200})> /Reason <FEFF((?:[0-9A-F]{4}){0,200})> >>\nendobj\n")


class NoPlace(ValueError):
    """The file has no place for a signature, more than one, or one that is not of the fixed form. The message names the place, never a text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's signature stands: the hole `pdf[start:end]` is the whole /Contents string with its brackets; and what the signature dictionary says beside it."""

    start: int
    end: int
    at: datetime
    name: str
    reason: str


def add_placeholder(document: PDFDocument, page: PDFObjectReference, name: str, reason: str, now: datetime) -> PDFObjectReference:
    """Give `document` its one signature field. Returns the widget, which must stand in the /Annots of the sheet that `page` refers to (`document.thisPageRef()` before `addPage`).

    `name` is who signs as people read it, `reason` what for; `now` (aware) is the claimed time of signing. ValueError for a naive time or more than 200 UTF-16 units of text.
    """
    if now.tzinfo is None or max(len(_utf16(name)), len(_utf16(reason))) > 4 * 201:
        raise ValueError("a signature has an aware time, and a name and a reason of at most 200 characters")
    signature = Written((
        _BEGINNING, b"[0 0 0 0]".ljust(_WIDTH), _OPENING, b"<%b>" % (b"0" * (2 * CONTENTS_BYTES)),
        b" /M (%b) /Name <%b> /Reason <%b> >>" % (pdf_date(now), _utf16(name), _utf16(reason)),
    ))  # fmt: skip
    field = Written((
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /V ", document.Reference(signature, "signature"),
        b" /Rect [0 0 0 0] /F 132 /P ", page, b" >>",
    ))  # fmt: skip
    widget = document.Reference(field, "signature field")
    document.Catalog.AcroForm = Written((b"<< /SigFlags 3 /Fields [", widget, b"] >>"))
    return widget


def prepared(pdf: bytes) -> bytes:
    """The finished document with its /ByteRange filled in: everything but the hole. From here on only the hole changes. Raises `NoPlace`."""
    found = _found(pdf)
    start, end = found.end(), _end(pdf, found.end())
    return b"".join((pdf[: found.start(1)], _byte_range(start, end, len(pdf)), pdf[found.end(1) :]))


def place_of(pdf: bytes) -> Place:
    """Where the signature of a prepared or signed file stands; `NoPlace` unless there is exactly one, whose /ByteRange covers all of `pdf` but exactly its /Contents string."""
    found = _found(pdf)
    start, end = found.end(), int(found[3])
    if found[1] != _byte_range(start, end, len(pdf)):
        raise NoPlace("a range that is not all of the file but the signature")
    if pdf[start : start + 1] != b"<" or pdf[end - 1 : end] != b">":
        raise NoPlace("a hole that is not the signature's own string")
    closing = _CLOSING.match(pdf, end)
    if not closing:
        raise NoPlace("a signature dictionary of another form")
    try:
        day, time = closing[1][:8].decode("ascii"), closing[1][8:].decode("ascii").replace("'", "")
        at = datetime.fromisoformat(f"{day}T{time}")
        name, reason = (bytes.fromhex(text.decode("ascii")).decode("utf-16-be") for text in closing.groups()[1:])
    except ValueError:
        raise NoPlace("a time or text that is none") from None
    return Place(start, end, at, name, reason)


def blank(pdf: bytes) -> bytes:
    """The file as it was drawn: the signature and its /ByteRange taken out again, so that a signed paper can be compared with the same paper drawn anew. Raises `NoPlace`.

    Says nothing about the signature: what is taken out here, `strict.verify` has to have judged.
    """
    found = _found(pdf)
    start, end = found.end(), _end(pdf, found.end())
    return b"".join((pdf[: found.start(1)], b"[0 0 0 0]".ljust(_WIDTH), pdf[found.end(1) : start + 1], b"0" * (end - start - 2), pdf[end - 1 :]))


def pdf_date(now: datetime) -> bytes:
    """An aware time as PDF writes it, whole seconds: `D:20261123093000+09'00'`."""
    offset = now.strftime("%z")
    return f"D:{now:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'".encode("ascii")


def _found(pdf: bytes) -> re.Match[bytes]:
    at = pdf.find(_MARK)
    if len(pdf) > LARGEST_SIGNED or at < 0 or pdf.find(_MARK, at + 1) >= 0:
        raise NoPlace("not exactly one signature")
    found = _RANGE.match(pdf, max(0, at + len(_MARK) + 1 - len(_BEGINNING)))
    if not found or found.end(1) - found.start(1) != _WIDTH:
        raise NoPlace("a signature dictionary of another form")
    return found


def _end(pdf: bytes, start: int) -> int:
    end = pdf.find(b">", start) + 1
    if not pdf.startswith(b"<", start) or not _CLOSING.match(pdf, end):
        raise NoPlace("a signature dictionary of another form")
    return end


def _byte_range(start: int, end: int, size: int) -> bytes:
    return (b"[0 %d %d %d]" % (start, end, size - end)).ljust(_WIDTH)


def _utf16(text: str) -> bytes:
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode("ascii")
