"""The numbers of a register and their check digits: 個人番号, 住民票コード, 宛名番号, 世帯番号, 全国地方公共団体コード, 在留カード等の番号, certificate serials.

Decides form and check digit only; whose number it is, it never knows.
"""

import re
from operator import mul

_DIGITS = re.compile(r"[0-9]+")
_RESIDENCE_CARD = re.compile(r"[A-Z]{2}[0-9]{8}[A-Z]{2}")
_SERIAL = re.compile(r"[1-9a-f][0-9a-f]{0,39}")

ATENA_DIGITS = 10
HOUSEHOLD_DIGITS = 10
MY_NUMBER_DIGITS = 12
JUMINHYO_CODE_DIGITS = 11

_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
JUMINHYO_CODE_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
"""The formula stands in 平成14年総務省告示第436号, whose text was not to be had: modulus 11 with the weights of 個人番号 is an assumption. Hence a wrong digit warns and does not refuse."""
_ATENA_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)
_MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)


def _modulus_11(digits: str, weights: tuple[int, ...]) -> str:
    """11 minus the remainder of the weighted sum; 0 when that has two digits."""
    if len(digits) != len(weights):
        raise ValueError("a check digit is over exactly so many digits")
    return str(-sum(map(mul, weights, map(int, digits))) % 11 % 10)


def my_number_digit(first_eleven: str) -> str:
    """検査用数字 of a 個人番号 (平成26年総務省令第85号 5条)."""
    return _modulus_11(first_eleven, _MY_NUMBER_WEIGHTS)


def juminhyo_code_digit(first_ten: str) -> str:
    """検査数字 of a 住民票コード; see `JUMINHYO_CODE_WEIGHTS` for how sure this is."""
    return _modulus_11(first_ten, JUMINHYO_CODE_WEIGHTS)


def atena_digit(first_nine: str) -> str:
    """Check digit of a newly given 宛名番号 or 世帯番号 (M11W2～7, 住民記録 standard 1.1.13). Numbers given before that rule carry none: never demand it of a register that comes in."""
    return _modulus_11(first_nine, _ATENA_WEIGHTS)


def municipality_digit(first_five: str) -> str:
    """Check digit of a 全国地方公共団体コード (JIS X 0402): the last digit of 11 minus the remainder."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_MUNICIPALITY_WEIGHTS, first_five, strict=True))
    return str((11 - weighted % 11) % 10)


def is_digits(text: str, length: int) -> bool:
    """Exactly `length` ASCII digits."""
    return len(text) == length and _DIGITS.fullmatch(text) is not None


def is_residence_card(text: str) -> bool:
    """在留カード or 特別永住者証明書 number: 2 letters, 8 digits, 2 letters."""
    return _RESIDENCE_CARD.fullmatch(text) is not None


def is_serial(text: str) -> bool:
    """Lower-case hex of up to 20 octets without leading zeros (RFC 5280 4.1.2.2)."""
    return _SERIAL.fullmatch(text) is not None
