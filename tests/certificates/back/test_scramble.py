"""The scrambled picture: undone exactly with the right key, not at all with another, and only blurred by what a scan gets wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.back import scramble
from certificates.back.layout import BLOCK, COLUMNS, PICTURE, PICTURE_HEIGHT, PICTURE_WIDTH, ROWS
from certificates.back.picture import fronts
from certificates.back.scramble import FRONT_HEIGHT, FRONT_WIDTH, Grey, restored, scrambled, sheet_key
from tests.certificates.back.scans import scanned, straightened
from tests.certificates.back.sheets import FOUR, SECRET, back
from tests.certificates.papers import paper

KEY = sheet_key(SECRET, "issuance-1", 1)
(FRONT,) = fronts(paper(FOUR))
PICTURE_OF_FRONT = scrambled(FRONT, KEY)


def likeness(one: Grey, other: Grey) -> float:
    """How alike two pictures are: 1 the same, 0 nothing in common."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), key=st.binary(min_size=1, max_size=40))
def test_the_right_key_gives_the_front_back_exactly(seed: int, key: bytes) -> None:
    front = np.random.default_rng(seed).integers(0, 256, (FRONT_HEIGHT, FRONT_WIDTH), np.uint8)
    again = restored(scrambled(front, key), key)
    assert np.array_equal(again.front, front)
    assert again.right and again.agreement == 1.0


def test_other_keys_show_nothing() -> None:
    for number in range(40):
        wrong = restored(PICTURE_OF_FRONT, sheet_key(SECRET, "issuance-2", number))
        assert not wrong.right
        assert 0.35 < wrong.agreement < 0.65
        assert abs(likeness(wrong.front, FRONT)) < 0.1


def test_each_issuance_sheet_and_secret_has_its_own_key() -> None:
    keys = {
        sheet_key(secret, issuance, part) for secret in (SECRET, SECRET[::-1]) for issuance in ("issuance-1", "issuance-2") for part in (1, 2, 300)
    }
    assert len(keys) == 12
    assert all(len(key) == 32 for key in keys)


def test_a_short_secret_is_no_secret() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sheet_key(SECRET[:31], "issuance-1", 1)


def test_the_scrambled_picture_looks_like_nothing() -> None:
    assert abs(likeness(PICTURE_OF_FRONT[:FRONT_HEIGHT, :FRONT_WIDTH], FRONT)) < 0.1
    plan = scramble._plan(KEY)
    assert sorted(plan.order) == list(range(ROWS * COLUMNS))
    assert np.count_nonzero(plan.order == np.arange(ROWS * COLUMNS)) < 10
    for share in (plan.mirrored.mean(), plan.upended.mean(), (plan.inverted > 0).mean(), (plan.check > 0).mean()):
        assert 0.4 < share < 0.6


def test_the_same_front_and_key_make_the_same_picture() -> None:
    assert np.array_equal(scrambled(FRONT, KEY), PICTURE_OF_FRONT)
    assert PICTURE_OF_FRONT.shape == (PICTURE_HEIGHT, PICTURE_WIDTH)
    # Pictures that are already printed must still be restored: the way a key is used never changes.
    assert (list(scramble._plan(b"key").order[:5]), int(scramble._plan(b"key").inverted.sum()) // 255) == (ORDER_OF_KEY, INVERTED_OF_KEY)


ORDER_OF_KEY, INVERTED_OF_KEY = [765, 1528, 1396, 334, 1200], 1089


def test_a_finer_picture_is_restored_with_its_fine_pixels() -> None:
    fine = np.kron(PICTURE_OF_FRONT, np.ones((2, 2), np.uint8))
    again = restored(fine, KEY)
    assert np.array_equal(again.front, np.kron(FRONT, np.ones((2, 2), np.uint8)))
    assert again.agreement == 1.0


def test_pictures_of_other_sizes_are_refused() -> None:
    for shape in ((PICTURE_HEIGHT, PICTURE_WIDTH - BLOCK), (PICTURE_HEIGHT * 2, PICTURE_WIDTH), (8, 8), (0, 0)):
        with pytest.raises(ValueError):
            restored(np.zeros(shape, np.uint8), KEY)
        with pytest.raises(ValueError):
            scrambled(np.zeros(shape, np.uint8), KEY)
    with pytest.raises(ValueError):
        scrambled(FRONT.astype(np.float32), KEY)  # type: ignore[arg-type]


def test_a_part_that_was_painted_over_stays_painted_over() -> None:
    tampered = PICTURE_OF_FRONT.copy()
    tampered[: 8 * BLOCK] = 128
    again = restored(tampered, KEY)
    assert 0.8 < np.mean(again.front == FRONT) < 0.9


@pytest.mark.parametrize(("degrees", "off"), [(0.0, 0.3), (3.0, 0.3), (-7.0, 0.0)])
def test_a_300_dpi_scan_shows_the_front(degrees: float, off: float) -> None:
    pdf, text, _ = back(FOUR)
    scan = scanned(pdf, dpi=300, degrees=degrees, noise=12.0)
    again = restored(straightened(scan, PICTURE, PICTURE_WIDTH, PICTURE_HEIGHT, off), sheet_key(SECRET, text.issuance_id, 1))
    assert again.agreement > 0.98
    assert likeness(again.front, FRONT) > 0.85
    assert not restored(straightened(scan, PICTURE, PICTURE_WIDTH, PICTURE_HEIGHT), sheet_key(SECRET, text.issuance_id, 2)).right
