"""What came of the cases: values."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["passed", "failed", "not_tried"]

EVIDENCE_MAX = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One case's outcome. `evidence` names cases, test people and codes, never a text of a paper; of a case that was not tried it is the reason.

    `incident`: the class that was seen; empty where the case failed for want of an answer that could be judged. `answers` and `papers` are how many were heard and looked at for it.
    `left_out`: parts of it that the profile gave no occasion for, each with what it lacks.
    """

    case: str
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    incident: str = ""
    answers: int = 0
    papers: int = 0
    left_out: tuple[str, ...] = ()


class NotTried(Exception):
    """A case that this server or profile gives no occasion for; `str()` is the reason."""


def told_once(wrong: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Each thing once, and not more than anybody reads."""
    once = tuple(dict.fromkeys(wrong))
    return once if len(once) <= EVIDENCE_MAX else (*once[:EVIDENCE_MAX], f"and {len(once) - EVIDENCE_MAX} more")
