"""Scoped stops (domain facts 7.1, design lesson 8): what a stop covers, who may place one, who may lift it and after which check, and what trips one by itself. Pure.

Stopping needs one person and is in force at once; restarting needs two people and a passed check between them. A stop outlives the municipality it was placed on: it holds for whatever that has
become part of, until two people lift it there. Must never know about whom anything was asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from certificates.kinds import KINDS
from issuance_center.entries import BUILD_WORDS
from issuance_center.routing import DirectoryBook, resolved_at
from messages.conditions import Condition
from messages.orders import Build

CHECK_GOOD = timedelta(minutes=30)
"""How long a passed check may be relied on: what was well in the morning says nothing of the evening."""

Judged = Literal["right", "first", "wrong"]


@dataclass(frozen=True, slots=True)
class Scope:
    """municipality x kind x issuer x build (its program) x operator x kiosk; a part that is None is open: all of them."""

    municipality: str | None = None
    kind: str | None = None
    issuer: str | None = None
    build: str | None = None
    operator: str | None = None
    kiosk: str | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing asked: every part is known but for `build`, which is known when the issuer has declared itself."""

    municipality: str
    kind: str
    issuer: str
    operator: str
    kiosk: str
    build: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as it was placed; `placed_of` is `center`, `trip`, or the code of the municipality whose person placed it."""

    number: int
    scope: Scope
    placed_at: datetime
    placed_by: str
    placed_of: str
    why: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: an operator of the center, a person of municipality `of`, or neither (who may look)."""

    name: str
    operator: bool = False
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody has proposed to lift a stop; the last check made for it, if any: when, and whether it passed."""

    number: int
    by: Person
    at: datetime
    checked_at: datetime | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """An issuer that must answer well before a stop is lifted: for this municipality, with these kinds among those that it issues."""

    issuer: str
    municipality: str
    kinds: tuple[str, ...]


def covers(scope: Scope, occasion: Occasion) -> bool:
    """Whether a stop of this scope stops this."""
    return all(
        part is None or part == asked
        for part, asked in (
            (scope.municipality, occasion.municipality),
            (scope.kind, occasion.kind),
            (scope.issuer, occasion.issuer),
            (scope.build, occasion.build),
            (scope.operator, occasion.operator),
            (scope.kiosk, occasion.kiosk),
        )
    )


def carried_scope(scope: Scope, means: Mapping[str, str]) -> Scope:
    """What a scope covers now, where `means` says which municipality in force a code means. Its own server serves no other municipality: of one that has merged nobody looked at who makes its papers
    now, and they stay stopped whoever makes them."""
    heir = means.get(scope.municipality, scope.municipality) if scope.municipality is not None else None
    if heir == scope.municipality:
        return scope
    return replace(scope, municipality=heir, issuer=None if scope.issuer == scope.municipality else scope.issuer)


def carried(stop: Stop, means: Mapping[str, str]) -> Stop:
    """The stop as it holds now; who placed it for a municipality that has merged is of the heir's side."""
    return replace(stop, scope=carried_scope(stop.scope, means), placed_of=means.get(stop.placed_of, stop.placed_of))


def stopped_by(stops: Iterable[Stop], occasion: Occasion) -> Stop | None:
    """The first stop that covers this."""
    return next((stop for stop in stops if covers(stop.scope, occasion)), None)


def may_place(person: Person, scope: Scope) -> bool:
    """An operator stops anything; a person of a municipality what is its own: its papers, wherever and by whomever they are issued."""
    return person.operator or (person.of is not None and person.of == scope.municipality)


def unknown_part(scope: Scope, book: DirectoryBook, issuers: tuple[str, ...], now: datetime) -> str | None:
    """The first part of a scope that names nothing there is, None when all do: a stop that was mistyped would stop nothing and look as if it did.

    A program may be named before any issuer has declared it.
    """
    found = {
        "municipality": scope.municipality is None or resolved_at(book, scope.municipality, now) == scope.municipality,
        "kind": scope.kind is None or scope.kind in KINDS,
        "issuer": scope.issuer is None or scope.issuer in issuers,
        "build": scope.build is None or BUILD_WORDS.fullmatch(scope.build) is not None,
        "operator": scope.operator is None or any(kiosk.operator == scope.operator for dated in book.kiosks.values() for kiosk in dated.values),
        "kiosk": scope.kiosk is None or scope.kiosk in book.kiosks,
    }
    return next((part for part, known in found.items() if not known), None)


def may_lift(person: Person, stop: Stop) -> bool:
    """Who may propose or confirm: an operator, and the municipality that the scope lies in."""
    return may_place(person, stop.scope)


def confirm_refused(stop: Stop, proposal: Proposal, person: Person, now: datetime) -> str | None:
    """Why this person may not lift this stop now; None when they may.

    Two different people. One of them is of the side that stopped: a municipality's own stop is never lifted over its head, the center's (and a trip's) never without an operator.
    """
    if not may_lift(person, stop):
        return "not_yours"
    if person.name == proposal.by.name:
        return "same_person"
    if not _of_the_side_that_stopped(stop, proposal.by) and not _of_the_side_that_stopped(stop, person):
        return "other_side"
    if proposal.checked_at is None or proposal.checked_at < proposal.at:
        return "not_checked"
    if not proposal.passed:
        return "check_failed"
    return "check_old" if now > proposal.checked_at + CHECK_GOOD else None


def _of_the_side_that_stopped(stop: Stop, person: Person) -> bool:
    return person.operator if stop.placed_of in ("center", "trip") else person.of == stop.placed_of


def to_ask(scope: Scope, book: DirectoryBook, others: tuple[Stop, ...], now: datetime) -> tuple[Question, ...]:
    """Every issuer in the scope with what it serves there, by issuer and municipality, but for what stays stopped by other stops.

    A scope of nothing but an operator or a kiosk asks nobody: there no issuer was stopped.
    """
    if scope.municipality is scope.kind is scope.issuer is scope.build is None and (scope.operator or scope.kiosk):
        return ()
    found: dict[tuple[str, str], list[str]] = {}
    for code, page in book.municipalities.items():
        if resolved_at(book, code, now) != code:
            continue  # one that has merged issues nothing: its heir is asked
        for kind, dated in page.issuers.items():
            issued = dated.at(now)
            if issued is not None and issued.issuer is not None and _asks(scope, others, code, kind, issued.issuer):
                found.setdefault((issued.issuer, code), []).append(kind)
    return tuple(Question(issuer, code, tuple(kinds)) for (issuer, code), kinds in sorted(found.items()))


def _asks(scope: Scope, others: tuple[Stop, ...], municipality: str, kind: str, issuer: str) -> bool:
    wanted = ((scope.municipality, municipality), (scope.kind, kind), (scope.issuer, issuer))
    still = any(covers(stop.scope, Occasion(municipality, kind, issuer, "", "")) for stop in others)
    return all(part is None or part == asked for part, asked in wanted) and not still


def fault(question: Question, condition: Condition | None, allowed: tuple[tuple[str, str], ...]) -> str | None:
    """What is wrong with an issuer's answer to the check; None: it may be asked for papers again. `allowed` are its registered builds (program, topology); without one it does not pass."""
    if condition is None:
        return "silent"
    if condition.municipality != question.municipality:
        return "other_municipality"
    if (condition.declared.program, condition.declared.topology) not in allowed:
        return "build" if allowed else "unregistered"
    if condition.halted is not None:
        return "halted"
    return None if set(question.kinds) <= set(condition.kinds) else "kinds"


def judged(declared: Build, allowed: tuple[tuple[str, str], ...], first: tuple[str, str] | None) -> Judged:
    """What an issuer declares against what is registered for it. Where nothing is, its first word is held against it: noted once, with an alarm until a build is entered, and no other is believed."""
    said = (declared.program, declared.topology)
    if allowed:
        return "right" if said in allowed else "wrong"
    if first is None:
        return "first"
    return "right" if said == first else "wrong"


def tripped_by_paper(municipality: str, kind: str, issuer: str, build: str | None) -> tuple[Scope, ...]:
    """What one paper that was not what was ordered stops: that kind there, and everything that program makes for that municipality."""
    kind_there = Scope(municipality=municipality, kind=kind, issuer=issuer)
    return (kind_there,) if build is None else (kind_there, Scope(municipality=municipality, issuer=issuer, build=build))
