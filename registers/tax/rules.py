"""The figures of 市民税・県民税 that the law sets, year by year, as data: what changes from 令和6年度 to 令和8年度, and what does not.

Decides nothing: `incomes`, `deductions` and `levy` say how the figures are used. A fiscal year taxes the income of the calendar year before it. All amounts in whole yen.
地税 is 地方税法, 所税 所得税法, 租特 租税特別措置法. docs/registers-seal-tax.md says which figures were known from memory of the law alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Band(NamedTuple):
    """A line of a table of incomes: for revenue below `below` (None: without end), income is `percent` of the revenue cut to `step`, less `less`."""

    below: int | None
    step: int
    percent: int
    less: int


class Tiers(NamedTuple):
    """An amount by the taxpayer's own 合計所得金額: up to 9 million, 9.5 million, 10 million yen; above, nothing."""

    nine: int
    nine_and_half: int
    ten: int


TIER_LIMITS = (9_000_000, 9_500_000, 10_000_000)

# 給与所得: 所税28条4項, 別表第五 (below 6.6 million in steps of 4,000), 28条3項.
_SALARY_FROM_1_628_000 = (Band(1_800_000, 4_000, 60, -100_000),)
_SALARY_HIGH = (
    Band(3_600_000, 4_000, 70, 80_000),
    Band(6_600_000, 4_000, 80, 440_000),
    Band(8_500_000, 1, 90, 1_100_000),
    Band(None, 1, 100, 1_950_000),
)
_SALARY_LEAST_550_000 = (
    Band(551_000, 1, 0, 0),
    Band(1_619_000, 1, 100, 550_000),
    Band(1_620_000, 1, 0, -1_069_000),
    Band(1_622_000, 1, 0, -1_070_000),
    Band(1_624_000, 1, 0, -1_072_000),
    Band(1_628_000, 1, 0, -1_074_000),
    *_SALARY_FROM_1_628_000,
    *_SALARY_HIGH,
)
_SALARY_LEAST_650_000 = (Band(651_000, 1, 0, 0), Band(1_900_000, 1, 100, 650_000), *_SALARY_HIGH)  # 令和7年法律第13号

# 公的年金等: 所税35条4項, 租特41条の15の3. For other income up to 10 million; `PENSION_LESS` takes the rest off.
PENSION_UNDER_65 = (
    Band(1_300_000, 1, 100, 600_000),
    Band(4_100_000, 1, 75, 275_000),
    Band(7_700_000, 1, 85, 685_000),
    Band(10_000_000, 1, 95, 1_455_000),
    Band(None, 1, 100, 1_955_000),
)
PENSION_FROM_65 = (Band(3_300_000, 1, 100, 1_100_000), *PENSION_UNDER_65[1:])
PENSION_LESS = ((10_000_000, 0), (20_000_000, 100_000), (None, 200_000))
"""(other income up to, by how much the deduction is smaller)."""

# 配偶者特別控除: 地税34条1項10号の2, 314条の2第1項10号の2. (the spouse's income up to, deduction)
SPOUSE_SPECIAL = (
    (1_000_000, Tiers(330_000, 220_000, 110_000)),
    (1_050_000, Tiers(310_000, 210_000, 110_000)),
    (1_100_000, Tiers(260_000, 180_000, 90_000)),
    (1_150_000, Tiers(210_000, 140_000, 70_000)),
    (1_200_000, Tiers(160_000, 110_000, 60_000)),
    (1_250_000, Tiers(110_000, 80_000, 40_000)),
    (1_300_000, Tiers(60_000, 40_000, 20_000)),
    (1_330_000, Tiers(30_000, 20_000, 10_000)),
)

# 特定親族特別控除, from 令和8年度: 地税314条の2第1項12号 (令和7年法律第7号). (the relative's income up to, deduction)
_SPECIFIED_RELATIVES = (
    (950_000, 450_000),
    (1_000_000, 410_000),
    (1_050_000, 310_000),
    (1_100_000, 210_000),
    (1_150_000, 110_000),
    (1_200_000, 60_000),
    (1_230_000, 30_000),
)

SpecialReduction = Literal["everybody", "spouses_of_high_income", "none"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs from one fiscal year to the next."""

    year: int
    salary: tuple[Band, ...]
    relative_income_max: int  # of 同一生計配偶者 and 扶養親族, and of a single parent's child: 地税23条1項7号, 9号, 292条
    student_income_max: int  # 勤労学生: 地税23条1項14号, 所税2条1項32号
    specified_relatives: tuple[tuple[int, int], ...]
    special_reduction: SpecialReduction  # 定額減税: 地税附則5条の8 to 5条の12 (令和6年法律第4号)


BY_YEAR: Mapping[int, Rules] = {
    2024: Rules(2024, _SALARY_LEAST_550_000, 480_000, 750_000, (), "everybody"),
    2025: Rules(2025, _SALARY_LEAST_550_000, 480_000, 750_000, (), "spouses_of_high_income"),
    2026: Rules(2026, _SALARY_LEAST_650_000, 580_000, 850_000, _SPECIFIED_RELATIVES, "none"),
}

# 所得金額調整控除: 租特41条の3の11 (formerly 41条の3の3).
ADJUSTED_SALARY_FROM, ADJUSTED_SALARY_TO, ADJUSTED_PERCENT = 8_500_000, 10_000_000, 10
ADJUSTED_EACH_MAX = 100_000
CHILD_AGE_BELOW = 23

# 所得控除: 地税34条, 314条の2.
BASIC = ((24_000_000, 430_000), (24_500_000, 290_000), (25_000_000, 150_000))
SPOUSE = Tiers(330_000, 220_000, 110_000)
SPOUSE_ELDERLY = Tiers(380_000, 260_000, 130_000)
GENERAL, SPECIFIED, ELDERLY, ELDERLY_PARENT = 330_000, 450_000, 380_000, 450_000
DISABLED, SEVERELY_DISABLED, SEVERELY_DISABLED_TOGETHER = 260_000, 300_000, 530_000
WIDOW, SINGLE_PARENT, WORKING_STUDENT = 260_000, 300_000, 260_000
WIDOW_INCOME_MAX = 5_000_000
STUDENT_OTHER_INCOME_MAX = 100_000
AGE_DEPENDANT, AGE_SPECIFIED, AGE_AFTER_SPECIFIED, AGE_ELDERLY, AGE_PENSIONER = 16, 19, 23, 70, 65

# 生命保険料, 地震保険料: (premium up to, divisor, plus); above the last, the maximum. 地税34条1項5号, 5号の3, 314条の2.
LIFE_NEW = ((12_000, 1, 0), (32_000, 2, 6_000), (56_000, 4, 14_000))
LIFE_NEW_MAX = 28_000
LIFE_OLD = ((15_000, 1, 0), (40_000, 2, 7_500), (70_000, 4, 17_500))
LIFE_OLD_MAX = 35_000
LIFE_MAX = 70_000
EARTHQUAKE_MAX = 25_000
LONG_TERM = ((5_000, 1, 0), (15_000, 2, 2_500))
LONG_TERM_MAX = 10_000

MEDICAL_OWN_MAX, MEDICAL_OWN_PERCENT, MEDICAL_MAX = 100_000, 5, 2_000_000
CASUALTY_OWN_PERCENT, CASUALTY_OWN_OF_EXPENSE = 10, 50_000

# 調整控除: 地税37条, 314条の6. Fixed by the law, whatever the income tax deducts today; none for 特定親族特別.
DIFFERENCE_BASIC = 50_000
DIFFERENCE_SPOUSE = Tiers(50_000, 40_000, 20_000)
DIFFERENCE_SPOUSE_ELDERLY = Tiers(100_000, 60_000, 30_000)
DIFFERENCE_SPOUSE_SPECIAL = ((499_999, Tiers(50_000, 40_000, 20_000)), (549_999, Tiers(30_000, 20_000, 10_000)))
DIFFERENCE_GENERAL, DIFFERENCE_SPECIFIED, DIFFERENCE_ELDERLY, DIFFERENCE_ELDERLY_PARENT = 50_000, 180_000, 100_000, 130_000
DIFFERENCE_DISABLED, DIFFERENCE_SEVERELY_DISABLED, DIFFERENCE_SEVERELY_DISABLED_TOGETHER = 10_000, 100_000, 220_000
DIFFERENCE_WIDOW, DIFFERENCE_SINGLE_MOTHER, DIFFERENCE_SINGLE_FATHER, DIFFERENCE_STUDENT = 10_000, 50_000, 10_000, 10_000
ADJUSTMENT_INCOME_MAX, ADJUSTMENT_TURN, ADJUSTMENT_LEAST, ADJUSTMENT_PERCENT = 25_000_000, 2_000_000, 50_000, 5

# 所得割: 地税35条, 314条の3; 37条の2の2 for 政令指定都市. 均等割: 38条, 310条 (as from 令和6年度); 森林環境税: 森林環境税法5条.
INCOME_PERCENT = 10
CITY_PERCENT, DESIGNATED_CITY_PERCENT = 6, 8
CITY_PER_CAPITA, PREFECTURE_PER_CAPITA, FOREST = 3_000, 1_000, 1_000
CUT_TAXABLE, CUT_TAX = 1_000, 100

# 非課税: 地税24条の5, 295条, 令47条の3 (均等割, by 級地), 附則3条の3 (所得割).
EXEMPT_STATUS_INCOME_MAX = 1_350_000
EXEMPT_HEAD: Mapping[int, int] = {1: 350_000, 2: 315_000, 3: 280_000}
EXEMPT_WITH_FAMILY: Mapping[int, int] = {1: 210_000, 2: 189_000, 3: 168_000}
EXEMPT_ALWAYS = 100_000
EXEMPT_INCOME_HEAD, EXEMPT_INCOME_WITH_FAMILY = 350_000, 320_000

REDUCTION_EACH = 10_000
REDUCTION_INCOME_MAX = 18_050_000
