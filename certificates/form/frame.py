"""The form before anything is filled in: rules, labels, the 見本 in the ground, as content streams made once for the life of the process.

All labels are drawn with one font program that is the same in every paper, so a paper only carries what the process has ready.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from certificates.face import SPECIMEN
from certificates.fitting import POINT, fit_label, glyphs_of
from certificates.fonts.embedding import DrawnGlyphs, PaperFont, embedded
from certificates.fonts.selection import paper_font
from certificates.fonts.writing import COMPRESSION, Written
from certificates.form import grid
from certificates.form.catalogue import FORMS
from certificates.form.grid import Box, Form, Label, Rule, Strip

LABEL_FONT = "L"
REST, CONTINUED = "Rest", "Continued"
_LEAST_REST, _WORDED_REST = 1.0, 12.0  # millimetres
_THIN, _THICK = 0.35, 0.9
_GROUND_GREY = 0.885


@dataclass(frozen=True, slots=True)
class Frame:
    """The ready parts: streams by name, the labels' font program and its ToUnicode."""

    pieces: tuple[tuple[str, bytes], ...]
    glyphs: DrawnGlyphs


def _y(down: float) -> float:
    return (grid.PAGE_HEIGHT - down) * POINT


def _rectangle(box: Box) -> str:
    return f"{box.x * POINT:.2f} {_y(box.y + box.height):.2f} {box.width * POINT:.2f} {box.height * POINT:.2f} re"


def _rules(boxes: list[Box], width: float) -> str:
    return f"{width} w\n" + "\n".join(map(_rectangle, boxes)) + "\nS"


def _label_text(labels: tuple[Label, ...], drawn: DrawnGlyphs) -> str:
    """All labels as one text object; every label's characters are in font 0."""
    parts = ["BT"]
    for label in labels:
        for line in fit_label(label):
            assert all(glyph.font == 0 for glyph in line.glyphs), "labels use the first font only"
            codes = "".join(drawn.code(glyph.sequence, glyph.glyph) for glyph in line.glyphs)
            parts.append(f"/{LABEL_FONT} {line.size:g} Tf 1 0 0 1 {line.x:g} {line.y:g} Tm <{codes}> Tj")
    return "\n".join([*parts, "ET"])


def _ground(drawn: DrawnGlyphs) -> str:
    """見本, once, large and light, rising across the sheet under everything else."""
    size, rise = 185.0, 0.70710678
    codes = "".join(drawn.code(glyph.sequence, glyph.glyph) for glyph in glyphs_of(SPECIMEN, "ground"))
    x, y = grid.PAGE_WIDTH / 2 * POINT - size * rise * (1 - 0.38), grid.PAGE_HEIGHT / 2 * POINT - size * rise * (1 + 0.38)
    return (
        f"q {_GROUND_GREY} g BT /{LABEL_FONT} {size:g} Tf {rise:.5f} {rise:.5f} {-rise:.5f} {rise:.5f} {x:.2f} {y:.2f} Tm <{codes}> Tj ET Q"
    )  # fmt: skip


def _frames(rules: tuple[Rule, ...]) -> list[str]:
    """Thin frames first, the thick ones over them."""
    thin, thick = [rule.box for rule in rules if not rule.thick], [rule.box for rule in rules if rule.thick]
    return [_rules(boxes, width) for boxes, width in ((thin, _THIN), (thick, _THICK)) if boxes]


def _sheet(form: Form, drawn: DrawnGlyphs) -> str:
    labels = _label_text((*form.head_labels, *grid.PRINTED_LABELS), drawn)
    return "\n".join((_ground(drawn), *_frames((*form.head_rules, Rule(grid.SPECIMEN_MARK.box, thick=True))), labels))


def _strip(strip: Strip, drawn: DrawnGlyphs) -> str:
    """A strip as if its top edge were the sheet's."""
    return "\n".join((*_frames(strip.rules), *([_label_text(strip.labels, drawn)] if strip.labels else [])))


def rest(end: float, last: bool) -> str:
    """The empty rest of a body that ends at `end` millimetres struck out, so that nothing can be added: a frame, one rising line, and on the last sheet 以下余白 where there is room for it."""
    height = grid.BODY_END - end
    if height < _LEAST_REST:
        return ""
    area = Box(grid.LEFT, end, grid.WIDTH, height)
    worded = last and height >= _WORDED_REST
    line = f"{area.x * POINT:.2f} {_y(area.y + height):.2f} m {(area.x + area.width) * POINT:.2f} {_y(area.y + (_WORDED_REST - 2.0 if worded else 0.0)):.2f} l S"
    words = f"q 1 0 0 1 0 {-end * POINT:.2f} cm /{REST} Do Q" if worded else ""
    return "\n".join(filter(None, (_rules([area], _THICK), f"{_THIN * 2} w {line}", words)))


@cache
def frame(code: str) -> Frame:
    """The ready parts of the form with this code; KeyError if there is none."""
    form = FORMS[code]
    drawn = DrawnGlyphs(LABEL_FONT)
    streams = {
        sheet_name(form): _sheet(form, drawn),
        **{strip_name(strip): _strip(strip, drawn) for strip in form.strips},
        REST: _label_text((Label("以　下　余　白", Box(grid.LEFT, 2.5, grid.WIDTH, 5.0), 9),), drawn),
        CONTINUED: _label_text((grid.CONTINUED,), drawn),
    }
    return Frame(tuple((name, zlib.compress(stream.encode("ascii"), COMPRESSION)) for name, stream in streams.items()), drawn)


def sheet_name(form: Form) -> str:
    """The name of the form's sheet among a page's resources; a paper tells its form by it."""
    return f"Form.{form.code}"


def strip_name(strip: Strip) -> str:
    """The name of a strip among a page's resources."""
    return f"Strip.{strip.code}"


@cache
def _label_font_parts(code: str) -> tuple[Any, ...]:
    """The labels' font made once, as (parts, stream) of program, ToUnicode and font."""
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
    whole = embedded(font, frame(code).glyphs, collector)
    return (*collector.added, ("font." + LABEL_FONT, whole))


def add_frame(document: Any, code: str, used: tuple[str, ...]) -> dict[str, Any]:
    """Put the form's parts named in `used` into `document`; name -> reference, for the pages' resources."""
    references: dict[str, Any] = {}
    for name, part in _label_font_parts(code):
        parts = tuple(references.get(piece, piece) if isinstance(piece, str) else piece for piece in part.parts)
        references[name] = document.Reference(Written(parts, part.stream), name)
    label_font = references["font." + LABEL_FONT]
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources << /Font << /%b " % (
        grid.PAGE_WIDTH * POINT, grid.PAGE_HEIGHT * POINT, LABEL_FONT.encode(),
    )  # fmt: skip
    return {
        name: document.Reference(Written((head, label_font, b" >> >> /Filter /FlateDecode /Length %d >>" % len(stream)), stream), f"form.{name}")
        for name, stream in frame(code).pieces
        if name in used
    }
