"""Checking papers of every kind and form: each way in which one may be the wrong paper is named, and with its guard taken away it would pass."""

from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from certificates import checking, drawing
from certificates.back.content import sheet_contents
from certificates.checking import Expected, differences
from certificates.drawing import sheets_of
from certificates.entitlement import Declined
from certificates.face import EMPTY, Face, Piece
from certificates.fingerprint import fingerprint
from certificates.form.catalogue import FORMS
from certificates.form.grid import Form, Sheet
from certificates.issuing import Offered
from certificates.kinds import KINDS
from certificates.seal import seal_png
from certificates.stencil import stencil_of
from tests.certificates.holders import SEAL, UNTAXED, found, issued, offered, policy
from tests.certificates.holders import face as made
from tests.certificates.papers import (
    KEY,
    NOW,
    SIGNATURE,
    changed,
    signed,
)
from tests.certificates.people import HANAKO as HANAKO_MIHON
from tests.certificates.refusal_vectors import DEPENDANT


def order(of: Face, kind: str, *show: str, **changes: Any) -> Expected:
    """The order that a paper about 見本 太郎 or his household answers."""
    choices = offered(kind)
    assert isinstance(choices, Offered)
    people = [piece for piece in of.pieces if FORMS[of.form].strip(piece.strip).person]
    right = Expected(
        kind=kind, form=of.form, year=2026 if KINDS[kind].yearly else None, binding=of.binding, number=of.number, sheets=sheets_of(of), visit_key=KEY,
        fingerprints=tuple(fingerprint(KEY, one.text("name"), one.text("birth")) for one in people), show=show, everybody=True, signature=SIGNATURE,
    )  # fmt: skip
    return replace(right, **changes)


ITEMS = ("sex", "my_number")
KISAI = made("kisai_jiko", show=ITEMS)
KISAI_ALL = made("kisai_jiko", show=tuple(option.code for option in KINDS["kisai_jiko"].options))
KOJIN = made("juminhyo", form="kojinhyo")
TAX, SHOTOKU, BOTH = made("kazei"), made("kazei", form="shotoku"), made("kazei", form="shotoku_kazei")
SEALED = made("inkan")


def strips(of: Face, *places: int) -> Face:
    """The paper with its pieces in another order, or some left out, or twice."""
    return replace(of, pieces=tuple(of.pieces[at] for at in places))


EVERY = range(len(KISAI.pieces))
EMPTY_ITEM = Piece("former_name", (("former_name_kana", EMPTY), ("former_name", EMPTY)))
TWO_LEVIES = replace(TAX, pieces=(*TAX.pieces[:4], TAX.pieces[3], *TAX.pieces[4:]))
NUMBERED_WRONG = replace(KISAI, pieces=(changed(KISAI.pieces[0], member_number="2"), *KISAI.pieces[1:]))
SWAPPED = strips(KOJIN, 1, 0, 2, 3)

FOREIGN_PAPERS: dict[str, tuple[Face, Expected, str, str]] = {
    # name: (the paper that came, what was ordered, the guard that sees it, the difference it names)
    "an item that was not asked for": (KISAI, order(KISAI, "kisai_jiko", "sex"), "_items _stack", "item: my_number of piece 3 was not asked for"),
    "an empty item that was not asked for": (
        replace(KISAI, pieces=(*KISAI.pieces[:3], EMPTY_ITEM, *KISAI.pieces[3:])), order(KISAI, "kisai_jiko", *ITEMS), "_stack",
        "item: former_name of piece 4 was not ordered there",
    ),
    "an item that was asked for and is missing": (strips(KISAI, *EVERY[:2], *EVERY[3:]), order(KISAI, "kisai_jiko", *ITEMS), "_stack", "item: my_number is missing before piece 3"),
    "the last item missing": (strips(KISAI, *EVERY[:-1]), order(KISAI, "kisai_jiko", *ITEMS), "_stack", "item: my_number is missing at the end"),
    "an item twice": (strips(KISAI, 0, 1, 2, 2, *EVERY[3:]), order(KISAI, "kisai_jiko", *ITEMS), "_stack", "item: my_number of piece 4 was not ordered there"),
    "items the other way round": (strips(KISAI, 0, 2, 1, *EVERY[3:]), order(KISAI, "kisai_jiko", *ITEMS), "_stack", "item: my_number of piece 2 was not ordered there"),
    "an item before anybody": (strips(KISAI, 1, 0, 2, *EVERY[3:]), order(KISAI, "kisai_jiko", *ITEMS), "_stack", "item: sex of piece 1 was not ordered there"),
    "a person counted wrongly": (NUMBERED_WRONG, order(KISAI, "kisai_jiko", *ITEMS), "_people", "members: not numbered in order"),
    "sheets of two people swapped": (SWAPPED, order(KOJIN, "juminhyo"), "_people", "members: person 1 is another"),
    "the 世帯連記式 instead of the 個人票": (made("juminhyo"), order(KOJIN, "juminhyo", sheets=1), "_sheets", "kind: sheet 1"),
    "the 個人票 instead of the 世帯連記式": (KOJIN, order(KOJIN, "juminhyo", form="juminhyo"), "_sheets", "kind: sheet 1"),
    "another year": (made("kazei", year=2025), order(TAX, "kazei"), "_sheets", "year: sheet 1"),
    "incomes of another year": (replace(TAX, head=(TAX.head[0], ("income_year", "（令和６年分所得）"))), order(TAX, "kazei"), "_sheets", "year: sheet 1"),
    "a year that is not the incomes' next": (replace(TAX, head=(("year", "令和７年度"), TAX.head[1])), order(TAX, "kazei"), "_sheets", "year: sheet 1"),
    "no year ordered of a yearly paper": (TAX, order(TAX, "kazei", year=None), "_sheets", "year: sheet 1"),
    "a year ordered of another paper": (KISAI, order(KISAI, "kisai_jiko", *ITEMS, year=2026), "_sheets", "year: sheet 1"),
    "incomes where none were ordered": (BOTH, order(BOTH, "kazei", form="kazei"), "_sheets", "kind: sheet 1"),
    "another tax form": (SHOTOKU, order(SHOTOKU, "kazei", form="kazei"), "_sheets", "kind: sheet 1"),
    "untaxed by its title, taxed by its table": (replace(TAX, title="非課税証明書"), order(TAX, "kazei"), "_taxed", "kind: a title that does not go with the tax"),
    "taxed by its title, without any tax": (
        replace(made("kazei", found(tax=(UNTAXED,))), title="課税証明書"), order(TAX, "kazei"), "_taxed", "kind: a title that does not go with the tax",
    ),
    "taxed by its title, without any figure": (
        replace(made("kazei", found(tax=(DEPENDANT,)), policy("kazei", undeclared="blank_for_dependants")), title="課税証明書"), order(TAX, "kazei"), "_taxed",
        "kind: a title that does not go with the tax",
    ),
    "a title of another tax form": (replace(TAX, title="所得証明書"), order(TAX, "kazei"), "_sheets _taxed", "kind: sheet 1"),
    "two tables of taxes": (TWO_LEVIES, order(TAX, "kazei"), "_stack", "item: levy of piece 5 was not ordered there"),
    "a table left out": (strips(TAX, 0, 1, 2, 4), order(TAX, "kazei"), "_stack", "item: remarks of piece 4 was not ordered there"),
    "another seal's owner": (SEALED, order(made("inkan", found(HANAKO_MIHON)), "inkan"), "_people", "members: person 1 is another"),
    "two papers of seals in one": (
        replace(SEALED, imprint=SEALED.imprint), order(SEALED, "inkan", fingerprints=order(SEALED, "inkan").fingerprints * 2), "_people", "members: 1 instead of 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN_PAPERS)
def test_every_wrong_paper_of_the_other_kinds_is_named(name: str) -> None:
    came, ordered, guards, difference = FOREIGN_PAPERS[name]
    pdf = signed(came)
    assert difference in differences(pdf, ordered)
    with ExitStack() as guarded:
        for guard in guards.split():
            guarded.enter_context(patch.object(checking, guard, lambda *_: ()))
        assert differences(pdf, ordered) == ()


@pytest.mark.parametrize(
    ("of", "kind", "show"),
    [
        (KISAI, "kisai_jiko", ITEMS),
        (KISAI_ALL, "kisai_jiko", tuple(option.code for option in KINDS["kisai_jiko"].options)),
        (made("kisai_jiko"), "kisai_jiko", ()),
        (KOJIN, "juminhyo", ()),
        (TAX, "kazei", ()),
        (SHOTOKU, "kazei", ()),
        (BOTH, "kazei", ()),
        (made("kazei", found(tax=(UNTAXED,))), "kazei", ()),
        (made("kazei", found(tax=(DEPENDANT,)), policy("kazei", undeclared="blank_for_dependants")), "kazei", ()),
        (SEALED, "inkan", ()),
    ],
)
def test_the_right_paper_of_another_kind_has_no_differences(of: Face, kind: str, show: tuple[str, ...]) -> None:
    assert differences(signed(of), order(of, kind, *show)) == ()


def test_an_imprint_of_another_person_is_not_the_gates_to_see() -> None:
    """The center knows no imprint and must not, so a face with somebody else's passes the gate. What keeps imprints with their people is the issuer's own look at its registers
    (`entitlement`, "of one person"); what lets it be found afterwards is the 2-D code, in which the issuer signs the imprint's hash beside the name."""
    swapped = replace(SEALED, imprint=stencil_of(seal_png("見本花子")))
    assert differences(signed(swapped), order(SEALED, "inkan")) == ()
    mixed = found(seal=replace(SEAL, atena_no=HANAKO_MIHON.atena_no))
    assert issued("inkan", mixed) == Declined("not_issuable", "records of two people")
    assert swapped.imprint is not None
    assert sheet_contents(swapped, NOW)[0].imprint == swapped.imprint.sha256 != sheet_contents(SEALED, NOW)[0].imprint


def test_a_paper_of_a_seal_without_its_imprint_cannot_be_drawn_or_proven() -> None:
    with pytest.raises(ValueError, match="imprint"):
        signed(replace(SEALED, imprint=None))
    original = drawing._imprints
    with patch.object(drawing, "_imprints", lambda *given: (one.replace("/Imprint Do", "/Imprint Do Q q") for one in original(*given))):
        pdf = signed(SEALED)
    assert differences(pdf, order(SEALED, "inkan")) == ("stray: not the paper of its own text",)


def test_sheets_under_two_titles_are_named() -> None:
    """Each of the two would be a right one for the form."""
    doubled = replace(TAX, pieces=TAX.pieces * 2)
    true_texts = drawing.texts_of

    def texts(of: Face, form: Form, sheets: tuple[Sheet, ...], number: int) -> object:
        return true_texts(replace(of, title="非課税証明書") if number == 2 else of, form, sheets, number)

    with patch.object(drawing, "texts_of", texts):
        pdf = signed(doubled)
    assert "kind: sheets under different titles" in differences(pdf, order(doubled, "kazei"))


def test_a_paper_without_a_statement_is_named_also_where_its_wording_is_the_municipalitys() -> None:
    for kind in ("kisai_jiko", "inkan", "kazei"):
        of = made(kind)
        silent = replace(of, closing=(("statement", EMPTY), *of.closing[1:]))
        assert differences(signed(silent), order(of, kind)) == ("statement: empty",)


def test_no_paper_is_right_for_a_kind_that_is_none() -> None:
    assert "kind: sheet 1" in differences(signed(TAX), replace(order(TAX, "kazei"), kind="passport"))
    assert "kind: sheet 1" in differences(signed(TAX), order(TAX, "kazei", form="passport"))
