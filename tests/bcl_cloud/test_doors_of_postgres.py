"""Straight SQL under a tenant's role, with nothing of the cloud's code between: every table, COPY, the catalogue, other roles, functions, notices, keys. What a neighbour has is neither shown,
counted, changed nor told by whether something succeeds."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.roles import PREFIX, SCHEMA, TenantRoles
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.watched import people_of
from tests.issuer.books import fill_all
from tests.issuer.town import FATHER, PEOPLE, atena, person, populate
from tests.postgres_server import Server

SECRET = "秘密　隣子"
SECRET_NUMBER, SECRET_CODE = person(77, 7, SECRET, "世帯主").my_number, person(77, 7, SECRET, "世帯主").juminhyo_code
MINE, THEIRS = PREFIX + A, PREFIX + B


@dataclass
class Psql:
    """A terminal of a tenant's role."""

    server: Server
    database: str

    def say(self, *statements: str, role: str = MINE) -> tuple[bool, str]:
        """Whether everything was carried out, and all that was printed, notices and errors included."""
        parts = [part for one in statements for part in ("-c", one)]
        done = subprocess.run(
            ["psql", "-h", str(self.server.folder), "-U", role, "-d", self.database, "-At", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", *parts],
            capture_output=True, text=True, check=False, cwd=self.server.folder,
        )  # fmt: skip
        return done.returncode == 0, done.stdout + done.stderr

    def each(self, *statements: str, role: str = MINE) -> list[tuple[str, int]]:
        """SQLSTATE and number of rows of each, in one session; whatever one began is taken back before the next."""
        script = "\n".join(f"{one};\n\\echo @@ :SQLSTATE :ROW_COUNT\nROLLBACK;" for one in statements)
        done = subprocess.run(
            ["psql", "-h", str(self.server.folder), "-U", role, "-d", self.database, "-At", "-q"],
            input=script, capture_output=True, text=True, check=False, cwd=self.server.folder,
        )  # fmt: skip
        assert SECRET not in done.stdout + done.stderr
        found = [line.split() for line in done.stdout.splitlines() if line.startswith("@@")]
        assert len(found) == len(statements)
        return [(state, int(rows)) for _, state, rows in found]


@pytest.fixture(scope="module")
def psql(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Psql]:
    """Two tenants with look-alikes in every register; B has one person more, whose name and number nobody else has."""
    folder = tmp_path_factory.mktemp("passwords")
    url = postgres.new_database("doors")
    for code in (A, B):
        (folder / code).mkdir()
        (folder / code / "database.password").write_text("secret")

    async def fill() -> None:
        door = Tenancy(TenantRoles(url, folder), sole=True)
        for code in (A, B):
            store = await door.create(code)
            people = people_of(code) if code == A else (*people_of(code), person(77, 7, SECRET, "世帯主"))
            await store.write(populate, people)
            await store.write(fill_all)
        await door.close()

    asyncio.run(fill())
    yield Psql(postgres, "doors")


@pytest.fixture(scope="module")
def tables(psql: Psql) -> list[str]:
    done, said = psql.say(f"SELECT tablename FROM pg_tables WHERE schemaname = '{SCHEMA}' ORDER BY 1")
    assert done
    names = said.split()
    assert len(names) > 40 and "residents" in names and "tenant_marker" in names
    return names


def test_the_neighbours_rows_are_there_for_the_neighbour_alone(psql: Psql) -> None:
    query = f"SELECT count(*) FROM {SCHEMA}.residents"
    assert psql.say(query)[1].strip() == str(len(PEOPLE)) and psql.say(query, role=THEIRS)[1].strip() == str(len(PEOPLE) + 1)


def test_no_table_shows_counts_changes_or_takes_a_row_of_the_neighbour(psql: Psql, tables: list[str]) -> None:
    counts = "; ".join(f"SELECT '{name}', count(*) FROM {SCHEMA}.{name}" for name in tables)
    before = psql.say(counts, role=THEIRS)
    asked = [
        statement
        for name in tables
        for statement in (
            f"SELECT count(*) FROM {SCHEMA}.{name} WHERE tenant = '{B}' OR tenant <> '{A}' OR tenant IS NULL",
            f"WITH gone AS (DELETE FROM {SCHEMA}.{name} WHERE tenant = '{B}' RETURNING 1) SELECT count(*) FROM gone",
            f"WITH moved AS (UPDATE {SCHEMA}.{name} SET tenant = tenant WHERE tenant = '{B}' RETURNING 1) SELECT count(*) FROM moved",
        )
    ]
    done, said = psql.say(*asked)
    assert done and set(said.split()) == {"0"} and len(said.split()) == 3 * len(tables)
    given = [
        f"INSERT INTO {SCHEMA}.{name} SELECT (jsonb_populate_record(r, jsonb_build_object('tenant', '{B}'))).* FROM {SCHEMA}.{name} r LIMIT 1"
        for name in tables
    ]
    moved = [f"UPDATE {SCHEMA}.{name} SET tenant = '{B}'" for name in tables]
    answers = psql.each(*given, *moved)
    # 42501: insufficient_privilege, and never a key that is taken; a table of which A has no row gives none.
    assert {state for state, rows in answers if rows or state != "00000"} == {"42501"}
    assert sum(state == "42501" for state, _ in answers) > 20
    assert psql.say(counts, role=THEIRS) == before


def test_copy_gives_the_own_rows_and_reaches_no_file_and_no_program(psql: Psql, tables: list[str]) -> None:
    done, said = psql.say(*(f"COPY (SELECT tenant FROM {SCHEMA}.{name}) TO STDOUT" for name in tables))
    assert done and set(said.split()) == {A}
    whole = psql.say(*(f"COPY {SCHEMA}.{name} TO STDOUT" for name in tables))[1]
    assert SECRET not in whole and f"{B}\t" not in whole
    files = psql.each(
        f"COPY {SCHEMA}.residents TO '/var/residents.txt'",
        f"COPY {SCHEMA}.residents TO PROGRAM 'cat'",
        f"COPY {SCHEMA}.residents FROM '/etc/passwd'",
        f"COPY (SELECT 1) TO PROGRAM 'psql -d {psql.database}'",
    )
    assert {state for state, _ in files} <= {"42501", "0A000"}


REFUSED = (
    f"SET ROLE {THEIRS}",
    "SET ROLE owner",
    "SET ROLE root",
    f"SET SESSION AUTHORIZATION {THEIRS}",
    f"GRANT {THEIRS} TO {MINE}",
    f"ALTER ROLE {THEIRS} PASSWORD 'x'",
    f"ALTER ROLE {MINE} SUPERUSER",
    f"ALTER ROLE {MINE} BYPASSRLS",
    f"DROP OWNED BY {THEIRS}",
    f"REASSIGN OWNED BY {THEIRS} TO {MINE}",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_statistic LIMIT 1",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE LANGUAGE plperlu",
    "CREATE DATABASE other",
    f"CREATE TABLE {SCHEMA}.mine (a int)",
    f"CREATE VIEW {SCHEMA}.mine AS SELECT 1",
    f"CREATE FUNCTION {SCHEMA}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    f"CREATE TRIGGER mine BEFORE INSERT ON {SCHEMA}.residents FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    f"CREATE RULE mine AS ON SELECT TO {SCHEMA}.residents DO INSTEAD NOTHING",
    f"CREATE POLICY mine ON {SCHEMA}.residents USING (true)",
    f"ALTER POLICY own_rows ON {SCHEMA}.residents USING (true)",
    f"ALTER TABLE {SCHEMA}.residents NO FORCE ROW LEVEL SECURITY",
    f"ALTER TABLE {SCHEMA}.residents OWNER TO {MINE}",
    f"CREATE STATISTICS {SCHEMA}.mine ON name, birth FROM {SCHEMA}.residents",
    f"LOCK TABLE {SCHEMA}.residents IN ACCESS EXCLUSIVE MODE",
    f"SELECT nextval('{THEIRS}.clerk_doings_doing_id')",
    f"SELECT last_value FROM {THEIRS}.clerk_doings_doing_id",
)


def test_what_the_role_may_not_do(psql: Psql) -> None:
    answers = dict(zip(REFUSED, psql.each(*REFUSED), strict=True))
    assert [statement for statement, (state, _) in answers.items() if state == "00000"] == []
    assert [statement for statement, (state, _) in answers.items() if state == "42601"] == []  # refused, and not merely misspelt
    (off,) = psql.each(f"BEGIN; SET LOCAL row_security = off; SELECT name FROM {SCHEMA}.residents")
    assert off[0] == "42501"  # an error, and not all rows
    assert psql.say(f"SELECT count(*) FROM {SCHEMA}.residents")[1].strip() == str(len(PEOPLE))


def test_the_catalogue_says_nothing_of_the_neighbours_rows(psql: Psql) -> None:
    psql.server.sql(f"ANALYZE {SCHEMA}.residents", database=psql.database)
    done, said = psql.say(
        "SELECT * FROM pg_stats WHERE tablename = 'residents'",
        "SELECT query FROM pg_stat_activity",
        "SELECT * FROM pg_prepared_statements",
        "SELECT * FROM information_schema.columns WHERE table_name = 'residents' AND column_default LIKE '%隣%'",
        "SELECT setting FROM pg_settings WHERE name = 'data_directory' AND setting = ''",
    )
    assert done and SECRET not in said and SECRET_NUMBER not in said


def test_a_function_of_ones_own_meets_no_row_of_the_neighbour_before_the_policy_does(psql: Psql) -> None:
    tell = "CREATE FUNCTION pg_temp.tell(t text) RETURNS boolean COST 0.0000000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'met %', t; RETURN true; END $$"
    done, said = psql.say(tell, f"SELECT count(*) FROM {SCHEMA}.residents WHERE pg_temp.tell(name)")
    assert done and "met " in said and SECRET not in said
    done, said = psql.say(f"SELECT count(*) FROM {SCHEMA}.residents WHERE 1 / (CASE WHEN name = '{SECRET}' THEN 0 ELSE 1 END) = 1")
    assert done, said
    done, said = psql.say(f"SELECT name::int FROM {SCHEMA}.residents WHERE my_number = '{SECRET_NUMBER}'")
    assert done and said == ""


def test_whether_a_number_is_taken_at_the_neighbour_is_not_to_be_found_out(psql: Psql) -> None:
    """Keys hold within a tenant: the neighbour's numbers are free here, and no reference reaches over."""
    theirs = f'\'{{"atena_no": "{atena(77)}", "serial": null, "my_number": "{SECRET_NUMBER}", "juminhyo_code": "{SECRET_CODE}"}}\''
    like = f"FROM {SCHEMA}.residents r WHERE r.atena_no = '{atena(FATHER)}'"
    free = f"BEGIN; INSERT INTO {SCHEMA}.residents SELECT (jsonb_populate_record(r, {theirs})).* {like}"
    taken = f"BEGIN; INSERT INTO {SCHEMA}.residents SELECT r.* {like}"
    assert psql.each(free, taken) == [("00000", 1), ("23505", 0)]


def test_the_neighbour_is_as_it_was(psql: Psql, tables: list[str], tmp_path: Path) -> None:
    said = psql.say(f"SELECT count(*), min(name) FROM {SCHEMA}.residents WHERE name = '{SECRET}'", role=THEIRS)[1]
    assert said.strip() == f"1|{SECRET}" and tables and tmp_path.exists()
