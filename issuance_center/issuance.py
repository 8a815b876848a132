"""The life of one issuance (one paper) as a table: from an application to paper and a fee, or to nothing and no fee.

    ACCEPTED    the intent is stored; nothing is made yet
    SEALED      the paper was made and has passed the gate
    PAID        the kiosk has taken the money for it
    PRINTED     it lies in the tray: the fee is due
    TAKEN       the resident has it
    DECLINED    the issuer refused            STOPPED   the gate refused: an alarm
    LAPSED      nobody paid for it (a visit ended, or its scope was stopped)   RETURNED  paid, not printed, money given back
    UNRESOLVED  paid, and nobody can know whether the sheet came out: the money waits in suspense, a case is open

A move that the table does not hold is never made. `docs/issuance.md` is drawn from it. What a move owes to others stands beside it: a fact to the fee office, an outcome to the issuer.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from messages.facts import FactStep

Outcome = Literal["printed", "void", "unresolved", "stopped"]


class State(StrEnum):
    """Where an issuance is."""

    ACCEPTED = "accepted"
    SEALED = "sealed"
    PAID = "paid"
    PRINTED = "printed"
    TAKEN = "taken"
    DECLINED = "declined"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    RETURNED = "returned"
    UNRESOLVED = "unresolved"


class Step(StrEnum):
    """What happened to it."""

    SEALED = "sealed"
    DECLINED = "declined"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    HALTED = "halted"
    PAID = "paid"
    PRINTED = "printed"
    TAKEN = "taken"
    RETURNED = "returned"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a step leads, and what is told to whom in the same commit."""

    to: State
    fact: FactStep | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """The step has been made before; nothing changes."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """The table holds no such move: somebody reports what cannot be."""


TABLE: dict[tuple[State, Step], Move] = {
    (State.ACCEPTED, Step.SEALED): Move(State.SEALED),
    (State.ACCEPTED, Step.DECLINED): Move(State.DECLINED),
    (State.ACCEPTED, Step.STOPPED): Move(State.STOPPED, outcome="stopped"),
    (State.ACCEPTED, Step.LAPSED): Move(State.LAPSED, outcome="void"),
    # A scoped stop: what nobody has paid for is void. A kiosk that had it already may still report money, as after LAPSED: then the money is booked and the paper is known to be out.
    (State.ACCEPTED, Step.HALTED): Move(State.LAPSED, outcome="void"),
    (State.SEALED, Step.HALTED): Move(State.LAPSED, outcome="void"),
    (State.SEALED, Step.STOPPED): Move(State.STOPPED, outcome="stopped"),
    (State.SEALED, Step.LAPSED): Move(State.LAPSED, outcome="void"),
    (State.SEALED, Step.PAID): Move(State.PAID, fact="paid"),
    # The kiosk's word arrives late: the visit was closed for lack of news, but money had been taken.
    (State.LAPSED, Step.PAID): Move(State.PAID, fact="paid"),
    (State.PAID, Step.PRINTED): Move(State.PRINTED, fact="printed", outcome="printed"),
    (State.PAID, Step.RETURNED): Move(State.RETURNED, fact="returned", outcome="void"),
    (State.PAID, Step.UNRESOLVED): Move(State.UNRESOLVED, fact="unresolved", outcome="unresolved"),
    (State.PRINTED, Step.TAKEN): Move(State.TAKEN),
    # An operator closes the case: the sheet was had, or the money was given back.
    (State.UNRESOLVED, Step.PRINTED): Move(State.PRINTED, fact="printed", outcome="printed"),
    (State.UNRESOLVED, Step.RETURNED): Move(State.RETURNED, fact="returned", outcome="void"),
}

_PASSED: dict[State, frozenset[Step]] = {
    State.ACCEPTED: frozenset(),
    State.SEALED: frozenset({Step.SEALED}),
    State.PAID: frozenset({Step.SEALED, Step.PAID, Step.LAPSED, Step.HALTED}),
    State.PRINTED: frozenset({Step.SEALED, Step.PAID, Step.PRINTED, Step.LAPSED, Step.HALTED}),
    State.TAKEN: frozenset({Step.SEALED, Step.PAID, Step.PRINTED, Step.TAKEN, Step.LAPSED, Step.HALTED}),
    State.DECLINED: frozenset({Step.DECLINED, Step.LAPSED, Step.HALTED}),
    State.STOPPED: frozenset({Step.STOPPED, Step.LAPSED, Step.HALTED}),
    State.LAPSED: frozenset({Step.LAPSED, Step.HALTED}),
    State.RETURNED: frozenset({Step.SEALED, Step.PAID, Step.RETURNED, Step.LAPSED, Step.HALTED}),
    State.UNRESOLVED: frozenset({Step.SEALED, Step.PAID, Step.UNRESOLVED, Step.LAPSED, Step.HALTED}),
}
"""The steps that say nothing new in a state. Closing a visit (LAPSED) changes nothing for a paper that has its outcome or its money."""

FINAL: frozenset[State] = frozenset({State.TAKEN, State.DECLINED, State.STOPPED, State.LAPSED, State.RETURNED})


def diagram() -> str:
    """The table as a Mermaid state diagram: on each arrow the step, and behind a stroke what it owes: a fact to the fee office, an outcome to the issuer."""
    arrows = [f"    {state} --> {made.to}: {step}{_owed(made)}" for (state, step), made in TABLE.items()]
    ends = [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.ACCEPTED}", *arrows, *ends])


def _owed(made: Move) -> str:
    owed = [f"fact {made.fact}"] * (made.fact is not None) + [f"outcome {made.outcome}"] * (made.outcome is not None)
    return f" / {', '.join(owed)}" if owed else ""


def move(state: State, step: Step) -> Move | Repeated | Impossible:
    """What `step` does to an issuance in `state`."""
    found = TABLE.get((state, step))
    if found is not None:
        return found
    return Repeated() if step in _PASSED[state] else Impossible()
