"""Numbers for made-up people, each with its check digit and each given once: a municipality's in sequence, the country's (個人番号, 住民票コード) at random."""

from random import Random

from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit

_FIRST_PERSON = 1_000_001
_FIRST_HOUSEHOLD = 500_001
_FIRST_KOSEKI = 2_000_001
_FIRST_IN_KOSEKI = 7_000_001
_FIRST_SEAL = 10_000_001


class Numbering:
    """One municipality's numbers, in the order in which they are asked for. Leading zeros are meant: registers have them."""

    def __init__(self) -> None:
        self._person = _FIRST_PERSON
        self._household = _FIRST_HOUSEHOLD
        self._koseki = _FIRST_KOSEKI
        self._in_koseki = _FIRST_IN_KOSEKI
        self._seal = _FIRST_SEAL

    def atena_no(self) -> str:
        """The next 宛名番号."""
        self._person += 1
        return with_atena_digit(self._person - 1)

    def household_no(self) -> str:
        """The next 世帯番号."""
        self._household += 1
        return with_atena_digit(self._household - 1)

    def koseki_no(self) -> str:
        """The next number of a 戸籍, 10 digits."""
        self._koseki += 1
        return f"{self._koseki - 1:010d}"

    def koseki_person_no(self) -> str:
        """The next number of a person in a 戸籍, 10 digits."""
        self._in_koseki += 1
        return f"{self._in_koseki - 1:010d}"

    def seal_no(self) -> str:
        """The next 印鑑登録番号, 8 digits."""
        self._seal += 1
        return f"{self._seal - 1:08d}"


class NationalNumbering:
    """Numbers that a person keeps wherever they live."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._given: set[str] = set()

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


def with_atena_digit(number: int) -> str:
    """A 宛名番号 or 世帯番号: nine digits and their check digit."""
    first_nine = f"{number:09d}"
    return first_nine + atena_digit(first_nine)
