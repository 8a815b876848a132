"""年税額: what is due of 市民税, 県民税 and 森林環境税 once incomes and deductions are known, and who owes nothing.

Decides 非課税, 所得割, 均等割, 調整控除 and 定額減税 and their rounding. Tax credits of other kinds (寄附金, 住宅借入金, 配当) are not known here.
"""

from typing import NamedTuple

from registers.tax import rules as law
from registers.tax.deductions import family_count, has_status, same_livelihood_spouse
from registers.tax.facts import Ordinance, TaxFacts
from registers.tax.record import Deductions, Incomes, Levy
from registers.tax.rules import Rules


class Split(NamedTuple):
    """A tax or a credit in its two parts."""

    city: int
    prefecture: int

    @property
    def both(self) -> int:
        """The two together."""
        return self.city + self.prefecture

    def less(self, credit: "Split") -> "Split":
        """Each part less its credit, never below zero."""
        return Split(max(0, self.city - credit.city), max(0, self.prefecture - credit.prefecture))


def levy_of(rules: Rules, facts: TaxFacts, incomes: Incomes, deductions: Deductions, differences: int, ordinance: Ordinance) -> Levy:
    """What is due in the year. `differences` is the sum of the 人的控除額の差. Of somebody without 所得割, 課税標準額 is zero."""
    if exempt(rules, facts, incomes.total_yen, ordinance):
        return Levy()
    taxable, income_tax, reduction = 0, Split(0, 0), 0
    limit = income_levy_limit(rules, facts)
    if incomes.total_yen > limit:
        taxable = max(0, incomes.total_yen - deductions.total_yen) // law.CUT_TAXABLE * law.CUT_TAXABLE
        before = _income_levy(taxable, incomes.total_yen, differences, limit, ordinance)
        credit = _special_reduction(rules, facts, incomes.total_yen, before)
        income_tax, reduction = before.less(credit), credit.both
    city, prefecture = (part // law.CUT_TAX * law.CUT_TAX for part in income_tax)
    per_capita = Split(law.CITY_PER_CAPITA, law.PREFECTURE_PER_CAPITA + ordinance.prefecture_extra_yen)
    return Levy(
        taxable=taxable,
        city_income=city,
        city_per_capita=per_capita.city,
        prefecture_income=prefecture,
        prefecture_per_capita=per_capita.prefecture,
        forest=law.FOREST,
        special_reduction=reduction,
        total_yen=city + prefecture + per_capita.both + law.FOREST,
    )


def exempt(rules: Rules, facts: TaxFacts, own_income: int, ordinance: Ordinance) -> bool:
    """Whether nothing at all is due: by who the person is, or because the income is within the 非課税限度額 of the 均等割."""
    if facts.on_public_assistance:
        return True
    weak = facts.minor or facts.disability != "none" or has_status(rules, facts, own_income)
    if weak and own_income <= law.EXEMPT_STATUS_INCOME_MAX:
        return True
    family = family_count(rules, facts)
    with_family = law.EXEMPT_WITH_FAMILY[ordinance.grade] if family else 0
    return own_income <= law.EXEMPT_HEAD[ordinance.grade] * (1 + family) + law.EXEMPT_ALWAYS + with_family


def income_levy_limit(rules: Rules, facts: TaxFacts) -> int:
    """The 非課税限度額 of the 所得割: the same in every municipality."""
    family = family_count(rules, facts)
    return law.EXEMPT_INCOME_HEAD * (1 + family) + law.EXEMPT_ALWAYS + (law.EXEMPT_INCOME_WITH_FAMILY if family else 0)


def _income_levy(taxable: int, own_income: int, differences: int, limit: int, ordinance: Ordinance) -> Split:
    """所得割 after 調整控除, kept so small that what is left of the income does not fall below the 非課税限度額 (附則3条の3)."""
    due = _shared(taxable * law.INCOME_PERCENT // 100, ordinance).less(_adjustment(taxable, own_income, differences, ordinance))
    excess = limit - (own_income - due.both)
    return due.less(_in_proportion(excess, due)) if excess > 0 else due


def _adjustment(taxable: int, own_income: int, differences: int, ordinance: Ordinance) -> Split:
    """調整控除 (地税37条, 314条の6)."""
    if own_income > law.ADJUSTMENT_INCOME_MAX:
        return Split(0, 0)
    small = taxable <= law.ADJUSTMENT_TURN
    base = min(differences, taxable) if small else max(differences - (taxable - law.ADJUSTMENT_TURN), law.ADJUSTMENT_LEAST)
    return _shared(base * law.ADJUSTMENT_PERCENT // 100, ordinance)


def _special_reduction(rules: Rules, facts: TaxFacts, own_income: int, due: Split) -> Split:
    """定額減税: of R6 for the taxpayer and each supported relative, of R7 for a 同一生計配偶者 who was left out because the taxpayer earns over 10 million. Never more than is due."""
    if own_income > law.REDUCTION_INCOME_MAX:
        return Split(0, 0)
    earns_much = own_income > law.TIER_LIMITS[-1]
    spouse = same_livelihood_spouse(rules, facts)
    heads = 0
    if rules.special_reduction == "everybody":
        heads = 1 + family_count(rules, facts) - (spouse and earns_much)
    elif rules.special_reduction == "spouses_of_high_income":
        heads = int(spouse and earns_much)
    return _in_proportion(min(heads * law.REDUCTION_EACH, due.both), due)


def _shared(both: int, ordinance: Ordinance) -> Split:
    """An amount that city and prefecture share as they share the 所得割: 6 to 4, in a 政令指定都市 8 to 2."""
    percent = law.DESIGNATED_CITY_PERCENT if ordinance.designated_city else law.CITY_PERCENT
    city = both * percent // law.INCOME_PERCENT
    return Split(city, both - city)


def _in_proportion(credit: int, due: Split) -> Split:
    """A credit shared by what is due to each: the prefecture's part is rounded up, the city has the rest."""
    if due.both == 0:
        return Split(0, 0)
    prefecture = -(-credit * due.prefecture // due.both)
    return Split(credit - prefecture, prefecture)
