"""The table of kinds fits the forms, the contents and the registers it names."""

import pytest

from certificates.content.catalogue import CONTENTS
from certificates.form.catalogue import FORMS
from certificates.kinds import FEE_CLASSES, KINDS, TITLES, Kind
from tests.certificates.holders import face, found, policy
from tests.certificates.test_issuing_kinds import PAPERS

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_these_are_the_six_kinds() -> None:
    assert list(KINDS) == ["juminhyo", "kisai_jiko", "inkan", "koseki", "fuhyo", "kazei"]


@EVERY_KIND
def test_a_kind_is_under_its_own_code_and_speaks_both_languages(kind: Kind) -> None:
    assert KINDS[kind.code] is kind
    assert kind.title
    assert kind.title_en.isascii()
    for option in kind.options:
        assert kind.option(option.code) is option
        assert option.ja
        assert option.en.isascii()
    for form in kind.forms:
        assert kind.form(form.code) is form
        assert form.ja
        assert form.en.isascii()
    with pytest.raises(KeyError):
        kind.option("blood_type")
    with pytest.raises(KeyError):
        kind.form("passport")


def test_every_form_belongs_to_one_kind_and_is_drawn() -> None:
    forms = [form.code for kind in KINDS.values() for form in kind.forms]
    assert len(set(forms)) == len(forms)
    assert set(forms) == set(FORMS) == set(TITLES)
    assert all(FORMS[code].code == code for code in forms)
    assert set(CONTENTS) == set(KINDS)


@EVERY_KIND
def test_an_options_cells_are_on_every_form_and_no_cell_waits_for_an_option_that_is_none(kind: Kind) -> None:
    options = {option.code for option in kind.options}
    for of in kind.forms:
        form = FORMS[of.code]
        assert set(form.opened_by.values()) == options
        assert set(form.closed_by.values()) <= options
        cells = {cell.code for cell in form.head} | {cell.code for strip in form.strips for cell in strip.cells}
        assert {*form.opened_by, *form.closed_by, *form.required} <= cells


@EVERY_KIND
def test_everybody_on_a_form_has_the_two_cells_that_the_fingerprint_binds(kind: Kind) -> None:
    for of in kind.forms:
        people = [strip for strip in FORMS[of.code].strips if strip.person]
        assert people
        for strip in people:
            assert {"name", "birth"} <= {cell.code for cell in strip.cells}


def test_titles_of_a_form_that_knows_two_are_those_of_its_kind() -> None:
    assert all(form.titles is None or form.titles == TITLES[code] for code, form in FORMS.items())
    titles = [title for of in TITLES.values() for title in of]
    assert len(set(titles)) == len(titles) - 1  # both forms of the 住民票の写し


@pytest.mark.parametrize(("kind", "form"), PAPERS)
def test_a_paper_is_headed_as_its_form_says(kind: str, form: str) -> None:
    assert face(kind, form=form).title in TITLES[form]
    assert FORMS[form].statement is None or FORMS[form].statement[0] in face(kind, form=form).text("statement")


def test_a_kind_for_the_holder_reads_a_register_of_residents_and_only_taxes_are_yearly() -> None:
    assert {kind.code for kind in KINDS.values() if kind.chosen == "holder"} == {"inkan", "kazei"}
    assert (
        {kind.code for kind in KINDS.values() if kind.register == "koseki"}
        == {"koseki", "fuhyo"}
        == {kind.code for kind in KINDS.values() if kind.hours_class == "koseki"}
    )
    assert [kind.code for kind in KINDS.values() if kind.yearly] == ["kazei"]
    assert {kind.holder_age_min for kind in KINDS.values()} == {15}


def test_every_tax_form_has_its_own_fee_and_both_forms_of_the_juminhyo_one() -> None:
    assert FEE_CLASSES == ("juminhyo", "kisai_jiko", "inkan", "koseki", "fuhyo", "kazei", "shotoku", "shotoku_kazei")


@pytest.mark.parametrize(("kind", "form"), PAPERS)
def test_a_form_holds_exactly_the_cells_that_its_content_fills(kind: str, form: str) -> None:
    made = face(kind, found(), policy(kind), form=form)
    assert tuple(code for code, _ in made.head) == tuple(cell.code for cell in FORMS[form].head)
    for piece in made.pieces:
        assert tuple(code for code, _ in piece.cells) == tuple(cell.code for cell in FORMS[form].strip(piece.strip).cells)
