"""The proof of a paper: its text, drawn again, gives the same file.

One comparison stands for all the ways in which a file can show something else than its text says: invisible, white, covered, clipped or tiny text, glyphs that lie about their letter,
annotations, form fields, scripts, attachments, layers, images, further pages, incremental updates, other page sizes or fonts. None of them can be in a file that equals the one
drawn here. Packing is no part of the text: where another build of zlib packed the streams, both files are compared unpacked, still with every byte accounted for.

What it cannot know: whether the seal's picture is the issuer's (`checking.Expected.seal_sha256` says), and whether the words are true.
"""

from certificates.drawing import draw_sealed
from certificates.plain_file import Unreadable, plain_file, same_unpacked
from certificates.reading import Paper, face_of
from certificates.signature.placeholder import NoPlace, blank, place_of


def prove(pdf: bytes, paper: Paper) -> None:
    """Return when `pdf` (prepared or signed) is exactly the paper of the text read from it; raise `Unreadable` otherwise.

    Only the value of the signature is left out of it: whose it is, is `certificates.signature.strict`'s question.
    """
    face = face_of(paper)
    try:
        place_of(pdf)
        drawn = blank(pdf)
        again = draw_sealed(face, paper.seal, paper.made_at).pdf
    except NoPlace as error:
        raise Unreadable("not one signature's place") from error
    except ValueError as error:  # a text that no paper can have: too long, without a glyph
        raise Unreadable("not a paper that can be drawn") from error
    if drawn != again and not same_unpacked(plain_file(drawn), plain_file(again)):
        raise Unreadable("not the paper of its own text")
