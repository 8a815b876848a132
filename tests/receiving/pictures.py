"""Sheets that went through the channel, made once for all tests: originals, a copy, and pictures of them."""

import random
from functools import cache

from PIL import Image

from benchmarks import sheets
from simulation.channel import Copier, Phone, Printer, Scanner, copied, photographed, printed, scanned


@cache
def original() -> Image.Image:
    """The printed back."""
    return printed(sheets.back(), Printer(), random.Random(1))


@cache
def copy() -> Image.Image:
    """A copy of it by a copier's usual setting."""
    return copied(original(), Copier(), Printer(), random.Random(2))


@cache
def scan(dpi: int, angle: float = 1.5, turned: int = 0, beyond: float = 0.0, *, of_copy: bool = False) -> Image.Image:
    """A scan of the original, or of the copy."""
    return scanned(copy() if of_copy else original(), Scanner(dpi, angle, turned=turned, beyond=beyond), random.Random(3))


@cache
def photograph() -> Image.Image:
    """A photograph of the original."""
    return photographed(original(), Phone(pixels=4400, tilt=0.06, shade=0.5), random.Random(4))


@cache
def blank() -> Image.Image:
    """A picture with no sheet in it."""
    return Image.effect_noise((1240, 1754), 60)
