"""A sheet of A4 as a list of drawing operators, in millimetres from its upper left corner, with the fonts that papers are drawn with. Knows no table and no page break."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from reportlab.pdfbase import pdfdoc

from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import Glyph, choose, paper_font
from certificates.fonts.variation import sequences
from certificates.fonts.writing import Written, packed
from fees.planning.council.blocks import Box, Label, Shape, Stroke

SHEET_WIDTH, SHEET_HEIGHT = 210.0, 297.0
POINT = 72 / 25.4
GETA = "〓"
"""Stands where no font has a character: seen at once, and nothing is silently left out."""


def glyphs_of(text: str) -> tuple[Glyph, ...]:
    """The drawable forms of a text."""
    found = []
    for sequence in sequences(text):
        glyph = choose(sequence) or choose(GETA)
        assert glyph is not None
        found.append(glyph)
    return tuple(found)


def width_of(text: str, size: float) -> float:
    """How wide a text is, in millimetres, at a size in millimetres."""
    return sum(glyph.advance for glyph in glyphs_of(text)) * size / 1000


class Pen:
    """Draws on one sheet of a document."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._operators: list[str] = []

    def text(self, x: float, y: float, text: str, size: float, *, anchor: str = "start", bold: bool = False, grey: int = 0) -> None:
        """A text on its baseline; the fonts have no bold, so that bold is a thin outline."""
        glyphs = glyphs_of(text)
        if not glyphs:
            return
        width = sum(glyph.advance for glyph in glyphs) * size / 1000
        left = x - (width if anchor == "end" else width / 2 if anchor == "middle" else 0)
        shade = f"{grey / 255:.3f}"
        mode = f"2 Tr {size * POINT * 0.02:.2f} w {shade} G" if bold else "0 Tr"
        self._operators.append(f"BT {shade} g {mode} {' '.join(self._runs(glyphs, left, y, size))} ET")

    def _runs(self, glyphs: tuple[Glyph, ...], x: float, y: float, size: float) -> Iterator[str]:
        for number, stretch in groupby(glyphs, key=lambda glyph: glyph.font):
            font, members = paper_font(number), tuple(stretch)
            assert isinstance(font, PaperFont)
            drawn = font.drawn(self._document)
            codes = "".join(drawn.code(glyph.sequence, glyph.glyph) for glyph in members)
            yield f"/{drawn.name} {size * POINT:.2f} Tf 1 0 0 1 {x * POINT:.2f} {(SHEET_HEIGHT - y) * POINT:.2f} Tm <{codes}> Tj"
            x += sum(glyph.advance for glyph in members) * size / 1000

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.2, grey: int = 0, *, dashed: bool = False) -> None:
        """A straight line; `width` in millimetres."""
        dash = "[3.4 2.6] 0 d" if dashed else "[] 0 d"
        ends = f"{x1 * POINT:.2f} {(SHEET_HEIGHT - y1) * POINT:.2f} m {x2 * POINT:.2f} {(SHEET_HEIGHT - y2) * POINT:.2f} l"
        self._operators.append(f"{grey / 255:.3f} G {width * POINT:.2f} w {dash} {ends} S")

    def box(self, x: float, y: float, width: float, height: float, grey: int, *, outlined: bool = True) -> None:
        """A filled rectangle from its upper left corner."""
        place = f"{x * POINT:.2f} {(SHEET_HEIGHT - y - height) * POINT:.2f} {width * POINT:.2f} {height * POINT:.2f} re"
        ink = f"0.13 G {0.25 * POINT:.2f} w [] 0 d" if outlined else ""
        self._operators.append(f"{min(grey, 255) / 255:.3f} g {ink} {place} {'B' if outlined else 'f'}")

    def shape(self, shape: Shape, x: float, y: float) -> None:
        """A shape of a chart whose upper left corner is at (x, y)."""
        match shape:
            case Box():
                self.box(x + shape.x, y + shape.y, shape.width, shape.height, shape.grey, outlined=shape.outlined)
            case Stroke():
                self.line(x + shape.x1, y + shape.y1, x + shape.x2, y + shape.y2, shape.width, shape.grey, dashed=shape.dashed)
            case Label():
                self.text(x + shape.x, y + shape.y, shape.text, shape.size, anchor=shape.anchor)

    def put(self) -> None:
        """Make the sheet a page of the document."""
        content = "\n".join(self._operators)
        document = self._document
        size = b" /MediaBox [0 0 %.2f %.2f]" % (SHEET_WIDTH * POINT, SHEET_HEIGHT * POINT)
        document.addPage(
            Written((
                b"<< /Type /Page /Parent ", document.Reference(document.Pages), size, b" /Resources << /Font ", pdfdoc.PDFObjectReference("BasicFonts"),
                b" >> /Contents ", document.Reference(packed((b"<<",), content.encode("ascii"))), b" >>",
            ))
        )  # fmt: skip
        document.updateSignature(content)
