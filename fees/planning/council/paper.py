"""The council's document on A4: the same blocks as the page, broken into sheets. The same document gives the same bytes; no clock is looked at, and the file bears no date of making."""

from typing import Any

from reportlab.pdfbase import pdfdoc

from fees.planning.council.blocks import Block, Chart, Document, Heading, Paragraph, Table
from fees.planning.council.pen import SHEET_HEIGHT, SHEET_WIDTH, Pen, width_of
from fees.planning.council.table_on_paper import laid_out
from fees.planning.council.wrapping import wrapped

LEFT, WIDTH = 18.0, 174.0
TOP, BOTTOM = 24.0, 278.0
LEADING = 1.55
SPECIMEN = "見本"
_PARAGRAPHS = {"body": (3.4, 0), "key": (3.7, 0), "note": (2.75, 80), "warning": (3.1, 0)}
"""Size in millimetres and grey of each style."""


def draw(document: Document) -> bytes:
    """The document as a PDF."""
    flow = _Flow(document)
    flow.title()
    for block in document.blocks:
        flow.block(block)
    return flow.finished()


class _Flow:
    """Where the next block goes."""

    def __init__(self, document: Document) -> None:
        self._told = document
        self._document: Any = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 7))
        self._document.info = _Information(document.title)
        self._pens = [Pen(self._document)]
        self._y = TOP

    @property
    def _pen(self) -> Pen:
        return self._pens[-1]

    def title(self) -> None:
        """The title and the line below it, once."""
        for line in self._lines(self._told.title, WIDTH, 6.2):
            self._y += 6.2
            self._pen.text(LEFT, self._y, line, 6.2, bold=True)
            self._y += 3.0
        self._y += 3.0
        self._pen.text(LEFT, self._y, self._told.subtitle, 3.0, grey=70)
        self._y += 4.5

    def block(self, block: Block) -> None:
        """Put one block, on a new sheet where it must or where it does not fit."""
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._paragraph(block)
            case Table():
                self._table(block)
            case Chart():
                self._chart(block)

    def finished(self) -> bytes:
        """The file, with head and foot on every sheet."""
        for number, pen in enumerate(self._pens, 1):
            pen.text(SHEET_WIDTH / 2, 14, self._told.mark, 4.2, anchor="middle", bold=True)
            pen.line(LEFT, 17, LEFT + WIDTH, 17, 0.4)
            pen.text(LEFT, SHEET_HEIGHT - 10, self._told.title[:48], 2.6, grey=70)
            pen.text(LEFT + WIDTH, SHEET_HEIGHT - 10, f"{number} / {len(self._pens)}", 2.6, anchor="end", grey=70)
            pen.put()
        pdf: bytes = self._document.GetPDFData(None)
        return pdf

    def _room(self, height: float) -> None:
        if self._y + height > BOTTOM:
            self._pens.append(Pen(self._document))
            self._y = TOP

    def _lines(self, text: str, room: float, size: float) -> list[str]:
        return wrapped(text, room, lambda part: width_of(part, size))

    def _heading(self, heading: Heading) -> None:
        if heading.new_page and self._y > TOP:
            self._y = BOTTOM
        size = 4.9 if heading.level == 1 else 3.9
        lines = self._lines(heading.text, WIDTH, size)
        self._room(60 if heading.level == 1 else 40)
        self._y += 2.5 if self._y > TOP else 0
        for line in lines:
            self._y += size
            self._pen.text(LEFT, self._y, line, size, bold=True)
            self._y += size * 0.45
        if heading.level == 1:
            self._pen.line(LEFT, self._y, LEFT + WIDTH, self._y, 0.5)
        self._y += 2.2

    def _paragraph(self, paragraph: Paragraph) -> None:
        size, grey = _PARAGRAPHS[paragraph.style]
        indent = {"key": 4.0, "warning": 3.0}.get(paragraph.style, 0.0)
        lines = self._lines(paragraph.text, WIDTH - 2 * indent, size)
        height = len(lines) * size * LEADING
        self._room(height + 4)
        if paragraph.style == "key":
            self._pen.box(LEFT, self._y + 0.6, 1.4, height, 90, outlined=False)
        if paragraph.style == "warning":
            self._pen.box(LEFT, self._y, WIDTH, height + 3.4, 255)
            self._y += 1.4
        for line in lines:
            self._y += size * LEADING
            self._pen.text(LEFT + indent, self._y - size * 0.32, line, size, bold=paragraph.style == "key", grey=grey)
        self._y += 3.8 if paragraph.style == "warning" else 1.9

    def _table(self, table: Table) -> None:
        laid = laid_out(table, WIDTH)
        self._room(8 + laid.head_height + sum(height for _, height in laid.rows[:2]))
        self._y += 4.2
        self._pen.text(LEFT, self._y, table.caption, 3.1, bold=True)
        self._y += 1.4
        laid.draw_head(self._pen, LEFT, self._y)
        self._y += laid.head_height
        for number, (_, height) in enumerate(laid.rows):
            if self._y + height > BOTTOM:
                self._pen.line(LEFT, self._y, LEFT + WIDTH, self._y, 0.2, 120)
                self._room(height + BOTTOM)
                laid.draw_head(self._pen, LEFT, self._y)
                self._y += laid.head_height
            laid.draw_row(self._pen, LEFT, self._y, number)
            self._y += height
        self._pen.line(LEFT, self._y, LEFT + WIDTH, self._y, 0.4)
        self._y += 1.2
        if table.note:
            self._paragraph(Paragraph(table.note, "note"))
        self._y += 2.2

    def _chart(self, chart: Chart) -> None:
        self._room(chart.height + 8)
        self._y += 4.2
        self._pen.text(LEFT, self._y, chart.caption, 3.1, bold=True)
        self._y += 2.0
        for shape in chart.shapes:
            self._pen.shape(shape, LEFT, self._y)
        self._y += chart.height + 2.0


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The file's own information: its title, and 見本 as its subject; no date, since nothing tells one."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def format(self, document: Any) -> bytes:
        """As ReportLab asks for it."""
        return b"<< /Title <%b> /Subject <%b> /Producer (fees.planning) >>\n" % (_utf16(self.title), _utf16(SPECIMEN))


def _utf16(text: str) -> bytes:
    return b"FEFF" + text.encode("utf-16-be").hex().upper().encode()
