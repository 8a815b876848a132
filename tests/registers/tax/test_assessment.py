"""Assessments worked by hand, step by step, equal to the yen. 1級地, no 政令指定都市 unless said; 均等割 3,000 + 1,000 and 森林環境税 1,000 make 5,000."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.tax.assessment import YEARS, UnfitFacts, assess
from registers.tax.facts import LifePremiums, Ordinance, Relative, TaxFacts
from registers.tax.record import Dependants, Levy

R6, R7, R8 = 2024, 2025, 2026

WIFE = Relative("spouse", 38)
STUDENT = Relative("descendant", 20)


def levy(city: int, prefecture: int, taxable: int, total: int, reduction: int = 0) -> Levy:
    return Levy(taxable, city, 3000, prefecture, 1000, 1000, reduction, total)


def test_a_single_employee_of_r7():
    facts = TaxFacts(age=30, salary_revenue=4_000_000, social_insurance=600_000)
    found = assess(R7, facts)
    # 給与所得: 4,000,000 is a multiple of 4,000: 4,000,000 x 80 % - 440,000 = 2,760,000
    assert (found.incomes.salary, found.incomes.total_yen) == (2_760_000, 2_760_000)
    # 所得控除: 600,000 + 基礎 430,000 = 1,030,000; 課税標準: 2,760,000 - 1,030,000 = 1,730,000
    assert found.deductions.total_yen == 1_030_000
    # 市 6 %: 103,800; 県 4 %: 69,200. 調整控除: min(50,000, 1,730,000) x 5 % = 2,500: 1,500 and 1,000
    # 市 102,300, 県 68,200; with 5,000: 175,500
    assert found.levy == levy(102_300, 68_200, 1_730_000, 175_500)


def test_a_couple_with_two_small_children_in_r6_has_the_reduction_for_four():
    facts = TaxFacts(
        age=40,
        salary_revenue=6_000_000,
        social_insurance=900_000,
        life=LifePremiums(general=80_000, care=20_000),
        earthquake_premium=30_000,
        relatives=(WIFE, Relative("descendant", 10), Relative("descendant", 7)),
    )
    found = assess(R6, facts)
    # 給与所得: 6,000,000 x 80 % - 440,000 = 4,360,000
    assert found.incomes.total_yen == 4_360_000
    # 生命保険料: 一般 over 56,000: 28,000; 介護 20,000 / 2 + 6,000 = 16,000; together 44,000. 地震 30,000 / 2 = 15,000
    assert (found.deductions.life_insurance, found.deductions.earthquake_insurance) == (44_000, 15_000)
    # 900,000 + 44,000 + 15,000 + 配偶者 330,000 + 基礎 430,000 = 1,719,000; children under 16: nothing
    assert (found.deductions.dependants, found.deductions.total_yen) == (0, 1_719_000)
    assert found.dependants == Dependants(spouse=True, under_16=2)
    # 課税標準 2,641,000: 市 158,460, 県 105,640. 調整控除: differences 100,000 - (2,641,000 - 2,000,000) < 50,000: 50,000 x 5 % = 2,500
    # 市 156,960, 県 104,640, together 261,600. 定額減税 4 x 10,000 = 40,000: 県 40,000 x 104,640 / 261,600 = 16,000, 市 24,000
    # 市 132,960 -> 132,900, 県 88,640 -> 88,600; with 5,000: 226,500
    assert found.levy == levy(132_900, 88_600, 2_641_000, 226_500, reduction=40_000)


def test_a_pensioner_of_70_with_a_spouse_of_70_in_r7():
    facts = TaxFacts(age=70, pension_revenue=2_600_000, social_insurance=250_000, relatives=(Relative("spouse", 70),))
    found = assess(R7, facts)
    # 雑所得: 2,600,000 - 1,100,000 = 1,500,000; over the 非課税限度額 350,000 x 2 + 100,000 + 320,000 = 1,120,000
    assert found.incomes.pension == 1_500_000
    # 250,000 + 老人配偶者 380,000 + 430,000 = 1,060,000; 課税標準 440,000: 市 26,400, 県 17,600
    # 調整控除: 50,000 + 100,000 = 150,000 x 5 % = 7,500: 4,500 and 3,000
    # 市 21,900, 県 14,600; with 5,000: 41,500
    assert found.deductions.spouse == 380_000
    assert found.levy == levy(21_900, 14_600, 440_000, 41_500)


@pytest.mark.parametrize(
    ("child_salary", "child_income", "deduction", "taxable", "city", "prefecture", "total"),
    [
        # 1,230,000 - 650,000 = 580,000: still a 特定扶養親族. 差 50,000 + 180,000, but over 2 million of 課税標準: 50,000 x 5 % all the same
        (1_230_000, 580_000, 450_000, 3_320_000, 197_700, 131_800, 334_500),
        # 1,500,000 - 650,000 = 850,000: 特定親族特別 450,000. 1,000,000 + 450,000 + 430,000 = 1,880,000 of 5,200,000 leaves 3,320,000
        # 市 199,200 - 1,500, 県 132,800 - 1,000
        (1_500_000, 850_000, 450_000, 3_320_000, 197_700, 131_800, 334_500),
        # 1,700,000 - 650,000 = 1,050,000: 310,000. 課税標準 3,460,000: 市 207,600 - 1,500, 県 138,400 - 1,000
        (1_700_000, 1_050_000, 310_000, 3_460_000, 206_100, 137_400, 348_500),
        # 1,880,000 - 650,000 = 1,230,000: 30,000. 課税標準 3,740,000: 市 224,400 - 1,500, 県 149,600 - 1,000
        (1_880_000, 1_230_000, 30_000, 3_740_000, 222_900, 148_600, 376_500),
        # one yen more: nothing. 課税標準 3,770,000: 市 226,200 - 1,500, 県 150,800 - 1,000
        (1_880_001, 1_230_001, 0, 3_770_000, 224_700, 149_800, 379_500),
    ],
)
def test_a_student_who_earns_lowers_the_parents_tax_of_r8_by_the_table(child_salary, child_income, deduction, taxable, city, prefecture, total):
    child = assess(R8, TaxFacts(age=20, salary_revenue=child_salary)).incomes.total_yen
    assert child == child_income
    facts = TaxFacts(age=50, salary_revenue=7_000_000, social_insurance=1_000_000, relatives=(replace(STUDENT, income=child),))
    found = assess(R8, facts)
    # 給与所得: 7,000,000 x 90 % - 1,100,000 = 5,200,000
    assert found.incomes.salary == 5_200_000
    assert found.deductions.dependants + found.deductions.specified_relatives == deduction
    assert (found.dependants.specified, found.dependants.specified_relatives) == (int(child <= 580_000), int(580_000 < child <= 1_230_000))
    assert found.levy == levy(city, prefecture, taxable, total)


def test_the_whole_table_of_a_specified_relative_in_r8():
    steps = {
        580_001: 450_000,
        950_000: 450_000,
        950_001: 410_000,
        1_000_000: 410_000,
        1_000_001: 310_000,
        1_050_000: 310_000,
        1_050_001: 210_000,
        1_100_000: 210_000,
        1_100_001: 110_000,
        1_150_000: 110_000,
        1_150_001: 60_000,
        1_200_000: 60_000,
        1_200_001: 30_000,
        1_230_000: 30_000,
        1_230_001: 0,
    }
    for income, deduction in steps.items():
        facts = TaxFacts(age=50, business=9_000_000, relatives=(replace(STUDENT, income=income),))
        assert assess(R8, facts).deductions.specified_relatives == deduction
    for age in (18, 23):
        facts = TaxFacts(age=50, business=9_000_000, relatives=(Relative("descendant", age, income=900_000),))
        assert assess(R8, facts).deductions.specified_relatives == 0


def test_in_r7_a_student_who_earns_over_480_000_gives_nothing():
    facts = TaxFacts(age=50, salary_revenue=7_000_000, relatives=(replace(STUDENT, income=480_001),))
    assert assess(R7, facts).deductions.total_yen == 430_000
    assert assess(R7, replace(facts, relatives=(replace(STUDENT, income=480_000),))).deductions.dependants == 450_000


def test_a_low_income_at_the_limit_is_free_of_everything_and_one_yen_more_is_not():
    at_limit, above = (TaxFacts(age=25, salary_revenue=revenue) for revenue in (1_000_000, 1_000_001))
    # 1,000,000 - 550,000 = 450,000 = 350,000 + 100,000
    assert assess(R7, at_limit).levy == Levy()
    # 450,001 - 430,000 = 20,001 -> 20,000: 市 1,200, 県 800; 調整控除 min(50,000, 20,000) x 5 % = 1,000: 600 and 400; left 600 and 400
    # 450,001 - 1,000 is 999 short of 450,000: 県 999 x 400 / 1,000 = 399.6 -> 400, 市 599; left 1 and 0, cut to 0
    assert assess(R7, above).levy == levy(0, 0, 20_000, 5_000)


def test_of_what_is_taken_off_near_the_limit_the_prefectures_part_is_rounded_up():
    # 450,749: 600 and 400 are due, of which 251 would fall below 450,000: 県 251 x 400 / 1,000 = 100.4 -> 101, left 299 -> 200; 市 150, left 450 -> 400
    assert assess(R7, TaxFacts(age=25, salary_revenue=1_000_749)).levy == levy(400, 200, 20_000, 5_600)


def test_a_little_above_the_limit_the_ordinary_tax_is_due():
    # 1,010,000 - 550,000 = 460,000; 課税標準 30,000: 市 1,800, 県 1,200; 調整控除 30,000 x 5 % = 1,500: 900 and 600; 460,000 - 1,500 stays above 450,000
    assert assess(R7, TaxFacts(age=25, salary_revenue=1_010_000)).levy == levy(900, 600, 30_000, 6_500)


def test_a_family_is_free_of_the_per_capita_tax_up_to_one_limit_and_of_the_income_tax_up_to_another():
    facts = TaxFacts(age=35, relatives=(WIFE, Relative("descendant", 10)))
    # three heads: 350,000 x 3 + 100,000 + 210,000 = 1,360,000; 所得割: 350,000 x 3 + 100,000 + 320,000 = 1,470,000
    assert assess(R8, replace(facts, business=1_360_000)).levy == Levy()
    assert assess(R8, replace(facts, business=1_360_001)).levy == levy(0, 0, 0, 5_000)
    assert assess(R8, replace(facts, business=1_470_000)).levy == levy(0, 0, 0, 5_000)
    # 1,470,001 - 760,000 -> 710,000: 市 42,600, 県 28,400; 調整控除 100,000 x 5 %: 3,000 and 2,000; 66,000 is due, of which 65,999 would fall below 1,470,000:
    # 県 65,999 x 26,400 / 66,000 = 26,399.6 -> 26,400, 市 39,599; left 1 and 0
    assert assess(R8, replace(facts, business=1_470_001)).levy == levy(0, 0, 710_000, 5_000)
    # 1,600,000 - 760,000 = 840,000: 市 50,400 - 3,000 = 47,400, 県 33,600 - 2,000 = 31,600: 79,000; 1,600,000 - 79,000 = 1,521,000 stays above
    assert assess(R8, replace(facts, business=1_600_000)).levy == levy(47_400, 31_600, 840_000, 84_000)


@pytest.mark.parametrize(("grade", "alone", "couple"), [(1, 450_000, 1_010_000), (2, 415_000, 919_000), (3, 380_000, 828_000)])
def test_the_limit_of_the_per_capita_tax_is_that_of_the_municipalitys_grade(grade, alone, couple):
    for limit, facts in ((alone, TaxFacts(age=60)), (couple, TaxFacts(age=60, relatives=(WIFE,)))):
        assert assess(R7, replace(facts, business=limit), Ordinance(grade=grade)).levy.total_yen == 0
        assert assess(R7, replace(facts, business=limit + 1), Ordinance(grade=grade)).levy.total_yen == 5_000


@pytest.mark.parametrize(
    "facts",
    [
        TaxFacts(age=17, minor=True),
        TaxFacts(age=40, disability="ordinary"),
        TaxFacts(age=40, status="widow"),
        TaxFacts(age=40, status="single_father", relatives=(Relative("descendant", 3),)),
    ],
)
def test_minors_disabled_people_widows_and_single_parents_are_free_up_to_1_350_000(facts):
    assert assess(R7, replace(facts, business=1_350_000)).levy == Levy()
    assert assess(R7, replace(facts, business=1_350_001)).levy.total_yen > 0
    assert assess(R7, TaxFacts(age=40, business=1_350_000)).levy.total_yen > 0


def test_who_lives_on_public_assistance_owes_nothing():
    assert assess(R8, TaxFacts(age=40, business=3_000_000, on_public_assistance=True)).levy == Levy()


def test_a_high_income_of_r7_beyond_the_basic_deduction():
    facts = TaxFacts(age=55, salary_revenue=30_000_000, social_insurance=1_700_000)
    found = assess(R7, facts)
    # 30,000,000 - 1,950,000 = 28,050,000; no 基礎控除, no 調整控除; 課税標準 26,350,000: 市 1,581,000, 県 1,054,000
    assert found.deductions.basic == 0
    assert found.levy == levy(1_581_000, 1_054_000, 26_350_000, 2_640_000)


@pytest.mark.parametrize(
    ("income", "basic"),
    [(24_000_000, 430_000), (24_000_001, 290_000), (24_500_000, 290_000), (24_500_001, 150_000), (25_000_000, 150_000), (25_000_001, 0)],
)
def test_the_basic_deduction_fades_out(income, basic):
    assert assess(R8, TaxFacts(age=55, business=income)).deductions.basic == basic


def test_a_single_mother_of_r7():
    facts = TaxFacts(age=35, salary_revenue=2_500_000, social_insurance=375_000, status="single_mother", relatives=(Relative("descendant", 8),))
    found = assess(R7, facts)
    # 給与所得: 2,500,000 x 70 % - 80,000 = 1,670,000; 375,000 + 300,000 + 430,000 = 1,105,000; 課税標準 565,000: 市 33,900, 県 22,600
    # 調整控除: 50,000 + 50,000 = 100,000 x 5 % = 5,000: 3,000 and 2,000; 市 30,900, 県 20,600; with 5,000: 56,500
    assert found.incomes.salary == 1_670_000
    assert found.levy == levy(30_900, 20_600, 565_000, 56_500)
    # a father's difference is 10,000: 60,000 x 5 % = 3,000: 1,800 and 1,200; 市 32,100, 県 21,400
    assert assess(R7, replace(facts, status="single_father")).levy == levy(32_100, 21_400, 565_000, 58_500)


def test_a_single_parents_child_must_have_little_income_and_the_parent_not_over_5_million():
    facts = TaxFacts(age=45, business=5_000_000, status="single_mother", relatives=(Relative("descendant", 17, income=580_000),))
    assert assess(R8, facts).deductions.widow_single_parent == 300_000
    assert assess(R8, replace(facts, business=5_000_001)).deductions.widow_single_parent == 0
    assert assess(R8, replace(facts, relatives=(Relative("descendant", 17, income=580_001),))).deductions.widow_single_parent == 0


def test_a_self_employed_man_of_r6_whose_wife_earns():
    facts = TaxFacts(
        age=48,
        business=5_000_000,
        social_insurance=800_000,
        small_enterprise=276_000,
        medical_expense=350_000,
        medical_refunded=50_000,
        relatives=(replace(WIFE, income=1_020_000),),
    )
    found = assess(R6, facts)
    # 医療費: 350,000 - 50,000 - min(100,000, 250,000) = 200,000; 配偶者特別 (over 1,000,000 to 1,050,000): 310,000
    assert (found.deductions.medical, found.deductions.spouse) == (200_000, 310_000)
    # 800,000 + 276,000 + 200,000 + 310,000 + 430,000 = 2,016,000; 課税標準 2,984,000: 市 179,040, 県 119,360; 調整控除 1,500 and 1,000
    # 市 177,540, 県 118,360, together 295,900. 定額減税 for himself alone 10,000: 県 4,000, 市 6,000
    # 市 171,540 -> 171,500, 県 114,360 -> 114,300; with 5,000: 290,800
    assert found.levy == levy(171_500, 114_300, 2_984_000, 290_800, reduction=10_000)
    assert found.dependants == Dependants()


def test_a_part_time_worker_of_r8_gains_from_the_raised_deduction_for_salaries():
    facts = TaxFacts(age=22, salary_revenue=1_100_000)
    # R8: 1,100,000 - 650,000 = 450,000: nothing due
    assert assess(R8, facts).levy == Levy()
    # R7: 550,000 - 430,000 = 120,000: 市 7,200, 県 4,800; 調整控除 50,000 x 5 %: 1,500 and 1,000; 5,700 + 3,800 + 5,000
    assert assess(R7, facts).levy == levy(5_700, 3_800, 120_000, 14_500)


def test_a_pensioner_who_works_in_r8():
    facts = TaxFacts(age=66, salary_revenue=1_500_000, pension_revenue=1_500_000, social_insurance=150_000)
    found = assess(R8, facts)
    # 給与 850,000, 年金 400,000; 所得金額調整控除 100,000 + 100,000 - 100,000 = 100,000 off the salary: 750,000 + 400,000 = 1,150,000
    assert (found.incomes.salary, found.incomes.pension, found.incomes.total_yen) == (750_000, 400_000, 1_150_000)
    # 1,150,000 - 580,000 = 570,000: 市 34,200 - 1,500 = 32,700, 県 22,800 - 1,000 = 21,800; with 5,000: 59,500
    assert found.levy == levy(32_700, 21_800, 570_000, 59_500)


def test_who_earns_over_10_million_has_the_reduction_for_the_spouse_a_year_later():
    facts = TaxFacts(age=50, salary_revenue=13_000_000, social_insurance=1_400_000, relatives=(WIFE, STUDENT))
    in_r7 = assess(R7, facts)
    # 13,000,000 - 1,950,000 = 11,050,000; a child under 23: (10,000,000 - 8,500,000) x 10 % = 150,000 less: 10,900,000; no 配偶者控除
    assert (in_r7.incomes.total_yen, in_r7.deductions.spouse, in_r7.dependants.spouse) == (10_900_000, 0, False)
    # 1,400,000 + 450,000 + 430,000 = 2,280,000; 課税標準 8,620,000: 市 517,200 - 1,500 = 515,700, 県 344,800 - 1,000 = 343,800, together 859,500
    # 定額減税 of R7 10,000: 県 4,000, 市 6,000; 509,700 + 339,800 + 5,000
    assert in_r7.levy == levy(509_700, 339_800, 8_620_000, 854_500, reduction=10_000)
    # R6: for himself and the child 20,000: 県 8,000, 市 12,000; 503,700 + 335,800 + 5,000
    assert assess(R6, facts).levy == levy(503_700, 335_800, 8_620_000, 844_500, reduction=20_000)
    # R8: none; 515,700 + 343,800 + 5,000
    assert assess(R8, facts).levy == levy(515_700, 343_800, 8_620_000, 864_500)


def test_over_18_050_000_there_is_no_reduction():
    facts = TaxFacts(age=50, business=18_050_000, relatives=(WIFE,))
    assert [assess(year, facts).levy.special_reduction for year in YEARS] == [10_000, 10_000, 0]
    assert [assess(year, replace(facts, business=18_050_001)).levy.special_reduction for year in YEARS] == [0, 0, 0]


def test_the_reduction_is_never_more_than_the_income_tax_and_leaves_the_per_capita_tax():
    # R6, eight heads: 80,000, more than the tax
    children = tuple(Relative("descendant", age) for age in range(1, 7))
    facts = TaxFacts(age=35, salary_revenue=6_000_000, social_insurance=900_000, small_enterprise=2_000_000, relatives=(WIFE, *children))
    found = assess(R6, facts)
    # 4,360,000 - (900,000 + 2,000,000 + 330,000 + 430,000) = 700,000: 市 42,000 - 3,000 = 39,000, 県 28,000 - 2,000 = 26,000: 65,000 < 80,000
    assert found.levy == levy(0, 0, 700_000, 5_000, reduction=65_000)


def test_in_a_designated_city_the_city_has_eight_parts_of_ten():
    facts = TaxFacts(age=30, salary_revenue=4_000_000, social_insurance=600_000)
    # 1,730,000: 市 138,400, 県 34,600; 調整控除 2,500: 2,000 and 500
    assert assess(R7, facts, Ordinance(designated_city=True)).levy == levy(136_400, 34_100, 1_730_000, 175_500)


def test_a_prefectures_own_addition_stands_in_its_per_capita_tax():
    found = assess(R7, TaxFacts(age=30, salary_revenue=4_000_000), Ordinance(prefecture_extra_yen=500)).levy
    assert (found.prefecture_per_capita, found.forest) == (1_500, 1_000)
    assert found.total_yen == found.city_income + found.prefecture_income + 3_000 + 1_500 + 1_000


def test_an_elderly_mother_at_home_who_is_severely_disabled():
    facts = TaxFacts(age=55, salary_revenue=5_000_000, social_insurance=750_000, relatives=(Relative("ascendant", 82, disability="special"),))
    found = assess(R8, facts)
    # 給与所得 3,560,000; 750,000 + 同居老親 450,000 + 同居特別障害 530,000 + 430,000 = 2,160,000; 課税標準 1,400,000: 市 84,000, 県 56,000
    # 調整控除: 50,000 + 130,000 + 220,000 = 400,000 x 5 % = 20,000: 12,000 and 8,000; 72,000 + 48,000 + 5,000
    assert found.dependants == Dependants(elderly_parents=1, severely_disabled=1)
    assert found.levy == levy(72_000, 48_000, 1_400_000, 125_000)
    # 5,875,000: cut to 5,872,000 x 80 % - 440,000 = 4,257,600; 課税標準 2,097,000: 市 125,820, 県 83,880
    # 調整控除 over 2 million: 400,000 - 97,000 = 303,000 x 5 % = 15,150: 9,090 and 6,060; 116,730 -> 116,700, 77,820 -> 77,800
    assert assess(R8, replace(facts, salary_revenue=5_875_000)).levy == levy(116_700, 77_800, 2_097_000, 199_500)


def test_each_relative_is_counted_in_one_kind():
    relatives = (
        Relative("descendant", 15),
        Relative("descendant", 16),
        Relative("descendant", 18),
        Relative("descendant", 19),
        Relative("other", 22, disability="ordinary"),
        Relative("other", 23),
        Relative("other", 69),
        Relative("other", 70),
        Relative("ascendant", 70),
        Relative("ascendant", 90, together=False, disability="special"),
    )
    found = assess(R8, TaxFacts(age=60, business=9_000_000, relatives=relatives))
    assert found.dependants == Dependants(general=4, specified=2, elderly=2, elderly_parents=1, under_16=1, disabled=1, severely_disabled=1)
    assert found.deductions.dependants == 4 * 330_000 + 2 * 450_000 + 2 * 380_000 + 450_000
    assert found.deductions.disability == 260_000 + 300_000


@pytest.mark.parametrize(("year", "limit"), [(R6, 480_000), (R7, 480_000), (R8, 580_000)])
def test_a_relative_may_earn_up_to_the_years_limit(year, limit):
    def found(income: int):
        relatives = (Relative("spouse", 40, income=income), Relative("ascendant", 75, income=income))
        return assess(year, TaxFacts(age=45, business=6_000_000, relatives=relatives))

    assert found(limit).dependants == Dependants(spouse=True, elderly_parents=1)
    assert found(limit + 1).dependants == Dependants()
    assert (found(limit).deductions.spouse, found(limit + 1).deductions.spouse) == (330_000, 330_000)  # 配偶者特別 begins with the same
    assert (found(limit).deductions.dependants, found(limit + 1).deductions.dependants) == (450_000, 0)


SPOUSE_TABLE = {
    1_000_000: (330_000, 220_000, 110_000, 0),
    1_000_001: (310_000, 210_000, 110_000, 0),
    1_050_001: (260_000, 180_000, 90_000, 0),
    1_100_001: (210_000, 140_000, 70_000, 0),
    1_150_001: (160_000, 110_000, 60_000, 0),
    1_200_001: (110_000, 80_000, 40_000, 0),
    1_250_001: (60_000, 40_000, 20_000, 0),
    1_300_001: (30_000, 20_000, 10_000, 0),
    1_330_000: (30_000, 20_000, 10_000, 0),
    1_330_001: (0, 0, 0, 0),
}


@pytest.mark.parametrize("year", YEARS)
def test_the_deduction_for_a_spouse_follows_both_incomes(year):
    own = (9_000_000, 9_500_000, 10_000_000, 10_000_001)
    for income, row in SPOUSE_TABLE.items():
        for own_income, expected in zip(own, row, strict=True):
            facts = TaxFacts(age=45, business=own_income, relatives=(Relative("spouse", 40, income=income),))
            assert assess(year, facts).deductions.spouse == expected
    elderly = [assess(year, TaxFacts(age=75, business=amount, relatives=(Relative("spouse", 70),))).deductions.spouse for amount in own]
    assert elderly == [380_000, 260_000, 130_000, 0]


def test_the_difference_for_a_spouse_who_earns_a_little_over_the_limit_is_that_of_r6_and_r7():
    facts = TaxFacts(age=45, business=2_000_000)
    # 2,000,000 - 430,000 - 330,000 = 1,240,000: 市 74,400, 県 49,600. 調整控除: (50,000 + 50,000) x 5 % = 5,000 up to 499,999; (50,000 + 30,000) x 5 % = 4,000
    # up to 549,999; 50,000 x 5 % = 2,500 above
    for income, city, prefecture in ((499_999, 71_400, 47_600), (500_000, 72_000, 48_000), (549_999, 72_000, 48_000), (550_000, 72_900, 48_600)):
        found = assess(R7, replace(facts, relatives=(Relative("spouse", 40, income=income),))).levy
        assert (found.taxable, found.city_income, found.prefecture_income) == (1_240_000, city, prefecture)


@pytest.mark.parametrize(("year", "income", "deduction"), [(R7, 750_000, 260_000), (R7, 750_001, 0), (R8, 850_000, 260_000), (R8, 850_001, 0)])
def test_a_working_student_may_earn_up_to_the_years_limit(year, income, deduction):
    assert assess(year, TaxFacts(age=20, business=income, working_student=True)).deductions.working_student == deduction


def test_a_working_student_lives_on_work():
    facts = TaxFacts(age=20, business=300_000, dividends=100_000, working_student=True)
    assert assess(R8, facts).deductions.working_student == 260_000
    assert assess(R8, replace(facts, dividends=100_001)).deductions.working_student == 0


def test_medical_expenses_count_above_5_percent_of_a_small_income_and_up_to_2_million():
    facts = TaxFacts(age=60, business=1_000_010, medical_expense=80_000)
    assert assess(R7, facts).deductions.medical == 30_000  # 1,000,010 x 5 % = 50,000.5 -> 50,000
    assert assess(R7, replace(facts, medical_expense=50_000)).deductions.medical == 0
    assert assess(R7, replace(facts, business=9_000_000, medical_expense=5_000_000)).deductions.medical == 2_000_000


def test_a_loss_by_disaster_counts_by_the_better_of_two_ways():
    facts = TaxFacts(age=60, business=4_000_000, casualty_loss=600_000, disaster_expense=100_000)
    assert assess(R7, facts).deductions.casualty == 200_000  # 600,000 - 400,000, against 100,000 - 50,000
    assert assess(R7, replace(facts, casualty_loss=420_000)).deductions.casualty == 50_000
    assert assess(R7, replace(facts, casualty_loss=100_000, disaster_expense=0)).deductions.casualty == 0


@pytest.mark.parametrize(
    ("premiums", "deduction"),
    [
        (LifePremiums(general=12_000), 12_000),
        (LifePremiums(general=12_001), 12_001),  # 6,000.5 is rounded up
        (LifePremiums(general=32_000), 22_000),
        (LifePremiums(general=32_001), 22_001),
        (LifePremiums(general=56_000), 28_000),
        (LifePremiums(general=500_000), 28_000),
        (LifePremiums(old_general=15_000), 15_000),
        (LifePremiums(old_general=40_000), 27_500),
        (LifePremiums(old_general=70_000), 35_000),
        (LifePremiums(old_general=70_001), 35_000),
        (LifePremiums(general=56_000, old_general=70_000), 35_000),  # the old one alone
        (LifePremiums(general=20_000, old_general=20_000), 28_000),  # 16,000 + 17,500, at most 28,000
        (LifePremiums(general=12_000, old_general=8_000), 20_000),
        (LifePremiums(general=56_000, care=56_000, pension=56_000), 70_000),
        (LifePremiums(care=24_000, pension=24_000), 36_000),
    ],
)
def test_life_insurance_by_the_tables_of_the_residents_tax(premiums, deduction):
    assert assess(R7, TaxFacts(age=40, business=5_000_000, life=premiums)).deductions.life_insurance == deduction


@pytest.mark.parametrize(
    ("earthquake", "long_term", "deduction"),
    [(30_001, 0, 15_001), (60_000, 0, 25_000), (0, 5_000, 5_000), (0, 15_000, 10_000), (0, 99_000, 10_000), (40_000, 15_000, 25_000)],
)
def test_earthquake_insurance_counts_by_half(earthquake, long_term, deduction):
    facts = TaxFacts(age=40, business=5_000_000, earthquake_premium=earthquake, long_term_premium=long_term)
    assert assess(R7, facts).deductions.earthquake_insurance == deduction


def test_a_loss_is_set_off_and_the_total_income_is_never_below_zero():
    facts = TaxFacts(age=40, salary_revenue=4_000_000, business=-1_000_000)
    assert assess(R7, facts).incomes.total_yen == 1_760_000
    found = assess(R7, replace(facts, business=-9_000_000))
    assert (found.incomes.business, found.incomes.total_yen, found.levy) == (-9_000_000, 0, Levy())


@pytest.mark.parametrize(
    "unfit",
    [
        TaxFacts(age=40, relatives=(WIFE, WIFE)),
        TaxFacts(age=40, salary_revenue=-1),
        TaxFacts(age=40, social_insurance=-1),
        TaxFacts(age=40, life=LifePremiums(care=-1)),
        TaxFacts(age=40, relatives=(replace(WIFE, income=-1),)),
    ],
)
def test_facts_that_cannot_be_are_refused(unfit):
    with pytest.raises(UnfitFacts):
        assess(R8, unfit)


@pytest.mark.parametrize("year", [2023, 2027])
def test_a_year_whose_rules_are_not_known_is_refused(year):
    with pytest.raises(UnfitFacts):
        assess(year, TaxFacts(age=40))


amounts = st.integers(0, 30_000_000)


@given(
    year=st.sampled_from(YEARS),
    salary=amounts,
    pension=st.integers(0, 5_000_000),
    business=st.integers(-2_000_000, 20_000_000),
    social=st.integers(0, 3_000_000),
    spouse_income=st.none() | st.integers(0, 2_000_000),
    children=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 1_500_000)), max_size=4),
    grade=st.sampled_from((1, 2, 3)),
    designated=st.booleans(),
)
def test_of_any_declaration_the_parts_make_the_totals_and_taxes_are_cut(
    year, salary, pension, business, social, spouse_income, children, grade, designated
):
    relatives = tuple(Relative("descendant", age, income=income) for age, income in children)
    if spouse_income is not None:
        relatives += (Relative("spouse", 60, income=spouse_income),)
    facts = TaxFacts(67, salary, pension, business, social_insurance=social, relatives=relatives)
    found = assess(year, facts, Ordinance(grade, designated))
    due = found.levy
    assert due.taxable % 1000 == due.city_income % 100 == due.prefecture_income % 100 == 0
    assert due.total_yen == due.city_income + due.city_per_capita + due.prefecture_income + due.prefecture_per_capita + due.forest
    # what is left of an income never falls below the limit under which no income tax is due
    income_tax = due.city_income + due.prefecture_income
    family = sum(relative.income <= (580_000 if year == R8 else 480_000) for relative in relatives)
    limit = 350_000 * (1 + family) + 100_000 + (320_000 if family else 0)
    assert income_tax == 0 or found.incomes.total_yen - income_tax >= limit
