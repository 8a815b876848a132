"""The tables of registers and issuer with a `tenant` on every row, made from their own metadata: neither knows that it is one tenant of many.

Decides how a row is tied to its tenant. On SQLite a tenant has a file of its own, whose every table takes that tenant's code and no other. On PostgreSQL all share one schema: the code is
taken from the login role, stands in every key, and row-level security (`row_security`) shows a role its own rows. The statements of `registers/` and `issuer/` name their columns, so
they never meet the one that was added.
"""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bcl_cloud.feeds.tables import METADATA as FEEDS
from issuer.issue_tables import METADATA as ISSUE_LOG
from registers.koseki.tables import METADATA as FAMILY_REGISTER
from registers.numbers import is_digits, municipality_digit
from registers.residents.tables import METADATA as RESIDENT_REGISTER
from registers.seal.tables import METADATA as SEAL_REGISTER
from registers.tax.tables import METADATA as TAX_REGISTER

METADATAS: tuple[MetaData, ...] = tuple(
    {id(one): one for one in (RESIDENT_REGISTER, FAMILY_REGISTER, SEAL_REGISTER, TAX_REGISTER, ISSUE_LOG, FEEDS)}.values()
)
"""Whatever a tenant has rows in. All registers share one metadata, which is whole only when each of them has been imported."""

TENANT = "tenant"
MARKER = "tenant_marker"


class NoTenantCode(ValueError):
    """A tenant's code is a municipality's: six digits with a right check digit."""


def checked_code(code: str) -> str:
    """`code`, which may then stand in a file's name, a role's name or a statement. Raises `NoTenantCode`."""
    if not is_digits(code, 6) or municipality_digit(code[:5]) != code[5]:
        raise NoTenantCode("a tenant's code is six digits with a right check digit")
    return code


def tables_of_file(code: str, metadatas: Iterable[MetaData] = METADATAS) -> MetaData:
    """The tables of one tenant's own SQLite file: each row says `code` by default and can say nothing else; and the marker that says whose the file is."""
    return _tables_of_file(checked_code(code), tuple(metadatas))


@lru_cache(128)
def _tables_of_file(code: str, metadatas: tuple[MetaData, ...]) -> MetaData:
    # A tenant's file is opened again and again; its tables are the same each time, and nobody changes them.
    quoted = f"'{code}'"
    made = MetaData()
    for metadata in metadatas:
        for table in metadata.sorted_tables:
            copied = table.to_metadata(made)
            copied.append_column(Column(TENANT, String(6), nullable=False, server_default=text(quoted)))
            copied.append_constraint(CheckConstraint(text(f"{TENANT} = {quoted}"), name=f"{table.name}_tenant"))
    Table(
        MARKER,
        made,
        Column(TENANT, String(6), primary_key=True, server_default=text(quoted)),
        CheckConstraint(text(f"{TENANT} = {quoted}"), name=f"{MARKER}_tenant"),
    )
    return made


def shared_tables(schema: str, tenant_of_role: str, sequence_of_role: str, metadatas: Iterable[MetaData] = METADATAS) -> MetaData:
    """The tables that all tenants share in one PostgreSQL schema.

    `tenant_of_role` is SQL for the code of whoever is logged in; `sequence_of_role` SQL for a sequence of theirs, with `{name}` in it. The tenant is the first column of every key and every index,
    so that a tenant's numbers, and whether one is taken, are a matter of its own rows alone. Texts are compared by their characters' codes, as on SQLite.
    """
    made = MetaData(schema=schema)
    for metadata in metadatas:
        for table in metadata.sorted_tables:
            _shared(made, schema, table, tenant_of_role, sequence_of_role)
    Table(
        MARKER,
        made,
        Column(TENANT, String(6, collation="C"), server_default=text(tenant_of_role)),
        PrimaryKeyConstraint(TENANT),
    )
    return made


def numbered_columns(metadatas: Iterable[MetaData] = METADATAS) -> tuple[str, ...]:
    """The names of the sequences a tenant needs: one for each table whose rows the database numbers."""
    tables = (table for metadata in metadatas for table in metadata.sorted_tables)
    return tuple(sorted(_sequence(table, column) for table in tables if (column := _numbered(table)) is not None))


def _shared(made: MetaData, schema: str, table: Table, tenant_of_role: str, sequence_of_role: str) -> Table:
    numbered = _numbered(table)
    columns = [Column(TENANT, String(6, collation="C"), nullable=False, server_default=text(tenant_of_role))]
    for column in table.columns:
        kind = type(column.type)(column.type.length, collation="C") if isinstance(column.type, String | Text) else column.type
        default = None
        if column is numbered:
            kind, default = BigInteger(), text(f"nextval({sequence_of_role.format(name=_sequence(table, column))})")
        columns.append(Column(column.name, kind, nullable=column.nullable, autoincrement=False, server_default=default))
    shared = Table(table.name, made, *columns, PrimaryKeyConstraint(TENANT, *(column.name for column in table.primary_key.columns)))
    for constraint in sorted(table.constraints, key=lambda one: [column.name for column in getattr(one, "columns", ())]):
        if isinstance(constraint, UniqueConstraint):
            shared.append_constraint(UniqueConstraint(TENANT, *(column.name for column in constraint.columns)))
        elif isinstance(constraint, ForeignKeyConstraint):
            there = [f"{schema}.{element.column.table.name}" for element in constraint.elements]
            local = [TENANT, *(column.name for column in constraint.columns)]
            remote = [f"{there[0]}.{TENANT}", *(f"{name}.{element.column.name}" for name, element in zip(there, constraint.elements, strict=True))]
            shared.append_constraint(
                ForeignKeyConstraint(local, remote, onupdate=constraint.onupdate, ondelete=constraint.ondelete, deferrable=constraint.deferrable)
            )
        elif isinstance(constraint, CheckConstraint):
            shared.append_constraint(CheckConstraint(text(str(constraint.sqltext))))
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        where = index.dialect_options["postgresql"]["where"]
        condition = None if where is None else text(str(where.compile(compile_kwargs={"literal_binds": True})).replace(f"{table.name}.", ""))
        Index(index.name, shared.c[TENANT], *(shared.c[column.name] for column in index.columns), unique=index.unique, postgresql_where=condition)
    return shared


def _numbered(table: Table) -> "Column[int] | None":
    return table.autoincrement_column


def _sequence(table: Table, column: "Column[int]") -> str:
    return f"{table.name}_{column.name}"
