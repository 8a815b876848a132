"""Lines of text on a page, each character by the font that `choose` picks for it, and what other programs read there."""

import io
from functools import cache
from itertools import groupby
from operator import attrgetter

import pypdf
import pypdfium2
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import Glyph, choose, paper_font
from certificates.fonts.variation import USUAL, sequences

_LINES = 40


def chosen(text: str) -> list[Glyph]:
    """The glyph of each character; fails when one is missing."""
    glyphs = [choose(sequence) for sequence in sequences(text)]
    assert None not in glyphs, ascii(text)
    return [glyph for glyph in glyphs if glyph]


def numbered(number: int) -> PaperFont:
    """Font `number` of the order."""
    font = paper_font(number)
    assert font is not None
    return font


def drawn(lines: list[str]) -> bytes:
    """A PDF with these lines, forty to a page."""
    for number in {glyph.font for line in lines for glyph in chosen(line)} | {0}:
        pdfmetrics.registerFont(numbered(number))
    out = io.BytesIO()
    canvas = Canvas(out, initialFontName=numbered(0).fontName)
    for first in range(0, len(lines), _LINES):
        text = canvas.beginText(40, 800)
        for line in lines[first : first + _LINES]:
            for number, glyphs in groupby(chosen(line), attrgetter("font")):
                text.setFont(numbered(number).fontName, 9)
                text.textOut("".join(glyph.sequence for glyph in glyphs))
            text.moveCursor(0, 18)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read_by_pypdf(pdf: bytes) -> str:
    """All text, line ends left out."""
    return "".join("".join(page.extract_text().split("\n")) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def read_by_pdfium(pdf: bytes) -> str:
    """All text, line ends left out. pdfium gives some 全角 blanks back as plain ones, whatever ToUnicode says: all blanks are plain here."""
    document = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range().splitlines()) for page in document).replace("\u3000", " ")


@cache
def opened(font: PaperFont) -> TTFont:
    """The same file by another reader."""
    return TTFont(io.BytesIO(font.face.path.read_bytes()), lazy=True)


@cache
def forms(font: PaperFont) -> dict[str, int]:
    """Every variation sequence of the file by the other reader: its glyph, or `USUAL`."""
    known = opened(font)
    glyph_ids = known.getReverseGlyphMap()
    table = next(table for table in known["cmap"].tables if table.format == 14)
    return {
        chr(base) + chr(selector): USUAL if name is None else glyph_ids[name] for selector, pairs in table.uvsDict.items() for base, name in pairs
    }
