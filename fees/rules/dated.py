"""What all dated rules have in common: an id, a period of service days, and the ways in which rules can contradict themselves or each other.

Decides whether periods meet and what is wrong with rules taken by themselves. Never knows what a rule charges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Annotated, Literal, Protocol, TypeVar

import msgspec

from storage.instants import JST

Yen = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
PartyId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]

Channel = Literal["store", "post_office", "town_hall", "counter"]
"""Where a certificate is had: a store, a post office, a kiosk in the municipality's own hall; and its counter, whose fee is kept for comparison and never collected here."""

ConflictReason = Literal[
    "same_id", "empty_period", "negative", "overlap", "below_zero", "without_base", "commission_on_direct", "tax_differs", "tax_changes"
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why rules cannot stand: the rules concerned (one, or the two that contradict each other, in the order they were entered)."""

    reason: ConflictReason
    rules: tuple[str, ...]


class RulesRefused(Exception):
    """The rules as entered contradict themselves or each other; nothing of them is in force."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__("; ".join(f"{conflict.reason}: {' / '.join(conflict.rules)}" for conflict in conflicts))
        self.conflicts = conflicts


class Dated(Protocol):
    """Anything in force on service days `since` <= day < `until` (None: open)."""

    @property
    def rule(self) -> str:
        """The rule's id."""

    @property
    def since(self) -> date:
        """Its first day."""

    @property
    def until(self) -> date | None:
        """The first day after it."""


D = TypeVar("D", bound=Dated)
K = TypeVar("K")


def service_day(at: datetime) -> date:
    """The service day of an instant: its calendar day in Japan. The service sleeps from 23:00 to 06:30 (domain facts 2.5), so no visit begins near the border."""
    return at.astimezone(JST).date()


def service_day_end(day: date) -> datetime:
    """The first instant that no longer belongs to `day`."""
    return datetime.combine(day + timedelta(days=1), time(), JST)


def in_force(rule: Dated, day: date) -> bool:
    """Whether a rule speaks about this day."""
    return rule.since <= day and (rule.until is None or day < rule.until)


def meet(one: Dated, other: Dated) -> bool:
    """Whether there is a day on which both are in force."""
    return max(one.since, other.since) < min(one.until or date.max, other.until or date.max)


def overlaps(rules: Iterable[Dated]) -> list[Conflict]:
    """Every pair of rules that are in force on the same day."""
    return [Conflict("overlap", (one.rule, other.rule)) for one, other in combinations(rules, 2) if meet(one, other)]


def faults_alone(amounts: Iterable[tuple[Dated, int]]) -> list[Conflict]:
    """What is wrong with single rules, each with the yen it states: an id twice, a period without a day, an amount below 0."""
    faults: list[Conflict] = []
    seen: set[str] = set()
    for rule, yen in amounts:
        if rule.rule in seen:
            faults.append(Conflict("same_id", (rule.rule, rule.rule)))
        if rule.until is not None and rule.until <= rule.since:
            faults.append(Conflict("empty_period", (rule.rule,)))
        if yen < 0:
            faults.append(Conflict("negative", (rule.rule,)))
        seen.add(rule.rule)
    return faults


def grouped(keyed: Iterable[tuple[K, D]]) -> Mapping[K, tuple[D, ...]]:
    """Rules by what they are about, in the order they were entered."""
    groups: dict[K, list[D]] = {}
    for key, rule in keyed:
        groups.setdefault(key, []).append(rule)
    return {key: tuple(rules) for key, rules in groups.items()}


def first_in_force(groups: Iterable[tuple[D, ...]], day: date) -> D | None:
    """The rule in force on `day` in the first group that has one."""
    return next((rule for rules in groups for rule in rules if in_force(rule, day)), None)
