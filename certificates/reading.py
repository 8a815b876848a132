"""What a finished paper says, from the text drawn on its sheets; and the proof that it says nothing else.

Reading goes through pdfium and positions: every text object is put into the grid's cell it stands in, and whatever stands in no cell makes the paper unreadable. A text that can be
extracted is not yet what a person sees (ink can be white, covered, clipped; a glyph can lie about its letter). So `read` draws the face it found once more and holds the two
files against each other (`proof`): a paper is believed only when it is exactly the paper of its own text. Holds no opinion on what should have been ordered (`checking` does).
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import Any

import pypdfium2.raw as pdfium

from certificates.face import Face, MemberFace
from certificates.fitting import POINT
from certificates.form import grid
from certificates.juminhyo import MEMBER_CELLS
from certificates.kinds import KINDS
from certificates.seal import SealImage, checked_seal

LARGEST_BYTES = 2_000_000
MOST_SHEETS = 25
_MOST_OBJECTS = 1500
_SHORTEST_TEXT, _LONGEST_TEXT = 4, 1024  # bytes of UTF-16 in one text object, its end included

_TEXT, _IMAGE, _FORM = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM
_NUMBER = re.compile(r"(.+) ([1-9]\d?)/([1-9]\d?)", re.DOTALL)
_DATE = re.compile(r"D:(\d{14})([+-])(\d\d)'(\d\d)'", re.ASCII)
_CLOSING = tuple(cell.code for cell in grid.CLOSING_GRID)

_PDFIUM = Lock()
"""pdfium is one library for the whole process and not made for two threads at once."""


class Unreadable(ValueError):
    """The paper cannot be read, or is not exactly the paper of its own text. The message names a place, never a text."""


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One sheet: the texts of its single cells by code, and its members' blocks. `part` and `parts` are n and m of the sheet's n/m."""

    texts: tuple[tuple[str, str], ...]
    number: str
    part: int
    parts: int
    members: tuple[MemberFace, ...]
    places: tuple[str, ...]  # the running number in each member's block

    def text(self, code: str) -> str:
        """The text of a single cell, empty when nothing is drawn there."""
        return dict(self.texts).get(code, "")

    @property
    def closed(self) -> bool:
        """Whether the sheet carries a 認証文, as the last one does."""
        return bool(self.text("statement"))


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it was read, not yet proven: its sheets, its date, its seal image."""

    sheets: tuple[SheetRead, ...]
    made_at: datetime
    seal: SealImage


def read(pdf: bytes) -> tuple[SheetRead, ...]:
    """The sheets of `pdf`. Raises `Unreadable` unless it is, byte for byte (compression aside), the paper that its own drawn text makes."""
    from certificates.proof import prove  # not above: it needs this module's types

    paper = open_paper(pdf)
    prove(pdf, paper)
    return paper.sheets


def face_of(sheets: tuple[SheetRead, ...]) -> Face:
    """The face these sheets show together. Raises `Unreadable` when they are not the sheets of one paper."""
    if not sheets:
        raise Unreadable("no sheets")
    first, last = sheets[0], sheets[-1]
    for at, sheet in enumerate(sheets, 1):
        if (sheet.part, sheet.parts) != (at, len(sheets)):
            raise Unreadable(f"sheet {at}: not in its place")
        if sheet.number != first.number or any(
            sheet.text(cell.code) != first.text(cell.code) for cell in grid.EVERY_SHEET if cell is not grid.NUMBER
        ):
            raise Unreadable(f"sheet {at}: of another paper")
    kind = next((kind.code for kind in KINDS.values() if kind.title == first.text("title")), "")
    return Face(
        kind=kind,
        title=first.text("title"),
        number=first.number,
        binding=first.text("binding"),
        address=first.text("address"),
        head_name=first.text("head_name"),
        members=tuple(member for sheet in sheets for member in sheet.members),
        **{code: last.text(code) for code in _CLOSING},
    )


def open_paper(pdf: bytes) -> Paper:
    """Read without proof; for whoever wants to say what is wrong with a paper before refusing it. Raises `Unreadable`."""
    if not pdf.startswith(b"%PDF-") or len(pdf) > LARGEST_BYTES:
        raise Unreadable("not a paper")
    with _PDFIUM, _document(pdf) as document:
        count = pdfium.FPDF_GetPageCount(document)
        if not 1 <= count <= MOST_SHEETS:
            raise Unreadable("number of sheets")
        seals: list[SealImage] = []
        sheets = tuple(_sheet(document, number, seals) for number in range(1, count + 1))
        if len(seals) != 1:
            raise Unreadable("not one seal")
        return Paper(sheets, _made_at(document), seals[0])


@contextmanager
def _document(pdf: bytes) -> Iterator[Any]:
    document = pdfium.FPDF_LoadMemDocument64(pdf, len(pdf), None)
    if not document:
        raise Unreadable("broken or locked")
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


@contextmanager
def _page(document: Any, number: int) -> Iterator[tuple[Any, Any]]:
    page = pdfium.FPDF_LoadPage(document, number - 1)
    text = pdfium.FPDFText_LoadPage(page) if page else None
    try:
        if not text:
            raise Unreadable(f"sheet {number}: broken")
        yield page, text
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)
        if page:
            pdfium.FPDF_ClosePage(page)


def _made_at(document: Any) -> datetime:
    buffer = ctypes.create_string_buffer(64)
    size = pdfium.FPDF_GetMetaText(document, b"CreationDate", buffer, len(buffer))
    found = _DATE.fullmatch(buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace")) if size <= len(buffer) else None
    if not found:
        raise Unreadable("no date")
    day, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        return datetime.strptime(day, "%Y%m%d%H%M%S").replace(tzinfo=timezone(-offset if sign == "-" else offset))
    except ValueError:
        raise Unreadable("no date") from None


def _sheet(document: Any, number: int, seals: list[SealImage]) -> SheetRead:
    """One sheet's cells; an image on it is added to `seals`."""
    found: dict[tuple[int, str], str] = {}
    with _page(document, number) as (page, text):
        drawn_texts = _texts(page, text, number, seals)
        if any(drawn.endswith(" ") for _, _, drawn in drawn_texts):
            drawn_texts = _without_gaps(drawn_texts, text)
        for place, _, drawn in drawn_texts:
            found[place] = found.get(place, "") + drawn
    return _gathered(found, number)


def _texts(page: Any, text: Any, number: int, seals: list[SealImage]) -> list[tuple[tuple[int, str], Any, str]]:
    """(place, object, text) of every text object in the order they are drawn; the form's own parts are left to the proof.

    A text may end in a blank that is not its own, where pdfium saw a gap before the next text or the next begins with one.
    """
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MOST_OBJECTS:
        raise Unreadable(f"sheet {number}: too much on it")
    buffer, matrix = (ctypes.c_ushort * (_LONGEST_TEXT // 2))(), pdfium.FS_MATRIX()
    texts = []
    for at in range(count):
        drawn = pdfium.FPDFPage_GetObject(page, at)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == _TEXT:
            size = pdfium.FPDFTextObj_GetText(drawn, text, buffer, _LONGEST_TEXT)
            if not _SHORTEST_TEXT <= size <= _LONGEST_TEXT:
                raise Unreadable(f"sheet {number}: a text of nothing, or too long")
            place = _PLACES.find(matrix.e / POINT, grid.PAGE_HEIGHT - matrix.f / POINT) if pdfium.FPDFPageObj_GetMatrix(drawn, matrix) else None
            if place is None:
                raise Unreadable(f"sheet {number}: text outside the form")
            texts.append((place, drawn, ctypes.string_at(buffer, size - 2).decode("utf-16-le", "replace")))
        elif kind == _IMAGE:
            seals.append(_seal(drawn, number))
        elif kind != _FORM:
            raise Unreadable(f"sheet {number}: a drawing that is not the form's")
    return texts


def _without_gaps(texts: list[tuple[tuple[int, str], Any, str]], text: Any) -> list[tuple[tuple[int, str], Any, str]]:
    """The same texts without the blanks that nobody drew."""
    own = Counter(
        _address(pdfium.FPDFText_GetTextObject(text, at))
        for at in range(pdfium.FPDFText_CountChars(text))
        if pdfium.FPDFText_GetUnicode(text, at) == 0x20 and pdfium.FPDFText_IsGenerated(text, at) == 0
    )
    return [(place, drawn, read[:-1] if read.endswith(" ") and read.count(" ") > own[_address(drawn)] else read) for place, drawn, read in texts]


def _address(drawn: Any) -> int:
    return ctypes.cast(drawn, ctypes.c_void_p).value or 0


def _seal(image: Any, number: int) -> SealImage:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    size = pdfium.FPDFImageObj_GetImageDataRaw(image, None, 0)
    if not pdfium.FPDFImageObj_GetImagePixelSize(image, width, height) or width.value != height.value or not 0 < size <= LARGEST_BYTES:
        raise Unreadable(f"sheet {number}: an image that is no seal")
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFImageObj_GetImageDataRaw(image, buffer, size)
    try:
        return checked_seal(width.value, buffer.raw)
    except ValueError:
        raise Unreadable(f"sheet {number}: an image that is no seal") from None


def _gathered(found: dict[tuple[int, str], str], number: int) -> SheetRead:
    """The sheet from its texts by (block, cell code); block -1 is the sheet itself."""
    parted = _NUMBER.fullmatch(found.get((-1, "number"), ""))
    if not parted:
        raise Unreadable(f"sheet {number}: no number")
    blocks = [block for block in range(grid.MEMBERS_PER_SHEET) if (block, "member_number") in found]
    return SheetRead(
        texts=tuple((code, drawn) for (block, code), drawn in found.items() if block < 0 and code != "number"),
        number=parted[1],
        part=int(parted[2]),
        parts=int(parted[3]),
        members=tuple(MemberFace(tuple((code, found.get((block, code), "")) for code in MEMBER_CELLS)) for block in blocks),
        places=tuple(found[block, "member_number"] for block in blocks),
    )


class _Grid:
    """The cells by the millimetre row they cross, so that a place is found without asking all of them."""

    def __init__(self) -> None:
        blocks = range(grid.MEMBERS_PER_SHEET)
        boxes = [((-1, cell.code), cell.box) for cell in (*grid.EVERY_SHEET, *grid.CLOSING_GRID)]
        boxes += [((at, cell.code), cell.box.moved(at * grid.BLOCK.height)) for at in blocks for cell in (*grid.MEMBER_GRID, grid.MEMBER_NUMBER)]
        self._rows: list[list[tuple[tuple[int, str], grid.Box]]] = [[] for _ in range(int(grid.PAGE_HEIGHT) + 1)]
        for place, box in boxes:
            for row in range(int(box.y), int(box.y + box.height) + 1):
                self._rows[row].append((place, box))

    def find(self, x: float, y: float) -> tuple[int, str] | None:
        """The (block, cell code) that holds this point in millimetres from the upper left corner, None outside the form."""
        if not 0 <= y < grid.PAGE_HEIGHT:  # also refuses what is not a number
            return None
        return next((place for place, box in self._rows[int(y)] if box.holds(x, y)), None)


_PLACES = _Grid()
