"""The seal register in a database: looked up and loaded.

Decides what state a reader sees: the latest registration of a person, with the instant of its end if it has one. Whether a seal is good for a paper is not decided here.
Functions take a connection and run in its transaction; they read no clock (`now`, aware, is given).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from registers.residents.schema import METADATA, batches
from registers.seal.schema import COUNTED, SEALS, seal_row, seal_value
from registers.seal.seal import SealRegistration

__all__ = ["METADATA", "Replaced", "load", "replace_all", "seal_of", "seals_in_order"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new file did: how many registrations it brought, and how many of them stay cancelled because a clerk had cancelled them."""

    registrations: int
    kept_cancellations: int


_LATEST = select(SEALS).where(SEALS.c.atena_no == bindparam("the_person")).order_by(SEALS.c.number.desc()).limit(1)
_EVERY = select(SEALS).where(COUNTED).order_by(SEALS.c.number)
_NEXT_REVISION = select(func.coalesce(func.max(SEALS.c.revision), 0) + 1)
_CANCELLED_HERE = select(SEALS).where(SEALS.c.cancel_source == "clerk").order_by(SEALS.c.number)
_STAYS_CANCELLED = (
    update(SEALS)
    .where(SEALS.c.registration_no == bindparam("the_registration"), SEALS.c.atena_no == bindparam("the_person"), SEALS.c.cancelled_at.is_(None))
    .values(cancelled_at=bindparam("the_instant"), cancelled_for=bindparam("the_reason"), cancel_source="clerk")
)


def seal_of(connection: Connection, atena_no: str) -> SealRegistration | None:
    """The latest registration of a person, also one that has ended, so that whoever asks can tell; None when there never was one. One statement."""
    row = connection.execute(_LATEST, {"the_person": atena_no}).one_or_none()
    return seal_value(row) if row is not None else None


def seals_in_order(connection: Connection) -> tuple[SealRegistration, ...]:
    """Every registration in the order in which they were made: for writing the register out."""
    return tuple(seal_value(row) for row in connection.execute(_EVERY).all())


def load(connection: Connection, seals: Sequence[SealRegistration], *, now: datetime) -> None:
    """Add these registrations, of a person the latest last. Raises sqlalchemy's IntegrityError when a number is there already or somebody would have two seals in force."""
    _insert(connection, seals, next_revision(connection), now)


def replace_all(connection: Connection, seals: Sequence[SealRegistration], *, now: datetime) -> Replaced:
    """Put these in the place of all. A registration that a clerk has cancelled here stays cancelled as long as it is the same one: an older extract must not bring a seal back to life."""
    revision = next_revision(connection)
    ended = connection.execute(_CANCELLED_HERE).all()
    connection.execute(delete(SEALS))
    _insert(connection, seals, revision, now)
    kept = 0
    for row in ended:
        values = {
            "the_registration": row.registration_no,
            "the_person": row.atena_no,
            "the_instant": row.cancelled_at,
            "the_reason": row.cancelled_for,
        }
        kept += connection.execute(_STAYS_CANCELLED, values).rowcount
    return Replaced(len(seals), kept)


def next_revision(connection: Connection) -> int:
    """A number that no state of this register has had."""
    return int(connection.execute(_NEXT_REVISION).scalar_one())


def _insert(connection: Connection, seals: Sequence[SealRegistration], revision: int, now: datetime) -> None:
    for batch in batches([seal_row(seal, revision, now.isoformat()) for seal in seals]):
        connection.execute(insert(SEALS), batch)
