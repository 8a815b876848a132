"""What a finished paper says, from the text drawn on its sheets; and the proof that it says nothing else.

Every text operator of a sheet is put into the grid's cell in which it begins, and what stands in no cell makes the paper unreadable. A text that can be extracted is not yet what a
person sees (ink can be white, covered, clipped; a glyph can lie about its letter). So `read` draws the face it found once more and holds the two files against each other (`proof`):
a paper is believed only when it is exactly the paper of its own text. That makes the finding here simple: it may be wrong about a strange file, it can never be believed wrongly.
Holds no opinion on what should have been ordered (`checking` does).

No PDF library reads here. It would see a file before anything is proven about it, and what it extracts is a guess (pdfium drops blanks, turns a hyphen at a line's end into a
control character, adds blanks between columns), so that good papers would be stopped. Tests hold the reading against two such libraries.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from certificates.face import Face, Piece
from certificates.fitting import POINT
from certificates.form import grid, ground
from certificates.form.catalogue import FORMS
from certificates.form.grid import Cell, Form, Strip
from certificates.plain_file import PlainFile, PlainObject, Unreadable, plain_file
from certificates.stencil import Stencil, checked_stencil

__all__ = ["Paper", "SheetRead", "Unreadable", "face_of", "open_paper", "read"]

_LARGEST_CONTENT = 400_000
"""Bytes of one sheet's operators, or of one font's table of codes; ten times what the fullest paper has."""

_MOST_SHEETS = 25
_NUMBER = re.compile(r"(.+) ([1-9]\d?)/([1-9]\d?)", re.DOTALL)
_DATE = re.compile(rb" /CreationDate \(D:(\d{14})([+-])(\d\d)'(\d\d)'\) >>")
_PAGE = re.compile(rb"\d+ 0 obj\n<< /Type /Page .* /Contents (\d{1,6}) 0 R >>\n", re.DOTALL)
_FONTS = re.compile(rb"/(F\d) (\d{1,6}) 0 R")
_UNICODE = re.compile(rb" /ToUnicode (\d{1,6}) 0 R >>")
_CODE = re.compile(rb"^<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>$", re.MULTILINE)
_TEXT = re.compile(rb"^/(F\d) [\d.]+ Tf 1 0 0 1 (-?[\d.]{1,9}) (-?[\d.]{1,9}) Tm <((?:[0-9A-F]{4})+)> Tj$", re.MULTILINE)
_STENCIL = re.compile(rb"\d+ 0 obj\n<< /Type /XObject /Subtype /Image /Width (\d{1,4}) /Height (\d{1,4}) ")
_PICTURES = re.compile(rb" /(Seal|Imprint) (\d{1,6}) 0 R")
_FORM = re.compile(ground.content().encode() + rb"\n/Form\.([a-z_]{1,30}) Do\n")
_STRIP = re.compile(rb"^q 1 0 0 1 0 (-?[\d.]{1,9}) cm /Strip\.([a-z_0-9]{1,30}) Do Q$", re.MULTILINE)
_CLOSING = tuple(cell.code for cell in grid.CLOSING)


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One sheet: its form, the texts of its marks, head and closing by code, and its pieces. `part` and `parts` are n and m of the sheet's n/m."""

    form: str
    texts: tuple[tuple[str, str], ...]
    number: str
    part: int
    parts: int
    pieces: tuple[Piece, ...]

    def text(self, code: str) -> str:
        """The text of a cell outside the pieces, empty when nothing is drawn there."""
        return dict(self.texts).get(code, "")

    @property
    def closed(self) -> bool:
        """Whether the sheet carries a 認証文, as the last one does."""
        return bool(self.text("statement"))


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it was read, not yet proven: its sheets, its date, its seal and its 印影."""

    sheets: tuple[SheetRead, ...]
    made_at: datetime
    seal: Stencil
    imprint: Stencil | None


def read(pdf: bytes) -> Paper:
    """The paper that `pdf` is. Raises `Unreadable` unless it is, byte for byte (compression aside), the paper that its own drawn text makes."""
    from certificates.proof import prove  # not above: it needs this module's types

    paper = open_paper(pdf)
    prove(pdf, paper)
    return paper


def face_of(paper: Paper) -> Face:
    """The face these sheets show together. Raises `Unreadable` when they are not the sheets of one paper."""
    sheets = paper.sheets
    first, last = sheets[0], sheets[-1]
    head = tuple(cell.code for cell in FORMS[first.form].head)
    for at, sheet in enumerate(sheets, 1):
        if (sheet.part, sheet.parts) != (at, len(sheets)):
            raise Unreadable(f"sheet {at}: not in its place")
        same = (sheet.form, sheet.number) == (first.form, first.number)
        if not same or any(sheet.text(code) != first.text(code) for code in ("title", "binding", "specimen", *head)):
            raise Unreadable(f"sheet {at}: of another paper")
    return Face(
        form=first.form,
        title=first.text("title"),
        number=first.number,
        binding=first.text("binding"),
        head=tuple((code, first.text(code)) for code in head),
        pieces=tuple(piece for sheet in sheets for piece in sheet.pieces),
        closing=tuple((code, last.text(code)) for code in _CLOSING),
        imprint=paper.imprint,
    )


def open_paper(pdf: bytes) -> Paper:
    """Read without proof; for whoever wants to say what is wrong with a paper before refusing it. Raises `Unreadable`."""
    file = plain_file(pdf)
    codes = _codes(file)
    pages = [(found, int(page[1])) for found in file.objects if (page := _PAGE.match(found.head))]
    if not 1 <= len(pages) <= _MOST_SHEETS:
        raise Unreadable("number of sheets")
    sheets = tuple(_sheet(file.numbered(content).content(_LARGEST_CONTENT), number, codes) for number, (_, content) in enumerate(pages, 1))
    pictures = {name: int(number) for page, _ in pages for name, number in _PICTURES.findall(page.head)}
    if b"Seal" not in pictures:
        raise Unreadable("not one seal")
    return Paper(
        sheets,
        _made_at(file),
        _stencil(file.numbered(pictures[b"Seal"])),
        _stencil(file.numbered(pictures[b"Imprint"])) if b"Imprint" in pictures else None,
    )


def _codes(file: PlainFile) -> dict[bytes, dict[bytes, str]]:
    """Font name -> code (four hex digits) -> text, for the fonts that draw texts."""
    fonts = {name: file.numbered(int(number)).head for name, number in _FONTS.findall(file.numbered(1).head)}
    return {name: _table(file, unicode[1]) for name, head in fonts.items() if (unicode := _UNICODE.search(head))}


def _table(file: PlainFile, number: bytes) -> dict[bytes, str]:
    pairs = _CODE.findall(file.numbered(int(number)).content(_LARGEST_CONTENT))
    return {code: bytes.fromhex(text.decode()).decode("utf-16-be", "replace") for code, text in pairs}


def _made_at(file: PlainFile) -> datetime:
    found = next((date for one in file.objects if (date := _DATE.search(one.head))), None)
    if not found:
        raise Unreadable("no date")
    day, sign, hours, minutes = (part.decode() for part in found.groups())
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        return datetime.strptime(day, "%Y%m%d%H%M%S").replace(tzinfo=timezone(-offset if sign == "-" else offset))
    except ValueError:
        raise Unreadable("no date") from None


def _stencil(picture: PlainObject) -> Stencil:
    size = _STENCIL.match(picture.head)
    if not size:
        raise Unreadable("not a picture")
    try:
        return checked_stencil(int(size[1]), int(size[2]), picture.packed or b"")
    except ValueError:
        raise Unreadable("not a picture") from None


def _sheet(content: bytes, number: int, codes: dict[bytes, dict[bytes, str]]) -> SheetRead:
    """One sheet's cells, from its operators."""
    named = _FORM.match(content)
    form = FORMS.get(named[1].decode()) if named else None
    if form is None:
        raise Unreadable(f"sheet {number}: not a form")
    places = _places(form, content, number)
    found: dict[tuple[int, str], str] = {}
    for font, x, y, drawn in _TEXT.findall(content):
        try:
            table = codes[font]
            text = "".join([table[drawn[at : at + 4]] for at in range(0, len(drawn), 4)])
            place = places.find(float(x) / POINT, grid.PAGE_HEIGHT - float(y) / POINT)
        except (KeyError, ValueError):
            raise Unreadable(f"sheet {number}: broken text") from None
        if place is None:
            raise Unreadable(f"sheet {number}: text outside the form")
        found[place] = found.get(place, "") + text
    return _gathered(found, form, places.strips, number)


def _gathered(found: dict[tuple[int, str], str], form: Form, strips: tuple[Strip, ...], number: int) -> SheetRead:
    """The sheet from its texts by (piece, cell code); piece -1 is the sheet itself."""
    parted = _NUMBER.fullmatch(found.get((-1, "number"), ""))
    if not parted:
        raise Unreadable(f"sheet {number}: no number")
    return SheetRead(
        form=form.code,
        texts=tuple((code, drawn) for (piece, code), drawn in found.items() if piece < 0 and code != "number"),
        number=parted[1],
        part=int(parted[2]),
        parts=int(parted[3]),
        pieces=tuple(
            Piece(strip.code, tuple((cell.code, found.get((place, cell.code), "")) for cell in strip.cells)) for place, strip in enumerate(strips)
        ),
    )


def _places(form: Form, content: bytes, number: int) -> "_Places":
    """Where this sheet's cells are, by the strips it names."""
    stacked: list[tuple[float, Strip]] = []
    try:
        for down, code in _STRIP.findall(content):
            stacked.append((-float(down) / POINT, form.strip(code.decode())))
    except (KeyError, ValueError):
        raise Unreadable(f"sheet {number}: not a strip of the form") from None
    return _Places(form, tuple(stacked))


class _Places:
    """Finds the cell that holds a point: first the strip by its height, then the cell by the millimetre row it crosses."""

    def __init__(self, form: Form, stacked: tuple[tuple[float, Strip], ...]) -> None:
        self.strips = tuple(strip for _, strip in stacked)
        self._stacked = [(top, top + strip.height, _strip_rows(form.code, strip.code)) for top, strip in stacked]
        self._sheet = _sheet_rows(form.code)

    def find(self, x: float, y: float) -> tuple[int, str] | None:
        """The (piece, cell code) at this point in millimetres from the upper left corner, None outside the form."""
        if not 0 <= y < grid.PAGE_HEIGHT:  # also refuses what is not a number
            return None
        for place, (top, end, rows) in enumerate(self._stacked):
            if top <= y < end:
                code = _at(rows, x, y - top)
                return None if code is None else (place, code)
        code = _at(self._sheet, x, y)
        return None if code is None else (-1, code)


@cache
def _sheet_rows(form: str) -> tuple[tuple[Cell, ...], ...]:
    return _rows((*grid.MARKS, *FORMS[form].head, *grid.CLOSING))


@cache
def _strip_rows(form: str, strip: str) -> tuple[tuple[Cell, ...], ...]:
    return _rows(FORMS[form].strip(strip).cells)


def _rows(cells: tuple[Cell, ...]) -> tuple[tuple[Cell, ...], ...]:
    """The cells by each whole millimetre they cross."""
    last = int(max((cell.box.y + cell.box.height for cell in cells), default=0.0))
    return tuple(tuple(cell for cell in cells if int(cell.box.y) <= row <= int(cell.box.y + cell.box.height)) for row in range(last + 1))


def _at(rows: tuple[tuple[Cell, ...], ...], x: float, y: float) -> str | None:
    row = int(y)
    return next((cell.code for cell in rows[row] if cell.box.holds(x, y)), None) if 0 <= row < len(rows) else None
