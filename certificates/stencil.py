"""A one-bit picture that goes onto paper as a stencil: a seal, an imprint. Black where its bit is 0.

The bytes its PNG file already has go into the PDF: nothing is unpacked or packed again when a paper is drawn.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

from certificates.fonts.writing import Written

DPI = 600
"""What every stencil is made for: a pixel is 25.4 / 600 mm."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">LLBBBBB")
LARGEST, SMALLEST = 1200, 60


@dataclass(frozen=True, slots=True)
class Stencil:
    """Pixels across and down, and the rows as PNG filters and packs them."""

    width: int
    height: int
    packed: bytes

    @property
    def sha256(self) -> str:
        """What tells this picture from another: SHA-256 in hex over its packed rows."""
        return hashlib.sha256(self.packed).hexdigest()

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height) at true scale, in millimetres."""
        return self.width / DPI * 25.4, self.height / DPI * 25.4

    def written(self) -> Written:
        """The picture as a PDF object: a stencil that paints black and leaves the rest of the paper as it is."""
        return Written(
            (
                b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1 /Interpolate true /Filter /FlateDecode "
                b"/DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 1 /Columns %d >> /Length %d >>"
                % (self.width, self.height, self.width, len(self.packed)),
            ),
            self.packed,
        )


@lru_cache(256)
def stencil_of(png: bytes) -> Stencil:
    """Take a PNG apart. ValueError unless it is one bit grey, not interlaced, 60 to 1200 pixels a side and complete."""
    if not png.startswith(_SIGNATURE):
        raise ValueError("the picture is not a PNG")
    header, packed = b"", b""
    for kind, content in _chunks(png):
        header = content if kind == b"IHDR" else header
        packed += content if kind == b"IDAT" else b""
    if len(header) != _HEADER.size:
        raise ValueError("the picture's PNG has no header")
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(header)
    if (depth, colour, interlaced) != (1, 0, 0):
        raise ValueError("the picture must be a one-bit grey PNG, not interlaced")
    return checked_stencil(width, height, packed)


def checked_stencil(width: int, height: int, packed: bytes) -> Stencil:
    """A stencil whose rows are complete; ValueError otherwise."""
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ValueError("the picture must have 60 to 1200 pixels a side")
    size = (1 + (width + 7) // 8) * height
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError("the picture is damaged") from error
    if len(rows) != size or not unpacking.eof or unpacking.unused_data:
        raise ValueError("the picture is incomplete")
    return Stencil(width, height, packed)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], len(_SIGNATURE)
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += 12 + size
    return chunks
