"""A sheet's content: exactly what stands on that sheet, and nothing that could not be written and read back."""

from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from certificates.back import content
from certificates.back.content import SheetContent, sheet_contents
from certificates.face import Face, Piece
from certificates.form.grid import Box, Cell, Form, Strip
from certificates.stencil import stencil_of
from tests.certificates.back.sheets import FOUR, MADE_AT, SIX
from tests.certificates.papers import FORM, ORDINARY


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_the_sheets_together_say_what_the_face_says(of: Face) -> None:
    sheets = sheet_contents(of, MADE_AT)
    assert [(sheet.part, sheet.parts) for sheet in sheets] == [(at, len(sheets)) for at in range(1, len(sheets) + 1)]
    assert tuple(piece for sheet in sheets for piece in sheet.pieces) == of.pieces
    assert all(
        (sheet.form, sheet.title, sheet.number, sheet.binding, sheet.head) == (of.form, of.title, of.number, of.binding, of.head) for sheet in sheets
    )
    assert [sheet.closing for sheet in sheets] == [()] * (len(sheets) - 1) + [of.closing]


def test_a_sheet_says_only_what_stands_on_it() -> None:
    first, second = sheet_contents(SIX, MADE_AT)
    assert len(first.pieces) == 4
    assert ("1.member_number", "1") in first.texts
    assert ("1.member_number", "5") in second.texts
    assert not any(text == SIX.text("statement") for _, text in first.texts)


def test_the_imprint_is_named_where_it_stands_and_nowhere_else() -> None:
    cells = (Cell("name", Box(15.0, 0.0, 100.0, 100.0)),)
    form = Form("two", (), (), (), 30.0, (Strip("seal", 100.0, cells, picture=Box(15.0, 10.0, 30.0, 30.0)), Strip("plain", 150.0, cells)))
    imprint = stencil_of(FORM.seal_png)
    pieces = (Piece("seal", (("name", "一"),)), Piece("plain", (("name", "二"),)))
    with patch.object(content, "FORMS", {"two": form}):
        sheets = sheet_contents(replace(FOUR, form="two", pieces=pieces, imprint=imprint), MADE_AT)
    assert [sheet.imprint for sheet in sheets] == [imprint.sha256, ""]
    assert {sheet.imprint for sheet in sheet_contents(FOUR, MADE_AT)} == {""}


def test_a_face_of_no_form_has_no_sheets() -> None:
    with pytest.raises(ValueError, match="form"):
        sheet_contents(replace(FOUR, form="none"), MADE_AT)


@pytest.mark.parametrize(
    "change",
    [
        {"part": 0}, {"part": 2}, {"parts": 100, "part": 100}, {"made_at": datetime(2026, 11, 23)}, {"made_at": MADE_AT + timedelta(microseconds=1)},
        {"made_at": MADE_AT - timedelta(days=36500)}, {"imprint": "AB"}, {"imprint": "g" * 64}, {"title": "二\n行"}, {"number": "\ud800"}, {"form": "J"}, {"form": "a b"}, {"form": ""},
        {"head": (("two words", "文"),)}, {"head": (("", "文"),)}, {"pieces": (Piece("member", (("name", "一\n二"),)),)},
        {"pieces": (Piece("member", (("name", "一"),)), Piece("member", (("birth", "二"),)))},
    ],
)  # fmt: skip
def test_what_could_not_be_read_back_is_no_content(change: dict[str, object]) -> None:
    sheet = sheet_contents(FOUR, MADE_AT)[0]
    with pytest.raises(ValueError):
        replace(sheet, **change)  # type: ignore[arg-type]


def test_places_tell_pieces_apart() -> None:
    sheet = SheetContent(
        "form",
        "題",
        "1",
        "b",
        1,
        1,
        MADE_AT,
        (("head", "頭"),),
        (Piece("row", (("value", "一"),)), Piece("row", (("value", "二"),))),
        (("end", "尾"),),
    )
    assert sheet.texts == (("head", "頭"), ("1.value", "一"), ("2.value", "二"), ("end", "尾"))
