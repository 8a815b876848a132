"""On which line of a TOML file a value stands: the standard library's reader forgets it, and a reason without a line helps nobody.

Decides only places. Understands tables, arrays of tables, dotted and quoted keys and values over several lines; what is inside a value of one line has that line.
"""

import re
from collections.abc import Sequence

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_ENTRY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$""")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|#.*|[\[\]{}]''')


class Places:
    """Where every table and every key of a text begins."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        here: Path = ()
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if not depth and not quote:
                header, entry = _HEADER.match(line), _ENTRY.match(line)
                if header:
                    here = self._table(_keys(header[2]), header[1] == "[[", number)
                    continue
                if not entry:
                    continue
                self._lines.setdefault((*here, *_keys(entry[1])), number)
                depth, quote = _left_open(entry[2], depth, quote)
            else:
                depth, quote = _left_open(line, depth, quote)

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of a value, or of the nearest table or value around it."""
        found = tuple(path)
        while found not in self._lines:
            found = found[:-1]
        return self._lines[found]

    def _table(self, keys: Path, repeated: bool, number: int) -> Path:
        here: Path = ()
        for place, key in enumerate(keys):
            here = (*here, key)
            last = place == len(keys) - 1
            if last and repeated:
                self._counts[here] = self._counts.get(here, -1) + 1
                self._lines.setdefault(here, number)
            if here in self._counts:
                here = (*here, self._counts[here])
            self._lines.setdefault(here, number)
        self._lines[here] = number
        return here


def _keys(text: str) -> Path:
    return tuple(key.strip("\"'") for key in _KEY.findall(text))


def _left_open(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets, and which long quotation, are open behind a line."""
    rest = line
    if quote:
        _, found, rest = rest.partition(quote)
        if not found:
            return depth, quote
    position = 0
    while token := _STRING.search(rest, position):
        mark = token.group()
        position = token.end()
        if mark in ('"""', "'''"):
            closing = rest.find(mark, position)
            if closing < 0:
                return depth, mark
            position = closing + 3
        elif mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
    return depth, ""
