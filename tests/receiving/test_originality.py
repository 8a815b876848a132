"""What the ground hints at: an original, a copy, or nothing."""

import io

import numpy as np
import pytest
from PIL import Image

from receiving.marks import placement_of
from receiving.originality import GroundSeen, Originality, ground_seen, originality_of
from simulation.channel import as_jpeg
from tests.receiving.pictures import photograph, scan


def seen(picture: Image.Image) -> GroundSeen:
    placed = placement_of(picture)
    assert placed is not None
    return ground_seen(np.asarray(picture), placed)


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_ground_of_an_original_says_original(dpi: int) -> None:
    assert originality_of(seen(scan(dpi)).copy_likeness) is Originality.LIKELY


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_ground_of_a_copy_says_copy(dpi: int) -> None:
    assert originality_of(seen(scan(dpi, of_copy=True)).copy_likeness) is Originality.UNLIKELY


def test_a_jpeg_of_an_original_is_not_called_a_copy() -> None:
    picture = Image.open(io.BytesIO(as_jpeg(scan(300), 50)))
    assert originality_of(seen(picture).copy_likeness) is not Originality.UNLIKELY


def test_a_photograph_of_an_original_is_not_called_a_copy() -> None:
    assert originality_of(seen(photograph()).copy_likeness) is not Originality.UNLIKELY


@pytest.mark.parametrize("dpi", [75])
def test_too_coarse_a_scan_says_nothing(dpi: int) -> None:
    assert seen(scan(dpi)).copy_likeness is None


def test_a_sheet_without_the_ground_says_nothing() -> None:
    bleached = scan(300, 0.0).copy()
    for left in (0, 2190):
        bleached.paste(230, (left, 220, left + 290, 3260))
    assert seen(bleached).copy_likeness is None


@pytest.mark.parametrize(
    ("likeness", "said"),
    [
        (None, "cannot_tell"),
        (0.0, "likely"),
        (0.25, "likely"),
        (0.26, "cannot_tell"),
        (0.5, "cannot_tell"),
        (0.74, "cannot_tell"),
        (0.75, "unlikely"),
        (1.0, "unlikely"),
    ],
)
def test_between_the_sure_ends_nothing_is_said(likeness: float | None, said: str) -> None:
    assert originality_of(likeness) == said
