"""Tax records for the tests of this folder."""

from dataclasses import replace
from datetime import date
from typing import Any

from registers.tax.assessment import assess
from registers.tax.facts import LifePremiums, Relative, TaxFacts
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from tests.registers.people import ADDRESS, atena

JUNE = date(2026, 6, 1)
FACTS = TaxFacts(
    age=45,
    salary_revenue=6_000_000,
    business=-100_000,
    social_insurance=900_000,
    life=LifePremiums(general=80_000),
    relatives=(Relative("spouse", 40), Relative("descendant", 20), Relative("descendant", 10)),
)


def record(number: int, year: int = 2026, facts: TaxFacts = FACTS, **changes: Any) -> TaxRecord:
    """A declared record of the person whose numbers follow from `number`."""
    found = assess(year, facts)
    made = TaxRecord(
        atena_no=atena(number),
        year=year,
        name=f"見本　{number}子",
        address=ADDRESS,
        declared=True,
        dependant_of=None,
        incomes=found.incomes,
        deductions=found.deductions,
        dependants=found.dependants,
        levy=found.levy,
        decided_on=date(year, 6, 1),
        version="0",
    )
    return replace(made, **changes)


def undeclared(number: int, year: int = 2026, **changes: Any) -> TaxRecord:
    """A record without any figure."""
    empty = {"incomes": Incomes(), "deductions": Deductions(), "dependants": Dependants(), "levy": Levy()}
    return record(number, year, declared=False, **(empty | changes))


def stored(kept: TaxRecord, version: str) -> TaxRecord:
    """The same record as a store gives it."""
    return replace(kept, version=version)
