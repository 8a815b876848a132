"""One tenant's rows looked through as its own session shows them: no row of another tenant, no word of another's canary, no way from this session into another's.

Decides what must not be there. What is looked at is what the database says it has (its catalogue), not what the code believes: a table, a view or a column that somebody added is looked
through like the others. Every function is one step of a read.
"""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, column, func, or_, select, table, text

from bcl_cloud.tenancy.own_session import code_in, demand_own
from bcl_cloud.tenancy.probe_signs import Leak
from bcl_cloud.tenancy.roles import PREFIX
from bcl_cloud.tenancy.tables import TENANT
from bcl_cloud.tenants.canaries import GIVEN_STEM, SERIAL_STEM, Canary, codes_in, foreign_traces

HITS_MAX = 1000
_COLUMNS = {
    "sqlite": text(
        "SELECT '' AS schema, m.name AS name, m.type AS kind, p.name AS col FROM sqlite_master m, pragma_table_info(m.name) p"
        " WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' AND upper(p.type) NOT LIKE '%BLOB%' AND upper(p.type) NOT LIKE '%INT%'"
        " AND upper(p.type) NOT LIKE '%BOOL%' ORDER BY m.name, p.cid"
    ),
    "postgresql": text(
        "SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' ELSE 'view' END AS kind, a.attname AS col"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND t.typname IN ('text', 'varchar', 'bpchar', 'name')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'"
        " AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname, c.relname, a.attnum"
    ),
}
_UNGUARDED = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
    " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT row_security_active(c.oid) ORDER BY c.relname"
)
_POLICIES = text(
    "SELECT c.relname, pg_get_expr(p.polqual, p.polrelid) AS shown, pg_get_expr(p.polwithcheck, p.polrelid) AS taken FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_policy p ON p.polrelid = c.oid"
    " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname"
)
_ABOVE = text(
    "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE') ORDER BY p.proname"
)
"""Functions that run with the rights of whoever made them."""
_MEMBER_OF = text(
    "SELECT rolname FROM pg_roles WHERE rolname <> current_user AND rolname LIKE :others AND pg_has_role(current_user, oid, 'MEMBER') ORDER BY rolname"
)


class Seen(NamedTuple):
    """One table or view as this session sees it, with its columns of text."""

    schema: str
    name: str
    kind: str
    columns: tuple[str, ...]

    def source(self) -> Any:
        """It, to select from."""
        return table(self.name, *(column(one) for one in self.columns), schema=self.schema or None)


def look_through(connection: Connection, own: Canary) -> int:
    """Look through everything that this session can read; how many tables. Raises `Leak`."""
    demand_own(connection, own.code)
    _walls(connection, own.code)
    seen = _seen(connection)
    for one in seen:
        if one.kind != "table":
            raise Leak((own.code,), f"rows: a view stands beside the tables: {one.name}")
        _own_rows(connection, one, own.code)
        _own_words(connection, one, own)
    return len(seen)


def _seen(connection: Connection) -> tuple[Seen, ...]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in connection.execute(_COLUMNS[connection.dialect.name]):
        found.setdefault((row.schema, row.name, row.kind), []).append(row.col)
    return tuple(Seen(*key, tuple(columns)) for key, columns in found.items())


def _walls(connection: Connection, code: str) -> None:
    """On PostgreSQL: this session can become nobody else, runs nothing as anybody else, and every table asks who it is. A file has no such doors."""
    if connection.dialect.name == "sqlite":
        return
    members = list(connection.execute(_MEMBER_OF, {"others": f"{PREFIX}%"}).scalars())
    if members:
        raise Leak((code, *filter(None, map(code_in, members))), "session: may become another tenant's role")
    unguarded = list(connection.execute(_UNGUARDED).scalars())
    if unguarded:
        raise Leak((code,), f"session: no row-level security on {', '.join(unguarded[:5])}")
    odd = _odd_policies(connection)
    if odd:
        raise Leak((code,), f"session: another policy than everywhere on {', '.join(odd[:5])}")
    above = list(connection.execute(_ABOVE).scalars())
    if above:
        raise Leak((code,), f"session: may run as another role: {', '.join(above[:5])}")


def _odd_policies(connection: Connection) -> list[str]:
    """The tables whose rows are shown or taken by another rule than most tables', or by more rules than one: a hole in an empty table shows in no row."""
    rules: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(_POLICIES):
        rules.setdefault(row.relname, []).append((row.shown, row.taken))
    usual = Counter(rule for of_table in rules.values() for rule in of_table).most_common(1)[0][0]
    return [name for name, of_table in rules.items() if of_table != [usual]]


def _own_rows(connection: Connection, one: Seen, code: str) -> None:
    if TENANT not in one.columns:
        return
    whose: ColumnElement[str] = column(TENANT)
    found = (
        connection.execute(select(whose).select_from(one.source()).where(whose != code).distinct().order_by(whose).limit(HITS_MAX)).scalars().all()
    )
    if found:
        raise Leak((code, *(str(other) for other in found)), f"rows: {one.name} shows another tenant's")


def _own_words(connection: Connection, one: Seen, own: Canary) -> None:
    columns: list[ColumnElement[str]] = [column(name) for name in one.columns if name != TENANT]
    if not columns:
        return
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    hit = or_(*(place(each, stem) > 0 for each in columns for stem in (GIVEN_STEM, SERIAL_STEM)))
    for row in connection.execute(select(*columns).select_from(one.source()).where(hit).limit(HITS_MAX)):
        traces = foreign_traces("\n".join(str(cell) for cell in row if cell is not None), own)
        if traces and codes_in(traces):
            raise Leak((own.code, *codes_in(traces)), f"rows: {one.name} speaks of another tenant's canary")
