"""Visits: opened, authenticated, quoted, offered, closed. Each function is one write or read on a connection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from issuance_center.records.tables import offers, quotes, visits
from messages.facts import Price
from messages.orders import ChoicesOffered
from messages.visits import OpenVisit
from storage.instants import instant, stamp

# The statements of a visit, built once: building one anew each time costs four times what running it does.
_VISIT = select(visits).where(visits.c.visit_id == bindparam("the_visit"))
_ADMIT = update(visits).where(visits.c.visit_id == bindparam("the_visit"), visits.c.serial.is_(None), visits.c.closed_at.is_(None))
_CLOSE = update(visits).where(visits.c.visit_id == bindparam("the_visit"), visits.c.closed_at.is_(None))
_QUOTE = select(quotes).where(quotes.c.visit_id == bindparam("the_visit"), quotes.c.municipality == bindparam("the_place"))
_THIS_OFFER = (offers.c.visit_id == bindparam("the_visit"), offers.c.municipality == bindparam("the_place"), offers.c.kind == bindparam("the_kind"))
_OFFER, _DROP_OFFER = select(offers).where(*_THIS_OFFER), delete(offers).where(*_THIS_OFFER)
_FORGET_MEMBERS = update(offers).where(offers.c.visit_id == bindparam("the_visit"))
_ADD_VISIT, _ADD_QUOTE, _ADD_OFFER = insert(visits), insert(quotes), insert(offers)


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
    """What was offered in a visit, by which issuer: for each member (by keyed digest) its fingerprint, in paper order; the forms, years and options that may be asked for."""

    members: Mapping[str, str]
    forms: tuple[str, ...]
    years: tuple[int, ...]
    options: tuple[str, ...]
    copies_max: int
    register_version: str
    issuer: str
    vouched_by: str | None = None


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
    row = {
        "visit_id": asked.visit_id,
        "kiosk_id": asked.kiosk_id,
        "opened_at": stamp(asked.opened_at),
        "received_at": stamp(now),
        "nonce": nonce,
        "visit_key": visit_key,
        "challenge_expires_at": stamp(challenge_expires_at),
    }
    connection.execute(_ADD_VISIT, row)
    return _found(find_visit(connection, asked.visit_id))


def find_visit(connection: Connection, visit_id: str) -> Visit | None:
    """The visit under this id."""
    row = connection.execute(_VISIT, {"the_visit": visit_id}).one_or_none()
    return None if row is None else _visit(row)


def admit_card(connection: Connection, visit_id: str, serial: str, certificate_sha256: str, closes_at: datetime, now: datetime) -> Visit:
    """The card of this visit is authenticated; the first one stays."""
    card = {"serial": serial, "certificate_sha256": certificate_sha256, "closes_at": stamp(closes_at), "authenticated_at": stamp(now)}
    connection.execute(_ADMIT, {"the_visit": visit_id, **card})
    return _found(find_visit(connection, visit_id))


def quote(connection: Connection, visit_id: str, municipality: str, prices: tuple[Price, ...], now: datetime) -> Quote:
    """The prices this visit has seen for a municipality: those of the first time, whatever has changed since."""
    seen = quoted(connection, visit_id, municipality)
    if seen is not None:
        return seen
    written = json.dumps([[price.fee_class, price.fee_yen, price.rule] for price in prices])
    connection.execute(_ADD_QUOTE, {"visit_id": visit_id, "municipality": municipality, "prices": written, "quoted_at": stamp(now)})
    return Quote(prices, now)


def quoted(connection: Connection, visit_id: str, municipality: str) -> Quote | None:
    """What this visit has seen for a municipality, if it has."""
    row = connection.execute(_QUOTE, {"the_visit": visit_id, "the_place": municipality}).one_or_none()
    if row is None:
        return None
    prices = tuple(Price(fee_class=fee_class, fee_yen=fee_yen, rule=rule) for fee_class, fee_yen, rule in json.loads(row.prices))
    return Quote(prices, instant(row.quoted_at))


def note_offer(
    connection: Connection,
    municipality: str,
    offered: ChoicesOffered,
    digests: tuple[str, ...],
    issuer: str,
    now: datetime,
    vouched_by: str | None = None,
) -> Visit:
    """What the issuer offered in this visit, the newest word counting; `digests` are the keyed digests of the members' numbers. In a visit that has been closed nothing is kept."""
    visit = _found(find_visit(connection, offered.visit_id))
    if visit.closed:
        return visit
    connection.execute(_DROP_OFFER, {"the_visit": offered.visit_id, "the_place": municipality, "the_kind": offered.kind})
    row = {
        "visit_id": offered.visit_id,
        "municipality": municipality,
        "kind": offered.kind,
        "members": json.dumps({digest: member.fingerprint for digest, member in zip(digests, offered.members, strict=True)}),
        "forms": json.dumps(offered.forms),
        "years": json.dumps(offered.years),
        "options": json.dumps(offered.options),
        "copies_max": offered.copies_max,
        "register_version": offered.register_version,
        "offered_at": stamp(now),
        "vouched_by": vouched_by,
        "issuer": issuer,
    }
    connection.execute(_ADD_OFFER, row)
    return visit


def find_offer(connection: Connection, visit_id: str, municipality: str, kind: str) -> Offer | None:
    """The newest offer of this visit."""
    row = connection.execute(_OFFER, {"the_visit": visit_id, "the_place": municipality, "the_kind": kind}).one_or_none()
    if row is None:
        return None
    return Offer(
        members=json.loads(row.members),
        forms=tuple(json.loads(row.forms)),
        years=tuple(json.loads(row.years)),
        options=tuple(json.loads(row.options)),
        copies_max=row.copies_max,
        register_version=row.register_version,
        issuer=row.issuer,
        vouched_by=row.vouched_by,
    )


def seen(connection: Connection, visit_id: str, municipality: str, kind: str) -> tuple[Offer | None, Quote | None]:
    """What this visit has been offered, and what it was told it costs."""
    return find_offer(connection, visit_id, municipality, kind), quoted(connection, visit_id, municipality)


def mark_closed(connection: Connection, visit_id: str, reason: str, now: datetime) -> None:
    """End the visit and forget the key and the fingerprints."""
    connection.execute(_CLOSE, {"the_visit": visit_id, "closed_at": stamp(now), "close_reason": reason, "visit_key": None})
    connection.execute(_FORGET_MEMBERS, {"the_visit": visit_id, "members": "{}"})


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
