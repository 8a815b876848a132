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
    "INSERT INTO facts VALUES (1, 'i', 'paid', 'new', '{}', 't')",
    "INSERT INTO facts VALUES (2, 'i', 'printed', 'new', '{}', 't')",
    "INSERT INTO contradictions VALUES (1, 'h', 'number_reused', '{}', '{}', 't')",
    "INSERT INTO legs VALUES (1, 1, 'operator/a', 'till', 250)",
    "INSERT INTO legs VALUES (1, 2, 'operator/a', 'pending', -250)",
    "INSERT INTO postings VALUES (1, 'fact/1', 1, 'i', 'paid', 't', 't', 2)",
)


@dataclass(frozen=True)
class Attack:
    """Statements of one transaction, the last of which (or the commit) must fail. `guards` are the triggers that stand in the way; none: a constraint does."""

    name: str
    statements: tuple[str, ...]
    guards: tuple[str, ...] = ()
    sqlite_only: bool = False


def header(number: int, fact: str, legs: int) -> str:
    return f"INSERT INTO postings VALUES ({number}, 'fact/{fact}', {fact}, 'i', 'printed', 't', 't', {legs})"


def leg(posting: int, line: int, book: str, yen: int) -> str:
    return f"INSERT INTO legs VALUES ({posting}, {line}, '{book}', 'till', {yen})"


TABLES = {"facts": "received_at", "contradictions": "against", "postings": "event", "legs": "item"}
ATTACKS = (
    *(Attack(f"change {table}", (f"UPDATE {table} SET {column} = 'x'",), (f"{table}_never_change",)) for table, column in TABLES.items()),
    Attack("change an amount", ("UPDATE legs SET yen = yen * 2",), ("legs_never_change",)),
    *(Attack(f"delete {table}", (f"DELETE FROM {table}",), (f"{table}_never_go",)) for table in ("contradictions", "legs")),
    Attack("delete postings", ("DELETE FROM postings",)),
    Attack("delete postings with their legs", ("DELETE FROM legs", "DELETE FROM postings"), ("legs_never_go", "postings_never_go")),
    Attack("delete facts", ("DELETE FROM facts WHERE number = 2",), ("facts_never_go",)),
    Attack("replace a fact", ("INSERT OR REPLACE INTO facts VALUES (2, 'x', 'paid', 'new', '{}', 't')",), ("facts_once",), sqlite_only=True),
    Attack(
        "replace a contradiction",
        ("INSERT OR REPLACE INTO contradictions VALUES (1, 'h', 'x', '{}', '{}', 't')",),
        ("contradictions_once",),
        sqlite_only=True,
    ),
    Attack(
        "replace a posting",
        ("INSERT OR REPLACE INTO postings VALUES (1, 'fact/1', 1, 'x', 'paid', 't', 't', 2)",),
        ("postings_once",),
        sqlite_only=True,
    ),
    Attack(
        "replace a leg",
        ("INSERT OR REPLACE INTO legs VALUES (1, 1, 'operator/a', 'x', 250)",),
        ("legs_once", "legs_before_header"),
        sqlite_only=True,
    ),
    Attack("an unbalanced posting", (leg(2, 1, "center", 250), leg(2, 2, "center", -249), header(2, "2", 2)), ("postings_balance",)),
    Attack(
        "a posting that balances only across books",
        (leg(2, 1, "center", 250), leg(2, 2, "operator/a", -250), header(2, "2", 2)),
        ("postings_balance",),
    ),
    Attack(
        "a header that counts more legs than there are",
        (leg(2, 1, "center", 250), leg(2, 2, "center", -250), header(2, "2", 4)),
        ("postings_balance",),
    ),
    Attack("a header before its legs", (header(2, "2", 2),), ("postings_balance",)),
    Attack("a late leg", (leg(1, 3, "center", 250),), ("legs_before_header",)),
    Attack("late legs that balance", (leg(1, 3, "center", 250), leg(1, 4, "center", -250)), ("legs_before_header",)),
    Attack("legs whose header never comes", (leg(2, 1, "center", 250), leg(2, 2, "center", -250))),
    Attack("a leg of nothing", (leg(2, 1, "center", 0),)),
    Attack("a fact posted twice", (leg(2, 1, "center", 250), leg(2, 2, "center", -250), header(2, "1", 2))),
    Attack(
        "one cause twice, without a fact", tuple(f"INSERT INTO postings VALUES ({number}, 'x', NULL, 'i', 'x', 't', 't', 0)" for number in (2, 3))
    ),
    Attack("a fact posted under another cause", ("INSERT INTO postings VALUES (2, 'x', 2, 'i', 'paid', 't', 't', 0)",)),
    Attack("a posting of a fact that was never claimed", (header(2, "9", 0),)),
    Attack("a fact that is neither new nor a contradiction", ("INSERT INTO facts VALUES (3, 'i', 'paid', 'maybe', '{}', 't')",)),
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
    assert len(names) == 14
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


@pytest.mark.parametrize("statement", ["TRUNCATE legs CASCADE", "TRUNCATE postings CASCADE", "TRUNCATE facts CASCADE", "TRUNCATE contradictions"])
def test_postgresql_refuses_to_empty_a_table(psql: Psql, statement: str) -> None:
    assert psql(statement + ";").returncode != 0


def test_postgresql_takes_a_sound_posting(psql: Psql) -> None:
    answer = psql(f"BEGIN; {leg(2, 1, 'center', 250)}; {leg(2, 2, 'center', -250)}; {header(2, '2', 2)}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK;")
    assert answer.returncode == 0, answer.stderr
