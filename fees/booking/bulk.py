"""Many rows at once: how a whole batch is written, and looked up, in one statement each.

Knows how SQLite and PostgreSQL take a column of values; knows no table. Rows are handed over column by column.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Integer, Table, text

Columns = Mapping[str, Sequence[Any]]


def insert_columns(connection: Connection, table: Table, columns: Columns) -> None:
    """Insert one row for each place of the columns, in their order; nothing where there is none. All columns are of one length; raises IntegrityError."""
    names = ", ".join(f'"{name}"' for name in columns)
    given = tuple(columns.values())
    if not given[0]:
        return
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"CAST(${place} AS {_type(table.c[name])}[])" for place, name in enumerate(columns, start=1))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})", given)  # noqa: S608 - names of our own tables
    else:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(zip(*given, strict=True)))  # noqa: S608 - as above


def one_of(connection: Connection, column: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether `column` is one of `values`, which may be as many as a batch has; they travel as one parameter."""
    name = f"{column.name}s"
    if connection.dialect.name == "postgresql":
        return column.in_(text(f"SELECT unnest(CAST(:{name} AS {_type(column)}[]))").bindparams(**{name: list(values)}))
    return column.in_(text(f"SELECT value FROM json_each(:{name})").bindparams(**{name: json.dumps(list(values))}))  # noqa: S608 - as above


def _type(column: Column[Any]) -> str:
    return "bigint" if isinstance(column.type, BigInteger) else "integer" if isinstance(column.type, Integer) else "text"
