"""A sheet made flat: what the marks cannot know (paper that bulges, a feeder that pulls) is taken back by the ticks, and uneven light is evened."""

import numpy as np
import pytest
from PIL import Image

from benchmarks import sheets
from certificates.back.layout import CODE, PICTURE, TICKS, Box
from certificates.back.scramble import restored
from receiving import flattening
from receiving.flattening import flat, flat_picture, warp_of
from receiving.marks import Placement, placement_of
from tests.receiving.pictures import scan

BULGE_MM = 0.4


def placed(picture: Image.Image) -> Placement:
    found = placement_of(picture)
    assert found is not None
    return found


def bulging() -> Image.Image:
    """A scan of 300 dpi whose middle was pulled down by 0.4 mm, its ends not."""
    grey = np.asarray(scan(300, 0.0))
    rows = np.arange(grey.shape[0])
    pulled = rows - BULGE_MM / 25.4 * 300 * np.sin(np.pi * rows / grey.shape[0]) ** 2
    return Image.fromarray(grey[np.clip(pulled.round().astype(int), 0, len(rows) - 1)])


def agreement(picture: Image.Image) -> float:
    """Correlation of the restored front with the one that was put in."""
    front = restored(flat_picture(picture, placed(picture), 2), sheets.picture_key(b"")).front
    small = np.asarray(Image.fromarray(front).resize((620, 877), Image.Resampling.BOX))
    return float(np.corrcoef(small.ravel(), sheets.front().ravel())[0, 1])


def test_a_flat_sheet_s_ticks_are_where_the_marks_have_them() -> None:
    picture = scan(300)
    assert np.abs(warp_of(np.asarray(picture), placed(picture))).max() < 0.1


def test_a_bulge_is_measured_at_the_ticks() -> None:
    picture = bulging()
    measured = warp_of(np.asarray(picture), placed(picture))
    true = np.array([BULGE_MM * np.sin(np.pi * y / 297) ** 2 for _, y in TICKS])
    assert np.abs(measured[:, 1] - true).max() < 0.15
    assert np.abs(measured[:, 0]).max() < 0.1


def test_a_bulge_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = bulging()
    with_ticks = agreement(picture)
    monkeypatch.setattr(flattening, "warp_of", lambda *_: np.zeros((len(TICKS), 2)))
    assert with_ticks > 0.85
    assert agreement(picture) < with_ticks - 0.1


def test_uneven_light_is_evened() -> None:
    grey = np.asarray(scan(300, 0.0), dtype=np.float64)
    shade = np.linspace(1.0, 0.4, grey.shape[1])[None, :] * np.linspace(1.0, 0.8, grey.shape[0])[:, None]
    assert agreement(Image.fromarray((grey * shade).astype(np.uint8))) > 0.85


def test_a_tick_that_is_not_there_moves_nothing() -> None:
    picture = scan(300, 0.0).copy()
    picture.paste(235, (0, 0, 340, 3200))
    assert (warp_of(np.asarray(picture), placed(scan(300, 0.0)))[::2] == 0).all()


@pytest.mark.parametrize("angle", [0.0, 1.5])
def test_a_box_of_the_sheet_is_cut_out_straight(angle: float) -> None:
    picture = scan(300, angle)
    box = flat(picture, placed(picture), Box(CODE.x - 2, CODE.y - 2, CODE.width + 4, CODE.height + 4), 0.1)
    assert box.shape == (630, 630)
    ink = np.flatnonzero((box < 100).sum(axis=0) > 60)
    assert ink[-1] * 0.1 - 2 + CODE.x == pytest.approx(PICTURE.x + PICTURE.width, abs=0.3)
