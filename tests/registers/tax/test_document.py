"""What docs/registers-seal-tax.md says of the tax register must be true."""

import re
from pathlib import Path

from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.tax.checks import SENTENCES
from registers.tax.columns import COLUMNS, DECLARED, FIGURES

DOCUMENT = (Path(__file__).parents[3] / "docs" / "registers-seal-tax.md").read_text(encoding="utf-8").partition("## Taxes")[2]


def test_every_column_word_and_reason_is_documented():
    literal = set(re.findall(r"`([^`\n]+)`", DOCUMENT))
    assert {column.field for column in COLUMNS} | DECLARED.keys() | SENTENCES.keys() - RESIDENT_SENTENCES.keys() <= literal
    assert all(column.ja in DOCUMENT for column in COLUMNS)
    assert all(f"{figure.ja} `{figure.column}`" in DOCUMENT for figure in FIGURES)
