"""The face of a certificate as values: every text that stands on it, by the code of its cell.

A face is a head, a stack of pieces (a person's block, a line of a 戸籍, a table of taxes) and a closing. `issuing` makes a face from a register, `drawing` puts it on sheets, `reading` gets
it back from the drawn sheets: reading what was drawn gives an equal face. A text is exactly what is printed: dates are already 和暦, an empty value is 「＊＊＊」.
"""

from dataclasses import dataclass

from certificates.stencil import Stencil

EMPTY = "＊＊＊"
"""What an empty or omitted value reads on paper."""

SPECIMEN = "見本"
"""What everything from the emulator's own trust root says on each sheet."""

Texts = tuple[tuple[str, str], ...]
"""(cell code, text) pairs in the order of the form's cells."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands on one strip of the form: the strip's code and a text for each of its cells, in the strip's order."""

    strip: str
    cells: Texts

    def text(self, code: str) -> str:
        """The text in cell `code`; KeyError if the strip has no such cell."""
        return dict(self.cells)[code]


@dataclass(frozen=True, slots=True)
class Face:
    """One certificate, all sheets, on the form `form`. `number` is the 発行番号 without its page part; title, number, binding and head stand on each sheet, the closing on the last.

    `imprint` is the 印影 of a 印鑑登録証明書, where the form has a place for one.
    """

    form: str
    title: str
    number: str
    binding: str
    head: Texts
    pieces: tuple[Piece, ...]
    closing: Texts  # 認証文, date in 和暦, certifier's title (見本県みほん市長, or with 職務代理者) and name, この印は黒色です
    imprint: Stencil | None = None

    def text(self, code: str) -> str:
        """The text of a cell of head or closing; KeyError if the form has no such cell."""
        return dict((*self.head, *self.closing))[code]
