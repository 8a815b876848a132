"""From a database URL in a party's configuration to its store."""

from pathlib import Path

from sqlalchemy import MetaData, make_url

from storage.sqlite import SqliteStore
from storage.store import Store


class UnknownDatabase(Exception):
    """The URL names a database that this release cannot use."""


async def open_store(url: str, *metadatas: MetaData, sole: bool = True) -> Store:
    """The store behind `url` (`sqlite:////absolute/path.db`). Raises `UnknownDatabase`; see `SqliteStore.open` for the rest."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise UnknownDatabase(f"a database of kind {parsed.get_backend_name()} is not served yet: use sqlite:////absolute/path.db")
    return await SqliteStore.open(Path(parsed.database), *metadatas, sole=sole)
