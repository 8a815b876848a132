"""Row-level security below the code: straight SQL under a tenant's role, on a real PostgreSQL server (where one is installed)."""

from itertools import count as numbers
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.roles import PREFIX, SCHEMA, TenantRoles
from registers.residents.tables import residents_in_order
from storage.postgres import PostgresStore
from tests.bcl_cloud.tenants import A, B
from tests.issuer.books import fill_all
from tests.issuer.town import FATHER, MOTHER, PEOPLE, atena, person, populate
from tests.postgres_server import Server

ONLY_B = 99


_DATABASES = numbers(1)


@pytest.fixture(scope="module")
def server(postgres: Server) -> str:
    """The URL of a database's owner role, which is no superuser."""
    return postgres.new_database(f"tenants_{next(_DATABASES)}")


async def both(server: str, tmp_path: Path) -> Tenancy:
    for code in (A, B):
        (tmp_path / code).mkdir()
        (tmp_path / code / "database.password").write_text("secret")
    door = Tenancy(TenantRoles(server, tmp_path), sole=True)
    for code in (A, B):
        store = await door.create(code)
        if not await store.read(residents_in_order):
            await store.write(populate, PEOPLE if code == A else (person(ONLY_B, 9, "隣　町子", "世帯主"),))
    return door


async def test_the_registers_behave_as_on_a_file_and_see_their_tenant_alone(server: str, tmp_path: Path) -> None:
    door = await both(server, tmp_path)
    a, b = door.store(A), door.store(B)
    await a.write(fill_all)
    assert {one.atena_no for one in await a.read(residents_in_order)} == {one.atena_no for one in PEOPLE}
    assert [one.atena_no for one in await b.read(residents_in_order)] == [atena(ONLY_B)]
    await b.write(populate, (person(FATHER, 1, "同じ　番号", "世帯主"),))  # the same numbers as somebody of A: no matter of B's
    assert len(await a.read(residents_in_order)) == len(PEOPLE)
    await door.close()


REFUSED = (
    f"INSERT INTO issue_number_series (tenant, municipality, day, last) VALUES ('{B}', '{B}', '2000-01-01', 1)",
    f"UPDATE residents SET tenant = '{B}' WHERE atena_no = '{atena(MOTHER)}'",
    f"SET ROLE {PREFIX}{B}",
    "SET ROLE owner",
    f"SET SESSION AUTHORIZATION {PREFIX}{B}",
    "SET row_security = off; SELECT count(*) FROM residents",
    "TRUNCATE residents",
    "ALTER TABLE residents DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own_rows ON residents",
    "CREATE FUNCTION bcl.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    f"SELECT nextval('{PREFIX}{B}.clerk_doings_doing_id')",
    "CREATE ROLE somebody",
    f"ALTER ROLE {PREFIX}{A} BYPASSRLS",
)


@pytest.mark.parametrize("statement", REFUSED)
async def test_what_a_tenants_role_may_not_do(server: str, tmp_path: Path, statement: str) -> None:
    door = await both(server, tmp_path)

    def attempt(connection: Connection) -> None:
        for each in statement.split("; "):
            connection.execute(text(each))

    try:
        with pytest.raises(DBAPIError):
            await door.store(A).write(attempt)
    finally:
        await door.close()


async def test_straight_sql_of_one_tenant_neither_sees_counts_nor_changes_another(server: str, tmp_path: Path) -> None:
    door = await both(server, tmp_path)

    def of_b(connection: Connection) -> list[int]:
        connection.execute(text(f"SET LOCAL bcl.tenant = '{B}'"))
        seen = connection.execute(text(f"SELECT count(*) FROM residents WHERE tenant = '{B}' OR atena_no = '{atena(ONLY_B)}'")).scalar_one()
        changed = connection.execute(text(f"UPDATE residents SET name = 'x' WHERE tenant = '{B}'")).rowcount
        gone = connection.execute(text(f"DELETE FROM {SCHEMA}.residents WHERE atena_no = '{atena(ONLY_B)}'")).rowcount
        return [seen, changed, gone]

    assert await door.store(A).write(of_b) == [0, 0, 0]
    assert any(one.name == "隣　町子" for one in await door.store(B).read(residents_in_order))
    await door.close()


async def test_not_even_the_role_that_made_the_tables_sees_a_tenants_rows(server: str, tmp_path: Path) -> None:
    door = await both(server, tmp_path)
    owner = await PostgresStore.open(server, settings={"search_path": SCHEMA})
    try:
        assert await owner.read(lambda connection: connection.execute(text("SELECT count(*) FROM residents")).scalar_one()) == 0
    finally:
        await owner.close()
        await door.close()
