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


_LABEL, _VALUE = "label", "value"
"""Where a form prints its labels as texts (戸籍), the one tells what the other is."""


def _labelled(cells: tuple[Cell, ...], labels: tuple[Label, ...], texts: Texts) -> Iterator[tuple[str, str]]:
    known = {code: text for code, text in texts if text not in ("", EMPTY)}
    written = known.pop(_LABEL, "") if _VALUE in known else ""
    for cell in cells:
        if text := known.get(cell.code):
            yield (written if cell.code == _VALUE and written else label_beside(cell, labels)), text
