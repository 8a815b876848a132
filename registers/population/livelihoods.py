"""What made-up people earn and pay: each person's livelihood, the same in every year but for small rises, and the declaration it makes for one fiscal year.

Decides amounts, from the person's own stream of chance; who claims whom is `taxes`' business.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from registers.population.people import Person
from registers.register_dates import age_on
from registers.residents.relations import HEAD
from registers.tax.facts import Disability, LifePremiums, Status, TaxFacts

_CHILDREN = ("子", "子の子")
_WORKING_AGE = 16
_INSURED_FROM = 1_060_000
_SILENT = 0.012
"""Grown-ups of whose income nobody knows."""


@dataclass(frozen=True, slots=True)
class Livelihood:
    """Yearly amounts of a person, in yen of 2023, and how much they grow a year; `declares`: whether somebody without income says so."""

    salary: int = 0
    pension: int = 0
    business: int = 0
    real_estate: int = 0
    rise: float = 0.0
    life: int = 0
    earthquake: int = 0
    medical: int = 0
    disability: Disability = "none"
    student: bool = False
    declares: bool = True


def livelihood_of(seed: int, person: Person, today: date) -> Livelihood:
    """Fits age and place in the household: children learn, grown-ups work, spouses work less or not at all, the old have pensions."""
    chance = Random(f"{seed}:livelihood:{person.juminhyo_code}")  # noqa: S311 - made-up incomes
    age = age_on(person.birth.isoformat(), today) or 0
    silent = person.undeclared or (person.undeclared is None and chance.random() < _SILENT)
    disability: Disability = chance.choices(("none", "ordinary", "special"), weights=(96, 3, 1))[0]
    if age < 15 or (silent and not _learning(person, age)):
        return Livelihood(declares=False, disability=disability)
    if _learning(person, age):
        salary = 0 if person.undeclared else chance.choice((0, 0, 420_000, 780_000, 1_020_000, 1_230_000, 1_480_000))
        return Livelihood(salary=salary, student=True, declares=not person.undeclared and chance.random() < 0.5, disability=disability)
    if age >= 66:
        return _pensioner(chance, person, age, disability)
    return _worker(chance, person, disability)


def _learning(person: Person, age: int) -> bool:
    return age < 23 and person.relation in _CHILDREN


def _pensioner(chance: Random, person: Person, age: int, disability: Disability) -> Livelihood:
    """The parents of a head have a small pension and nothing else."""
    supported = person.relation in ("父", "母")
    return Livelihood(
        pension=_amount(chance, 700_000, 1_300_000) if supported else _amount(chance, 600_000, 2_700_000),
        salary=_amount(chance, 600_000, 2_200_000) if age < 75 and chance.random() < 0.25 and not supported else 0,
        real_estate=_amount(chance, 200_000, 3_000_000) if chance.random() < 0.04 and not supported else 0,
        medical=_amount(chance, 90_000, 400_000) if chance.random() < 0.2 else 0,
        earthquake=chance.choice((0, 0, 18_000)),
        disability=disability,
    )


def _worker(chance: Random, person: Person, disability: Disability) -> Livelihood:
    """Employed, in business, or (spouses often, others seldom) with little or no income of their own."""
    rise, life = chance.choice((0.0, 0.01, 0.02, 0.03)), chance.choice((0, 24_000, 60_000, 96_000))
    work = 0.7 if person.undeclared is False else chance.random()
    if person.relation in ("妻", "夫") and work < 0.3:
        return Livelihood(declares=chance.random() < 0.5, disability=disability)
    if person.relation in ("妻", "夫") and work < 0.6:
        return Livelihood(salary=_amount(chance, 600_000, 1_700_000), disability=disability)
    if work > 0.92:
        return Livelihood(business=_amount(chance, 400_000, 8_000_000), rise=rise, life=life, disability=disability)
    if work > 0.88 and person.relation != HEAD:
        return Livelihood(disability=disability)
    return Livelihood(
        salary=int(_amount(chance, 2_000_000, 5_500_000) * chance.choice((0.7, 1.0, 1.0, 1.2, 1.9))),
        rise=rise,
        life=life,
        earthquake=chance.choice((0, 0, 0, 22_500)),
        medical=_amount(chance, 90_000, 500_000) if chance.random() < 0.06 else 0,
        disability=disability,
    )


def declaration(livelihood: Livelihood, person: Person, year: int, status: Status) -> TaxFacts:
    """What the person declares for fiscal year `year` of the year before, relatives not yet named."""
    years = year - 2024
    grown = (1 + livelihood.rise) ** years
    age = age_on(person.birth.isoformat(), date(year, 1, 1)) or 0
    salary, business = int(livelihood.salary * grown) if age >= _WORKING_AGE else 0, int(livelihood.business * grown)
    paid = int(salary * 0.148) if salary >= _INSURED_FROM else 0
    paid += int(livelihood.pension * 0.06) + int(business * 0.11)
    return TaxFacts(
        age=age,
        salary_revenue=salary,
        pension_revenue=livelihood.pension if age >= 65 else 0,
        business=business,
        real_estate=livelihood.real_estate,
        social_insurance=paid,
        life=LifePremiums(general=livelihood.life),
        earthquake_premium=livelihood.earthquake,
        medical_expense=livelihood.medical,
        disability=livelihood.disability,
        status=status,
        working_student=livelihood.student and salary > 0,
        minor=age < 18,
    )


def _amount(chance: Random, least: int, most: int) -> int:
    """Some amount of yen, not a round one."""
    return chance.randint(least // 1000, most // 1000) * 1000 + chance.choice((0, 0, 312, 480, 655, 904))
