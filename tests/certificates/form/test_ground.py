"""The ground of every sheet: even on the sheet, a word on its copy; always the same bytes."""

import random
from functools import cache
from hashlib import sha256

import numpy as np
import pypdfium2 as pdfium
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.pdfbase import pdfdoc

from certificates.fonts.writing import Written, packed
from certificates.form import ground
from simulation.channel import Copier, Printer, copied, printed, rasterised

Mask = NDArray[np.bool_]


def sheet_with(content: str) -> bytes:
    """A page that carries the ground and nothing else."""
    document = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 4))
    named = (b" /MediaBox [0 0 595.28 841.89] /Resources << /XObject << /Ground ", ground.add_ground(document), b" >> >> /Contents ")
    drawing = document.Reference(packed((b"<<",), content.encode()))
    document.addPage(Written((b"<< /Type /Page /Parent ", document.Reference(document.Pages), *named, drawing, b" >>")))
    pdf: bytes = document.GetPDFData(None)
    return pdf


@cache
def dots() -> Image.Image:
    """The lower left 90 mm x 70 mm of a sheet as a printer gets them."""
    page = rasterised(sheet_with(ground.content()))
    return page.crop((0, page.height - 1650, 2120, page.height))


@cache
def word() -> Mask:
    """Where `dots()` lie in the word."""
    picture = np.array([[ground.in_word(x, y) for x in range(ground.WIDTH)] for y in range(ground.HEIGHT)])
    picture = np.roll(picture, -((ground.HEIGHT - 1650) % ground.HEIGHT), axis=0)  # the pictures are laid from the sheet's lower left corner
    return np.tile(picture, (4, 2))[:1650, :2120]


def word_against_rest(sheet: Image.Image) -> float:
    """How much darker the word is than the rest, as a share of white."""
    light = np.asarray(sheet, dtype=np.float64) / 255
    return float(light[~word()].mean() - light[word()].mean())


def test_word_and_rest_have_the_same_tone_cell_by_cell() -> None:
    picture = np.unpackbits(np.array([list(row) for row in ground.rows()], dtype=np.uint8), axis=1)
    assert picture.sum() * ground.PIXELS_PER_CELL == picture.size * ground.BLACK_PER_CELL
    assert pytest.approx(picture.mean()) == ground.TONE == 16 / 272
    right, down = ground.COARSE
    across, along = np.meshgrid(np.arange(ground.WIDTH), np.arange(ground.HEIGHT))
    # every pixel by the steps of the coarse grid that lead to it, counted from an eighth of a step before a cell's first fine dot
    i = np.floor(((across + 1.5) * right + (along + 2.5) * down) / ground.PIXELS_PER_CELL).astype(int)
    j = np.floor(((along + 2.5) * right - (across + 1.5) * down) / ground.PIXELS_PER_CELL).astype(int)
    whole = (across > 40) & (across < ground.WIDTH - 40) & (along > 40) & (along < ground.HEIGHT - 40)
    cells: dict[tuple[int, int], list[int]] = {}
    for cell, black in zip(zip(i[whole].tolist(), j[whole].tolist(), strict=True), picture[whole].tolist(), strict=True):
        cells.setdefault(cell, []).append(black)
    counts = {sum(pixels) for pixels in cells.values() if len(pixels) == ground.PIXELS_PER_CELL}
    assert len(cells) > 1500
    assert counts == {ground.BLACK_PER_CELL}


def test_the_word_stands_in_coarse_dots_and_the_rest_in_fine_ones() -> None:
    picture = np.unpackbits(np.array([list(row) for row in ground.rows()], dtype=np.uint8), axis=1).astype(bool)
    alone = picture & ~np.roll(picture, 1, axis=1) & ~np.roll(picture, -1, axis=1)
    inside = np.array([[ground.in_word(x, y) for x in range(ground.WIDTH)] for y in range(ground.HEIGHT)])
    assert alone[~inside].sum() > 0.9 * picture[~inside].sum()
    assert alone[inside].sum() < 0.1 * picture[inside].sum()


def test_the_grid_goes_on_unbroken_from_one_picture_to_the_next() -> None:
    outside = [row for row in range(ground.HEIGHT) if not any(ground.in_word(x, row) for x in range(ground.WIDTH))]
    picture = np.unpackbits(np.array([list(row) for row in ground.rows()], dtype=np.uint8), axis=1).astype(bool)
    moved = np.roll(picture, (ground.FINE[1], ground.FINE[0]), axis=(0, 1))
    edge = [row for row in (0, 1, 2, ground.HEIGHT - 3, ground.HEIGHT - 2, ground.HEIGHT - 1) if row in outside]
    assert len(edge) == 6
    assert (picture[edge] == moved[edge]).all()


def test_the_same_ground_on_every_machine() -> None:
    assert sha256(b"".join(ground.rows())).hexdigest() == "4eb7eb1951e8f03b0693dcad89a1cc2543300e41740d1a25bb5a74e90a79b98f"


def test_a_paper_carries_little_of_it() -> None:
    assert sum(len(part.stream) for _, part in ground.parts()) < 6000
    blank = len(sheet_with("")) - len(sheet_with(ground.content()))
    assert abs(blank) < 40, "the ground is there once, however it is drawn"


def test_two_papers_of_one_process_have_the_same_ground() -> None:
    assert sheet_with(ground.content()) == sheet_with(ground.content())


@pytest.mark.parametrize("dpi", [75, 150, 300])
def test_it_is_an_even_light_tone_at_every_resolution(dpi: int) -> None:
    page = pdfium.PdfDocument(sheet_with(ground.content()))[0].render(scale=dpi / 72, grayscale=True).to_numpy().squeeze() / 255.0
    assert 1 - page.mean() == pytest.approx(ground.TONE, abs=0.004)
    step = dpi // 15  # 1.7 mm: what an eye takes together
    patches = page[: page.shape[0] // step * step, : page.shape[1] // step * step].reshape(page.shape[0] // step, step, -1, step).mean(axis=(1, 3))
    assert patches.std() < 0.012


def test_a_printer_gets_every_dot_in_its_size() -> None:
    def sizes(picture: Mask) -> tuple[float, float]:
        """Per cell: black pixels, and those of them that stand alone."""
        alone = picture & ~np.roll(picture, 1, axis=1) & ~np.roll(picture, -1, axis=1)
        return float(picture.mean()) * ground.PIXELS_PER_CELL, float(alone.mean()) * ground.PIXELS_PER_CELL

    made = sizes(np.unpackbits(np.array([list(row) for row in ground.rows()], dtype=np.uint8), axis=1).astype(bool))
    drawn = sizes(np.asarray(dots())[-ground.HEIGHT :, : ground.WIDTH] < 128)
    assert drawn == pytest.approx(made, rel=0.02)


@pytest.mark.parametrize("printer", [Printer(), Printer(spread=0.35, gain=1.0), Printer(spread=0.7, gain=1.4)])
def test_no_word_on_the_sheet_itself(printer: Printer) -> None:
    assert abs(word_against_rest(printed(dots(), printer, random.Random(1)))) < 0.005


@pytest.mark.parametrize("copier", [Copier(), Copier(dpi=300)])
@pytest.mark.parametrize("printer", [Printer(), Printer(spread=0.7, gain=1.4)])
def test_the_word_on_a_copy(printer: Printer, copier: Copier) -> None:
    chance = random.Random(1)
    copy = copied(printed(dots(), printer, chance), copier, printer, chance)
    assert word_against_rest(copy) > 0.02
