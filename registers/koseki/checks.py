"""What is wrong with one line of a family register written by others, and with a 戸籍: every reason by code, column and a sentence in Japanese and English."""

import re
from datetime import date

KANA_FROM = date(2025, 5, 26)
"""The day from which a 戸籍 has readings (domain facts 2.4)."""
_KANA = re.compile(r"[\u30a1-\u30fa\u30fc\u30fd\u30fe・]+")


def is_reading(text: str) -> bool:
    """Full-width katakana."""
    return _KANA.fullmatch(text) is not None
