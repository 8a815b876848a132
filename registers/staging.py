"""Rows that wait beside a register until all of them are put in its place at once.

Decides what a waiting row is (the register's own columns without what is only known at the end: numbers, revisions, instants) and what a unit is: the smallest part of a register that is replaced
as a whole. Which rows belong to a unit, each register says in its own `part`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Dialect, Integer, MetaData, Table, insert, literal, select

GIVEN_LATER = frozenset({"number", "revision", "changed_at", "set_at", "cancel_source"})
_NO_CONTENT = frozenset({"place"}) | GIVEN_LATER

Rows = Mapping[str, list[dict[str, Any]]]
"""Rows by the name of their table."""
Staged = Mapping[str, Table]
"""The waiting tables by the name of the table they wait for."""


class Unit(NamedTuple):
    """One household, 戸籍, holder of seals, or tax record: its key and everything a file says of it."""

    key: str
    rows: Rows


def staged_copy(table: Table, metadata: MetaData) -> Table:
    """The waiting table of `table`: `staged_…`, its columns without constraints, and `staged_no` for the order."""
    columns = [Column(column.name, column.type) for column in table.columns if column.name not in GIVEN_LATER - {"cancel_source"}]
    return Table(f"staged_{table.name}", metadata, Column("staged_no", Integer, primary_key=True), *columns)


def digest_of(unit: Unit) -> str:
    """What tells two states of a unit apart, in 32 hex digits; where it stands in its file is no part of it."""
    content = [[str(name), [[row[key] for key in _content(tuple(row))] for row in rows]] for name, rows in sorted(unit.rows.items())]
    return blake2b(msgspec.json.encode(content), digest_size=16).hexdigest()


@lru_cache(256)
def _content(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a row that say something of its unit, in one order."""
    return tuple(sorted(set(columns) - _NO_CONTENT))


def put_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows of plain values (texts, numbers, bytes) into a table by the driver's own way for many; what a row has besides the table's columns stays out, and so does a number that counts itself."""
    if not rows:
        return
    statement, names, positional = _insertion(table, connection.dialect)
    taken = itemgetter(*names)
    connection.exec_driver_sql(statement, [taken(row) for row in rows] if positional else [dict(zip(names, taken(row), strict=True)) for row in rows])


@lru_cache(256)
def _insertion(table: Table, dialect: Dialect) -> tuple[str, tuple[str, ...], bool]:
    """The statement that puts one row, the columns in its order, and whether it takes them by place: the same for every portion of an upload."""
    names = tuple(column.name for column in table.columns if column.name != "staged_no")
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    return str(compiled), tuple(compiled.positiontup or names), compiled.positiontup is not None


def put_staged(connection: Connection, table: Table, staged: Table, **given: Any) -> None:
    """Put the waiting rows into their table, in their order; `given` are the columns that are known only now."""
    names = [column.name for column in staged.columns if column.name != "staged_no"]
    columns: list[Any] = [staged.c[name] for name in names] + [literal(value) for value in given.values()]
    connection.execute(insert(table).from_select([*names, *given], select(*columns).order_by(staged.c.staged_no)))
