"""The lines by the issuers' names. See the package's text.

A municipality on a shared line has a breaker of its own: a tenant that hangs is cut off alone.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from issuance_center.config import Limits
from issuance_center.issuer_lines import breaker
from issuance_center.issuer_lines.answers import Again, Declined, Failed, R, Unavailable, silence, understood
from issuance_center.issuer_lines.breaker import Breaker, Pass, Rules
from issuance_center.issuer_lines.lane import Lane, LaneFull, places
from messages.link import Link, NoAnswer
from messages.refusals import refuse
from messages.wire import Message

LATELY = 200
"""Answers of which the time they took is remembered."""


@dataclass(frozen=True, slots=True)
class LineState:
    """How the line of one municipality to one issuer is: `opens_in_seconds` until a probe may go, while it is cut off; `counts` by outcome since the start (see `IssuerLines.ask`);
    `seconds` of the last answers, in order of length.
    """

    issuer: str
    municipality: str
    state: breaker.State
    failures: int
    opens_in_seconds: float
    under_way: int
    waiting: int
    counts: Mapping[str, int]
    seconds: tuple[float, ...]


@dataclass
class _Line:
    lane: Lane
    breaker: Breaker = field(default_factory=Breaker)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=LATELY))


class IssuerLines:
    """The lines by the issuers' names. A line that bears a municipality's code serves that one; any other is shared."""

    def __init__(self, issuers: Mapping[str, Link], limits: Limits) -> None:
        self._issuers = issuers
        self._limits = limits
        self._rules = Rules(limits.breaker_failures, limits.breaker_open_seconds)
        self._lanes: dict[str, Lane] = {}
        self._lines: dict[tuple[str, str], _Line] = {}
        self._log = structlog.get_logger()

    async def ask(
        self, issuer: str, message: Message, reply: type[R], troubles: list[str] | None = None, *, probe: bool = False, seconds: float | None = None
    ) -> R | Declined | Unavailable | Failed:
        """The issuer's reply to `message`, or why there is none. The codes of tries that were no answer are added to `troubles`. A `probe` is sent once, even on a line that is cut off.

        `seconds` are for a question that takes longer than any about a person: nobody stands at a terminal and waits for it.
        """
        if issuer not in self._issuers:
            self._log.error("issuer_without_line", issuer=issuer)
            return Unavailable(refuse("issuer_unavailable"), asked=False)
        municipality = _asked_of(message) or issuer
        line = self._line(issuer, municipality)
        last, asked = "busy", False
        try:
            async with asyncio.timeout(seconds or self._limits.issuer_deadline_seconds):
                while True:
                    heard = await self._once(line, issuer, municipality, message, reply, probe=probe, seconds=seconds)
                    if heard is None or (probe and isinstance(heard, Again)):
                        return Unavailable(refuse("issuer_unavailable"), asked or heard is not None)
                    if not isinstance(heard, Again):
                        return heard
                    last, asked = heard.code, True
                    if troubles is not None:
                        troubles.append(heard.code)
                    await asyncio.sleep(self._limits.retry_seconds)
        except LaneFull:
            line.counts["full"] += 1
            return Unavailable(refuse("busy"), asked)
        except TimeoutError:
            self._log.warning("issuer_silent", issuer=issuer, municipality=municipality, message=type(message).__name__, last=last)
            return Unavailable(refuse(last), asked)

    def states(self) -> tuple[LineState, ...]:
        """Every line that was asked since the start, by issuer and municipality."""
        at = asyncio.get_running_loop().time()
        return tuple(self._state(issuer, municipality, self._lines[issuer, municipality], at) for issuer, municipality in sorted(self._lines))

    async def _once(
        self, line: _Line, issuer: str, municipality: str, message: Message, reply: type[R], *, probe: bool, seconds: float | None
    ) -> R | Declined | Unavailable | Failed | Again | None:
        """One try; None when the line is cut off. Raises `LaneFull`."""
        loop = asyncio.get_running_loop()
        # Nobody waits for a place on a line that is cut off; nor is it asked by those who got a place after it was.
        if not probe and breaker.shut(line.breaker, loop.time(), self._rules):
            line.counts["cut_off"] += 1
            return None
        async with line.lane.place(municipality):
            given = self._admitted(line, loop.time(), probe=probe)
            if given is None:
                line.counts["cut_off"] += 1
                return None
            began = loop.time()
            try:
                heard = understood(await self._issuers[issuer].ask(message, seconds or self._limits.issuer_try_seconds), reply)
            except NoAnswer as nothing:
                heard = silence(str(nothing))
            except BaseException:
                line.breaker = breaker.dropped(line.breaker, given)
                raise
            self._note(line, heard, given, began, loop.time())
            return heard

    def _admitted(self, line: _Line, at: float, *, probe: bool) -> Pass | None:
        if probe:
            return Pass()
        line.breaker, given = breaker.admit(line.breaker, at, self._rules)
        return given

    def _note(self, line: _Line, heard: object, given: Pass, began: float, at: float) -> None:
        line.counts[_outcome(heard)] += 1
        if isinstance(heard, Failed) or (isinstance(heard, Again) and heard.silent):
            line.breaker = breaker.failed(line.breaker, given, at, self._rules)
        else:
            line.breaker = breaker.heard(line.breaker)
            line.seconds.append(at - began)

    def _line(self, issuer: str, municipality: str) -> _Line:
        lane = self._lanes.get(issuer)
        if lane is None:
            bounds = places(self._limits.issuer_at_once, self._limits.issuer_waiting, shared=issuer != municipality)
            lane = self._lanes[issuer] = Lane(bounds)
        return self._lines.setdefault((issuer, municipality), _Line(lane))

    def _state(self, issuer: str, municipality: str, line: _Line, at: float) -> LineState:
        opened = line.breaker.opened_at
        return LineState(
            issuer=issuer,
            municipality=municipality,
            state=breaker.state(line.breaker, at, self._rules),
            failures=line.breaker.failures,
            opens_in_seconds=0.0 if opened is None else max(0.0, opened + self._rules.open_seconds - at),
            under_way=line.lane.under_way(municipality),
            waiting=line.lane.waiting(municipality),
            counts=dict(sorted(line.counts.items())),
            seconds=tuple(sorted(line.seconds)),
        )


def _asked_of(message: Message) -> str | None:
    """The municipality that a question is about; an application for 本籍地利用登録 names it inside."""
    found = getattr(message, "municipality", None) or getattr(getattr(message, "application", None), "municipality", None)
    return found if isinstance(found, str) else None


def _outcome(heard: object) -> str:
    """What a try counts as: `answered`, `declined`, `failed`, `busy`, `silent`, `later`."""
    match heard:
        case Declined():
            return "declined"
        case Failed():
            return "failed"
        case Unavailable():
            return "later"
        case Again(silent=True):
            return "silent"
        case Again():
            return "busy"
        case _:
            return "answered"
