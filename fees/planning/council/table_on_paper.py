"""A table on a sheet: how wide each column, how high each row, what is broken where. Never leaves a cell out; letters become smaller before lines become many."""

from dataclasses import dataclass

from fees.planning.council.blocks import Table
from fees.planning.council.pen import Pen, width_of
from fees.planning.council.wrapping import wrapped

SIZES = (2.9, 2.7, 2.5, 2.3)
PAD = 1.1
LEADING = 1.42

Cells = tuple[list[str], ...]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A table with its lines: `widths` of columns, and rows of cells already in lines with their heights, all in millimetres."""

    table: Table
    size: float
    widths: tuple[float, ...]
    head: Cells
    head_height: float
    rows: tuple[tuple[Cells, float], ...]

    def draw_head(self, pen: Pen, x: float, y: float) -> None:
        """The head between its two lines."""
        whole = sum(self.widths)
        pen.line(x, y, x + whole, y, 0.4)
        most = max(len(lines) for lines in self.head)
        for lines, left, width, side in self._columns(self.head, x):
            self._cell(pen, lines, left, width, side, y + (most - len(lines)) * self.size * LEADING, bold=True)
        pen.line(x, y + self.head_height, x + whole, y + self.head_height, 0.25)

    def draw_row(self, pen: Pen, x: float, y: float, number: int) -> None:
        """A row, with a thin line above it."""
        cells, height = self.rows[number]
        strong = number in self.table.strong
        if strong:
            pen.box(x, y, sum(self.widths), height, 236, outlined=False)
        if number:
            pen.line(x, y, x + sum(self.widths), y, 0.1, 150)
        for lines, left, width, side in self._columns(cells, x):
            self._cell(pen, lines, left, width, side, y, bold=strong)

    def _columns(self, cells: Cells, x: float) -> list[tuple[list[str], float, float, str]]:
        found = []
        for lines, width, side in zip(cells, self.widths, self.table.align, strict=True):
            found.append((lines, x, width, side))
            x += width
        return found

    def _cell(self, pen: Pen, lines: list[str], x: float, width: float, side: str, y: float, *, bold: bool) -> None:
        for number, line in enumerate(lines):
            baseline = y + 0.75 + (number + 1) * self.size * LEADING - self.size * 0.28
            if side == "r":
                pen.text(x + width - PAD, baseline, line, self.size, anchor="end", bold=bold)
            else:
                pen.text(x + PAD, baseline, line, self.size, bold=bold)


def laid_out(table: Table, room: float) -> LaidOut:
    """The table in a room so wide: the largest letters with which every number stays in one line, or the smallest there are."""
    for size in SIZES:
        widths = _widths(table, room, size)
        if widths is not None:
            return _laid(table, size, widths)
    return _laid(table, SIZES[-1], _squeezed(table, room, SIZES[-1]))


def _widths(table: Table, room: float, size: float) -> tuple[float, ...] | None:
    if table.weights:
        whole = sum(table.weights)
        return tuple(room * weight / whole for weight in table.weights)
    needs = _needs(table, size)
    left = room - sum(needs)
    if left < 0:
        return None
    return tuple(need + left / len(needs) for need in needs)


def _squeezed(table: Table, room: float, size: float) -> tuple[float, ...]:
    needs = _needs(table, size)
    return tuple(room * need / sum(needs) for need in needs)


def _needs(table: Table, size: float) -> list[float]:
    """Of each column: its widest part that stays together in a cell, or half its head."""
    found = []
    for column in range(len(table.head)):
        cells = [row[column] for row in table.rows]
        widest = max((width_of(part, size) for cell in cells for part in _parts(cell)), default=0.0)
        found.append(max(widest, width_of(table.head[column], size) * 0.56) + 2 * PAD + 0.4)
    return found


def _parts(cell: str) -> list[str]:
    """What stays together: a cell as a whole, or the two sides of a bracket where it is a range or a difference."""
    before, bracket, rest = cell.partition("（")
    return [before, bracket + rest] if bracket and before[-1:].isdigit() and len(cell) > 14 else [cell]


def _laid(table: Table, size: float, widths: tuple[float, ...]) -> LaidOut:
    head = tuple(_lines(text, width, size) for text, width in zip(table.head, widths, strict=True))
    rows = []
    for row in table.rows:
        cells = tuple(_lines(text, width, size) for text, width in zip(row, widths, strict=True))
        rows.append((cells, _height(cells, size)))
    return LaidOut(table, size, widths, head, _height(head, size), tuple(rows))


def _lines(text: str, width: float, size: float) -> list[str]:
    room = width - 2 * PAD
    if width_of(text, size) <= room:
        return [text]
    return [line for part in _parts(text) for line in wrapped(part, room, lambda one: width_of(one, size))]


def _height(cells: Cells, size: float) -> float:
    return max(len(lines) for lines in cells) * size * LEADING + 1.7
