"""Incomes from revenues, by the tables as they are printed."""

import pytest

from registers.tax.assessment import assess
from registers.tax.facts import Relative, TaxFacts
from registers.tax.incomes import pension_income, salary_income
from registers.tax.rules import BY_YEAR

SALARY_UNTIL_R7 = {
    0: 0,
    550_999: 0,
    551_000: 1_000,
    1_618_999: 1_068_999,
    1_619_000: 1_069_000,
    1_620_000: 1_070_000,
    1_622_000: 1_072_000,
    1_624_000: 1_074_000,
    1_627_999: 1_074_000,
    1_628_000: 1_076_800,
    1_799_999: 1_177_600,
    1_800_000: 1_180_000,
    1_899_999: 1_247_200,
    3_599_999: 2_437_200,
    3_600_000: 2_440_000,
    6_599_999: 4_836_800,
    6_600_000: 4_840_000,
    8_499_999: 6_549_999,
    8_500_000: 6_550_000,
    20_000_000: 18_050_000,
}
SALARY_FROM_R8 = {0: 0, 650_999: 0, 651_000: 1_000, 1_899_999: 1_249_999, 1_900_000: 1_250_000, 3_599_999: 2_437_200, 8_500_000: 6_550_000}


@pytest.mark.parametrize(("year", "table"), [(2024, SALARY_UNTIL_R7), (2025, SALARY_UNTIL_R7), (2026, SALARY_FROM_R8)])
def test_a_salary_by_the_printed_table(year, table):
    assert {revenue: salary_income(BY_YEAR[year], revenue) for revenue in table} == table


@pytest.mark.parametrize("year", BY_YEAR)
def test_more_revenue_is_never_less_income(year):
    incomes = [salary_income(BY_YEAR[year], revenue) for revenue in range(500_000, 10_000_000, 777)]
    assert incomes == sorted(incomes)


@pytest.mark.parametrize(
    ("age", "revenue", "other", "income"),
    [
        (64, 600_000, 0, 0),
        (64, 600_001, 0, 1),
        (64, 1_300_000, 0, 700_000),
        (64, 2_000_000, 0, 1_225_000),  # 2,000,000 x 75 % - 275,000
        (65, 1_100_000, 0, 0),
        (65, 3_300_000, 0, 2_200_000),
        (65, 3_300_003, 0, 2_200_002),  # 2,475,002.25 is cut
        (65, 4_100_000, 0, 2_800_000),
        (65, 7_700_000, 0, 5_860_000),
        (65, 10_000_000, 0, 8_045_000),
        (65, 12_000_000, 0, 10_045_000),
        (65, 2_000_000, 10_000_000, 900_000),
        (65, 2_000_000, 10_000_001, 1_000_000),
        (65, 2_000_000, 20_000_001, 1_100_000),
        (65, 0, 30_000_000, 0),
    ],
)
def test_a_pension_by_age_revenue_and_other_income(age, revenue, other, income):
    assert pension_income(revenue, age, other) == income


@pytest.mark.parametrize(
    ("revenue", "relatives", "disability", "less"),
    [
        (8_500_000, (Relative("descendant", 22),), "none", 0),
        (8_500_001, (Relative("descendant", 22),), "none", 1),  # 0.1 is rounded up
        (9_000_000, (Relative("descendant", 22),), "none", 50_000),
        (9_000_000, (Relative("descendant", 23),), "none", 0),
        (9_000_000, (Relative("spouse", 22),), "none", 0),
        (9_000_000, (Relative("descendant", 5, income=580_001),), "none", 0),
        (9_000_000, (Relative("ascendant", 80, disability="special"),), "none", 50_000),
        (9_000_000, (Relative("ascendant", 80, disability="ordinary"),), "none", 0),
        (9_000_000, (), "special", 50_000),
        (12_000_000, (Relative("descendant", 5),), "none", 150_000),
    ],
)
def test_a_salary_over_8_and_a_half_million_is_lowered_for_a_child_or_a_severe_disability(revenue, relatives, disability, less):
    found = assess(2026, TaxFacts(age=50, salary_revenue=revenue, relatives=relatives, disability=disability))
    assert found.incomes.salary == salary_income(BY_YEAR[2026], revenue) - less


def test_who_has_only_a_salary_or_only_a_pension_gets_nothing_off_for_having_both():
    assert assess(2026, TaxFacts(age=70, salary_revenue=2_000_000)).incomes.salary == 1_320_000
    assert assess(2026, TaxFacts(age=70, salary_revenue=700_000, pension_revenue=1_100_000)).incomes.salary == 50_000
    assert assess(2026, TaxFacts(age=70, salary_revenue=700_000, pension_revenue=1_160_000)).incomes.salary == 40_000  # 50,000 + 60,000 - 100,000
