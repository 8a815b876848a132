"""What one municipality decides about one kind of certificate: parameters, checked when they are read, never rules in code."""

from dataclasses import dataclass
from typing import Literal

from certificates.kinds import KINDS
from certificates.wareki import ERAS, Era

LeavingBlocks = Literal["person", "household", "omit"]
"""What a filed 転出届 (転出予定) stops until the day of the move (domain facts 3, 12.12): papers for or with that person, every paper of the household, or nothing: then the paper
shows nothing of the notice. Cities differ; the standard itself wants the last."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`options`: codes offered here (an item may be kept for the counter, e.g. 個人番号 or 住民票コード); `copies_max` a request; `eras` where a new 元号 is added.

    ValueError when it contradicts itself or names what does not exist.
    """

    options: tuple[str, ...]
    copies_max: int
    leaving_blocks: LeavingBlocks
    eras: tuple[Era, ...] = ERAS

    def __post_init__(self) -> None:
        known = {option.code for kind in KINDS.values() for option in kind.options}
        if not known.issuperset(self.options) or len(set(self.options)) != len(self.options):
            raise ValueError("options: an item that does not exist, or one named twice")
        if self.copies_max < 1:
            raise ValueError("copies_max: at least 1")
        if self.leaving_blocks not in ("person", "household", "omit"):
            raise ValueError("leaving_blocks: person, household or omit")
        days = [era.first for era in self.eras]
        if not days or days != sorted(set(days)):
            raise ValueError("eras: at least one, the earliest first")
