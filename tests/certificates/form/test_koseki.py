"""The 戸籍 certificates on their form: columns in one place, headings with what they head, any number of sheets, and every wrong paper named."""

import io
import itertools
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from certificates.checking import differences
from certificates.content.koseki import STATEMENT_ONE, lines
from certificates.drawing import draw, sheets_of
from certificates.face import EMPTY, Face
from certificates.fitting import DoesNotFit, fit
from certificates.form.grid import BODY_END, LEFT, WIDTH, Box, Strip, stacked
from certificates.form.koseki import KOSEKI, LINE
from certificates.reading import face_of, open_paper
from registers.koseki.koseki import Entry, Koseki
from tests.certificates.families import ALONE, FAMILY, HANAKO, ICHIRO, SAYOKO, TAKASHI, TARO, YOSHIO, expected, face, paper, sources
from tests.certificates.papers import FORM, NOW

THREE_SHEETS = replace(FAMILY, members=(TARO, HANAKO, ICHIRO, YOSHIO))
HEADINGS = ("koseki_items", "person_items")
PEOPLE = ("person", "person_kana", "person_removed", "person_kana_removed")


def of(koseki: Koseki) -> Face:
    return face("koseki", of=sources(koseki))


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width - 1e-6 and other.x < one.x + one.width - 1e-6
    return across and one.y < other.y + other.height - 1e-6 and other.y < one.y + one.height - 1e-6


def test_no_text_can_reach_into_another() -> None:
    for texts, height in [((*KOSEKI.head, *KOSEKI.head_labels), 297.0), *(((*strip.cells, *strip.labels), strip.height) for strip in KOSEKI.strips)]:
        boxes = [text.box for text in texts]
        assert not [(one, other) for one, other in itertools.combinations(boxes, 2) if overlap(one, other)]
        assert all(box.x >= LEFT and box.x + box.width <= LEFT + WIDTH + 0.01 and box.y + box.height <= height + 0.01 for box in boxes)


def test_labels_and_values_stand_below_each_other_on_every_strip() -> None:
    for code in ("label", "value", "name", "birth", "name_kana"):
        assert len({cell.box.x for strip in KOSEKI.strips for cell in strip.cells if cell.code == code}) == 1, code
    values = {cell.box.x for strip in KOSEKI.strips for cell in strip.cells if cell.code in ("value", "name", "birth", "name_kana")}
    labels = {label.box.x for strip in KOSEKI.strips for label in strip.labels if label.text in ("【名】", "【名の振り仮名】", "【生年月日】")}
    assert (len(values), labels) == (1, {cell.box.x for strip in KOSEKI.strips for cell in strip.cells if cell.code == "label"})


@pytest.mark.parametrize("text", ["渡" * LINE * 3, "辻󠄀邉󠄐𠮷髙" * 20, "見本、" * 40, "ABC abc 123 " * 20])
def test_a_line_of_a_long_value_is_never_set_small(text: str) -> None:
    cell = KOSEKI.strip("more").cells[0]
    fitted = [fit(line, cell) for line in lines(text, LINE)]
    assert [(len(one), one[0].size) for one in fitted] == [(1, cell.size)] * len(fitted)


def lengthened(rows: int) -> Koseki:
    """The family, before which stands an entry of so many rows."""
    entry = Entry("特記事項", tuple((str(number), "見本") for number in range(rows)), date(2026, 1, 5))
    return replace(FAMILY, entries=(entry, *FAMILY.entries))


def alone_at_the_end(sheet: list[Strip], after: Strip) -> bool:
    """Whether the last strip of a sheet heads what stands on the next one."""
    last = sheet[-1].code
    return last in (*HEADINGS, *PEOPLE) or (last == "entry" and after.code in ("row", "more"))


@pytest.mark.parametrize("rows", range(1, 42))
def test_wherever_a_sheet_ends_no_heading_stands_alone(rows: int) -> None:
    sheets = [[placed.strip for placed in sheet.placed] for sheet in stacked(KOSEKI, of(lengthened(rows)).pieces)]
    assert not [one[-1].code for one, following in itertools.pairwise(sheets) if alone_at_the_end(one, following[0])]


def test_a_sheet_is_filled_to_its_end() -> None:
    ends = [sheet.end for rows in range(1, 42) for sheet in stacked(KOSEKI, of(lengthened(rows)).pieces)[:-1]]
    most = max(strip.height + strip.keep_mm for strip in KOSEKI.strips)
    assert all(BODY_END - most < end <= BODY_END + 0.01 for end in ends)


@pytest.mark.parametrize("koseki", [ALONE, THREE_SHEETS, FAMILY, lengthened(60)], ids=["one person", "three sheets", "six people", "many rows"])
def test_reading_what_was_drawn_gives_an_equal_face(koseki: Koseki) -> None:
    drawn = of(koseki)
    assert face_of(open_paper(paper(drawn))) == drawn


def test_a_koseki_of_three_sheets_counts_them_and_closes_on_the_last() -> None:
    drawn = of(THREE_SHEETS)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper(drawn))).pages]
    assert len(pages) == sheets_of(drawn) == 3
    for at, page in enumerate(pages, 1):
        assert f"{drawn.number} {at}/3" in page
        assert drawn.text("hittousha") in page
        assert drawn.text("honseki") in page
        assert drawn.binding in page
    assert ["証明した書面である" in page for page in pages] == [False, False, True]
    assert ["以　下　余　白" in page for page in pages] == [False, False, True]
    assert ["次葉に続く" in page for page in pages] == [True, True, False]
    for text in ("除籍", "𠮷男", "髙﨑　葵", "辻󠄀　髙志", "渡邉󠄐　キヨ", "昭和３８年月日不詳"):
        assert text in "".join(pages)


def test_a_given_name_that_no_legible_size_brings_into_its_cell_is_refused() -> None:
    with pytest.raises(DoesNotFit) as refused:
        draw(of(replace(ALONE, members=(replace(TARO, given_name="太郎" * 60),))), FORM, NOW)
    assert refused.value.cell == "name"


@pytest.mark.parametrize("person", [None, TARO, SAYOKO], ids=["everybody", "筆頭者", "adopted child"])
def test_the_paper_that_was_ordered_has_no_differences(person: object) -> None:
    people = () if person is None else (person.person_no,)  # type: ignore[attr-defined]
    drawn = face("koseki", *people)
    assert differences(paper(drawn), expected(drawn, *people)) == ()


WHOLE, ONE, OTHER = face("koseki"), face("koseki", SAYOKO.person_no), face("koseki", TAKASHI.person_no)
WITHOUT_ONE = face("koseki", of=sources(replace(FAMILY, members=FAMILY.members[:5])))
UNMARKED = tuple(replace(piece, cells=tuple((code, EMPTY if code == "removed" else text) for code, text in piece.cells)) for piece in WHOLE.pieces)


@pytest.mark.parametrize(
    ("came", "ordered", "named"),
    [
        (OTHER, expected(ONE, SAYOKO.person_no), "members: person 1 is another"),
        (WITHOUT_ONE, expected(WHOLE), "members: 5 instead of 6"),
        (ONE, expected(WHOLE), "members: 1 instead of 6"),
        (WHOLE, expected(ONE, SAYOKO.person_no), "members: 6 instead of 1"),
        (replace(WHOLE, title="戸籍個人事項証明書"), expected(WHOLE), "kind: sheet 1"),
        (replace(ONE, title="戸籍全部事項証明書"), expected(ONE, SAYOKO.person_no), "kind: sheet 1"),
        (replace(WHOLE, title="除籍全部事項証明書"), expected(WHOLE), "kind: sheet 4"),
        (replace(WHOLE, closing=(("statement", STATEMENT_ONE), *WHOLE.closing[1:])), expected(WHOLE), "statement: not about those who were ordered"),
        (replace(WHOLE, head=(("honseki", EMPTY), *WHOLE.head[1:])), expected(WHOLE), "item: honseki on sheet 2 is empty"),
        (replace(WHOLE, pieces=UNMARKED), expected(WHOLE), "item: removed of piece 42 is empty"),
        (replace(WHOLE, binding="older/AAAAA"), expected(WHOLE), "binding: sheet 3"),
        (of(THREE_SHEETS), expected(WHOLE), "sheets: 3 instead of 4"),
        (face("fuhyo"), expected(WHOLE), "kind: sheet 1"),
    ],
)
def test_every_wrong_paper_is_named(came: Face, ordered: object, named: str) -> None:
    assert named in differences(paper(came), ordered)  # type: ignore[arg-type]


def test_two_people_the_other_way_round_are_named() -> None:
    turned = of(replace(FAMILY, members=(HANAKO, TARO, *FAMILY.members[2:])))
    assert {"members: person 1 is another", "members: person 2 is another"} <= set(differences(paper(turned), expected(WHOLE)))
