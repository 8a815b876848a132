"""所得控除 of 市民税・県民税, the 扶養人数 behind them, and the 人的控除額の差 on which the 調整控除 rests.

Decides by the year's rules from a declaration and its incomes; the three are counted together, because each relative is looked at once and is of one kind.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from registers.tax import rules as law
from registers.tax.facts import Disability, LifePremiums, Relative, TaxFacts
from registers.tax.incomes import supported
from registers.tax.record import Deductions, Dependants, Incomes
from registers.tax.rules import Rules, Tiers

DependantKind = Literal["under_16", "general", "specified", "elderly", "elderly_parents"]


class Personal(NamedTuple):
    """What one circumstance gives: the deduction, and the difference to the income tax's that the law sets for it."""

    deduction: int = 0
    difference: int = 0


_OF_KIND: dict[DependantKind, Personal] = {
    "under_16": Personal(),
    "general": Personal(law.GENERAL, law.DIFFERENCE_GENERAL),
    "specified": Personal(law.SPECIFIED, law.DIFFERENCE_SPECIFIED),
    "elderly": Personal(law.ELDERLY, law.DIFFERENCE_ELDERLY),
    "elderly_parents": Personal(law.ELDERLY_PARENT, law.DIFFERENCE_ELDERLY_PARENT),
}
_DISABLED = Personal(law.DISABLED, law.DIFFERENCE_DISABLED)
_SEVERELY_DISABLED = Personal(law.SEVERELY_DISABLED, law.DIFFERENCE_SEVERELY_DISABLED)
_SEVERELY_DISABLED_TOGETHER = Personal(law.SEVERELY_DISABLED_TOGETHER, law.DIFFERENCE_SEVERELY_DISABLED_TOGETHER)


def deductions_of(rules: Rules, facts: TaxFacts, incomes: Incomes) -> tuple[Deductions, int]:
    """The deductions, and the sum of the 人的控除額の差 (地税314条の6)."""
    own_income = incomes.total_yen
    spouse = _spouse(rules, facts, own_income)
    dependants = _sum(_OF_KIND[kind] for kind in _kinds(rules, facts))
    disability = _disability(rules, facts)
    status, student = _status(rules, facts, own_income), _student(rules, facts, incomes)
    basic = next((amount for limit, amount in law.BASIC if own_income <= limit), 0)
    parts = {
        "social_insurance": facts.social_insurance,
        "small_enterprise": facts.small_enterprise,
        "life_insurance": _life(facts.life),
        "earthquake_insurance": _earthquake(facts.earthquake_premium, facts.long_term_premium),
        "medical": _medical(facts, own_income),
        "casualty": _casualty(facts, own_income),
        "disability": disability.deduction,
        "widow_single_parent": status.deduction,
        "working_student": student.deduction,
        "spouse": spouse.deduction,
        "dependants": dependants.deduction,
        "specified_relatives": sum(_specified_relative(rules, relative) for relative in facts.relatives),
        "basic": basic,
    }
    differences = _sum((spouse, dependants, disability, status, student)).difference + law.DIFFERENCE_BASIC
    return Deductions(**parts, total_yen=sum(parts.values())), differences


def dependants_of(rules: Rules, facts: TaxFacts, incomes: Incomes) -> Dependants:
    """扶養人数 by kind. `disabled` and `severely_disabled` do not count the taxpayer."""
    kinds = _kinds(rules, facts)
    disabled = [relative.disability for relative in _family(rules, facts)]
    return Dependants(
        spouse=incomes.total_yen <= law.TIER_LIMITS[-1] and same_livelihood_spouse(rules, facts),
        general=kinds.count("general"),
        specified=kinds.count("specified"),
        elderly=kinds.count("elderly"),
        elderly_parents=kinds.count("elderly_parents"),
        under_16=kinds.count("under_16"),
        specified_relatives=sum(_specified_relative(rules, relative) > 0 for relative in facts.relatives),
        disabled=disabled.count("ordinary"),
        severely_disabled=disabled.count("special"),
    )


def same_livelihood_spouse(rules: Rules, facts: TaxFacts) -> bool:
    """Whether there is a 同一生計配偶者."""
    return any(relative.relation == "spouse" for relative in _family(rules, facts))


def family_count(rules: Rules, facts: TaxFacts) -> int:
    """同一生計配偶者 and 扶養親族, those under 16 included: who counts for the 非課税限度額."""
    return len(_family(rules, facts))


def has_status(rules: Rules, facts: TaxFacts, own_income: int) -> bool:
    """Whether the taxpayer is 寡婦 or ひとり親 by law: income up to 5 million, and a single parent's child without much income."""
    if facts.status == "none" or own_income > law.WIDOW_INCOME_MAX:
        return False
    return facts.status == "widow" or any(relative.relation == "descendant" for relative in _family(rules, facts))


def _family(rules: Rules, facts: TaxFacts) -> list[Relative]:
    return [relative for relative in facts.relatives if supported(rules, relative)]


def _kinds(rules: Rules, facts: TaxFacts) -> list[DependantKind]:
    return [_kind(relative) for relative in _family(rules, facts) if relative.relation != "spouse"]


def _kind(relative: Relative) -> DependantKind:
    if relative.age < law.AGE_DEPENDANT:
        return "under_16"
    if law.AGE_SPECIFIED <= relative.age < law.AGE_AFTER_SPECIFIED:
        return "specified"
    if relative.age < law.AGE_ELDERLY:
        return "general"
    return "elderly_parents" if relative.relation == "ascendant" and relative.together else "elderly"


def _spouse(rules: Rules, facts: TaxFacts, own_income: int) -> Personal:
    """配偶者控除 or 配偶者特別控除."""
    spouse = next((relative for relative in facts.relatives if relative.relation == "spouse"), None)
    if spouse is None:
        return Personal()
    if supported(rules, spouse):
        elderly = spouse.age >= law.AGE_ELDERLY
        deduction, difference = (law.SPOUSE_ELDERLY, law.DIFFERENCE_SPOUSE_ELDERLY) if elderly else (law.SPOUSE, law.DIFFERENCE_SPOUSE)
        return Personal(_tier(deduction, own_income), _tier(difference, own_income))
    special = next((tiers for limit, tiers in law.SPOUSE_SPECIAL if spouse.income <= limit), None)
    special_difference = next((tiers for limit, tiers in law.DIFFERENCE_SPOUSE_SPECIAL if spouse.income <= limit), None)
    return Personal(_tier(special, own_income), _tier(special_difference, own_income))


def _tier(tiers: Tiers | None, own_income: int) -> int:
    if tiers is None:
        return 0
    return next((amount for limit, amount in zip(law.TIER_LIMITS, tiers, strict=True) if own_income <= limit), 0)


def _specified_relative(rules: Rules, relative: Relative) -> int:
    """特定親族特別控除 for one relative."""
    if relative.relation == "spouse" or not law.AGE_SPECIFIED <= relative.age < law.AGE_AFTER_SPECIFIED or supported(rules, relative):
        return 0
    return next((amount for limit, amount in rules.specified_relatives if relative.income <= limit), 0)


def _disability(rules: Rules, facts: TaxFacts) -> Personal:
    own = _disabled(facts.disability, together=False)
    return _sum((own, *(_disabled(relative.disability, together=relative.together) for relative in _family(rules, facts))))


def _disabled(disability: Disability, *, together: bool) -> Personal:
    if disability == "none":
        return Personal()
    if disability == "ordinary":
        return _DISABLED
    return _SEVERELY_DISABLED_TOGETHER if together else _SEVERELY_DISABLED


def _status(rules: Rules, facts: TaxFacts, own_income: int) -> Personal:
    if not has_status(rules, facts, own_income):
        return Personal()
    if facts.status == "widow":
        return Personal(law.WIDOW, law.DIFFERENCE_WIDOW)
    return Personal(law.SINGLE_PARENT, law.DIFFERENCE_SINGLE_MOTHER if facts.status == "single_mother" else law.DIFFERENCE_SINGLE_FATHER)


def _student(rules: Rules, facts: TaxFacts, incomes: Incomes) -> Personal:
    without_work = incomes.pension + incomes.real_estate + incomes.dividends + incomes.interest
    if not facts.working_student or incomes.total_yen > rules.student_income_max or without_work > law.STUDENT_OTHER_INCOME_MAX:
        return Personal()
    return Personal(law.WORKING_STUDENT, law.DIFFERENCE_STUDENT)


def _life(premiums: LifePremiums) -> int:
    """生命保険料控除: of an old and a new contract of one kind the old alone if that is better."""
    parts = [_by_steps(law.LIFE_NEW, law.LIFE_NEW_MAX, premiums.care)]
    for new, old in ((premiums.general, premiums.old_general), (premiums.pension, premiums.old_pension)):
        of_new, of_old = _by_steps(law.LIFE_NEW, law.LIFE_NEW_MAX, new), _by_steps(law.LIFE_OLD, law.LIFE_OLD_MAX, old)
        parts.append(max(of_old, min(law.LIFE_NEW_MAX, of_new + of_old)))
    return min(law.LIFE_MAX, sum(parts))


def _earthquake(premium: int, long_term: int) -> int:
    half = min(law.EARTHQUAKE_MAX, -(-premium // 2))
    return min(law.EARTHQUAKE_MAX, half + _by_steps(law.LONG_TERM, law.LONG_TERM_MAX, long_term))


def _by_steps(steps: Sequence[tuple[int, int, int]], maximum: int, premium: int) -> int:
    """What a premium gives by its table; a fraction of a yen is rounded up."""
    return next((-(-premium // divisor) + plus for limit, divisor, plus in steps if premium <= limit), maximum)


def _medical(facts: TaxFacts, own_income: int) -> int:
    own_share = min(law.MEDICAL_OWN_MAX, own_income * law.MEDICAL_OWN_PERCENT // 100)
    return min(law.MEDICAL_MAX, max(0, facts.medical_expense - facts.medical_refunded - own_share))


def _casualty(facts: TaxFacts, own_income: int) -> int:
    of_loss = facts.casualty_loss - own_income * law.CASUALTY_OWN_PERCENT // 100
    return max(0, of_loss, facts.disaster_expense - law.CASUALTY_OWN_OF_EXPENSE)


def _sum(parts: Iterable[Personal]) -> Personal:
    found = tuple(parts)
    return Personal(sum(part.deduction for part in found), sum(part.difference for part in found))
