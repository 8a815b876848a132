"""戸籍の附票 as values: where the people of one 戸籍 have lived since it was made.

Source: 住民基本台帳法 17条, domain facts 4.4. It belongs to the municipality of the 本籍 and shares numbers with the 戸籍 (`koseki_no`, `person_no`).
"""

from dataclasses import dataclass
from datetime import date

from registers.koseki.koseki import KosekiStanding
from registers.register_dates import RegisterDate
from registers.residents.resident import Protection, Sex, Suppression


@dataclass(frozen=True, slots=True)
class FuhyoAddress:
    """One 住所 and its 住所を定めた年月日."""

    address: str
    since: RegisterDate


@dataclass(frozen=True, slots=True)
class FuhyoPerson:
    """One person. 生年月日 and 性別 are None for who was removed before 2022-01-11, 住民票コード for who was removed before 2024-05-27 (domain facts 4.4)."""

    person_no: str
    name: str  # 氏名
    given_name: str  # 名, which stands alone where 筆頭者 is shown
    birth: RegisterDate | None
    sex: Sex | None
    juminhyo_code: str | None
    addresses: tuple[FuhyoAddress, ...]  # the earliest first; the last one is where the person lives
    removed_on: date | None = None
    atena_no: str | None = None
    protection: Protection | None = None
    suppressions: tuple[Suppression, ...] = ()


@dataclass(frozen=True, slots=True)
class Fuhyo:
    """One 附票 at one instant; `people` in the order of the 戸籍, removed people included. `version` as in `Koseki`."""

    koseki_no: str
    honseki: str
    hittousha: str
    people: tuple[FuhyoPerson, ...]
    made_on: date  # 附票を作成した年月日
    standing: KosekiStanding
    version: str

    def person(self, person_no: str) -> FuhyoPerson | None:
        """The person with this number."""
        return next((person for person in self.people if person.person_no == person_no), None)
