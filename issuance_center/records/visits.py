"""Visits: opened, authenticated, quoted, offered, closed. Each function is one write or read on a connection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from issuance_center.records.tables import offers, quotes, visits
from messages.facts import Price
from messages.orders import ChoicesOffered
from messages.visits import OpenVisit
from storage.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it stands. `serial` and `closes_at` are set once the card has been authenticated."""

    visit_id: str
    kiosk_id: str
    opened_at: datetime
    nonce: str
    challenge_expires_at: datetime
    visit_key: bytes | None
    serial: str | None
    certificate_sha256: str | None
    closes_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered in a visit: for each member (by keyed digest) its fingerprint, in paper order."""

    members: Mapping[str, str]
    options: tuple[str, ...]
    copies_max: int
    register_version: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The prices a visit has seen for a municipality, and when: they hold for the visit, and that instant decides the tariff."""

    prices: tuple[Price, ...]
    quoted_at: datetime


def open_visit(connection: Connection, asked: OpenVisit, nonce: str, visit_key: bytes, challenge_expires_at: datetime, now: datetime) -> Visit:
    """The visit, new or as it was opened before."""
    known = find_visit(connection, asked.visit_id)
    if known is not None:
        return known
    connection.execute(
        insert(visits).values(
            visit_id=asked.visit_id,
            kiosk_id=asked.kiosk_id,
            opened_at=stamp(asked.opened_at),
            received_at=stamp(now),
            nonce=nonce,
            visit_key=visit_key,
            challenge_expires_at=stamp(challenge_expires_at),
        )
    )
    return _found(find_visit(connection, asked.visit_id))


def find_visit(connection: Connection, visit_id: str) -> Visit | None:
    """The visit under this id."""
    row = connection.execute(select(visits).where(visits.c.visit_id == visit_id)).one_or_none()
    return None if row is None else _visit(row)


def admit_card(connection: Connection, visit_id: str, serial: str, certificate_sha256: str, closes_at: datetime, now: datetime) -> Visit:
    """The card of this visit is authenticated; the first one stays."""
    connection.execute(
        update(visits)
        .where(visits.c.visit_id == visit_id, visits.c.serial.is_(None), visits.c.closed_at.is_(None))
        .values(serial=serial, certificate_sha256=certificate_sha256, closes_at=stamp(closes_at), authenticated_at=stamp(now))
    )
    return _found(find_visit(connection, visit_id))


def quote(connection: Connection, visit_id: str, municipality: str, prices: tuple[Price, ...], now: datetime) -> Quote:
    """The prices this visit has seen for a municipality: those of the first time, whatever has changed since."""
    seen = quoted(connection, visit_id, municipality)
    if seen is not None:
        return seen
    written = json.dumps([[price.fee_class, price.fee_yen, price.rule] for price in prices])
    connection.execute(insert(quotes).values(visit_id=visit_id, municipality=municipality, prices=written, quoted_at=stamp(now)))
    return Quote(prices, now)


def quoted(connection: Connection, visit_id: str, municipality: str) -> Quote | None:
    """What this visit has seen for a municipality, if it has."""
    row = connection.execute(select(quotes).where(quotes.c.visit_id == visit_id, quotes.c.municipality == municipality)).one_or_none()
    if row is None:
        return None
    prices = tuple(Price(fee_class=fee_class, fee_yen=fee_yen, rule=rule) for fee_class, fee_yen, rule in json.loads(row.prices))
    return Quote(prices, instant(row.quoted_at))


def note_offer(connection: Connection, municipality: str, offered: ChoicesOffered, digests: tuple[str, ...], now: datetime) -> Visit:
    """What the issuer offered in this visit, the newest word counting; `digests` are the keyed digests of the members' numbers. In a visit that has been closed nothing is kept."""
    visit = _found(find_visit(connection, offered.visit_id))
    if visit.closed:
        return visit
    key = {"visit_id": offered.visit_id, "municipality": municipality, "kind": offered.kind}
    connection.execute(delete(offers).where(*(offers.c[name] == value for name, value in key.items())))
    connection.execute(
        insert(offers).values(
            **key,
            members=json.dumps({digest: member.fingerprint for digest, member in zip(digests, offered.members, strict=True)}),
            options=json.dumps(offered.options),
            copies_max=offered.copies_max,
            register_version=offered.register_version,
            offered_at=stamp(now),
        )
    )
    return visit


def find_offer(connection: Connection, visit_id: str, municipality: str, kind: str) -> Offer | None:
    """The newest offer of this visit."""
    row = connection.execute(
        select(offers).where(offers.c.visit_id == visit_id, offers.c.municipality == municipality, offers.c.kind == kind)
    ).one_or_none()
    if row is None:
        return None
    return Offer(json.loads(row.members), tuple(json.loads(row.options)), row.copies_max, row.register_version)


def seen(connection: Connection, visit_id: str, municipality: str, kind: str) -> tuple[Offer | None, Quote | None]:
    """What this visit has been offered, and what it was told it costs."""
    return find_offer(connection, visit_id, municipality, kind), quoted(connection, visit_id, municipality)


def mark_closed(connection: Connection, visit_id: str, reason: str, now: datetime) -> None:
    """End the visit and forget the key and the fingerprints."""
    connection.execute(
        update(visits)
        .where(visits.c.visit_id == visit_id, visits.c.closed_at.is_(None))
        .values(closed_at=stamp(now), close_reason=reason, visit_key=None)
    )
    connection.execute(update(offers).where(offers.c.visit_id == visit_id).values(members="{}"))


def overdue(connection: Connection, received_before: datetime) -> tuple[str, ...]:
    """Visits that were opened before this instant and never closed, oldest first."""
    rows = connection.execute(
        select(visits.c.visit_id)
        .where(visits.c.closed_at.is_(None), visits.c.received_at < stamp(received_before))
        .order_by(visits.c.received_at, visits.c.visit_id)
        .limit(200)
    )
    return tuple(row.visit_id for row in rows)


def _visit(row: "Row[tuple[object, ...]]") -> Visit:
    return Visit(
        visit_id=row.visit_id,
        kiosk_id=row.kiosk_id,
        opened_at=instant(row.opened_at),
        nonce=row.nonce,
        challenge_expires_at=instant(row.challenge_expires_at),
        visit_key=row.visit_key,
        serial=row.serial,
        certificate_sha256=row.certificate_sha256,
        closes_at=None if row.closes_at is None else instant(row.closes_at),
        closed=row.closed_at is not None,
    )


def _found(visit: Visit | None) -> Visit:
    assert visit is not None
    return visit
