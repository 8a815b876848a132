"""What a certificate costs (交付手数料), as dated rules.

Decides the price of a fee class through a channel on a service day, and which rules may stand beside each other. Never knows what was sold, to whom, or what time it is.

An ordinance states a base and subtracts from it: a permanent reduction, or a campaign for a time. A campaign takes the place of the reduction, both count from
the base: base 300, reduction 50, campaign 290 gives 250, then 10, then 250 again (domain facts 6.1, 鹿島市).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec

from fees.rules.dated import Channel, Conflict, RuleId, RulesRefused, Yen, faults_alone, grouped, in_force, meet, overlaps

RuleKind = Literal["base", "reduction", "campaign"]
Code = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
FeeClass = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,31}$")]


class TariffRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tariff"):
    """One rule of an ordinance, in force on service days `since` <= day < `until` (None: open).

    `yen` is the fee itself for a `base`, and what is subtracted from it for a `reduction` (恒久減額) or a `campaign` (期間限定減額).
    """

    rule: RuleId
    municipality: Code
    fee_class: FeeClass
    channel: Channel
    kind: RuleKind
    yen: Yen
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
class Parts:
    """What a fee is made of: the base, and what is subtracted from it if anything."""

    base: TariffRule
    cut: TariffRule | None


Place = tuple[str, str, str]
"""Municipality, fee class, channel."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Rules that have been found free of contradictions (`tariff_of`), in the order they were entered."""

    rules: tuple[TariffRule, ...]
    by_place: Mapping[Place, tuple[TariffRule, ...]]


def place_of(rule: TariffRule) -> Place:
    """What a rule is about: rules of different places never meet."""
    return rule.municipality, rule.fee_class, rule.channel


def tariff_of(rules: Iterable[TariffRule]) -> Tariff:
    """The tariff made of these rules; raises `RulesRefused` naming every pair that overlaps or contradicts. A new rule is entered by giving all rules again."""
    entered = tuple(rules)
    by_place = grouped((place_of(rule), rule) for rule in entered)
    conflicts = faults_alone([(rule, rule.yen) for rule in entered])
    for standing in by_place.values():
        conflicts += _conflicts_at_one_place(standing)
    if conflicts:
        raise RulesRefused(tuple(conflicts))
    return Tariff(entered, by_place)


def parts(tariff: Tariff, municipality: str, fee_class: str, channel: str, day: date) -> Parts | NoPrice:
    """The rules that make the fee of service day `day`."""
    standing = {rule.kind: rule for rule in tariff.by_place.get((municipality, fee_class, channel), ()) if in_force(rule, day)}
    base = standing.get("base")
    return NoPrice() if base is None else Parts(base, standing.get("campaign") or standing.get("reduction"))


def price(tariff: Tariff, municipality: str, fee_class: str, channel: str, day: date) -> Price | NoPrice:
    """The fee of one copy on service day `day`."""
    match parts(tariff, municipality, fee_class, channel, day):
        case Parts(base, None):
            return Price(base.yen, base.rule)
        case Parts(base, TariffRule() as cut):
            return Price(base.yen - cut.yen, cut.rule)
    return NoPrice()


def fee_classes(tariff: Tariff, municipality: str, channel: str) -> tuple[str, ...]:
    """The fee classes that any rule of this municipality names on this channel, sorted."""
    return tuple(sorted(fee_class for code, fee_class, through in tariff.by_place if (code, through) == (municipality, channel)))


def _conflicts_at_one_place(rules: tuple[TariffRule, ...]) -> list[Conflict]:
    bases = tuple(rule for rule in rules if rule.kind == "base")
    cuts = tuple(rule for rule in rules if rule.kind != "base")
    conflicts = overlaps(bases)
    conflicts += overlaps(rule for rule in cuts if rule.kind == "reduction")
    conflicts += overlaps(rule for rule in cuts if rule.kind == "campaign")
    conflicts += [Conflict("below_zero", (base.rule, cut.rule)) for base in bases for cut in cuts if meet(base, cut) and cut.yen > base.yen]
    conflicts += [Conflict("without_base", (cut.rule,)) for cut in cuts if not _covered(cut, bases)]
    return conflicts


def _covered(cut: TariffRule, bases: tuple[TariffRule, ...]) -> bool:
    reached = cut.since
    end = cut.until or date.max
    for base in sorted(bases, key=lambda rule: rule.since):
        if base.since <= reached < (base.until or date.max):
            reached = base.until or date.max
    return reached >= end
