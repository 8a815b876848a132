"""What one sheet of a face says, as values: the content of the sheet's 2-D code.

A sheet is known by its own texts alone, so that the paper can be read without asking anybody. Knows neither bytes nor keys (`code` does).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from certificates.face import Face, Piece, Texts
from certificates.form.catalogue import FORMS
from certificates.form.grid import stacked

MOST_SHEETS = 99
"""As many as two digits of n/m can count."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SheetContent:
    """One sheet: `number` is the 発行番号 without its page part, `part` and `parts` are n and m of n/m.

    `made_at` (aware, whole seconds) is when the issuer made the face. `closing` is empty on all sheets but the last. `imprint` is the SHA-256 in hex of the 印影 that stands on the sheet
    (`certificates.stencil.Stencil.sha256`), empty where there is none. Made only of what can be written and read back exactly: ValueError otherwise.
    """

    form: str
    title: str
    number: str
    binding: str
    part: int
    parts: int
    made_at: datetime
    head: Texts
    pieces: tuple[Piece, ...]
    closing: Texts = ()
    imprint: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.part <= self.parts <= MOST_SHEETS:
            raise ValueError("a sheet has its place among at most 99")
        if self.made_at.tzinfo is None or self.made_at.microsecond or self.made_at.timestamp() < 0:
            raise ValueError("a sheet is made at an aware time in whole seconds")
        if self.imprint and not _SHA256.fullmatch(self.imprint):
            raise ValueError("an imprint is known by its SHA-256 in hex")
        codes = [self.form, *(piece.strip for piece in self.pieces), *(code for texts in self._groups() for code, _ in texts)]
        if not all(map(_CODE.fullmatch, codes)):
            raise ValueError("a code of form, strip or cell is a lower case word")
        texts = (self.title, self.number, self.binding, *(text for texts in self._groups() for _, text in texts))
        if any("\n" in text or any("\ud800" <= character <= "\udfff" for character in text) for text in texts):
            raise ValueError("a text on paper has no line breaks and no halves of characters")
        self._one_cell_list_a_strip()

    def _groups(self) -> tuple[Texts, ...]:
        return (self.head, *(piece.cells for piece in self.pieces), self.closing)

    def _one_cell_list_a_strip(self) -> None:
        known: dict[str, tuple[str, ...]] = {}
        for piece in self.pieces:
            cells = tuple(code for code, _ in piece.cells)
            if known.setdefault(piece.strip, cells) != cells:
                raise ValueError("pieces on the same strip have the same cells")

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Every text with its place: the cell's code in head and closing, `number of the piece on the sheet.cell` in between."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from self.head
        for number, piece in enumerate(self.pieces, 1):
            yield from ((f"{number}.{code}", text) for code, text in piece.cells)
        yield from self.closing


def sheet_contents(face: Face, made_at: datetime) -> tuple[SheetContent, ...]:
    """The content of every sheet of `face`, in order. ValueError for a face that its form cannot hold."""
    form = FORMS.get(face.form)
    if form is None:
        raise ValueError("there is no such form")
    sheets = stacked(form, face.pieces)
    return tuple(
        SheetContent(
            form=face.form,
            title=face.title,
            number=face.number,
            binding=face.binding,
            part=part,
            parts=len(sheets),
            made_at=made_at.replace(microsecond=0),
            head=face.head,
            pieces=tuple(placed.piece for placed in sheet.placed),
            closing=face.closing if part == len(sheets) else (),
            imprint=face.imprint.sha256 if face.imprint and any(placed.strip.picture for placed in sheet.placed) else "",
        )
        for part, sheet in enumerate(sheets, 1)
    )
