"""What a tenant has decided about its data: whether bad lines keep their units out or everything, and from which age of the data nothing is issued.

Decides that what was decided last counts, and that everything decided before stays to be read.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select

from bcl_cloud.feeds.manifest import REGISTERS
from bcl_cloud.feeds.tables import TERMS
from storage.instants import instant, stamp


class BadTerms(ValueError):
    """An age is not a positive number of hours, or is for a register that there is not."""


class FeedTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`quarantine`: a bad line keeps its whole unit out and the rest goes in; otherwise one bad line keeps everything out. `max_age_hours` by register; a register not named may be of any age."""

    quarantine: bool = False
    max_age_hours: dict[str, float] = {}


class Decided(msgspec.Struct, frozen=True):
    """Terms, who set them and when."""

    terms: FeedTerms
    set_by: str
    set_at: datetime


def terms_of(connection: Connection) -> FeedTerms:
    """What counts now; nothing but whole uploads and no limit of age where nobody has decided anything."""
    found = decided(connection, 1)
    return found[0].terms if found else FeedTerms()


def decided(connection: Connection, limit: int = 50) -> tuple[Decided, ...]:
    """Everything that was decided, newest first."""
    rows = connection.execute(select(TERMS).order_by(TERMS.c.terms_no.desc()).limit(limit)).all()
    return tuple(Decided(msgspec.json.decode(row.terms, type=FeedTerms), row.set_by, instant(row.set_at)) for row in rows)


def decide(connection: Connection, terms: FeedTerms, who: str, now: datetime) -> None:
    """From now on these count. Raises `BadTerms`."""
    if any(register not in REGISTERS or not 0 < hours < 24 * 366 for register, hours in terms.max_age_hours.items()):
        raise BadTerms
    row = {"terms": msgspec.json.encode(terms, order="deterministic").decode(), "set_by": who, "set_at": stamp(now)}
    connection.execute(insert(TERMS).values(row))
