"""What came of the cases: values."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["passed", "failed", "not_tried"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One case's outcome. `evidence` names cases, test people and codes, never a text of a paper; of a case that was not tried it is the reason."""

    case: str
    verdict: Verdict
    evidence: tuple[str, ...] = ()


class NotTried(Exception):
    """A case that this server or profile gives no occasion for; `str()` is the reason."""


def judged(case: str, wrong: list[str] | tuple[str, ...], seen: str = "") -> Finding:
    """Passed when nothing is wrong; `seen` then says what was looked at."""
    return Finding(case, "failed", tuple(dict.fromkeys(wrong))[:20]) if wrong else Finding(case, "passed", (seen,) if seen else ())
