"""The seal register as SQL tables, and the way of a row to a value and back.

Decides how values are stored: an instant as ISO text with its offset, the imprint as the PNG it came as. That a person has one seal in force at most is held by the database itself.
`source` says who ended a registration: the next file does not bring back what a clerk has cancelled at this desk.
"""

from datetime import date, datetime
from typing import Any, Literal, cast

from sqlalchemy import Column, Index, Integer, LargeBinary, Row, String, Table, Text

from registers.residents.schema import ASIDE, METADATA
from registers.seal.seal import CancelReason, Imprint, SealRegistration

Source = Literal["file", "clerk"]

SEALS = Table(
    "seal_registrations",
    METADATA,
    Column("number", Integer, primary_key=True),  # the order of registration: of a person's, the highest is the latest
    Column("registration_no", String(8), nullable=False, unique=True),
    Column("atena_no", String(10), nullable=False),
    Column("registered_on", String(10), nullable=False),
    Column("carved", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("imprint", LargeBinary, nullable=False),
    Column("cancelled_at", String(32)),
    Column("cancelled_for", String(12)),
    Column("cancel_source", String(5)),
    Column("revision", Integer, nullable=False),  # of the register's state; no state of a registration ever gets an earlier one's number
    Column("changed_at", String(32), nullable=False),
    Index("seals_by_person", "atena_no", "number"),
)
COUNTED = SEALS.c.revision > ASIDE
"""Whatever is of the register, as in `registers.residents.schema`: the seal of somebody made up beside it bears no version."""
_NOT_ENDED = SEALS.c.cancelled_at.is_(None)
Index("seal_in_force", SEALS.c.atena_no, unique=True, sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED)


def seal_row(seal: SealRegistration, revision: int, changed_at: str) -> dict[str, Any]:
    """The row of `SEALS`, without its number; a registration that has ended was ended by its file."""
    ended = seal.cancelled_at is not None
    return {
        "registration_no": seal.registration_no,
        "atena_no": seal.atena_no,
        "registered_on": seal.registered_on.isoformat(),
        "carved": seal.carved,
        "width": seal.imprint.width,
        "height": seal.imprint.height,
        "imprint": seal.imprint.png,
        "cancelled_at": instant_text(seal.cancelled_at) if seal.cancelled_at is not None else None,
        "cancelled_for": seal.cancelled_for,
        "cancel_source": "file" if ended else None,
        "revision": revision,
        "changed_at": changed_at,
    }


def seal_value(row: Row[Any]) -> SealRegistration:
    """The registration of a row of `SEALS`; its version is the row's revision."""
    return SealRegistration(
        registration_no=row.registration_no,
        atena_no=row.atena_no,
        registered_on=date.fromisoformat(row.registered_on),
        carved=row.carved,
        imprint=Imprint(row.width, row.height, bytes(row.imprint)),
        version=str(row.revision),
        cancelled_at=datetime.fromisoformat(row.cancelled_at) if row.cancelled_at is not None else None,
        cancelled_for=cast("CancelReason | None", row.cancelled_for),
    )


def instant_text(instant: datetime) -> str:
    """An instant as it is stored: to the second that it lies in, so that a cancellation never takes effect later than it was made. ValueError without an offset."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.replace(microsecond=0).isoformat()
