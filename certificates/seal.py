"""The 電子公印: a square municipal seal with 見本 cut into it, and the way any issuer's seal image goes onto paper.

The image is one bit deep and goes into the PDF as a stencil (`stencil`).
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from certificates.face import SPECIMEN
from certificates.stencil import DPI, Stencil, stencil_of

SIDE_MM = 24
SIDE_PIXELS = round(SIDE_MM / 25.4 * DPI)

_FONT = Path(__file__).parent / "fonts" / "NotoSerifJP-Regular.ttf"
_COLUMNS = 3
SMALLEST_SIDE = 200


@lru_cache(64)
def seal_image(png: bytes) -> Stencil:
    """Take a seal's PNG apart. ValueError unless it is square, one bit grey, not interlaced, 200 to 1200 pixels a side and complete."""
    seal = stencil_of(png)
    if seal.width != seal.height or seal.width < SMALLEST_SIDE:
        raise ValueError("the seal must be square, of 200 to 1200 pixels")
    return seal


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
