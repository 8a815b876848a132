"""From a database URL in a party's configuration to its store."""

from pathlib import Path

from sqlalchemy import MetaData, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from storage.sqlite import SqliteStore
from storage.store import Store

_FORM = "sqlite:////absolute/path.db"


class UnknownDatabase(Exception):
    """The URL names no database that this release can use; `str()` says why, without the URL: one may hold a password."""


async def open_store(url: str, *metadatas: MetaData, sole: bool = True) -> Store:
    """The store behind `url` (`sqlite:////absolute/path.db`). Raises `UnknownDatabase`; see `SqliteStore.open` for the rest."""
    file = _file_of(url)
    try:
        return await SqliteStore.open(file, *metadatas, sole=sole)
    except DatabaseError as error:
        raise UnknownDatabase(f"{file} cannot be used as a database: {error.orig}") from None


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
