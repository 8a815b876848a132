"""The resident register (住民基本台帳) as values: a person, a household, and what forbids a paper.

Fields follow 住民基本台帳法 7条 and 30条の45 and the 住民記録 standard (domain facts 3, 4.1). Names are kept exactly as registered: the sequence of characters,
variation selectors included, is the identity of the name. Dates are `RegisterDate`: ISO `YYYY-MM-DD`, or a text such as 「昭和２０年月日不詳」, which is legal and printed as it stands.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registers.register_dates import RegisterDate

Sex = Literal["男", "女"]
Standing = Literal["current", "leaving", "left", "dead", "removed"]
"""住民 / 転出予定 / 転出 / 死亡 / 職権消除."""

ProtectionLevel = Literal["support", "provisional", "co_protected"]
"""支援措置 / 仮支援措置 / 併せて支援を求める者: the same block (domain facts 3)."""


@dataclass(frozen=True, slots=True)
class ForeignStatus:
    """What 30条の45 adds for a foreign resident."""

    nationality: str
    category: str  # 30条45規定区分, e.g. 中長期在留者
    residence_status: str | None  # 在留資格
    period: str | None  # 在留期間, e.g. 5年
    expires: date | None  # 満了日, printed in Western years
    card_number: str | None  # 在留カード等の番号


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection in force. It does not end by itself when `until` has passed: only a release ends it."""

    level: ProtectionLevel
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Suppression:
    """抑止 of issuing, set by a clerk, for one person or (`household=True`) a whole household. In force until released, whatever `until` says."""

    since: date
    until: date | None
    household: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Resident:
    """One person of the register. `atena_no` (宛名番号, 10 digits) is the person; a name is not."""

    atena_no: str
    household_no: str
    name: str
    name_kana: str | None
    former_name: str | None  # 旧氏
    former_name_kana: str | None
    alias: str | None  # 通称
    alias_kana: str | None
    birth: RegisterDate
    sex: Sex
    relation: str  # 続柄 by the standard's vocabulary
    resident_since: RegisterDate  # 住民となった年月日
    address_since: RegisterDate  # 住所を定めた年月日
    notified_on: RegisterDate | None  # 届出年月日
    previous_address: str | None  # 転入前住所
    honseki: str | None  # 本籍; may read なし or 不明; None for foreigners
    hittousha: str | None  # 筆頭者
    my_number: str  # 個人番号, 12 digits
    juminhyo_code: str  # 住民票コード, 11 digits
    foreign: ForeignStatus | None
    serial: str | None  # 利用者証明用電子証明書シリアル番号, lower-case hex without leading zeros
    card_usable_from: date | None  # the day after the card was handed over or the move was filed; None: at once
    standing: Standing = "current"
    standing_since: date | None = None
    character_pending: bool = False  # 外字登録中
    protection: Protection | None = None
    suppressions: tuple[Suppression, ...] = ()
    juminhyo_code_since: date | None = None  # 住民票コード変更年月日; None: it has not been changed here


@dataclass(frozen=True, slots=True)
class Household:
    """A household at one instant: `members` are its present people (standing current or leaving) in the standard's order, the head first.

    `version` changes with any change to the household or one of its people.
    """

    household_no: str
    address: str  # 住所, 方書 included
    head_name: str
    members: tuple[Resident, ...]
    version: str

    def member(self, atena_no: str) -> Resident | None:
        """The member with this 宛名番号."""
        return next((m for m in self.members if m.atena_no == atena_no), None)
