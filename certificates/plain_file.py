"""A paper's file as what it plainly is: numbered objects one after the other, one table of their places, one trailer. Anything else is no paper.

The shape is the one `drawing` writes, and every byte of the file is in one of the parts, so nothing hides between them. Understands no PDF beyond that, on purpose: a file that
somebody may have made to deceive is taken apart here, in a few lines, before any PDF library sees it.
"""

import re
import zlib
from dataclasses import dataclass

LARGEST_FILE = 2_000_000
LARGEST_STREAM = 16_000_000

_START = re.compile(rb"%PDF-1\.\d\n%[^\n]{1,100}\n")
_STREAM = re.compile(rb" /Length ([1-9]\d{0,6}) >>\nstream\n")
_TRAILER = re.compile(rb"(trailer\n[^\x00]{1,1000}?\nstartxref\n)(\d{1,8})\n%%EOF\n")
_PACKED = b" /Filter /FlateDecode"
_END, _STREAM_END = b"endobj\n", b"\nendstream\nendobj\n"


class Unreadable(ValueError):
    """The paper cannot be read, or is not exactly the paper of its own text. The message names a place, never a text."""


@dataclass(frozen=True, slots=True)
class PlainObject:
    """One object: its bytes, and its stream as it is packed; the stream's packed length is left out of `head`."""

    head: bytes
    packed: bytes | None

    def content(self, largest: int = LARGEST_STREAM) -> bytes:
        """The stream unpacked if it is packed, empty without one; `Unreadable` when it is broken, longer than `largest`, or followed by anything."""
        if self.packed is None:
            return b""
        if _PACKED not in self.head:
            return self.packed
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(self.packed, largest)
        except zlib.error:
            raise Unreadable("a broken stream") from None
        if not unpacking.eof or unpacking.unused_data:
            raise Unreadable("a broken stream")
        return content


@dataclass(frozen=True, slots=True)
class PlainFile:
    """The whole file: its first lines, its objects (object n is `objects[n - 1]`), its trailer without the table's place."""

    start: bytes
    objects: tuple[PlainObject, ...]
    trailer: bytes

    def numbered(self, number: int) -> PlainObject:
        """Object `number`; `Unreadable` when there is none."""
        if not 1 <= number <= len(self.objects):
            raise Unreadable("an object that is not there")
        return self.objects[number - 1]


def plain_file(pdf: bytes) -> PlainFile:
    """Take `pdf` apart; `Unreadable` unless it is nothing but these parts, each where the table says."""
    start = _START.match(pdf)
    if not start or len(pdf) > LARGEST_FILE:
        raise Unreadable("not a paper")
    places: list[int] = []
    objects: list[PlainObject] = []
    at = start.end()
    while pdf.startswith(b"%d 0 obj\n" % (len(places) + 1), at):
        places.append(at)
        at, found = _object(pdf, at)
        objects.append(found)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, b"".join([b"%010d 00000 n \n" % place for place in places]))
    trailer = _TRAILER.fullmatch(pdf, at + len(table))
    if not pdf.startswith(table, at) or not trailer or int(trailer[2]) != at:
        raise Unreadable("not one plain table of objects")
    return PlainFile(start[0], tuple(objects), trailer[1])


def same_unpacked(one: PlainFile, other: PlainFile) -> bool:
    """Whether two files are the same but for how their streams are packed (another build of zlib packs otherwise): every byte of both is compared."""
    if (one.start, one.trailer, len(one.objects)) != (other.start, other.trailer, len(other.objects)):
        return False
    return all(mine.head == yours.head and mine.content() == yours.content() for mine, yours in zip(one.objects, other.objects, strict=True))


def _object(pdf: bytes, at: int) -> tuple[int, PlainObject]:
    """Where the object that begins at `at` ends, and the object."""
    end = pdf.find(_END, at)
    if end < 0:
        raise Unreadable("an object without end")
    stream = _STREAM.search(pdf, at, end)
    if not stream:
        return end + len(_END), PlainObject(pdf[at:end], None)
    last = stream.end() + int(stream[1])
    if not pdf.startswith(_STREAM_END, last):
        raise Unreadable("a stream without end")
    return last + len(_STREAM_END), PlainObject(pdf[at : stream.start()], pdf[stream.end() : last])
