"""The binding: printable, short, and different whenever one of its three parts differs."""

import re

import pytest

from certificates.binding import LONGEST, binding

ID, SERIAL, HASH = "0193a1b2c3d47e8f9a0b1c2d3e4f5a6b", "1f3a", "9c" * 32


def test_the_id_is_readable_and_the_rest_is_twenty_base32_characters() -> None:
    assert re.fullmatch(r"0193a1b2-c3d4-7e8f-9a0b-1c2d3e4f5a6b/([A-Z2-7]{5}-){3}[A-Z2-7]{5}", binding(ID, SERIAL, HASH))


@pytest.mark.parametrize("issuance_id", [ID, "A" * 36, "i-1"])
def test_it_fits_one_line_in_ascii(issuance_id: str) -> None:
    text = binding(issuance_id, SERIAL, HASH)
    assert text.isascii()
    assert len(text) <= LONGEST
    assert text == binding(issuance_id, SERIAL, HASH)


def test_each_part_matters_and_no_text_moves_between_them() -> None:
    made = [
        binding(ID, SERIAL, HASH),
        binding(ID[:-1] + "c", SERIAL, HASH),
        binding(ID, "1f3b", HASH),
        binding(ID, SERIAL, "9d" * 32),
        binding(ID, SERIAL + "9", HASH[1:]),
    ]
    assert len({text.split("/")[1] for text in made}) == len(made)


@pytest.mark.parametrize("issuance_id", ["", "a/b", "a b", "-a", "番号", "A" * 37, "a\n"])
def test_an_id_that_could_not_be_read_back_is_refused(issuance_id: str) -> None:
    with pytest.raises(ValueError, match="issuance id"):
        binding(issuance_id, SERIAL, HASH)
