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
from certificates.form.grid import Box, Label

LABEL_FONT = "L"
_THIN, _THICK = 0.35, 0.9
_GROUND_GREY = 0.925


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


def _sheet(drawn: DrawnGlyphs) -> str:
    head = [label.box for label in grid.HEAD_LABELS] + [cell.box for cell in grid.HEAD_GRID]
    outer = Box(head[0].x, head[0].y, grid.BLOCK.width, 2 * grid.ROW)
    return "\n".join((
        _ground(drawn), _rules(head, _THIN), _rules([outer, grid.SPECIMEN_MARK.box], _THICK), _label_text((*grid.HEAD_LABELS, *grid.PRINTED_LABELS), drawn),
    ))  # fmt: skip


def _block(drawn: DrawnGlyphs) -> str:
    boxes = [label.box for label in grid.MEMBER_LABELS] + [cell.box for cell in (*grid.MEMBER_GRID, grid.MEMBER_NUMBER)]
    return "\n".join((_rules(boxes, _THIN), _rules([grid.BLOCK], _THICK), _label_text(grid.MEMBER_LABELS, drawn)))


def _rest(blocks: int, drawn: DrawnGlyphs) -> str:
    """The last `blocks` blocks of a sheet struck out, so that nothing can be added: 以下余白 and one rising line."""
    top = grid.BLOCK.moved((grid.MEMBERS_PER_SHEET - blocks) * grid.BLOCK.height)
    area = Box(top.x, top.y, top.width, top.height * blocks)
    middle = Label("以　下　余　白", Box(area.x, area.y + 2.5, area.width, 5.0), 9)
    line = f"{_THIN * 2} w {area.x * POINT:.2f} {_y(area.y + area.height):.2f} m {(area.x + area.width) * POINT:.2f} {_y(area.y + 10.0):.2f} l S"
    return "\n".join((_rules([area], _THICK), line, _label_text((middle,), drawn)))


@cache
def frame() -> Frame:
    """The form's ready parts."""
    drawn = DrawnGlyphs(LABEL_FONT)
    streams = {
        "Sheet": _sheet(drawn),
        "Block": _block(drawn),
        **{f"Rest{blocks}": _rest(blocks, drawn) for blocks in range(1, grid.MEMBERS_PER_SHEET)},
        "Continued": _label_text((grid.CONTINUED,), drawn),
    }
    return Frame(tuple((name, zlib.compress(stream.encode("ascii"), COMPRESSION)) for name, stream in streams.items()), drawn)


@cache
def _label_font_parts() -> tuple[Any, ...]:
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
    whole = embedded(font, frame().glyphs, collector)
    return (*collector.added, ("font." + LABEL_FONT, whole))


def add_frame(document: Any, used: tuple[str, ...]) -> dict[str, Any]:
    """Put the form's parts named in `used` into `document`; name -> reference, for the pages' resources."""
    references: dict[str, Any] = {}
    for name, part in _label_font_parts():
        parts = tuple(references.get(piece, piece) if isinstance(piece, str) else piece for piece in part.parts)
        references[name] = document.Reference(Written(parts, part.stream), name)
    label_font = references["font." + LABEL_FONT]
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources << /Font << /%b " % (
        grid.PAGE_WIDTH * POINT, grid.PAGE_HEIGHT * POINT, LABEL_FONT.encode(),
    )  # fmt: skip
    return {
        name: document.Reference(Written((head, label_font, b" >> >> /Filter /FlateDecode /Length %d >>" % len(stream)), stream), f"form.{name}")
        for name, stream in frame().pieces
        if name in used
    }
