"""The back before anything is filled in: marks, ticks, blossom and all words that every back has, made once in the life of the process.

All text of a back, also what differs from sheet to sheet (ids, digits, an address of the web), is ASCII or stands here, so one font program made once serves every back.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from certificates.back import layout
from certificates.back.blossom import blossom
from certificates.back.layout import PAGE_HEIGHT, PAGE_WIDTH, Box
from certificates.face import SPECIMEN
from certificates.fitting import POINT, Line, fit_label, glyphs_of
from certificates.fonts.embedding import DrawnGlyphs, PaperFont, embedded
from certificates.fonts.selection import paper_font
from certificates.fonts.writing import COMPRESSION, Written
from certificates.form.grid import Cell, Label

NAME, FONT = "Back", "B"
"""The form and the font among a page's resources."""

_LEFT, _RIGHT = layout.PICTURE.x, layout.PICTURE.x + layout.PICTURE.width
_TEXT_LEFT, _TEXT_WIDTH, _NOTE_WIDTH = 60.6, 55.6, 29.0
_PADDING = 1.1  # what `fitting` leaves at the left of a text

ISSUANCE = Cell("issuance", Box(_TEXT_LEFT - _PADDING, 232.4, _TEXT_WIDTH + 2 * _PADDING, 4.0), 8, 1)
FACE_HASH = (
    Cell("face_hash_1", Box(_TEXT_LEFT - _PADDING, 241.2, _TEXT_WIDTH + 2 * _PADDING, 3.6), 7.5, 1),
    Cell("face_hash_2", Box(_TEXT_LEFT - _PADDING, 244.8, _TEXT_WIDTH + 2 * _PADDING, 3.6), 7.5, 1),
)
URL = Cell("url", Box(_TEXT_LEFT - _PADDING, 273.8, _TEXT_WIDTH + 2 * _PADDING, 6.6), 8, 2)
PART = Cell("part", Box(_RIGHT - 25.0, 7.9, 25.0, 5.0), 10, 1, "right")
"""What is filled in."""

_PANEL = Box(_LEFT - layout.PICTURE_QUIET, 227.7, _TEXT_LEFT + _TEXT_WIDTH - _LEFT + 2 * layout.PICTURE_QUIET, 60.6)
_SPECIMEN = Box(_LEFT, 7.9, 15.0, 5.0)


def _lines(left: float, top: float, size: float, step: float, text: str, width: float = _TEXT_WIDTH) -> tuple[Label, ...]:
    """A label for each line of `text`, the lines `step` millimetres apart."""
    return tuple(Label(line, Box(left - _PADDING, round(top + at * step, 2), width, step), size, "left") for at, line in enumerate(text.split("\n")))


LABELS: tuple[Label, ...] = (
    Label(SPECIMEN, _SPECIMEN, 10.5),
    Label("証明書の裏面（偽造防止のための面）", Box(60.0, 7.9, 90.0, 5.0), 10),
    *_lines(_TEXT_LEFT, 229.0, 6.5, 3.4, "交付番号"),
    *_lines(_TEXT_LEFT, 237.7, 6.5, 3.4, "表面の電子文書のハッシュ値（SHA-256）"),
    *_lines(_TEXT_LEFT, 250.6, 8, 4.0, "この証明書を受け取られた方へ"),
    *_lines(_TEXT_LEFT, 255.4, 6.75, 3.5, (
        "この面の全体を300 dpi以上で読み取り、次の\n"
        "ページに送ってください。上の画像から復元さ\n"
        "れた表面が出ますので、お手元の表面と見比べ\n"
        "ます。右の２次元コードには、表面の文字と発\n"
        "行者の署名が入っています。"
    )),
    *_lines(_TEXT_LEFT, 281.2, 6, 2.8, (
        "Scan this whole side at 300 dpi or more, send it to\n"
        "the page above and compare the front it shows."
    )),
    Label("偽造防止検出画像", Box(_LEFT, 256.2, layout.BLOSSOM.width, 3.8), 7),
    *_lines(_LEFT, 261.0, 6, 2.9, "これは印刷した見本です。\n実物は、赤外線の検出器で\n「証」の文字が見え、複写\nには写りません。", _NOTE_WIDTH),
    *_lines(_LEFT, 273.6, 6, 2.7, "Drawn sample: the real\none needs an infrared\nviewer.", _NOTE_WIDTH),
)  # fmt: skip
"""Everything that every back says."""

_BLOSSOM_WORD, _WORD_SIZE = "証", 26.0
_RULE_Y = 249.4
_ASCII = "".join(map(chr, range(0x20, 0x7F)))


def rectangle(box: Box) -> str:
    """The path of a box, in points."""
    return f"{box.x * POINT:.2f} {(PAGE_HEIGHT - box.y - box.height) * POINT:.2f} {box.width * POINT:.2f} {box.height * POINT:.2f} re"


def runs(line: Line, drawn: DrawnGlyphs) -> str:
    """One line of text; every back's characters are in the first font (ValueError otherwise)."""
    if any(glyph.font for glyph in line.glyphs):
        raise ValueError("a back has only characters of the first font")
    codes = "".join([drawn.code(glyph.sequence, glyph.glyph) for glyph in line.glyphs])
    return f"/{FONT} {line.size:g} Tf 1 0 0 1 {line.x:.2f} {line.y:.2f} Tm <{codes}> Tj"


@dataclass(frozen=True, slots=True)
class BackForm:
    """The ready parts: the packed content stream, the codes of its font, and the font's objects (program, descriptor, ToUnicode, font), a `str` among one's parts naming an earlier one."""

    stream: bytes
    glyphs: DrawnGlyphs
    font: tuple[tuple[str, Written], ...]


@cache
def back_form() -> BackForm:
    """The form, made on first use (about 50 ms with the font)."""
    drawn = DrawnGlyphs(FONT)
    parts = ["1 g", *map(rectangle, _white()), "f", "0 g", *map(rectangle, _black()), "f"]
    parts += [
        "1 g",
        *map(rectangle, _gaps()),
        "f",
        "0 g",
        *map(rectangle, _cores()),
        "f",
        "1 g",
        rectangle(_square(*layout.MARKS[layout.ODD_MARK], 2)),
        "f",
    ]
    parts += [
        "0 g 0 G 0.9 w",
        rectangle(_SPECIMEN),
        "S",
        f"0.35 w {_TEXT_LEFT * POINT:.2f} {(PAGE_HEIGHT - _RULE_Y) * POINT:.2f} {_TEXT_WIDTH * POINT:.2f} 0 re S",
    ]
    parts += [blossom(layout.BLOSSOM), "BT", "1 g", _word(drawn), "0 g", *(runs(line, drawn) for label in LABELS for line in fit_label(label)), "ET"]
    for character in _ASCII:
        (glyph,) = glyphs_of(character, "ascii")
        drawn.code(character, glyph.glyph)
    return BackForm(zlib.compress("\n".join(parts).encode("ascii"), COMPRESSION), drawn, _font(drawn))


def add_form(document: Any) -> tuple[Any, Any]:
    """Put the form into `document`; the references of the form and of its font."""
    form = back_form()
    references: dict[str, Any] = {}
    for name, part in form.font:
        pieces = tuple(references[piece] if isinstance(piece, str) else piece for piece in part.parts)
        references[name] = document.Reference(Written(pieces, part.stream), f"back.{name}")
    font = references[FONT]
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources << /Font << /%b " % (
        PAGE_WIDTH * POINT,
        PAGE_HEIGHT * POINT,
        FONT.encode(),
    )
    return document.Reference(Written((head, font, b" >> >> /Filter /FlateDecode /Length %d >>" % len(form.stream)), form.stream), "back"), font


def _font(drawn: DrawnGlyphs) -> tuple[tuple[str, Written], ...]:
    font = paper_font(0)
    assert isinstance(font, PaperFont)

    class Collector:
        """Takes the place of a document: keeps what would be added to it."""

        def __init__(self) -> None:
            self.added: list[tuple[str, Written]] = []

        def Reference(self, added: Written, name: str) -> str:  # noqa: N802 (ReportLab's name)
            self.added.append((name, added))
            return name

    collector = Collector()
    whole = embedded(font, drawn, collector)
    return (*collector.added, (FONT, whole))


def _square(x: float, y: float, units: float) -> Box:
    """A square of so many mark units around a mark's centre."""
    side = units * layout.MARK_UNIT
    return Box(x - side / 2, y - side / 2, side, side)


def _white() -> list[Box]:
    """Where the ground must not show: around the marks and the picture, under the small print (around a code, which is as large as it needs, `drawing` clears the place)."""
    quiet = layout.MARK_QUIET / layout.MARK_UNIT
    marks = [_square(x, y, 8 + 2 * quiet) for x, y in layout.MARKS]
    return [*marks, grown(layout.PICTURE, layout.PICTURE_QUIET), _PANEL]


def grown(box: Box, by: float) -> Box:
    """The box with `by` millimetres more at each side."""
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _black() -> list[Box]:
    half = layout.TICK_SIDE / 2
    ticks = [Box(x - half, y - half, layout.TICK_SIDE, layout.TICK_SIDE) for x, y in layout.TICKS]
    return [*ticks, *(_square(x, y, 8) for x, y in layout.MARKS)]


def _gaps() -> list[Box]:
    return [_square(x, y, 6) for x, y in layout.MARKS]


def _cores() -> list[Box]:
    return [_square(x, y, 4 if at == layout.ODD_MARK else 2) for at, (x, y) in enumerate(layout.MARKS)]


def _word(drawn: DrawnGlyphs) -> str:
    (glyph,) = glyphs_of(_BLOSSOM_WORD, "word")
    box, size = layout.BLOSSOM, _WORD_SIZE
    x, y = (box.x + box.width / 2) * POINT - size / 2, (PAGE_HEIGHT - box.y - box.height * 0.53) * POINT - size * 0.38
    return f"/{FONT} {size:g} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm <{drawn.code(glyph.sequence, glyph.glyph)}> Tj"
