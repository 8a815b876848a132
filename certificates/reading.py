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

from certificates.face import Face, MemberFace
from certificates.fitting import POINT
from certificates.form import grid
from certificates.juminhyo import MEMBER_CELLS
from certificates.kinds import KINDS
from certificates.plain_file import PlainFile, Unreadable, plain_file
from certificates.seal import SealImage, checked_seal

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
_SEAL = re.compile(rb"\d+ 0 obj\n<< /Type /XObject /Subtype /Image /Width (\d{1,4}) ")
_CLOSING = tuple(cell.code for cell in grid.CLOSING_GRID)


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
    file = plain_file(pdf)
    codes = _codes(file)
    pages = [int(page[1]) for found in file.objects if (page := _PAGE.match(found.head))]
    if not 1 <= len(pages) <= _MOST_SHEETS:
        raise Unreadable("number of sheets")
    sheets = tuple(_sheet(file.numbered(page).content(_LARGEST_CONTENT), number, codes) for number, page in enumerate(pages, 1))
    return Paper(sheets, _made_at(file), _seal(file))


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


def _seal(file: PlainFile) -> SealImage:
    images = [(int(image[1]), one.packed or b"") for one in file.objects if (image := _SEAL.match(one.head))]
    if len(images) != 1:
        raise Unreadable("not one seal")
    try:
        return checked_seal(*images[0])
    except ValueError:
        raise Unreadable("not a seal") from None


def _sheet(content: bytes, number: int, codes: dict[bytes, dict[bytes, str]]) -> SheetRead:
    """One sheet's cells, from its operators."""
    found: dict[tuple[int, str], str] = {}
    for font, x, y, drawn in _TEXT.findall(content):
        try:
            table = codes[font]
            text = "".join([table[drawn[at : at + 4]] for at in range(0, len(drawn), 4)])
            place = _PLACES.find(float(x) / POINT, grid.PAGE_HEIGHT - float(y) / POINT)
        except (KeyError, ValueError):
            raise Unreadable(f"sheet {number}: broken text") from None
        if place is None:
            raise Unreadable(f"sheet {number}: text outside the form")
        found[place] = found.get(place, "") + text
    return _gathered(found, number)


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
