"""The same probes on PostgreSQL: a schema behind row-level security passes; each hole in it is found by name."""

from collections.abc import AsyncIterator
from itertools import count as numbers
from pathlib import Path
from random import Random

import msgspec
import pytest

from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.probing.rows import look_through
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenancy.own_session import demand_own
from bcl_cloud.tenancy.probe_signs import Leak
from bcl_cloud.tenancy.roles import PREFIX, SCHEMA, TENANT_OF_ROLE, TenantRoles
from bcl_cloud.tenancy.unkept import Unkept
from bcl_cloud.tenants.canaries import Canary, made
from bcl_cloud.tenants.canaries_planted import plant
from bcl_cloud.tenants.tables import METADATA
from issuer.issue_log import find_order
from registers.residents.schema import RESIDENTS
from registers.seal.schema import SEALS
from simulation.key_ring import rsa_ring, signing_key
from storage.sqlite import SqliteStore
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.watched import description, number_in, settle, watched
from tests.issuer.town import FATHER, NOW, PEOPLE, ask, document_keys, populate, serial
from tests.postgres_server import Server

_NUMBERS = numbers(1)
BIRDS: dict[str, Canary] = {code: made(code, Random(code).randbytes) for code in (A, B)}


class Hole:
    """A database of its own with two tenants; `sql` is said by the superuser."""

    def __init__(self, server: Server, door: Tenancy, name: str) -> None:
        self.server, self.door, self.name = server, door, name

    def sql(self, *statements: str) -> None:
        self.server.sql(*statements, database=self.name)

    async def found(self, code: str = A) -> Leak | None:
        try:
            await self.door.store(code).read(look_through, BIRDS[code])
        except Leak as leak:
            return leak
        return None


@pytest.fixture(scope="module")
def database(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, str, str, Path]:
    """Laid out once; each test mends what it breaks."""
    name = f"probed_{next(_NUMBERS)}"
    folder = tmp_path_factory.mktemp("passwords")
    for code in (A, B):
        (folder / code).mkdir()
        (folder / code / "database.password").write_text("secret")
    return postgres, name, postgres.new_database(name), folder


@pytest.fixture
async def hole(database: tuple[Server, str, str, Path]) -> AsyncIterator[Hole]:
    server, name, url, folder = database
    door = Tenancy(TenantRoles(url, folder), sole=True)
    for code in (A, B):
        store = await door.create(code)
        if (await store.read(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM residents").scalar_one())) == 0:
            await store.write(populate, PEOPLE)
        await store.write(plant, BIRDS[code], "見本県架空一丁目", NOW)
    yield Hole(server, door, name)
    await door.close()


async def test_two_tenants_of_one_schema_pass_with_the_same_people_in_both(hole: Hole) -> None:
    for code in (A, B):
        assert await hole.found(code) is None
        assert await hole.door.store(code).read(look_through, BIRDS[code]) > 40


async def test_what_an_unkept_store_writes_is_read_by_it_alone(hole: Hole) -> None:
    store, tried = hole.door.store(A), Unkept(hole.door.store(A))

    def write(connection: object) -> None:
        connection.exec_driver_sql("INSERT INTO issue_number_series (municipality, day, last) VALUES ('990019', '2000-01-01', 7)")  # type: ignore[attr-defined]

    def read(connection: object) -> list[int]:
        return list(connection.exec_driver_sql("SELECT last FROM issue_number_series WHERE day = '2000-01-01'").scalars())  # type: ignore[attr-defined]

    await tried.write(write)
    assert (await tried.read(read), await store.read(read), await store.read(find_order, "r")) == ([7], [], None)


ON = f"ALTER TABLE {SCHEMA}.residents ENABLE ROW LEVEL SECURITY"
OWN = f"CREATE POLICY own_rows ON {SCHEMA}.residents USING (tenant = {TENANT_OF_ROLE}) WITH CHECK (tenant = {TENANT_OF_ROLE})"
HOLES: tuple[tuple[str, str, str, set[str]], ...] = (
    (f"ALTER TABLE {SCHEMA}.residents DISABLE ROW LEVEL SECURITY", ON, "no row-level security on residents", {A}),
    (
        f"DROP POLICY own_rows ON {SCHEMA}.residents; CREATE POLICY own_rows ON {SCHEMA}.residents USING (true)",
        f"DROP POLICY own_rows ON {SCHEMA}.residents; {OWN}",
        "another policy than everywhere on residents",
        {A},
    ),
    (
        f"CREATE POLICY also ON {SCHEMA}.{SEALS.name} USING (true)",
        f"DROP POLICY also ON {SCHEMA}.{SEALS.name}",
        f"another policy than everywhere on {SEALS.name}",
        {A},
    ),
    (f"GRANT {PREFIX}{B} TO {PREFIX}{A}", f"REVOKE {PREFIX}{B} FROM {PREFIX}{A}", "may become another tenant's role", {A, B}),
    (f"ALTER ROLE {PREFIX}{A} BYPASSRLS", f"ALTER ROLE {PREFIX}{A} NOBYPASSRLS", "no row-level security on", {A}),
    (
        f"CREATE VIEW {SCHEMA}.everybody AS SELECT * FROM {SCHEMA}.residents; GRANT SELECT ON {SCHEMA}.everybody TO {PREFIX}{A}",
        f"DROP VIEW {SCHEMA}.everybody",
        "no row-level security on everybody",
        {A},
    ),
    (
        f"CREATE VIEW public.everybody AS SELECT * FROM {SCHEMA}.residents; GRANT SELECT ON public.everybody TO {PREFIX}{A}",
        "DROP VIEW public.everybody",
        "a view stands beside the tables: everybody",
        {A},
    ),
    (
        f"CREATE TABLE public.copied AS SELECT name, serial FROM {SCHEMA}.residents; GRANT SELECT ON public.copied TO {PREFIX}{A}",
        "DROP TABLE public.copied",
        "copied speaks of another tenant's canary",
        {A, B},
    ),
    (
        f"CREATE FUNCTION {SCHEMA}.all_names() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM {SCHEMA}.residents'",
        f"DROP FUNCTION {SCHEMA}.all_names()",
        "may run as another role: all_names",
        {A},
    ),
)


EVERY_DAY = (f"no row-level security on {RESIDENTS.name}", f"another policy than everywhere on {SEALS.name}", "may become another tenant's role")


@pytest.mark.parametrize(
    ("breaking", "mending", "rule", "concerned"),
    [pytest.param(*one, marks=() if one[2] in EVERY_DAY else pytest.mark.sweep, id=one[2]) for one in HOLES],
)
async def test_every_hole_in_the_schema_is_found(hole: Hole, breaking: str, mending: str, rule: str, concerned: set[str]) -> None:
    await hole.door.store(A).close()
    hole.sql(*breaking.split("; "))
    try:
        leak = await hole.found() if "BYPASSRLS" not in breaking else await _with_might(hole)
        assert leak is not None and rule in str(leak) and set(leak.concerned) == concerned, leak
    finally:
        hole.sql(*mending.split("; "))
    assert await hole.found() is None


async def test_rows_of_a_neighbour_are_found_where_every_policy_shows_them(hole: Hole) -> None:
    """Not by the rules then, which are alike, but by the rows."""
    tables = [str(one) for one in await hole.door.store(A).read(lambda c: list(c.exec_driver_sql(_TABLES).scalars()))]
    hole.sql(*(f"ALTER POLICY own_rows ON {SCHEMA}.{name} USING (true)" for name in tables))
    try:
        leak = await hole.found()
        assert leak is not None and "shows another tenant's" in str(leak) and set(leak.concerned) == {A, B}
    finally:
        hole.sql(*(f"ALTER POLICY own_rows ON {SCHEMA}.{name} USING (tenant = {TENANT_OF_ROLE})" for name in tables))


_TABLES = f"SELECT tablename FROM pg_tables WHERE schemaname = '{SCHEMA}' ORDER BY tablename"


async def _with_might(hole: Hole) -> Leak | None:
    """The door itself refuses such a role (`ForeignRows`); the probe finds it on a connection that was opened before."""
    hole.sql(f"ALTER ROLE {PREFIX}{A} NOBYPASSRLS")
    await hole.door.store(A).read(demand_own, A)
    hole.sql(f"ALTER ROLE {PREFIX}{A} BYPASSRLS")
    return await hole.found()


async def test_a_session_of_another_role_is_met_before_anything_is_read(hole: Hole) -> None:
    with pytest.raises(Leak, match="of another tenant"):
        await hole.door.store(B).read(look_through, BIRDS[A])


@pytest.mark.sweep
async def test_a_whole_cloud_on_postgresql_is_probed_through_its_desk_and_stopped_when_row_level_security_goes(
    postgres: Server, tmp_path: Path
) -> None:
    name = f"probed_{next(_NUMBERS)}"
    door = Tenancy(TenantRoles(postgres.new_database(name), tmp_path / "keys"), sole=True)
    database = await SqliteStore.open(tmp_path / "cloud.db", METADATA)
    cloud = Cloud(database, door, KeyFolders(tmp_path / "keys"))
    for place, code in enumerate((A, B)):
        cloud.keys.install(code, rsa_ring()[1 + place], signing_key(1 + place), signing_key(5 + place))
        await onboarding.onboard(cloud, description(code, tmp_path), document_keys().authority, "op", "参加", NOW, Random(code).randbytes)
        await door.store(code).write(settle, code)
        await database.write(onboarding.set_open, code, "op", "開始", NOW)
    room = watched(cloud)
    for code in (A, B):
        verdict = await room.watch.look(code)
        assert (verdict.outcome, verdict.detail.endswith("1 neighbours")) == ("passed", True), verdict
    tables = await door.store(A).read(
        lambda c: {t: c.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar_one() for t in ("issue_papers", "issue_refusals")}
    )
    assert set(tables.values()) == {0}
    postgres.sql(f"ALTER TABLE {SCHEMA}.residents DISABLE ROW LEVEL SECURITY", database=name)
    assert (await room.watch.look(A)).outcome == "leak"
    assert await room.said(msgspec.structs.replace(ask(FATHER), serial=serial(number_in(A, FATHER)))) == "stopped_now"
    await door.close()
    await database.close()
