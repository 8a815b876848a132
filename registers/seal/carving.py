"""How the imprint of a made-up seal comes to be: characters cut into a plate, the plate pressed on paper, the ink scanned at 600 dpi.

Decides shape, size and arrangement of a personal seal, and its flaws, from the chance that is handed in: the same chance and the same font files give the same bytes. Whose seal it is, and
whether it may be registered, it does not know. The characters are cut from the outlines of a font that the caller names, with strokes made even and stretched to the rim as on real seals.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from registers.seal.seal import DPI, Imprint

CHARACTERS_MAX = 8

Shape = Literal["round", "oval", "square"]

_SHAPES: tuple[tuple[Shape, float], ...] = (("round", 0.78), ("oval", 0.12), ("square", 0.10))
_SIZES_MM = ((10.5, 0.2), (12.0, 0.34), (13.5, 0.22), (15.0, 0.14), (16.5, 0.05), (18.0, 0.05))
_LARGER_FOR_LONG_MM = 13.5
_OVAL_WIDTH = 0.8
"""Of the height. The smallest oval is 8.4 mm wide; one much narrower could be cropped to less than the 8 mm that a seal must have."""

_EM = 160
_LEAST_SIDE = 66
_MESH = 12
_MARGIN = 8  # pixels around the plate, for what the turn of the hand and the flow of ink move outwards
_INK_AT = 128
_SELECTORS = ("\ufe00", "\ufe0f", "\U000e0100", "\U000e01ef")

Picture = Image.Image
T = TypeVar("T")


class Chance(Protocol):
    """What is drawn from: a `random.Random` of the caller's seed."""

    def random(self) -> float:
        """A number of [0, 1)."""

    def randbytes(self, n: int, /) -> bytes:
        """So many bytes."""


@dataclass(frozen=True, slots=True)
class _Plate:
    """A seal before it is pressed: sides in pixels, width of rim and strokes in pixels."""

    shape: Shape
    width: int
    height: int
    rim: float
    stroke: float


def carve(carved: str, chance: Chance, fonts: Sequence[Path]) -> Imprint:
    """The imprint of a seal with the characters `carved`, pressed once. Each character is cut from the first of `fonts` that has it.

    A space in `carved` begins a new column (山田　花子 is cut in two); otherwise up to three characters stand in one column and more in two. Latin letters stand in rows.
    ValueError for no or more than 8 characters, or one that no font has.
    """
    lines = _arranged(carved)
    count = sum(len(line) for line in lines)
    plate = _plate(count, len(lines), chance)
    cut = _cut(plate, lines, chance, tuple(fonts), rows=carved[0].isascii())
    return _pressed(_rimmed(cut, plate, chance), chance)


def _arranged(carved: str) -> list[str]:
    """The columns (for Latin letters: rows) of a seal, the first read first."""
    parts = ["".join(char for char in part if not _is_selector(char)) for part in carved.split()]
    text = "".join(parts)
    if not 0 < len(text) <= CHARACTERS_MAX:
        raise ValueError(f"a seal has 1 to {CHARACTERS_MAX} characters")
    if len(parts) == 2:
        return parts
    if len(text) <= 3:
        return [text]
    half = -(-len(text) // 2)
    return [text[:half], text[half:]]


def _plate(count: int, lines: int, chance: Chance) -> _Plate:
    shape = _drawn(_SHAPES, chance)
    size_mm = _drawn(_SIZES_MM, chance)
    if lines > 1 or count > 3:
        size_mm = max(size_mm, _LARGER_FOR_LONG_MM)
    if lines > 1 and shape == "oval":
        shape = "round"
    width_mm = size_mm * _OVAL_WIDTH if shape == "oval" else size_mm
    worn = 0.985 + 0.02 * chance.random()
    width, height = (round(side / 25.4 * DPI * worn) for side in (width_mm, size_mm))
    dense = max(count, 2) ** 0.35
    return _Plate(shape, width, height, rim=height * (0.024 + 0.02 * chance.random()), stroke=height * (0.052 + 0.022 * chance.random()) / dense)


def _cut(plate: _Plate, lines: Sequence[str], chance: Chance, fonts: tuple[Path, ...], *, rows: bool) -> Picture:
    """The characters alone, white on black, bent into the plate's shape."""
    gap = plate.rim * (1.25 + 0.8 * chance.random())
    inner = Image.new("L", (round(plate.width - 2 * gap), round(plate.height - 2 * gap)), 0)
    glyphs = [[_glyph(character, fonts) for character in line] for line in lines]
    for glyph, box in _cells(inner.size, glyphs, rows=rows):
        space = max(2, round(plate.stroke * 0.45))
        size = (max(4, box[2] - box[0] - space), max(4, box[3] - box[1] - space))
        drawn = _even(glyph, size, plate.stroke)
        inner.paste(drawn, (box[0] + (box[2] - box[0] - size[0]) // 2, box[1] + (box[3] - box[1] - size[1]) // 2))
    if plate.shape != "square":
        inner = _bent(inner)
    whole = Image.new("L", (plate.width + 2 * _MARGIN, plate.height + 2 * _MARGIN), 0)
    whole.paste(inner, ((whole.width - inner.width) // 2, (whole.height - inner.height) // 2))
    return whole


def _cells(size: tuple[int, int], lines: Sequence[Sequence[Picture]], *, rows: bool) -> Iterator[tuple[Picture, tuple[int, int, int, int]]]:
    """Each glyph with its (left, top, right, bottom): columns from the right, each read downwards, or rows from the top, each read to the right.

    Along its line a flat glyph (一) or a thin one (I) takes less than the others.
    """
    width, height = size
    for number, line in enumerate(lines):
        lengths = [glyph.width if rows else glyph.height for glyph in line]
        ends = [sum(lengths[:place]) / sum(lengths) for place in range(len(line) + 1)]
        for place, glyph in enumerate(line):
            along = (ends[place], ends[place + 1])
            beside = (number / len(lines), (number + 1) / len(lines)) if rows else (1 - (number + 1) / len(lines), 1 - number / len(lines))
            across, down = (along, beside) if rows else (beside, along)
            yield glyph, (round(width * across[0]), round(height * down[0]), round(width * across[1]), round(height * down[1]))


def _even(glyph: Picture, size: tuple[int, int], stroke: float) -> Picture:
    """A glyph stretched to `size`, its thin strokes made nearly as heavy as its thick ones, its serifs rounded off."""
    flat = glyph.resize(size, Image.Resampling.BICUBIC)
    share = _ink_share(flat)
    room = max(0.25, 1 - 1.5 * share)  # who has many strokes gets thin ones
    down = max(0, round(stroke * room - 0.035 * _EM * size[1] / glyph.height))
    across = max(0, round(stroke * room - 0.08 * _EM * size[0] / glyph.width))
    heavy = _thicker(flat, across, down)
    return heavy.filter(ImageFilter.GaussianBlur(max(1.2, stroke * 0.16)))


def _thicker(picture: Picture, across: int, down: int) -> Picture:
    """Ink spread by so many pixels in each direction."""
    for step_x, step_y, times in ((1, 0, across), (0, 1, down)):
        for turn in range(times):
            shift = turn % 2 * 2 - 1  # left and right in turns, so that the character stays where it is
            moved = Image.new("L", picture.size, 0)
            moved.paste(picture, (step_x * shift, step_y * shift))
            picture = ImageChops.lighter(picture, moved)
    return picture


def _bent(flat: Picture) -> Picture:
    """A rectangle's content drawn into the ellipse that touches its sides: strokes near the rim follow it, as a carver lets them."""
    width, height = flat.size
    mesh = []
    for row in range(_MESH):
        for column in range(_MESH):
            left, right = (round(width * (column + end) / _MESH) for end in (0, 1))
            top, bottom = (round(height * (row + end) / _MESH) for end in (0, 1))
            corners = ((left, top), (left, bottom), (right, bottom), (right, top))
            quad = tuple(at for corner in corners for at in _in_rectangle(corner, flat.size))
            mesh.append(((left, top, right, bottom), quad))
    return flat.transform(flat.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _in_rectangle(at: tuple[int, int], size: tuple[int, int]) -> tuple[float, float]:
    """Where in the rectangle a point of the ellipse comes from (the elliptical grid mapping, inverted); outside the ellipse, somewhere outside the rectangle."""
    u, v = (2 * place / side - 1 for place, side in zip(at, size, strict=True))
    far = math.hypot(u, v)
    beyond = max(1.0, far)
    u, v = u / beyond, v / beyond
    root = 2 * math.sqrt(2)
    x = (math.sqrt(max(0.0, 2 + u * u - v * v + root * u)) - math.sqrt(max(0.0, 2 + u * u - v * v - root * u))) / 2
    y = (math.sqrt(max(0.0, 2 - u * u + v * v + root * v)) - math.sqrt(max(0.0, 2 - u * u + v * v - root * v))) / 2
    return (x * beyond + 1) / 2 * size[0], (y * beyond + 1) / 2 * size[1]


def _rimmed(cut: Picture, plate: _Plate, chance: Chance) -> Picture:
    """The plate with its rim, which no hand cuts to the same width all around."""
    rim = Image.new("L", cut.size, 0)
    pen = ImageDraw.Draw(rim)
    pen.polygon(_outline(plate, 0.0, 0.004, chance), fill=255)
    pen.polygon(_outline(plate, plate.rim, 0.009, chance), fill=0)
    for _ in range(int(chance.random() * 3)):  # notches where the seal was once dropped
        turn, size = chance.random() * math.tau, plate.rim * (0.3 + 0.5 * chance.random())
        x, y = _on_rim(plate, turn, 0.0)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=0)
    return ImageChops.lighter(cut, rim)


def _outline(plate: _Plate, inset: float, uneven: float, chance: Chance) -> list[tuple[float, float]]:
    waves = [(order, uneven / order**0.5 * chance.random(), math.tau * chance.random()) for order in range(2, 8)]
    points = []
    for step in range(180):
        turn = math.tau * step / 180
        away = sum(size * math.cos(order * turn + phase) for order, size, phase in waves)
        points.append(_on_rim(plate, turn, inset + away * plate.height / 2))
    return points


def _on_rim(plate: _Plate, turn: float, inset: float) -> tuple[float, float]:
    """The point of the outline in the direction `turn`, `inset` pixels inside. A square's corners are rounded (a superellipse)."""
    power = 2 / 14 if plate.shape == "square" else 1.0
    across, down = (math.copysign(abs(part) ** power, part) for part in (math.cos(turn), math.sin(turn)))
    half_width, half_height = plate.width / 2, plate.height / 2
    return half_width + _MARGIN + across * (half_width - inset), half_height + _MARGIN + down * (half_height - inset)


def _pressed(plate: Picture, chance: Chance) -> Imprint:
    """Ink on paper, scanned to one bit and cropped: turned a little by the hand, fuller on one side, with grains of paper that took none."""
    turned = plate.rotate((chance.random() - 0.5) * 7, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.1))
    hand = _field(chance, plate.size, 3)
    spots = _field(chance, plate.size, max(6, plate.width // 14))
    grain = _field(chance, plate.size, plate.width // 3)
    flaws = Image.blend(Image.blend(hand, spots, 0.5), grain, 0.5)
    dry = 0.4 + 0.4 * chance.random()
    wet = 2 + 12 * chance.random()
    took = ImageChops.subtract(turned, flaws.point([round(dry * level) for level in range(256)]))
    black = took.point([0 if level > _INK_AT * (1 - dry) - wet else 255 for level in range(256)]).convert("1", dither=Image.Dither.NONE)
    ink = ImageChops.invert(black.convert("L")).getbbox()
    assert ink is not None, "a plate with a rim leaves ink"
    scanned = black.crop(ink)
    out = BytesIO()
    scanned.save(out, "PNG", optimize=False, compress_level=6, dpi=(DPI, DPI))
    return Imprint(scanned.width, scanned.height, out.getvalue())


def _field(chance: Chance, size: tuple[int, int], cells: int) -> Picture:
    """Smooth noise: so many random greys across and down, with everything between them interpolated."""
    return Image.frombytes("L", (cells, cells), chance.randbytes(cells * cells)).resize(size, Image.Resampling.BICUBIC)


def _glyph(character: str, fonts: tuple[Path, ...]) -> Picture:
    """The character white on black, cropped to its ink; a flat or thin one keeps some paper around it."""
    for font in fonts:
        found = _glyph_of(character, font)
        if found is not None:
            return found
    raise ValueError("no font has a character of this seal")


@lru_cache(2048)
def _glyph_of(character: str, font: Path) -> Picture | None:
    drawn, missing = (_drawn_glyph(char, font) for char in (character, "\U0010ffff"))
    if drawn is None or (missing is not None and drawn.tobytes() == missing.tobytes()):
        return None
    return drawn


def _drawn_glyph(character: str, font: Path) -> Picture | None:
    glyph = Image.new("L", (2 * _EM, 2 * _EM), 0)
    ImageDraw.Draw(glyph).text((_EM, _EM), character, font=_font(font), fill=255, anchor="mm")
    ink = glyph.getbbox()
    if ink is None:
        return None
    spare_x, spare_y = (max(0, _LEAST_SIDE - (ink[at + 2] - ink[at])) // 2 for at in (0, 1))
    return glyph.crop((ink[0] - spare_x, ink[1] - spare_y, ink[2] + spare_x, ink[3] + spare_y))


@lru_cache(4)
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), _EM)


def _ink_share(picture: Picture) -> float:
    histogram = picture.histogram()
    return sum(level * count for level, count in enumerate(histogram)) / (255 * picture.width * picture.height)


def _drawn(choices: Sequence[tuple[T, float]], chance: Chance) -> T:
    """One of the choices by their shares."""
    at = chance.random()
    for choice, share in choices:
        at -= share
        if at < 0:
            return choice
    return choices[-1][0]


def _is_selector(character: str) -> bool:
    return _SELECTORS[0] <= character <= _SELECTORS[1] or _SELECTORS[2] <= character <= _SELECTORS[3]
