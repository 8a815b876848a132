"""What the operator's pages read: counts, lists, one issuance from touch to yen, alarms, cases. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from issuance_center.records import outgoing
from issuance_center.records.cases import open_count, unseen
from issuance_center.records.tables import alarms, cases, facts, issuances, outcomes, refusals, requests, steps, visits
from storage.instants import JST, stamp

Line = dict[str, Any]
"""One row as the page shows it: column name -> value."""

LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Today:
    """The service day at a glance."""

    states: dict[str, int]
    lines: tuple[Line, ...]
    refusals: tuple[Line, ...]
    alarms_unseen: int
    cases_open: int
    facts_waiting: int
    outcomes_waiting: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """One issuance: what was asked, each step, the facts and outcomes that were told."""

    issuance: Line
    visit: Line
    steps: tuple[Line, ...]
    facts: tuple[Line, ...]
    outcomes: tuple[Line, ...]
    alarms: tuple[Line, ...]
    cases: tuple[Line, ...]


def today(connection: Connection, now: datetime, state: str | None) -> Today:
    """Issuances accepted since midnight (JST), newest first, of one state or all."""
    midnight = _midnight(now)
    since = issuances.c.accepted_at >= midnight
    counts = connection.execute(
        select(issuances.c.state, func.count().label("papers")).where(since).group_by(issuances.c.state).order_by(issuances.c.state)
    )
    listed = select(issuances, requests).join(requests, requests.c.request_id == issuances.c.request_id).where(since)
    if state is not None:
        listed = listed.where(issuances.c.state == state)
    refused = connection.execute(
        select(refusals.c.code, func.count().label("count"))
        .where(refusals.c.at >= midnight)
        .group_by(refusals.c.code)
        .order_by(func.count().desc(), refusals.c.code)
    )
    waiting = outgoing.backlog(connection)
    return Today(
        states={row.state: row.papers for row in counts},
        lines=_lines(connection, listed.order_by(issuances.c.accepted_at.desc(), issuances.c.issuance_id).limit(LINES_MAX)),
        refusals=tuple(dict(row._mapping) for row in refused),  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        alarms_unseen=unseen(connection),
        cases_open=open_count(connection),
        facts_waiting=waiting[0],
        outcomes_waiting=waiting[1],
    )


@dataclass(frozen=True, slots=True)
class OwnToday:
    """One municipality's service day: papers by kind and state, and how many requests there were; counts alone."""

    papers: dict[str, dict[str, int]]
    requests: int

    def count(self, *states: str, kind: str | None = None) -> int:
        """Papers in one of these states (none named: any), of this kind or all."""
        found = self.papers.values() if kind is None else (self.papers.get(kind, {}),)
        return sum(papers for by_state in found for state, papers in by_state.items() if not states or state in states)


def own_today(connection: Connection, municipality: str, now: datetime) -> OwnToday:
    """What was accepted for `municipality` since midnight (JST)."""
    mine = (issuances.c.accepted_at >= _midnight(now), requests.c.municipality == municipality)
    joined = issuances.join(requests, requests.c.request_id == issuances.c.request_id)
    by_state = select(requests.c.kind, issuances.c.state, func.count().label("papers")).select_from(joined).where(*mine)
    papers: dict[str, dict[str, int]] = {}
    for row in connection.execute(by_state.group_by(requests.c.kind, issuances.c.state).order_by(requests.c.kind, issuances.c.state)):
        papers.setdefault(row.kind, {})[row.state] = row.papers
    orders = connection.execute(select(func.count(requests.c.request_id.distinct())).select_from(joined).where(*mine)).scalar_one()
    return OwnToday(papers, orders)


def _midnight(now: datetime) -> str:
    return stamp(now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0))


def dossier(connection: Connection, issuance_id: str) -> Dossier | None:
    """Everything the center knows of one issuance."""
    found = _lines(
        connection,
        select(issuances, requests).join(requests, requests.c.request_id == issuances.c.request_id).where(issuances.c.issuance_id == issuance_id),
    )
    if not found:
        return None
    visible = [column for column in visits.c if column.name != "visit_key"]
    return Dossier(
        issuance=found[0],
        visit=_lines(connection, select(*visible).where(visits.c.visit_id == found[0]["visit_id"]))[0],
        steps=_lines(connection, select(steps).where(steps.c.issuance_id == issuance_id).order_by(steps.c.step_no)),
        facts=_lines(connection, select(facts).where(facts.c.issuance_id == issuance_id).order_by(facts.c.number)),
        outcomes=_lines(connection, select(outcomes).where(outcomes.c.issuance_id == issuance_id).order_by(outcomes.c.outcome_no)),
        alarms=_lines(connection, select(alarms).where(alarms.c.issuance_id == issuance_id).order_by(alarms.c.alarm_no)),
        cases=_lines(connection, select(cases).where(cases.c.issuance_id == issuance_id).order_by(cases.c.case_no)),
    )


def list_alarms(connection: Connection) -> tuple[Line, ...]:
    """Unseen alarms first, newest first."""
    return _lines(connection, select(alarms).order_by(alarms.c.seen_at.is_not(None), alarms.c.alarm_no.desc()).limit(LINES_MAX))


def list_cases(connection: Connection) -> tuple[Line, ...]:
    """Open cases first, oldest first."""
    return _lines(connection, select(cases).order_by(cases.c.closed_at.is_not(None), cases.c.opened_at, cases.c.case_no).limit(LINES_MAX))


def _lines(connection: Connection, statement: Any) -> tuple[Line, ...]:
    return tuple(dict(row._mapping) for row in connection.execute(statement))  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def state_of(connection: Connection, issuance_id: str, binding: str, municipality: str) -> str | None:
    """Where an issuance is; None if there never was one of this id with this binding, asked of this municipality."""
    found = select(issuances.c.state).join(requests, requests.c.request_id == issuances.c.request_id)
    named = (issuances.c.issuance_id == issuance_id) & (issuances.c.binding == binding) & (requests.c.municipality == municipality)
    return connection.execute(found.where(named)).scalar_one_or_none()
