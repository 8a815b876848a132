"""The text of a profile: JSON in which whole lines may be remarks, and on which line each of its places stands, so that a mistake can be named by its line.

Knows nothing of what a profile says.
"""

import json
import re
from collections.abc import Mapping

_REMARK = re.compile(rb"^[ \t]*//[^\n]*", re.MULTILINE)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def uncommented(raw: bytes) -> bytes:
    """The JSON without its remarks: whole lines that begin with `//`. Every line stays where it is (a JSON text never goes over the end of a line)."""
    return _REMARK.sub(b"", raw)


def line_at(raw: bytes, offset: int) -> int:
    """The line, from 1, in which this byte stands."""
    return raw.count(b"\n", 0, offset) + 1


def lines_of(text: str) -> Mapping[str, int]:
    """Place (`$.people[0].serial`) -> the line, from 1, on which its name or value begins. Of a text that is no JSON, as far as it can be followed."""
    return _Lines(text).found


def line_of(lines: Mapping[str, int], place: str) -> int:
    """The line of a place, or of whatever around it has one."""
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place, 1)


class _Lines:
    """Walks the marks and words with the containers that are open: each its place, and where in it we are (the name of a field, or a count)."""

    def __init__(self, text: str) -> None:
        self.found: dict[str, int] = {}
        self._open: list[tuple[str, list[str | int | None]]] = []
        line, before = 1, 0
        for mark in _WORD.finditer(text):
            line += text.count("\n", before, mark.start())
            before = mark.start()
            self._take(mark.group(), line)

    def _take(self, mark: str, line: int) -> None:
        if mark in "}]":
            del self._open[-1:]
        elif mark == "," and self._open:
            at = self._open[-1][1]
            at[0] = at[0] + 1 if isinstance(at[0], int) else None
        elif mark != ":" and mark != ",":
            self._begin(mark, line)

    def _begin(self, mark: str, line: int) -> None:
        """A field's name, or a value."""
        if self._open and self._open[-1][1][0] is None and mark.startswith('"'):
            self._open[-1][1][0] = json.loads(mark)
            self.found.setdefault(self._place(), line)
            return
        place = self._place()
        self.found.setdefault(place, line)
        if mark in "{[":
            self._open.append((place, [None if mark == "{" else 0]))

    def _place(self) -> str:
        if not self._open:
            return "$"
        place, (at,) = self._open[-1]
        return f"{place}[{at}]" if isinstance(at, int) else f"{place}.{at}"
