"""Check digits, held against other people's work."""

import pytest
from stdnum.jp import in_ as individual_number

from registers.numbers import is_digits, is_residence_card, is_serial, municipality_digit, my_number_digit
from registers.population.city import MIHON


def test_the_digit_of_a_my_number_is_the_one_another_library_computes():
    for number in range(0, 10**11, 98_765_432_1):
        first = f"{number:011d}"
        assert individual_number.is_valid(first + my_number_digit(first))


@pytest.mark.parametrize("code", ["011002", "131016", "392014", "473821", "131041"])
def test_the_digit_of_a_municipality_code_is_that_of_real_codes(code):
    assert municipality_digit(code[:5]) == code[5]


def test_the_city_is_of_a_prefecture_that_does_not_exist_and_its_digit_is_right():
    assert MIHON.code[:2] == "99"
    assert municipality_digit(MIHON.code[:5]) == MIHON.code[5]


@pytest.mark.parametrize(
    ("serial", "good"), [("1f", True), ("0a", False), ("1F", False), ("", False), ("f" * 40, True), ("f" * 41, False), ("12g", False)]
)
def test_a_serial_is_lower_case_hex_without_leading_zeros(serial, good):
    assert is_serial(serial) is good


def test_only_ascii_digits_are_digits():
    assert is_digits("0123", 4)
    assert not is_digits("０１２３", 4)
    assert not is_digits("123", 4)


def test_a_residence_card_has_two_letters_eight_digits_two_letters():
    assert is_residence_card("AB12345678CD")
    assert not is_residence_card("ab12345678cd")
    assert not is_residence_card("AB1234567CD")
