"""The life of one paper in the 発行履歴, as a table: (state, what happened) -> state.

Pure. A pair that is not in the table cannot happen: it is answered as a contradiction and changes nothing. What the center or the clerk says twice changes nothing the second time.
"""

from typing import Literal

State = Literal["reserved", "made", "printed", "void", "unresolved", "stopped", "disposed"]
"""番号確保 / 作成 / 印刷済 / 取消 / 未確定 / 交付中止 / 処分."""

Happening = Literal["drawn", "cancelled", "printed", "void", "unresolved", "stopped", "disposed"]
"""`cancelled` is the issuer's own word: the register no longer gives the same paper. `printed`, `void`, `unresolved`, `stopped` are the center's, `disposed` the clerk's."""

MOVES: dict[tuple[State, Happening], State] = {
    ("reserved", "drawn"): "made",
    ("reserved", "cancelled"): "void",
    ("reserved", "void"): "void",
    ("reserved", "stopped"): "stopped",
    ("made", "drawn"): "made",
    ("made", "cancelled"): "void",
    ("made", "printed"): "printed",
    ("made", "void"): "void",
    ("made", "unresolved"): "unresolved",
    ("made", "stopped"): "stopped",
    # The first answer may have been printed while a late repeat found the register changed: what came out of the printer is the truth.
    ("void", "printed"): "printed",
    ("void", "unresolved"): "unresolved",
    ("void", "stopped"): "stopped",
    ("void", "void"): "void",
    ("void", "cancelled"): "void",
    ("unresolved", "printed"): "printed",
    ("unresolved", "void"): "void",
    ("printed", "disposed"): "disposed",
    ("unresolved", "disposed"): "disposed",
    ("stopped", "disposed"): "disposed",
}

WORDS: dict[State, tuple[str, str]] = {
    "reserved": ("番号確保", "Number reserved"),
    "made": ("作成済", "Made"),
    "printed": ("印刷済", "Printed"),
    "void": ("取消", "Void"),
    "unresolved": ("未確定", "Unresolved"),
    "stopped": ("交付中止", "Stopped"),
    "disposed": ("処分済", "Disposed"),
}


def after(state: State, happening: Happening) -> State | None:
    """The state that follows, or None where this cannot happen."""
    return MOVES.get((state, happening))
