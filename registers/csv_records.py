"""The records of a CSV file that somebody else wrote: physical lines looked at one by one, then RFC 4180.

Decides whether bytes can be read at all: UTF-8 (a BOM is accepted), no NUL, no line without end, no quotation mark left open. What the cells mean it does not know.
"""

import csv
from collections.abc import Collection, Iterator
from typing import BinaryIO

LINE_BYTES_MAX = 64 * 1024
RECORD_LINES_MAX = 8


class Unreadable(Exception):
    """The file cannot be read beyond line `number`; `code` is one of `resident_csv.FILE_SENTENCES`."""

    def __init__(self, number: int, code: str) -> None:
        super().__init__(code)
        self.number = number
        self.code = code


class Lines:
    """The file's physical lines as text, one at a time, each checked before it is looked into."""

    def __init__(self, stream: BinaryIO, known_words: Collection[str]) -> None:
        self._stream = stream
        self._known_words = known_words
        self.number = 0
        self.record_began = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LINE_BYTES_MAX + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            line = self._without_bom(line)
        if len(line) > LINE_BYTES_MAX:
            raise Unreadable(self.number, "line_too_long")
        if b"\0" in line:
            raise Unreadable(self.number, "nul")
        if self.number - self.record_began >= RECORD_LINES_MAX:
            raise Unreadable(self.record_began, "quote_open")
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise Unreadable(self.number, _encoding(line, self._known_words)) from None

    def _without_bom(self, line: bytes) -> bytes:
        if line.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unreadable(1, "utf_16")
        return line.removeprefix(b"\xef\xbb\xbf")


def _encoding(line: bytes, known_words: Collection[str]) -> str:
    """Which encoding a line that is not UTF-8 seems to be in: the one in which it holds known words, else the one in which it has more Japanese."""
    readable = []
    for encoding, code in (("cp932", "shift_jis"), ("euc_jp", "euc_jp")):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        known, japanese = any(word in text for word in known_words), sum("ぁ" <= char <= "鿿" for char in text)
        if known or japanese > 1:
            readable.append((known, japanese, code))
    return max(readable, default=(False, 0, "not_utf_8"))[2]


def records(stream: BinaryIO, known_words: Collection[str] = ()) -> Iterator[tuple[int, list[str]]]:
    """(number of the record's first line, its cells); lines of empty cells are passed over. Raises `Unreadable`.

    `known_words` are words such a file is likely to hold (its columns' names): a file in another encoding is recognised by them.
    """
    lines = Lines(stream, known_words)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.record_began = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            still_open = lines.number > lines.record_began or "unexpected end" in str(error)
            raise Unreadable(lines.record_began, "quote_open" if still_open else "not_csv") from None
        if any(cells):
            yield lines.record_began, cells
