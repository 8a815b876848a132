"""The back of a sheet as geometry: A4 portrait, all lengths in millimetres from the upper left corner, `y` down. Whoever draws it and whoever reads a scan of it go by this.

    mark   head line                                                mark       y   7 ..  17
           scrambled picture of the front, 39 x 55 blocks                      y  14.5 .. 225.7, ticks beside it
           cherry blossom │ texts │ 2-D code                                   y 229 .. 288
    mark                                                            odd mark   y 280 .. 290

A scan is straightened by the centres of the four marks (a homography), and, where it is warped besides, by the ticks. Knows nothing of fonts, PDF, images or people.
"""

from certificates.form.grid import PAGE_HEIGHT, PAGE_WIDTH, Box

MARK_SIDE = 10.0
MARK_UNIT = 1.25
"""A mark is 8 x 8 units of concentric squares. Ordinary: black ring (1 unit), white gap (2), black core (2 x 2). Odd: black ring (1), white (1), black ring (1), white core (2 x 2).
So the centre is black in three marks and white in the odd one. Neither has the 1:1:3:1:1 of a QR code's finder, so that no reader takes a mark for a part of the code."""

MARKS: tuple[tuple[float, float], ...] = ((12.0, 12.0), (198.0, 12.0), (12.0, 285.0), (198.0, 285.0))
"""Centres: upper left, upper right, lower left, lower right."""
ODD_MARK = 3
"""The index in `MARKS` of the one that tells which way up the sheet lies."""
MARK_QUIET = 1.25
"""Nothing else is printed so close around a mark."""

BLOCK = 16
"""Pixels on a block's side."""
COLUMNS, ROWS = 39, 55
"""Blocks across and down."""
PIXEL = 0.24
"""One pixel of the picture on paper: 2.83 pixels of a 300 dpi scan."""
PICTURE_WIDTH, PICTURE_HEIGHT = COLUMNS * BLOCK, ROWS * BLOCK
"""The scrambled picture in pixels, 624 x 880: the front at 75 dpi (620 x 877) with a strip for the check pattern."""
PICTURE = Box(30.12, 14.5, PICTURE_WIDTH * PIXEL, PICTURE_HEIGHT * PIXEL)
"""The scrambled picture on paper, 149.76 x 211.2."""
PICTURE_QUIET = 1.0
"""White around the picture."""

TICK_SIDE = 1.6
TICKS: tuple[tuple[float, float], ...] = tuple(
    (round(PICTURE.x + across, 3), round(PICTURE.y + row * BLOCK * PIXEL, 3))
    for row in range(0, ROWS + 1, 11)
    for across in (-4.0, PICTURE.width + 4.0)
)
"""Centres of the small black squares left and right of the picture, each pair level with the upper edge of block row 0, 11, 22 .. 55."""

CODE = Box(120.88, 229.0, 59.0, 59.0)
"""The 2-D code lies in here, as large as its content makes it, at the upper right; the box's right edge is the picture's."""
CODE_QUIET = 2.0
"""Around `CODE` nothing else stands: room for the code's own quiet zone of four modules."""
DOT = 25.4 / 600
"""Modules are whole dots of a 600 dpi printer."""
SMALLEST_MODULE_DOTS, LARGEST_MODULE_DOTS = 10, 14
"""0.423 mm (a scan of 150 dpi still decodes) to 0.593 mm."""

BLOSSOM = Box(30.12, 229.0, 26.0, 26.0)
"""The drawn 検出画像, lower left as on the real paper."""

__all__ = [
    "BLOCK", "BLOSSOM", "CODE", "CODE_QUIET", "COLUMNS", "DOT", "LARGEST_MODULE_DOTS", "MARKS", "MARK_QUIET", "MARK_SIDE", "MARK_UNIT", "ODD_MARK", "PAGE_HEIGHT", "PAGE_WIDTH",
    "PICTURE", "PICTURE_HEIGHT", "PICTURE_QUIET", "PICTURE_WIDTH", "PIXEL", "ROWS", "SMALLEST_MODULE_DOTS", "TICKS", "TICK_SIDE", "Box",
]  # fmt: skip
