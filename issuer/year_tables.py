"""The table of what the tax section decided about a 年度, and which years stand approved.

Rows are only ever added; a year is as its latest row says. The years before the first that anybody decided about were open before there was such a table.
"""

from sqlalchemy import Column, Connection, Integer, String, Table, Text, select

from issuer.issue_tables import METADATA

YEAR_STEPS = Table(
    "tax_year_steps",
    METADATA,
    Column("step_no", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("step", String(8), nullable=False),  # approve | withdraw
    Column("specimens", String(64), nullable=False),  # SHA-256 of what was approved; empty where approval was withdrawn
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
)

YEARS_MAX = 10
"""How many years a policy can offer."""

_STEPS = select(YEAR_STEPS.c.year, YEAR_STEPS.c.step).order_by(YEAR_STEPS.c.step_no)


def approved_years(connection: Connection) -> frozenset[int]:
    """The 年度 whose tax papers may be issued, as far as the tax section is asked; empty while it has decided nothing. One statement."""
    latest = {row.year: row.step for row in connection.execute(_STEPS)}
    if not latest:
        return frozenset()
    before = range(min(latest) - YEARS_MAX, min(latest))
    return frozenset((*before, *(year for year, step in latest.items() if step == "approve")))
