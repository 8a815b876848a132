"""Where a sheet lies in a picture: found however it is turned, measured to a fraction of a pixel, and not found where there is none."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from certificates.back.layout import MARKS
from receiving.marks import placement, placement_of
from tests.receiving.pictures import blank, photograph, scan


@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_the_marks_of_a_scan_lie_where_the_scanner_put_them(dpi: int) -> None:
    picture = scan(dpi)
    placed = placement_of(picture)
    assert placed is not None
    turn = np.deg2rad(1.5)
    off = (np.array(MARKS) - (105, 148.5)) / 25.4 * dpi
    turned = np.column_stack([off @ (np.cos(turn), -np.sin(turn)), off @ (np.sin(turn), np.cos(turn))])
    true = turned + np.array([picture.width / 2, picture.height / 2])
    assert np.abs(placed.pixels(np.array(MARKS)) - true).max() < 0.3 + dpi / 600
    assert placed.dpi == pytest.approx(dpi, rel=0.005)


@pytest.mark.parametrize(("turned", "angle"), [(0, -10), (1, 9), (2, 9), (3, -10)])
def test_a_turned_sheet_is_found_upright(turned: int, angle: float) -> None:
    placed = placement_of(scan(150, angle, turned, 30.0))
    assert placed is not None
    right = placed.pixels(np.array([(190.0, 150.0)])) - placed.pixels(np.array([(20.0, 150.0)]))
    heading = np.rad2deg(np.arctan2(right[0, 1], right[0, 0]))
    assert (heading - angle + 90 * turned + 180) % 360 - 180 == pytest.approx(0, abs=0.5)


def test_a_sheet_in_perspective_is_found() -> None:
    placed = placement_of(photograph())
    assert placed is not None
    assert 250 < placed.dpi < 360


def test_a_mirror_s_picture_is_no_sheet() -> None:
    assert placement_of(ImageOps.mirror(scan(150))) is None


def test_a_sheet_with_a_mark_cut_off_is_not_found() -> None:
    picture = scan(150)
    assert placement_of(picture.crop((0, 0, picture.width, picture.height - 100))) is None


@pytest.mark.parametrize(
    "picture", [blank(), Image.new("L", (1240, 1754), 255), Image.new("L", (600, 600), 0), Image.new("L", (3, 5000), 128), Image.new("L", (1, 1))]
)
def test_where_there_is_no_sheet_none_is_found(picture: Image.Image) -> None:
    assert placement_of(picture) is None


def test_a_placement_carries_each_mark_to_its_centre() -> None:
    centres = np.array([(100.0, 90.0), (1200.0, 110.0), (80.0, 1700.0), (1230.0, 1650.0)])
    assert placement(centres).pixels(np.array(MARKS)) == pytest.approx(centres)
