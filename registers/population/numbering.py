"""Numbers for made-up people: 宛名番号 and 世帯番号 in sequence, 個人番号 and 住民票コード at random, each with its check digit and each given once."""

from random import Random

from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit

_FIRST_PERSON = 1_000_001
_FIRST_HOUSEHOLD = 500_001


class Numbering:
    """One city's numbers, in the order in which they are asked for. Leading zeros are meant: registers have them."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._person = _FIRST_PERSON
        self._household = _FIRST_HOUSEHOLD
        self._given: set[str] = set()

    def atena_no(self) -> str:
        """The next 宛名番号."""
        first_nine = f"{self._person:09d}"
        self._person += 1
        return first_nine + atena_digit(first_nine)

    def household_no(self) -> str:
        """The next 世帯番号."""
        first_nine = f"{self._household:09d}"
        self._household += 1
        return first_nine + atena_digit(first_nine)

    def my_number(self) -> str:
        """A new 個人番号."""
        first = self._unused(11)
        return first + my_number_digit(first)

    def juminhyo_code(self) -> str:
        """A new 住民票コード."""
        first = self._unused(10)
        return first + juminhyo_code_digit(first)

    def _unused(self, digits: int) -> str:
        while True:
            number = f"{self._chance.randrange(10**digits):0{digits}d}"
            if number not in self._given:
                self._given.add(number)
                return number
