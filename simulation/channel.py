"""What happens to a sheet between the press and whoever reads it: print, copy, scan, photograph, JPEG. Grey pictures in, grey pictures out, everything from one seed.

A model, not a measurement: toner spreads, isolated dots come out darker than their size, a copier whitens its background and hardens its edges, a scanner sees through a lens and adds
noise, a phone sees the sheet askew under uneven light. Each figure is a plain parameter, so that the bench can say for which figures its table holds. Pictures are Pillow's "L", 255 being white.
"""

import random
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageFilter

PRINT_DPI = 600

Reflectance = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Printer:
    """Toner on paper. `spread`: how far it runs, standard deviation in 600 dpi dots. `gain`: how much more toner lies there than was asked for. `ink`, `paper`: how much light each reflects."""

    spread: float = 0.5
    gain: float = 1.15
    ink: float = 0.06
    paper: float = 0.93


@dataclass(frozen=True, slots=True)
class Copier:
    """A copier's usual text setting: scanned at `dpi`, what is lighter than `white` becomes paper, what is darker than `black` toner; between them half-tones (`soft`) or one cut in the middle."""

    dpi: int = 600
    white: float = 0.78
    black: float = 0.35
    soft: bool = True


@dataclass(frozen=True, slots=True)
class Scanner:
    """A flat-bed. `angle` in degrees; `shift` and `beyond` (how much of the bed around the sheet is in the picture) in millimetres; `blur`: the lens, standard deviation in scan pixels; `noise`:
    standard deviation in grey levels of 255; `turned`: quarter turns. What is turned and not surrounded by bed loses its corners, as it does in an office."""

    dpi: int = 300
    angle: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    blur: float = 0.45
    noise: float = 3.0
    turned: int = 0
    beyond: float = 0.0


@dataclass(frozen=True, slots=True)
class Phone:
    """A hand-held picture. `pixels`: its longer side; `tilt`: how far each corner of the sheet may lie off, as a share of the sheet's side; `shade`: how much darker the darkest corner is."""

    pixels: int = 4000
    tilt: float = 0.04
    shade: float = 0.3
    blur: float = 0.8
    noise: float = 4.0


def rasterised(pdf: bytes, page: int = 0) -> Image.Image:
    """One page as a printer makes it: black and white dots at 600 dpi, nothing smoothed, grey as scattered dots."""
    document = pdfium.PdfDocument(pdf)
    dots = document[page].render(
        scale=PRINT_DPI / 72, grayscale=True, no_smoothimage=True, no_smoothtext=True, no_smoothpath=True, optimize_mode="print"
    ).to_pil()  # fmt: skip
    black: Image.Image = dots.convert("1").convert("L")
    document.close()
    return black


def printed(page: Image.Image, printer: Printer, chance: random.Random) -> Image.Image:
    """The sheet that comes out of the printer, seen at 600 dpi."""
    asked = (255 - np.asarray(page, dtype=np.float32)) / 255
    toner = np.minimum(_array(_picture(asked).filter(ImageFilter.GaussianBlur(printer.spread))) * printer.gain, 1.0)
    light = printer.paper + (printer.ink - printer.paper) * toner
    return _noisy(light, 1.5, chance)


def copied(sheet: Image.Image, copier: Copier, printer: Printer, chance: random.Random) -> Image.Image:
    """A copy of the sheet on other paper."""
    seen = scanned(sheet, Scanner(dpi=copier.dpi, noise=2.0), chance)
    wide, high = sheet.size
    grey = _array(seen.resize((wide, high), Image.Resampling.BICUBIC) if seen.size != sheet.size else seen)
    toner = np.clip((copier.white - grey) / (copier.white - copier.black), 0.0, 1.0)
    if not copier.soft:
        toner = (toner > 0.5).astype(np.float32)
    return printed(_picture(1 - toner), printer, chance)


def scanned(sheet: Image.Image, scanner: Scanner, chance: random.Random) -> Image.Image:
    """The scan of a sheet, white where no paper lay."""
    scale = PRINT_DPI / scanner.dpi
    around = 2 * scanner.beyond / 25.4 * scanner.dpi
    wide, high = round(sheet.width / scale + around), round(sheet.height / scale + around)
    seen = sheet.filter(ImageFilter.GaussianBlur(scale * _lens(scanner.blur)))
    turn = np.deg2rad(scanner.angle)
    cosine, sine = float(np.cos(turn)) * scale, float(np.sin(turn)) * scale
    centre = (wide / 2 + scanner.shift[0] / 25.4 * scanner.dpi, high / 2 + scanner.shift[1] / 25.4 * scanner.dpi)
    back = (
        cosine,
        sine,
        sheet.width / 2 - cosine * centre[0] - sine * centre[1],
        -sine,
        cosine,
        sheet.height / 2 + sine * centre[0] - cosine * centre[1],
    )
    flat = seen.transform((wide, high), Image.Transform.AFFINE, back, Image.Resampling.BICUBIC, fillcolor=250)
    return _noisy(_array(flat), scanner.noise, chance).rotate(90 * scanner.turned, expand=True)


def photographed(sheet: Image.Image, phone: Phone, chance: random.Random) -> Image.Image:
    """A photograph of the sheet on a grey table."""
    high = phone.pixels
    wide = round(high * 0.75)
    scale = sheet.height / (high * 0.92)
    seen = sheet.filter(ImageFilter.GaussianBlur(scale * _lens(phone.blur)))
    paper_wide = sheet.width / scale
    left, top = (wide - paper_wide) / 2, high * 0.04
    corners = [(left, top), (left + paper_wide, top), (left + paper_wide, high - top), (left, high - top)]
    lain = [(x + chance.uniform(-1, 1) * phone.tilt * paper_wide / 2, y + chance.uniform(-1, 1) * phone.tilt * high / 2) for x, y in corners]
    sheet_corners = [(0.0, 0.0), (float(sheet.width), 0.0), (float(sheet.width), float(sheet.height)), (0.0, float(sheet.height))]
    flat = seen.transform((wide, high), Image.Transform.PERSPECTIVE, _homography(lain, sheet_corners), Image.Resampling.BICUBIC, fillcolor=90)
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    slope = chance.uniform(0, 2 * np.pi)
    light = (across / wide - 0.5) * np.cos(slope) + (down / high - 0.5) * np.sin(slope)
    return _noisy(_array(flat) * (1 - phone.shade * (light / 1.42 + 0.5)), phone.noise, chance)


def as_jpeg(picture: Image.Image, quality: int, dpi: int = 0) -> bytes:
    """The picture as a JPEG file."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()


def as_png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _lens(blur: float) -> float:
    """The lens and the pixel's own width together."""
    return float(np.hypot(blur, 0.29))


def _array(picture: Image.Image) -> Reflectance:
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _picture(light: Reflectance) -> Image.Image:
    return Image.fromarray(np.clip(light * 255 + 0.5, 0, 255).astype(np.uint8))


def _noisy(light: Reflectance, levels: float, chance: random.Random) -> Image.Image:
    noise = np.random.Generator(np.random.SFC64(chance.getrandbits(64))).standard_normal(light.shape, dtype=np.float32)
    noise *= np.float32(levels / 255)
    noise += light
    return _picture(noise)


def _homography(source: list[tuple[float, float]], target: list[tuple[float, float]]) -> tuple[float, ...]:
    """The eight coefficients that carry each `source` point onto its `target`, as Pillow takes them."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(right)).tolist())
