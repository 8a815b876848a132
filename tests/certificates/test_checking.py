"""Checking: the paper that was ordered passes, and every way in which an issuer may be wrong or lie is named; with its guard taken away each lie would pass.

All these papers are signed by the right key unless a test says otherwise: the gate is there for the issuer that errs, or lies.
"""

import io
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pikepdf
import pytest

from certificates import checking, drawing
from certificates.checking import Expected, differences
from certificates.content.juminhyo import STATEMENT_PART, STATEMENT_WHOLE
from certificates.face import EMPTY, Face
from certificates.form.grid import Form, Sheet, stacked
from certificates.form.juminhyo import MEMBER, OPENED_BY
from certificates.seal import seal_image
from certificates.signature.placeholder import place_of
from certificates.signature.signing import sign, signer
from tests.certificates import forgeries
from tests.certificates.papers import (
    ALL,
    ALL_SHOWN,
    FOREIGN,
    FORM,
    HANAKO,
    KICHITARO,
    ORDINARY,
    SIGNATURE,
    changed,
    expected,
    face,
    member,
    paper,
    signed,
    signed_file,
)
from tests.certificates.signature import documents

ONE, OTHER = face(member()), face(HANAKO, copy=2)
FIVE = face(*[member(name=f"渡辺　{given}") for given in ("一", "二", "三", "四", "五")])


def without(guard: str, pdf: bytes, order: Expected) -> tuple[str, ...]:
    """The differences that are left when one guard is taken out."""
    with patch.object(checking, guard, lambda *_: ()):
        return differences(pdf, order)


def closing(of: Face, **texts: str) -> Face:
    """The paper that closes with other texts."""
    return replace(of, closing=tuple((code, texts.get(code, text)) for code, text in of.closing))


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_the_paper_that_was_ordered_has_no_differences(of: Face) -> None:
    assert differences(signed(of), expected(of, *ALL)) == ()


def test_items_that_were_asked_for_may_be_empty() -> None:
    assert differences(signed(ONE), expected(ONE, *ALL)) == ()


def test_nothing_is_shown_when_nothing_was_asked_for() -> None:
    assert differences(signed(ONE), expected(ONE)) == ()


ALIKE: dict[str, tuple[Face, Expected, str, str]] = {
    # name: (the paper that came, what was ordered, the guard that sees it, the difference it names)
    "an older paper of the same person": (replace(ONE, binding="older/AAAAA"), expected(ONE), "_sheets", "binding: sheet 1"),
    "a number that was not told": (replace(ONE, number="20261123 みほん市 K0001 000009"), expected(ONE), "_sheets", "number: sheet 1"),
    "a paper of another kind": (replace(ONE, title="戸籍の附票の写し"), expected(ONE), "_sheets", "kind: sheet 1"),
    "another person under the right binding": (face(HANAKO), expected(ONE), "_people", "members: person 1 is another"),
    "a stranger of the same name": (face(member(birth="昭和６０年１１月２４日")), expected(ONE), "_people", "members: person 1 is another"),
    "another form of the same character": (face(member(name="渡邊　太郎")), expected(face(member(name="渡邉　太郎"))), "_people", "members: person 1 is another"),
    "two people the other way round": (face(member(), HANAKO), expected(face(HANAKO, member())), "_people", "members: person 1 is another"),
    "one person too many": (face(member(), HANAKO), expected(face(member())), "_people", "members: 2 instead of 1"),
    "one person too few": (face(member()), expected(face(member(), HANAKO)), "_people", "members: 1 instead of 2"),
    "the head's name, not asked for": (face(head_name="渡辺　太郎"), expected(ONE, "honseki"), "_items", "item: head_name on sheet 1 was not asked for"),
    "no birth date": (face(member(birth=EMPTY)), expected(face(member(birth=EMPTY))), "_items", "item: birth of piece 1 is empty"),
    "no address": (face(address=EMPTY), expected(ONE), "_items", "item: address on sheet 1 is empty"),
    "the whole household, where a part was ordered": (
        ONE, replace(expected(ONE), everybody=False), "_closing", "statement: not about those who were ordered",
    ),
    "a part of the household, where the whole was ordered": (
        closing(ONE, statement=STATEMENT_PART), replace(expected(ONE), everybody=True), "_closing", "statement: not about those who were ordered",
    ),
    "a statement about both": (
        closing(ONE, statement="世帯全員又は世帯の一部の写し"), expected(ONE), "_closing", "statement: not about those who were ordered",
    ),
    "a statement about neither": (closing(ONE, statement="この写しは、原本と相違ない。"), expected(ONE), "_closing", "statement: not about those who were ordered"),
    "no certifier": (closing(ONE, certifier_name=EMPTY), expected(ONE), "_closing", "closing: certifier_name is empty"),
    "another certifier": (ONE, replace(expected(ONE), certifier=("見本県みほん市長", "見本　二心")), "_closing", "closing: another certifier"),
    "another seal": (ONE, replace(expected(ONE), seal_sha256="0" * 64), "_closing", "closing: another seal"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_a_true_paper_that_is_not_the_ordered_one_is_named(name: str) -> None:
    came, order, guard, difference = ALIKE[name]
    assert difference in differences(signed(came), order)
    assert without(guard, signed(came), order) == ()


@pytest.mark.parametrize("cell", sorted(set(OPENED_BY) - {"head_name"}))
def test_one_item_too_many_is_named_and_nothing_else(cell: str) -> None:
    came = face(changed(member(), **{cell: "123456789018"}))
    others = tuple(option for option in ALL if option != OPENED_BY[cell])
    assert differences(signed(came), expected(came, *others)) == (f"item: {cell} of piece 1 was not asked for",)
    assert differences(signed(came), expected(came, OPENED_BY[cell])) == ()
    assert without("_items", signed(came), expected(came, *others)) == ()


def test_an_item_too_many_on_the_second_sheet_is_named() -> None:
    people = (*FIVE.pieces[:4], changed(FIVE.pieces[4], my_number="123456789018"))
    assert differences(signed(face(*people)), expected(FIVE)) == ("item: my_number of piece 5 was not asked for",)


def test_an_omitted_item_reads_three_stars_and_not_nothing() -> None:
    came = face(changed(member(), my_number=""))
    assert differences(signed(came), expected(came)) == ("item: my_number of piece 1 was not asked for",)


def test_the_cells_that_no_option_opens_are_never_too_many() -> None:
    free = {cell.code: "文" for cell in MEMBER.cells if cell.code not in OPENED_BY and cell.code not in ("name", "birth", "sex", "member_number")}
    came = face(
        changed(
            FOREIGN, relation=EMPTY, nationality=EMPTY, category=EMPTY, residence_status=EMPTY, period=EMPTY, expires=EMPTY, card_number=EMPTY, **free
        )
    )
    assert differences(signed(came), expected(came)) == ()


def test_another_persons_valid_paper_differs_in_everything_that_ties_it() -> None:
    found = differences(signed(OTHER), expected(ONE))
    assert {"binding: sheet 1", "number: sheet 1", "members: person 1 is another"} <= set(found)
    with patch.object(checking, "_sheets", lambda *_: ()), patch.object(checking, "_people", lambda *_: ()):
        assert differences(signed(OTHER), expected(ONE)) == ()


def test_right_metadata_does_not_help_a_wrong_face() -> None:
    with patch.object(drawing, "texts_of", lambda _, form, __, number: _TRUE_TEXTS(OTHER, form, stacked(form, OTHER.pieces), number)):
        pdf = signed(ONE)  # title, subject and date of the document are right
    assert {"binding: sheet 1", "number: sheet 1", "members: person 1 is another"} <= set(differences(pdf, expected(ONE)))


_TRUE_TEXTS = drawing.texts_of


def _two_papers_by_one_writer() -> bytes:
    """Sheet 1 of one paper and sheet 2 of another's, as plain a file as any."""
    stranger = face(*[changed(person, name="髙﨑　花子") for person in FIVE.pieces], copy=2)

    def texts(of: Face, form: Form, sheets: tuple[Sheet, ...], number: int) -> object:
        one = of if number == 1 else stranger
        return _TRUE_TEXTS(one, form, stacked(form, one.pieces), number)

    with patch.object(drawing, "texts_of", texts):
        return signed(FIVE)


def test_sheets_of_two_people_in_one_file_are_named_sheet_by_sheet() -> None:
    found = differences(_two_papers_by_one_writer(), expected(FIVE))
    assert {"binding: sheet 2", "number: sheet 2", "members: person 5 is another"} <= set(found)
    assert any(difference.startswith("stray: ") for difference in found)


def _merged(*papers: tuple[bytes, int]) -> bytes:
    """Pages of finished papers put together by another program."""
    out = io.BytesIO()
    with pikepdf.new() as new:
        for pdf, page in papers:
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                new.pages.append(opened.pages[page])
        new.save(out)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:This document has")
def test_pages_of_two_people_merged_by_another_program_are_no_paper() -> None:
    stranger = signed(face(*FIVE.pieces, copy=2))
    for pages in (((signed(FIVE), 0), (stranger, 1)), ((signed(FIVE), 0),), ((signed(ONE), 0), (signed(OTHER), 0))):
        (found,) = differences(_merged(*pages), expected(FIVE))
        assert found.startswith("unreadable: ")


def _as_sheets(*parts: str) -> bytes:
    """A paper whose sheets call themselves as told."""

    def texts(of: Face, form: Form, sheets: tuple[Sheet, ...], number: int) -> object:
        for cell, down, text in _TRUE_TEXTS(of, form, sheets, number):
            yield cell, down, f"{of.number} {parts[number - 1]}" if cell.code == "number" else text

    with patch.object(drawing, "texts_of", texts):
        return signed(FIVE)


@pytest.mark.parametrize(("parts", "named"), [(("2/2", "1/2"), 1), (("1/2", "1/2"), 2), (("1/1", "2/2"), 1), (("1/3", "2/3"), 1)])
def test_each_sheet_says_which_of_how_many_it_is(parts: tuple[str, str], named: int) -> None:
    pdf = _as_sheets(*parts)
    assert f"part: sheet {named}" in differences(pdf, expected(FIVE))
    assert not [difference for difference in without("_sheets", pdf, expected(FIVE)) if difference.startswith("part")]


def test_another_number_of_sheets_is_named() -> None:
    assert "sheets: 2 instead of 1" in differences(signed(FIVE), replace(expected(FIVE), sheets=1))
    assert differences(signed(FIVE), replace(expected(FIVE), sheets=3))[0] == "sheets: 2 instead of 3"


def test_a_sheet_without_the_specimen_mark_is_named() -> None:
    with patch.object(drawing, "SPECIMEN", "正本"):
        pdf = signed(ONE)
    assert {"specimen: sheet 1"} <= set(differences(pdf, expected(ONE)))
    assert not [difference for difference in without("_sheets", pdf, expected(ONE)) if difference.startswith("specimen")]


def test_a_statement_on_every_sheet_is_named() -> None:
    def texts(of: Face, form: Form, sheets: tuple[Sheet, ...], number: int) -> object:
        yield from _TRUE_TEXTS(of, form, sheets, number)
        yield from (one for one in _TRUE_TEXTS(of, form, sheets, len(sheets)) if number < len(sheets) and one[0].code == "statement")

    with patch.object(drawing, "texts_of", texts):
        pdf = signed(FIVE)
    assert "statement: on sheet 1 too" in differences(pdf, expected(FIVE))


@pytest.mark.parametrize("name", forgeries.SILENT)
def test_a_right_face_in_a_file_that_shows_more_or_less_is_stray(name: str) -> None:
    order, pdf = expected(forgeries.RIGHT), signed_file(forgeries.SILENT[name])
    found = differences(pdf, order)
    assert found[-1].startswith("stray: ")
    assert set(found[:-1]) <= {"signature: at another time than the paper says"}
    assert set(without("prove", pdf, order)) == set(found[:-1])


@pytest.mark.parametrize("name", forgeries.LOUD)
def test_what_cannot_be_read_is_a_difference_and_raises_nothing(name: str) -> None:
    found = differences(forgeries.LOUD[name], expected(forgeries.RIGHT))
    assert found[-1].startswith(("unreadable: ", "stray: "))


def test_an_unknown_kind_is_never_right() -> None:
    assert "kind: sheet 1" in differences(signed(ONE), replace(expected(ONE), kind="koseki"))


def test_the_right_certifier_and_seal_pass() -> None:
    order = replace(expected(ONE), certifier=(ONE.text("certifier_title"), ONE.text("certifier_name")), seal_sha256=seal_image(FORM.seal_png).sha256)
    assert differences(signed(ONE), order) == ()


def test_another_visits_key_fits_no_signed() -> None:
    assert differences(signed(ONE), replace(expected(ONE), visit_key=bytes(32))) == ("members: person 1 is another",)


def test_differences_hold_no_word_of_the_signed() -> None:
    came = face(member(**ALL_SHOWN), KICHITARO, head_name="渡辺　太郎", address="見本県みほん市", statement=STATEMENT_PART, copy=7)
    found = [
        *differences(signed(came), expected(face(HANAKO, statement=STATEMENT_WHOLE))),
        *differences(b"", expected(ONE)),
        *differences(_two_papers_by_one_writer(), expected(FIVE)),
    ]
    assert len(found) > 10
    assert all(difference.isascii() for difference in found)
    assert not [text for text in ALL_SHOWN.values() if any(text in difference for difference in found)]


# --- whose signature


OTHER_CITY = signer(
    documents.rsa_key("signer"), documents.certificate("urn:konbini:signer:municipality:131016"), (documents.authority().certificate,)
)
A_CENTER = signer(documents.rsa_key("signer"), documents.certificate(documents.CENTER), (documents.authority().certificate,))


@pytest.mark.parametrize(
    ("pdf", "named"),
    [
        (sign(paper(ONE), OTHER_CITY), "signature: of another signer"),
        (sign(paper(ONE), A_CENTER), "signature: of another signer"),
        (sign(paper(ONE), documents.city("two")), "signature: untrusted"),
        (paper(ONE), "signature: altered"),
    ],
    ids=["another municipality", "the center", "another authority", "nobody"],
)
def test_a_paper_that_its_municipality_did_not_sign_is_named(pdf: bytes, named: str) -> None:
    assert differences(pdf, expected(ONE)) == (named,)
    assert without("_signature", pdf, expected(ONE)) == ()


def test_a_paper_asked_about_outside_its_certificates_validity_is_named() -> None:
    late = replace(expected(ONE), signature=replace(SIGNATURE, at=documents.UNTIL + timedelta(days=1)))
    assert differences(signed(ONE), late) == ("signature: expired",)


def test_a_signature_of_another_time_than_the_paper_says_is_named() -> None:
    pdf = signed_file(forgeries.SILENT["a signature said to be of another time"])
    assert "signature: at another time than the paper says" in differences(pdf, expected(forgeries.RIGHT))
    assert not [one for one in without("_signature", pdf, expected(forgeries.RIGHT)) if one.startswith("signature")]


def test_one_byte_of_the_signature_turned_over_is_named() -> None:
    """The proof leaves the signature's own room out; there the signature itself counts, to the last zero of its padding."""
    pdf = signed(ONE)
    room = place_of(pdf)
    for at in (room.start + 1, room.start + 2_000, room.end - 2):
        other = b"A" if pdf[at : at + 1] != b"A" else b"B"
        assert differences(pdf[:at] + other + pdf[at + 1 :], expected(ONE)) in (("signature: altered",), ("signature: untrusted",))
        assert without("_signature", pdf[:at] + other + pdf[at + 1 :], expected(ONE)) == ()
