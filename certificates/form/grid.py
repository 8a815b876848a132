"""The grid of the 世帯連記式: 40 columns by 53 rows on A4 portrait, up to four people a sheet, all boxes in millimetres from the sheet's top left corner.

Source: the standard form of 2026 as described in domain facts 4.1 (label names, order, 氏名 over two rows, full-width 本籍 and 転入前住所); the rows of foreign residents follow
the same pattern. Knows nothing of fonts, PDF or people.
"""

from dataclasses import dataclass
from typing import Literal

from certificates.juminhyo import MEMBER_CELLS

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, TOP, COLUMN, ROW = 15.0, 15.5, 4.5, 5.1
"""The grid's corner and the size of one of its 40 x 53 units."""

MEMBERS_PER_SHEET = 4
BLOCK_ROWS = 11
FIRST_BLOCK_ROW = 4
SEAL_SIDE = 24.0
"""At most 25 mm (domain facts 4)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres, `y` down from the sheet's top edge."""

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


def _at(column: float, row: float, columns: float, rows: float = 1) -> Box:
    return Box(round(LEFT + column * COLUMN, 3), round(TOP + row * ROW, 3), round(columns * COLUMN, 3), round(rows * ROW, 3))


def _block(column: float, row: float, columns: float, rows: float = 1) -> Box:
    return _at(column, FIRST_BLOCK_ROW + row, columns, rows)


BLOCK = _block(0, 0, 40, BLOCK_ROWS)
"""The first person's block; the next ones stand `BLOCK.height` lower each."""

_MEMBER: tuple[tuple[str, str, Box, Cell], ...] = (
    # code, label, label's box, value's cell
    ("name_kana", "氏名の振り仮名", _block(1, 0, 6), Cell("name_kana", _block(7, 0, 15))),
    ("name", "氏　　名", _block(1, 1, 6, 2), Cell("name", _block(7, 1, 15, 2), 12)),
    ("alias", "通　　称", _block(1, 8, 6), Cell("alias", _block(7, 8, 15))),
    ("former_name_kana", "旧氏の振り仮名", _block(1, 3, 6), Cell("former_name_kana", _block(7, 3, 15))),
    ("former_name", "旧　　氏", _block(1, 4, 6), Cell("former_name", _block(7, 4, 15))),
    ("birth", "生年月日", _block(1, 5, 6), Cell("birth", _block(7, 5, 8))),
    ("sex", "性別", _block(15, 5, 2), Cell("sex", _block(17, 5, 2), align="centre")),
    ("relation", "続柄", _block(19, 5, 2), Cell("relation", _block(21, 5, 5), align="centre")),
    ("my_number", "個人番号", _block(22, 0, 6), Cell("my_number", _block(28, 0, 12))),
    ("juminhyo_code", "住民票コード", _block(22, 1, 6), Cell("juminhyo_code", _block(28, 1, 12))),
    ("resident_since", "住民となった年月日", _block(22, 2, 6), Cell("resident_since", _block(28, 2, 12))),
    ("address_since", "住所を定めた年月日", _block(22, 3, 6), Cell("address_since", _block(28, 3, 12))),
    ("notified_on", "届出日", _block(22, 4, 6), Cell("notified_on", _block(28, 4, 12))),
    ("hittousha", "筆頭者", _block(26, 5, 2), Cell("hittousha", _block(28, 5, 12))),
    ("honseki", "本　　籍", _block(1, 6, 6), Cell("honseki", _block(7, 6, 33))),
    ("previous_address", "転入前住所", _block(1, 7, 6), Cell("previous_address", _block(7, 7, 33))),
    ("nationality", "国籍・地域", _block(22, 8, 6), Cell("nationality", _block(28, 8, 12))),
    ("category", "法第30条の45の\n規定区分", _block(1, 9, 6), Cell("category", _block(7, 9, 15))),
    ("residence_status", "在留資格", _block(22, 9, 6), Cell("residence_status", _block(28, 9, 12))),
    ("period", "在留期間等", _block(1, 10, 6), Cell("period", _block(7, 10, 8))),
    ("expires", "在留期間の\n満了の日", _block(15, 10, 6), Cell("expires", _block(21, 10, 7))),
    ("card_number", "在留カード等の番号", _block(28, 10, 6), Cell("card_number", _block(34, 10, 6))),
)

MEMBER_NUMBER = Cell("member_number", _block(0, 0, 1, BLOCK_ROWS), 9, 1, "centre")
"""The narrow cell at the block's left: the person's number on the paper, counted through all sheets."""

MEMBER_LABELS: tuple[Label, ...] = tuple(Label(label, box, 5.6 if "\n" in label else 7.0) for _, label, box, _ in _MEMBER)
MEMBER_GRID: tuple[Cell, ...] = tuple(cell for _, _, _, cell in _MEMBER)

HEAD_LABELS: tuple[Label, ...] = (
    Label("住　　所", _at(0, 2, 7), 8),
    Label("世帯主", _at(0, 3, 7), 8),
)
HEAD_GRID: tuple[Cell, ...] = (
    Cell("address", _at(7, 2, 33), 9.5),
    Cell("head_name", _at(7, 3, 33), 9.5),
)

PRINTED_LABELS: tuple[Label, ...] = (Label("発行番号", Box(116.0, 8.6, 16.0, 4.4), 7.5, "right"),)
"""Labels without a frame."""

TITLE = Cell("title", _at(0, 0, 40, 1.7), 19, 1, "centre")
SPECIMEN_MARK = Cell("specimen", Box(LEFT, 8.2, 15.0, 5.2), 10.5, 1, "centre")
NUMBER = Cell("number", Box(133.0, 8.6, 62.0, 4.4), 8, 1)
BINDING = Cell("binding", Box(75.0, 289.6, 120.0, 3.6), 6, 1, "right")
EVERY_SHEET: tuple[Cell, ...] = (SPECIMEN_MARK, NUMBER, TITLE, *HEAD_GRID, BINDING)

CONTINUED = Label("（次葉に続く）", _at(0, 48.6, 40, 1.4), 9, "centre")
"""In the foot of every sheet but the last."""

CLOSING_GRID: tuple[Cell, ...] = (
    Cell("statement", _at(1, 48.35, 31, 1.2), 10.5, 1),
    Cell("issued_on", _at(3, 49.75, 16, 1.1), 10.5, 1),
    Cell("certifier_title", _at(9, 51.1, 12, 1.5), 11, 1, "right"),
    Cell("certifier_name", _at(21.6, 51.1, 10, 1.5), 13, 1),
    Cell("seal_note", _at(32, 53.02, 8, 0.6), 6, 1, "right"),
)
"""In the foot of the last sheet only: 認証文, date, certifier, the note beside the seal."""

SEAL = Box(LEFT + 40 * COLUMN - SEAL_SIDE - 1.0, TOP + 48 * ROW + 0.9, SEAL_SIDE, SEAL_SIDE)
"""The 電子公印, on the last sheet only."""

assert tuple(code for code, *_ in sorted(_MEMBER, key=lambda row: MEMBER_CELLS.index(row[0]))) == MEMBER_CELLS
