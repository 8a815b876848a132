"""docs/registers-koseki.md is what people write their files by: it must be true."""

import io
import re
from pathlib import Path

from registers.koseki.checks import SENTENCES
from registers.koseki.columns import COLUMNS, WORDS, entries_of
from registers.koseki.csv_form import Parsed, parse

DOCUMENT = (Path(__file__).parents[3] / "docs" / "registers-koseki.md").read_text(encoding="utf-8")


def test_the_example_is_a_register_without_any_fault_or_warning():
    koseki, members, fuhyo = (io.BytesIO(text.encode()) for text in re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL))
    outcome = parse(koseki, members, fuhyo)
    assert isinstance(outcome, Parsed), outcome
    assert not outcome.warnings
    assert (len(outcome.koseki[0].members), len(outcome.fuhyo[0].people)) == (2, 2)


def test_the_example_of_a_cell_can_be_read():
    (cell,) = re.findall(r"```\n(出生.*?)\n```", DOCUMENT)
    assert [entry.title for entry in entries_of(cell)] == ["出生", "婚姻"]


def test_every_column_word_and_reason_is_documented():
    literal = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)))
    columns = [column for of_file in COLUMNS.values() for column in of_file]
    assert {column.field for column in columns} <= literal
    assert all(column.ja in DOCUMENT for column in columns)
    assert {word for words in WORDS.values() for word in words if word} <= literal
    assert set(SENTENCES) <= literal
