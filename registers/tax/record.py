"""One person's 市民税・県民税 of one fiscal year as values: incomes, deductions, dependants, taxes (domain facts 4.5, 8). All amounts in whole yen."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Incomes:
    """Of the calendar year before the fiscal year. Revenue (収入金額) before, income (所得金額) after its own deduction; a loss is negative where the law has one."""

    salary_revenue: int = 0  # 給与収入
    salary: int = 0  # 給与所得
    pension_revenue: int = 0  # 公的年金等収入
    pension: int = 0  # 公的年金等に係る雑所得
    business: int = 0  # 営業等所得
    farming: int = 0  # 農業所得
    real_estate: int = 0  # 不動産所得
    dividends: int = 0  # 配当所得
    interest: int = 0  # 利子所得
    other: int = 0  # その他の雑所得
    total_yen: int = 0  # 合計所得金額


@dataclass(frozen=True, slots=True)
class Deductions:
    """所得控除."""

    social_insurance: int = 0  # 社会保険料
    small_enterprise: int = 0  # 小規模企業共済等掛金
    life_insurance: int = 0  # 生命保険料
    earthquake_insurance: int = 0  # 地震保険料
    medical: int = 0  # 医療費
    casualty: int = 0  # 雑損
    disability: int = 0  # 障害者
    widow_single_parent: int = 0  # 寡婦・ひとり親
    working_student: int = 0  # 勤労学生
    spouse: int = 0  # 配偶者・配偶者特別
    dependants: int = 0  # 扶養
    specified_relatives: int = 0  # 特定親族特別 (from R8)
    basic: int = 0  # 基礎
    total_yen: int = 0


@dataclass(frozen=True, slots=True)
class Dependants:
    """扶養人数 by kind."""

    spouse: bool = False  # 控除対象配偶者: a 同一生計配偶者 of somebody with an income of up to 10 million
    general: int = 0  # 一般
    specified: int = 0  # 特定 (19 to 22)
    elderly: int = 0  # 老人
    elderly_parents: int = 0  # 同居老親等
    under_16: int = 0  # 16歳未満
    specified_relatives: int = 0  # 特定親族 (from R8)
    disabled: int = 0  # 障害者
    severely_disabled: int = 0  # 特別障害者


@dataclass(frozen=True, slots=True)
class Levy:
    """年税額. Of the 所得割 what is due after credits; `city_` is 市民税, `prefecture_` 県民税."""

    taxable: int = 0  # 課税標準額 (総合), yen below 1,000 cut
    city_income: int = 0  # 市民税 所得割
    city_per_capita: int = 0  # 市民税 均等割
    prefecture_income: int = 0  # 県民税 所得割
    prefecture_per_capita: int = 0  # 県民税 均等割
    forest: int = 0  # 森林環境税
    special_reduction: int = 0  # 定額減税額 (R6; R7 for some spouses), already taken off the 所得割
    total_yen: int = 0


@dataclass(frozen=True, slots=True)
class TaxRecord:
    """One person, one fiscal year (`year` 2026 is 令和8年度, of the income of 2025), in the municipality where they lived on January 1.

    `name` and `address` as of that January 1. `declared` False: nothing was declared, and no figure is known. `dependant_of` is the 宛名番号 of who claims this person as a dependant.
    """

    atena_no: str
    year: int
    name: str
    address: str
    declared: bool
    dependant_of: str | None
    incomes: Incomes
    deductions: Deductions
    dependants: Dependants
    levy: Levy
    decided_on: date  # 税額決定 (usually early June); changed figures carry their own day
    version: str

    @property
    def taxed(self) -> bool:
        """Whether any tax is due; without, the paper is called 非課税証明書."""
        return self.levy.total_yen > 0
