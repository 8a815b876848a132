"""Reading: what was drawn comes back exactly, and a file that shows anything else is not read at all."""

import re
import zlib
from dataclasses import replace
from unittest.mock import patch

import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from certificates import proof
from certificates.drawing import draw
from certificates.face import EMPTY, Face, Piece
from certificates.fitting import DoesNotFit
from certificates.fonts import writing
from certificates.form.catalogue import FORMS
from certificates.form.juminhyo import MEMBER
from certificates.plain_file import LARGEST_FILE, PlainObject
from certificates.proof import prove
from certificates.reading import Paper, Unreadable, _Places, face_of, open_paper, read
from certificates.signature.placeholder import place_of
from tests.certificates import forgeries
from tests.certificates.papers import ALL_SHOWN, FORM, HANAKO, NOW, ORDINARY, face, member, paper, signed

CHARACTERS = [
    "辻\U000e0100",
    "辻\U000e0101", "邉\U000e0100", "葛\U000e0101", "𠮷", "𡈽", "髙", "﨑", "神", "神", "渡", "Ａ", "ｱ", "ー", "々", "〇", "（", "）", " ", "　", "A", "z", "É", "ß", "-", "'", ",", "1",
]  # fmt: skip


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Texts of a register: any of the awkward characters, also as runs of a name, of any length up to `longest`."""
    return st.one_of(
        st.just(EMPTY),
        st.lists(st.sampled_from(CHARACTERS), max_size=longest).map("".join),
        st.text("渡辺太郎花子一二三", min_size=1, max_size=longest),
    )


CELLS = tuple(cell.code for cell in MEMBER.cells)


def members() -> st.SearchStrategy[Piece]:
    return st.tuples(*(texts(4 if code == "sex" else 12 if code in ("relation", "card_number") else 40) for code in CELLS)).map(
        lambda drawn: Piece("member", tuple(zip(CELLS, drawn, strict=True)))
    )


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_papers_come_back_exactly(of: Face) -> None:
    came = read(paper(of))
    sheets = came.sheets
    assert face_of(came) == of
    assert came.made_at == NOW
    assert [(sheet.part, sheet.parts, sheet.closed) for sheet in sheets] == [(at, len(sheets), at == len(sheets)) for at in range(1, len(sheets) + 1)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])
@given(people=st.lists(members(), min_size=1, max_size=5), address=texts(80), head_name=texts(80))
def test_whatever_is_drawn_is_read(people: list[Piece], address: str, head_name: str) -> None:
    of = face(*people, address=address, head_name=head_name)
    try:
        pdf = paper(of)
    except DoesNotFit:
        assume(False)
    assert face_of(read(pdf)) == of


@pytest.mark.parametrize("blanks", ["渡辺 ", " 渡辺", "渡辺　", "　渡辺", "渡 辺　 太郎", "𠮷 田", "渡 𠮷 ", " 𠮷", "渡　𠮷　", "渡　　辺", ""])
def test_blanks_come_back_where_they_were(blanks: str) -> None:
    of = face(
        member(name=blanks, relation=blanks, alias=blanks, nationality=blanks, category=blanks, residence_status=blanks),
        address=blanks,
        head_name=blanks,
    )
    assert face_of(read(paper(of))) == of


@pytest.mark.parametrize("text", ["1-2-3", "1-", "-", "--", "渡-", "-1-", "0-" * 40, "‐", "渡‐", "(", "...", "a.b@c", "1/2"])
def test_hyphens_and_other_marks_come_back(text: str) -> None:
    of = face(member(previous_address=text, alias=text[:20], name=text[:30]), address=text, head_name=text)
    assert face_of(read(paper(of))) == of


def test_two_lines_come_back_as_one_text() -> None:
    of = ORDINARY["long texts"]
    assert face_of(read(paper(of))) == of


def test_a_paper_with_every_item_reads_them_in_their_cells() -> None:
    (sheet,) = read(paper(face(member(**ALL_SHOWN)))).sheets
    for code, text in ALL_SHOWN.items():
        assert sheet.pieces[0].text(code) == text


def test_a_signed_paper_reads_as_the_same_paper_before_it_was_signed() -> None:
    of = ORDINARY["six people"]
    assert read(signed(of)) == read(paper(of))


@pytest.mark.parametrize("name", forgeries.SILENT)
def test_a_paper_that_shows_something_else_than_its_text_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable):
        read(forgeries.SILENT[name])


@pytest.mark.parametrize("name", forgeries.SILENT)
def test_only_the_proof_catches_these_lies(name: str) -> None:
    with patch.object(proof, "prove"):
        assert face_of(read(forgeries.SILENT[name])) == forgeries.RIGHT


@pytest.mark.parametrize("name", forgeries.LOUD)
def test_what_is_not_the_form_cannot_be_read(name: str) -> None:
    with pytest.raises(Unreadable):
        read(forgeries.LOUD[name])
    with pytest.raises(Unreadable), patch.object(proof, "prove"):
        face_of(read(forgeries.LOUD[name]))


def test_a_text_over_a_text_is_neither_of_them() -> None:
    with patch.object(proof, "prove"):
        assert face_of(read(forgeries.DOUBLED)) != forgeries.RIGHT
    with pytest.raises(Unreadable):
        read(forgeries.DOUBLED)


def test_every_byte_of_a_paper_counts() -> None:
    """All but those of the signature's own room, which `signature.strict` answers for."""
    pdf = paper(face())
    opened, room = open_paper(pdf), place_of(pdf)
    for at in range(0, len(pdf), 97):
        changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
        if room.start < at < room.end - 1:
            prove(changed, opened)
            continue
        with pytest.raises(Unreadable):
            prove(changed, opened)


def test_a_paper_packed_by_another_build_is_the_same_paper() -> None:
    with patch.object(writing, "COMPRESSION", 9):
        other = draw(face(HANAKO), FORM, NOW).pdf
    assert other != paper(face(HANAKO))
    assert face_of(read(other)) == face(HANAKO)


def test_a_paper_packed_by_another_build_still_hides_nothing() -> None:
    with patch.object(writing, "COMPRESSION", 9):
        for name, other in {
            "white": forgeries.with_content(lambda content: content.replace("BT\n", "BT 1 g\n", 1)),
            "script": forgeries.SILENT["a script"],
        }.items():
            with pytest.raises(Unreadable):
                read(other)
            assert name


def test_a_stream_is_whole_and_nothing_follows_it() -> None:
    stream = zlib.compress(b"text" * 100)
    packed = b"<< /Filter /FlateDecode"
    assert PlainObject(packed, stream).content() == b"text" * 100
    assert PlainObject(b"<<", stream).content() == stream
    for broken in (stream + b"\x00", stream[:-1], b"", stream[:4] + b"x" + stream[5:]):
        with pytest.raises(Unreadable, match="broken stream"):
            PlainObject(packed, broken).content()
    with pytest.raises(Unreadable, match="broken stream"):
        PlainObject(packed, stream).content(largest=399)


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_pdfium_extracts_the_same_texts(of: Face) -> None:
    """Blanks apart, which pdfium only guesses at, and hyphens, which it renames at a line's end."""

    def inked(text: str) -> str:
        return re.sub(r"[\s\x02\ufffe-]", "", text)

    document = pdfium.PdfDocument(paper(of))
    for at, (sheet, page) in enumerate(zip(read(paper(of)).sheets, document, strict=True)):
        extracted = inked(page.get_textpage().get_text_range())
        texts = [text for _, text in sheet.texts] + [text for piece in sheet.pieces for _, text in piece.cells]
        assert [text for text in texts if inked(text) not in extracted] == []
        assert f"{inked(of.number)}{at + 1}/{len(document)}" in extracted
    document.close()


def test_sheets_of_two_papers_are_not_one_face() -> None:
    came, strange = (read(paper(face(*[member()] * 5, copy=copy))) for copy in (1, 2))
    one, other = came.sheets, strange.sheets
    for mixed in ((one[0], other[1]), (one[1], one[0]), (one[0],), (one[0], one[0])):
        with pytest.raises(Unreadable):
            face_of(replace(came, sheets=mixed))


def test_sheets_that_differ_in_one_header_text_are_not_one_face() -> None:
    came: Paper = read(paper(face(*[member()] * 5)))
    sheets = came.sheets
    for code in ("address", "head_name", "binding", "title", "specimen"):
        other = replace(sheets[1], texts=tuple((name, "他" if name == code else text) for name, text in sheets[1].texts))
        with pytest.raises(Unreadable, match="sheet 2: of another paper"):
            face_of(replace(came, sheets=(sheets[0], other)))
    with pytest.raises(Unreadable, match="sheet 2: of another paper"):
        face_of(replace(came, sheets=(sheets[0], replace(sheets[1], form="kojinhyo"))))


def test_a_paper_too_large_is_not_opened() -> None:
    with pytest.raises(Unreadable, match="not a paper"):
        open_paper(paper(face()) + bytes(LARGEST_FILE))


def test_messages_name_places_and_never_texts() -> None:
    for pdf in (*forgeries.LOUD.values(), *forgeries.SILENT.values()):
        with pytest.raises(Unreadable) as refused:
            read(pdf)
        assert str(refused.value).isascii()


@pytest.mark.parametrize("code", FORMS)
def test_every_cell_is_found_at_the_point_where_its_text_begins(code: str) -> None:
    form = FORMS[code]
    for strip in form.strips:
        places = _Places(form, ((form.body_top, strip),))
        for cell in strip.cells:
            box = cell.box.moved(form.body_top)
            assert places.find(box.x + 0.01, box.y + box.height / 2) == (0, cell.code)
        for cell in form.head:
            assert places.find(cell.box.x + 0.01, cell.box.y + cell.box.height / 2) == (-1, cell.code)
    for x, y in ((-1.0, 100.0), (100.0, -1.0), (100.0, 400.0), (float("nan"), 100.0), (100.0, float("nan")), (5.0, 150.0)):
        assert places.find(x, y) is None
