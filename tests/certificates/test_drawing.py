"""Drawing: the same bytes for the same values, all of the form in its place, and no text ever cut or guessed."""

import hashlib
import io
import itertools
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdf
import pytest

from certificates.drawing import draw, sheets_of
from certificates.face import EMPTY, Face, Piece
from certificates.fitting import DoesNotFit, NoGlyph, fit
from certificates.form import grid
from certificates.form.catalogue import FORMS
from certificates.form.grid import Box, Cell, Form
from certificates.form.juminhyo import MEMBER
from certificates.stencil import stencil_of
from tests.certificates.papers import FORM, KICHITARO, LONG_NAME, NOW, ORDINARY, face, member, paper

_PROGRAM = """
import hashlib
from tests.certificates.papers import ORDINARY, paper
print([hashlib.sha256(paper(face)).hexdigest() for face in ORDINARY.values()])
"""


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_another_process_with_other_hashes_draws_the_same_bytes() -> None:
    here = [hashlib.sha256(paper(of)).hexdigest() for of in ORDINARY.values()]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        other = subprocess.run(
            [sys.executable, "-c", _PROGRAM], env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
        )
        assert other.stdout.strip() == str(here)


def test_papers_drawn_between_do_not_change_a_paper() -> None:
    first = paper(ORDINARY["one person"])
    paper(ORDINARY["six people"])
    assert paper(ORDINARY["one person"]) == first


@pytest.mark.parametrize(("people", "sheets"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_four_people_stand_on_a_sheet(people: int, sheets: int) -> None:
    drawn = draw(face(*[member()] * people), FORM, NOW)
    assert drawn.sheets == sheets_of(face(*[member()] * people)) == sheets
    texts = pages(drawn.pdf)
    assert len(texts) == sheets
    assert [text.count("転入前住所") for text in texts] == [4] * (sheets - 1) + [people - 4 * (sheets - 1)]
    assert ["以　下　余　白" in text for text in texts] == [False] * (sheets - 1) + [people % 4 != 0]


def test_every_sheet_says_specimen_number_part_and_binding() -> None:
    of = ORDINARY["six people"]
    for at, text in enumerate(pages(paper(of)), 1):
        assert text.startswith("見本\n")  # in the ground
        assert f"見本 {of.number} {at}/2" in text  # the mark beside the number
        assert of.binding in text


def test_the_statement_and_the_seal_are_on_the_last_sheet_only() -> None:
    pdf = paper(ORDINARY["six people"])
    first, last = pages(pdf)
    assert "証明する" not in first
    assert "次葉に続く" in first
    assert "証明する" in last
    assert "次葉に続く" not in last
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert ["/Seal" in page.Resources.XObject for page in opened.pages] == [False, True]


def test_the_document_says_what_it_is_and_when_it_was_made() -> None:
    information = pypdf.PdfReader(io.BytesIO(paper(face()))).metadata
    assert information is not None
    assert (information.title, information.subject) == ("住民票の写し", "見本")
    assert information.creation_date == NOW
    utc = pypdf.PdfReader(io.BytesIO(draw(face(), FORM, datetime(2026, 11, 23, 3, 34, 56, tzinfo=UTC)).pdf)).metadata
    assert utc is not None
    assert utc.creation_date == NOW


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_every_font_is_embedded_and_the_sheet_is_a4(of: Face) -> None:
    pdf = paper(of)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = [font for font in opened.objects if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/Font"]
        assert len(fonts) >= 2
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)
        assert {tuple(float(edge) for edge in page.MediaBox) for page in opened.pages} == {(0, 0, 595.28, 841.89)}
    assert len(pdf) < 100_000


def test_the_seal_is_printed_within_25_mm() -> None:
    with pikepdf.open(io.BytesIO(paper(face()))) as opened:
        operations = pikepdf.parse_content_stream(opened.pages[0])
    at = next(at for at, operation in enumerate(operations) if operation.operands and operation.operands[0] == "/Seal")
    width, _, _, height, *_ = (float(value) for value in operations[at - 1].operands)
    assert width == height
    assert 20 <= width / 72 * 25.4 <= 25


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width - 1e-6
        and other.x < one.x + one.width - 1e-6
        and one.y < other.y + other.height - 1e-6
        and other.y < one.y + one.height - 1e-6
    )


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_box_of_a_form_covers_another_and_all_are_on_the_sheet(form: Form) -> None:
    sheet = [cell.box for cell in (*grid.MARKS, *form.head, *grid.CLOSING)] + [label.box for label in (*form.head_labels, *grid.PRINTED_LABELS)]
    sheet.append(grid.SEAL)
    for strip in form.strips:
        inside = [label.box for label in strip.labels] + [cell.box for cell in strip.cells] + ([strip.picture] if strip.picture else [])
        assert strip.height + form.body_top <= grid.BODY_END + 0.01
        assert all(box.y + box.height <= strip.height + 0.01 for box in inside)
        boxes = [*sheet, *(box.moved(form.body_top) for box in inside)]
        assert not [(one, other) for one, other in itertools.combinations(boxes, 2) if overlap(one, other)]
        assert all(
            box.x >= 5 and box.y >= 5 and box.x + box.width <= grid.PAGE_WIDTH - 5 and box.y + box.height <= grid.PAGE_HEIGHT - 3 for box in boxes
        )


def test_a_members_block_is_all_labels_and_cells() -> None:
    inside = [label.box for label in MEMBER.labels] + [cell.box for cell in MEMBER.cells]
    assert sum(box.width * box.height for box in inside) == pytest.approx(grid.WIDTH * MEMBER.height, rel=1e-3)


def test_each_label_stands_left_of_its_cell_in_the_same_row() -> None:
    _number, *cells = MEMBER.cells
    for label, cell in zip(MEMBER.labels, cells, strict=True):
        assert label.box.x + label.box.width == pytest.approx(cell.box.x)
        assert (label.box.y, label.box.height) == (cell.box.y, cell.box.height)


NARROW = Cell("name", Box(0, 0, 30, 5.1), 9)


@pytest.mark.parametrize(
    ("text", "lines", "size"), [("渡辺", 1, 9), ("渡" * 10, 1, 7.75), ("渡" * 12, 1, 6.5), ("渡" * 13, 1, 6), ("渡" * 14, 2, 6), ("渡" * 26, 2, 6)]
)
def test_a_longer_text_is_set_smaller_then_in_two_lines(text: str, lines: int, size: float) -> None:
    fitted = fit(text, NARROW)
    assert (len(fitted), fitted[0].size) == (lines, size)
    assert "".join(glyph.sequence for line in fitted for glyph in line.glyphs) == text
    for line in fitted:
        width = sum(glyph.advance for glyph in line.glyphs) * line.size / 1000
        assert line.x + width <= 30 / 25.4 * 72


def test_a_name_is_broken_after_a_blank_and_the_blank_is_kept() -> None:
    first, second = fit(LONG_NAME, next(cell for cell in MEMBER.cells if cell.code == "name"))
    assert [glyph.sequence for glyph in first.glyphs][-1] == " "
    assert "".join(glyph.sequence for line in (first, second) for glyph in line.glyphs) == LONG_NAME


def test_no_line_begins_with_a_small_kana_or_a_long_vowel_mark() -> None:
    kana = next(cell for cell in MEMBER.cells if cell.code == "name_kana")
    lines = fit("シャーヴェーチョー" * 6, kana)
    assert len(lines) == 2
    assert lines[1].glyphs[0].sequence not in "ャーェョ"


@pytest.mark.parametrize("code", ["name", "my_number", "sex", "honseki", "relation"])
def test_a_text_that_would_be_illegible_is_refused_not_cut(code: str) -> None:
    with pytest.raises(DoesNotFit) as refused:
        paper(face(member(**{code: "渡" * 200})))
    assert refused.value.cell == code
    assert "渡" not in str(refused.value)


def test_a_long_address_on_the_sheet_is_refused_too() -> None:
    with pytest.raises(DoesNotFit):
        paper(face(address="渡" * 200))


@pytest.mark.parametrize("name", ["\ue000田", "渡\u3099", "渡\U0002ebf0", "渡辺\n太郎"])
def test_a_character_without_a_glyph_is_refused_not_guessed(name: str) -> None:
    with pytest.raises(NoGlyph) as refused:
        paper(face(member(name=name)))
    assert refused.value.cell == "name"
    assert name not in str(refused.value)


@pytest.mark.parametrize(
    "of",
    [
        replace(face(), pieces=()),
        replace(face(), binding=""),
        replace(face(), form="passport"),
        replace(face(), head=face().head[:1]),
        replace(face(), closing=face().closing[1:]),
        replace(face(), imprint=stencil_of(FORM.seal_png)),
        face(Piece("registration", member().cells)),
        face(Piece("member", member().cells[:-1])),
        face(Piece("member", (*member().cells, ("extra", EMPTY)))),
        face(Piece("member", (*member().cells[:-1], member().cells[0]))),
    ],
)
def test_a_face_that_is_no_paper_is_refused(of: Face) -> None:
    with pytest.raises(ValueError, match=r"paper|form|imprint"):
        paper(of)


def test_a_time_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        draw(face(), FORM, NOW.replace(tzinfo=None))


def test_one_name_may_take_glyphs_from_two_fonts() -> None:
    assert "𠮷田　辻󠄀太郎" in pages(paper(face(KICHITARO)))[0]
