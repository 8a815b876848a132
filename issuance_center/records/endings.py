"""How a request or a visit ends without paper: declined by the issuer, stopped at the gate, halted by a stop of its scope, lapsed with its visit.

Each function is one write; made twice, it changes nothing the second time. A trip-wire's stop stands in the commit that notes its cause.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from issuance_center.findings import class_of
from issuance_center.issuance import State, Step
from issuance_center.records import cases, findings, issuances, stops, visits
from issuance_center.records.cases import Alarm
from issuance_center.records.findings import Occurrence
from issuance_center.records.issuances import Request, found_request
from issuance_center.records.successions import meanings
from issuance_center.records.tables import issuances as papers
from issuance_center.records.tables import requests
from issuance_center.stopping import Scope, carried_scope, tripped_by_paper
from messages.orders import Build

OVERLAPPED = frozenset({"register_changed", "order_void"})
"""Rows that an issuer declines an order with whose person's data were changed meanwhile."""


def decline(connection: Connection, request_id: str, code: str, now: datetime) -> Request:
    """The issuer has refused with row `code`. The request as it stands: what has gone further stays where it is."""
    if _refuse(connection, request_id, Step.DECLINED, code, code, now) and code in OVERLAPPED:
        findings.note(connection, "data_update", _where(found_request(connection, request_id), code), now)
    return found_request(connection, request_id)


def stop(connection: Connection, request_id: str, code: str, what: str, now: datetime, alarm: str | None = None, build: str | None = None) -> Request:
    """The gate has refused the papers, or the issuer has failed: the request ends with row `code`, and an alarm (of its own code, or of `code`) for each paper names `what`.

    Papers that are paid already stay so. A paper that was not what was ordered (`paper_stopped`) stops its kind there, and what that program (`build`) makes for that municipality.
    """
    request = found_request(connection, request_id)
    if request.refused_code is None:
        _refuse(connection, request_id, Step.STOPPED, code, what, now)
        for paper in request.papers:
            cases.raise_alarm(
                connection, Alarm(alarm or code, what, request.visit_id, paper.issuance_id, request.kiosk_id, request.municipality), now
            )
        if code == "paper_stopped":
            findings.note(connection, class_of((what,)), _where(request, what), now)
            for scope in tripped_by_paper(request.municipality, request.kind, request.issuer, build):
                place(connection, scope, "trip-wire", "trip", f"request {request_id}: {what}", now)
        elif code == "issuer_failed":
            findings.note_error(connection, request.visit_id, request.municipality, request.kind, code, now)
    return found_request(connection, request_id)


def place(connection: Connection, scope: Scope, by: str, of: str, why: str, now: datetime) -> int | None:
    """Put a stop in force, and end in the same commit whatever in its scope nobody has paid for. Its number; None for a trip whose stop stands already."""
    number = stops.add(connection, scope, by, of, why, now)
    if number is not None:
        halted = sum(issuances.halt(connection, request_id, f"stop {number}", now) for request_id in _unpaid(connection, scope, now))
        stops.note_halted(connection, number, halted)
    return number


def trip_build(connection: Connection, where: Occurrence, declared: Build, now: datetime) -> None:
    """`where.issuer` is not what is registered: it is stopped, whatever it is asked for, and every municipality that it has made papers for in the last day is told."""
    stops.note_declared(connection, where.issuer, declared, now)
    detail = f"{where.issuer} declares {declared.program} {declared.topology}"
    number = place(connection, Scope(issuer=where.issuer), "trip-wire", "trip", detail, now)
    if number is not None:
        cases.raise_alarm(connection, Alarm("other_build", detail, None, None, where.kiosk_id, where.municipality), now)
        findings.note(connection, "other_build", where, now)
        for municipality in findings.served_lately(connection, where.issuer, now):
            if municipality != where.municipality:
                findings.note(connection, "other_build", replace(where, municipality=municipality, request_id=None), now)


def note_build(connection: Connection, issuer: str, declared: Build, now: datetime, *, unregistered: bool) -> None:
    """An issuer's latest word on itself; its very first where nothing is registered for it is an alarm: a person must enter its builds."""
    stops.note_declared(connection, issuer, declared, now)
    if unregistered:
        cases.raise_once(connection, Alarm("build_unregistered", f"{issuer} declares {declared.program} {declared.topology}"), now)


def _unpaid(connection: Connection, scope: Scope, now: datetime) -> tuple[str, ...]:
    """What nobody has paid for in a scope, also where it was asked for under the code of a municipality that has merged since."""
    wanted = select(requests.c.request_id, requests.c.issuer, requests.c.municipality).join(papers, papers.c.request_id == requests.c.request_id)
    wanted = wanted.where(papers.c.state.in_((State.ACCEPTED, State.SEALED))).distinct().order_by(requests.c.request_id)
    means = meanings(connection, () if scope.municipality is None else (scope.municipality,), now)
    scope = carried_scope(scope, means)
    parts = {"kind": scope.kind, "issuer": scope.issuer, "operator": scope.operator, "kiosk_id": scope.kiosk}
    for column, part in parts.items():
        if part is not None:
            wanted = wanted.where(requests.c[column] == part)
    found = connection.execute(wanted).all()
    if scope.municipality is not None:
        means = meanings(connection, {row.municipality for row in found}, now)
        found = [row for row in found if means[row.municipality] == scope.municipality]
    return tuple(row.request_id for row in found if scope.build is None or stops.last_program(connection, row.issuer) == scope.build)


def _where(request: Request, detail: str) -> Occurrence:
    return Occurrence(request.municipality, request.issuer, request.kind, request.kiosk_id, request.request_id, detail)


def close_visit(connection: Connection, visit_id: str, reason: str, now: datetime) -> None:
    """End a visit: what nobody paid for lapses, what identifies somebody is forgotten."""
    for request_id in issuances.requests_of(connection, visit_id):
        issuances.step_all(connection, request_id, Step.LAPSED, now, reason)
    visits.mark_closed(connection, visit_id, reason, now)


def _refuse(connection: Connection, request_id: str, step: Step, code: str, detail: str, now: datetime) -> bool:
    moved = issuances.step_all(connection, request_id, step, now, detail)
    if moved:
        connection.execute(update(requests).where(requests.c.request_id == request_id).values(refused_code=code))
    return bool(moved)
