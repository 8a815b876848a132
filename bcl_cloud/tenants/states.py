"""The life of a tenant as a table: from its first row in the cloud's database to issuing, to a stop and back.

Decides which state follows which happening. What must be done before one may be opened is `onboarding`'s.
"""

from typing import Literal

State = Literal["new", "preparing", "trial", "open", "stopped"]
Happening = Literal["prepare", "try", "open", "close", "leak", "restart", "prepare_again"]

TABLE: dict[tuple[State, Happening], State] = {
    ("new", "prepare"): "preparing",
    ("preparing", "prepare"): "preparing",
    ("preparing", "try"): "trial",
    ("trial", "try"): "trial",
    ("trial", "prepare"): "preparing",
    ("trial", "open"): "open",
    ("open", "prepare"): "open",
    ("open", "close"): "stopped",
    ("stopped", "prepare"): "stopped",
    ("stopped", "close"): "stopped",
    ("stopped", "restart"): "open",
    ("stopped", "prepare_again"): "preparing",
    ("new", "leak"): "stopped",
    ("preparing", "leak"): "stopped",
    ("trial", "leak"): "stopped",
    ("open", "leak"): "stopped",
    ("stopped", "leak"): "stopped",
}
"""(state, happening) -> state; a pair that is not here does not happen. A leak stops a tenant in any state."""

WORDS: dict[State, tuple[str, str]] = {
    "new": ("作成済み", "Created"),
    "preparing": ("準備中", "In preparation"),
    "trial": ("試験発行中", "Trial issue"),
    "open": ("発行中", "Open"),
    "stopped": ("停止中", "Stopped"),
}
"""(ja, en) of each state."""


def after(state: State, happening: Happening) -> State | None:
    """The state that follows; None where this does not happen."""
    return TABLE.get((state, happening))
