"""Variation sequences (IVS) of a font: cmap format 14, looked up in the table's own bytes.

A sequence is a base character and a selector. The font either has its own glyph for it, says that the base's ordinary glyph is that form, or does not know it.
"""

import re
from struct import Struct

_RECORD = Struct(">3sLL")  # selector, offset of the default ranges, offset of the mapped forms
_RANGE = Struct(">3sB")  # first base, how many more
_MAPPING = Struct(">3sH")  # base, glyph

USUAL = -1
"""The form is the base character's ordinary glyph."""


_SELECTOR = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_HAS_SELECTOR = re.compile(_SELECTOR)
_SEQUENCE = re.compile(f".{_SELECTOR}?", re.DOTALL)


def sequences(text: str) -> list[str]:
    """`text` cut into characters, each with its variation selector if it has one."""
    return _SEQUENCE.findall(text) if _HAS_SELECTOR.search(text) else list(text)


class Variations:
    """A font's subtable of format 14, `table` from its first byte on; nothing of it is copied but the places of its forty selectors."""

    def __init__(self, table: memoryview) -> None:
        self._table = table
        count = int.from_bytes(table[6:10], "big") if table else 0
        records = (_RECORD.unpack_from(table, 10 + at * _RECORD.size) for at in range(count))
        self._selectors = {int.from_bytes(selector, "big"): (usual, mapped) for selector, usual, mapped in records}

    def glyph(self, base: int, selector: int) -> int | None:
        """The glyph of the sequence, or `USUAL`; None when the font does not know it."""
        usual, mapped = self._selectors.get(selector, (0, 0))
        if usual:
            first, more = self._last_up_to(base, usual, _RANGE)
            if first <= base <= first + more:
                return USUAL
        if mapped:
            found, glyph = self._last_up_to(base, mapped, _MAPPING)
            return glyph if found == base else None
        return None

    def _last_up_to(self, base: int, start: int, entry: Struct) -> tuple[int, int]:
        """Of the entries at `start`, sorted by their character, the last whose character is not after `base`; a character that is none when all are."""
        low, high = 0, int.from_bytes(self._table[start : start + 4], "big")
        while low < high:
            middle = (low + high) // 2
            at = start + 4 + middle * entry.size
            low, high = (middle + 1, high) if int.from_bytes(self._table[at : at + 3], "big") <= base else (low, middle)
        if low == 0:
            return -1, 0
        character, value = entry.unpack_from(self._table, start + 4 + (low - 1) * entry.size)
        return int.from_bytes(character, "big"), value
