"""An operator's decision about money that waits in suspense: the sheet was had, or the money is given back.

The decision is one commit: the step, the fact it owes, and the closed case with a name and a reason.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from issuance_center.issuance import Move, Step
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
    if found is None:
        return NotSettled()
    issuance, request = found
    if not isinstance(issuances.take_step(connection, issuance, request, Step(decision), now, now, f"case closed by {staff}"), Move):
        return NotSettled()
    cases.close_case(connection, issuance_id, "unresolved", decision, staff, reason, now)
    return Settled()
