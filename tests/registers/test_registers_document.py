"""docs/registers.md is what people write their files by: it must be true."""

import io
import re
from pathlib import Path

from registers.residents.checks import SENTENCES
from registers.residents.columns import COLUMNS, WORDS
from registers.residents.csv_form import FILE_SENTENCES, Parsed, parse

DOCUMENT = (Path(__file__).parents[2] / "docs" / "registers.md").read_text(encoding="utf-8")


def test_the_example_is_a_register_without_any_fault_or_warning():
    example = re.search(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    assert example
    outcome = parse(io.BytesIO(example.group(1).encode()))
    assert isinstance(outcome, Parsed) and len(outcome.residents) == 2 and not outcome.warnings


def test_every_column_word_and_reason_is_documented():
    literal = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)))
    assert {column.field for column in COLUMNS} <= literal
    assert all(column.ja in DOCUMENT for column in COLUMNS)
    assert {word for words in WORDS.values() for word in words if word} <= literal
    assert {*SENTENCES, *FILE_SENTENCES} <= literal
