"""What the database refuses to whoever holds the connection: raw SQL, on SQLite and (where a server is installed) on PostgreSQL."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import create_mock_engine
from sqlalchemy.exc import IntegrityError

from fees.booking.records import METADATA
from tests.fees.office import engine
from tests.postgres_server import Server

SOUND = (
    "INSERT INTO facts VALUES (1, 'i', 'paid', '990019', 'k', 'f', 'store', 'a', 'K', 250, 'r', 't', 't', 'new', 't')",
    "INSERT INTO facts VALUES (2, 'i', 'printed', '990019', 'k', 'f', 'store', 'a', 'K', 250, 'r', 't', 't', 'new', 't')",
    "INSERT INTO contradictions VALUES (1, 'h', 'number_reused', '{}', '{}', 't')",
    "INSERT INTO legs VALUES (1, 1, 'operator/a', 'till', 250)",
    "INSERT INTO legs VALUES (1, 2, 'operator/a', 'pending', -250)",
    "INSERT INTO patterns VALUES (1, 'd1', 2)",
    "INSERT INTO postings VALUES (1, 'fact/1', 1, 'i', 'paid', 't', 't', 1, 1)",
)


@dataclass(frozen=True)
class Attack:
    """Statements of one transaction, the last of which (or the commit) must fail. `guards` are the triggers that stand in the way; none: a constraint does."""

    name: str
    statements: tuple[str, ...]
    guards: tuple[str, ...] = ()
    sqlite_only: bool = False


def header(number: int, legs: int) -> str:
    return f"INSERT INTO patterns VALUES ({number}, 'd{number}', {legs})"


def leg(pattern: int, line: int, book: str, yen: int) -> str:
    return f"INSERT INTO legs VALUES ({pattern}, {line}, '{book}', 'till', {yen})"


def posting(number: int, cause: str, fact: int | str, pattern: int = 1) -> str:
    return f"INSERT INTO postings VALUES ({number}, '{cause}', {fact}, 'i', 'printed', 't', 't', {pattern}, 1)"


def heard(number: int, metered: str, step: str = "paid") -> str:
    return f"INTO facts VALUES ({number}, 'x', '{step}', '990019', 'k', 'f', 'store', 'a', 'K', 250, 'r', 't', 't', '{metered}', 't')"


TABLES = {"facts": "received_at", "contradictions": "against", "postings": "event", "patterns": "sha256", "legs": "item"}
ATTACKS = (
    *(Attack(f"change {table}", (f"UPDATE {table} SET {column} = 'x'",), (f"{table}_never_change",)) for table, column in TABLES.items()),
    Attack("change an amount", ("UPDATE legs SET yen = yen * 2",), ("legs_never_change",)),
    *(Attack(f"delete {table}", (f"DELETE FROM {table}",), (f"{table}_never_go",)) for table in ("contradictions", "postings", "legs")),
    Attack("delete patterns", ("DELETE FROM patterns",)),
    Attack(
        "delete postings with their patterns",
        ("DELETE FROM postings", "DELETE FROM legs", "DELETE FROM patterns"),
        ("postings_never_go", "legs_never_go", "patterns_never_go"),
    ),
    Attack("delete facts", ("DELETE FROM facts WHERE number = 2",), ("facts_never_go",)),
    Attack("replace a fact", (f"INSERT OR REPLACE {heard(2, 'new')}",), ("facts_once",), sqlite_only=True),
    Attack(
        "replace a contradiction",
        ("INSERT OR REPLACE INTO contradictions VALUES (1, 'h', 'x', '{}', '{}', 't')",),
        ("contradictions_once",),
        sqlite_only=True,
    ),
    Attack(
        "replace a posting",
        (posting(1, "fact/1", 1).replace("INSERT", "INSERT OR REPLACE"),),
        ("postings_once",),
        sqlite_only=True,
    ),
    Attack(
        "replace a pattern",
        ("INSERT OR REPLACE INTO patterns VALUES (1, 'other', 2)",),
        ("patterns_once",),
        sqlite_only=True,
    ),
    Attack(
        "replace a leg",
        ("INSERT OR REPLACE INTO legs VALUES (1, 1, 'operator/a', 'x', 250)",),
        ("legs_once", "legs_before_header"),
        sqlite_only=True,
    ),
    Attack("unbalanced legs", (leg(2, 1, "center", 250), leg(2, 2, "center", -249), header(2, 2)), ("patterns_balance",)),
    Attack(
        "legs that balance only across books",
        (leg(2, 1, "center", 250), leg(2, 2, "operator/a", -250), header(2, 2)),
        ("patterns_balance",),
    ),
    Attack(
        "a header that counts more legs than there are",
        (leg(2, 1, "center", 250), leg(2, 2, "center", -250), header(2, 4)),
        ("patterns_balance",),
    ),
    Attack("a header before its legs", (header(2, 2),), ("patterns_balance",)),
    Attack("a late leg", (leg(1, 3, "center", 250),), ("legs_before_header",)),
    Attack("late legs that balance", (leg(1, 3, "center", 250), leg(1, 4, "center", -250)), ("legs_before_header",)),
    Attack("legs whose header never comes", (leg(2, 1, "center", 250), leg(2, 2, "center", -250))),
    Attack("a leg of nothing", (leg(2, 1, "center", 0),)),
    Attack("the same legs under another number", ("INSERT INTO patterns VALUES (2, 'd1', 0)",)),
    Attack("a posting that moves nobody knows what", (posting(2, "fact/2", 2, pattern=9),)),
    Attack(
        "a posting before its legs' header", (leg(2, 1, "center", 250), leg(2, 2, "center", -250), posting(2, "fact/2", 2, pattern=2), header(2, 2))
    ),
    Attack("a fact posted twice", (posting(2, "fact/1", 1),)),
    Attack("one cause twice, without a fact", (posting(2, "x", "NULL"), posting(3, "x", "NULL"))),
    Attack("a fact posted under another cause", (posting(2, "x", 2),)),
    Attack("a fact's cause without the fact", (posting(2, "fact/2", "NULL"),)),
    Attack("a posting of a fact that was never heard", (posting(2, "fact/9", 9),)),
    Attack("a fact that is neither new nor a contradiction", (f"INSERT {heard(3, 'maybe')}",)),
)


def carry_out(statements: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
    made = engine()
    with made.begin() as connection:
        for statement in SOUND:
            connection.exec_driver_sql(statement)
        for guard in without:
            connection.exec_driver_sql(f"DROP TRIGGER {guard}")
    try:
        with made.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        made.dispose()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_sqlite_refuses(attack: Attack) -> None:
    with pytest.raises(IntegrityError):
        carry_out(attack.statements)


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.guards], ids=lambda attack: attack.name)
def test_sqlite_would_not_refuse_without_the_guard(attack: Attack) -> None:
    carry_out(attack.statements, without=attack.guards)


def test_guards_are_laid_out_again_where_one_is_missing() -> None:
    made = engine()
    with made.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER legs_never_go")
    METADATA.create_all(made)
    with made.begin() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name").scalars().all()
    assert "legs_never_go" in names
    assert len(names) == 17
    made.dispose()


Psql = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def psql(postgres: Server) -> Psql:
    """Runs a script, as one transaction, in a PostgreSQL database of its own that holds the tables and a sound posting."""
    postgres.new_database("guards")
    prepared = postgres.script(";\n".join((*postgresql_layout(), *SOUND)) + ";", "guards")
    assert prepared.returncode == 0, prepared.stderr
    return partial(postgres.script, database="guards")


def postgresql_layout() -> list[str]:
    statements: list[str] = []
    mock = create_mock_engine("postgresql+asyncpg://", lambda statement, *_, **__: statements.append(str(statement.compile(dialect=mock.dialect))))
    METADATA.create_all(mock, checkfirst=False)
    return statements


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if not attack.sqlite_only], ids=lambda attack: attack.name)
def test_postgresql_refuses(psql: Psql, attack: Attack) -> None:
    answer = psql(";\n".join(attack.statements) + ";")
    assert answer.returncode != 0
    assert "ERROR" in answer.stderr


@pytest.mark.parametrize(
    "statement", ["TRUNCATE legs CASCADE", "TRUNCATE postings", "TRUNCATE patterns CASCADE", "TRUNCATE facts CASCADE", "TRUNCATE contradictions"]
)
def test_postgresql_refuses_to_empty_a_table(psql: Psql, statement: str) -> None:
    assert psql(statement + ";").returncode != 0


def test_postgresql_takes_a_sound_posting(psql: Psql) -> None:
    sound = "; ".join((leg(2, 1, "center", 250), leg(2, 2, "center", -250), header(2, 2), posting(2, "fact/2", 2, pattern=2)))
    answer = psql(f"BEGIN; {sound}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK;")
    assert answer.returncode == 0, answer.stderr
