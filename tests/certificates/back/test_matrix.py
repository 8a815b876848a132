"""The 2-D code as modules: any bytes come back exactly, and it is as legible as its size allows."""

import random

import numpy as np
import pytest
import zxingcpp

from certificates.back import layout
from certificates.back.matrix import LARGEST, Matrix, TooLarge, matrix


def found_in(code: Matrix) -> list[zxingcpp.Barcode]:
    modules = np.unpackbits(np.frombuffer(code.rows, np.uint8).reshape(code.side, -1), axis=1)[:, : code.side] * np.uint8(255)
    image = np.pad(np.kron(modules, np.ones((3, 3), np.uint8)), 12, constant_values=255)
    return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)


@pytest.mark.parametrize("size", [1, 100, 575, 1_000, 1_368, 1_369, 1_730, 1_731, LARGEST])
def test_any_bytes_come_back_exactly(size: int) -> None:
    for content in (
        random.Random(size).randbytes(size),
        bytes(size),
        b"7" * size,
        ("渡辺" * size).encode("shift_jis")[:size],
        ("渡辺" * size).encode()[:size],
    ):
        assert [found.bytes for found in found_in(matrix(content))] == [content]


def test_the_same_bytes_make_the_same_modules() -> None:
    assert matrix(b"sheet" * 99) == matrix(b"sheet" * 99)
    assert matrix(b"sheet" * 99) != matrix(b"Sheet" * 99)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        matrix(b"")
    with pytest.raises(TooLarge):
        matrix(bytes(LARGEST + 1))


@pytest.mark.parametrize("size", [1, 100, 575, 900, 1_368, 1_369, 1_730, 1_731, 2_400, LARGEST])
def test_a_code_stays_in_its_place_with_four_modules_of_white(size: int) -> None:
    code = matrix(bytes(size))
    box, place = code.box, layout.CODE
    module = box.width / code.side
    assert code.quiet == pytest.approx(4 * module)
    assert box.x - code.quiet >= place.x - layout.CODE_QUIET - 1e-9
    assert box.y - code.quiet >= place.y - layout.CODE_QUIET - 1e-9
    assert box.x + box.width + code.quiet <= place.x + place.width + max(layout.CODE_QUIET, code.quiet) + 1e-9
    assert box.x + box.width <= place.x + place.width + 1e-9
    assert box.y + box.height + code.quiet <= place.y + place.height + layout.CODE_QUIET + 1e-9


def test_up_to_1730_bytes_a_module_is_at_least_0_42_mm() -> None:
    for size in range(1, 1_731, 57):
        code = matrix(bytes(size))
        assert code.legible_at_150_dpi
        assert code.box.width / code.side >= 0.42
    assert matrix(bytes(1_730)).legible_at_150_dpi
    assert not matrix(bytes(1_731)).legible_at_150_dpi


def test_what_is_shorter_has_more_to_correct_errors_with() -> None:
    assert [found_in(matrix(bytes(size)))[0].ec_level for size in (1_368, 1_369)] == ["M", "L"]
