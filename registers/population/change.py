"""What can happen to the people of a world, as values: each dated, each complete, so that whoever hears of it can bring every register up to date alone.

People are named by their 住民票コード, which they keep wherever they live, or by the 宛名番号 of the municipality that a change concerns.
"""

from dataclasses import dataclass
from datetime import date, datetime

from registers.population.naming import Name
from registers.residents.resident import Sex
from registers.seal.seal import CancelReason, Imprint


@dataclass(frozen=True, slots=True)
class Birth:
    """出生 of a child of a married couple that lives together; on the day of `at`."""

    at: datetime
    father: str
    mother: str
    given: Name
    sex: Sex
    my_number: str
    juminhyo_code: str


@dataclass(frozen=True, slots=True)
class LeaveNotified:
    """転出届: these people of the municipality `city` mean to leave on `leaving_on`."""

    at: datetime
    city: str
    people: tuple[str, ...]  # 宛名番号
    leaving_on: date


@dataclass(frozen=True, slots=True)
class Move:
    """転出 of these people and their 転入 into another municipality on the day of `at`: into a household that is there, or (`household_no` None) into one of their own at `address`."""

    at: datetime
    city: str
    people: tuple[str, ...]  # 宛名番号 in the municipality they leave
    relations: tuple[str, ...]  # 続柄 where they come
    to: str
    address: str
    household_no: str | None


@dataclass(frozen=True, slots=True)
class Wedding:
    """婚姻. `keeper` keeps the surname and is 筆頭者, of a new 戸籍 at `honseki` in `city`, or of the one of which they are 筆頭者 already (`honseki` None)."""

    at: datetime
    keeper: str
    other: str
    city: str
    honseki: str | None


@dataclass(frozen=True, slots=True)
class Divorce:
    """離婚: `leaving` leaves the 戸籍 of `staying` for a new one at `honseki` in `city` and bears the `surname` of before the marriage again."""

    at: datetime
    staying: str
    leaving: str
    city: str
    honseki: str
    surname: Name


@dataclass(frozen=True, slots=True)
class Death:
    """死亡 on the day of `at`; `notifier` is who told, as the 戸籍 names them."""

    at: datetime
    person: str
    notifier: str


@dataclass(frozen=True, slots=True)
class SealEntry:
    """印鑑登録."""

    at: datetime
    city: str
    atena_no: str
    carved: str
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class SealEnd:
    """印鑑登録の廃止, to the second."""

    at: datetime
    city: str
    registration_no: str
    reason: CancelReason


Change = Birth | LeaveNotified | Move | Wedding | Divorce | Death | SealEntry | SealEnd
