"""Which municipality a code means on a day: itself, the city of a ward, or whatever a former municipality became part of. Pure."""

from datetime import date, datetime, time

from issuance_center.routing.book import DirectoryBook, Page
from storage.instants import JST

_CHAIN_MAX = 8
"""A ward of a city that merged into another that merged again: more steps than have ever happened."""


def resolve(book: DirectoryBook, code: str, day: date) -> str | None:
    """The code of the municipality in force that `code` means at the end of `day`'s first instant (JST), or None: no such place then."""
    return resolved_at(book, code, datetime.combine(day, time(0), JST))


def resolved_at(book: DirectoryBook, code: str, now: datetime) -> str | None:
    """As `resolve`, at an instant."""
    for _ in range(_CHAIN_MAX):
        dated = book.successions.get(code)
        succession = dated.at(now) if dated is not None else None
        if succession is None:
            page = book.municipalities.get(code)
            return code if page is not None and page.place.at(now) is not None else None
        code = succession.to
    return None


def in_force(book: DirectoryBook, code: str, now: datetime) -> str:
    """The code of the municipality that `code` means at `now`; one that means nothing stays as it is, and is refused as unknown by whoever looks for it."""
    return resolved_at(book, code, now) or code


def planned_heir(book: DirectoryBook, code: str, now: datetime) -> tuple[datetime, str] | None:
    """When a municipality in force will become part of another, and of which; None while nothing is planned."""
    dated = book.successions.get(code)
    since = dated.next_change(now) if dated is not None else None
    succession = dated.at(since) if dated is not None and since is not None else None
    return (since, succession.to) if since is not None and succession is not None and succession.to != code else None


def page_of(book: DirectoryBook, code: str, now: datetime) -> Page | None:
    """Everything about the municipality that `code` means at `now`."""
    found = resolved_at(book, code, now)
    return book.municipalities[found] if found is not None else None
