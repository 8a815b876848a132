"""A file for each tenant: `990027.db` in one folder, its tables made for that tenant alone, and a marker in it that says whose it is.

Decides whether a file is a tenant's. A file that was copied or swapped under another tenant's name is not opened: its marker and its tables speak of the other. Must never know what a tenant does
with its rows.
"""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, MetaData, insert, select, text
from sqlalchemy.exc import DatabaseError

from bcl_cloud.tenancy.places import ForeignRows, NoSuchTenant
from bcl_cloud.tenancy.tables import MARKER, METADATAS, TENANT, checked_code, tables_of_file
from storage.sqlite import SqliteStore


class TenantFiles:
    """The files of all tenants; see the module's text."""

    kind = "sqlite"
    shared_by_processes = False

    def __init__(self, folder: Path, metadatas: Iterable[MetaData] = METADATAS) -> None:
        self._folder = folder
        self._metadatas = tuple(metadatas)

    def file(self, code: str) -> Path:
        """Where this tenant's rows are."""
        return self._folder / f"{checked_code(code)}.db"

    async def create(self, code: str) -> None:
        """Lay out a file for a new tenant; one that is there already stays as it is. Raises `ForeignRows` when it is somebody else's."""
        metadata = tables_of_file(code, self._metadatas)
        opened = await SqliteStore.open(self.file(code), metadata, sole=False)
        try:
            await opened.write(mark, metadata)
            await opened.read(check_file, code, metadata)
        finally:
            await opened.close()

    async def open(self, code: str, *, sole: bool) -> SqliteStore:
        """The store of one tenant's file. Raises `NoSuchTenant`, `ForeignRows`, `storage.sqlite.AlreadyServed` (with `sole`)."""
        file = self.file(code)
        if not file.is_file():
            raise NoSuchTenant(f"no rows are kept for {code}")
        metadata = tables_of_file(code, self._metadatas)
        try:
            opened = await SqliteStore.open(file, metadata, sole=sole)
        except DatabaseError as error:
            raise ForeignRows(f"{file.name} cannot be used: {type(error.orig).__name__}") from None
        try:
            await opened.read(check_file, code, metadata)
        except BaseException:
            await opened.close()
            raise
        return opened

    async def close(self) -> None:
        """Nothing is held between two openings."""


def mark(connection: Connection, metadata: MetaData) -> None:
    """Say in a new file whose it is: the code comes from the column, as in every table."""
    if connection.execute(select(metadata.tables[MARKER])).first() is None:
        connection.execute(insert(metadata.tables[MARKER]).values({}))


def check_file(connection: Connection, code: str, metadata: MetaData) -> None:
    """Raises `ForeignRows` unless the marker and every table of this file are `code`'s."""
    marked = connection.execute(select(metadata.tables[MARKER].c[TENANT])).scalars().all()
    if list(marked) != [code]:
        raise ForeignRows(f"the file kept for {code} is marked {', '.join(marked) or 'nobody'}")
    made_for = f"CHECK ({TENANT} = '{code}')"
    defined = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")).all()
    others = [row.name for row in defined if row.name in metadata.tables and made_for not in row.sql]
    if others:
        raise ForeignRows(f"the file kept for {code} holds tables that were not made for it: {', '.join(others)}")
