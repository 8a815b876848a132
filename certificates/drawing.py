"""A face on paper: the sheets of a certificate as one PDF, the same bytes for the same face, form and time.

Puts each text into its cell on the ready form and leaves all else to `form`, `fitting` and `fonts`. Never shortens or replaces a text: what does not fit or has no glyph is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from reportlab.pdfbase import pdfdoc

from certificates.face import SPECIMEN, Face, MemberFace
from certificates.fitting import POINT, DoesNotFit, Line, NoGlyph, fit
from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import Glyph, paper_font
from certificates.fonts.writing import Written, packed
from certificates.form import grid
from certificates.form.frame import add_frame, frame
from certificates.form.grid import Cell
from certificates.issuer_form import IssuerForm
from certificates.seal import SealImage, seal_image

__all__ = ["DoesNotFit", "Drawn", "NoGlyph", "draw", "sheets_of", "warm"]


_MEMBER_CODES = frozenset(cell.code for cell in grid.MEMBER_GRID)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished paper and how many sheets it has."""

    pdf: bytes
    sheets: int


def warm() -> None:
    """Load the fonts and make the form ready (about 0.1 s), so that the first paper is as fast as the next."""
    frame()
    paper_font(1)


def sheets_of(members: int) -> int:
    """How many sheets so many people take."""
    return -(-members // grid.MEMBERS_PER_SHEET)


def draw(face: Face, form: IssuerForm, now: datetime) -> Drawn:
    """The paper of `face`. `now` (aware) is the PDF's creation date.

    Raises `DoesNotFit` or `NoGlyph` (the paper is to be declined), ValueError for a face without members, with more or fewer than the form's cells, or without a binding.
    """
    return draw_sealed(face, seal_image(form.seal_png), now)


def draw_sealed(face: Face, seal: SealImage, now: datetime) -> Drawn:
    """As `draw`, with a seal image that is already taken apart; for the reader, who draws a paper again to prove it."""
    if not face.members or not face.binding or now.tzinfo is None:
        raise ValueError("a paper needs members, a binding and an aware time")
    sheets = sheets_of(len(face.members))
    document = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 4))
    document.info = _Information(face.title, now)
    contents = [_content(face, sheet, sheets, document) for sheet in range(1, sheets + 1)]
    pieces = add_frame(document, tuple(name for name, _ in frame().pieces if any(f"/{name} Do" in content for content in contents)))
    images = {"Seal": document.Reference(seal.written(), "seal")}
    for sheet, content in enumerate(contents, 1):
        document.addPage(_page(content, pieces | (images if sheet == sheets else {}), document))
        document.updateSignature(content)
    return Drawn(document.GetPDFData(None), sheets)


def texts_of(face: Face, sheet: int, sheets: int) -> Iterator[tuple[Cell, float, str]]:
    """Every text of one sheet: its cell, how many millimetres lower than the grid says it stands, the text."""
    once = {
        "specimen": SPECIMEN, "number": f"{face.number} {sheet}/{sheets}", "title": face.title,
        "address": face.address, "head_name": face.head_name, "binding": face.binding,
    }  # fmt: skip
    yield from ((cell, 0.0, once[cell.code]) for cell in grid.EVERY_SHEET)
    for block, member in enumerate(_members_on(face, sheet)):
        cells = dict(member.cells)
        if cells.keys() != _MEMBER_CODES:
            raise ValueError("a member's block has exactly the form's cells")
        cells["member_number"] = str((sheet - 1) * grid.MEMBERS_PER_SHEET + block + 1)
        yield from ((cell, block * grid.BLOCK.height, cells[cell.code]) for cell in (grid.MEMBER_NUMBER, *grid.MEMBER_GRID))
    if sheet == sheets:
        yield from ((cell, 0.0, getattr(face, cell.code)) for cell in grid.CLOSING_GRID)


def _members_on(face: Face, sheet: int) -> tuple[MemberFace, ...]:
    first = (sheet - 1) * grid.MEMBERS_PER_SHEET
    return face.members[first : first + grid.MEMBERS_PER_SHEET]


def _content(face: Face, sheet: int, sheets: int, document: Any) -> str:
    """The page's content stream: the form's parts, the seal, then every text in its place."""
    here = len(_members_on(face, sheet))
    parts = ["/Sheet Do", *(f"q 1 0 0 1 0 {-block * grid.BLOCK.height * POINT:.2f} cm /Block Do Q" for block in range(here))]
    if here < grid.MEMBERS_PER_SHEET:
        parts.append(f"/Rest{grid.MEMBERS_PER_SHEET - here} Do")
    if sheet == sheets:
        box = grid.SEAL
        x, y = box.x * POINT, (grid.PAGE_HEIGHT - box.y - box.height) * POINT
        parts.append(f"q {box.width * POINT:.2f} 0 0 {box.height * POINT:.2f} {x:.2f} {y:.2f} cm /Seal Do Q")
    else:
        parts.append("/Continued Do")
    parts.append("BT")
    for cell, down, text in texts_of(face, sheet, sheets):
        for line in fit(text, cell):
            parts.extend(_runs(line, down * POINT, document))
    return "\n".join([*parts, "ET"])


def _runs(line: Line, lower: float, document: Any) -> Iterator[str]:
    """One operator per stretch of the line that one font draws."""
    x = line.x
    for number, glyphs in _stretches(line.glyphs):
        font = paper_font(number)
        assert isinstance(font, PaperFont)
        drawn = font.drawn(document)
        codes = "".join([drawn.code(glyph.sequence, glyph.glyph) for glyph in glyphs])
        yield f"/{drawn.name} {line.size:g} Tf 1 0 0 1 {x:.2f} {line.y - lower:.2f} Tm <{codes}> Tj"
        x += sum([glyph.advance for glyph in glyphs]) * line.size / 1000


def _stretches(glyphs: tuple[Glyph, ...]) -> list[tuple[int, tuple[Glyph, ...]]]:
    number = glyphs[0].font
    if all([glyph.font == number for glyph in glyphs]):  # noqa: C419 (a list is faster, and this is the common case)
        return [(number, glyphs)]
    return [(font, tuple(stretch)) for font, stretch in groupby(glyphs, key=attrgetter("font"))]


def _page(content: str, named: dict[str, Any], document: Any) -> Written:
    named_parts = [part for name, reference in named.items() for part in (b" /%b " % name.encode(), reference)]
    return Written((
        b"<< /Type /Page /Parent ", document.Reference(document.Pages), b" /MediaBox [0 0 %.2f %.2f]" % (grid.PAGE_WIDTH * POINT, grid.PAGE_HEIGHT * POINT),
        b" /Resources << /Font ", pdfdoc.PDFObjectReference("BasicFonts"), b" /XObject <<", *named_parts, b" >> >> /Contents ",
        document.Reference(packed((b"<<",), content.encode("ascii"))), b" >>",
    ))  # fmt: skip


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The document's information: the real time (ReportLab's own would be the year 2000), and 見本 as its subject."""

    def __init__(self, title: str, now: datetime) -> None:
        super().__init__()
        self.title, self.subject, self.now = title, SPECIMEN, now

    def format(self, document: Any) -> bytes:
        offset = self.now.strftime("%z")
        date = f"D:{self.now:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'".encode()
        written: bytes = Written((
            b"<< /Title <%b> /Subject <%b> /Producer (certificates) /CreationDate (%b) >>" % (_utf16(self.title), _utf16(self.subject), date),
        )).format(document)  # fmt: skip
        return written


def _utf16(text: str) -> bytes:
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode()
