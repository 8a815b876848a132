"""The 電子公印: a square municipal seal with 見本 cut into it, and the way any issuer's seal image goes onto paper.

The image is one bit deep and goes into the PDF as a stencil, with the bytes its PNG file already has: nothing is unpacked or packed again when a paper is drawn.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from certificates.face import SPECIMEN
from certificates.fonts.writing import Written

SIDE_MM, DPI = 24, 600
SIDE_PIXELS = round(SIDE_MM / 25.4 * DPI)

_FONT = Path(__file__).parent / "fonts" / "NotoSerifJP-Regular.ttf"
_COLUMNS = 3
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">LLBBBBB")
_LARGEST_SIDE = 1200


@dataclass(frozen=True, slots=True)
class SealImage:
    """A one-bit square image, black where its bit is 0: pixels on a side, and its rows as PNG filters and packs them."""

    side: int
    packed: bytes

    @property
    def sha256(self) -> str:
        """What tells this seal from another: SHA-256 in hex over its packed rows."""
        return hashlib.sha256(self.packed).hexdigest()

    def written(self) -> Written:
        """The image as a PDF object: a stencil that paints black and leaves the rest of the paper as it is."""
        return Written(
            (
                b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1 /Interpolate true /Filter /FlateDecode "
                b"/DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 1 /Columns %d >> /Length %d >>"
                % (self.side, self.side, self.side, len(self.packed)),
            ),
            self.packed,
        )


@lru_cache(64)
def seal_image(png: bytes) -> SealImage:
    """Take a seal's PNG apart. ValueError unless it is square, one bit grey, not interlaced, 200 to 1200 pixels a side and complete."""
    if not png.startswith(_SIGNATURE):
        raise ValueError("the seal is not a PNG")
    header, packed = b"", b""
    for kind, content in _chunks(png):
        header = content if kind == b"IHDR" else header
        packed += content if kind == b"IDAT" else b""
    if len(header) != _HEADER.size:
        raise ValueError("the seal's PNG has no header")
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(header)
    if width != height or not 200 <= width <= _LARGEST_SIDE or (depth, colour, interlaced) != (1, 0, 0):
        raise ValueError("the seal must be a square one-bit grey PNG of 200 to 1200 pixels")
    return checked_seal(width, packed)


def checked_seal(side: int, packed: bytes) -> SealImage:
    """A seal image whose rows are complete; ValueError otherwise."""
    size = (1 + (side + 7) // 8) * side
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError("the seal's image is damaged") from error
    if len(rows) != size or not unpacking.eof or unpacking.unused_data:
        raise ValueError("the seal's image is incomplete")
    return SealImage(side, packed)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], len(_SIGNATURE)
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += 12 + size
    return chunks


def seal_png(name: str) -> bytes:
    """A seal reading `name` and 見本, top to bottom in three columns from the right, as a PNG for `IssuerForm.seal_png`; same name, same bytes.

    ValueError when the name leaves no room (more than 13 characters).
    """
    text = name + SPECIMEN
    rows = -(-len(text) // _COLUMNS)
    if not name or rows > 5:
        raise ValueError("a seal's name has 1 to 13 characters")
    scale = 2
    side = SIDE_PIXELS * scale
    seal = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(seal)
    edge, rim = side // 90, side // 26
    pen.rounded_rectangle((edge, edge, side - edge, side - edge), side // 22, outline=0, width=rim)
    inner = edge + rim + side // 40
    columns = [text[at * rows : (at + 1) * rows] for at in range(_COLUMNS)]
    width = (side - 2 * inner) / _COLUMNS
    for number, column in enumerate(filter(None, columns)):
        height = (side - 2 * inner) / len(column)
        for row, character in enumerate(column):
            left, top = side - inner - (number + 1) * width, inner + row * height
            _carve(seal, character, (round(left), round(top), round(left + width), round(top + height)))
    small = (
        seal.resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.LANCZOS)
        .point(lambda grey: 255 if grey > 127 else 0)
        .convert("1", dither=Image.Dither.NONE)
    )
    out = BytesIO()
    small.save(out, "PNG", bits=1, optimize=False, compress_level=9, dpi=(DPI, DPI))
    return out.getvalue()


def _carve(seal: Image.Image, character: str, cell: tuple[int, int, int, int]) -> None:
    """Draw `character` with heavy even strokes, stretched to fill its cell as 篆書 seals do."""
    font = ImageFont.truetype(str(_FONT), 360)
    glyph = Image.new("L", (640, 640), 255)
    ImageDraw.Draw(glyph).text((320, 320), character, font=font, fill=0, anchor="mm", stroke_width=11, stroke_fill=0)
    ink = glyph.point(lambda grey: 255 - grey).getbbox()
    assert ink is not None, "a seal is cut in visible characters"
    gap = (cell[2] - cell[0]) // 18
    size = (cell[2] - cell[0] - 2 * gap, cell[3] - cell[1] - 2 * gap)
    seal.paste(glyph.crop(ink).resize(size, Image.Resampling.LANCZOS), (cell[0] + gap, cell[1] + gap))
