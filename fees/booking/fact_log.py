"""The log of facts (受付簿): what was heard, in the tables `facts` and `contradictions`.

Reads what a batch may meet and keeps what is to be kept, each in one statement; decides nothing (`metering` does).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select, union

from fees.booking.bulk import insert_columns, one_of
from fees.booking.metering import Heard, Verdict
from fees.booking.records import contradictions, facts
from messages.facts import FeeFact
from messages.wire import encode, hash_of
from storage.instants import instant, stamp

_WORDS = ("number", "issuance_id", "step", "municipality", "kind", "fee_class", "channel", "operator", "kiosk_id", "fee_yen", "rule")
_INSTANTS = ("visited_at", "at")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One fact that waits for a person: its content and what it contradicts, both as they were heard."""

    number: int
    reason: str
    content: str
    against: str
    received_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many different facts were heard: booked as new, and contradictory. `highest_number` is the center's latest, `missing` how many below it were never heard."""

    new: int
    contradiction: int
    highest_number: int
    missing: int


def heard_before(connection: Connection, batch: Sequence[FeeFact]) -> Heard:
    """What stands under the batch's numbers, and every fact of its issuances; which of them count is `Heard`'s to say."""
    number = one_of(connection, facts.c.number, [fact.number for fact in batch])
    issuance = one_of(connection, facts.c.issuance_id, list({fact.issuance_id: None for fact in batch}))
    # A union, and not an OR: each half finds its rows by its own index, however large the table has become.
    rows = union(select(facts).where(number), select(facts).where(issuance)).order_by("number")
    heard = Heard()
    for row in connection.execute(rows):
        heard.add(fact_of(row), row.metered)
    return heard


def fact_of(row: Row[Any]) -> FeeFact:
    """The fact in a row of `facts`."""
    kept = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row by column
    return FeeFact(**{name: kept[name] for name in _WORDS}, visited_at=instant(row.visited_at), at=instant(row.at))


def keep(connection: Connection, verdicts: Iterable[Verdict], now: datetime) -> None:
    """Keep what was heard for the first time, and the contradictions that are not known yet."""
    told = [verdict for verdict in verdicts if verdict.first or verdict.against is not None]
    first = [verdict for verdict in told if verdict.first]
    received_at = stamp(now)
    columns: dict[str, Sequence[Any]] = {name: [getattr(verdict.fact, name) for verdict in first] for name in _WORDS}
    columns |= {name: [stamp(getattr(verdict.fact, name)) for verdict in first] for name in _INSTANTS}
    columns |= {"metered": [verdict.metered for verdict in first], "received_at": [received_at] * len(first)}
    insert_columns(connection, facts, columns)
    against = [verdict for verdict in told if verdict.against is not None]
    if against:
        _keep_contradictions(connection, against, received_at)


def counts(connection: Connection) -> Counts:
    """How many facts of each sort there are."""
    heard, highest = connection.execute(select(func.count(), func.coalesce(func.max(facts.c.number), 0))).one()
    booked = connection.execute(select(func.count()).where(facts.c.metered == "new")).scalar_one()
    disputed = connection.execute(select(func.count()).select_from(contradictions)).scalar_one()
    return Counts(booked, disputed, highest, highest - heard)


def contradictory(connection: Connection, limit: int) -> tuple[Contradiction, ...]:
    """The contradictions, newest first."""
    order = (contradictions.c.received_at.desc(), contradictions.c.number.desc(), contradictions.c.content_sha256)
    rows = connection.execute(select(contradictions).order_by(*order).limit(limit))
    return tuple(Contradiction(row.number, row.reason, row.content, row.against, row.received_at) for row in rows)


def _keep_contradictions(connection: Connection, told: Sequence[Verdict], received_at: str) -> None:
    found = {(verdict.fact.number, hash_of(verdict.fact)): verdict for verdict in reversed(told)}
    numbers = one_of(connection, contradictions.c.number, sorted({number for number, _ in found}))
    known = {
        (row.number, row.content_sha256)
        for row in connection.execute(select(contradictions.c.number, contradictions.c.content_sha256).where(numbers))
    }
    rows = [(key, verdict) for key, verdict in sorted(found.items(), key=itemgetter(0)) if key not in known]
    columns: Mapping[str, Sequence[Any]] = {
        "number": [number for (number, _), _ in rows],
        "content_sha256": [sha256 for (_, sha256), _ in rows],
        "reason": [verdict.against.reason for _, verdict in rows if verdict.against],
        "content": [encode(verdict.fact).decode() for _, verdict in rows],
        "against": [verdict.against.against for _, verdict in rows if verdict.against],
        "received_at": [received_at] * len(rows),
    }
    insert_columns(connection, contradictions, columns)
