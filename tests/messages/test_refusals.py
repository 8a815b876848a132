"""The one table of refusals, and that everybody who refuses names a row of it."""

import ast
import re
from collections.abc import Iterator

import pytest

from messages.refusals import ROWS, TABLE, Row, refuse
from tests.structure.sources import Source, sources

STATUSES = {400, 403, 404, 409, 413, 422, 500, 502, 503}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")

NAMES_A_ROW = {"refuse", "Declined", "_leave_because"}
"""Calls whose first argument is a code of the table."""


def test_every_code_stands_in_the_table_once() -> None:
    assert len(TABLE) == len(ROWS)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,31}", row.code) for row in ROWS)  # the center's table has 32 places for a code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_every_row_speaks_to_the_resident_in_both_languages(row: Row) -> None:
    assert JAPANESE.search(row.ja) and row.ja.endswith("。")
    assert not JAPANESE.search(row.en) and row.en.endswith(".") and row.en[0].isupper()
    assert row.ja.strip() == row.ja and row.en.strip() == row.en
    assert "  " not in row.en and "。。" not in row.ja
    assert row.status in STATUSES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_both_languages_say_the_same_about_money_and_the_counter(row: Row) -> None:
    assert ("料金はいただいていません" in row.ja) == ("not been charged" in row.en)
    assert ("市区町村の窓口" in row.ja) == ("municipal office" in row.en)


def test_two_rows_never_say_the_same() -> None:
    assert len({row.ja for row in ROWS}) == len(ROWS)
    assert len({row.en for row in ROWS}) == len(ROWS)


def test_what_stops_everything_is_an_alarm_and_a_residents_own_reason_is_none() -> None:
    alarms = {row.code for row in ROWS if row.alarm}
    assert alarms >= {
        "paper_stopped",
        "issuer_failed",
        "kiosk_signature_bad",
        "challenge_signature_bad",
        "request_altered",
        "role_not_admitted",
        "failed",
    }
    assert alarms.isdisjoint({"pin_wrong", "not_issuable", "moved_out", "under_15", "not_registered", "closed_now", "busy"})


def test_a_protected_persons_refusal_is_the_row_of_ordinary_reasons_and_names_none() -> None:
    row = TABLE["not_issuable"]
    assert not row.alarm
    assert not re.search(r"支援|措置|保護|DV|配偶者|外字|文字|登録中|停止", row.ja)
    assert not re.search(r"protect|support|violence|character|suspend", row.en, re.IGNORECASE)


def test_a_refusal_is_its_row_with_a_word_for_engineers() -> None:
    refusal = refuse("busy", "at most 7")
    assert (refusal.code, refusal.ja, refusal.en, refusal.detail) == ("busy", TABLE["busy"].ja, TABLE["busy"].en, "at most 7")
    with pytest.raises(KeyError):
        refuse("no_such_row")


def _codes(source: Source) -> Iterator[tuple[int, str]]:
    """Every code that is written out where a row is named."""
    for node in source.nodes():
        if isinstance(node, ast.Call) and node.args and _last(node.func) in NAMES_A_ROW:
            yield from _texts(node.args[0])
        elif isinstance(node, ast.Subscript) and _last(node.value) == "TABLE":
            yield from _texts(node.slice)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value


def test_everybody_who_refuses_names_a_row() -> None:
    named = [(source.name, line, code) for source in sources() for line, code in _codes(source)]
    assert len(named) > 40
    assert [entry for entry in named if entry[2] not in TABLE] == []


def test_no_row_is_left_that_nobody_names() -> None:
    # A code may also travel as a value before it is refused with, so any text of the code counts.
    written = {
        node.value
        for source in sources()
        if source.name not in ("messages/refusals.py", "messages/issuer_refusals.py")
        for node in source.nodes()
        if _is_text(node)
    }
    assert [row.code for row in ROWS if row.code not in written] == []


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
