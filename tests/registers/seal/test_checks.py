"""What an imprint must be, and who may register one."""

import struct
import zlib
from datetime import date

import pytest

from registers.seal.checks import age_problem, imprint_problem, is_file_name, png_in
from registers.seal.seal import Imprint
from tests.registers.seal.seals import drawn, imprint

MM_8, MM_25 = 189, 591  # 8 mm are 188.98 pixels at 600 dpi, 25 mm 590.55


def test_the_imprint_of_a_carved_seal_can_be_registered():
    assert imprint_problem(imprint()) is None


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (drawn(MM_8, MM_8), None),
        (drawn(MM_25, MM_25), None),
        (drawn(MM_8, MM_25), None),
        (drawn(MM_8 - 3, 300), "imprint_small"),
        (drawn(300, MM_8 - 3), "imprint_small"),
        (drawn(MM_25 + 2, 300), "imprint_large"),
        (drawn(300, MM_25 + 2), "imprint_large"),
        (drawn(300, 300, ink=None), "imprint_blank"),
        (drawn(300, 300, ink=(299, 299, 300, 300)), None),
        (drawn(300, 300, mode="L"), "imprint_form"),
        (drawn(300, 300, mode="RGB"), "imprint_form"),
        (Imprint(300, 300, b"GIF89a"), "imprint_form"),
        (Imprint(300, 301, drawn(300, 300).png), "imprint_damaged"),
        (Imprint(300, 300, drawn(300, 300).png[:60]), "imprint_damaged"),
        (Imprint(300, 300, drawn(300, 300).png[:20]), "imprint_damaged"),
    ],
)
def test_an_imprint_must_be_what_a_paper_can_take(picture, problem):
    assert imprint_problem(picture) == problem


@pytest.mark.parametrize("width", [301, 304, 307])
def test_white_pixels_beyond_the_last_column_are_no_ink(width):
    blank = bytes([0xFF] * ((width + 7) // 8))
    blank = blank[:-1] + bytes([0xFF << (8 - width % 8) & 0xFF]) if width % 8 else blank
    assert imprint_problem(_png(width, 300, (b"\0" + blank) * 300)) == "imprint_blank"


@pytest.mark.parametrize("kind", range(5))
def test_a_white_picture_is_white_whatever_filter_its_rows_have(kind):
    row, rows, above = bytes([0xFF] * 38), b"", bytes(38)
    for _ in range(300):
        rows += bytes([kind]) + _filtered(kind, row, above)
        above = row
    assert imprint_problem(_png(304, 300, rows)) == "imprint_blank"
    with_ink = bytes([0xFF] * 20 + [0xEF] + [0xFF] * 17)
    assert imprint_problem(_png(304, 300, rows[:-39] + bytes([kind]) + _filtered(kind, with_ink, row))) is None


def test_rows_that_are_missing_left_over_or_of_no_known_filter_are_damage():
    rows = (b"\0" + bytes(38)) * 300
    assert imprint_problem(_png(304, 300, rows)) is None
    assert imprint_problem(_png(304, 300, rows[:-1])) == "imprint_damaged"
    assert imprint_problem(_png(304, 300, rows + b"\0")) == "imprint_damaged"
    assert imprint_problem(_png(304, 300, b"\x05" + rows[1:])) == "imprint_damaged"


def test_an_interlaced_picture_is_refused():
    assert imprint_problem(_png(304, 300, (b"\0" + bytes(38)) * 300, interlaced=1)) == "imprint_form"


def _png(width: int, height: int, rows: bytes, interlaced: int = 0) -> Imprint:
    chunks = ((b"IHDR", struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, interlaced)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    packed = b"".join(struct.pack(">L", len(content)) + kind + content + bytes(4) for kind, content in chunks)
    return Imprint(width, height, b"\x89PNG\r\n\x1a\n" + packed)


def _filtered(kind: int, row: bytes, above: bytes) -> bytes:
    out = []
    for at, byte in enumerate(row):
        left, up, corner = row[at - 1] if at else 0, above[at], above[at - 1] if at else 0
        estimate = left + up - corner
        paeth = min((left, up, corner), key=lambda near: abs(estimate - near))
        out.append((byte - (0, left, up, (left + up) // 2, paeth)[kind]) & 0xFF)
    return bytes(out)


@pytest.mark.parametrize(
    ("birth", "problem"),
    [
        ("2011-11-23", None),
        ("2011-11-24", "too_young"),
        ("2026-01-01", "too_young"),
        ("昭和２０年　月日不詳", None),
        ("平成２３年頃", "too_young"),  # may be the end of 2011
        ("平成２２年頃", None),
        ("年月日不詳", "age_unknown"),
    ],
)
def test_a_seal_is_for_people_of_15_and_more(birth, problem):
    assert age_problem(birth, date(2026, 11, 23)) == problem


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("0001.png", True),
        ("印影1.PNG", True),
        ("../0001.png", False),
        ("a/b.png", False),
        ("a\\b.png", False),
        ("C:a.png", False),
        (".png", False),
        ("..png", False),
        ("0001.gif", False),
        ("0001.png\n", False),
    ],
)
def test_a_file_name_leads_nowhere_else(name, is_one):
    assert is_file_name(name) is is_one


@pytest.mark.parametrize("cell", ["", "0001.png", "AAAA", "iVBORw0KGgo", "iVBORw0K Ggo=", "あ"])
def test_what_is_no_png_in_base64_is_none(cell):
    assert png_in(cell) is None
