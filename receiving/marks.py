"""Where a sheet's back lies in a picture: its four registration marks found, whichever way the sheet is turned, and the way from the sheet's millimetres to the picture's pixels.

A mark is seen by its runs of black and white along a line through its middle (1:2:2:2:1, the odd one 1:1:1:2:1:1:1), confirmed across, and measured where it is printed: its centre is the centre
of its ink in a window as large as the white around it allows. Four that lie like the sheet's are taken, the odd one telling which way up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from certificates.back.layout import MARK_SIDE, MARK_UNIT, MARKS, ODD_MARK

Grey = NDArray[np.uint8]
Points = NDArray[np.float64]

SEARCHED = 1800
"""Pixels of the longer side of the picture in which marks are looked for; a mark's unit is then about seven pixels."""
_SMALLEST_UNIT = 2.0
_MOST_HITS = 4000
_MOST_MARKS = 7
"""Ordinary marks that are tried; more are no sheet."""
_CONFIRMED = 0.75
"""Correlation of what is seen with what a mark looks like, at least."""

_ORDINARY = np.array([1, 2, 2, 2, 1])
_ODD = np.array([1, 1, 1, 2, 1, 1, 1])
_WIDE, _HIGH = MARKS[ODD_MARK][0] - MARKS[0][0], MARKS[ODD_MARK][1] - MARKS[0][1]


@dataclass(frozen=True, slots=True)
class Placement:
    """The way from a point of the sheet (millimetres from its upper left corner) to one of the picture (pixels), as a homography."""

    matrix: NDArray[np.float64]

    def pixels(self, points: Points) -> Points:
        """Points of the sheet (n x 2) in the picture; a pixel's middle is at its number and a half."""
        carried = np.column_stack([points, np.ones(len(points))]) @ self.matrix.T
        placed: Points = carried[:, :2] / carried[:, 2:]
        return placed

    @property
    def dpi(self) -> float:
        """How finely the sheet was seen where it was seen worst: pixels an inch, the least of both directions at the middle and the corners."""
        middles = np.array([(x, y) for x in (15.0, 105.0, 195.0) for y in (15.0, 148.5, 282.0)])
        steps = [np.linalg.norm(self.pixels(middles + step) - self.pixels(middles), axis=1) for step in (np.array([1.0, 0.0]), np.array([0.0, 1.0]))]
        return float(np.min(steps) * 25.4)


def placement_of(picture: Image.Image) -> Placement | None:
    """Where the sheet lies in a grey picture, or None when its four marks are not found."""
    times = max(1.0, max(picture.size) / SEARCHED)
    small = picture.resize((round(picture.width / times), round(picture.height / times)), Image.Resampling.BOX) if times > 1 else picture
    grey = np.asarray(picture)
    scale = np.array([picture.width / small.width, picture.height / small.height])
    for corners in islice(_fours(_candidates(small)), 40):
        centres = corners * scale
        for _ in range(3):
            refined = _refined(grey, placement(centres))
            if refined is None:
                break
            centres = refined
        else:
            return placement(centres)
    return None


def placement(centres: Points) -> Placement:
    """The placement of a sheet whose marks' centres lie here (4 x 2, in the order of `MARKS`)."""
    rows, right = [], []
    for (x, y), (u, v) in zip(MARKS, centres.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return Placement(np.append(np.linalg.solve(np.array(rows, dtype=np.float64), np.array(right)), 1.0).reshape(3, 3))


def sampled(grey: Grey, at: Points) -> NDArray[np.float64]:
    """The picture's light at these pixels (n x 2), between pixels by the four around; at the picture's edge the last pixel goes on."""
    height, width = grey.shape
    x, y = np.clip(at[:, 0] - 0.5, 0, width - 1.001), np.clip(at[:, 1] - 0.5, 0, height - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    across, down = x - left, y - top
    upper = grey[top, left] * (1 - across) + grey[top, left + 1] * across
    lower = grey[top + 1, left] * (1 - across) + grey[top + 1, left + 1] * across
    light: NDArray[np.float64] = upper * (1 - down) + lower * down
    return light


@dataclass(frozen=True, slots=True)
class _Candidate:
    x: float
    y: float
    unit: float
    odd: bool
    seen: int


def _candidates(small: Image.Image) -> list[_Candidate]:
    """Whatever looks like a mark along both directions, the most often seen first."""
    window = max(small.size) / 297 * MARK_SIDE * 1.5
    around = np.asarray(small.filter(ImageFilter.BoxBlur(window))).astype(np.int16)
    dark = np.asarray(small) < around * 0.8 - 4
    found: list[_Candidate] = []
    for odd, shape in ((False, _ORDINARY), (True, _ODD)):
        hits = [hit for row, column, unit in _runs(dark, shape)[:_MOST_HITS] if (hit := _crossed(dark, row, column, unit, shape)) is not None]
        found += _clustered(hits, odd=odd)
    return sorted(found, key=lambda one: -one.seen)


def _runs(dark: NDArray[np.bool_], shape: NDArray[np.int_]) -> list[tuple[int, float, float]]:
    """(row, middle column, unit) of every stretch of a row whose runs are as `shape` says, beginning with black."""
    height, width = dark.shape
    padded = np.zeros((height, width + 2), np.bool_)
    padded[:, 1:-1] = dark
    edges = np.flatnonzero(padded.ravel()[1:] != padded.ravel()[:-1]) + 1
    lengths = np.diff(edges)
    starts = np.arange(0, len(lengths) - len(shape) + 1, 2)
    if not len(starts):
        return []
    window = lengths[starts[:, None] + np.arange(len(shape))]
    units = window.sum(axis=1) / 8
    fits = (
        (np.abs(window - shape * units[:, None]) <= 0.35 * units[:, None] * np.sqrt(shape) + 1).all(axis=1)
        & (units >= _SMALLEST_UNIT)
        & (units < width / 40)
    )
    rows, columns = np.divmod(edges[starts[fits]], width + 2)
    return [(int(row), float(column) - 1 + unit * 4, float(unit)) for row, column, unit in zip(rows, columns, units[fits], strict=True)]


def _crossed(dark: NDArray[np.bool_], row: int, column: float, unit: float, shape: NDArray[np.int_]) -> tuple[float, float, float] | None:
    """(x, y, unit) when the column through here has the same runs, with this row in their middle one."""
    reach = round(unit * 8)
    top = max(0, row - reach)
    line = dark[top : row + reach, min(int(column), dark.shape[1] - 1)]
    edges = np.flatnonzero(np.diff(line)) + 1
    after = int(np.searchsorted(edges, row - top, side="right"))
    half = len(shape) // 2
    first = after - 1 - half
    if first < 0 or first + len(shape) >= len(edges):
        return None
    runs = np.diff(edges[first : first + len(shape) + 1])
    across = runs.sum() / 8
    if not line[edges[first]] or not 0.6 < across / unit < 1.6 or (np.abs(runs - shape * across) > 0.35 * across * np.sqrt(shape) + 1).any():
        return None
    return column, top + (edges[first] + edges[first + len(shape)]) / 2, (unit + across) / 2


def _clustered(hits: list[tuple[float, float, float]], *, odd: bool) -> list[_Candidate]:
    """Hits that lie within a unit and a half of each other, as one."""
    groups: list[list[tuple[float, float, float]]] = []
    for hit in hits:
        near = next((group for group in groups if abs(group[0][0] - hit[0]) < 1.5 * hit[2] and abs(group[0][1] - hit[1]) < 1.5 * hit[2]), None)
        if near is None:
            groups.append([hit])
        else:
            near.append(hit)
    middles = [(np.median(np.array(group), axis=0).tolist(), len(group)) for group in groups]
    return [_Candidate(x, y, unit, odd, seen) for (x, y, unit), seen in middles]


def _fours(candidates: list[_Candidate]) -> Iterator[Points]:
    """Fours of candidates that lie as the sheet's marks do, best first: centres in the order of `MARKS`."""
    ordinary = [one for one in candidates if not one.odd][:_MOST_MARKS]
    odd = [one for one in candidates if one.odd][:3]
    fits = [
        (misfit, index, four) for index, (last, three) in enumerate(product(odd, combinations(ordinary, 3))) for misfit, four in _ordered(last, three)
    ]
    return (four for _, _, four in sorted(fits, key=lambda fit: fit[:2]))


def _ordered(last: _Candidate, three: tuple[_Candidate, ...]) -> Iterator[tuple[float, Points]]:
    """The four in the order of `MARKS` and how badly they fit, if they may be a sheet's."""
    odd = np.array([last.x, last.y])
    others = sorted((np.array([one.x, one.y]) for one in three), key=lambda point: float(np.linalg.norm(point - odd)))
    first, one, other = others[2], others[1], others[0]  # the far corner; along the long side; along the short side
    along, across = one - odd, other - odd
    turned = across[0] * along[1] - across[1] * along[0]
    wide, high = float(np.linalg.norm(across)), float(np.linalg.norm(along))
    if turned <= 0 or min(wide, high) < 40:  # a mirror's picture, or no sheet
        return
    unit = np.mean([last.unit, *(mark.unit for mark in three)])
    skew = float(np.linalg.norm(first - (one + other - odd))) / high
    shape = abs(np.log(high / wide / (_HIGH / _WIDE)))
    size = abs(np.log(unit / MARK_UNIT / np.sqrt(wide * high / (_WIDE * _HIGH))))
    if skew < 0.3 and shape < 0.3 and size < 0.35:
        yield skew + shape + size, np.array([first, one, other, odd])


_REACH, _STEP = MARK_SIDE / 2 + 0.7, 0.1
_GRID = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
_WINDOW = np.array([(x, y) for y in _GRID for x in _GRID])
_OUT = np.abs(_WINDOW).max(axis=1) / MARK_UNIT
_INK = (((_OUT <= 4) & (_OUT > 3)) | (_OUT <= 1)).astype(np.float64)
_ODD_INK = (((_OUT <= 4) & (_OUT > 3)) | ((_OUT <= 2) & (_OUT > 1))).astype(np.float64)


def _refined(grey: Grey, placed: Placement) -> Points | None:
    """The marks' centres measured again where `placed` has them, or None when one of them is no mark."""
    centres = np.empty((4, 2))
    beyond = placed.dpi / 25.4  # of a window around a mark a millimetre may lie outside the picture: it is white
    for number, mark in enumerate(MARKS):
        spots = _WINDOW + mark
        at = placed.pixels(spots)
        if at.min() < -beyond or (at > np.array([grey.shape[1], grey.shape[0]]) + beyond).any():
            return None
        light = sampled(grey, at)
        paper, black = np.percentile(light, (90, 10))
        ink = np.clip((paper - light) / max(float(paper - black), 1.0), 0, 1)
        if np.corrcoef(ink, _ODD_INK if number == ODD_MARK else _INK)[0, 1] < _CONFIRMED - 0.35:
            return None
        ink[ink < 0.25] = 0
        shift = (ink[:, None] * _WINDOW).sum(axis=0) / max(float(ink.sum()), 1.0)
        centres[number] = placed.pixels((np.array(mark) + shift)[None, :])[0]
    return centres
