"""What a draft may change, and whether it may: pure.

A change enters a rule, gives a rule another end, or withdraws one that has not begun. Decides whose a rule is, from which day a change is felt, and whether the book that results can stand.
A rule's id is used once and never again: facts name the rule that priced them.

A service day that has begun is never touched. `earliest_day` is the first that a change may be felt on: tomorrow, and the day after it in the last minutes before midnight, so that no price list
that was handed out for a day (good for a minute at most) and no process that is about to read the rules can disagree with what the day is billed by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from fees.rules.dated import RuleId, RulesRefused, service_day
from fees.rules.rule_book import Rule, RuleBook, rule_book_of
from fees.rules.tariff import TariffRule

SETTLING = timedelta(minutes=10)
"""How long before its day a change must have been approved."""

CENTER = "center"
"""The owner of what is no municipality's own: commissions, routes, contributions."""


class Enter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="enter"):
    """A new rule."""

    rule: Rule


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end"):
    """A rule that stands ends on another day: `until` is the first day it is no longer in force, None leaves it open."""

    rule: RuleId
    until: date | None


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="withdraw"):
    """A rule that has not begun never begins."""

    rule: RuleId


Change = Enter | End | Withdraw
Changes = Annotated[tuple[Change, ...], msgspec.Meta(min_length=1, max_length=200)]

ProblemReason = Literal[
    "nothing",
    "not_yours",
    "unknown_rule",
    "id_used",
    "unknown_municipality",
    "unknown_fee_class",
    "unknown_operator",
    "too_early",
    "no_change",
    "conflict",
]


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that rules may name."""

    municipalities: frozenset[str]
    fee_classes: frozenset[str]
    operators: frozenset[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why changes cannot be: the rules concerned (two where two contradict each other, `detail` says how), and for `too_early` the earliest day there could be."""

    reason: ProblemReason
    rules: tuple[str, ...] = ()
    detail: str = ""
    earliest: date | None = None


class ChangesRefused(Exception):
    """Nothing of the changes is taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.reason} {problem.detail} {' / '.join(problem.rules)}" for problem in problems))
        self.problems = problems


def owner_of(rule: Rule) -> str:
    """Whose a rule is: a fee is the municipality's whose ordinance says it, everything else the center's people look after."""
    return rule.municipality if isinstance(rule, TariffRule) else CENTER


def earliest_day(now: datetime) -> date:
    """The first service day that a change approved now may be felt on."""
    return service_day(now + SETTLING) + timedelta(days=1)


def felt_from(change: Change, standing: Mapping[str, Rule]) -> date:
    """The first day on which anything costs something else; `standing` are the rules by id. KeyError for a rule that does not stand."""
    match change:
        case Enter(rule):
            return rule.since
        case End(rule_id, until):
            return min(standing[rule_id].until or date.max, until or date.max)
        case Withdraw(rule_id):
            return standing[rule_id].since


def changed(book: RuleBook, changes: tuple[Change, ...], owner: str, known: Known, used: frozenset[str], earliest: date) -> RuleBook:
    """The book after the changes, one revision on. Raises `ChangesRefused` with every reason against them; `used` are the ids that rules ever had."""
    standing = {rule.rule: rule for rule in book.rules}
    problems = [] if changes else [Problem("nothing")]
    for change in changes:
        problems += _problems(change, standing, owner, known, used, earliest)
    if problems:
        raise ChangesRefused(tuple(problems))
    try:
        return rule_book_of(_applied(changes, standing).values(), book.revision + 1)
    except RulesRefused as refused:
        found = (Problem("conflict", conflict.rules, conflict.reason) for conflict in refused.conflicts)
        raise ChangesRefused(tuple(found)) from None


def after(change: Change, standing: Mapping[str, Rule]) -> Rule | None:
    """The rule as it is after the change; None when it is withdrawn."""
    match change:
        case Enter(rule):
            return rule
        case End(rule_id, until):
            return msgspec.structs.replace(standing[rule_id], until=until)
        case Withdraw():
            return None


def rule_id(change: Change) -> str:
    """The id of the rule that a change is about."""
    return change.rule.rule if isinstance(change, Enter) else change.rule


def _applied(changes: Iterable[Change], standing: Mapping[str, Rule]) -> dict[str, Rule]:
    rules = dict(standing)
    for change in changes:
        rule = after(change, rules)
        if rule is None:
            del rules[rule_id(change)]
        else:
            rules[rule_id(change)] = rule
    return rules


def _problems(change: Change, standing: Mapping[str, Rule], owner: str, known: Known, used: frozenset[str], earliest: date) -> list[Problem]:
    named = (rule_id(change),)
    if isinstance(change, Enter):
        if named[0] in used or named[0] in standing:
            return [Problem("id_used", named)]
        rule = change.rule
    elif named[0] not in standing:
        return [Problem("unknown_rule", named)]
    else:
        rule = standing[named[0]]
    if owner_of(rule) != owner:
        return [Problem("not_yours", named)]
    problems = _unknown(rule, known)
    if isinstance(change, End) and change.until == rule.until:
        problems.append(Problem("no_change", named))
    elif felt_from(change, standing) < earliest:
        problems.append(Problem("too_early", named, earliest=earliest))
    return problems


def _unknown(rule: Rule, known: Known) -> list[Problem]:
    problems = []
    code, operator = getattr(rule, "municipality", None), getattr(rule, "operator", None)
    if code is not None and code not in known.municipalities:
        problems.append(Problem("unknown_municipality", (rule.rule,), code))
    if operator is not None and operator not in known.operators:
        problems.append(Problem("unknown_operator", (rule.rule,), operator))
    if isinstance(rule, TariffRule) and rule.fee_class not in known.fee_classes:
        problems.append(Problem("unknown_fee_class", (rule.rule,), rule.fee_class))
    return problems
