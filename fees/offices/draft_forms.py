"""From what an editor typed to the changes of a draft, and back: pure.

Rows of the form enter fees; a choice beside each rule that stands ends or withdraws it; and lines of JSON enter whatever rows cannot say (commissions, routes, contributions; whole tariffs at once).
Whatever cannot be read is told with its line and nothing of the form is taken. A person types the last day on which a rule holds, a rule keeps the first on which it does not.
"""

import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import msgspec

from fees.drafts.changes import Change, End, Enter, Withdraw
from fees.rules.dated import Channel
from fees.rules.rule_book import Rule
from fees.rules.tariff import RuleKind, TariffRule

ROWS = 8
LINES_MAX = 64_000

FormReason = Literal["incomplete", "fraction", "negative", "amount", "day", "choice", "order", "json", "too_long"]


@dataclass(frozen=True, slots=True)
class FormProblem:
    """What cannot be read: in which part (`row` of fees, `rule` that stands, `line` of JSON), which one (the row's or line's number from 1, the rule's id), and why."""

    part: Literal["row", "rule", "line"]
    which: str
    reason: FormReason
    detail: str = ""


class FormRefused(Exception):
    """Nothing of the form is taken."""

    def __init__(self, problems: tuple[FormProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.part} {problem.which}: {problem.reason}" for problem in problems))
        self.problems = problems


class _Unread(Exception):
    def __init__(self, reason: FormReason) -> None:
        super().__init__(reason)
        self.reason: FormReason = reason


def changes_of(typed: Mapping[str, str], municipality: str | None, standing: Mapping[str, Rule], used: Container[str]) -> tuple[Change, ...]:
    """The changes that a form asks for, rules that end first. Raises `FormRefused`. `municipality` None: the form has no rows of fees. `used` ids are not given to new rules."""
    changes: list[Change] = []
    problems: list[FormProblem] = []
    for rule in standing.values():
        try:
            changes += _of_standing(typed, rule)
        except _Unread as unread:
            problems.append(FormProblem("rule", rule.rule, unread.reason))
    taken: set[str] = set()
    for row in range(1, ROWS + 1) if municipality is not None else ():
        try:
            changes += _of_row(typed, row, str(municipality), used, taken)
        except _Unread as unread:
            problems.append(FormProblem("row", str(row), unread.reason))
    found, unread_lines = _of_lines(typed.get("lines", ""))
    if problems or unread_lines:
        raise FormRefused((*problems, *unread_lines))
    return (*changes, *found)


def typed_of(changes: tuple[Change, ...]) -> dict[str, str]:
    """The form that asks for these changes."""
    typed: dict[str, str] = {}
    lines: list[str] = []
    row = 0
    for change in changes:
        match change:
            case Enter(TariffRule() as rule) if row < ROWS:
                row += 1
                typed |= {f"{name}_{row}": str(getattr(rule, name)) for name in ("kind", "fee_class", "channel", "yen", "since", "rule")}
                typed[f"last_{row}"] = "" if rule.until is None else str(rule.until - timedelta(days=1))
            case End(rule_id, until):
                typed |= {
                    f"act_{rule_id}": "open" if until is None else "end",
                    f"ends_{rule_id}": "" if until is None else str(until - timedelta(days=1)),
                }
            case Withdraw(rule_id):
                typed[f"act_{rule_id}"] = "withdraw"
            case _:
                lines.append(msgspec.json.encode(change).decode())
    return {**typed, "lines": "\n".join(lines)}


def yen_of(text: str) -> int:
    """Whole yen as people type them: digits, full-width ones and separators too. A fraction, a sign or anything else is refused as what it is."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("円").strip().replace(",", "")
    if plain.isascii() and plain.isdigit() and len(plain) <= 6:
        return int(plain)
    if plain[:1] in {"-", "−", "△", "▲"}:
        raise _Unread("negative")
    raise _Unread("fraction" if plain.replace(".", "", 1).isdigit() and "." in plain else "amount")


def _of_standing(typed: Mapping[str, str], rule: Rule) -> tuple[Change, ...]:
    match typed.get(f"act_{rule.rule}", "keep"):
        case "keep":
            return ()
        case "withdraw":
            return (Withdraw(rule.rule),)
        case "open":
            return (End(rule.rule, None),)
        case "end":
            until = _day(typed.get(f"ends_{rule.rule}", "")) + timedelta(days=1)
            if until <= rule.since:
                raise _Unread("order")
            return (End(rule.rule, until),)
    raise _Unread("choice")


def _of_row(typed: Mapping[str, str], row: int, municipality: str, used: Container[str], taken: set[str]) -> tuple[Change, ...]:
    values = {name: typed.get(f"{name}_{row}", "").strip() for name in ("kind", "fee_class", "channel", "yen", "since", "last")}
    if not any(values[name] for name in ("yen", "since", "last")):
        return ()
    if not all(values[name] for name in ("kind", "fee_class", "channel", "yen", "since")):
        raise _Unread("incomplete")
    if values["kind"] not in get_args(RuleKind) or values["channel"] not in get_args(Channel):
        raise _Unread("choice")
    since = _day(values["since"])
    until = _day(values["last"]) + timedelta(days=1) if values["last"] else None
    if until is not None and until <= since:
        raise _Unread("order")
    name = _id(typed.get(f"rule_{row}", ""), f"{municipality}-{values['fee_class']}-{values['channel']}-{values['kind']}-{since:%Y%m%d}", used, taken)
    plain = {"rule": name, "municipality": municipality, "yen": yen_of(values["yen"]), "since": since, "until": until}
    try:
        rule = msgspec.convert({**plain, **{name: values[name] for name in ("fee_class", "channel", "kind")}}, TariffRule)
    except msgspec.ValidationError:
        raise _Unread("choice") from None
    return (Enter(rule),)


def _of_lines(text: str) -> tuple[tuple[Change, ...], tuple[FormProblem, ...]]:
    if len(text) > LINES_MAX:
        return (), (FormProblem("line", "1", "too_long"),)
    changes: list[Change] = []
    problems: list[FormProblem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            changes.append(msgspec.json.decode(line, type=Change))
        except (msgspec.MsgspecError, ValueError) as refused:
            problems.append(FormProblem("line", str(number), "json", str(refused)[:200]))
    return tuple(changes), tuple(problems)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _Unread("day") from None


def _id(kept: str, made: str, used: Container[str], taken: set[str]) -> str:
    """The id a row had already, else one made of what the rule says, numbered where it was used before."""
    name = kept if kept and kept not in used and kept not in taken else made
    number = 1
    while name in used or name in taken:
        number += 1
        name = f"{made}-{number}"
    taken.add(name)
    return name
