"""監視用の架空住民 (canary): one resident of each tenant who does not exist, by whom the cloud watches that no tenant's rows, keys or answers reach another.

Decides what makes one unmistakable: a name that says so, numbers with right check digits in a range that nobody is given, each of them one tenant's alone, and a serial that no certificate
can have: a certificate's serial number has at most twenty octets and no sign (RFC 5280 4.1.2.2), so none begins with `f` and has forty digits.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.residents.resident import Resident

GIVEN_STEM = "見張番"
NAME_STEM = f"架空　{GIVEN_STEM}"
KANA = "カクウ　ミハリバン"
SERIAL_STEM = "facade"
SERIAL_DIGITS = 40
NOBODYS_SERIAL = "f" * SERIAL_DIGITS
"""A serial that no certificate and no canary has: whoever is asked by it is unknown everywhere."""
BIRTH = "1970-01-01"
SINCE = "2000-01-01"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_TRACES = re.compile(f"{NAME_STEM}[０-９]{{0,6}}|{GIVEN_STEM}[０-９]{{6}}|{SERIAL_STEM}[0-9a-f]{{0,{SERIAL_DIGITS - len(SERIAL_STEM)}}}")
"""A 戸籍 says the given name alone."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The canary of the tenant `code`, with the numbers of a resident."""

    code: str
    serial: str
    atena_no: str
    household_no: str
    my_number: str
    juminhyo_code: str
    name: str

    def words(self) -> tuple[str, ...]:
        """What nobody else in the whole cloud may be spoken of by: the name, the given name alone, and the serial."""
        return self.name, self.given_name, self.serial

    @property
    def given_name(self) -> str:
        """名, as a 戸籍 has it."""
        return self.name.partition("　")[2]

    @property
    def koseki_no(self) -> str:
        """The number of its 戸籍. This and the next two follow from the code's first five digits, like the others."""
        return f"9997{self.code[:5]}" + atena_digit(f"9997{self.code[:5]}")

    @property
    def person_no(self) -> str:
        """Its number in the 戸籍."""
        return f"9996{self.code[:5]}" + atena_digit(f"9996{self.code[:5]}")

    @property
    def registration_no(self) -> str:
        """印鑑登録番号."""
        return f"999{self.code[:5]}"


def made(code: str, token: Callable[[int], bytes]) -> Canary:
    """A new canary for the tenant `code` (6 digits). Its numbers follow from the code's first five digits, so that no two tenants have the same; the serial's end is drawn (14 bytes)."""
    place = code[:5]
    return Canary(
        code=code,
        serial=f"{SERIAL_STEM}{code}{token(14).hex()}",
        atena_no=f"9999{place}" + atena_digit(f"9999{place}"),
        household_no=f"9998{place}" + atena_digit(f"9998{place}"),
        my_number=f"999999{place}" + my_number_digit(f"999999{place}"),
        juminhyo_code=f"99999{place}" + juminhyo_code_digit(f"99999{place}"),
        name=NAME_STEM + code.translate(_FULL_WIDTH),
    )


def resident_of(canary: Canary) -> Resident:
    """The canary as somebody of the resident register: an adult alone in a household, against whom nothing stands."""
    return Resident(
        atena_no=canary.atena_no,
        household_no=canary.household_no,
        name=canary.name,
        name_kana=KANA,
        former_name=None,
        former_name_kana=None,
        alias=None,
        alias_kana=None,
        birth=BIRTH,
        sex="女",
        relation="世帯主",
        resident_since=SINCE,
        address_since=SINCE,
        notified_on=SINCE,
        previous_address=None,
        honseki="なし",
        hittousha="なし",
        my_number=canary.my_number,
        juminhyo_code=canary.juminhyo_code,
        foreign=None,
        serial=canary.serial,
        card_usable_from=None,
    )


def is_canarys_serial(serial: str) -> bool:
    """Whether this is the serial of a canary, of whatever tenant: no card has one."""
    return serial.startswith(SERIAL_STEM) and len(serial) == SERIAL_DIGITS


def foreign_traces(text: str, own: Canary) -> tuple[str, ...]:
    """The names and serials of canaries in `text` that are not `own`'s; nothing where it speaks of none, or of `own` alone."""
    return tuple(found for found in _TRACES.findall(text) if found not in own.words())


def codes_in(traces: tuple[str, ...]) -> tuple[str, ...]:
    """The tenants whose canaries these traces are of, as far as they can be told."""
    found = set()
    for trace in traces:
        code = trace.removeprefix(NAME_STEM).removeprefix(GIVEN_STEM).removeprefix(SERIAL_STEM)[:6]
        found |= {str(int(code)).zfill(6)} if len(code) == 6 and code.isdecimal() else set()
    return tuple(sorted(found))
