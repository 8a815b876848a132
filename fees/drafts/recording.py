"""The record of what people did to the rules, as it is kept: added to, exported, checked. What an entry is, and what holds it together, is `chain`'s."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select

from fees.drafts.chain import NOTHING, Action, Broken, Entry, Sound, sealed, verify
from fees.drafts.records import record
from storage.instants import stamp


def note(
    connection: Connection,
    owner: str,
    action: Action,
    who: str,
    draft: int | None,
    why: str,
    before: msgspec.Raw,
    after: msgspec.Raw,
    now: datetime,
) -> None:
    """Add an entry to the record of `owner`."""
    newest = select(record.c.number, record.c.sha256).where(record.c.record == owner).order_by(record.c.number.desc()).limit(1)
    number, previous = connection.execute(newest).one_or_none() or (0, NOTHING)
    entry = Entry(
        record=owner,
        number=number + 1,
        at=stamp(now),
        who=who,
        action=action,
        draft=draft,
        why=why,
        before=before,
        after=after,
        previous=previous,
    )
    line, digest = sealed(entry)
    connection.execute(insert(record).values(record=owner, number=entry.number, line=line.decode(), sha256=digest))


def lines(connection: Connection, owner: str) -> tuple[str, ...]:
    """The record of `owner` as it is exported, oldest first."""
    return tuple(connection.execute(select(record.c.line).where(record.c.record == owner).order_by(record.c.number)).scalars())


def checked(connection: Connection, owner: str) -> Sound | Broken:
    """Whether the record of `owner` is whole."""
    return verify(line.encode() for line in lines(connection, owner))
