"""A TrueType file, read where it lies: measures, characters, advances, outlines.

The file is mapped, not loaded, and each answer is read from its table when it is asked for. So a font of 46 MB is ready in under a millisecond, holds what was drawn and no more, and
processes share it. ReportLab's own reader takes 0.18 s and 70 MB for that font, and gives every glyph behind the table of full metrics a width in the wrong unit.
Knows nothing of PDF and of which font is chosen. Source of the layout: OpenType 1.9 (head, hhea, maxp, hmtx, loca, glyf, cmap formats 12 and 14, name, OS/2).
"""

from collections.abc import Iterator
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct

from certificates.fonts.variation import Variations

_VERSION = b"\x00\x01\x00\x00"
_TABLE = Struct(">4s4xLL")  # tag, offset, length
_ENCODING = Struct(">HHL")  # platform, encoding, offset of the subtable
_GROUP = Struct(">LLL")  # first character, last, glyph of the first
_NAME = Struct(">HHHHHH")  # platform, encoding, language, what it names, length, offset
_POSTSCRIPT_NAME = 6
_FULL_UNICODE = ((3, 10), (0, 4), (0, 6))
_VARIATIONS = ((0, 5),)
_GROUPS = 16  # where the groups of a format 12 table begin


class TrueTypeFile:
    """One font file with TrueType outlines. ValueError when it is not one or has no table of all Unicode characters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._bytes = mmap(file.fileno(), 0, access=ACCESS_READ)
        if self._bytes[:4] != _VERSION:
            raise ValueError("not a file of TrueType outlines")
        count = self._number(4, 2)
        self._tables: dict[bytes, tuple[int, int]] = {
            tag: (offset, length) for tag, offset, length in (_TABLE.unpack_from(self._bytes, 12 + at * _TABLE.size) for at in range(count))
        }
        self.units_per_em = self._number(self._start(b"head") + 18, 2)
        self.glyphs = self._number(self._start(b"maxp") + 4, 2)
        self._full_metrics = self._number(self._start(b"hhea") + 34, 2)
        self._metrics, self._places, self._outlines = self._start(b"hmtx"), self._start(b"loca"), self._start(b"glyf")
        self._long_places = self._number(self._start(b"head") + 50, 2) == 1
        self._characters, self._groups = self._character_table()
        self.variations = Variations(self._variation_table())

    def table(self, tag: bytes) -> bytes:
        """A table's bytes; KeyError when the file has none of that tag."""
        start, length = self._tables[tag]
        return self._bytes[start : start + length]

    def glyph(self, character: int) -> int:
        """The glyph of a code point, 0 (the empty box) when there is none."""
        low, high = 0, self._groups
        while low < high:
            middle = (low + high) // 2
            first, last, glyph = _GROUP.unpack_from(self._bytes, self._characters + middle * _GROUP.size)
            if character < first:
                high = middle
            elif character > last:
                low = middle + 1
            else:
                found: int = glyph + character - first
                return found
        return 0

    def metrics(self, glyph: int) -> tuple[int, int]:
        """(advance, left side bearing) in the font's units; glyphs behind the full metrics have the last one's advance."""
        bearing = self._metrics + (4 * glyph + 2 if glyph < self._full_metrics else 4 * self._full_metrics + 2 * (glyph - self._full_metrics))
        return self._number(self._metrics + 4 * min(glyph, self._full_metrics - 1), 2), self._signed(bearing)

    def outline(self, glyph: int) -> bytes:
        """The glyph's bytes in `glyf`, empty for a blank one. IndexError for a glyph the font does not have."""
        if not 0 <= glyph < self.glyphs:
            raise IndexError(glyph)
        width, unit = (4, 1) if self._long_places else (2, 2)
        at = self._places + glyph * width
        start, end = self._number(at, width) * unit, self._number(at + width, width) * unit
        return self._bytes[self._outlines + start : self._outlines + end]

    @cached_property
    def name(self) -> str:
        """The PostScript name."""
        start = self._start(b"name")
        texts = start + self._number(start + 4, 2)
        for at in range(self._number(start + 2, 2)):
            platform, _, _, names, length, offset = _NAME.unpack_from(self._bytes, start + 6 + at * _NAME.size)
            if names == _POSTSCRIPT_NAME:
                name = self._bytes[texts + offset : texts + offset + length]
                return str(name, "utf-16-be" if platform != 1 else "ascii")
        raise ValueError("a font without a PostScript name")

    @cached_property
    def box(self) -> tuple[int, ...]:
        """Left, lower, right, upper edge of all glyphs, in thousandths of the font size."""
        return tuple(self._thousandths(self._start(b"head") + 36 + 2 * at) for at in range(4))

    @cached_property
    def heights(self) -> tuple[int, int, int]:
        """Ascent, descent, height of capitals, in thousandths of the font size."""
        start = self._start(b"OS/2")
        ascent, descent = self._thousandths(start + 68), self._thousandths(start + 70)
        return ascent, descent, self._thousandths(start + 88) if self._number(start, 2) > 1 else ascent

    @cached_property
    def weight(self) -> int:
        """100 to 900; 400 is regular."""
        return self._number(self._start(b"OS/2") + 4, 2)

    def _character_table(self) -> tuple[int, int]:
        for start in self._subtables(_FULL_UNICODE):
            if self._number(start, 2) == 12:
                return start + _GROUPS, self._number(start + 12, 4)
        raise ValueError("a font without a table of all Unicode characters")

    def _variation_table(self) -> memoryview:
        for start in self._subtables(_VARIATIONS):
            if self._number(start, 2) == 14:
                return memoryview(self._bytes)[start : start + self._number(start + 2, 4)]
        return memoryview(b"")

    def _subtables(self, encodings: tuple[tuple[int, int], ...]) -> Iterator[int]:
        start = self._start(b"cmap")
        for at in range(self._number(start + 2, 2)):
            platform, encoding, offset = _ENCODING.unpack_from(self._bytes, start + 4 + at * _ENCODING.size)
            if (platform, encoding) in encodings:
                yield start + offset

    def _start(self, tag: bytes) -> int:
        return self._tables[tag][0]

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._bytes[at : at + size], "big")

    def _signed(self, at: int) -> int:
        return int.from_bytes(self._bytes[at : at + 2], "big", signed=True)

    def _thousandths(self, at: int) -> int:
        return int(self._signed(at) * 1000 / self.units_per_em)
