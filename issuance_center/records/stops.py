"""Stops as they are remembered: which are in force, what stops a thing that is asked, proposals to lift and their checks, what issuers declared. Each function is one write or read."""

import json
import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from issuance_center.records.stop_tables import declared_builds, liftings, stop_checks, stops
from issuance_center.records.successions import meanings
from issuance_center.stopping import Occasion, Person, Proposal, Question, Scope, Stop, carried, carried_scope, confirm_refused, stopped_by
from messages.orders import Build
from storage.instants import instant, stamp

_IN_FORCE = select(stops).where(stops.c.lifted_at.is_(None)).order_by(stops.c.stop_no)
_ASCII = re.compile(r"[ -~]{1,256}")
PARTS = ("municipality", "kind", "issuer", "build", "operator", "kiosk")


def in_force(connection: Connection) -> tuple[Stop, ...]:
    """The stops that nobody has lifted, oldest first, as they were placed."""
    return tuple(_stop(row) for row in connection.execute(_IN_FORCE))


def standing(connection: Connection, now: datetime) -> tuple[Stop, ...]:
    """The stops that nobody has lifted, oldest first, as they hold now: one of a municipality that has merged holds for what it has become part of."""
    found = in_force(connection)
    means = _meanings(connection, found, now)
    return tuple(carried(stop, means) for stop in found)


def refusing(connection: Connection, occasion: Occasion, now: datetime) -> Stop | None:
    """The stop in force that covers this. An issuer that has not declared itself on this occasion counts as what it declared last."""
    found = standing(connection, now)
    if not found:
        return None
    if any(stop.scope.municipality is not None for stop in found):
        # What was asked for before a merger is of the heir as well.
        occasion = replace(occasion, municipality=meanings(connection, (occasion.municipality,), now)[occasion.municipality])
    if occasion.build is None and any(stop.scope.build is not None for stop in found):
        occasion = replace(occasion, build=last_program(connection, occasion.issuer))
    return stopped_by(found, occasion)


def kinds_stopped(connection: Connection, occasions: tuple[Occasion, ...], now: datetime) -> frozenset[str]:
    """The kinds among these that a stop covers."""
    if not in_force(connection):
        return frozenset()
    return frozenset(occasion.kind for occasion in occasions if refusing(connection, occasion, now) is not None)


def find(connection: Connection, stop_no: int, now: datetime) -> tuple[Stop, dict[str, Any]] | None:
    """A stop as it holds now, and its whole row as it was placed."""
    row = connection.execute(select(stops).where(stops.c.stop_no == stop_no)).one_or_none()
    if row is None:
        return None
    stop = _stop(row)
    return carried(stop, _meanings(connection, (stop,), now)), dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def add(connection: Connection, scope: Scope, by: str, of: str, why: str, now: datetime) -> int | None:
    """Put the stop in force; its number. None: a trip finds its own stop standing already."""
    if of == "trip":
        mine = carried_scope(scope, meanings(connection, (scope.municipality,) if scope.municipality is not None else (), now))
        if any(stop.scope == mine for stop in standing(connection, now)):
            return None
    row = asdict(scope) | {"placed_at": stamp(now), "placed_by": by, "placed_of": of, "why": why[:512], "halted": 0}
    made = connection.execute(insert(stops).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def note_halted(connection: Connection, stop_no: int, count: int) -> None:
    """How many papers under way the stop has ended."""
    connection.execute(update(stops).where(stops.c.stop_no == stop_no).values(halted=count))


# --- lifting ---


def propose(connection: Connection, stop_no: int, person: Person, reason: str, now: datetime) -> int:
    """Somebody proposes to lift a stop; the number of the proposal. A later one takes the place of an earlier one."""
    row = {"stop_no": stop_no, "proposed_at": stamp(now), "proposed_by": person.name, "by_operator": person.operator}
    made = connection.execute(insert(liftings).values(row | {"by_municipality": person.of, "reason": reason[:512]})).inserted_primary_key
    assert made is not None
    return int(made[0])


def proposal_of(connection: Connection, stop_no: int) -> Proposal | None:
    """The last proposal to lift this stop, with its last check."""
    row = connection.execute(select(liftings).where(liftings.c.stop_no == stop_no).order_by(liftings.c.lifting_no.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    check = _last_check(connection, row.lifting_no)
    by = Person(row.proposed_by, row.by_operator, row.by_municipality)
    checked_at, passed = (instant(check.checked_at), check.passed) if check is not None else (None, False)
    return Proposal(row.lifting_no, by, instant(row.proposed_at), checked_at, passed)


def note_check(
    connection: Connection,
    lifting_no: int,
    person: Person,
    answers: tuple[tuple[Question, str | None, Build | None], ...],
    passed: bool,
    now: datetime,
) -> None:
    """Write down what each issuer answered to the check: its fault, and what it declared."""
    said = [
        [one.issuer, one.municipality, one.kinds, wrong, build and build.program[:256], build and build.topology[:256]]
        for one, wrong, build in answers
    ]
    row = {"lifting_no": lifting_no, "checked_at": stamp(now), "checked_by": person.name, "passed": passed, "answers": json.dumps(said)}
    connection.execute(insert(stop_checks).values(row))
    for question, _, build in answers:
        if build is not None:
            note_declared(connection, question.issuer, build, now)


def lift(connection: Connection, stop_no: int, person: Person, now: datetime) -> str | None:
    """Lift the stop, confirmed by `person`; why not, or None. Lifted twice, it is lifted once."""
    found, proposal = find(connection, stop_no, now), proposal_of(connection, stop_no)
    if found is None or found[1]["lifted_at"] is not None:
        return "not_in_force"
    if proposal is None:
        return "not_proposed"
    refused = confirm_refused(found[0], proposal, person, now)
    if refused is not None:
        return refused
    check = _last_check(connection, proposal.number)
    assert check is not None
    confirmed = {"confirmed_at": stamp(now), "confirmed_by": person.name, "check_no": check.check_no}
    connection.execute(update(liftings).where(liftings.c.lifting_no == proposal.number).values(confirmed))
    connection.execute(update(stops).where(stops.c.stop_no == stop_no, stops.c.lifted_at.is_(None)).values(lifted_at=stamp(now)))
    return None


def _last_check(connection: Connection, lifting_no: int) -> "Row[Any] | None":
    checked = select(stop_checks).where(stop_checks.c.lifting_no == lifting_no)
    return connection.execute(checked.order_by(stop_checks.c.check_no.desc()).limit(1)).one_or_none()


# --- builds ---


def printable(build: Build) -> Build:
    """What may be written down of a declaration: printable ASCII. Anything else is no build that could be registered."""
    program, topology = (said if _ASCII.fullmatch(said) else "(not printable)" for said in (build.program, build.topology))
    return Build(program=program, topology=topology)


def note_declared(connection: Connection, issuer: str, build: Build, now: datetime) -> None:
    """This is the issuer's latest word on itself."""
    build = printable(build)
    turn = (connection.execute(select(func.max(declared_builds.c.turn))).scalar_one_or_none() or 0) + 1
    mine = (declared_builds.c.issuer == issuer, declared_builds.c.program == build.program, declared_builds.c.topology == build.topology)
    known = connection.execute(update(declared_builds).where(*mine).values(last_at=stamp(now), turn=turn)).rowcount
    if not known:
        row = {"issuer": issuer, "program": build.program, "topology": build.topology, "first_at": stamp(now), "last_at": stamp(now), "turn": turn}
        connection.execute(insert(declared_builds).values(row))


def first_declared(connection: Connection, issuer: str) -> tuple[str, str] | None:
    """(program, topology) that this issuer declared first of all."""
    mine = select(declared_builds).where(declared_builds.c.issuer == issuer)
    row = connection.execute(mine.order_by(declared_builds.c.build_no).limit(1)).one_or_none()
    return None if row is None else (row.program, row.topology)


def last_declared(connection: Connection, issuer: str) -> Build | None:
    """What this issuer declared last."""
    mine = select(declared_builds).where(declared_builds.c.issuer == issuer).order_by(declared_builds.c.turn.desc()).limit(1)
    row = connection.execute(mine).one_or_none()
    return None if row is None else Build(program=row.program, topology=row.topology)


def latest_declared(connection: Connection) -> dict[str, tuple[Build, str]]:
    """What each issuer declared last, and the stamp of when it did so first."""
    rows = connection.execute(select(declared_builds).order_by(declared_builds.c.turn))
    return {row.issuer: (Build(program=row.program, topology=row.topology), row.first_at) for row in rows}


def last_program(connection: Connection, issuer: str) -> str | None:
    """The program that this issuer declared last."""
    build = last_declared(connection, issuer)
    return build.program if build is not None else None


# --- for pages ---


def listed(connection: Connection, now: datetime, municipality: str | None = None) -> tuple[dict[str, Any], ...]:
    """Stops in force first, newest first; with `municipality` those whose scope lies in it alone. `means`: the municipality in force that the scope's code means now."""
    codes = connection.execute(select(stops.c.municipality).where(stops.c.municipality.is_not(None)).distinct().order_by(stops.c.municipality))
    means = meanings(connection, codes.scalars().all(), now)
    wanted = select(stops).order_by(stops.c.lifted_at.is_not(None), stops.c.stop_no.desc()).limit(200)
    if municipality is not None:
        wanted = wanted.where(stops.c.municipality.in_([code for code, meant in means.items() if meant == municipality]))
    return tuple(dict(row._mapping) | {"means": means.get(row.municipality or "")} for row in connection.execute(wanted))  # noqa: SLF001


def history(connection: Connection, stop_no: int) -> tuple[dict[str, Any], ...]:
    """The proposals to lift a stop, oldest first, each with its `checks`."""
    found: list[dict[str, Any]] = []
    for row in connection.execute(select(liftings).where(liftings.c.stop_no == stop_no).order_by(liftings.c.lifting_no)):
        checks = connection.execute(select(stop_checks).where(stop_checks.c.lifting_no == row.lifting_no).order_by(stop_checks.c.check_no))
        made = [dict(check._mapping) | {"answers": json.loads(check.answers)} for check in checks]  # noqa: SLF001
        found.append(dict(row._mapping) | {"checks": made})  # noqa: SLF001
    return tuple(found)


def _meanings(connection: Connection, found: tuple[Stop, ...], now: datetime) -> dict[str, str]:
    """What the codes in these stops mean now."""
    sides = (stop.placed_of for stop in found if stop.placed_of not in ("center", "trip"))
    return meanings(connection, {*(stop.scope.municipality for stop in found if stop.scope.municipality is not None), *sides}, now)


def _stop(row: "Row[Any]") -> Stop:
    scope = Scope(row.municipality, row.kind, row.issuer, row.build, row.operator, row.kiosk)
    return Stop(row.stop_no, scope, instant(row.placed_at), row.placed_by, row.placed_of, row.why)
