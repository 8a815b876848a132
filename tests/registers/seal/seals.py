"""Seals for the tests of this folder."""

import io
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from registers.seal.carving import carve
from registers.seal.seal import Imprint, SealRegistration
from tests.registers.people import atena

FONTS = tuple(Path(__file__).parents[3] / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf"))


@cache
def imprint(seed: int = 1, carved: str = "見本") -> Imprint:
    """A real-looking imprint."""
    return carve(carved, Random(seed), FONTS)


def drawn(width: int, height: int, *, ink: tuple[int, int, int, int] | None = (0, 0, 400, 400), mode: str = "1", **saved: Any) -> Imprint:
    """A plain picture with a black rectangle, as a PNG of this size."""
    picture = Image.new(mode, (width, height), 1 if mode == "1" else 255)
    if ink is not None:
        picture.paste(0, ink)
    out = io.BytesIO()
    picture.save(out, "PNG", **saved)
    return Imprint(width, height, out.getvalue())


def seal(number: int, person: int | None = None, **changes: Any) -> SealRegistration:
    """A registration in force; its number and its holder follow from `number`."""
    made = SealRegistration(f"{number:08d}", atena(person or number), date(2020, 5, 7), "見本", imprint(number), "0")
    return replace(made, **changes)
