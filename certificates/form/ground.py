"""The けん制文字 in the ground of every sheet: on the sheet itself an even light tone, on a copy of it the word 「複写」 (domain facts 5).

The ground is a grid of cells, each holding sixteen black pixels: outside the word as sixteen fine dots of one pixel, inside as one coarse dot of four by four. The eye sees the same tone;
a copier loses the fine dots and keeps the coarse ones. It deters and hints (see docs/anti-forgery.md for how often), it proves nothing.

One small one-bit picture, made once in the life of the process and repeated over the sheet as a tiling pattern: a paper carries 5 kB of it. The grid is turned by 14 degrees so that it beats neither
with a scanner's rows nor with the form's rules. What the word looks like is written down here and not taken from a font, so that every machine makes the same ground.
"""

import zlib
from functools import cache
from typing import Any

from certificates.fonts.writing import Written

DPI = 600
"""The ground is made for printers of this resolution; others print it too, with a fainter effect."""

FINE = (4, 1)
"""One step of the fine dots' grid, in pixels right and down; the other step is at right angles to it: (-1, 4)."""

COARSE = (16, 4)
"""The same for the coarse dots, four times as wide: a coarse dot stands for sixteen fine ones."""

PIXELS_PER_CELL = COARSE[0] ** 2 + COARSE[1] ** 2
BLACK_PER_CELL = 16
TONE = BLACK_PER_CELL / PIXELS_PER_CELL
"""How much of the ground is black, everywhere."""

WIDTH, HEIGHT = 1088, 544
"""Pixels of the picture; multiples of 68, so that the grid goes on unbroken from one picture to the next."""

_STEP = 17
"""A character of `WORD` is a square of so many pixels, about as large as a cell."""

WORD = [
    "....###......##................##..................#..",
    "....###......####..............######################.",
    "....###.....####......##.......#######################",
    "....###.....#############......##...###..........####.",
    "....###.#...#############.....###...###..........###..",
    ".#########.###.......##......####..###..........###...",
    ".#######################.....###...###........####....",
    "......###.##############.....##....###############....",
    "......########.......##............###############....",
    ".....#####.############...........###.................",
    ".....##################...........###.................",
    "....##########.......##...........###........###......",
    "....#####..############...........###############.....",
    "...######..############..........####........####.....",
    "..########..######...##..........###.........###......",
    ".######.##...##########......................###..##..",
    "##..###.##...###########.....................###.####.",
    "....###.....###....####.....##########################",
    "....###....#####..####.......########################.",
    "....###...###.#######.......................###.......",
    "....###..###...#####........................###.......",
    "....###.##.....#####........................###.......",
    "....###......##########...............##...###........",
    "....###....#####..########............########........",
    "....###.#####.......#####................####.........",
    "....##..##.............#.................###..........",
]
"""複写, as large as the picture holds it: `#` is inside the word."""

_LEFT, _TOP = (WIDTH // _STEP - len(WORD[0])) // 2, (HEIGHT // _STEP - len(WORD)) // 2
_POINTS = 72 / DPI
_SHEET = b"[0 0 595.28 841.89]"
"""A4 in points."""

NAME = "Ground"


def in_word(x: int, y: int) -> bool:
    """Whether the pixel (from the picture's upper left corner; any picture of the ground) lies in the word."""
    column, row = x % WIDTH // _STEP - _LEFT, y % HEIGHT // _STEP - _TOP
    return 0 <= row < len(WORD) and 0 <= column < len(WORD[0]) and WORD[row][column] == "#"


def _cells() -> list[tuple[int, int]]:
    """The upper left pixel of every coarse dot of the picture."""
    right, down = COARSE
    wide, high = WIDTH // right, HEIGHT // right
    return sorted({((i * right - j * down) % WIDTH, (i * down + j * right) % HEIGHT) for i in range(wide * 2) for j in range(high * 2)})


@cache
def rows() -> tuple[bytes, ...]:
    """The picture's rows from the top, eight pixels a byte, a black pixel's bit being 1."""
    right, down = FINE
    fine = [(i * right - j * down, i * down + j * right) for i in range(4) for j in range(4)]
    coarse = [(3 + i, 6 + j) for i in range(4) for j in range(4)]  # in the middle of the fine dots whose place it takes
    picture = [bytearray(WIDTH // 8) for _ in range(HEIGHT)]
    for left, top in _cells():
        for x, y in coarse if in_word(left + 5, top + 8) else fine:
            column, row = (left + x) % WIDTH, (top + y) % HEIGHT
            picture[row][column >> 3] |= 0x80 >> (column & 7)
    return tuple(map(bytes, picture))


@cache
def parts() -> tuple[tuple[str, Written], ...]:
    """The ground's objects by name, each before the one that needs it; a `str` among an object's parts stands for the object of that name. The last, `NAME`, is a form as large as the sheet."""
    dots = zlib.compress(b"".join(rows()), 9)
    wide, high = WIDTH * _POINTS, HEIGHT * _POINTS
    drawing = b"0 g %.2f 0 0 %.2f 0 0 cm /Dots Do" % (wide, high)
    filling = b"/Pattern cs /Cell scn 0 0 595.28 841.89 re f"
    image = Written(
        (
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1 /Decode [1 0] /Filter /FlateDecode /Length %d >>"
            % (WIDTH, HEIGHT, len(dots)),
        ),
        dots,
    )
    cell = Written(
        (
            b"<< /Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 %.2f %.2f] /XStep %.2f /YStep %.2f /Resources << /XObject << /Dots "
            % (wide, high, wide, high),
            f"{NAME}Dots",
            b" >> >> /Length %d >>" % len(drawing),
        ),
        drawing,
    )
    sheet = Written(
        (
            b"<< /Type /XObject /Subtype /Form /BBox %b /Resources << /Pattern << /Cell " % _SHEET,
            f"{NAME}Cell",
            b" >> >> /Length %d >>" % len(filling),
        ),
        filling,
    )
    return ((f"{NAME}Dots", image), (f"{NAME}Cell", cell), (NAME, sheet))


def add_ground(document: Any) -> Any:
    """Put the ground into `document`, once a document; the reference that the sheets' resources name `NAME` among their XObjects."""
    references: dict[str, Any] = {}
    for name, part in parts():
        pieces = tuple(references[piece] if isinstance(piece, str) else piece for piece in part.parts)
        references[name] = document.Reference(Written(pieces, part.stream), f"ground.{name}")
    return references[NAME]


def content() -> str:
    """The operators that draw the ground; first in a sheet's content, since everything else lies on it."""
    return f"/{NAME} Do"
