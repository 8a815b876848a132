"""How a request or a visit ends without paper: declined by the issuer, stopped at the gate, lapsed with its visit. Each function is one write; made twice, it changes nothing the second time."""

from datetime import datetime

from sqlalchemy import Connection, update

from issuance_center.issuance import Step
from issuance_center.records import cases, issuances, visits
from issuance_center.records.cases import Alarm
from issuance_center.records.issuances import Request, found_request
from issuance_center.records.tables import requests


def decline(connection: Connection, request_id: str, code: str, now: datetime) -> Request:
    """The issuer has refused with row `code`. The request as it stands: what has gone further stays where it is."""
    _refuse(connection, request_id, Step.DECLINED, code, code, now)
    return found_request(connection, request_id)


def stop(connection: Connection, request_id: str, code: str, what: str, now: datetime, alarm: str | None = None) -> Request:
    """The gate has refused the papers, or the issuer has failed: the request ends with row `code`, and an alarm (of its own code, or of `code`) for each paper names `what`.

    Papers that are paid already stay so.
    """
    request = found_request(connection, request_id)
    if request.refused_code is None:
        _refuse(connection, request_id, Step.STOPPED, code, what, now)
        for paper in request.papers:
            cases.raise_alarm(
                connection, Alarm(alarm or code, what, request.visit_id, paper.issuance_id, request.kiosk_id, request.municipality), now
            )
    return found_request(connection, request_id)


def close_visit(connection: Connection, visit_id: str, reason: str, now: datetime) -> None:
    """End a visit: what nobody paid for lapses, what identifies somebody is forgotten."""
    for request_id in issuances.requests_of(connection, visit_id):
        issuances.step_all(connection, request_id, Step.LAPSED, now, reason)
    visits.mark_closed(connection, visit_id, reason, now)


def _refuse(connection: Connection, request_id: str, step: Step, code: str, detail: str, now: datetime) -> None:
    if issuances.step_all(connection, request_id, step, now, detail):
        connection.execute(update(requests).where(requests.c.request_id == request_id).values(refused_code=code))
