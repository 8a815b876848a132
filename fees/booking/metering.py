"""Metering (計量): has this fact been heard before, and does it fit what was heard?

Decides `new`, `repeat` or `contradiction` for the facts of a batch one after another, by number and by issuance: a batch is answered as its facts would be one by one. Pure: what was heard before is
given (`Heard`), what has to be kept is returned (`fact_log` keeps it). It does not price or post; its caller posts the new facts in the transaction that keeps them, because a number kept
before its posting is written would be posted zero times after a crash.

A contradiction is kept for a person with both contents and never posted: the same number with other content; a second outcome of one issuance (printed and returned,
two prints); a step told twice under two numbers; an issuance whose facts disagree about place, price or day; a price that is not the tariff's.
"""

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

import msgspec

from fees.booking.posting import OUTCOMES
from fees.booking.pricing import Objection, ObjectionReason, Priced
from messages.facts import FactStep, FeeFact, Metered
from messages.wire import encode

ContradictionReason = Literal["number_reused", "second_outcome", "step_repeated", "issuance_differs"] | ObjectionReason

_BY_NUMBER: Callable[[FeeFact], int] = attrgetter("number")
_NOTHING_BEFORE: frozenset[FactStep] = frozenset()


@dataclass(slots=True)
class Heard:
    """What was heard before, as far as a batch can meet it: what stands under its numbers, and the new facts of its issuances by number. Metering a batch adds the batch."""

    by_number: dict[int, tuple[FeeFact, Metered]] = field(default_factory=dict)
    by_issuance: dict[str, list[FeeFact]] = field(default_factory=dict)

    def add(self, fact: FeeFact, metered: Metered) -> None:
        """Note the first content under a number."""
        self.by_number[fact.number] = (fact, metered)
        if metered != "new":
            return
        if fact.issuance_id not in self.by_issuance:
            self.by_issuance[fact.issuance_id] = [fact]
        else:
            insort(self.by_issuance[fact.issuance_id], fact, key=_BY_NUMBER)


class Against(msgspec.Struct, frozen=True, gc=False):
    """What a contradictory fact contradicts: an earlier content, or a rule in a few words."""

    reason: ContradictionReason
    against: str


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What was made of one fact. `first`: nothing had been heard under its number. `against`: a contradiction that has to be kept, if it is not yet. `before` are the steps of
    its issuance that had been new under other numbers; `priced` is what the rules say of a new fact."""

    fact: FeeFact
    metered: Metered
    first: bool
    against: Against | None = None
    before: frozenset[FactStep] = _NOTHING_BEFORE
    priced: Priced | None = None


def meter(facts: Iterable[FeeFact], heard: Heard, view: Callable[[FeeFact], Priced | Objection]) -> tuple[Verdict, ...]:
    """A verdict on each fact in the batch's order; `heard` knows them afterwards. `view` is what `pricing` says of a fact.

    A contradiction repeated is answered as a contradiction again: the center may not have heard the first answer.
    """
    return tuple(_metered(fact, heard, view) for fact in facts)


def _metered(fact: FeeFact, heard: Heard, view: Callable[[FeeFact], Priced | Objection]) -> Verdict:
    kept = heard.by_number.get(fact.number)
    if kept is not None:
        before, metered = kept
        if before == fact:
            return Verdict(fact, "repeat" if metered == "new" else "contradiction", first=False)
        return Verdict(fact, "contradiction", first=False, against=Against("number_reused", encode(before).decode()))
    earlier = heard.by_issuance.get(fact.issuance_id, ())
    found, priced = _disagreement(fact, earlier), view(fact)
    if found is None and isinstance(priced, Objection):
        found = Against(priced.reason, priced.against)
    if found is not None:
        heard.add(fact, "contradiction")
        return Verdict(fact, "contradiction", first=True, against=found)
    assert isinstance(priced, Priced)
    steps = frozenset([each.step for each in earlier]) if earlier else _NOTHING_BEFORE
    heard.add(fact, "new")
    return Verdict(fact, "new", first=True, before=steps, priced=priced)


def _disagreement(fact: FeeFact, earlier: Iterable[FeeFact]) -> Against | None:
    for each in earlier:
        reason = _reason_between(each, fact)
        if reason is not None:
            return Against(reason, encode(each).decode())
    return None


def _reason_between(earlier: FeeFact, fact: FeeFact) -> ContradictionReason | None:
    if earlier.step == fact.step:
        return "second_outcome" if fact.step in OUTCOMES else "step_repeated"
    if {earlier.step, fact.step} == OUTCOMES:
        return "second_outcome"
    return "issuance_differs" if _terms(earlier) != _terms(fact) else None


def _terms(fact: FeeFact) -> tuple[object, ...]:
    return (fact.municipality, fact.kind, fact.fee_class, fact.channel, fact.operator, fact.kiosk_id, fact.fee_yen, fact.rule, fact.visited_at)
