"""Requests and the issuances (papers) in them. Every step goes through `take_step`: the table of `issuance` decides, and what the move owes to others is written in the same commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from issuance_center.issuance import Impossible, Move, Repeated, State, Step, move
from issuance_center.records import cases, findings, outgoing, stops
from issuance_center.records.findings import Occurrence
from issuance_center.records.tables import issuances, requests, steps, visits
from issuance_center.stopping import Occasion, Stop
from messages.facts import Price
from messages.visits import Application
from storage.instants import instant, stamp

# The statements of a visit, built once: building one anew each time costs four times what running it does.
_REQUEST = select(requests).where(requests.c.request_id == bindparam("the_request"))
_PAPERS = select(issuances).where(issuances.c.request_id == bindparam("the_request")).order_by(issuances.c.copy_no)
_REQUEST_OF = select(issuances.c.request_id).where(issuances.c.issuance_id == bindparam("the_issuance"))
_VISIT_CLOSED = select(visits.c.closed_at).where(visits.c.visit_id == bindparam("the_visit"))
_REQUESTS_OF_VISIT = (
    select(requests.c.request_id).where(requests.c.visit_id == bindparam("the_visit")).order_by(requests.c.ordered_at, requests.c.request_id)
)
_CHANGE = update(issuances).where(issuances.c.issuance_id == bindparam("the_issuance"))
_ADD_REQUEST, _ADD_ISSUANCE, _ADD_STEP = insert(requests), insert(issuances), insert(steps)


@dataclass(frozen=True, slots=True)
class Issuance:
    """One paper as it stands."""

    issuance_id: str
    request_id: str
    copy_no: int
    state: State
    binding: str
    fee_yen: int
    fee_class: str
    rule: str
    face_sha256: str | None
    back_sha256: str | None
    number: str | None
    sheets: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its papers, in the order of the copies. `ordered_at` is the instant the issuer is told, the same at every repetition.

    `refused_code` is the row of the refusal it ended with, if it did: what every repetition is answered.
    """

    request_id: str
    visit_id: str
    kiosk_id: str
    request_hash: str
    ordered_at: datetime
    municipality: str
    kind: str
    issuer: str
    operator: str
    channel: str
    priced_at: datetime
    refused_code: str | None
    papers: tuple[Issuance, ...]


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is kept of a paper that passed the gate, and of its back."""

    face_sha256: str
    back_sha256: str
    number: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Intent:
    """What is stored before anything is made. `papers` are (issuance id, binding), one for each copy."""

    application: Application
    request_hash: str
    issuer: str
    operator: str
    channel: str
    price: Price
    priced_at: datetime
    papers: tuple[tuple[str, str], ...]


def accept(connection: Connection, intent: Intent, now: datetime) -> Request | Stop | None:
    """Store the intent, or return the request as it was accepted before (its hash may differ: the caller looks). None: its visit has been closed meanwhile. A stop: it may not be asked for."""
    application = intent.application
    known = find_request(connection, application.request_id)
    if known is not None:
        return known
    if connection.execute(_VISIT_CLOSED, {"the_visit": application.visit_id}).scalar_one() is not None:
        return None
    asked = Occasion(application.municipality, application.kind, intent.issuer, intent.operator, application.kiosk_id)
    stop = stops.refusing(connection, asked, now)
    if stop is not None:
        return stop
    where = Occurrence(application.municipality, intent.issuer, application.kind, application.kiosk_id, application.request_id)
    findings.note_collisions(connection, where, application.visit_id, now)
    request = {
        "request_id": application.request_id,
        "visit_id": application.visit_id,
        "request_hash": intent.request_hash,
        "ordered_at": stamp(now),
        "municipality": application.municipality,
        "kind": application.kind,
        "issuer": intent.issuer,
        "kiosk_id": application.kiosk_id,
        "operator": intent.operator,
        "channel": intent.channel,
        "priced_at": stamp(intent.priced_at),
        "copies": application.copies,
        "members": len(application.members),
        "form": application.form,
        "year": application.year,
        "vouched_by": application.vouched_by,
        "options": ",".join(application.show),
    }
    connection.execute(_ADD_REQUEST, request)
    for copy_no, (issuance_id, binding) in enumerate(intent.papers, start=1):
        paper = {
            "issuance_id": issuance_id,
            "request_id": application.request_id,
            "copy_no": copy_no,
            "state": State.ACCEPTED,
            "binding": binding,
            "fee_yen": intent.price.fee_yen,
            "fee_class": intent.price.fee_class,
            "rule": intent.price.rule,
            "accepted_at": stamp(now),
            "changed_at": stamp(now),
        }
        connection.execute(_ADD_ISSUANCE, paper)
        _note(connection, issuance_id, "accepted", now, now, "")
    return found_request(connection, application.request_id)


def find_request(connection: Connection, request_id: str) -> Request | None:
    """The request under this id: it is remembered for ever."""
    row = connection.execute(_REQUEST, {"the_request": request_id}).one_or_none()
    if row is None:
        return None
    papers = connection.execute(_PAPERS, {"the_request": request_id})
    return Request(
        request_id=row.request_id,
        visit_id=row.visit_id,
        kiosk_id=row.kiosk_id,
        request_hash=row.request_hash,
        ordered_at=instant(row.ordered_at),
        municipality=row.municipality,
        kind=row.kind,
        issuer=row.issuer,
        operator=row.operator,
        channel=row.channel,
        priced_at=instant(row.priced_at),
        refused_code=row.refused_code,
        papers=tuple(_issuance(paper) for paper in papers),
    )


def found_request(connection: Connection, request_id: str) -> Request:
    """The request under this id, which is there."""
    request = find_request(connection, request_id)
    assert request is not None
    return request


def find_issuance(connection: Connection, issuance_id: str) -> tuple[Issuance, Request] | None:
    """A paper and the request it belongs to."""
    request_id = connection.execute(_REQUEST_OF, {"the_issuance": issuance_id}).scalar_one_or_none()
    request = None if request_id is None else find_request(connection, request_id)
    if request is None:
        return None
    return next(paper for paper in request.papers if paper.issuance_id == issuance_id), request


def take_step(
    connection: Connection, issuance: Issuance, request: Request, step: Step, at: datetime, now: datetime, detail: str = ""
) -> Move | Repeated | Impossible:
    """Make the move the table holds for `step`, with the fact and the outcome it owes. Nothing is written for a repeated or impossible step."""
    made = move(issuance.state, step)
    if not isinstance(made, Move):
        return made
    connection.execute(_CHANGE, {"the_issuance": issuance.issuance_id, "state": made.to, "changed_at": stamp(now)})
    _note(connection, issuance.issuance_id, step, at, now, detail)
    if made.fact is not None:
        outgoing.owe_fact(connection, issuance, request, made.fact, at, now)
    if made.outcome is not None:
        outgoing.owe_outcome(connection, issuance.issuance_id, request, made.outcome, at, now)
    if made.to is State.UNRESOLVED:
        cases.open_case(connection, issuance.issuance_id, "unresolved", issuance.fee_yen, now)
    return made


def seal(
    connection: Connection, request_id: str, sealings: Sequence[Sealing], now: datetime, build: str | None = None, troubles: tuple[str, ...] = ()
) -> Request | Stop:
    """The papers, in the order of the copies, have passed the gate: keep their hashes. A paper already sealed keeps the first hashes; the caller compares. A stop: they are not handed out.

    `build` is the program that made them, `troubles` the codes of tries that were no answer before this one was.
    """
    request = found_request(connection, request_id)
    stop = stops.refusing(connection, occasion_of(request, build), now)
    if stop is not None:
        halt(connection, request_id, f"stop {stop.number}", now)
        return stop
    first = all(paper.face_sha256 is None for paper in request.papers)
    for sealing, issuance in zip(sealings, request.papers, strict=True):
        if isinstance(take_step(connection, issuance, request, Step.SEALED, now, now), Move):
            kept = {
                "face_sha256": sealing.face_sha256,
                "back_sha256": sealing.back_sha256,
                "number": sealing.number,
                "sheets": sealing.sheets,
            }
            connection.execute(_CHANGE, {"the_issuance": issuance.issuance_id, **kept})
    if first or troubles:
        where = Occurrence(request.municipality, request.issuer, request.kind, request.kiosk_id, request_id)
        findings.note_success(connection, where, request.visit_id, troubles, now)
    return found_request(connection, request_id)


def occasion_of(request: Request, build: str | None = None) -> Occasion:
    """What a stop is held against."""
    return Occasion(request.municipality, request.kind, request.issuer, request.operator, request.kiosk_id, build)


def halt(connection: Connection, request_id: str, detail: str, now: datetime) -> int:
    """A stop ends what nobody has paid for yet: void at the issuer, `stopped_now` to whoever asks for it again. How many papers that were."""
    halted = step_all(connection, request_id, Step.HALTED, now, detail)
    if halted:
        connection.execute(update(requests).where(requests.c.request_id == request_id).values(refused_code="stopped_now"))
    return len(halted)


def step_all(connection: Connection, request_id: str, step: Step, now: datetime, detail: str = "") -> tuple[str, ...]:
    """The same step for every paper of a request that can take it; the issuance ids of those that did."""
    request = found_request(connection, request_id)
    made = ((issuance.issuance_id, take_step(connection, issuance, request, step, now, now, detail)) for issuance in request.papers)
    return tuple(issuance_id for issuance_id, move_made in made if isinstance(move_made, Move))


def requests_of(connection: Connection, visit_id: str) -> tuple[str, ...]:
    """The requests of a visit, oldest first."""
    return tuple(row.request_id for row in connection.execute(_REQUESTS_OF_VISIT, {"the_visit": visit_id}))


def _note(connection: Connection, issuance_id: str, step: str, at: datetime, now: datetime, detail: str) -> None:
    row = {"issuance_id": issuance_id, "step": step, "at": stamp(at), "noted_at": stamp(now), "detail": detail[:256]}
    connection.execute(_ADD_STEP, row)


def _issuance(row: "Row[tuple[object, ...]]") -> Issuance:
    return Issuance(
        issuance_id=row.issuance_id,
        request_id=row.request_id,
        copy_no=row.copy_no,
        state=State(row.state),
        binding=row.binding,
        fee_yen=row.fee_yen,
        fee_class=row.fee_class,
        rule=row.rule,
        face_sha256=row.face_sha256,
        back_sha256=row.back_sha256,
        number=row.number,
        sheets=row.sheets,
    )
