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

from certificates.face import SPECIMEN, Face, Texts
from certificates.fitting import POINT, DoesNotFit, Line, NoGlyph, fit
from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import Glyph, paper_font
from certificates.fonts.writing import Written, packed
from certificates.form import grid, ground
from certificates.form.catalogue import FORMS
from certificates.form.frame import CONTINUED, add_frame, frame, rest, sheet_name, strip_name
from certificates.form.grid import Box, Cell, Form, Placed, Sheet, stacked
from certificates.issuer_form import IssuerForm
from certificates.seal import seal_image
from certificates.signature.placeholder import add_placeholder, pdf_date, prepared
from certificates.stencil import Stencil

__all__ = ["DoesNotFit", "Drawn", "NoGlyph", "draw", "sheets_of", "texts_of", "warm"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished paper and how many sheets it has."""

    pdf: bytes
    sheets: int


def warm() -> None:
    """Load the fonts and make the forms ready (about 0.1 s), so that the first paper is as fast as the next."""
    for code in FORMS:
        frame(code)
    paper_font(1)


def sheets_of(face: Face) -> int:
    """How many sheets this face takes; ValueError for a face that its form cannot hold."""
    return len(stacked(_form(face), face.pieces))


def draw(face: Face, form: IssuerForm, now: datetime) -> Drawn:
    """The paper of `face`, prepared for the municipality's signature (`certificates.signature.signing.sign`). `now` (aware) is when it is made and signed.

    Raises `DoesNotFit` or `NoGlyph` (the paper is to be declined), ValueError for a face without pieces, with more or fewer than the form's cells, or without a binding.
    """
    drawn = draw_sealed(face, seal_image(form.seal_png), now)
    return Drawn(prepared(drawn.pdf), drawn.sheets)


def draw_sealed(face: Face, seal: Stencil, now: datetime) -> Drawn:
    """As `draw`, with a seal image that is already taken apart and the place for the signature still blank; for the reader, who draws a paper again to prove it."""
    if not face.binding or now.tzinfo is None:
        raise ValueError("a paper needs a binding and an aware time")
    form = _form(face)
    sheets = stacked(form, face.pieces)
    if sum(placed.strip.picture is not None for sheet in sheets for placed in sheet.placed) != (face.imprint is not None):
        raise ValueError("an imprint stands in the one place that the form has for it")
    document = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 7))
    document.info = _Information(face.title, now)
    laid = {ground.NAME: ground.add_ground(document)}
    contents = [_content(face, form, sheets, number, document) for number in range(1, len(sheets) + 1)]
    pieces = add_frame(
        document, form.code, tuple(name for name, _ in frame(form.code).pieces if any(f"/{name} Do" in content for content in contents))
    )
    stencils = {"Seal": document.Reference(seal.written(), "seal")}
    if face.imprint is not None:
        stencils["Imprint"] = document.Reference(face.imprint.written(), "imprint")
    for number, content in enumerate(contents, 1):
        named = laid | pieces | {name: one for name, one in stencils.items() if f"/{name} Do" in content}
        notes: tuple[Any, ...] = ()
        if number == len(contents):
            notes = (b" /Annots [", add_placeholder(document, document.thisPageRef(), face.text("certifier_title"), face.title, now), b"]")
        document.addPage(_page(content, named, notes, document))
        document.updateSignature(content)
    return Drawn(document.GetPDFData(None), len(sheets))


def texts_of(face: Face, form: Form, sheets: tuple[Sheet, ...], number: int) -> Iterator[tuple[Cell, float, str]]:
    """Every text of sheet `number` (from 1): its cell, how many millimetres lower than the cell says it stands, the text."""
    marks = {"specimen": SPECIMEN, "number": f"{face.number} {number}/{len(sheets)}", "title": face.title, "binding": face.binding}
    yield from ((cell, 0.0, marks[cell.code]) for cell in grid.MARKS)
    yield from _filled(form.head, face.head, 0.0)
    for placed in sheets[number - 1].placed:
        yield from _filled(placed.strip.cells, placed.piece.cells, placed.top)
    if number == len(sheets):
        yield from _filled(grid.CLOSING, face.closing, 0.0)


def _filled(cells: tuple[Cell, ...], texts: Texts, down: float) -> Iterator[tuple[Cell, float, str]]:
    if tuple(code for code, _ in texts) != tuple([cell.code for cell in cells]):
        raise ValueError("a face has exactly the form's cells, in their order")
    return ((cell, down, text) for cell, (_, text) in zip(cells, texts, strict=True))


def _form(face: Face) -> Form:
    form = FORMS.get(face.form)
    if form is None:
        raise ValueError("there is no such form")
    return form


def _content(face: Face, form: Form, sheets: tuple[Sheet, ...], number: int, document: Any) -> str:
    """The page's content stream: the form's parts, the pictures, then every text in its place."""
    sheet = sheets[number - 1]
    parts = [
        ground.content(),
        f"/{sheet_name(form)} Do",
        *(f"q 1 0 0 1 0 {-placed.top * POINT:.2f} cm /{strip_name(placed.strip)} Do Q" for placed in sheet.placed),
    ]
    parts.append(rest(sheet.end, number == len(sheets)))
    parts.extend(_imprints(face, sheet.placed))
    parts.append(_picture("Seal", grid.SEAL) if number == len(sheets) else f"/{CONTINUED} Do")
    parts.append("BT")
    for cell, down, text in texts_of(face, form, sheets, number):
        for line in fit(text, cell):
            parts.extend(_runs(line, down * POINT, document))
    return "\n".join([*filter(None, parts), "ET"])


def _imprints(face: Face, placed: tuple[Placed, ...]) -> Iterator[str]:
    """The 印影 at true scale in the middle of its place."""
    for one in placed:
        if one.strip.picture is not None and face.imprint is not None:
            (width, height), room = face.imprint.size_mm, one.strip.picture
            if width > room.width or height > room.height:
                raise ValueError("the imprint is larger than its place")
            yield _picture("Imprint", Box(room.x + (room.width - width) / 2, one.top + room.y + (room.height - height) / 2, width, height))


def _picture(name: str, box: Box) -> str:
    x, y = box.x * POINT, (grid.PAGE_HEIGHT - box.y - box.height) * POINT
    return f"q {box.width * POINT:.2f} 0 0 {box.height * POINT:.2f} {x:.2f} {y:.2f} cm /{name} Do Q"


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


def _page(content: str, named: dict[str, Any], notes: tuple[Any, ...], document: Any) -> Written:
    named_parts = [part for name, reference in named.items() for part in (b" /%b " % name.encode(), reference)]
    return Written((
        b"<< /Type /Page /Parent ", document.Reference(document.Pages), b" /MediaBox [0 0 %.2f %.2f]" % (grid.PAGE_WIDTH * POINT, grid.PAGE_HEIGHT * POINT),
        b" /Resources << /Font ", pdfdoc.PDFObjectReference("BasicFonts"), b" /XObject <<", *named_parts, b" >> >>", *notes, b" /Contents ",
        document.Reference(packed((b"<<",), content.encode("ascii"))), b" >>",
    ))  # fmt: skip


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The document's information: the real time (ReportLab's own would be the year 2000), and 見本 as its subject."""

    def __init__(self, title: str, now: datetime) -> None:
        super().__init__()
        self.title, self.subject, self.now = title, SPECIMEN, now

    def format(self, document: Any) -> bytes:
        written: bytes = Written((
            b"<< /Title <%b> /Subject <%b> /Producer (certificates) /CreationDate (%b) >>" % (_utf16(self.title), _utf16(self.subject), pdf_date(self.now)),
        )).format(document)  # fmt: skip
        return written


def _utf16(text: str) -> bytes:
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode()
