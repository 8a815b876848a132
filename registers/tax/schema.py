"""The tax register as an SQL table, and the way of a row to a value and back.

Decides how values are stored: days as ISO text, each figure in a column of its own. A record is one person's of one fiscal year.
`source` says whose figures stand there: a file with an older decision does not take away what a clerk has decided at this desk.
"""

from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Boolean, Column, Integer, Row, String, Table, Text

from registers.residents.schema import ASIDE, METADATA
from registers.tax.columns import FIGURES, figures_of, part_of
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord

Source = Literal["file", "clerk"]

RECORDS = Table(
    "tax_records",
    METADATA,
    Column("atena_no", String(10), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("declared", Boolean, nullable=False),
    Column("dependant_of", String(10)),
    Column("decided_on", String(10), nullable=False),
    Column("source", String(5), nullable=False),
    Column("revision", Integer, nullable=False),  # of the register's state; no state of a record ever gets an earlier one's number
    Column("changed_at", String(32), nullable=False),
    *(Column(figure.column, BigInteger, nullable=False) for figure in FIGURES),
)

COUNTED = RECORDS.c.revision > ASIDE
"""Whatever is of the register, as in `registers.residents.schema`: the records of somebody made up beside it bear no version."""

OUTSIDERS = Table(
    "tax_outsiders",
    METADATA,
    Column("atena_no", String(10), primary_key=True),
    Column("juminhyo_code", String(11), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_kana", Text),
    Column("birth", Text, nullable=False),
    Column("sex", String(1), nullable=False),
    Column("character_pending", Boolean, nullable=False),
    Column("protection_level", String(12)),
    Column("protection_since", String(10)),
    Column("protection_until", String(10)),
    Column("suppressions", Text, nullable=False),  # as a cell of 抑止 says them
    Column("revision", Integer, nullable=False),  # of the register's state
    Column("changed_at", String(32), nullable=False),
)
"""住登外者: see `outsiders`."""


def record_row(record: TaxRecord, source: Source, revision: int, changed_at: str) -> dict[str, Any]:
    """The row of `RECORDS`."""
    return {
        "atena_no": record.atena_no,
        "year": record.year,
        "name": record.name,
        "address": record.address,
        "declared": record.declared,
        "dependant_of": record.dependant_of,
        "decided_on": record.decided_on.isoformat(),
        "source": source,
        "revision": revision,
        "changed_at": changed_at,
        **figures_of(record),
    }


def record_value(row: Row[Any]) -> TaxRecord:
    """The record of a row of `RECORDS`; its version is the row's revision."""
    figures = {figure.column: int(getattr(row, figure.column)) for figure in FIGURES}
    return TaxRecord(
        atena_no=row.atena_no,
        year=row.year,
        name=row.name,
        address=row.address,
        declared=bool(row.declared),
        dependant_of=row.dependant_of,
        incomes=cast("Incomes", part_of("incomes", figures)),
        deductions=cast("Deductions", part_of("deductions", figures)),
        dependants=cast("Dependants", part_of("dependants", figures)),
        levy=cast("Levy", part_of("levy", figures)),
        decided_on=date.fromisoformat(row.decided_on),
        version=str(row.revision),
    )
