"""How an instant stands in a database: ISO 8601 in Japan Standard Time with its offset, always 32 characters, so that text order is time order."""

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan Standard Time; it has had no summer time since 1951."""


def stamp(at: datetime) -> str:
    """`at` (aware) as database text; ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return at.astimezone(JST).isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    """The instant that `stamp` wrote."""
    return datetime.fromisoformat(text)
