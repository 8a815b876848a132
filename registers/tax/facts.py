"""What a person has declared for one fiscal year, and what the municipality's ordinance adds: everything an assessment is made from, as values.

All amounts in whole yen, of the calendar year before the fiscal year. Who claims a child that two could claim is settled here: the child stands with one of them only.
"""

from dataclasses import dataclass
from typing import Literal

Disability = Literal["none", "ordinary", "special"]
"""障害者の別: なし, 普通障害, 特別障害."""

Relation = Literal["spouse", "descendant", "ascendant", "other"]
"""配偶者, 直系卑属, 直系尊属 (of the taxpayer or the spouse), その他の親族."""

Status = Literal["none", "widow", "single_mother", "single_father"]
"""なし, 寡婦, ひとり親 (母 / 父: the 調整控除 differs). Whether the income allows the deduction is decided by the assessment."""

Grade = Literal[1, 2, 3]
"""級地区分 of 生活保護法: 1級地, 2級地, 3級地."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody with whom the taxpayer shares a livelihood (生計を一にする). `age` as of January 1 of the fiscal year; `income` is 合計所得金額."""

    relation: Relation
    age: int
    income: int = 0
    together: bool = True  # 同居
    disability: Disability = "none"


@dataclass(frozen=True, slots=True)
class LifePremiums:
    """生命保険料 paid, by kind; `old_` for contracts made up to 2011."""

    general: int = 0
    care: int = 0  # 介護医療
    pension: int = 0
    old_general: int = 0
    old_pension: int = 0


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """One person's declaration. `age` as of January 1 of the fiscal year: full years as `register_dates.age_on` counts them, which is what the law has reached when December 31 ends."""

    age: int
    salary_revenue: int = 0
    pension_revenue: int = 0
    business: int = 0  # 営業等, after expenses; may be negative, like farming and real_estate
    farming: int = 0
    real_estate: int = 0
    dividends: int = 0
    interest: int = 0
    other: int = 0  # その他の雑, after expenses
    social_insurance: int = 0
    small_enterprise: int = 0
    life: LifePremiums = LifePremiums()
    earthquake_premium: int = 0
    long_term_premium: int = 0  # 旧長期損害保険料
    medical_expense: int = 0
    medical_refunded: int = 0
    casualty_loss: int = 0  # 差引損失額
    disaster_expense: int = 0  # of it, 災害関連支出
    disability: Disability = "none"
    status: Status = "none"
    working_student: bool = False
    minor: bool = False  # 未成年者 on January 1
    on_public_assistance: bool = False  # 生活扶助 on January 1
    relatives: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordinance:
    """What differs from place to place: 級地, whether the city is a 政令指定都市 (8 % / 2 %), and a prefecture's own addition to the 均等割 (yen)."""

    grade: Grade = 1
    designated_city: bool = False
    prefecture_extra_yen: int = 0
