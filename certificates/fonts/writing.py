"""PDF objects that are already bytes: ReportLab numbers and places them, and formats nothing."""

import zlib
from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFObject

COMPRESSION = 1
"""zlib level of everything drawn: 6 would save 4 % of the size and cost a tenth of the time."""


_MEMORY = 9
"""zlib's memory level: the highest is a sixth faster than its default, and the result a little smaller."""


def deflated(content: bytes) -> bytes:
    """`content` as a zlib stream, the way everything drawn is packed."""
    packing = zlib.compressobj(COMPRESSION, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY)
    return packing.compress(content) + packing.flush()


class Written(PDFObject):  # type: ignore[misc]
    """An object of ready bytes with references to other objects between them; `stream`, when given, follows the dictionary."""

    __RefOnly__ = 1

    def __init__(self, parts: Sequence[Any], stream: bytes | None = None) -> None:
        self.parts = tuple(parts)
        self.stream = stream

    def format(self, document: Any) -> bytes:
        """The object's bytes; what is not bytes in `parts` is a reference that `document` knows."""
        body = b"".join(part if isinstance(part, bytes) else part.format(document) for part in self.parts)
        if self.stream is None:
            return body + b"\n"
        return b"%b\nstream\n%b\nendstream\n" % (body, self.stream)


def packed(parts: Sequence[Any], content: bytes) -> Written:
    """A Flate stream whose dictionary begins with `parts` (`<<` included, `>>` and the lengths left to this function)."""
    stream = deflated(content)
    return Written((*parts, b" /Filter /FlateDecode /Length %d >>" % len(stream)), stream)
