"""Variation sequences (IVS) of a font: cmap format 14, read straight from the table's bytes.

A sequence is a base character and a selector. The font either has its own glyph for it, says that the base's ordinary glyph is that form, or does not know it.
"""

import re
from collections.abc import Iterator
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


def variation_sequences(cmap: bytes) -> dict[str, int]:
    """Two-character sequence -> glyph index, or `USUAL`; empty when the cmap table has no format 14."""
    found: dict[str, int] = {}
    for start in _format_14(cmap):
        for at in range(int.from_bytes(cmap[start + 6 : start + 10], "big")):
            selector, usual, mapped = _RECORD.unpack_from(cmap, start + 10 + at * _RECORD.size)
            mark = chr(int.from_bytes(selector, "big"))
            if usual:
                found.update((chr(base) + mark, USUAL) for base in _usual_bases(cmap, start + usual))
            if mapped:
                found.update((chr(base) + mark, glyph) for base, glyph in _mapped_bases(cmap, start + mapped))
    return found


def _format_14(cmap: bytes) -> Iterator[int]:
    for at in range(int.from_bytes(cmap[2:4], "big")):
        start = int.from_bytes(cmap[8 + at * 8 : 12 + at * 8], "big")
        if cmap[start : start + 2] == b"\x00\x0e":
            yield start


def _usual_bases(cmap: bytes, start: int) -> Iterator[int]:
    size = int.from_bytes(cmap[start : start + 4], "big") * _RANGE.size
    for first, more in _RANGE.iter_unpack(cmap[start + 4 : start + 4 + size]):
        base = int.from_bytes(first, "big")
        yield from range(base, base + more + 1)


def _mapped_bases(cmap: bytes, start: int) -> Iterator[tuple[int, int]]:
    size = int.from_bytes(cmap[start : start + 4], "big") * _MAPPING.size
    for base, glyph in _MAPPING.iter_unpack(cmap[start + 4 : start + 4 + size]):
        yield int.from_bytes(base, "big"), glyph
