"""Findings as they are remembered, and the dossier of papers that one may have touched. Each function is one write or read; what notes an occurrence runs in the commit that notes its cause."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from issuance_center.findings import Case, FindingClass, acknowledge_refused, close_refused, reopens
from issuance_center.records.finding_tables import errors, finding_events, findings, occurrences
from issuance_center.records.tables import issuances, requests, visits
from issuance_center.stopping import Person
from storage.instants import JST, instant, stamp

WINDOW_SECONDS = 3600
PAPERS_MAX = 20_000
LATELY = timedelta(days=1)
"""How long after an error a success of the same card is its retry; and whom an issuer has served lately."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a near miss happened; `detail` names codes and fields."""

    municipality: str
    issuer: str
    kind: str
    kiosk_id: str
    request_id: str | None
    detail: str = ""
    with_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """The papers that a finding may have touched: rows of `COLUMNS`. `whole`: none was left off."""

    finding: dict[str, Any]
    window_seconds: int
    papers: tuple[dict[str, Any], ...]
    whole: bool


COLUMNS = (
    "issuance_id",
    "request_id",
    "copy_no",
    "municipality",
    "issuer",
    "kind",
    "form",
    "year",
    "kiosk_id",
    "operator",
    "accepted_at",
    "changed_at",
    "state",
    "taken",
    "number",
    "sheets",
)
"""What the dossier says of a paper. Nothing of a card, a visit or a person."""

OF_ALL_KINDS = frozenset({"other_build"})
"""Classes in which every paper of the issuer is in doubt, not only those of the kind at which it was noticed."""

_TAKEN = {"taken": "yes", "printed": "unknown", "unresolved": "unknown", "paid": "unknown"}


def note(connection: Connection, class_: FindingClass, where: Occurrence, now: datetime) -> int:
    """One more occurrence of this class in this municipality: a case is opened, or opened again, or grows. The case's number."""
    row = connection.execute(select(findings).where(findings.c.municipality == where.municipality, findings.c.class_ == class_)).one_or_none()
    if row is None:
        values = {"municipality": where.municipality, "class_": class_, "standing": "open", "opened_at": stamp(now), "last_at": stamp(now)}
        made = connection.execute(insert(findings).values(values | {"reopened": 0, "explained_per_day": 0})).inserted_primary_key
        assert made is not None
        number = int(made[0])
        _event(connection, number, "opened", "", "", now)
    else:
        number = row.finding_no
        connection.execute(update(findings).where(findings.c.finding_no == number).values(last_at=stamp(now)))
    day = now.astimezone(JST).date().isoformat()
    connection.execute(
        insert(occurrences).values(
            finding_no=number,
            at=stamp(now),
            day=day,
            issuer=where.issuer,
            kind=where.kind,
            kiosk_id=where.kiosk_id,
            request_id=where.request_id,
            with_request_id=where.with_request_id,
            detail=where.detail[:256],
        )
    )
    if row is not None and reopens(_case(row), _on_day(connection, number, day)):
        again = {"standing": "open", "reopened": findings.c.reopened + 1}
        connection.execute(update(findings).where(findings.c.finding_no == number).values(again))
        _event(connection, number, "reopened", "", "", now)
    return number


def note_error(connection: Connection, visit_id: str, municipality: str, kind: str, code: str, now: datetime) -> None:
    """The issuer gave no answer, or none that it may give, in this visit: unresolved until explained, even if a retry succeeds."""
    row = {"visit_id": visit_id, "municipality": municipality, "kind": kind, "code": code, "at": stamp(now)}
    connection.execute(insert(errors).values(row))


def note_success(connection: Connection, where: Occurrence, visit_id: str, troubles: tuple[str, ...], now: datetime) -> None:
    """A paper of this kind was made in this visit: with the errors before it, or the tries that were no answer (`troubles`), that is a near miss.

    Errors count that the same card met in a visit of the last day, whichever kiosk it was at: whoever is turned away by an error goes to the next machine, and that it went well there explains
    nothing (domain facts 7.1, I2).
    """
    card = select(visits.c.serial).where(visits.c.visit_id == visit_id).scalar_subquery()
    lately = select(visits.c.visit_id).where(visits.c.serial == card, visits.c.received_at >= stamp(now - LATELY))
    met = (errors.c.visit_id.in_(lately), errors.c.municipality == where.municipality, errors.c.kind == where.kind, errors.c.followed_by.is_(None))
    before = [row.code for row in connection.execute(select(errors.c.code).where(*met).order_by(errors.c.error_no))]
    if before:
        connection.execute(update(errors).where(*met).values(followed_by=where.request_id))
    if before or troubles:
        note(connection, "error_then_success", replace(where, detail=", ".join((*before, *troubles))), now)


def note_collisions(connection: Connection, where: Occurrence, visit_id: str, now: datetime) -> None:
    """Another visit ordered of the same issuer for the same municipality less than a second ago, of whatever kind: what is mixed up there is mixed up across kinds as well (domain facts 7.1, I1, I3).

    A tenant of the shared cloud is an issuer of its own: what its neighbours order is not looked at.
    """
    since = stamp(now - timedelta(seconds=1))
    near = (requests.c.municipality == where.municipality, requests.c.issuer == where.issuer, requests.c.visit_id != visit_id)
    found = connection.execute(
        select(requests.c.request_id)
        .where(*near, requests.c.ordered_at > since)
        .order_by(requests.c.ordered_at.desc(), requests.c.request_id)
        .limit(1)
    ).scalar_one_or_none()
    if found is not None:
        note(connection, "same_second", replace(where, with_request_id=found), now)


def served_lately(connection: Connection, issuer: str, now: datetime) -> tuple[str, ...]:
    """The municipalities for which this issuer was asked for papers within the last day."""
    of_requests = issuances.join(requests, requests.c.request_id == issuances.c.request_id)
    lately = (issuances.c.accepted_at >= stamp(now - LATELY), requests.c.issuer == issuer)
    found = connection.execute(select(requests.c.municipality).distinct().select_from(of_requests).where(*lately).order_by(requests.c.municipality))
    return tuple(row.municipality for row in found)


# --- what people do ---


def find(connection: Connection, finding_no: int) -> dict[str, Any] | None:
    """A case's row, with `class` as its key."""
    row = connection.execute(select(findings).where(findings.c.finding_no == finding_no)).one_or_none()
    return None if row is None else _line(row)


def acknowledge(connection: Connection, finding_no: int, person: Person, now: datetime) -> str | None:
    """A person of the municipality has received the notice; why not, or None."""
    row = connection.execute(select(findings).where(findings.c.finding_no == finding_no)).one_or_none()
    refused = "unknown" if row is None else acknowledge_refused(_case(row), person)
    if refused is None:
        connection.execute(update(findings).where(findings.c.finding_no == finding_no).values(standing="acknowledged"))
        _event(connection, finding_no, "acknowledged", person.name, "", now)
    return refused


def close(connection: Connection, finding_no: int, person: Person, cause: str, explained_per_day: int, now: datetime) -> str | None:
    """The cause is found and written down; why it cannot be closed, or None. `explained_per_day` counts for `same_second` alone."""
    row = connection.execute(select(findings).where(findings.c.finding_no == finding_no)).one_or_none()
    refused = "unknown" if row is None else close_refused(_case(row), person, cause)
    if row is not None and refused is None:
        allowed = explained_per_day if row.class_ == "same_second" else 0
        connection.execute(update(findings).where(findings.c.finding_no == finding_no).values(standing="closed", explained_per_day=allowed))
        _event(connection, finding_no, "closed", person.name, cause, now)
    return refused


# --- for pages ---


def listed(connection: Connection, municipality: str | None = None) -> tuple[dict[str, Any], ...]:
    """Cases, those not closed first, the latest occurrence first, each with `count`; of one municipality or all."""
    count = select(occurrences.c.finding_no, func.count().label("count")).group_by(occurrences.c.finding_no).subquery()
    wanted = select(findings, count.c.count).join(count, count.c.finding_no == findings.c.finding_no)
    if municipality is not None:
        wanted = wanted.where(findings.c.municipality == municipality)
    rows = connection.execute(wanted.order_by(findings.c.standing == "closed", findings.c.last_at.desc(), findings.c.finding_no).limit(200))
    return tuple(_line(row) for row in rows)


def waiting(connection: Connection, municipality: str | None = None) -> int:
    """How many cases are not closed."""
    wanted = select(func.count()).select_from(findings).where(findings.c.standing != "closed")
    return connection.execute(wanted if municipality is None else wanted.where(findings.c.municipality == municipality)).scalar_one()


def told(connection: Connection, finding_no: int) -> tuple[tuple[dict[str, Any], ...], ...]:
    """(the last 200 occurrences, newest first; how many on each day; what was done, oldest first)."""
    mine = occurrences.c.finding_no == finding_no
    latest = connection.execute(select(occurrences).where(mine).order_by(occurrences.c.occurrence_no.desc()).limit(200))
    days = connection.execute(
        select(occurrences.c.day, func.count().label("count")).where(mine).group_by(occurrences.c.day).order_by(occurrences.c.day.desc()).limit(60)
    )
    done = connection.execute(select(finding_events).where(finding_events.c.finding_no == finding_no).order_by(finding_events.c.event_no))
    return tuple(_line(row) for row in latest), tuple(_line(row) for row in days), tuple(_line(row) for row in done)


def dossier(connection: Connection, finding_no: int, window_seconds: int) -> Dossier | None:
    """Every issuance of the same issuer, municipality and kind within `window_seconds` of an occurrence, oldest first; of every kind where the issuer itself was another than was registered."""
    found = find(connection, finding_no)
    if found is None:
        return None
    around = timedelta(seconds=window_seconds)
    spans: dict[tuple[str, str | None], list[tuple[str, str]]] = {}
    # Of a collision the other order's kind as well.
    other = occurrences.outerjoin(requests, requests.c.request_id == occurrences.c.with_request_id)
    wanted = select(occurrences, requests.c.kind.label("other_kind")).select_from(other).where(occurrences.c.finding_no == finding_no)
    wanted = wanted.order_by(occurrences.c.at, occurrences.c.occurrence_no)
    for row in connection.execute(wanted):
        at, kinds = instant(row.at), {None} if found["class_"] in OF_ALL_KINDS else {row.kind, row.other_kind or row.kind}
        begins, ends = stamp(at - around), stamp(at + around)
        for mine in (spans.setdefault((row.issuer, kind), []) for kind in kinds):
            if mine and begins <= mine[-1][1]:
                mine[-1] = (mine[-1][0], ends)  # one stretch, however many occurrences lie in it
            else:
                mine.append((begins, ends))
    papers: list[dict[str, Any]] = []
    for (issuer, kind), stretches in sorted(spans.items(), key=lambda one: (one[0][0], one[0][1] or "")):
        for begins, ends in stretches:
            papers.extend(_papers(connection, found["municipality"], issuer, kind, begins, ends))
    papers.sort(key=lambda paper: (paper["accepted_at"], paper["issuance_id"]))
    return Dossier(found, window_seconds, tuple(papers[:PAPERS_MAX]), len(papers) <= PAPERS_MAX)


def _papers(connection: Connection, municipality: str, issuer: str, kind: str | None, begins: str, ends: str) -> list[dict[str, Any]]:
    there = [requests.c.municipality == municipality, requests.c.issuer == issuer]
    if kind is not None:
        there.append(requests.c.kind == kind)
    touched = or_(issuances.c.accepted_at.between(begins, ends), issuances.c.changed_at.between(begins, ends))
    rows = connection.execute(
        select(*_columns())
        .join(requests, requests.c.request_id == issuances.c.request_id)
        .where(*there, touched)
        .order_by(issuances.c.accepted_at, issuances.c.issuance_id)
        .limit(PAPERS_MAX + 1)
    )
    said = (_line(row) for row in rows)
    return [{name: (_TAKEN.get(paper["state"], "no") if name == "taken" else paper[name]) for name in COLUMNS} for paper in said]


def _columns() -> list[Any]:
    return [(issuances if name in issuances.c else requests).c[name] for name in COLUMNS if name != "taken"]


def _on_day(connection: Connection, finding_no: int, day: str) -> int:
    mine = select(func.count()).select_from(occurrences).where(occurrences.c.finding_no == finding_no, occurrences.c.day == day)
    return connection.execute(mine).scalar_one()


def _event(connection: Connection, finding_no: int, what: str, by: str, text: str, now: datetime) -> None:
    connection.execute(insert(finding_events).values(finding_no=finding_no, at=stamp(now), what=what, by=by, text=text))


def _case(row: "Row[Any]") -> Case:
    return Case(row.municipality, row.standing, row.explained_per_day)


def _line(row: "Row[Any]") -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
