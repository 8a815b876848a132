"""What docs/registers-seal-tax.md says of the seal register must be true."""

import re
from pathlib import Path

from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.seal.checks import REASONS, SENTENCES
from registers.seal.csv_form import COLUMNS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "registers-seal-tax.md").read_text(encoding="utf-8").partition("## Taxes")[0]


def test_every_column_word_and_reason_is_documented():
    literal = set(re.findall(r"`([^`\n]+)`", DOCUMENT))
    assert {column.field for column in COLUMNS} | {*REASONS, *REASONS.values()} | SENTENCES.keys() - RESIDENT_SENTENCES.keys() <= literal
    assert all(f"| {column.ja} | `{column.field}` | {'yes' if column.required else ''}" in DOCUMENT for column in COLUMNS)
