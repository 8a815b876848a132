"""The face of a certificate as values: every text that stands on it, by the code of its cell.

`issuing` makes a face from a register's people, `drawing` puts it on sheets, `reading` gets it back from the drawn sheets: reading what was drawn gives an equal face.
A text is exactly what is printed: dates are already 和暦, an empty value is 「＊＊＊」.
"""

from dataclasses import dataclass

EMPTY = "＊＊＊"
"""What an empty or omitted value reads on paper."""

SPECIMEN = "見本"
"""What everything from the emulator's own trust root says on each sheet."""


@dataclass(frozen=True, slots=True)
class MemberFace:
    """One person's block: (cell code, text) pairs in the order of `certificates.juminhyo.MEMBER_CELLS`; every cell is present."""

    cells: tuple[tuple[str, str], ...]

    def text(self, code: str) -> str:
        """The text in cell `code`; KeyError if the form has no such cell."""
        return dict(self.cells)[code]


@dataclass(frozen=True, slots=True)
class Face:
    """One certificate, all sheets. `number` is the 発行番号 without its page part; `binding` stands on each sheet."""

    kind: str
    title: str
    number: str
    binding: str
    address: str
    head_name: str
    members: tuple[MemberFace, ...]
    statement: str  # 認証文, on the last sheet only
    issued_on: str  # 和暦
    certifier_title: str  # 見本県みほん市長, or with 職務代理者
    certifier_name: str
    seal_note: str  # この印は黒色です
