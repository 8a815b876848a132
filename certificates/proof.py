"""The proof of a paper: its text, drawn again, gives the same file.

One comparison stands for all the ways in which a file can show something else than its text says: invisible, white, covered, clipped or tiny text, glyphs that lie about their letter,
annotations, form fields, scripts, attachments, layers, images, further pages, incremental updates, other page sizes or fonts. None of them can be in a file that equals the one
drawn here. Packing is no part of the text: where another build of zlib packed the streams, both files are compared unpacked, still with every byte accounted for.

What it cannot know: whether the seal's picture is the issuer's (`checking.Expected.seal_sha256` says), and whether the words are true.
"""

from certificates.drawing import draw_sealed
from certificates.plain_file import PlainFile, Unreadable, plain_file
from certificates.reading import Paper, face_of


def prove(pdf: bytes, paper: Paper) -> None:
    """Return when `pdf` is exactly the paper of the text read from it; raise `Unreadable` otherwise."""
    face = face_of(paper)
    try:
        again = draw_sealed(face, paper.seal, paper.made_at).pdf
    except ValueError as error:  # a text that no paper can have: too long, without a glyph
        raise Unreadable("not a paper that can be drawn") from error
    if pdf != again and not _same_unpacked(plain_file(pdf), plain_file(again)):
        raise Unreadable("not the paper of its own text")


def _same_unpacked(one: PlainFile, other: PlainFile) -> bool:
    if (one.start, one.trailer, len(one.objects)) != (other.start, other.trailer, len(other.objects)):
        return False
    return all(mine.head == yours.head and mine.content() == yours.content() for mine, yours in zip(one.objects, other.objects, strict=True))
