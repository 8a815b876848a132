"""賦課: a declaration in, the year's figures out, to the yen.

Decides by the rules of the fiscal year (2024 to 2026: 令和6年度 to 令和8年度). Whose declaration it is, and when the figures may be certified, it does not know.
Not covered: separately taxed income, income averaging, carried losses, セルフメディケーション税制, tax credits other than 調整控除 and 定額減税, relatives living abroad.
"""

from dataclasses import dataclass, fields

from registers.tax.deductions import deductions_of, dependants_of
from registers.tax.facts import Ordinance, TaxFacts
from registers.tax.incomes import incomes_of
from registers.tax.levy import levy_of
from registers.tax.record import Deductions, Dependants, Incomes, Levy
from registers.tax.rules import BY_YEAR

YEARS = tuple(BY_YEAR)
"""Fiscal years whose rules are known, the earliest first."""

_ORDINARY = Ordinance()


class UnfitFacts(ValueError):
    """No assessment can be made of this; the message says why, without a value."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a `TaxRecord` says of one person and year, in yen."""

    incomes: Incomes
    deductions: Deductions
    dependants: Dependants
    levy: Levy


def assess(year: int, facts: TaxFacts, ordinance: Ordinance = _ORDINARY) -> Assessment:
    """The assessment of fiscal year `year` (2026 is 令和8年度). Raises `UnfitFacts` for a year without rules, two spouses, or a negative amount where the law knows none."""
    rules = BY_YEAR.get(year)
    if rules is None:
        raise UnfitFacts("the rules of this fiscal year are not known")
    _looked_at(facts)
    incomes = incomes_of(rules, facts)
    deductions, differences = deductions_of(rules, facts, incomes)
    levy = levy_of(rules, facts, incomes, deductions, differences, ordinance)
    return Assessment(incomes, deductions, dependants_of(rules, facts, incomes), levy)


def _looked_at(facts: TaxFacts) -> None:
    if sum(relative.relation == "spouse" for relative in facts.relatives) > 1:
        raise UnfitFacts("there are two spouses")
    never_negative = (facts.salary_revenue, facts.pension_revenue, facts.dividends, facts.interest, facts.other)
    paid = (
        facts.social_insurance,
        facts.small_enterprise,
        facts.earthquake_premium,
        facts.long_term_premium,
        facts.medical_expense,
        facts.medical_refunded,
        facts.casualty_loss,
        facts.disaster_expense,
        *(getattr(facts.life, kind.name) for kind in fields(facts.life)),
    )
    if min((*never_negative, *paid, *(relative.income for relative in facts.relatives))) < 0:
        raise UnfitFacts("an amount is negative")
