"""Near misses (domain facts 7.1, design lesson 4; I2: errors had been reported and were closed because the retry went well): which there are, and what becomes of a case. Pure.

A case is one municipality x class. It goes to the municipality, is acknowledged by one of its people, closes only with a written cause, and opens again by itself when it recurs.
"""

from dataclasses import dataclass
from typing import Literal

from issuance_center.stopping import Person

FindingClass = Literal["error_then_success", "same_second", "sheet_counts", "data_update", "paper_stopped", "other_build"]
Standing = Literal["open", "acknowledged", "closed"]

CLASSES: dict[str, tuple[str, str]] = {
    "error_then_success": ("エラーの後、やり直しで成功", "An error, then a successful retry"),
    "same_second": ("同じ1秒以内の2件の申請", "Two orders within one second"),
    "sheet_counts": ("枚数の食い違い", "Wrong sheet counts"),
    "data_update": ("台帳の更新と重なった申請", "An order that overlapped a data update"),
    "paper_stopped": ("申請と異なる証明書", "A paper that was not what was ordered"),
    "other_build": ("登録と異なる構成のサーバ", "A server of another build than registered"),
}

CAUSE_MIN, CAUSE_MAX = 20, 1000
"""Characters of a written cause."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. `explained_per_day`: of a class that occurs under normal load, how many a day the written cause explains."""

    municipality: str
    standing: Standing
    explained_per_day: int = 0


def class_of(differences: tuple[str, ...]) -> FindingClass:
    """What a paper that the gate refused is a case of."""
    return "sheet_counts" if any("sheets: " in difference for difference in differences) else "paper_stopped"


def reopens(case: Case, on_this_day: int) -> bool:
    """Whether one more occurrence, the `on_this_day`-th of its day, opens a closed case again."""
    return case.standing == "closed" and on_this_day > case.explained_per_day


def acknowledge_refused(case: Case, person: Person) -> str | None:
    """Only a person of the municipality acknowledges what was sent to it; None: done."""
    if person.of != case.municipality:
        return "not_yours"
    return None if case.standing == "open" else "not_open"


def close_refused(case: Case, person: Person, cause: str) -> str | None:
    """Closed by the municipality or an operator, after it was acknowledged, with a cause in words."""
    if not (person.operator or person.of == case.municipality):
        return "not_yours"
    if case.standing != "acknowledged":
        return "not_acknowledged"
    return None if len("".join(cause.split())) >= CAUSE_MIN and len(cause) <= CAUSE_MAX else "cause"
