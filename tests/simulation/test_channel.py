"""The model of what happens to a sheet: repeatable, true to scale, and doing what it says."""

import io
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from simulation.channel import Copier, Phone, Printer, Scanner, as_jpeg, as_png, copied, photographed, printed, scanned


def sheet() -> Image.Image:
    """60 mm square at 600 dpi: a black square of 20 mm in the middle, a grid of single dots left of it."""
    page = Image.new("L", (1417, 1417), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((472, 472, 945, 945), fill=0)
    for x in range(20, 400, 8):
        for y in range(20, 1400, 8):
            page.putpixel((x, y), 0)
    return page


def made(seed: int) -> list[bytes]:
    chance = random.Random(seed)
    original = printed(sheet(), Printer(), chance)
    copy = copied(original, Copier(), Printer(), chance)
    return [picture.tobytes() for picture in (original, copy, scanned(copy, Scanner(), chance), photographed(original, Phone(pixels=800), chance))]


def test_the_same_seed_gives_the_same_pictures_and_another_others() -> None:
    first = made(1)
    assert made(1) == first
    assert all(one != other for one, other in zip(made(2), first, strict=True))


@pytest.mark.parametrize("dpi", [150, 300, 600])
def test_a_scan_is_true_to_scale(dpi: int) -> None:
    seen = np.asarray(scanned(printed(sheet(), Printer(), random.Random(1)), Scanner(dpi), random.Random(2)))
    assert seen.shape == (round(1417 * dpi / 600),) * 2
    black = np.flatnonzero((seen < 100).sum(axis=0) > dpi // 10)
    assert len(black) / dpi * 25.4 == pytest.approx(20.05, abs=25.4 / dpi + 0.1)


def test_a_bed_beyond_the_sheet_keeps_its_corners() -> None:
    page = Image.new("L", (1417, 1417), 255)
    ImageDraw.Draw(page).rectangle((0, 0, 100, 100), fill=0)
    cut = scanned(page, Scanner(150, angle=-10, noise=0), random.Random(1))
    whole = scanned(page, Scanner(150, angle=-10, noise=0, beyond=20), random.Random(1))
    ink = [int((np.asarray(picture) < 100).sum()) for picture in (cut, whole)]
    assert ink[0] < 0.9 * ink[1]


def test_a_sheet_lies_as_it_was_turned() -> None:
    page = Image.new("L", (1417, 1417), 255)
    ImageDraw.Draw(page).rectangle((0, 0, 300, 1417), fill=0)
    turned = np.asarray(scanned(page, Scanner(150, turned=1), random.Random(1)))
    assert turned[-20].mean() < 60
    assert turned[20].mean() > 200


def test_single_dots_are_printed_and_lost_by_a_copier_of_300_dpi() -> None:
    chance = random.Random(1)
    original = printed(sheet(), Printer(), chance)
    copy = copied(original, Copier(dpi=300), Printer(), chance)
    paper, dots = (1000, 40, 1400, 1400), (30, 40, 390, 1400)
    darker = [float(np.asarray(picture.crop(paper)).mean() - np.asarray(picture.crop(dots)).mean()) for picture in (original, copy)]
    assert darker[0] > 2.5
    assert darker[1] < 0.3 * darker[0]


def test_pictures_come_back_from_their_files() -> None:
    picture = printed(sheet(), Printer(), random.Random(1))
    assert Image.open(io.BytesIO(as_png(picture))).tobytes() == picture.tobytes()
    again = np.asarray(Image.open(io.BytesIO(as_jpeg(picture, 90, 300))), dtype=float)
    assert np.abs(again - np.asarray(picture, dtype=float)).mean() < 3
