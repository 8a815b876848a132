"""戸籍の附票の写し on its form: boxes apart, addresses with their person, and every wrong paper named."""

import io
import itertools
from dataclasses import replace

import pypdf
import pytest

from certificates.checking import differences
from certificates.content.fuhyo import STATEMENT_ONE
from certificates.content.koseki import lines
from certificates.drawing import draw, sheets_of
from certificates.face import EMPTY, Face, Piece
from certificates.fitting import DoesNotFit, fit
from certificates.form.fuhyo import FUHYO as FORM_OF
from certificates.form.fuhyo import LINE
from certificates.form.grid import LEFT, WIDTH, Box, stacked
from certificates.reading import face_of, open_paper
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress
from tests.certificates.families import FUHYO, HANAKO, HONSEKI, LONG_HOME, SAYOKO, expected, face, paper, sources
from tests.certificates.papers import FORM, NOW, changed

SHOWS = [(), ("honseki",), ("juminhyo_code",), ("honseki", "juminhyo_code")]
OFTEN_MOVED = replace(FUHYO, people=(replace(FUHYO.people[0], addresses=FUHYO.people[0].addresses * 20), *FUHYO.people[1:]))


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width - 1e-6 and other.x < one.x + one.width - 1e-6
    return across and one.y < other.y + other.height - 1e-6 and other.y < one.y + one.height - 1e-6


def test_no_text_can_reach_into_another() -> None:
    for texts, height in [
        ((*FORM_OF.head, *FORM_OF.head_labels), 297.0),
        *(((*strip.cells, *strip.labels), strip.height) for strip in FORM_OF.strips),
    ]:
        boxes = [text.box for text in texts]
        assert not [(one, other) for one, other in itertools.combinations(boxes, 2) if overlap(one, other)]
        assert all(box.x >= LEFT and box.x + box.width <= LEFT + WIDTH + 0.01 and box.y + box.height <= height + 0.01 for box in boxes)


@pytest.mark.parametrize("code", ["address", "more"])
def test_a_line_of_a_long_address_is_never_set_small(code: str) -> None:
    cell = FORM_OF.strip(code).cells[0]
    fitted = [fit(line, cell) for line in lines(LONG_HOME.address * 3, LINE)]
    assert [(len(one), one[0].size) for one in fitted] == [(1, cell.size)] * len(fitted)


@pytest.mark.parametrize("moves", range(1, 32))
def test_wherever_a_sheet_ends_a_person_stands_with_the_first_address(moves: int) -> None:
    people = tuple(replace(person, addresses=(FuhyoAddress("見本", "2010-03-03"),) * moves) for person in FUHYO.people)
    sheets = stacked(FORM_OF, face("fuhyo", of=sources(fuhyo=replace(FUHYO, people=people))).pieces)
    assert {sheet.placed[-1].strip.code for sheet in sheets} == {"address"}


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("fuhyo", [FUHYO, OFTEN_MOVED], ids=["family", "often moved"])
def test_reading_what_was_drawn_gives_an_equal_face(fuhyo: Fuhyo, show: tuple[str, ...]) -> None:
    drawn = face("fuhyo", show=show, of=sources(fuhyo=fuhyo))
    assert face_of(open_paper(paper(drawn))) == drawn


@pytest.mark.parametrize(("fuhyo", "sheets"), [(FUHYO, 2), (OFTEN_MOVED, 4)], ids=["a large rest on the first", "full sheets"])
def test_several_sheets_are_counted_and_closed_on_the_last(fuhyo: Fuhyo, sheets: int) -> None:
    drawn = face("fuhyo", of=sources(fuhyo=fuhyo))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper(drawn))).pages]
    last = [False] * (sheets - 1) + [True]
    assert len(pages) == sheets_of(drawn) == sheets
    assert [f"{drawn.number} {at}/{sheets}" in page for at, page in enumerate(pages, 1)] == [True] * sheets
    assert ["証明する" in page for page in pages] == last
    assert ["以　下　余　白" in page for page in pages] == last
    assert ["次葉に続く" not in page for page in pages] == last
    assert HONSEKI not in "".join(pages)


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("people", [(), (HANAKO.person_no,)], ids=["everybody", "one"])
def test_the_paper_that_was_ordered_has_no_differences_whatever_was_asked_for(people: tuple[str, ...], show: tuple[str, ...]) -> None:
    drawn = face("fuhyo", *people, show=show)
    assert differences(paper(drawn), expected(drawn, *people, show=show)) == ()


def test_an_overlong_name_is_refused() -> None:
    long = replace(FUHYO, people=(replace(FUHYO.people[0], name="渡邉󠄐　" + "太郎" * 60, given_name="太郎" * 60),))
    with pytest.raises(DoesNotFit) as refused:
        draw(face("fuhyo", of=sources(fuhyo=long)), FORM, NOW)
    assert refused.value.cell == "name"


WHOLE, ONE, OTHER = face("fuhyo"), face("fuhyo", SAYOKO.person_no), face("fuhyo", HANAKO.person_no)
WITHOUT_ONE = face("fuhyo", of=sources(fuhyo=replace(FUHYO, people=FUHYO.people[:5])))
SHOWN, CODED = face("fuhyo", show=("honseki",)), face("fuhyo", show=("juminhyo_code",))


def first(of: Face, **texts: str) -> Face:
    """The paper on which the first person's cells are others."""
    return replace(of, pieces=(changed(of.pieces[0], **texts), *of.pieces[1:]))


HOMELESS = replace(WHOLE, pieces=(WHOLE.pieces[0], Piece("address", (("address", EMPTY), ("address_since", EMPTY))), *WHOLE.pieces[2:]))


@pytest.mark.parametrize(
    ("came", "ordered", "named"),
    [
        (OTHER, expected(ONE, SAYOKO.person_no), "members: person 1 is another"),
        (WITHOUT_ONE, expected(WHOLE), "members: 5 instead of 6"),
        (WHOLE, expected(ONE, SAYOKO.person_no), "members: 6 instead of 1"),
        (replace(WHOLE, title="戸籍全部事項証明書"), expected(WHOLE), "kind: sheet 1"),
        (SHOWN, expected(WHOLE), "item: honseki on sheet 1 was not asked for"),
        (SHOWN, expected(WHOLE), "item: hittousha on sheet 2 was not asked for"),
        (SHOWN, expected(WHOLE), "item: family_name of piece 1 does not go with what was asked for"),
        (WHOLE, expected(SHOWN, show=("honseki",)), "item: family_name of piece 1 does not go with what was asked for"),
        (first(WHOLE, family_name=""), expected(WHOLE), "item: family_name of piece 1 does not go with what was asked for"),
        (first(SHOWN, family_name=""), expected(SHOWN, show=("honseki",)), "item: family_name of piece 1 does not go with what was asked for"),
        (CODED, expected(WHOLE), "item: juminhyo_code of piece 1 was not asked for"),
        (first(WHOLE, birth=EMPTY), expected(WHOLE), "members: person 1 is another"),
        (HOMELESS, expected(WHOLE), "item: address of piece 2 is empty"),
        (replace(WHOLE, closing=(("statement", STATEMENT_ONE), *WHOLE.closing[1:])), expected(WHOLE), "statement: not about those who were ordered"),
        (replace(ONE, closing=WHOLE.closing), expected(ONE, SAYOKO.person_no), "statement: not about those who were ordered"),
        (face("koseki"), expected(WHOLE), "kind: sheet 1"),
    ],
)
def test_every_wrong_paper_is_named(came: Face, ordered: object, named: str) -> None:
    assert named in differences(paper(came), ordered)  # type: ignore[arg-type]
