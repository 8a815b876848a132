"""Papers that lie: files whose extracted text is the right one and whose sheet shows something else, or something more.

Each is made the way its forger would: by drawing with something changed, or by editing a finished file. They are prepared for a signature, not signed: whoever holds the right key may lie
too (`papers.signed_file` signs them).
"""

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import pikepdf
from pikepdf import Pdf

from certificates import drawing
from certificates.fonts import embedding
from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import choose, paper_font
from certificates.plain_file import PlainFile, PlainObject, plain_file
from certificates.signature.placeholder import blank, prepared
from tests.certificates.papers import KICHITARO, face, member, paper

RIGHT = face(member(), KICHITARO)


def with_content(change: Callable[[str], str]) -> bytes:
    """The right paper, its sheets' operators changed before they are packed."""
    original = drawing._content
    with patch.object(drawing, "_content", lambda *given: change(original(*given))):
        return paper(RIGHT)


def edited(change: Callable[[Pdf], None]) -> bytes:
    """The right paper, opened, changed and saved by another program."""
    with pikepdf.open(io.BytesIO(paper(RIGHT))) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def rewritten(old: bytes, new: bytes, added: tuple[bytes, ...] = ()) -> bytes:
    """The right paper with a word changed in its objects' dictionaries and objects added, as plain a file as before."""
    file = plain_file(paper(RIGHT))
    assert any(old in one.head for one in file.objects)
    objects = [replace(one, head=one.head.replace(old, new, 1)) for one in file.objects]
    objects += [PlainObject(b"%d 0 obj\n%b\n" % (len(objects) + at, body), None) for at, body in enumerate(added, 1)]
    return written(replace(file, objects=tuple(objects)))


def restreamed(mark: bytes, old: bytes, new: bytes) -> bytes:
    """The right paper with something changed in the stream of the first object whose dictionary says `mark`."""
    file = plain_file(paper(RIGHT))
    at = next(at for at, one in enumerate(file.objects) if mark in one.head)
    content = file.objects[at].content()
    assert old in content
    changed = replace(file.objects[at], packed=zlib.compress(content.replace(old, new, 1)))
    return written(replace(file, objects=(*file.objects[:at], changed, *file.objects[at + 1 :])))


def written(file: PlainFile) -> bytes:
    """The file of these parts, its table and its room for a signature right."""
    out, places = file.start, []
    for one in file.objects:
        places.append(len(out))
        stream = b" /Length %d >>\nstream\n%b\nendstream\n" % (len(one.packed), one.packed) if one.packed is not None else b""
        out += one.head + stream + b"endobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, b"".join(b"%010d 00000 n \n" % place for place in places))
    trailer = file.trailer.replace(b"/Size %d" % len(plain_file(paper(RIGHT)).objects), b"/Size %d" % len(places))
    return prepared(blank(out + table + trailer + b"%d\n%%%%EOF\n" % len(out)))


def _glyph(sequence: str) -> int:
    chosen = choose(sequence)
    assert chosen is not None
    return chosen.glyph


def _lying_outline() -> bytes:
    """The glyph that is called 渡 is drawn as 邉."""
    font = paper_font(0)
    assert font is not None
    true_outline = PaperFont.outline

    def outline(self: PaperFont, glyph: int) -> bytes:
        return true_outline(self, _glyph("邉") if glyph == _glyph("渡") else glyph)

    with patch.object(PaperFont, "outline", outline):
        return paper(RIGHT)


def _lying_unicode() -> bytes:
    """邉 is drawn, and its code is said to be 渡."""
    true_map = embedding.to_unicode
    with patch.object(
        embedding, "to_unicode", lambda codes: true_map({"渡" if sequence == "邉" else sequence: code for sequence, code in codes.items()})
    ):
        return paper(face(member(name="邉辺　太郎"), KICHITARO))


def _covered_form(pdf: Pdf) -> None:
    sheet = pdf.pages[0].obj.Resources.XObject["/Form.juminhyo"]
    sheet.write(sheet.read_bytes() + b"\n0 0 600 850 re f")


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["note.txt"] = b"note"


def _added_page(pdf: Pdf) -> None:
    pdf.add_blank_page(page_size=(595, 842))


def _unchanged(pdf: Pdf) -> None:
    assert pdf.pages


def _appended() -> bytes:
    """An incremental update that changes nothing yet."""
    pdf = paper(RIGHT)
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    size = pdf.count(b" obj\n") + 1
    return pdf + b"xref\n0 0\ntrailer\n<< /Size %d /Root 99 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (size, start, len(pdf))


def _replaced_later() -> bytes:
    """An incremental update that puts another person's sheet in place of the first."""
    pdf = paper(RIGHT)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        number = opened.pages[0].obj.Contents.objgen[0]
    stream = zlib.compress(b"BT ET")
    at = len(pdf)
    update = b"%d 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, len(stream), stream)
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    root = pdf.rsplit(b"trailer\n", 1)[1].split(b"startxref")[0].replace(b">>", b"/Prev %d\n>>" % start)
    return pdf + update + b"xref\n%d 1\n%010d 00000 n \ntrailer\n%bstartxref\n%d\n%%%%EOF\n" % (number, at, root, at + len(update))


def _encrypted(user: str) -> bytes:
    with pikepdf.open(io.BytesIO(paper(RIGHT))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=user))
    return out.getvalue()


def _added_text(content: str) -> str:
    return content[: -len("ET")] + "/F1 9 Tf 1 0 0 1 30 30 Tm <00010002> Tj\nET"


def _page_with(words: bytes, *objects: bytes) -> bytes:
    return rewritten(b" /Resources <<", b" " + words + b" /Resources <<", objects)


def _catalog_with(words: bytes, *objects: bytes) -> bytes:
    return rewritten(b"/Type /Catalog", words + b" /Type /Catalog", objects)


NAME_LINE = "/F1 12 Tf 1 0 0 1"
"""How the operators of a short name begin."""

_BT = "BT\n"
_FORM = "/Form.juminhyo Do\n"
_NEXT = len(plain_file(paper(RIGHT)).objects) + 1
_NOTE = b"/Rect [100 600 300 700] /Contents (1234) /DA (/Helv 12 Tf 0 g)"

SILENT: dict[str, bytes] = {
    "invisible text": with_content(lambda content: content.replace(_BT, "BT 3 Tr\n", 1)),
    "white text": with_content(lambda content: content.replace(_BT, "BT 1 g\n", 1)),
    "text in the colour of the ground": with_content(lambda content: content.replace(_BT, "BT 0.98 0.98 0.97 rg\n", 1)),
    "clipped text": with_content(lambda content: content.replace(_BT, "q 0 0 1 1 re W n BT\n", 1) + " Q"),
    "text as a clip": with_content(lambda content: content.replace(_BT, "BT 7 Tr\n", 1)),
    "text in no width": with_content(lambda content: content.replace(_BT, "BT 0 Tz\n", 1)),
    "text far above its line": with_content(lambda content: content.replace(_BT, "BT 900 Ts\n", 1)),
    "tiny text": with_content(lambda content: content.replace(NAME_LINE, "/F1 0.01 Tf 1 0 0 1", 1)),
    "smaller than it had to be": with_content(lambda content: content.replace(NAME_LINE, "/F1 11 Tf 1 0 0 1", 1)),
    "more text the finder does not see": with_content(lambda content: content[: -len("ET")] + "/F1 9 Tf 0.9 0 0 1 300 600 Tm <00010002> Tj\nET"),
    "text marked as another": with_content(lambda content: content.replace(_BT, "/Span << /ActualText (x) >> BDC\nBT\n", 1) + " EMC"),
    "text in a layer": with_content(lambda content: content.replace(_BT, "/OC /Off BDC\nBT\n", 1) + " EMC"),
    "an inline image": with_content(lambda content: content + "\nq 9 0 0 9 9 9 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"),
    "a drawing between form and texts": with_content(lambda content: content.replace(_FORM, _FORM + "0 0 100 100 re f\n")),
    "a drawing on top": with_content(lambda content: content + "\n1 g 40 600 500 100 re f"),
    "the form drawn twice": with_content(lambda content: content.replace(_FORM, _FORM + _FORM)),
    "a strip drawn once more in another place": with_content(lambda content: content.replace("/Rest Do", "/Rest Do /Strip.member Do")),
    "the rest not struck out": with_content(lambda content: content.replace(" re\nS\n0.7 w", " re\nn\n0.7 w")),
    "nothing said about the rest": with_content(lambda content: content.replace("/Rest Do ", "")),
    "the ground not drawn over the seal": with_content(lambda content: content.replace("/Seal Do Q", "/Seal Do Q\n/Ground Do")),
    "the seal drawn twice": with_content(lambda content: content.replace("/Seal Do Q", "/Seal Do Q\nq 60 0 0 60 100 500 cm /Seal Do Q")),
    "the seal not drawn": with_content(lambda content: content.replace("/Seal Do Q", "Q\n%/Seal Do")),
    "the seal over the page": with_content(lambda content: content.replace("68.03 0 0 68.03", "500 0 0 500")),
    "a glyph drawn as another": _lying_outline(),
    "a code read as another": _lying_unicode(),
    "a ground that covers": restreamed(b"/Pattern << /Cell", b" re", b" re f 0 g 0 0 600 850 re"),
    "a form part that covers": restreamed(b"/Font << /L ", b" re", b" re 0 0 600 850 re f 0 0 1 1 re"),
    "a text in a form part": restreamed(b"/Font << /L ", b"\nET", b"\n/L 20 Tf 1 0 0 1 100 300 Tm <00010002> Tj\nET"),
    "a note": _page_with(b"/Annots [<< /Type /Annot /Subtype /FreeText %b >>]" % _NOTE),
    "a link": _page_with(b"/Annots [<< /Type /Annot /Subtype /Link %b >>]" % _NOTE),
    "a form field": _catalog_with(b"/AcroForm << /Fields [<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) %b >>] >>" % _NOTE),
    "a script": _catalog_with(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "an attachment": _catalog_with(b"/Names << /EmbeddedFiles << /Names [(a) %d 0 R] >> >>" % _NEXT, b"<< /Type /Filespec /F (a) >>"),
    "a layer": _catalog_with(b"/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (_NEXT, _NEXT), b"<< /Type /OCG /Name (x) >>"),
    "an object nobody needs": rewritten(b"", b"", (b"<< /Hidden (1234) >>",)),
    "turned": _page_with(b"/Rotate 180"),
    "cropped": _page_with(b"/CropBox [0 400 595 842]"),
    "enlarged": _page_with(b"/UserUnit 3"),
    "another size": rewritten(b"/MediaBox [0 0 595.28 841.89]", b"/MediaBox [0 0 700 1000]"),
    "a font not embedded": rewritten(b"/FontFile2", b"/FontFile9"),
    "a font with other widths": rewritten(b"/DW 1000 /W [1 [", b"/DW 1000 /W [1 [0 "),
    "a ground that no copier shows": rewritten(b"/XStep 130.56", b"/XStep 131.56"),
    "another name beside the signature": rewritten(b" /Name <FEFF", b" /Name <FEFF0041"),
    "another purpose beside the signature": rewritten(b" /Reason <FEFF", b" /Reason <FEFF0041"),
    "a signature said to be of another time": rewritten(b" /M (D:2026", b" /M (D:2025"),
    "a visible field": rewritten(b" /Rect [0 0 0 0] /F 132", b" /Rect [0 0 500 500] /F 132"),
    "a seal narrower by a pixel": rewritten(b"/Image /Width 567", b"/Image /Width 566"),
    "another subject": rewritten(b"/Subject <FEFF898B672C>", b"/Subject <FEFF>"),
    "another page order": rewritten(b"/Kids [ ", b"/Kids [ 1 0 R "),
}
"""Files whose cells read as the right paper: only the proof catches them."""

LOUD: dict[str, bytes] = {
    "text outside the form": with_content(_added_text),
    "text off the page": with_content(lambda content: content.replace(NAME_LINE, "/F1 12 Tf 1 0 0 1 -2000 0 Tm <0001> Tj\n" + NAME_LINE, 1)),
    "text in codes without a letter": with_content(lambda content: content.replace("> Tj", "FFFF> Tj", 1)),
    "text in a font that is not there": with_content(lambda content: content.replace("/F1 12", "/F9 12", 1)),
    "the form not drawn": with_content(lambda content: content.replace(_FORM, "")),
    "the ground not drawn": with_content(lambda content: content.replace("/Ground Do\n", "")),
    "another form": with_content(lambda content: content.replace(_FORM, "/Form.kojinhyo Do\n")),
    "a strip of another form": with_content(lambda content: content.replace("/Strip.member", "/Strip.registration", 1)),
    "a drawing below": with_content(lambda content: "0 0 100 100 re f\n" + content),
    "saved again": edited(_unchanged),
    "a form part covers, saved again": edited(_covered_form),
    "an attachment, saved again": edited(_attachment),
    "one more page": edited(_added_page),
    "another sheet put in later": _replaced_later(),
    "an empty update": _appended(),
    "trailing bytes": paper(RIGHT) + b"% more",
    "leading bytes": b"\n" + paper(RIGHT),
    "a comment between": paper(RIGHT).replace(b"endobj\n2 0 obj", b"endobj\n%x\n2 0 obj"),
    "a table that lies": paper(RIGHT).replace(b"\n0000000", b"\n0000001", 2),
    "no date": rewritten(b"/CreationDate (D:2026", b"/CreationDate (D:20x6"),
    "a date that is none": rewritten(b"/CreationDate (D:20261123", b"/CreationDate (D:20261399"),
    "a seal of another shape": rewritten(b"/Image /Width 567", b"/Image /Width 500"),
    "a paper without a seal": with_content(lambda content: content.replace("/Seal Do ", "")),
    "a sheet of too many operators": with_content(lambda content: content + " " * 3_000_000),
    "locked": _encrypted("u"),
    "locked without a password": _encrypted(""),
    "nothing": b"",
    "no pdf": b"%PDF-1.4\nno",
    "a page of html": b"<html>",
    "half a paper": paper(RIGHT)[:20000],
}
"""Files that cannot be read into the form at all."""

DOUBLED = with_content(lambda content: content[: -len("ET")] + "/F1 12 Tf 1 0 0 1 200 668 Tm <00010002> Tj\nET")
"""Two texts in the cell of the first name."""
