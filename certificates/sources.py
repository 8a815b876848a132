"""What an issuer's registers say of one holder at one instant: all that the content of a paper is made from.

A kind reads the parts it needs (`Kind.register`); what it does not read is empty. Who made this value decided whose register it is; nothing here can look further.
"""

from dataclasses import dataclass

from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.register_dates import RegisterDate
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration
from registers.tax.record import TaxRecord


@dataclass(frozen=True, slots=True)
class Vouched:
    """課税証明書の広域交付: another municipality vouched for the holder, who lived here on January 1 of `year`. `birth` as it has it."""

    year: int
    birth: RegisterDate


@dataclass(frozen=True, slots=True)
class Sources:
    """`holder` is the resident whose card it is and `household` theirs, None for somebody who lives in another municipality and is known here by 利用登録 alone.

    `person_no` is the holder's own place in `koseki` and `fuhyo`. `seal` is the latest registration, also a cancelled one. `tax` holds the holder's records, the latest year first.
    With `vouched` the holder is a former resident, of any standing, found by 住民票コード.
    `version` changes whenever one of the parts that the kind reads does.
    """

    version: str
    holder: Resident | None
    household: Household | None
    person_no: str | None = None
    koseki: Koseki | None = None
    fuhyo: Fuhyo | None = None
    seal: SealRegistration | None = None
    tax: tuple[TaxRecord, ...] = ()
    years_approved: frozenset[int] = frozenset()  # 年度 whose specimens the tax section has approved
    vouched: Vouched | None = None
    by_use: bool = False  # the 戸籍 was found by 利用登録, not by the link from the resident register
