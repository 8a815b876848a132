"""What an operator decides: about money that waits in suspense (the sheet was had, or the money is given back), and that a contradiction has been looked into.

A decision is one commit: the step, the fact it owes, and the closed case with a name and a reason. Made twice, it is made once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from issuance_center.issuance import State, Step
from issuance_center.records import cases, issuances

Decision = Literal["printed", "returned"]


@dataclass(frozen=True, slots=True)
class Settled:
    """The decision has been carried out."""


@dataclass(frozen=True, slots=True)
class NotSettled:
    """It could not be: no such issuance, or its money does not wait."""


def settle(connection: Connection, issuance_id: str, decision: Decision, staff: str, reason: str, now: datetime) -> Settled | NotSettled:
    """Carry out `decision` for an unresolved issuance. `reason` is what the operator writes, and names no resident."""
    found = issuances.find_issuance(connection, issuance_id)
    if found is None or found[0].state is not State.UNRESOLVED:
        return NotSettled()
    issuances.take_step(connection, *found, Step(decision), now, now, f"case closed by {staff}")
    cases.close_case(connection, issuance_id, "unresolved", decision, staff, reason, now)
    return Settled()


def conclude(connection: Connection, issuance_id: str, staff: str, reason: str, now: datetime) -> Settled | NotSettled:
    """Close the inquiry into reports that contradicted each other. Nothing is booked by it: what the books should say about it is a decision of its own."""
    closed = cases.close_case(connection, issuance_id, "contradiction", "inquired", staff, reason, now)
    return Settled() if closed else NotSettled()
