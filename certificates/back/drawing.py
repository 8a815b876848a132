"""The back on paper: one page for every sheet of a face, as one PDF of the center, ready to be signed. The same bytes for the same face, codes, key and time.

Everything that can be read from a back also stands in plain form in the file's information dictionary; `reading` takes it from there, draws the back again, and so proves that the pages show the
same. Never looks at a face itself: it is given the face's hash and the pictures of its sheets.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from reportlab.pdfbase import pdfdoc

from certificates.back import form, layout
from certificates.back.form import add_form, back_form, grown, rectangle, runs
from certificates.back.layout import Box
from certificates.back.matrix import Matrix, matrix
from certificates.back.scramble import Grey, scrambled, sheet_key
from certificates.binding import grouped
from certificates.face import SPECIMEN
from certificates.fitting import POINT, fit
from certificates.fonts.writing import COMPRESSION, Written, packed
from certificates.form import ground
from certificates.plain_file import LARGEST_FILE
from certificates.signature.placeholder import add_placeholder, pdf_date, prepared

TITLE = "証明書の裏面"
PICTURE_BYTES = layout.PICTURE_WIDTH // 4 * layout.PICTURE_HEIGHT
"""A scrambled picture unpacked: two bits a pixel. Text reads as well in four shades as in 256, and it is half the work."""

_SIDE_BY_SIDE = np.uint32(1 << 30 | 1 << 20 | 1 << 10 | 1)
"""Times four pixels of two bits, each in a byte of its own, the first lowest: all of them side by side in the highest byte, the first highest."""

_ISSUANCE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,35}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"https?://[0-9A-Za-z._~:/?#\[\]@!$&*+,;=%-]{1,100}")


@dataclass(frozen=True, slots=True)
class BackText:
    """What a back says of itself. `issuance_id` as it is known everywhere (paper groups a UUID), `face_sha256` in hex over the signed face's bytes, `url` of the page where it can be checked."""

    issuance_id: str
    face_sha256: str
    url: str

    def __post_init__(self) -> None:
        if not (_ISSUANCE_ID.fullmatch(self.issuance_id) and _SHA256.fullmatch(self.face_sha256) and _URL.fullmatch(self.url)):
            raise ValueError("a back has an issuance id, a SHA-256 in hex and a web address of printable ASCII")


@dataclass(frozen=True, slots=True)
class SignedAs:
    """What stands beside the signature: who signs, as people read it, and what for."""

    name: str = "証明書交付センター（見本）"
    reason: str = TITLE


def draw_back(
    text: BackText, fronts: Sequence[Grey], codes: Sequence[bytes], secret: bytes, now: datetime, signed_as: SignedAs = SignedAs()
) -> bytes:
    """The back of a face, prepared for the center's signature (`certificates.signature.signing.sign`).

    `fronts` are the face's sheets (`picture.fronts`), `codes` the issuer's code of each (`code.sheet_code`), `secret` the center's (at least 32 bytes) from which each sheet's picture is keyed, `now`
    (aware) is the time it is made and signed. ValueError when there is not one code for each sheet, `fitting.DoesNotFit` for a web address that is too long, `matrix.TooLarge` for a code that is.
    """
    pictures = [packed_picture(scrambled(front, sheet_key(secret, text.issuance_id, part))) for part, front in enumerate(fronts, 1)]
    return prepared(draw_packed(text, pictures, codes, now, signed_as))


def packed_picture(picture: Grey) -> bytes:
    """A scrambled picture as it goes into the file: four shades, deflated by repetitions alone (the fastest, and smaller than the fastest ordinary level)."""
    fours = ((picture > 42).view(np.uint8) + (picture > 127) + (picture > 212)).view("<u4")
    packing = zlib.compressobj(COMPRESSION, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return packing.compress(((fours * _SIDE_BY_SIDE) >> 24).astype(np.uint8).tobytes()) + packing.flush()


def picture_rows(packed_rows: bytes) -> bytes:
    """The rows of a packed picture, four pixels a byte; ValueError unless they are complete and nothing follows."""
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed_rows, PICTURE_BYTES + 1)
    except zlib.error as error:
        raise ValueError("a broken picture") from error
    if len(rows) != PICTURE_BYTES or not unpacking.eof or unpacking.unused_data:
        raise ValueError("not a whole picture")
    return rows


def unpacked_picture(packed_rows: bytes) -> Grey:
    """A scrambled picture out of a file, in four shades; ValueError as `picture_rows`."""
    fours = np.frombuffer(picture_rows(packed_rows), np.uint8)
    shades = np.stack((fours >> 6, fours >> 4, fours >> 2, fours), axis=1) & np.uint8(3)
    return shades.reshape(layout.PICTURE_HEIGHT, layout.PICTURE_WIDTH) * np.uint8(85)


def draw_packed(text: BackText, pictures: Sequence[bytes], codes: Sequence[bytes], now: datetime, signed_as: SignedAs) -> bytes:
    """As `draw_back`, with pictures that are scrambled and packed, and the place for the signature still blank; for the reader, who draws a back again to prove it."""
    if not pictures or len(pictures) != len(codes) or now.tzinfo is None:
        raise ValueError("a back has one picture and one code for each sheet, and an aware time")
    document = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 7))
    document.info = _Information(text, codes, now)
    whole, font = add_form(document)
    shared = {form.NAME: whole, ground.NAME: ground.add_ground(document)}
    for part, (picture, code) in enumerate(zip(pictures, codes, strict=True), 1):
        drawn = matrix(code)
        named = shared | {
            "Picture": document.Reference(_picture(picture), f"picture.{part}"),
            "Code": document.Reference(_code(drawn), f"code.{part}"),
        }
        notes: tuple[Any, ...] = ()
        if part == len(pictures):
            notes = (b" /Annots [", add_placeholder(document, document.thisPageRef(), signed_as.name, signed_as.reason, now), b"]")
        content = _content(text, part, len(pictures), drawn)
        document.addPage(_page(content, named, font, notes, document))
        document.updateSignature(content)
    pdf: bytes = document.GetPDFData(None)
    if len(pdf) > LARGEST_FILE:
        raise ValueError("a back of too many sheets")
    return pdf


def _content(text: BackText, part: int, parts: int, code: Matrix) -> str:
    texts = [runs(line, back_form().glyphs) for cell, words in _texts(text, part, parts) for line in fit(words, cell)]
    clear = ("1 g", rectangle(grown(code.box, code.quiet)), "f", "0 g")
    return "\n".join(
        [ground.content(), f"/{form.NAME} Do", _placed("Picture", layout.PICTURE), *clear, _placed("Code", code.box), "BT", *texts, "ET"]
    )


def _texts(text: BackText, part: int, parts: int) -> Iterator[tuple[Any, str]]:
    eights = [text.face_sha256[at : at + 8] for at in range(0, 64, 8)]
    yield form.PART, f"{part} / {parts}"
    yield form.ISSUANCE, grouped(text.issuance_id)
    yield form.FACE_HASH[0], " ".join(eights[:4])
    yield form.FACE_HASH[1], " ".join(eights[4:])
    yield form.URL, text.url


def _placed(name: str, box: Box) -> str:
    x, y, width, height = rectangle(box).split()[:4]
    return f"q {width} 0 0 {height} {x} {y} cm /{name} Do Q"


def _picture(packed_rows: bytes) -> Written:
    return Written((
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 2 /Filter /FlateDecode /Length %d >>"
        % (layout.PICTURE_WIDTH, layout.PICTURE_HEIGHT, len(packed_rows)),
    ), packed_rows)  # fmt: skip


def _code(code: Matrix) -> Written:
    return packed(
        (b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1" % (code.side, code.side),), code.rows
    )


def _page(content: str, named: dict[str, Any], font: Any, notes: tuple[Any, ...], document: Any) -> Written:
    objects = [part for name, reference in named.items() for part in (b" /%b " % name.encode(), reference)]
    return Written((
        b"<< /Type /Page /Parent ", document.Reference(document.Pages), b" /MediaBox [0 0 %.2f %.2f]" % (layout.PAGE_WIDTH * POINT, layout.PAGE_HEIGHT * POINT),
        b" /Resources << /Font << /%b " % form.FONT.encode(), font, b" >> /XObject <<", *objects, b" >> >> /Contents ",
        document.Reference(packed((b"<<",), content.encode("ascii"))), *notes, b" >>",
    ))  # fmt: skip


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The document's information: what is on the pages, to be read without looking at them."""

    def __init__(self, text: BackText, codes: Sequence[bytes], now: datetime) -> None:
        super().__init__()
        self.text, self.codes, self.now = text, codes, now

    def format(self, document: Any) -> bytes:
        text = self.text
        written: bytes = Written((
            b"<< /Title <%b> /Subject <%b> /Producer (certificates) /CreationDate (%b)" % (_utf16(TITLE), _utf16(SPECIMEN), pdf_date(self.now)),
            b" /Issuance (%b) /Face (%b) /Page (%b) /Codes [" % (text.issuance_id.encode(), text.face_sha256.encode(), text.url.encode()),
            b" ".join([b"<%b>" % code.hex().encode() for code in self.codes]), b"] >>",
        )).format(document)  # fmt: skip
        return written


def _utf16(text: str) -> bytes:
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode()
