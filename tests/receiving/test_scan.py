"""A scanned back, read: its code, the front behind it, and what is missing said plainly."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks import sheets
from receiving.scan import Problem, Reading, read_page, read_upload
from simulation.channel import as_jpeg, as_png
from tests.receiving.pictures import blank, photograph, scan


def read(picture: Image.Image) -> Reading:
    return read_page(picture, sheets.picture_key)


def likeness_to_front(picture: bytes) -> float:
    """Correlation with the front that was put in."""
    front = Image.open(io.BytesIO(picture))
    assert front.size == (1240, 1754)
    small = np.asarray(front.resize((620, 877), Image.Resampling.BOX))
    return float(np.corrcoef(small.ravel(), sheets.front().ravel())[0, 1])


def test_a_scan_of_300_dpi_gives_code_and_front() -> None:
    reading = read(scan(300))
    assert reading.code == sheets.code()
    assert reading.problems == ()
    assert reading.resolution_dpi == 300
    assert reading.picture is not None
    assert likeness_to_front(reading.picture) > 0.85


def test_a_skewed_scan_on_its_side_gives_the_same() -> None:
    reading = read(scan(300, 8.0, 3, 30.0))
    assert reading.code == sheets.code()
    assert reading.picture is not None
    assert likeness_to_front(reading.picture) > 0.85


def test_a_photograph_under_uneven_light_gives_the_front() -> None:
    reading = read(photograph())
    assert reading.code == sheets.code()
    assert reading.picture is not None
    assert likeness_to_front(reading.picture) > 0.7


@pytest.mark.parametrize("dpi", [150, 200])
def test_a_coarse_scan_gives_the_code_and_asks_for_a_finer_one(dpi: int) -> None:
    reading = read(scan(dpi))
    assert reading.code == sheets.code()
    assert reading.picture is None
    assert reading.problems == (Problem.SCAN_FINER_FOR_PICTURE,)
    assert reading.resolution_dpi == dpi


def test_a_scan_too_coarse_for_the_code_asks_for_a_finer_one() -> None:
    reading = read(scan(40))
    assert reading.code is None
    assert reading.problems == (Problem.SCAN_FINER_FOR_CODE, Problem.SCAN_FINER_FOR_PICTURE)


def test_a_code_that_is_painted_over_is_missing_and_nothing_else_is_made_of_it() -> None:
    picture = scan(300, 0).copy()
    picture.paste(255, (1400, 2680, 2160, 3430))
    reading = read(picture)
    assert reading.code is None
    assert reading.picture is None
    assert reading.problems == (Problem.NO_CODE,)


def test_another_s_key_restores_no_front() -> None:
    reading = read_page(scan(300), lambda _: bytes(32))
    assert reading.picture is None
    assert reading.problems == (Problem.OTHER_PICTURE,)


def test_without_a_key_the_code_is_read_all_the_same() -> None:
    reading = read_page(scan(300), lambda _: None)
    assert reading.code == sheets.code()
    assert reading.problems == (Problem.NO_KEY,)


def test_the_key_is_asked_for_by_the_code_that_was_read() -> None:
    asked: list[bytes] = []

    def key_of(code: bytes) -> None:
        asked.append(code)

    read_page(scan(150), key_of)
    assert asked == [sheets.code()]


def test_a_picture_of_something_else_is_no_sheet() -> None:
    assert read(blank()) == Reading(None, None, None, None, (Problem.NO_SHEET, Problem.NO_CODE))


def test_a_code_alone_is_read_without_its_sheet() -> None:
    reading = read(scan(300, 0).crop((1300, 2500, 2300, 3500)))
    assert reading.code == sheets.code()
    assert reading.problems == (Problem.NO_SHEET,)


@pytest.mark.parametrize("upload", [as_png(scan(150)), as_jpeg(scan(150), 60)])
def test_uploads_are_read_page_by_page(upload: bytes) -> None:
    (reading,) = read_upload(upload, sheets.picture_key)
    assert reading.code == sheets.code()


def test_two_scanned_pages_of_a_pdf_are_two_readings() -> None:
    out = io.BytesIO()
    scan(150).save(out, "PDF", save_all=True, append_images=[blank()])
    first, second = read_upload(out.getvalue(), sheets.picture_key)
    assert first.code == sheets.code()
    assert second.problems == (Problem.NO_SHEET, Problem.NO_CODE)
