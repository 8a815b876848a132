"""Tallies (集計): how often what was posted, by everything a statement tells apart.

Counts rows of the ledger between two postings; decides nothing about months, and prices nothing: what a count amounts to is its pattern's legs times the count.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fees.booking.records import facts, postings


@dataclass(frozen=True, slots=True)
class Tally:
    """So many (`count`) postings of one kind: of a municipality's fee class, through a channel and operator, priced by a tariff rule at `fee_yen` in a rule book's revision, of visits of one service
    day (ISO), of an event (`paid`, `printed`, …), moving what `pattern` moves (`ledger.pattern_legs`)."""

    municipality: str
    fee_class: str
    channel: str
    operator: str
    rule: str
    fee_yen: int
    revision: int | None
    service_day: str
    event: str
    pattern: int
    count: int


def tallies(connection: Connection, after: int, until: int) -> tuple[Tally, ...]:
    """The tallies of facts posted under numbers `after` < number <= `until`, sorted. One pass over those postings; a month of the country is some hundred thousand tallies."""
    day = func.substr(facts.c.visited_at, 1, 10)
    told = (facts.c.municipality, facts.c.fee_class, facts.c.channel, facts.c.operator, facts.c.rule, facts.c.fee_yen, postings.c.revision, day)
    kinds = (*told, postings.c.event, postings.c.pattern)
    query = select(*kinds, func.count()).join_from(postings, facts, facts.c.number == postings.c.fact)
    query = query.where(postings.c.number > after, postings.c.number <= until).group_by(*kinds)
    return tuple(sorted((Tally(*row) for row in connection.execute(query)), key=_order))


def _order(tally: Tally) -> tuple[str, ...]:
    return (
        tally.municipality,
        tally.fee_class,
        tally.channel,
        tally.operator,
        tally.service_day,
        tally.rule,
        f"{tally.revision or 0:09}",
        tally.event,
        f"{tally.pattern:09}",
    )
