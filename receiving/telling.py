"""What a sheet's code says, put for a person who compares it with the printed front: label and text, line by line. Decides nothing."""

from collections.abc import Iterator

from certificates.back.content import SheetContent
from certificates.face import EMPTY, Texts
from certificates.form.catalogue import FORMS
from certificates.form.grid import Cell, Label, label_beside


def lines_of(sheet: SheetContent) -> tuple[tuple[str, str], ...]:
    """What a sheet says, as (label, text) in its order, for a person to compare with the printed front; without what is left blank or reads 「＊＊＊」."""
    form = FORMS[sheet.form]
    found = list(_labelled(form.head, form.head_labels, sheet.head))
    for piece in sheet.pieces:
        strip = form.strip(piece.strip)
        found.extend(_labelled(strip.cells, strip.labels, piece.cells))
    return (*found, *(("", text) for _, text in sheet.closing))


def _labelled(cells: tuple[Cell, ...], labels: tuple[Label, ...], texts: Texts) -> Iterator[tuple[str, str]]:
    known = dict(texts)
    yield from ((label_beside(cell, labels), known[cell.code]) for cell in cells if known.get(cell.code, "") not in ("", EMPTY))
