"""What is remembered of rules: every revision of the rule book, every draft, every step of a person.

Decides the tables' shape. Revisions, their changes and the record are only ever added to, whoever holds the connection; a draft changes until it is approved or discarded and never afterwards.
"""

from sqlalchemy import DDL, CheckConstraint, Column, ForeignKey, Integer, MetaData, Table, Text, event

METADATA = MetaData()

revisions = Table(
    "rule_revisions",
    METADATA,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("draft", Integer, unique=True),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    CheckConstraint("revision > 0", name="rule_revisions_begin_at_1"),
    CheckConstraint("(draft IS NULL) = (revision = 1)", name="rules_are_seeded_once"),
)
"""A rule book that was put into force: revision 1 is the configuration's, every other comes from one draft. `digest` is that of the whole book."""

changes = Table(
    "rule_changes",
    METADATA,
    Column("revision", ForeignKey("rule_revisions.revision"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False, index=True),
    Column("content", Text),
)
"""What a revision changed: a rule's id and the rule as it stands from then on, as JSON; NULL where it was withdrawn."""

drafts = Table(
    "rule_drafts",
    METADATA,
    Column("draft", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("editors", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", Text),
    CheckConstraint("state IN ('draft', 'submitted', 'approved', 'discarded')", name="rule_drafts_have_a_state"),
    CheckConstraint("(approved_by IS NOT NULL) = (state = 'approved')", name="rule_drafts_are_approved_by_somebody"),
)
"""A draft: `changes` as JSON, `editors` everybody who ever wrote or submitted it (JSON), `version` grows with every change to it."""

record = Table(
    "rule_record",
    METADATA,
    Column("record", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("sha256", Text, nullable=False),
)
"""The hash-chained record of each owner: the lines as they are exported."""

ADDED_ONLY = {
    "rule_revisions": "revision = NEW.revision",
    "rule_changes": "revision = NEW.revision AND line = NEW.line",
    "rule_record": "record = NEW.record AND number = NEW.number",
}
"""Tables that are only added to, and when a new row would take an old one's place (SQLite's `INSERT OR REPLACE` fires no delete trigger)."""

_Refused = tuple[str, str, str | None, str]
"""Table, verb, on which rows (None: all), and what is said."""


def _statements(dialect: str) -> list[str]:
    rows: list[_Refused] = [
        ("rule_drafts", "UPDATE", "OLD.state IN ('approved', 'discarded')", "a draft that is over is never changed"),
        ("rule_drafts", "DELETE", None, "drafts are never deleted"),
    ]
    for table, same in ADDED_ONLY.items():
        rows += [(table, verb, None, f"{table} is only added to") for verb in ("UPDATE", "DELETE")]
        if dialect == "sqlite":
            taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - both are constants of this file
            rows.append((table, "INSERT", taken, f"{table} is only added to"))
    made = _sqlite if dialect == "sqlite" else _postgresql
    return [statement for row in rows for statement in made(*row)]


def _sqlite(table: str, verb: str, when: str | None, refusal: str) -> list[str]:
    condition = f" WHEN {when}" if when else ""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW{condition} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
    ]


def _postgresql(table: str, verb: str, when: str | None, refusal: str) -> list[str]:
    name = f"{table}_no_{verb.lower()}"
    condition = f" WHEN ({when})" if when else ""
    raised = f"RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'"
    made = [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raised}; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()",
    ]
    if verb == "DELETE":
        made.append(f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")
    return made


def _guard() -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in _statements(dialect):
            ddl: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(METADATA, "after_create", ddl.execute_if(dialect=dialect))


_guard()
