"""How a text is set in its cell: full size, else smaller, else two lines, else not at all.

Decides size, line break and baselines; draws nothing. Source of the order: domain facts 4 (text overflow; our answer to "still too long" is to refuse the paper, never to cut a name).
"""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import floor

from certificates.face import EMPTY
from certificates.fonts.selection import BLANKS, Glyph, choose
from certificates.fonts.variation import sequences
from certificates.form.grid import PAGE_HEIGHT, Box, Cell, Label

POINT = 72 / 25.4
"""Points in a millimetre."""

SMALLEST = 6.0
"""Below this a printed text is no longer legible."""

COMFORTABLE = 7.0
"""One line is kept down to this size; below it two lines are tried first."""

_NEVER_FIRST = frozenset("ーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ々、。，．・）」』】ゝヽ゛゜,.)- \u3000")
"""What does not begin a line (行頭禁則)."""

_STEP = 4  # sizes are quarters of a point
_LEADING = 1.07
_AIR = 1.4  # points of height that stay free
_MIDDLE = 0.38  # from the baseline to the middle of a kanji, in font sizes
_PADDING = 1.1  # millimetres at each side of a cell


class DoesNotFit(ValueError):
    """A text that no legible size brings into its cell; the paper is declined. Carries the cell's code, never the text."""

    def __init__(self, cell: str) -> None:
        super().__init__(f"text does not fit its cell: {cell}")
        self.cell = cell


class NoGlyph(ValueError):
    """A character that no font has in its registered form; the paper is declined. Carries the cell's code, never the text."""

    def __init__(self, cell: str) -> None:
        super().__init__(f"no font has a character of cell: {cell}")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Line:
    """One line of glyphs from the point (x, y), in points from the sheet's lower left corner."""

    glyphs: tuple[Glyph, ...]
    x: float
    y: float
    size: float


def glyphs_of(text: str, code: str) -> tuple[Glyph, ...]:
    """The glyphs of `text`; `NoGlyph` when a form is missing."""
    glyphs = tuple(map(choose, sequences(text)))
    if None in glyphs:
        raise NoGlyph(code)
    return glyphs  # type: ignore[return-value]  # none is None


def fit(text: str, cell: Cell) -> tuple[Line, ...]:
    """The lines of `text` in `cell`: none for an empty text. Raises `DoesNotFit`, `NoGlyph`."""
    return _fit_empty(cell) if text == EMPTY else _fit(text, cell)


@cache
def _fit_empty(cell: Cell) -> tuple[Line, ...]:
    # Half of an ordinary paper; nobody's text is ever kept.
    return _fit(EMPTY, cell)


def _fit(text: str, cell: Cell) -> tuple[Line, ...]:
    glyphs = glyphs_of(text, cell.code)
    if not glyphs:
        return ()
    width, height = (cell.box.width - 2 * min(_PADDING, cell.box.width / 20)) * POINT, cell.box.height * POINT
    lines: tuple[tuple[Glyph, ...], ...] = (glyphs,)
    size = _size(lines, width, height, cell.size)
    if size < min(COMFORTABLE, cell.size) and cell.lines > 1:
        for broken in _broken(glyphs):
            broken_size = _size(broken, width, height, cell.size)
            lines, size = (broken, broken_size) if broken_size > size else (lines, size)
    if size < SMALLEST:
        raise DoesNotFit(cell.code)
    return _placed(lines, size, cell)


def _size(lines: tuple[tuple[Glyph, ...], ...], width: float, height: float, largest: float) -> float:
    longest = max(1, *[sum([glyph.advance for glyph in line]) for line in lines])
    fitting = min(largest, width * 1000 / longest, (height - _AIR) / (len(lines) * _LEADING))
    return floor(fitting * _STEP + 1e-6) / _STEP


def _broken(glyphs: tuple[Glyph, ...]) -> list[tuple[tuple[Glyph, ...], tuple[Glyph, ...]]]:
    """Ways to break into two lines of about the same width: after a blank (it stays, it is part of the text), and anywhere a line may begin."""
    ends = list(accumulate(glyph.advance for glyph in glyphs))
    middle = ends[-1] / 2
    starts = [at for at in range(1, len(glyphs)) if glyphs[at].sequence not in _NEVER_FIRST]
    after_blank = [at for at in starts if glyphs[at - 1].sequence in BLANKS]
    nearest = [min(places, key=lambda at: abs(ends[at - 1] - middle)) for places in (after_blank, starts) if places]
    return [(glyphs[:at], glyphs[at:]) for at in nearest]


def _placed(lines: tuple[tuple[Glyph, ...], ...], size: float, cell: Cell) -> tuple[Line, ...]:
    box, leading = cell.box, size * _LEADING
    top = (PAGE_HEIGHT - box.y - box.height / 2) * POINT + (len(lines) - 1) * leading / 2 - _MIDDLE * size
    return tuple(
        Line(line, _start(line, size, box, cell.align), round(top - at * leading, 2), size) for at, line in enumerate(lines) if line
    )  # fmt: skip


def _start(line: tuple[Glyph, ...], size: float, box: Box, align: str) -> float:
    padding = min(_PADDING, box.width / 20) * POINT
    if align == "left":
        return round(box.x * POINT + padding, 2)
    width = sum([glyph.advance for glyph in line]) * size / 1000
    room = box.width * POINT
    return round(box.x * POINT + (room - padding - width if align == "right" else (room - width) / 2), 2)


CUT_MARK = "…"
"""What ends a text that was cut by the municipality's choice."""


def cut(text: str, cell: Cell) -> str:
    """`text` if it fits its cell, else its longest beginning that fits with the mark behind it: for municipalities that print to the limit instead of refusing (domain facts 4).

    Raises `NoGlyph`. A character is never parted from its variation selector.
    """
    if _fits(text, cell):
        return text
    parts = sequences(text)
    short, long = 0, len(parts)
    while long - short > 1:
        middle = (short + long) // 2
        short, long = (middle, long) if _fits("".join(parts[:middle]) + CUT_MARK, cell) else (short, middle)
    return "".join(parts[:short]) + CUT_MARK


def _fits(text: str, cell: Cell) -> bool:
    try:
        fit(text, cell)
    except DoesNotFit:
        return False
    return True


def fit_label(label: Label) -> tuple[Line, ...]:
    """The lines of a printed label, each centred (or as its `align` says) in the label's box."""
    lines = tuple(glyphs_of(line, "label") for line in label.text.split("\n"))
    return _placed(lines, label.size, Cell("label", label.box, label.size, len(lines), label.align))
