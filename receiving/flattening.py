"""The sheet without its skew: any box of the back as it would be seen from straight above, at the fineness asked for.

Four marks carry everything that a lens does to a flat sheet. What paper does besides (a sheet that bulges, a feeder that pulls unevenly) is measured at the ticks beside the picture and taken
back between them.
"""

import math

import numpy as np
from PIL import Image, ImageFilter

from certificates.back.layout import BLOCK, PICTURE, PICTURE_HEIGHT, PICTURE_WIDTH, PIXEL, TICK_SIDE, TICKS, Box
from receiving.marks import Grey, Placement, Points, sampled

_REACH, _STEP = TICK_SIDE / 2 + 0.7, 0.1
_GRID = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
_WINDOW = np.array([(x, y) for y in _GRID for x in _GRID])
_FURTHEST = 0.6
"""Millimetres that a tick may be from where the marks have it; one that seems further is not a tick that was seen."""


def flat(picture: Image.Image, placed: Placement, box: Box, pixel_mm: float) -> Grey:
    """`box` of the sheet (millimetres), one pixel of the result being `pixel_mm`."""
    size = (round(box.width / pixel_mm), round(box.height / pixel_mm))
    to_sheet = np.array([[pixel_mm, 0, box.x], [0, pixel_mm, box.y], [0, 0, 1]])
    whole = placed.matrix @ to_sheet
    whole /= whole[2, 2]
    straight = _fine_enough(picture, placed, pixel_mm).transform(
        size, Image.Transform.PERSPECTIVE, whole.ravel()[:8].tolist(), Image.Resampling.BICUBIC, fillcolor=255
    )
    return np.asarray(straight)


def flat_picture(picture: Image.Image, placed: Placement, times: int) -> Grey:
    """The scrambled picture, `times` x `times` pixels for each of its own, warped back by the ticks and evenly lit."""
    warp = warp_of(np.asarray(picture), placed)
    rows, columns = len(TICKS) // 2 - 1, 6
    across = np.linspace(0, PICTURE_WIDTH, columns + 1).round().astype(int)
    down = np.linspace(0, PICTURE_HEIGHT, rows + 1).round().astype(int)
    corners = np.array([(x, y) for y in down for x in across], dtype=np.float64)
    sheet = corners * PIXEL + (PICTURE.x, PICTURE.y) + _bent(corners, warp)
    at = placed.pixels(sheet).reshape(rows + 1, columns + 1, 2)
    mesh = [
        (
            (int(across[column]) * times, int(down[row]) * times, int(across[column + 1]) * times, int(down[row + 1]) * times),
            tuple(
                float(value) for corner in (at[row, column], at[row + 1, column], at[row + 1, column + 1], at[row, column + 1]) for value in corner
            ),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    fine = _fine_enough(picture, placed, PIXEL / times)
    size = (PICTURE_WIDTH * times, PICTURE_HEIGHT * times)
    return _levelled(fine.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=255))


def _levelled(picture: Image.Image) -> Grey:
    """Black as 0 and paper as 255 everywhere, however unevenly the sheet was lit: half of the blocks are turned to black, so both are never far."""
    small = picture.reduce(picture.width // PICTURE_WIDTH * BLOCK // 2)
    ends = [
        np.asarray(small.filter(extreme).filter(ImageFilter.GaussianBlur(4)).resize(picture.size, Image.Resampling.BICUBIC), dtype=np.float32)
        for extreme in (ImageFilter.MinFilter(9), ImageFilter.MaxFilter(9))
    ]
    light = (np.asarray(picture, dtype=np.float32) - ends[0]) / np.maximum(ends[1] - ends[0], 16)
    levelled: Grey = np.clip(light * 255 + 0.5, 0, 255).astype(np.uint8)
    return levelled


def warp_of(grey: Grey, placed: Placement) -> Points:
    """How far (millimetres right and down) each tick is from where the marks have it; nought where none is seen."""
    return np.array([_tick(grey, placed, np.array(tick)) for tick in TICKS])


def _tick(grey: Grey, placed: Placement, tick: Points) -> Points:
    light = sampled(grey, placed.pixels(_WINDOW + tick))
    paper, black = np.percentile(light, (75, 10))
    if paper - black < 40:
        return np.zeros(2)
    ink = np.clip((paper - light) / (paper - black), 0, 1)
    ink[ink < 0.25] = 0
    shift: Points = (ink[:, None] * _WINDOW).sum(axis=0) / ink.sum()
    seen = 0.5 < ink.sum() * _STEP**2 / TICK_SIDE**2 < 1.6 and np.abs(shift).max() < _FURTHEST
    return shift if seen else np.zeros(2)


def _bent(corners: Points, warp: Points) -> Points:
    """The warp at points of the picture (its own pixels): by height between the pairs of ticks, across between left and right."""
    heights = np.array([TICKS[number][1] for number in range(0, len(TICKS), 2)])
    down = corners[:, 1] * PIXEL + PICTURE.y
    share = (corners[:, 0] / PICTURE_WIDTH)[:, None]
    left, right = (np.column_stack([np.interp(down, heights, warp[side::2, axis]) for axis in (0, 1)]) for side in (0, 1))
    bent: Points = left * (1 - share) + right * share
    return bent


def _fine_enough(picture: Image.Image, placed: Placement, pixel_mm: float) -> Image.Image:
    """The picture blurred as far as the result is coarser than it."""
    coarser = pixel_mm * placed.dpi / 25.4
    return picture.filter(ImageFilter.GaussianBlur(0.35 * math.sqrt(coarser**2 - 1))) if coarser > 1.3 else picture
