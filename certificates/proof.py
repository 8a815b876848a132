"""The proof of a paper: its text, drawn again, gives the same file.

One comparison stands for all the ways in which a file can show something else than its text says: invisible, white, covered, clipped or tiny text, glyphs that lie about their letter,
annotations, form fields, scripts, attachments, layers, images, further pages, incremental updates, other page sizes or fonts. None of them can be in a file that equals the one
drawn here. Packing is no part of the text: where another build of zlib packed the streams, both files are compared unpacked, still with every byte accounted for.

What it cannot know: whether the seal's picture is the issuer's (`checking.Expected.seal_sha256` says), and whether the words are true.
"""

import re
import zlib

from certificates.drawing import draw_sealed
from certificates.reading import Paper, Unreadable, face_of

_STREAM = re.compile(rb"/Length ([1-9]\d{0,6}) >>\nstream\n")
_TAIL = re.compile(rb"(trailer\n.*\nstartxref\n)(\d{1,8})\n%%EOF\n", re.DOTALL)
_LARGEST_STREAM = 16_000_000


def prove(pdf: bytes, paper: Paper) -> None:
    """Return when `pdf` is exactly the paper of the text read from it; raise `Unreadable` otherwise."""
    try:
        again = draw_sealed(face_of(paper.sheets), paper.seal, paper.made_at).pdf
    except Unreadable:
        raise
    except (ValueError, KeyError) as error:  # a text no paper can have: too long, without a glyph
        raise Unreadable("not a paper that can be drawn") from error
    if pdf != again and unpacked(pdf) != unpacked(again):
        raise Unreadable("not the paper of its own text")


def unpacked(pdf: bytes) -> tuple[bytes, ...]:
    """The file as its objects in order, streams unpacked, and its trailer; `Unreadable` unless the file is these objects, one table of their places, and nothing more."""
    parts = []
    at = pdf.find(b"1 0 obj\n")
    if at < 0:
        raise Unreadable("no objects")
    parts.append(pdf[:at])
    places: list[int] = []
    while pdf.startswith(b"%d 0 obj\n" % (len(places) + 1), at):
        places.append(at)
        end, body = _object(pdf, at)
        parts.append(body)
        at = end
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, b"".join(b"%010d 00000 n \n" % place for place in places))
    tail = _TAIL.fullmatch(pdf, at + len(table))
    if not pdf.startswith(table, at) or not tail or int(tail[2]) != at:
        raise Unreadable("not one plain table of objects")
    return (*parts, tail[1])


def _object(pdf: bytes, at: int) -> tuple[int, bytes]:
    """Where the object that begins at `at` ends, and its bytes with the stream unpacked."""
    end = pdf.find(b"endobj\n", at)
    stream = _STREAM.search(pdf, at)
    if end < 0:
        raise Unreadable("an object without end")
    if not stream or stream.start() > end:
        return end + len(b"endobj\n"), pdf[at:end]
    first, last = stream.end(), stream.end() + int(stream[1])
    if not pdf.startswith(b"\nendstream\nendobj\n", last):
        raise Unreadable("a stream without end")
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(pdf[first:last], _LARGEST_STREAM)
    except zlib.error:
        raise Unreadable("a broken stream") from None
    if not unpacking.eof or unpacking.unused_data:
        raise Unreadable("a broken stream")
    return last + len(b"\nendstream\nendobj\n"), pdf[at : stream.start()] + b"stream\n" + content
