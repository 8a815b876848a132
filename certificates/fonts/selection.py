"""Which font draws a character: the first that has exactly the registered form, or none, and then no paper is drawn (glyph assurance).

The order is BIZ UDMincho, Noto Serif JP, IPAmj明朝 where the machine has it. Never decides what to do about a missing form.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from certificates.fonts.embedding import PaperFont
from certificates.fonts.variation import sequences

_HERE = Path(__file__).parent
_INSTALLED = Path("/usr/share/fonts")
BLANKS = " \u3000"
"""The blanks a register uses."""
_NEVER_DRAWN = ("Cc", "Cf", "Co", "Cs", "M", "Z")
"""Control, format and private characters, marks that would have to be placed on another, and all blanks but the two a register uses."""


class Glyph(NamedTuple):
    """A drawable form: its exact sequence, the number of its font in the order above, its glyph there, its width in thousandths of the font size."""

    sequence: str
    font: int
    glyph: int
    advance: int


@cache
def paper_font(number: int) -> PaperFont | None:
    """Font 0, 1 or 2 in the order above, loaded on first use; None when the machine lacks it. Font 0 draws the form itself and is always here."""
    if number == 0:
        return PaperFont("BIZUDMincho", _HERE / "BIZUDMincho-Regular.ttf")
    if number == 1:
        return PaperFont("NotoSerifJP", _HERE / "NotoSerifJP-Regular.ttf")
    installed = next(iter(sorted(_INSTALLED.rglob("ipamjm.ttf"))), None)
    return PaperFont("IPAmjMincho", installed) if installed else None


@lru_cache(1 << 16)
def choose(sequence: str) -> Glyph | None:
    """The form to draw for one character (its variation selector included), None when no font has exactly that form."""
    if sequence not in BLANKS and unicodedata.category(sequence[0]).startswith(_NEVER_DRAWN):
        return None
    for number in range(3):
        font = paper_font(number)
        glyph = font.glyph(sequence) if font else None
        if font and glyph and (sequence in BLANKS or font.outline(glyph)):
            return Glyph(sequence, number, glyph, font.advance(glyph))
    return None


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters of `text` (with their selectors) that no font has, in order, each once."""
    return tuple(dict.fromkeys([sequence for sequence in sequences(text) if choose(sequence) is None]))
