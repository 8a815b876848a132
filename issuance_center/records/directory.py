"""The directory's entries: only ever added. Each function is one write or read on a connection; what an entry means is `routing.book`'s business."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from issuance_center.entries import TOPICS, IssuedBy, KeyStatement
from issuance_center.records.directory_tables import directory_entries
from issuance_center.routing.book import Change, Entry
from issuance_center.routing.seeding import SEEDED_BY, SEEDED_WHY
from storage.instants import instant, stamp

_NEWER = select(directory_entries).where(directory_entries.c.entry_no > bindparam("known")).order_by(directory_entries.c.entry_no)
_ISSUERS = (
    select(directory_entries.c.since, directory_entries.c.value)
    .where(directory_entries.c.subject == bindparam("subject"), directory_entries.c.topic == "issuer", directory_entries.c.item == bindparam("kind"))
    .order_by(directory_entries.c.entry_no)
)
_STATEMENTS = (
    select(directory_entries.c.since, directory_entries.c.value)
    .where(directory_entries.c.subject == bindparam("subject"), directory_entries.c.topic == "key_statement")
    .order_by(directory_entries.c.entry_no)
)
_LAST = select(func.max(directory_entries.c.entry_no))
_ADD = insert(directory_entries)
_STATED = msgspec.json.Decoder(KeyStatement)
_ISSUED_BY = msgspec.json.Decoder(IssuedBy)
_DECODERS = {topic: msgspec.json.Decoder(kind) for topic, kind in TOPICS.items()}


def revision(connection: Connection) -> int:
    """The number of the last entry; 0 for an empty directory. As entries are only added, it tells whether anything has changed."""
    return connection.execute(_LAST).scalar_one() or 0


def newer(connection: Connection, known: int) -> tuple[Entry, ...]:
    """All entries after number `known`, in their order."""
    return tuple(
        Entry(
            row.entry_no,
            Change(row.topic, row.subject, row.item, instant(row.since), None if row.value is None else _DECODERS[row.topic].decode(row.value)),
            instant(row.entered_at),
            row.entered_by,
            row.reason,
        )
        for row in connection.execute(_NEWER, {"known": known})
    )


def issuers_of(connection: Connection, municipality: str, kind: str) -> dict[datetime, str | None]:
    """Who issues a kind, by the instant from which on: in ascending order, of the entries that count. None: nobody, it is not offered."""
    found: dict[datetime, IssuedBy | None] = {}
    for row in connection.execute(_ISSUERS, {"subject": municipality, "kind": kind}):
        found[instant(row.since)] = None if row.value is None else _ISSUED_BY.decode(row.value)
    return {since: value.issuer for since, value in sorted(found.items()) if value is not None}


def key_statement_at(connection: Connection, municipality: str, at: datetime) -> str | None:
    """The key statement that is in force at this instant, of the entries that count; None without one."""
    found: dict[datetime, KeyStatement | None] = {}
    for row in connection.execute(_STATEMENTS, {"subject": municipality}):
        found[instant(row.since)] = None if row.value is None else _STATED.decode(row.value)
    in_force = [value for since, value in sorted(found.items()) if value is not None and since <= at]
    return in_force[-1].text if in_force else None


def seed(connection: Connection, changes: Iterable[Change], now: datetime) -> None:
    """Fill an empty directory; one that has entries stays as it is."""
    if revision(connection) == 0:
        add(connection, changes, SEEDED_BY, SEEDED_WHY, now)


def add(connection: Connection, changes: Iterable[Change], entered_by: str, reason: str, now: datetime) -> None:
    """Enter these changes, in this order. Whether they may be entered has been decided before (by whoever calls, in the same step)."""
    rows = [
        {
            "topic": change.topic,
            "subject": change.subject,
            "item": change.item,
            "since": stamp(change.since),
            "value": None if change.value is None else msgspec.json.encode(change.value).decode(),
            "entered_at": stamp(now),
            "entered_by": entered_by,
            "reason": reason,
        }
        for change in changes
    ]
    if rows:
        connection.execute(_ADD, rows)
