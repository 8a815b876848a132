"""What the database itself refuses, whoever holds the connection: changes, deletions, and postings that do not balance.

Knows the tables of `records` by name and nothing of what they mean. The guards are row triggers (statement triggers re-read the table and collapse as
it grows) and are laid out with the tables, in the dialect of SQLite or of PostgreSQL; both keep the same promises:

* a row of an append-only table is never updated, deleted or replaced;
* a pattern's header is refused unless its legs are all there, as many as it says, and sum to zero in every book;
* a leg is refused once its header is there; a leg whose header never comes fails at the commit (the deferred foreign key of `legs`);
* a posting is refused unless its pattern stands (a foreign key): what it moves is balanced already, and no trigger looks at it again.

On PostgreSQL no insert into `facts` or `postings` fires a trigger of ours: a million of them cost what their keys cost.
"""

from sqlalchemy import DDL, MetaData, event

_POSTED = """
    EXISTS (SELECT 1 FROM postings WHERE number = NEW.number) OR EXISTS (SELECT 1 FROM postings WHERE fact = NEW.fact)
    OR (NEW.fact IS NULL AND EXISTS (SELECT 1 FROM postings WHERE fact IS NULL AND cause = NEW.cause))
"""
APPEND_ONLY: tuple[tuple[str, str], ...] = (
    ("postings", _POSTED),
    ("patterns", "EXISTS (SELECT 1 FROM patterns WHERE number = NEW.number OR sha256 = NEW.sha256)"),
    ("legs", "EXISTS (SELECT 1 FROM legs WHERE pattern = NEW.pattern AND line = NEW.line)"),
    ("facts", "EXISTS (SELECT 1 FROM facts WHERE number = NEW.number)"),
    ("contradictions", "EXISTS (SELECT 1 FROM contradictions WHERE number = NEW.number AND content_sha256 = NEW.content_sha256)"),
)
"""Tables whose rows stay as they are, and when a new row would take an old one's place (SQLite's `INSERT OR REPLACE` fires no delete trigger)."""

_UNBALANCED = """
    (SELECT count(*) FROM legs WHERE pattern = NEW.number) <> NEW.legs
    OR EXISTS (SELECT 1 FROM legs WHERE pattern = NEW.number GROUP BY book HAVING sum(yen) <> 0)
"""
_LATE = "EXISTS (SELECT 1 FROM patterns WHERE number = NEW.pattern)"


def guard(metadata: MetaData) -> None:
    """Lay the guards out whenever the tables of `metadata` are."""
    for dialect, statements in (("sqlite", sqlite_guards()), ("postgresql", postgresql_guards())):
        for statement in statements:
            # DDL() fills in %-placeholders.
            ddl: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(metadata, "after_create", ddl.execute_if(dialect=dialect))


def sqlite_guards() -> tuple[str, ...]:
    """The statements for SQLite."""
    statements: list[str] = []
    for table, taken in APPEND_ONLY:
        statements += [
            _sqlite(f"{table}_never_change", f"BEFORE UPDATE ON {table}", None, f"{table} are never changed"),
            _sqlite(f"{table}_never_go", f"BEFORE DELETE ON {table}", None, f"{table} are never deleted"),
            _sqlite(f"{table}_once", f"BEFORE INSERT ON {table}", taken, f"{table} are never replaced"),
        ]
    statements.append(_sqlite("patterns_balance", "BEFORE INSERT ON patterns", _UNBALANCED, "a pattern must balance in every book"))
    statements.append(_sqlite("legs_before_header", "BEFORE INSERT ON legs", _LATE, "a pattern takes no more legs"))
    return tuple(statements)


def _sqlite(name: str, moment: str, condition: str | None, refusal: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER IF NOT EXISTS {name} {moment} FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"


def postgresql_guards() -> tuple[str, ...]:
    """The statements for PostgreSQL 14 and later. Unique keys stand in for "never replaced": nothing replaces a row there without an update or a delete."""
    statements = [_postgresql_refusal(table) for table, _ in APPEND_ONLY]
    for table, _ in APPEND_ONLY:
        statements += [
            f"CREATE OR REPLACE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"CREATE OR REPLACE TRIGGER {table}_never_go BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ]
    for table, name, condition, refusal in (
        ("patterns", "patterns_balance", _UNBALANCED, "a pattern must balance in every book"),
        ("legs", "legs_before_header", _LATE, "a pattern takes no more legs"),
    ):
        statements.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        statements.append(f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    return tuple(statements)


def _postgresql_refusal(table: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
