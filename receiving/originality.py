"""Original or copy? What the ground of a scanned back looks like, as a hint and never as proof.

The ground (`certificates.form.ground`) has fine dots outside its word and coarse ones inside, of the same tone. A copier loses of the fine ones more than of the coarse ones, so on a copy less
ink lies outside the word than in it; that share is the score. It is seen at any fineness that shows the coarse dots, and survives JPEG (whether the fine dots themselves are to be seen was tried
and given up: JPEG and a dull lens take them from originals too). A sheet whose ground cannot be seen says nothing, and neither does what lies between.
Whoever prints the file again, or copies with a machine that loses nothing, makes "originals": docs/anti-forgery.md has the measured rates.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from certificates.back.layout import PAGE_HEIGHT
from certificates.form import ground
from receiving.marks import Grey, Placement, Points

_DOTS_PER_MM = ground.DPI / 25.4
_PATCH = 5.0
"""Millimetres on a side: seven periods of the coarse dots, few enough that a stretched sheet does not lose step and that light falls evenly."""
_LEFT = (7.0, 12.5, 18.0)
_RIGHT = (187.0, 192.5, 198.0)
_PATCHES = tuple((x, float(y)) for y in np.arange(22.0, 272.0, 8.4) for x in (*_LEFT, *_RIGHT))
"""The sheet's sides, where nothing lies on the ground."""

_WAVES = np.array([ground.FINE, (-ground.FINE[1], ground.FINE[0])]) / (ground.FINE[0] ** 2 + ground.FINE[1] ** 2)
"""The fine dots' two waves, periods a dot of the printer; the coarse dots' are a quarter of them."""
_TURNS = np.deg2rad((19.0, 33.0, 47.0, 61.0))
"""Waves of the same length in directions where nothing is printed: what is found there is noise."""

_LOST = (0.12, 0.22)
"""How much less ink lies outside the word than in it, as a share: an original has at most the first, a copy at least the second."""
_SURE = 0.75
_FEWEST = 20
"""Patches with both word and rest; fewer say nothing."""


class Originality(StrEnum):
    """Whether this is likely the sheet that the kiosk printed."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"
    CANNOT_TELL = "cannot_tell"


def originality_of(copy_likeness: float | None) -> Originality:
    """What to say for a score; between the sure ends, nothing."""
    if copy_likeness is None or 1 - _SURE < copy_likeness < _SURE:
        return Originality.CANNOT_TELL
    return Originality.UNLIKELY if copy_likeness >= _SURE else Originality.LIKELY


@dataclass(frozen=True, slots=True)
class GroundSeen:
    """In grey levels: how much darker the word is than the rest; strengths of the coarse dots' wave and of its first overtone (both corrected for the dots' shape); noise. From how many patches."""

    darker: float
    coarse: tuple[float, float]
    noise: float
    patches: int

    @property
    def lost(self) -> float | None:
        """How much less ink lies outside the word than in it, as a share of what is in it; None where the ground is not to be seen."""
        first, second = self.coarse
        if self.patches < _FEWEST or first < max(3 * self.noise, 1.0) or second < 1.5 * self.noise / self.patches**0.25:
            return None
        dull = max(float(np.log(first / second)), 0.0) / 3  # blurring takes by the square of the frequency: so much of the first wave
        return self.darker / (first * float(np.exp(dull))) - _unevenness()

    @property
    def copy_likeness(self) -> float | None:
        """0 for an original's ground, 1 for a copy's; None when it cannot be seen."""
        return None if self.lost is None else float(np.clip(1 - _SURE + (self.lost - _LOST[0]) / (_LOST[1] - _LOST[0]) * (2 * _SURE - 1), 0, 1))


def ground_seen(grey: Grey, placed: Placement) -> GroundSeen:
    """The ground at the sides of the sheet that lies in this picture."""
    chosen = _PATCHES[:: 2 if placed.dpi > 400 else 1]
    seen = [found for corner in chosen if (found := _patch(grey, placed, corner)) is not None]
    if not seen:
        return GroundSeen(0.0, (0.0, 0.0), 0.0, 0)
    patches = np.array(seen)
    darker = float((patches[:, 0] * patches[:, 1]).sum() / patches[:, 1].sum())
    first, second, noise = patches[:, 2:].mean(axis=0).tolist()
    one, two = (max(power - noise, 0.0) ** 0.5 / _shape(4, wave) for power, wave in ((first, 0.25), (second, 0.5)))
    return GroundSeen(darker, (one, two), noise**0.5, len(patches))


def _shape(side: int, wave: float) -> float:
    """How much of a wave (a multiple of the fine one) a square dot of `side` holds."""
    return float(np.prod(np.sinc(side * wave * _WAVES[0])))


@cache
def _word() -> NDArray[np.bool_]:
    """The word, a quarter as fine as the ground's picture."""
    return np.array([[ground.in_word(x, y) for x in range(2, ground.WIDTH, 4)] for y in range(2, ground.HEIGHT, 4)])


@cache
def _unevenness() -> float:
    """What `lost` would be of the ground as it is made: the word's edge runs through cells whose dots all lie on one side of it."""
    picture = np.unpackbits(np.array([list(row) for row in ground.rows()], dtype=np.uint8), axis=1)
    word = _word().repeat(4, axis=0).repeat(4, axis=1)
    return float((picture[word].mean() - picture[~word].mean()) / ground.TONE)


def _patch(grey: Grey, placed: Placement, corner: tuple[float, float]) -> tuple[float, ...] | None:
    """One patch: how much darker the word is and how sure that is; powers in the word of the coarse wave, of its overtone and of noise.

    None for a patch that is not wholly in the picture, or with too little of word or rest.
    """
    sheet = np.array([corner, (corner[0] + _PATCH, corner[1]), (corner[0], corner[1] + _PATCH), (corner[0] + _PATCH, corner[1] + _PATCH)])
    corners = placed.pixels(sheet)
    left, top = np.ceil(corners.min(axis=0)).astype(int)
    right, bottom = np.floor(corners.max(axis=0)).astype(int)
    if left < 0 or top < 0 or right > grey.shape[1] or bottom > grey.shape[0]:
        return None
    # so small a patch is seen straight: from pixels to the printer's dots by three numbers each way
    to_dots = np.linalg.lstsq(np.column_stack([corners - (left + 0.5, top + 0.5), np.ones(4)]), sheet * _DOTS_PER_MM, rcond=None)[0]
    down, across = np.mgrid[0 : bottom - top, 0 : right - left].astype(np.float64)
    x, y = (across * to_dots[0, axis] + down * to_dots[1, axis] + to_dots[2, axis] for axis in (0, 1))
    row = (ground.HEIGHT - (PAGE_HEIGHT * _DOTS_PER_MM - y) % ground.HEIGHT) // 4  # the pictures are laid from the sheet's lower left corner
    word = _word()[np.minimum(row, ground.HEIGHT // 4 - 1).astype(int), (x % ground.WIDTH // 4).astype(int)]
    share = float(word.mean())
    if not 0.15 < share < 0.85:
        return None
    light = grey[top:bottom, left:right].astype(np.float64)
    light -= light.mean()
    darker = _step(light, word, across, down)
    return (darker, share * (1 - share), *_powers(light, word, to_dots, (_WAVES / 4, _WAVES / 2, _turned(_WAVES * 0.4))))


def _step(light: NDArray[np.float64], word: NDArray[np.bool_], across: NDArray[np.float64], down: NDArray[np.float64]) -> float:
    """How much darker the word is, the light falling evenly across the patch."""
    middles = (across - across.mean(), down - down.mean())  # at right angles to each other and to what is even
    flat = [
        layer - sum(axis * float((layer * axis).sum() / (axis * axis).sum()) for axis in middles)
        for layer in (word - word.mean(), light - light.mean())
    ]
    return -float((flat[0] * flat[1]).sum() / (flat[0] ** 2).sum())


def _turned(waves: Points) -> Points:
    return np.array([(x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)) for x, y in waves[:1] for turn in _TURNS])


def _powers(light: NDArray[np.float64], where: NDArray[np.bool_], to_dots: NDArray[np.float64], groups: tuple[Points, ...]) -> list[float]:
    """The mean power of each group of waves where the mask says, in squared grey levels."""
    pixels = float(where.sum())
    level = np.where(where, light - light[where].mean(), 0.0)
    steps = np.concatenate(groups) @ to_dots[:2].T  # periods a pixel across and down
    across = np.exp(-2j * np.pi * np.outer(np.arange(level.shape[1]), steps[:, 0]))
    down = np.exp(-2j * np.pi * np.outer(np.arange(level.shape[0]), steps[:, 1]))
    powers = np.abs(((level @ across) * down).sum(axis=0) / pixels) ** 2
    ends = np.cumsum([len(group) for group in groups])[:-1]
    return [float(group.mean()) for group in np.split(powers, ends)]
