"""A TrueType font as papers use it: any form of a character by its exact sequence, and a small font program of just the drawn glyphs inside the PDF.

ReportLab's TTFont draws base glyph and box for a variation sequence, writes a wrong ToUnicode beyond U+FFFF, and copies the whole glyph table at every save. This font stands where
ReportLab wants one, gives each drawn sequence (selector included) one two-byte code and its own Unicode text, and copies only the glyphs that are drawn.
"""

import zlib
from functools import lru_cache
from pathlib import Path
from struct import pack, unpack_from
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase.ttfonts import TTFontMaker

from certificates.fonts.truetype import TrueTypeFile
from certificates.fonts.variation import USUAL, sequences
from certificates.fonts.writing import Written, deflated, packed

_MORE_COMPONENTS, _WORDS, _SCALE, _TWO_SCALES, _MATRIX, _INSTRUCTIONS = 0x20, 0x01, 0x08, 0x40, 0x80, 0x100


class DrawnGlyphs:
    """The glyphs one document draws with one font: sequence -> code as four hex digits, in the order of first use. Code 0 is the empty box and never used."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.codes: dict[str, str] = {}
        self.glyphs: list[int] = [0]

    def code(self, sequence: str, glyph: int) -> str:
        """The code of `sequence`, made on first use."""
        code = self.codes.get(sequence)
        if code is None:
            code = self.codes[sequence] = f"{len(self.glyphs):04X}"
            self.glyphs.append(glyph)
        return code


class PaperFont:
    """One font file, opened once for the life of the process."""

    # What ReportLab's canvas wants to know before it lets a font cut texts into codes and embed itself.
    _dynamicFont = _multiByte = True  # noqa: N815
    shapable = False

    def __init__(self, name: str, path: Path) -> None:
        self.fontName = name
        self.face = TrueTypeFile(path)
        self.state: WeakKeyDictionary[Any, DrawnGlyphs] = WeakKeyDictionary()
        self._outlines: dict[int, bytes] = {}
        self._metrics: dict[int, tuple[int, bytes]] = {}

    def glyph(self, sequence: str) -> int | None:
        """The glyph that is exactly this form, a character with or without a selector; None when the font has none."""
        if len(sequence) == 1:
            return self.face.glyph(ord(sequence)) or None
        if len(sequence) != 2:
            return None
        glyph = self.face.variations.glyph(ord(sequence[0]), ord(sequence[1]))
        return self.glyph(sequence[0]) if glyph == USUAL else glyph

    def advance(self, glyph: int) -> int:
        """Width in thousandths of the font size."""
        return self._measured(glyph)[0]

    def metrics(self, glyph: int) -> bytes:
        """The glyph's entry for `hmtx`."""
        return self._measured(glyph)[1]

    def outline(self, glyph: int) -> bytes:
        """The glyph's own bytes, hinting program left out (papers are printed at 600 dpi), filled up to four bytes; empty for a blank glyph."""
        outline = self._outlines.get(glyph)
        if outline is None:
            outline = self._outlines[glyph] = _unhinted(self.face.outline(glyph))
        return outline

    def _measured(self, glyph: int) -> tuple[int, bytes]:
        measured = self._metrics.get(glyph)
        if measured is None:
            advance, bearing = self.face.metrics(glyph)
            measured = self._metrics[glyph] = round(advance * 1000 / self.face.units_per_em), pack(">Hh", advance, bearing)
        return measured

    # What ReportLab asks of a font.

    def drawn(self, document: Any) -> DrawnGlyphs:
        """The glyphs `document` draws with this font; the first call makes the font part of the document."""
        drawn = self.state.get(document)
        if drawn is None:
            drawn = self.state[document] = DrawnGlyphs(f"F{len(document.fontMapping) + 1}")
            document.fontMapping[self.fontName] = f"/{drawn.name}"
            document.delayedFonts.append(self)
        return drawn

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802 (ReportLab's name)
        """Width of `text` in points; KeyError when a form is missing."""
        return sum(self.advance(self._known(sequence)) for sequence in sequences(text)) * size / 1000

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        """The codes of `text`; there is one subset, 0. KeyError when a form is missing."""
        drawn = self.drawn(doc)
        return [(0, bytes.fromhex("".join(drawn.code(sequence, self._known(sequence)) for sequence in sequences(text))))]

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:  # noqa: N802
        """The font's resource name in `doc`."""
        return f"/{self.drawn(doc).name}"

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Put the drawn glyphs into `doc`, when it is saved."""
        drawn = self.state.pop(doc)
        font = embedded(self, drawn, doc)
        doc.idToObject["BasicFonts"].dict[drawn.name] = doc.Reference(font, f"font.{drawn.name}")

    def _known(self, sequence: str) -> int:
        glyph = self.glyph(sequence)
        if glyph is None:
            raise KeyError(sequence)
        return glyph


def embedded(font: PaperFont, drawn: DrawnGlyphs, document: Any) -> Written:
    """The composite font (Type0, Identity-H) of these glyphs, with its ToUnicode; its parts are added to `document`."""
    name = b"/%b+%b" % (_tag(drawn), font.face.name.encode("ascii"))
    program = document.Reference(font_program(font, tuple(drawn.glyphs)), f"program.{drawn.name}")
    descriptor = document.Reference(Written((_descriptor(font, name), program, b" >>")), f"descriptor.{drawn.name}")
    unicode = document.Reference(packed((b"<<",), to_unicode(drawn.codes)), f"unicode.{drawn.name}")
    return Written((
        b"<< /Type /Font /Subtype /Type0 /BaseFont %b /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont %b "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity /DW 1000 /W [1 [%b]] /FontDescriptor "
        % (name, name, _widths(font, drawn.glyphs)), descriptor, b" >>] /ToUnicode ", unicode, b" >>",
    ))  # fmt: skip


def _descriptor(font: PaperFont, name: bytes) -> bytes:
    box = b" ".join(b"%d" % edge for edge in font.face.box)
    return b"<< /Type /FontDescriptor /FontName %b /Flags 4 /FontBBox [%b] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV %d /FontFile2 " % (
        name, box, *font.face.heights, _stem(font.face.weight),
    )  # fmt: skip


def _stem(weight: int) -> int:
    """How thick upright stems are, in thousandths; no table says it. ReportLab's estimate, which viewers only use to find a substitute for a font that is not embedded."""
    return 50 + int((weight / 65) ** 2)


def _widths(font: PaperFont, glyphs: list[int]) -> bytes:
    return b" ".join(b"%d" % font.advance(glyph) for glyph in glyphs[1:])


def _tag(drawn: DrawnGlyphs) -> bytes:
    """Six capitals that differ between different sets of glyphs (PDF 32000-1, 9.6.4)."""
    number = zlib.crc32(repr(drawn.glyphs).encode())
    return bytes(65 + number // 26**place % 26 for place in range(6))


def to_unicode(codes: dict[str, str]) -> bytes:
    """The CMap from codes back to text: UTF-16BE, surrogates and selectors included, at most 100 lines a block."""
    lines = [f"<{code}> <{_utf16(sequence)}>".encode() for sequence, code in codes.items()]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    return b"\n".join((
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *(b"%d beginbfchar\n%b\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks),
        b"endcmap CMapName currentdict /CMap defineresource pop end end",
    ))  # fmt: skip


@lru_cache(1 << 16)
def _utf16(sequence: str) -> str:
    return sequence.encode("utf-16-be").hex().upper()


def font_program(font: PaperFont, glyphs: tuple[int, ...]) -> Written:
    """A TrueType program in which glyph n is `glyphs[n]` of `font`: the six tables an embedded CIDFont needs (PDF 32000-1, 9.9)."""
    outlines = _closed(font, glyphs)
    count = len(outlines)
    places = [0]
    for _, outline in outlines:
        places.append(places[-1] + len(outline))
    maker = TTFontMaker()
    maker.add("glyf", b"".join(outline for _, outline in outlines))
    maker.add("loca", pack(f">{count + 1}L", *places))
    maker.add("hmtx", b"".join([font.metrics(glyph) for glyph, _ in outlines]))
    maker.add("hhea", font.face.table(b"hhea")[:34] + pack(">H", count))
    maker.add("maxp", font.face.table(b"maxp")[:4] + pack(">H", count) + font.face.table(b"maxp")[6:])
    maker.add("head", font.face.table(b"head")[:50] + b"\x00\x01" + font.face.table(b"head")[52:])
    program = maker.makeStream()
    stream = deflated(program)
    return Written((b"<< /Length1 %d /Filter /FlateDecode /Length %d >>" % (len(program), len(stream)),), stream)


def _closed(font: PaperFont, glyphs: tuple[int, ...]) -> list[tuple[int, bytes]]:
    """The glyphs in order, then the parts that composite ones are made of, with their references renumbered."""
    order = list(glyphs)
    outlines: list[tuple[int, bytes]] = []
    for glyph in order:  # grows while it runs
        outline = font.outline(glyph)
        if outline[:1] >= b"\x80":
            outline = _renumbered(outline, order)
        outlines.append((glyph, outline))
    return outlines


def _renumbered(outline: bytes, order: list[int]) -> bytes:
    data, at, flags = bytearray(outline), 10, _MORE_COMPONENTS
    while flags & _MORE_COMPONENTS:
        flags, part = unpack_from(">HH", data, at)
        order.append(part)
        data[at : at + 4] = pack(">HH", flags & ~_INSTRUCTIONS, len(order) - 1)
        at += 4 + (4 if flags & _WORDS else 2) + (2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0)
    return bytes(data)


def _unhinted(outline: bytes) -> bytes:
    contours = int.from_bytes(outline[:2], "big", signed=True)
    if outline and contours >= 0:
        at = 10 + 2 * contours
        length = int.from_bytes(outline[at : at + 2], "big")
        outline = outline[:at] + b"\x00\x00" + outline[at + 2 + length :]
    return outline + b"\x00" * (-len(outline) % 4)
