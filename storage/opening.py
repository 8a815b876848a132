"""From a database URL in a party's configuration to its store."""

from pathlib import Path

from sqlalchemy import MetaData, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, SQLAlchemyError

from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore
from storage.store import Store

_FORM = "sqlite:////absolute/path.db"
POSTGRESQL = "postgresql+asyncpg"


class UnknownDatabase(Exception):
    """The URL names no database that this release can use; `str()` says why, without the URL: one may hold a password."""


async def open_store(url: str, *metadatas: MetaData, sole: bool = True, servers: bool = False) -> Store:
    """The store behind `url` (`sqlite:////absolute/path.db`). Raises `UnknownDatabase`; see `SqliteStore.open` for the rest.

    A party whose statements have been tried on PostgreSQL says `servers`: then `postgresql+asyncpg://…` (the extra `postgres`) is opened too, by as many processes as like (`sole` is SQLite's).
    """
    if servers and url.startswith(POSTGRESQL + ":"):
        return await _on_a_server(url, metadatas)
    file = _file_of(url)
    try:
        return await SqliteStore.open(file, *metadatas, sole=sole)
    except DatabaseError as error:
        raise UnknownDatabase(f"{file} cannot be used as a database: {error.orig}") from None


async def _on_a_server(url: str, metadatas: tuple[MetaData, ...]) -> Store:
    try:
        return await PostgresStore.open(url, *metadatas)
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise UnknownDatabase(f"the PostgreSQL database cannot be opened: {type(error).__name__}") from None


def _file_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnknownDatabase(f"the database is no address: use {_FORM}") from None
    if parsed.get_backend_name() != "sqlite":
        raise UnknownDatabase(f"a database of kind {parsed.get_backend_name()} is not served yet: use {_FORM}")
    # A path that depends on where the process was started would be another, empty database from another folder.
    if not parsed.database or not Path(parsed.database).is_absolute():
        raise UnknownDatabase(f"a database is named by its whole path: use {_FORM}")
    return Path(parsed.database)
