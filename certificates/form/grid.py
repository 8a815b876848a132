"""What a form is: a head, strips that are stacked down the body of the sheet, a closing, and the marks that every paper carries. All boxes in millimetres on A4 portrait.

Decides geometry and which texts a form has; the forms themselves are this folder's other files. Knows nothing of fonts, PDF, registers or people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from certificates.face import Piece

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, TOP, COLUMN, ROW = 15.0, 15.5, 4.5, 5.1
"""The grid's corner and the size of one of its 40 x 53 units (domain facts 4.1)."""

WIDTH = 40 * COLUMN
BODY_END = round(TOP + 48 * ROW, 3)
"""Where the body ends and the closing begins, on every sheet."""

SEAL_SIDE = 24.0
"""At most 25 mm (domain facts 4)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres, `y` down from the sheet's top edge (in a strip: from the strip's)."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, down: float) -> "Box":
        """The same box `down` millimetres lower."""
        return Box(self.x, self.y + down, self.width, self.height)

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies in the box, right and lower edge excluded."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Cell:
    """A box that holds one text. `size` is the text's size in points where it fits; `lines` how many lines it may take."""

    code: str
    box: Box
    size: float = 8.5
    lines: int = 2
    align: Literal["left", "centre", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Label:
    """A box with a printed label; the text fills it, two lines where it has a line break."""

    text: str
    box: Box
    size: float = 7.0
    align: Literal["left", "centre", "right"] = "centre"


@dataclass(frozen=True, slots=True)
class Rule:
    """A frame: thin, or thick where it separates."""

    box: Box
    thick: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of the form that is as wide as the body and can stand below another: its cells and labels with `y` from its own top edge.

    `person`: the strip is about one person, whose `name` and `birth` cells are what the fingerprint binds. `keep_mm`: how much of what follows must stand on the same sheet (a heading is
    not left alone at a sheet's end). `picture`: where the 印影 stands, centred, at true scale.
    """

    code: str
    height: float
    cells: tuple[Cell, ...]
    labels: tuple[Label, ...] = ()
    rules: tuple[Rule, ...] = ()
    person: bool = False
    keep_mm: float = 0.0
    picture: Box | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One municipality-wide form. `head` stands on every sheet; strips fill the sheet from `body_top` to `BODY_END`.

    `opened_by`: cell code -> the option that must have been asked for if the cell holds a text; `closed_by`: cell code -> the option with which the cell holds none, and without which it does;
    `required`: cells that are never empty. `statement` are words that the 認証文 of a paper about everybody, and of one about some, must hold and the other must not, `titles` what the one and
    the other are headed with; None where the form makes no such difference.
    """

    code: str
    head: tuple[Cell, ...]
    head_labels: tuple[Label, ...]
    head_rules: tuple[Rule, ...]
    body_top: float
    strips: tuple[Strip, ...]
    opened_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    closed_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    required: frozenset[str] = frozenset({"name", "birth"})
    statement: tuple[str, str] | None = None
    titles: tuple[str, str] | None = None

    def strip(self, code: str) -> Strip:
        """The strip with this code; KeyError if there is none."""
        found = next((strip for strip in self.strips if strip.code == code), None)
        if found is None:
            raise KeyError(code)
        return found


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece where it stands: `top` millimetres below the sheet's top edge."""

    piece: Piece
    strip: Strip
    top: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet's pieces, and where the empty rest of its body begins."""

    placed: tuple[Placed, ...]
    end: float


def at(column: float, row: float, columns: float, rows: float = 1) -> Box:
    """A box by the sheet's grid: columns from the left, rows from the top."""
    return Box(round(LEFT + column * COLUMN, 3), round(TOP + row * ROW, 3), round(columns * COLUMN, 3), round(rows * ROW, 3))


def within(column: float, row: float, columns: float, rows: float = 1) -> Box:
    """A box by the same grid inside a strip: rows from the strip's top edge."""
    return Box(round(LEFT + column * COLUMN, 3), round(row * ROW, 3), round(columns * COLUMN, 3), round(rows * ROW, 3))


def label_beside(cell: Cell, labels: Iterable[Label]) -> str:
    """The printed label that stands directly left of a cell, in one line and without its spacing; empty where none does."""
    box = cell.box
    for label in labels:
        ends = label.box.x + label.box.width
        if abs(ends - box.x) < 0.1 and label.box.y <= box.y + 0.1 and box.y + box.height <= label.box.y + label.box.height + 0.1:
            return label.text.replace("\n", "").replace("　", "")
    return ""


def stacked(form: Form, pieces: Iterable[Piece]) -> tuple[Sheet, ...]:
    """The pieces on as many sheets as they take, in their order. ValueError for none, for one that the form has no strip for, or one that no sheet is high enough for."""
    sheets: list[Sheet] = []
    placed: list[Placed] = []
    top = form.body_top
    for piece in pieces:
        try:
            strip = form.strip(piece.strip)
        except KeyError:
            raise ValueError("a piece that the form has no strip for") from None
        if form.body_top + strip.height + strip.keep_mm > BODY_END + 0.01:
            raise ValueError("a piece that no sheet is high enough for")
        if placed and top + strip.height + strip.keep_mm > BODY_END + 0.01:
            sheets.append(Sheet(tuple(placed), top))
            placed, top = [], form.body_top
        placed.append(Placed(piece, strip, top))
        top = round(top + strip.height, 3)
    if not placed:
        raise ValueError("a paper of no pieces")
    return (*sheets, Sheet(tuple(placed), top))


TITLE = Cell("title", at(0, 0, 40, 1.7), 19, 1, "centre")
SPECIMEN_MARK = Cell("specimen", Box(LEFT, 8.2, 15.0, 5.2), 10.5, 1, "centre")
NUMBER = Cell("number", Box(133.0, 8.6, 62.0, 4.4), 8, 1)
BINDING = Cell("binding", Box(75.0, 289.6, 120.0, 3.6), 6, 1, "right")
MARKS: tuple[Cell, ...] = (SPECIMEN_MARK, NUMBER, TITLE, BINDING)
"""On every sheet of every form."""

PRINTED_LABELS: tuple[Label, ...] = (Label("発行番号", Box(116.0, 8.6, 16.0, 4.4), 7.5, "right"),)
"""Labels without a frame, on every sheet."""

CONTINUED = Label("（次葉に続く）", at(0, 48.6, 40, 1.4), 9, "centre")
"""In the foot of every sheet but the last."""

CLOSING: tuple[Cell, ...] = (
    Cell("statement", at(1, 48.35, 31, 1.2), 10.5, 1),
    Cell("issued_on", at(3, 49.75, 16, 1.1), 10.5, 1),
    Cell("certifier_title", at(9, 51.1, 12, 1.5), 11, 1, "right"),
    Cell("certifier_name", at(21.6, 51.1, 10, 1.5), 13, 1),
    Cell("seal_note", at(32, 53.02, 8, 0.6), 6, 1, "right"),
)
"""In the foot of the last sheet only: 認証文, date, certifier, the note beside the seal."""

SEAL = Box(LEFT + WIDTH - SEAL_SIDE - 1.0, BODY_END + 0.9, SEAL_SIDE, SEAL_SIDE)
"""The 電子公印, on the last sheet only."""
