"""The rule book in force, kept at hand: read again only when there is a newer revision. What is approved counts without a restart, in every process on the same database."""

from fees.drafts.history import book_at, last_revision
from fees.rules.rule_book import RuleBook
from storage.store import Store


class RuleShelf:
    """Holds one rule book."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._book: RuleBook | None = None

    async def book(self) -> RuleBook:
        """The rule book in force now. A revision approved while this is asked touches no day that has begun, so whichever of the two is given prices today alike."""
        revision = await self._store.read(last_revision)
        if self._book is None or self._book.revision != revision:
            self._book = await self._store.read(book_at, revision)
        return self._book
