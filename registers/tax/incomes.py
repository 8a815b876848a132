"""所得金額 of a declaration: what is left of each revenue after its own deduction, and 合計所得金額.

Decides by the year's tables (`rules`); knows no deduction that concerns the person. Yen are cut as the tables cut them.
"""

from collections.abc import Sequence

from registers.tax.facts import Relative, TaxFacts
from registers.tax.record import Incomes
from registers.tax.rules import (
    ADJUSTED_EACH_MAX,
    ADJUSTED_PERCENT,
    ADJUSTED_SALARY_FROM,
    ADJUSTED_SALARY_TO,
    AGE_PENSIONER,
    CHILD_AGE_BELOW,
    PENSION_FROM_65,
    PENSION_LESS,
    PENSION_UNDER_65,
    Band,
    Rules,
)


def incomes_of(rules: Rules, facts: TaxFacts) -> Incomes:
    """The incomes of a declaration. A loss of business, farming or real estate is set off against the rest (損益通算); 合計所得金額 is never below zero."""
    salary = salary_income(rules, facts.salary_revenue) - _adjusted_for_family(rules, facts)
    plain = facts.business + facts.farming + facts.real_estate + facts.dividends + facts.interest + facts.other
    pension = pension_income(facts.pension_revenue, facts.age, max(0, salary + plain))
    salary -= _adjusted_for_pension(salary, pension)
    return Incomes(
        salary_revenue=facts.salary_revenue,
        salary=salary,
        pension_revenue=facts.pension_revenue,
        pension=pension,
        business=facts.business,
        farming=facts.farming,
        real_estate=facts.real_estate,
        dividends=facts.dividends,
        interest=facts.interest,
        other=facts.other,
        total_yen=max(0, salary + pension + plain),
    )


def salary_income(rules: Rules, revenue: int) -> int:
    """給与所得控除後の給与等の金額."""
    return _by_band(rules.salary, revenue)


def pension_income(revenue: int, age: int, other_income: int) -> int:
    """公的年金等に係る雑所得 of a person of `age` on January 1, whose 合計所得金額 without it is `other_income`. Never below zero."""
    bands = PENSION_FROM_65 if age >= AGE_PENSIONER else PENSION_UNDER_65
    less = next(less for limit, less in PENSION_LESS if limit is None or other_income <= limit)
    return max(0, _by_band(bands, revenue) + less)


def supported(rules: Rules, relative: Relative) -> bool:
    """Whether a relative's income lets them be 同一生計配偶者 or 扶養親族."""
    return relative.income <= rules.relative_income_max


def _by_band(bands: Sequence[Band], revenue: int) -> int:
    band = next(band for band in bands if band.below is None or revenue < band.below)
    return revenue // band.step * band.step * band.percent // 100 - band.less


def _adjusted_for_family(rules: Rules, facts: TaxFacts) -> int:
    """所得金額調整控除 of who earns over 8.5 million and is, or supports, a 特別障害者, or supports somebody under 23. Fractions are rounded up."""
    if facts.salary_revenue <= ADJUSTED_SALARY_FROM:
        return 0
    family = [relative for relative in facts.relatives if supported(rules, relative)]
    severe = facts.disability == "special" or any(relative.disability == "special" for relative in family)
    child = any(relative.relation != "spouse" and relative.age < CHILD_AGE_BELOW for relative in family)
    if not (severe or child):
        return 0
    return -(-(min(facts.salary_revenue, ADJUSTED_SALARY_TO) - ADJUSTED_SALARY_FROM) * ADJUSTED_PERCENT // 100)


def _adjusted_for_pension(salary: int, pension: int) -> int:
    """所得金額調整控除 of who has both a salary and a pension."""
    if salary <= 0 or pension <= 0:
        return 0
    return max(0, min(salary, ADJUSTED_EACH_MAX) + min(pension, ADJUSTED_EACH_MAX) - ADJUSTED_EACH_MAX)
