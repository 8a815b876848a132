"""The circuit breaker of one municipality's line: after some failures in a row nobody is kept waiting any more, and one question at a time finds out when it is well again. Pure.

    closed     everything passes
    open       nothing passes until `open_seconds` are over
    half open  one question passes as a probe: its answer closes the line, its silence opens it again

Instants are seconds of any clock that only goes forward. What it refuses is no answer: the order stands and may be repeated.
"""

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Rules:
    """After `failures` in a row the line opens, for `open_seconds`."""

    failures: int
    open_seconds: float


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; when it was opened, if it is; whether a probe is under way."""

    failures: int = 0
    opened_at: float | None = None
    probing: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """The right to ask once. What becomes of it is told to `heard`, `failed` or `dropped`."""

    probe: bool = False


def state(breaker: Breaker, at: float, rules: Rules) -> State:
    """The state at an instant."""
    if breaker.opened_at is None:
        return "closed"
    return "open" if at < breaker.opened_at + rules.open_seconds else "half_open"


def shut(breaker: Breaker, at: float, rules: Rules) -> bool:
    """Whether nobody may ask now: it is open, or its probe is under way."""
    now = state(breaker, at, rules)
    return now == "open" or (now == "half_open" and breaker.probing)


def admit(breaker: Breaker, at: float, rules: Rules) -> tuple[Breaker, Pass | None]:
    """Whether one more may ask now: its pass, or None."""
    if shut(breaker, at, rules):
        return breaker, None
    if breaker.opened_at is None:
        return breaker, Pass()
    return replace(breaker, probing=True), Pass(probe=True)


def heard(_breaker: Breaker) -> Breaker:
    """Something understandable came back, even from one who had asked before it was opened: the line is well."""
    return Breaker()


def failed(breaker: Breaker, given: Pass, at: float, rules: Rules) -> Breaker:
    """Silence, or something no issuer may answer. Those who had asked before the line was opened change nothing when they fail after it."""
    if given.probe:
        return Breaker(breaker.failures + 1, at)
    if breaker.opened_at is not None:
        return breaker
    failures = breaker.failures + 1
    return Breaker(failures, at if failures >= rules.failures else None)


def dropped(breaker: Breaker, given: Pass) -> Breaker:
    """Whoever asked has gone away before there was anything to tell: the next one may probe."""
    return replace(breaker, probing=False) if given.probe else breaker
