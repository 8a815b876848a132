"""What one municipality decides about one kind of certificate: parameters, checked when they are read, never rules in code."""

from dataclasses import dataclass
from typing import Literal

from certificates.kinds import KINDS
from certificates.wareki import ERAS, Era

LeavingBlocks = Literal["person", "household", "omit"]
"""What a filed 転出届 (転出予定) stops until the day of the move (domain facts 3, 12.12): papers for or with that person, every paper of the household, or nothing: then the paper
shows nothing of the notice. Cities differ; the standard itself wants the last."""

Overflow = Literal["refuse", "cut"]
"""What happens to a text that no legible size brings into its cell (domain facts 4): no paper, or the text printed to the limit with 「…」 behind it."""

Undeclared = Literal["refuse", "blank_for_dependants"]
"""Undeclared income (domain facts 3): no paper at all, or for a dependant of the same household a 非課税証明書 without figures."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`options`: codes offered here (an item may be kept for the counter, e.g. 個人番号 or 住民票コード); `forms` in the order they are offered; `copies_max` a request.

    `years`: how many fiscal years back from the latest open one a yearly paper is offered (1: the latest only); `year_opens`: month and day from which a new fiscal year's figures are issued;
    `years_need_approval`: a year's figures are issued only once its tax section has approved its specimens; `switch_days`: for how many days before the opening yearly papers are closed;
    `eras` where a new 元号 is added. ValueError when it contradicts itself or names what does not exist.
    """

    kind: str
    options: tuple[str, ...]
    forms: tuple[str, ...]
    copies_max: int
    leaving_blocks: LeavingBlocks = "person"
    overflow: Overflow = "refuse"
    undeclared: Undeclared = "refuse"
    years: int = 1
    year_opens: tuple[int, int] = (6, 3)
    years_need_approval: bool = False
    switch_days: int = 0
    eras: tuple[Era, ...] = ERAS

    def __post_init__(self) -> None:
        problem = next((problem for problem, found in self._problems().items() if found), None)
        if problem is not None:
            raise ValueError(problem)

    def _problems(self) -> dict[str, bool]:
        kind = KINDS.get(self.kind)
        if kind is None:
            return {"kind: there is no such kind of certificate": True}
        days = [era.first for era in self.eras]
        month, day = self.year_opens
        return {
            "options: an item that does not exist, or one named twice": _not_of({option.code for option in kind.options}, self.options),
            "forms: at least one, each of this kind and named once": not self.forms or _not_of({form.code for form in kind.forms}, self.forms),
            "copies_max: at least 1": self.copies_max < 1,
            "leaving_blocks: person, household or omit": self.leaving_blocks not in ("person", "household", "omit"),
            "overflow: refuse or cut": self.overflow not in ("refuse", "cut"),
            "undeclared: refuse or blank_for_dependants": self.undeclared not in ("refuse", "blank_for_dependants"),
            "years: 1 to 10": not 1 <= self.years <= 10,
            "year_opens: a month and a day": not (1 <= month <= 12 and 1 <= day <= 31),
            "switch_days: 0 to 60": not 0 <= self.switch_days <= 60,
            "eras: at least one, the earliest first": not days or days != sorted(set(days)),
        }


def _not_of(known: set[str], named: tuple[str, ...]) -> bool:
    return not known.issuperset(named) or len(set(named)) != len(named)
