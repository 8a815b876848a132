"""One PostgreSQL schema for all tenants, and a login role for each: the database itself shows a role its own rows and takes no others, whatever the code above it says.

The policies ask who is logged in (`current_user`): a setting of the session anybody can change, a role nobody. The owner makes tables and roles, is bound by the policies like everybody,
and serves nobody.
The numbers the database gives to rows come from sequences of the tenant's own, so that not even their gaps tell of others.
"""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import MetaData, insert, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bcl_cloud.tenancy.places import ForeignRows, NoSuchTenant
from bcl_cloud.tenancy.tables import MARKER, METADATAS, TENANT, checked_code, numbered_columns, shared_tables
from storage.postgres import PostgresStore

SCHEMA = "bcl"
PREFIX = "bcl_tenant_"
TENANT_OF_ROLE = f"substring(current_user::text from '^{PREFIX}([0-9]{{6}})$')"
SEQUENCE_OF_ROLE = "(current_user::text || '.{name}')::regclass"
CONNECTIONS_OF_TENANT = 16
_MIGHTY = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"


class TenantRoles:
    """The shared schema of all tenants; `passwords` is a folder with one file for each, of their owner alone. `owner_url` is `postgresql+asyncpg://…` of the role that makes tables and roles."""

    kind = "postgresql"
    shared_by_processes = True

    def __init__(self, owner_url: str, passwords: Path, metadatas: Iterable[MetaData] = METADATAS) -> None:
        self._owner_url = make_url(owner_url)
        self._passwords = passwords
        self._metadatas = tuple(metadatas)
        self._metadata = shared_tables(SCHEMA, TENANT_OF_ROLE, SEQUENCE_OF_ROLE, self._metadatas)

    async def create(self, code: str) -> None:
        """Lay out the schema where it is not, and make the tenant's role with its rights and its sequences. The tenant's password file must be there."""
        password = self._password(checked_code(code))
        if not password.isalnum():
            raise ForeignRows("a password of letters and digits is needed")
        engine = create_async_engine(self._owner_url, hide_parameters=True)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
                await connection.run_sync(self._metadata.create_all)
                known = (await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": PREFIX + code})).first()
                for statement in (*self._secured(), *self._role(code, password, known=known is not None)):
                    await connection.execute(text(statement))
        finally:
            await engine.dispose()
        opened = await self._opened(code)
        try:
            marker = self._metadata.tables[f"{SCHEMA}.{MARKER}"]
            await opened.write(lambda connection: connection.execute(select(marker)).first() or connection.execute(insert(marker).values({})))
        finally:
            await opened.close()

    async def open(self, code: str, *, sole: bool) -> PostgresStore:
        """A store logged in as the tenant's role. `sole` means nothing here: several processes may serve. Raises `NoSuchTenant`, `ForeignRows`."""
        opened = await self._opened(code)
        marker = self._metadata.tables[f"{SCHEMA}.{MARKER}"]
        try:
            marked = await opened.read(lambda connection: list(connection.execute(select(marker.c[TENANT])).scalars()))
            mighty = await opened.read(lambda connection: connection.execute(text(_MIGHTY)).scalar_one())
        except BaseException:
            await opened.close()
            raise
        if mighty:
            await opened.close()
            raise ForeignRows(f"the role of {code} stands above row-level security")
        if marked != [code]:
            await opened.close()
            raise ForeignRows(f"the rows shown to {code} are marked {', '.join(marked) or 'nobody'}")
        return opened

    async def close(self) -> None:
        """Nothing is held between two openings."""

    async def _opened(self, code: str) -> PostgresStore:
        url = self._owner_url.set(username=PREFIX + checked_code(code), password=self._password(code))
        try:
            return await PostgresStore.open(url, settings={"search_path": SCHEMA})
        except (SQLAlchemyError, OSError) as error:
            raise NoSuchTenant(f"{code} cannot log in: {type(error).__name__}") from None

    def _password(self, code: str) -> str:
        file = self._passwords / code / "database.password"
        if not file.is_file():
            raise NoSuchTenant(f"no rows are kept for {code}")
        return file.read_text(encoding="ascii").strip()

    def _secured(self) -> list[str]:
        own = f"{TENANT} = {TENANT_OF_ROLE}"
        made = []
        for table in self._metadata.sorted_tables:
            made += [
                f"ALTER TABLE {table.fullname} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table.fullname} FORCE ROW LEVEL SECURITY",
                f"DROP POLICY IF EXISTS own_rows ON {table.fullname}",
                f"CREATE POLICY own_rows ON {table.fullname} USING ({own}) WITH CHECK ({own})",
            ]
        return made

    def _role(self, code: str, password: str, *, known: bool) -> list[str]:
        role = PREFIX + code
        # What only a superuser may alter is said once, when the role is made; `open` looks whether it still holds.
        never = "" if known else "NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS"
        bound = f"LOGIN {never} CONNECTION LIMIT {CONNECTIONS_OF_TENANT} PASSWORD '{password}'"
        rights = [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.fullname} TO {role}" for table in self._metadata.sorted_tables]
        sequences = [f"CREATE SEQUENCE IF NOT EXISTS {role}.{name}" for name in numbered_columns(self._metadatas)]
        return [
            f"{'ALTER' if known else 'CREATE'} ROLE {role} {bound}",
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}",
            *rights,
            f"CREATE SCHEMA IF NOT EXISTS {role}",
            *sequences,
            f"GRANT USAGE ON SCHEMA {role} TO {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {role} TO {role}",
        ]
