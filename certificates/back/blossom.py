"""The 偽造防止検出画像, drawn: a cherry blossom with 「証」 in it. On real paper the word is seen by an infrared viewer only and is missing on a copy (domain facts 5); ink of an ordinary printer
cannot do that, and the sheet says so beside it.

Path operators alone, without the word itself, which is text and drawn by who has the fonts.
"""

from itertools import pairwise
from math import cos, pi, sin

from certificates.back.layout import PAGE_HEIGHT, Box
from certificates.fitting import POINT

PETALS = 5
PETAL_GREY, EDGE_GREY = 0.78, 0.5

_HALF = (
    ((0.0, 0.06), (0.34, 0.20), (0.60, 0.56), (0.42, 0.86)),
    ((0.42, 0.86), (0.35, 0.96), (0.20, 1.00), (0.12, 0.99)),
    ((0.12, 0.99), (0.08, 0.94), (0.04, 0.90), (0.0, 0.87)),
)
"""Half of a petal that points up, as Bézier curves from the blossom's middle to the notch, in radii."""


def blossom(box: Box) -> str:
    """The operators of a blossom that fills `box`."""
    radius = box.width / 2 * POINT
    middle = ((box.x + box.width / 2) * POINT, (PAGE_HEIGHT - box.y - box.height / 2 - box.height * 0.03) * POINT)
    hub = [_disc(middle, radius * 0.42)]
    petals = [_petal(middle, radius, 2 * pi * petal / PETALS) for petal in range(PETALS)]
    return "\n".join((f"q 0.6 w {PETAL_GREY} g {EDGE_GREY} G", *petals, *hub, "Q"))


def _disc(middle: tuple[float, float], radius: float) -> str:
    """A filled circle, near enough, of four curves: the ground of the word."""
    x, y = middle
    bow = 0.5523 * radius
    corners = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    arcs = [
        f"{x + radius * a + bow * -b:.2f} {y + radius * b + bow * a:.2f} {x + radius * c + bow * d:.2f} {y + radius * d - bow * c:.2f} {x + radius * c:.2f} {y + radius * d:.2f} c"
        for (a, b), (c, d) in pairwise(corners)
    ]
    return "\n".join((f"{x + radius:.2f} {y:.2f} m", *arcs, "f"))


def _petal(middle: tuple[float, float], radius: float, turn: float) -> str:
    def point(across: float, up: float) -> str:
        return f"{middle[0] + radius * (across * cos(turn) + up * sin(turn)):.2f} {middle[1] + radius * (up * cos(turn) - across * sin(turn)):.2f}"

    right = [f"{point(*one)} {point(*two)} {point(*end)} c" for _, one, two, end in _HALF]
    left = [f"{point(-two[0], two[1])} {point(-one[0], one[1])} {point(-start[0], start[1])} c" for start, one, two, _ in reversed(_HALF)]
    return "\n".join((f"{point(*_HALF[0][0])} m", *right, *left, "b"))
