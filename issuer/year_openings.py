"""A new 年度 of tax papers: approved by the tax section after it has looked at specimens, and closed again when it finds a mistake.

Decides that a decision has a name, a reason and the digest of what was looked at, and stands in the clerks' record. Which years are issued on a day, `certificates.tax_years` says.
Every function is one step of a transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from issuer.doings import Doing, note_doing
from issuer.year_tables import YEAR_STEPS
from registers.tax.schema import COUNTED, RECORDS
from storage.instants import instant, stamp

Step = Literal["approve", "withdraw"]


class YearRefused(Exception):
    """Nothing was changed: the year stands approved already (`already_approved`), or not (`not_approved`)."""

    def __init__(self, problem: Literal["already_approved", "not_approved"]) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class YearStep:
    """One decision. `specimens` is the SHA-256 of what was approved, in hex."""

    year: int
    step: Step
    specimens: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What the tax register holds of a 年度: how many records, how many of them are taxed and how many undeclared, and the day of the latest decision (None without a record)."""

    records: int
    taxed: int
    undeclared: int
    decided_until: str | None


def approve_year(connection: Connection, year: int, specimens: str, by: str, reason: str, now: datetime) -> None:
    """From now on tax papers of this 年度 may be issued, from the municipality's opening day on. `specimens`: see `YearStep`. Raises `YearRefused`."""
    _decide(connection, YearStep(year, "approve", specimens, by, reason, now))


def withdraw_year(connection: Connection, year: int, by: str, reason: str, now: datetime) -> None:
    """No paper of this 年度 from now on, until it is approved again. Raises `YearRefused`."""
    _decide(connection, YearStep(year, "withdraw", "", by, reason, now))


def year_steps(connection: Connection) -> tuple[YearStep, ...]:
    """Every decision, the latest first."""
    rows = connection.execute(select(YEAR_STEPS).order_by(YEAR_STEPS.c.step_no.desc())).mappings()
    return tuple(YearStep(row["year"], row["step"], row["specimens"], row["by"], row["reason"], instant(row["at"])) for row in rows)


def figures_of_year(connection: Connection, year: int) -> YearFigures:
    """See `YearFigures`."""
    records = select(func.count(), func.max(RECORDS.c.decided_on)).where(COUNTED, RECORDS.c.year == year)
    count, until = connection.execute(records).one()
    taxed = connection.execute(select(func.count()).where(COUNTED, RECORDS.c.year == year, RECORDS.c.levy_total_yen > 0)).scalar_one()
    undeclared = connection.execute(select(func.count()).where(COUNTED, RECORDS.c.year == year, RECORDS.c.declared.is_(False))).scalar_one()
    return YearFigures(count, taxed, undeclared, until)


def _decide(connection: Connection, step: YearStep) -> None:
    of_year = select(YEAR_STEPS.c.step).where(YEAR_STEPS.c.year == step.year).order_by(YEAR_STEPS.c.step_no.desc()).limit(1)
    stands = connection.execute(of_year).scalar_one_or_none() == "approve"
    if stands is (step.step == "approve"):
        raise YearRefused("already_approved" if stands else "not_approved")
    row = {"year": step.year, "step": step.step, "specimens": step.specimens, "by": step.by, "reason": step.reason, "at": stamp(step.at)}
    connection.execute(insert(YEAR_STEPS).values(row))
    note_doing(connection, Doing(step.by, f"{step.step}_year", str(step.year), step.specimens[:16], step.reason), step.at)
