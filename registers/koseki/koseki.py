"""戸籍 as values: one family, its people, and what is recorded of each.

Fields follow 戸籍法 13条 and the layout of the computerised register (domain facts 4.3). Names and values are kept exactly as registered. A 戸籍 belongs to the municipality of its 本籍,
wherever its people live; `person_no` is a person in this register, `atena_no` the same person in the resident register of the same municipality, when they live there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registers.register_dates import RegisterDate
from registers.residents.resident import Protection, Sex, Suppression

KosekiStanding = Literal["current", "removed", "superseded", "on_paper"]
"""現在戸籍 / 除籍 / 改製原戸籍 / 改製不適合戸籍 (in force, but kept on paper: what it says could not be entered in the computer). Only the first is for kiosks (domain facts 2.6, 3)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One 戸籍事項 or 身分事項: its title (出生, 婚姻, 戸籍編製 …) and its rows (label without brackets, value) in their order.

    A value that is exactly `YYYY-MM-DD` is a date and is printed in 和暦; any other text is printed as it stands. `recorded_on` is the day it was entered.
    """

    title: str
    rows: tuple[tuple[str, str], ...]
    recorded_on: date


@dataclass(frozen=True, slots=True)
class KosekiPerson:
    """One person of a 戸籍. `removed_on` marks 除籍 (married out, dead, adopted away): the person stays on the paper, marked."""

    person_no: str  # 10 digits, stable for this person in this 戸籍
    given_name: str  # 名
    given_name_kana: str | None
    kana_recorded_on: date | None  # 振り仮名 since 2025-05-26, ex officio from 2026-05-26 in turn; None: not yet
    birth: RegisterDate
    sex: Sex
    father: str | None  # 父の氏名; None reads blank
    mother: str | None
    adoptive_father: str | None
    adoptive_mother: str | None
    relation: str  # 父母との続柄: 長男, 二女 …
    spouse: Literal["夫", "妻"] | None  # 配偶者区分
    entries: tuple[Entry, ...]  # 身分事項
    removed_on: date | None = None
    atena_no: str | None = None
    protection: Protection | None = None
    suppressions: tuple[Suppression, ...] = ()


@dataclass(frozen=True, slots=True)
class Koseki:
    """One 戸籍 at one instant. `members` stand in the register's order, removed people included. `version` changes with any change to it or to one of its people.

    `change_pending`: a notification was accepted and is not entered yet, so nothing is issued (domain facts 3).
    """

    koseki_no: str  # 10 digits
    honseki: str
    family_name: str  # 氏
    family_name_kana: str | None
    family_name_kana_recorded_on: date | None
    hittousha: str  # 筆頭者の氏名
    entries: tuple[Entry, ...]  # 戸籍事項: 戸籍編製, 戸籍改製, 転籍 …
    members: tuple[KosekiPerson, ...]
    standing: KosekiStanding
    change_pending: bool
    version: str

    def member(self, person_no: str) -> KosekiPerson | None:
        """The person with this number."""
        return next((person for person in self.members if person.person_no == person_no), None)
