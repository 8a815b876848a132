"""Every inward reason that this server can log has words for clerks."""

import ast
from pathlib import Path

import pytest

from certificates.back.code import TooMuch
from certificates.drawing import DoesNotFit, NoGlyph
from issuer.making import unprintable
from issuer.reasons import word_of

ROOT = Path(__file__).parents[2]


def reasons() -> set[str]:
    """The reasons written where something is declined; those put together at run time are listed by hand."""
    found = {
        "member protected",
        "member suppressed",
        "member character pending",
        "member not present",
        "protected",
        "suppressed",
        "character pending",
    }
    found |= {
        "standing dead",
        "standing removed",
        "戸籍 removed",
        "戸籍 superseded",
        "glyph missing",
        "the holder is not on the paper",
        "household suppressed",
    }
    found |= {unprintable(problem) for problem in (DoesNotFit("name"), NoGlyph("name"), TooMuch("x"))}
    files = [*(ROOT / "certificates").glob("*.py"), ROOT / "issuer" / "making.py", ROOT / "issuer" / "desk.py"]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Declined" and len(node.args) == 2:
                reason = node.args[1]
                if isinstance(reason, ast.Constant):
                    found.add(str(reason.value))
    return found


def test_there_are_reasons_to_look_at() -> None:
    assert len(reasons()) > 45 and {"no seal", "income not declared", "not offered today", "does not fit: name"} <= reasons()


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_a_reason_has_words_of_its_own_in_both_languages(reason: str) -> None:
    ja, en = word_of("some_code", reason, cleared=True)
    bare = reason.partition(": ")[0]
    assert ja not in (reason, bare) and en != reason, reason


def test_the_cell_that_a_text_does_not_fit_is_named() -> None:
    ja, en = word_of("not_issuable", "does not fit: previous_address", cleared=True)
    assert "previous_address" in ja and "previous_address" in en
    assert "previous_address" not in "".join(word_of("not_issuable", "does not fit: previous_address", cleared=False))
