"""What a certificate costs (交付手数料) and what a store operator earns on it (委託手数料), as dated rules.

Decides the price of a fee class through a channel on a service day, and which rules may stand beside each other. Never knows what was sold, to whom, or what time it is.

An ordinance states a base and subtracts from it: a permanent reduction, or a campaign for a time. A campaign takes the place of the reduction, both count from
the base: base 300, reduction 50, campaign 290 gives 250, then 10, then 250 again (domain facts 6.1, 鹿島市).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Annotated, Literal, Protocol

import msgspec

from storage.instants import JST

RuleKind = Literal["base", "reduction", "campaign"]
Yen = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class TariffRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of an ordinance, in force on service days `since` <= day < `until` (None: open).

    `yen` is the fee itself for a `base`, and what is subtracted from it for a `reduction` (恒久減額) or a `campaign` (期間限定減額).
    """

    rule: RuleId
    municipality: str
    fee_class: str
    channel: str
    kind: RuleKind
    yen: Yen
    since: date
    until: date | None = None


class CommissionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the municipality owes the operator for one issuance (委託手数料), consumption tax included (domain facts 6.2: about 117 yen)."""

    rule: RuleId
    operator: str
    commission_yen: Yen
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """The fee of one copy, and the rule that decides it: the campaign in force, else the reduction, else the base."""

    fee_yen: int
    rule: str


@dataclass(frozen=True, slots=True)
class NoPrice:
    """No base is in force: the certificate cannot be had there and then."""


@dataclass(frozen=True, slots=True)
class Commission:
    """The operator's due for one issuance, tax included, and the rule that sets it."""

    commission_yen: int
    rule: str


@dataclass(frozen=True, slots=True)
class NoCommission:
    """There is no contract with this operator on that day."""


ConflictReason = Literal["same_id", "empty_period", "negative", "overlap", "below_zero", "without_base"]


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


class _Dated(Protocol):
    @property
    def rule(self) -> str: ...
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date | None: ...


Place = tuple[str, str, str]
"""Municipality, fee class, channel."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Rules that have been found free of contradictions (`tariff_of`), in the order they were entered."""

    rules: tuple[TariffRule, ...]
    by_place: Mapping[Place, tuple[TariffRule, ...]]


@dataclass(frozen=True, slots=True)
class Commissions:
    """Commission rules that have been found free of contradictions (`commissions_of`)."""

    rules: tuple[CommissionRule, ...]
    by_operator: Mapping[str, tuple[CommissionRule, ...]]


def service_day(at: datetime) -> date:
    """The service day of an instant: its calendar day in Japan. The service sleeps from 23:00 to 06:30 (domain facts 2.5), so no visit begins near the border."""
    return at.astimezone(JST).date()


def service_day_end(day: date) -> datetime:
    """The first instant that no longer belongs to `day`."""
    return datetime.combine(day + timedelta(days=1), time(), JST)


def tariff_of(rules: Iterable[TariffRule]) -> Tariff:
    """The tariff made of these rules; raises `RulesRefused` naming every pair that overlaps or contradicts. A new rule is entered by giving all rules again."""
    entered = tuple(rules)
    by_place: dict[Place, tuple[TariffRule, ...]] = {}
    for rule in entered:
        place = (rule.municipality, rule.fee_class, rule.channel)
        by_place[place] = (*by_place.get(place, ()), rule)
    conflicts = _faults_alone([(rule, rule.yen) for rule in entered])
    for standing in by_place.values():
        conflicts += _conflicts_at_one_place(standing)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    return Tariff(entered, by_place)


def commissions_of(rules: Iterable[CommissionRule]) -> Commissions:
    """The commission rules; raises `RulesRefused` as `tariff_of` does."""
    entered = tuple(rules)
    by_operator: dict[str, tuple[CommissionRule, ...]] = {}
    for rule in entered:
        by_operator[rule.operator] = (*by_operator.get(rule.operator, ()), rule)
    conflicts = _faults_alone([(rule, rule.commission_yen) for rule in entered])
    for standing in by_operator.values():
        conflicts += _overlaps(standing)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    return Commissions(entered, by_operator)


def price(tariff: Tariff, municipality: str, fee_class: str, channel: str, day: date) -> Price | NoPrice:
    """The fee of one copy on service day `day`."""
    standing = {rule.kind: rule for rule in tariff.by_place.get((municipality, fee_class, channel), ()) if _in_force(rule, day)}
    base = standing.get("base")
    if base is None:
        return NoPrice()
    cut = standing.get("campaign") or standing.get("reduction")
    return Price(base.yen, base.rule) if cut is None else Price(base.yen - cut.yen, cut.rule)


def fee_classes(tariff: Tariff, municipality: str, channel: str) -> tuple[str, ...]:
    """The fee classes that any rule of this municipality names on this channel, sorted."""
    return tuple(sorted(fee_class for code, fee_class, through in tariff.by_place if (code, through) == (municipality, channel)))


def commission(commissions: Commissions, operator: str, day: date) -> Commission | NoCommission:
    """What the operator earns on an issuance of service day `day`."""
    for rule in commissions.by_operator.get(operator, ()):
        if _in_force(rule, day):
            return Commission(rule.commission_yen, rule.rule)
    return NoCommission()


def _in_force(rule: _Dated, day: date) -> bool:
    return rule.since <= day and (rule.until is None or day < rule.until)


def _faults_alone(amounts: Iterable[tuple[_Dated, int]]) -> list[Conflict]:
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


def _conflicts_at_one_place(rules: tuple[TariffRule, ...]) -> list[Conflict]:
    bases = tuple(rule for rule in rules if rule.kind == "base")
    cuts = tuple(rule for rule in rules if rule.kind != "base")
    conflicts = _overlaps(bases)
    conflicts += _overlaps(tuple(rule for rule in cuts if rule.kind == "reduction"))
    conflicts += _overlaps(tuple(rule for rule in cuts if rule.kind == "campaign"))
    conflicts += [Conflict("below_zero", (base.rule, cut.rule)) for base in bases for cut in cuts if _meet(base, cut) and cut.yen > base.yen]
    conflicts += [Conflict("without_base", (cut.rule,)) for cut in cuts if not _covered(cut, bases)]
    return conflicts


def _overlaps(rules: tuple[_Dated, ...]) -> list[Conflict]:
    return [Conflict("overlap", (one.rule, other.rule)) for one, other in combinations(rules, 2) if _meet(one, other)]


def _meet(one: _Dated, other: _Dated) -> bool:
    return one.since < (other.until or date.max) and other.since < (one.until or date.max)


def _covered(cut: TariffRule, bases: tuple[TariffRule, ...]) -> bool:
    reached = cut.since
    end = cut.until or date.max
    for base in sorted(bases, key=lambda rule: rule.since):
        if base.since <= reached < (base.until or date.max):
            reached = base.until or date.max
    return reached >= end
