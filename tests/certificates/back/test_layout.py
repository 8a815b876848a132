"""The back's geometry: nothing on the sheet's unprintable edge, nothing over anything else, and only one way up."""

from itertools import combinations

import pytest

from certificates.back import form, layout
from certificates.back.drawing import PICTURE_BYTES
from certificates.back.layout import Box
from certificates.back.scramble import CHECK_CELL, FRONT_HEIGHT, FRONT_WIDTH


def square(x: float, y: float, side: float) -> Box:
    return Box(x - side / 2, y - side / 2, side, side)


MARKS = [square(x, y, layout.MARK_SIDE + 2 * layout.MARK_QUIET) for x, y in layout.MARKS]
TICKS = [square(x, y, layout.TICK_SIDE) for x, y in layout.TICKS]
TEXTS = [cell.box for cell in (form.ISSUANCE, *form.FACE_HASH, form.URL, form.PART)]
PARTS = [*MARKS, *TICKS, layout.PICTURE, form.grown(layout.CODE, layout.CODE_QUIET), layout.BLOSSOM, *TEXTS]
LABELS = [label.box for label in form.LABELS]


def meet(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width - 1e-6 and other.x < one.x + one.width - 1e-6 and one.y < other.y + other.height - 1e-6 and other.y < one.y + one.height - 1e-6
    )  # fmt: skip


def test_parts_do_not_touch_each_other() -> None:
    assert [(one, other) for one, other in combinations(PARTS, 2) if meet(one, other)] == []
    assert [(label, part) for label in LABELS for part in PARTS if meet(label, part)] == []
    assert [(one, other) for one, other in combinations(LABELS, 2) if meet(one, other)] == []


@pytest.mark.parametrize("part", [*PARTS, *LABELS], ids=str)
def test_everything_lies_where_printers_print(part: Box) -> None:
    edge = 4.9
    assert part.x >= edge and part.y >= edge
    assert part.x + part.width <= layout.PAGE_WIDTH - edge and part.y + part.height <= layout.PAGE_HEIGHT - edge


def test_marks_stand_in_the_corners_and_only_one_is_odd() -> None:
    middle = (layout.PAGE_WIDTH / 2, layout.PAGE_HEIGHT / 2)
    upper_left, upper_right, lower_left, lower_right = layout.MARKS
    assert upper_left[0] == lower_left[0] < middle[0] < upper_right[0] == lower_right[0]
    assert upper_left[1] == upper_right[1] < middle[1] < lower_left[1] == lower_right[1]
    assert layout.MARKS[layout.ODD_MARK] == lower_right


def test_the_picture_holds_a_front_at_75_dpi_and_the_check_pattern() -> None:
    assert (layout.PICTURE_WIDTH, layout.PICTURE_HEIGHT) == (624, 880)
    assert (round(210 / 25.4 * 75), round(297 / 25.4 * 75)) == (FRONT_WIDTH, FRONT_HEIGHT)
    assert FRONT_WIDTH + CHECK_CELL == layout.PICTURE_WIDTH
    assert PICTURE_BYTES * 4 == layout.PICTURE_WIDTH * layout.PICTURE_HEIGHT
